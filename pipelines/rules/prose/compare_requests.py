"""Requests of the text against the request table (X1, X2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from archive.records import Cell, Chapter
from pipelines.rules import labels
from pipelines.rules.chapters import heading_text
from pipelines.rules.finding import (
    FAIL,
    MISREADING,
    NOT_ASSESSABLE,
    PASS,
    UNCERTAIN,
    Finding,
    number,
)
from pipelines.rules.kinds import Reading
from pipelines.rules.prose.requests import Kind, RequestClaim
from pipelines.rules.tables import Tables


def chapter_name(chapter: Chapter) -> str:
    """How a message names a chapter: by its printed heading."""
    heading = heading_text(chapter.heading)
    return f"“{heading}”" if heading else "报告开头"


def requests(
    claims: Sequence[RequestClaim],
    readings: Sequence[Reading],
    tables: Tables,
    kind: Kind,
) -> Finding:
    """The verdict on all statements of one kind (received or answered).

    A whole that agrees passes. One firm whole that agrees with no reading fails. Parts
    can only pass, by their sum: nobody says that they are all.
    """
    cell = tables.cell("requests", readings[0].plus[0], "total")
    what = "收到申请" if kind == "received" else "答复或办结申请"
    if not claims:
        return Finding("", NOT_ASSESSABLE, None, None, f"文字中没有写明{what}的件数")
    if cell is None or cell.value is None:
        name = labels.row(readings[0].plus[0])
        said = f"表中“{name}”的总计没有数字，无法与文字核对"
        return Finding("", NOT_ASSESSABLE, None, _said(claims), said)
    wholes = [claim for claim in claims if claim.whole]
    if wholes:
        found = _wholes(wholes, readings, tables, cell)
        if found.verdict == PASS and (parts := _parts_of(wholes[0], claims)):
            values = " + ".join(number(part.value) for part in parts)
            said = f"{found.message}（{number(wholes[0].value)} = {values}）"
            return replace(found, message=said)
        return found
    return _parts(claims, readings, tables, cell)


def _wholes(
    claims: Sequence[RequestClaim],
    readings: Sequence[Reading],
    tables: Tables,
    cell: Cell,
) -> Finding:
    verdicts = [_verdict(claim.value, readings, tables) for claim in claims]
    differing = [c for c, v in zip(claims, verdicts, strict=True) if v != PASS]
    if not differing:
        return _finding(PASS, claims[0], cell, "与表相符")
    first = differing[0]
    if len(differing) < len(claims):
        said = "与表不同，而另有一处与表相符"
        return _finding(UNCERTAIN, first, cell, said)
    values = {claim.value for claim in claims}
    if len(values) > 1 or None not in verdicts or not first.firm:
        return _finding(UNCERTAIN, first, cell, "与表不同，口径可能不一，值得一看")
    if cell.method != "read":
        return _finding(UNCERTAIN, first, cell, f"与表不同；{MISREADING}")
    return _finding(FAIL, first, cell, "与表不符")


def _parts_of(
    whole: RequestClaim, claims: Sequence[RequestClaim]
) -> list[RequestClaim]:
    """The parts named beside a whole, when they add up to it: 92 = 20 + 72."""
    parts = [c for c in claims if c.sentence == whole.sentence and not c.whole]
    agree = len(parts) > 1 and sum(part.value for part in parts) == whole.value
    return parts if agree else []


def _parts(
    claims: Sequence[RequestClaim],
    readings: Sequence[Reading],
    tables: Tables,
    cell: Cell,
) -> Finding:
    sums: dict[int, float] = defaultdict(float)
    for claim in claims:
        sums[claim.sentence] += claim.value
    for claim in claims:
        total = sums[claim.sentence]
        if _verdict(total, readings, tables) == PASS:
            return _finding(PASS, claim, cell, f"各部分合计 {number(total)}，与表相符")
    said = "只是其中一部分，无法与表核对"
    return _finding(NOT_ASSESSABLE, claims[0], cell, said)


def _verdict(value: float, readings: Sequence[Reading], tables: Tables) -> str | None:
    """Verdict of the first reading that gives this number, None when none does."""
    for reading in readings:
        plus = [_total(tables, code) for code in reading.plus]
        minus = [_total(tables, code) for code in reading.minus]
        if value == sum(plus) - sum(minus):
            return reading.verdict
    return None


def _total(tables: Tables, row: str) -> float:
    cell = tables.cell("requests", row, "total")
    return (cell.value or 0) if cell else 0


def _finding(verdict: str, claim: RequestClaim, cell: Cell, end: str) -> Finding:
    stated, printed = number(claim.value), number(cell.value or 0)
    message = (
        f"{chapter_name(claim.chapter)}写道“{claim.quote}”，"
        f"表中“{labels.row(cell.row_code)}”总计为 {printed}；文字的 {stated} {end}"
    )
    quotes = ((claim.chapter.chapter_no, claim.quote),)
    return Finding(
        "", verdict, printed, stated, message, cells=(cell.key,), quotes=quotes
    )


def _said(claims: Sequence[RequestClaim]) -> str:
    return "、".join(number(claim.value) for claim in claims)
