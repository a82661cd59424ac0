"""Text that repeats another report (Y7, G4), as measured beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.rules.between.spec import Repeated
from pipelines.rules.finding import NOT_ASSESSABLE, PASS, UNCERTAIN, Finding

NUMERALS = "〇一二三四五六"


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much of a chapter stands in another report; numbers do not count."""

    chapter_no: int
    other: str  # name of the authority, or the year of its report
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
        told = "、".join(
            f"第{NUMERALS[one.chapter_no]}章与{_spaced(one.other)}"
            f"相似度 {one.similarity:.2f}"
            for one in found[:3]
        )
        more = f"等 {len(found)} 处" if len(found) > 3 else ""
        return Finding(
            "",
            UNCERTAIN,
            limit,
            f"{found[0].similarity:.2f}",
            f"{told}{more}（数字不计），内容雷同，值得一看",
        )
    if inside:
        most = max(one.similarity for one in inside)
        said = f"与{_spaced(inside[0].other)}的相似度最高 {most:.2f}（数字不计）"
        return Finding("", PASS, limit, f"{most:.2f}", said)
    if measured and test.other == "other_agency":
        return Finding("", PASS, limit, None, "没有其他机关的文字与此雷同")
    return Finding(
        "", NOT_ASSESSABLE, limit, None, "没有可以比对的文字（过短，或没有比对过）"
    )


def _spaced(name: str) -> str:
    """A blank before a number, none before a name."""
    return f" {name}" if name[:1].isdigit() else name
