"""Counts are whole numbers, 0 or more (T1)."""

from __future__ import annotations

from collections.abc import Iterator

from archive.records import Cell
from pipelines.rules import labels
from pipelines.rules.finding import (
    FAIL,
    MISREADING,
    NOT_ASSESSABLE,
    PASS,
    UNCERTAIN,
    Finding,
)
from pipelines.rules.spec import Integers
from pipelines.rules.tables import Tables

WHOLE = "不小于 0 的整数"


def evaluate(test: Integers, tables: Tables) -> Iterator[Finding]:
    """One finding per offending cell (scope ``row/col``), or one PASS for all."""
    cells = [c for c in tables.cells.values() if c.table_code in test.tables]
    offending = [finding for cell in cells if (finding := _offence(cell))]
    yield from offending
    if not offending:
        filled = [cell for cell in cells if cell.value is not None]
        names = "、".join(labels.table(table) for table in test.tables)
        if filled:
            said = f"{names}的 {len(filled)} 个数字都是{WHOLE}"
            yield Finding("", PASS, WHOLE, None, said)
        else:
            yield Finding("", NOT_ASSESSABLE, WHOLE, None, f"{names}没有数字，无法核对")


def _offence(cell: Cell) -> Finding | None:
    bad_number = cell.value is not None and (cell.value < 0 or cell.value % 1)
    if not bad_number and cell.state != "text":
        return None
    scope = f"{cell.row_code}/{cell.col_code}"
    named = f"{labels.row(cell.row_code)}的{labels.column(cell.col_code)}"
    raw = cell.raw.strip()
    said = f"{named}写的是“{raw}”，不是{WHOLE}"
    if cell.method != "read":
        return Finding(scope, UNCERTAIN, WHOLE, raw, f"{said}；{MISREADING}")
    verdict = FAIL if bad_number else UNCERTAIN
    return Finding(scope, verdict, WHOLE, raw, said)
