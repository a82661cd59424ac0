"""Counts are whole numbers, 0 or more (T1, K1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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
from pipelines.rules.tables import Tables, unsplit

WHOLE = "不小于 0 的整数"
AMOUNT = "不小于 0 的数"


def evaluate(test: Integers, tables: Tables) -> Iterator[Finding]:
    """One finding per offending cell (scope ``row/col``), or one PASS for all."""
    cells = [c for c in tables.cells.values() if c.table_code in test.tables]
    whole = [cell for cell in cells if not unsplit(cell)]
    offending = [found for cell in whole if (found := _offence(cell, test))]
    offending += _joined(cells)
    yield from offending
    if not offending:
        filled = [cell for cell in cells if cell.value is not None]
        names = "、".join(labels.table(table) for table in test.tables)
        if filled:
            said = f"{names}的 {len(filled)} 个数字都是{WHOLE}"
            said += "（金额可有小数）" if test.decimals else ""
            yield Finding("", PASS, WHOLE, None, said)
        else:
            yield Finding("", NOT_ASSESSABLE, WHOLE, None, f"{names}没有数字，无法核对")


def _offence(cell: Cell, test: Integers) -> Finding | None:
    amount = cell.col_code in test.decimals
    wanted = AMOUNT if amount else WHOLE
    bad_number = cell.value is not None and (
        cell.value < 0 or (cell.value % 1 and not amount)
    )
    if not bad_number and cell.state != "text":
        return None
    scope = f"{cell.row_code}/{cell.col_code}"
    named = f"{labels.row(cell.row_code)}的{labels.column(cell.col_code)}"
    raw = cell.raw.strip()
    said = f"{named}写的是“{raw}”，不是{wanted}"
    verdict = FAIL if bad_number else UNCERTAIN
    if cell.method != "read":
        verdict, said = UNCERTAIN, f"{said}；{MISREADING}"
    return Finding(scope, verdict, wanted, raw, said, cells=(cell.key,))


def _joined(cells: Iterable[Cell]) -> Iterator[Finding]:
    """One finding for every row whose digits stayed joined (scope: the row)."""
    rows: dict[tuple[str, str], list[Cell]] = {}
    for cell in filter(unsplit, cells):
        rows.setdefault((cell.row_code, cell.raw.strip()), []).append(cell)
    for (row, raw), inside in rows.items():
        said = f"“{labels.row(row)}”一行连写的“{raw}”未能分开，没有读成数字"
        keys = tuple(cell.key for cell in inside)
        yield Finding(row, UNCERTAIN, WHOLE, raw, said, cells=keys)
