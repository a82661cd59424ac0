"""The period and the year of which the text speaks (X7).

A text taken over from last year keeps last year's dates. Only three places show it
surely: the period of the figures, the name the report gives itself, and the year a
chapter says at the head of its sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from archive.records import Chapter
from pipelines.rules.finding import (
    FAIL,
    NOT_ASSESSABLE,
    PASS,
    UNCERTAIN,
    Finding,
)
from pipelines.rules.prose.compare_requests import wrote
from pipelines.rules.prose.lexicon import pattern, words
from pipelines.rules.prose.sentences import Sentence, years
from pipelines.rules.prose.spans import counts
from pipelines.rules.wording import listed, phrase

_PERIOD = re.compile(
    r"(?<!\d)(?P<first>20\d\d)年(?:0?1月0?1日)(?:起|开始)?(?:至|到|—|-|–|~|～|―)+"
    r"(?:(?P<last>20\d\d)年|当年|同年)?12月31日"
)
_LEADING = re.compile(
    r"^(?:[一二三四五六七八九十\d]+、|\([一二三四五六七八九十]+\))?(?P<year>20\d\d)年度?"
    r"(?![\d底初末中来起至前后的—–-]|上半年|下半年|以来|制定|印发)"
)

Kind = Literal["period", "name", "leading"]


@dataclass(frozen=True, slots=True)
class YearClaim:
    """The text says of which year it speaks; ``firm``: it can mean nothing else."""

    kind: Kind
    year: int
    firm: bool
    quote: str
    chapter: Chapter


def year_claims(sentences: Iterable[Sentence]) -> Iterator[YearClaim]:
    """Statements in reading order."""
    for sentence in sentences:
        if not sentence.clauses:
            continue
        text, chapter = sentence.whole, sentence.chapter
        yield from _periods(text, chapter)
        if chapter.chapter_no == 0 and pattern("names_itself").search(text):
            named = re.search(
                rf"(?<!\d)(20\d\d)年度?[^。，,;《》\d]{{0,20}}?{words('this_report')}",
                text,
            )
            if named and not pattern("other_report").search(text):
                yield YearClaim("name", int(named[1]), True, named[0], chapter)
        leading = _LEADING.match(sentence.clauses[0].text)
        own = [y for y in years(text[:12]) if leading and str(y) == leading["year"]]
        if leading and own and chapter.chapter_no == 1:
            about = bool(pattern("own_work").search(text))
            # A number of another year is there to be compared with.
            counted = any(counts(text)) or pattern("past_work").search(text)
            about = about and not counted
            quote = sentence.quote(sentence.clauses[0], sentence.clauses[:2][-1])
            yield YearClaim("leading", own[0], about, quote, chapter)


def _periods(text: str, chapter: Chapter) -> Iterator[YearClaim]:
    for found in _PERIOD.finditer(text):
        first = int(found["first"])
        last = int(found["last"] or first)
        around = text[max(0, found.start() - 40) : found.end() + 20]
        firm = bool(pattern("period_of_figures").search(around)) and first == last
        firm = firm and not pattern("other_period").search(around)
        start = max(text.rfind(mark, 0, found.start()) for mark in "，,;。") + 1
        quote = text[start : found.end()]
        if firm or first == last:
            yield YearClaim("period", last, firm, quote, chapter)


def year(claims: Sequence[YearClaim], report_year: int) -> Finding:
    """The verdict on all dates of the text."""
    told = [claim for claim in claims if claim.kind != "leading"]
    leading = [claim for claim in claims if claim.kind == "leading"]
    wrong = [claim for claim in told if claim.firm and claim.year != report_year]
    here = sum(claim.year == report_year for claim in leading)
    stale = [c for c in leading if c.year == report_year - 1 and c.firm]
    if not here and len(stale) == len(leading):
        wrong += stale
    both = any(c.kind == "period" and c.year == report_year for c in told)
    if wrong and both and all(claim.kind == "period" for claim in wrong):
        return _finding(UNCERTAIN, wrong, report_year)
    if wrong:
        return _finding(FAIL, wrong, report_year)
    if stale and leading[0] is stale[0]:
        return _finding(UNCERTAIN, stale[:1], report_year)
    right = [claim for claim in claims if claim.year == report_year]
    if right:
        return _finding(PASS, right[:1], report_year)
    said = phrase("year.silent")
    return Finding("", NOT_ASSESSABLE, str(report_year), None, said)


def _finding(verdict: str, chosen: Sequence[YearClaim], report_year: int) -> Finding:
    places = {(c.chapter.heading, c.quote): wrote(c.chapter, c.quote) for c in chosen}
    end = {PASS: "agrees", FAIL: "contradicts"}.get(verdict, "perhaps")
    told = listed(places.values(), "clause")
    return Finding(
        "",
        verdict,
        str(report_year),
        "；".join(dict.fromkeys(str(c.year) for c in chosen)),
        phrase(f"year.{end}", told=told, year=report_year),
        quotes=tuple((c.chapter.chapter_no, c.quote) for c in chosen),
    )
