"""Growth of requests as the prose tells it, against the tables of both years (Y6).

Read are sentences that state the number received and then compare it: 收到申请106件，
总数较去年增加23件，增长27.7%. Anything looser is left alone. What differs is worth a
look, never a contradiction: last year's figures may have been counted otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from archive.filings import Filing
from archive.records import Chapter, Report
from pipelines.rules.finding import NOT_ASSESSABLE, PASS, UNCERTAIN, Finding, number
from pipelines.rules.prose.compare_requests import wrote
from pipelines.rules.prose.quantities import parse_number
from pipelines.rules.prose.requests import request_claims
from pipelines.rules.prose.sentences import Clause, Sentence, sentences
from pipelines.rules.wording import Tell, also, phrase, words

#: Sums of totals that the growth may be of: as printed, or with those carried in.
READINGS = (("new_received",), ("new_received", "carried_in"))
#: Without these words somewhere no sentence is read at all.
_HINT = re.compile(r"[较比同环]\s*(?:去年|上年|上一年|20\d\d|比|期)")
_UP, _DOWN = "增加|增长|上升|增多|多", "减少|下降|回落|降低|下滑|少"
_SMALL = (
    r"(?:共|总体|总计|有所|数量|总量|总数|大幅|略有|同期|相比|分别|全年|了|,|，|:|：)*"
)
_TREND = re.compile(
    r"(?:(?:总数|总量|数量|申请量|申请数量|申请总量|件数|受理量)?"
    r"(?P<than>较|比|同比|环比|与|和)"
    r"(?:去年|上年度?|上一年度?|(?P<year>20\d\d)年度?)?)?"
    rf"{_SMALL}(?P<way>{_UP}|{_DOWN}){_SMALL}"
    r"(?P<number>[\d,.零〇一二两三四五六七八九十百千万]+)"
    r"(?P<unit>件|宗|份|个|%|倍)"
)
_TITLE = re.compile(r"(?:申请)?(?:总数|总量|数量|申请量|申请数量|件数|受理量|申请)")


@dataclass(frozen=True, slots=True)
class Trend:
    """The text says that requests grew by so many, or so many per cent, to ``to``."""

    to: float
    change: float
    percent: bool
    decimals: int
    quote: str
    chapter: Chapter

    def agrees(self, now: float, before: float) -> bool:
        """Whether totals of both years give this growth, rounded as it is printed."""
        if not self.percent:
            return now - before == self.change
        if before == 0:
            return False
        exact = 100 * (now - before) / before
        rounding: float = 0.5 * 10**-self.decimals
        return abs(exact - self.change) <= rounding + 1e-9


def trends(report: Report) -> Iterator[Trend]:
    """Statements on the growth of requests received, in reading order."""
    if not any(_HINT.search(chapter.prose) for chapter in report.chapters):
        return
    for sentence in sentences(report):
        if sentence.year in (None, report.report_year):
            yield from _in_sentence(sentence, report)


def _in_sentence(sentence: Sentence, report: Report) -> Iterator[Trend]:
    """Comparisons directly behind a stated whole; the first other clause ends them."""
    stated: float | None = None
    compared = False
    for clause in sentence.clauses:
        text = clause.text.strip("。;；")
        if stated is not None and _TITLE.fullmatch(text):
            continue
        found = _TREND.fullmatch(text)
        if stated is not None and found and (found["than"] or compared):
            quote = sentence.quote(clause)
            trend = _trend(found, stated, quote, sentence.chapter, report)
            if trend is None:
                return
            compared = True
            yield trend
            continue
        stated, compared = _whole(clause, sentence, report), False


def _whole(clause: Clause, sentence: Sentence, report: Report) -> float | None:
    """The number of requests received that a clause states for all of the report."""
    alone = replace(sentence, clauses=(clause,))
    aggregate = report.scope == "government_aggregate"
    for claim in request_claims([alone], "received", report.report_year, aggregate):
        if claim.whole:
            return claim.value
    return None


def _trend(
    found: re.Match[str], stated: float, quote: str, chapter: Chapter, report: Report
) -> Trend | None:
    """None where another year is meant, or the numeral is none."""
    value = parse_number(found["number"])
    if found["year"] not in (None, str(report.report_year - 1)) or value is None:
        return None
    if found["than"] == "环比" or found["unit"] == "倍":
        return None
    sign = 1 if re.fullmatch(_UP, found["way"]) else -1
    decimals = len(found["number"].partition(".")[2])
    percent = found["unit"] == "%"
    return Trend(stated, sign * value, percent, decimals, quote, chapter)


def evaluate(
    said: Sequence[Trend], now: Filing, before: Filing | None, obstacle: Tell | None
) -> Finding:
    """The one finding of the rule (scope ''): what differs, else what agrees.

    Of trends only those count that lead to a total of this year's table: whoever
    states another number may speak of another organ (and X1 tells of it).
    """
    printed = [_total(now, rows) for rows in READINGS]
    said = [trend for trend in said if trend.to in printed]
    if not said:
        return Finding("", NOT_ASSESSABLE, None, None, phrase("growth.silent"))
    first = said[0]
    if before is None or obstacle:
        why = obstacle or phrase("years.no_report_before")
        told = also(_where(first), why)
        return Finding("", NOT_ASSESSABLE, None, _signed(first), told)
    pairs = [_totals(now, before, rows) for rows in READINGS]
    known = [pair for pair in pairs if pair]
    if pairs[0] is None:
        why = phrase("growth.no_total", before=before.report_year, now=now.report_year)
        told = also(_where(first), why)
        return Finding("", NOT_ASSESSABLE, None, _signed(first), told)
    new, old = pairs[0]
    change = _change(new, old)
    tables = phrase(
        "growth.tables",
        before=before.report_year,
        old=number(old),
        now=now.report_year,
        new=number(new),
        change=change,
    )
    for trend in said:
        if not any(trend.agrees(*pair) for pair in known):
            return Finding(
                "",
                UNCERTAIN,
                change(words("zh")),
                _signed(trend),
                phrase("growth.differs", wrote=_where(trend), tables=tables),
                quotes=((trend.chapter.chapter_no, trend.quote),),
            )
    quotes = ((first.chapter.chapter_no, first.quote),)
    told = phrase("growth.agrees", wrote=_where(first), tables=tables)
    expected = change(words("zh"))
    return Finding("", PASS, expected, _signed(first), told, quotes=quotes)


def _totals(
    now: Filing, before: Filing, rows: Sequence[str]
) -> tuple[float, float] | None:
    new, old = _total(now, rows), _total(before, rows)
    return None if new is None or old is None else (new, old)


def _total(filing: Filing, rows: Sequence[str]) -> float | None:
    figures = [filing.cells.get(("requests", row, "total")) for row in rows]
    values = [f[0] for f in figures if f is not None and f[0] is not None]
    return sum(values) if len(values) == len(rows) else None


def _where(trend: Trend) -> Tell:
    return wrote(trend.chapter, trend.quote)


def _signed(trend: Trend) -> str:
    return f"{trend.change:+.{trend.decimals}f}{'%' if trend.percent else ''}"


def _change(new: float, old: float) -> Tell:
    n = f"{new - old:+.0f}"
    if not old:
        return phrase("growth.change", n=n)
    return phrase("growth.change_percent", n=n, share=f"{100 * (new - old) / old:+.1f}")
