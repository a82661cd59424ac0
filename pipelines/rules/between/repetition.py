"""Text that repeats another report (Y7, G4), as measured beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.rules.between.spec import Repeated
from pipelines.rules.finding import NOT_ASSESSABLE, PASS, UNCERTAIN, Finding
from pipelines.rules.wording import Sayable, Tell, listed, numeral, phrase


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much of a chapter stands in another report; numbers do not count."""

    chapter_no: int
    other: str | int  # name of the authority, or the year of its report
    similarity: float


def repeated(test: Repeated, measured: bool, chapters: Sequence[Likeness]) -> Finding:
    """One finding: the chapters that repeat too much, else the largest share.

    ``measured`` is False where there was nothing to hold the text against.
    """
    inside = [one for one in chapters if one.chapter_no in test.chapters]
    found = [one for one in inside if test.exceeded(one.similarity)]
    limit = f"{test.limit:g}"
    if found:
        found.sort(key=lambda one: (-one.similarity, one.chapter_no, one.other))
        told = listed(map(_like, found[:3]))
        if len(found) > 3:
            told = phrase("repeated.some", told=told, n=len(found))
        said = phrase("repeated.found", told=told)
        return Finding("", UNCERTAIN, limit, f"{found[0].similarity:.2f}", said)
    if inside:
        most = f"{max(one.similarity for one in inside):.2f}"
        said = phrase("repeated.most", other=_other(inside[0]), share=most)
        return Finding("", PASS, limit, most, said)
    if measured and test.other == "other_agency":
        return Finding("", PASS, limit, None, phrase("repeated.no_other"))
    return Finding("", NOT_ASSESSABLE, limit, None, phrase("repeated.nothing"))


def _like(one: Likeness) -> Tell:
    chapter = phrase("named.chapter", n=numeral(one.chapter_no))
    share = f"{one.similarity:.2f}"
    return phrase("repeated.like", chapter=chapter, other=_other(one), share=share)


def _other(one: Likeness) -> Sayable:
    """Whose text it is like: another authority's, or last year's."""
    if isinstance(one.other, str):
        return one.other
    return phrase("repeated.last_year", year=one.other)
