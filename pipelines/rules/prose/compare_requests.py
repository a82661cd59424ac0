"""Requests of the text against the request table (X1, X2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from archive.records import Cell, Chapter
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
from pipelines.rules.wording import Tell, listed, phrase, row


def wrote(chapter: Chapter, quote: str) -> Tell:
    """Quoted words, and the chapter they stand in by its printed heading."""
    heading = heading_text(chapter.heading)
    named = phrase("named.heading", heading=heading)
    if not heading:
        named = phrase("named.beginning")
    return phrase("named.wrote", chapter=named, quote=quote)


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
    if not claims:
        said = phrase("requests.silent", what=phrase(f"requests.{kind}"))
        return Finding("", NOT_ASSESSABLE, None, None, said)
    if cell is None or cell.value is None:
        said = phrase("requests.no_figure", name=row(readings[0].plus[0]))
        return Finding("", NOT_ASSESSABLE, None, _said(claims), said)
    wholes = [claim for claim in claims if claim.whole]
    if wholes:
        found = _wholes(wholes, readings, tables, cell)
        if found.verdict == PASS and (parts := _parts_of(wholes[0], claims)):
            said = phrase(
                "requests.broken_down",
                said=found.tell,
                whole=number(wholes[0].value),
                parts=listed((number(part.value) for part in parts), "numbers"),
            )
            return replace(found, tell=said)
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
        return _finding(PASS, claims[0], cell, phrase("requests.agrees"))
    first = differing[0]
    if len(differing) < len(claims):
        return _finding(UNCERTAIN, first, cell, phrase("requests.elsewhere"))
    values = {claim.value for claim in claims}
    if len(values) > 1 or None not in verdicts or not first.firm:
        return _finding(UNCERTAIN, first, cell, phrase("requests.perhaps"))
    if cell.method != "read":
        said = phrase("requests.misread", misreading=MISREADING)
        return _finding(UNCERTAIN, first, cell, said)
    return _finding(FAIL, first, cell, phrase("requests.contradicts"))


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
            said = phrase("requests.parts", total=number(total))
            return _finding(PASS, claim, cell, said)
    said = phrase("requests.only_part")
    return _finding(NOT_ASSESSABLE, claims[0], cell, said)


def _verdict(value: float, readings: Sequence[Reading], tables: Tables) -> str | None:
    """Verdict of the first reading that gives this number, None when none does."""
    for reading in readings:
        plus = [_total(tables, code) for code in reading.plus]
        minus = [_total(tables, code) for code in reading.minus]
        if value == sum(plus) - sum(minus):
            return reading.verdict
    return None


def _total(tables: Tables, code: str) -> float:
    cell = tables.cell("requests", code, "total")
    return (cell.value or 0) if cell else 0


def _finding(verdict: str, claim: RequestClaim, cell: Cell, end: Tell) -> Finding:
    stated, printed = number(claim.value), number(cell.value or 0)
    said = phrase(
        "requests.compared",
        wrote=wrote(claim.chapter, claim.quote),
        name=row(cell.row_code),
        printed=printed,
        stated=stated,
        end=end,
    )
    quotes = ((claim.chapter.chapter_no, claim.quote),)
    return Finding("", verdict, printed, stated, said, cells=(cell.key,), quotes=quotes)


def _said(claims: Sequence[RequestClaim]) -> str:
    return "、".join(number(claim.value) for claim in claims)
