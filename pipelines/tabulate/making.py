"""What a table was read as: its cells, and what did not fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archive.records import Cell, Leftover
from pipelines.grid import GridCell
from pipelines.numbers import read
from pipelines.tabulate.align import Match
from pipelines.tabulate.rows import Printed
from pipelines.tabulate.values import Values
from pipelines.templates import Col, Table

MONEY = ("cny", "wan_cny", "yi_cny")


@dataclass(frozen=True, slots=True)
class TableReading:
    """One table read: cells by (row, column) code, and what did not fit."""

    cells: dict[tuple[str, str], Cell]
    extra: list[Cell]
    leftovers: list[Leftover]
    rows: list[Mapping[str, Any]]


def put(
    spec: Table,
    match: Match,
    cols: Sequence[Col],
    found: Values,
    result: TableReading,
) -> None:
    """Enter the cells of a row into a reading, in the order of ``cols``."""
    for i, (col, cell) in enumerate(zip(cols, found.cells, strict=True)):
        if cell is None:
            continue
        # A row known by its neighbours only, or a value put elsewhere, is marked.
        moved = i in found.moved or not match.score
        result.cells[match.row.code, col.code] = make_cell(
            spec.code, match.row.code, col, cell, "aligned" if moved else "read"
        )
    for col, cell in zip(cols, found.cells, strict=True):
        if cell and cell.certain and _is_unread(cell.text):
            text = f"{match.row.zh}, {col.zh}: no number, as it stands: {cell.text}"
            result.leftovers.append(
                Leftover("text", spec.code, cell.locator, short(text))
            )
    if unsure := next((c for c in found.cells if c and not c.certain), None):
        text = f"{match.row.zh}: several readings of the joined numbers {unsure.text}"
        result.leftovers.append(
            Leftover("text", spec.code, unsure.locator, short(text))
        )


def _is_unread(text: str) -> bool:
    """Whether a cell holds digits and yet no value: two numbers, or a broken one."""
    return read(text).value is None and any(c.isdecimal() for c in text)


def make_cell(
    table: str, row_code: str, col: Col, cell: GridCell, method: str = "read"
) -> Cell:
    """A cell of the form from a cell of a grid. An amount takes its printed unit."""
    if not cell.certain:
        raw = cell.printed if cell.printed is not None else cell.text
        return Cell(
            table, row_code, col.code, raw, None, col.unit, "text", "read", cell.locator
        )
    value = read(cell.text)
    unit = col.unit
    if col.unit != "count":
        unit = value.unit if value.unit in MONEY else col.unit
    return Cell(
        table,
        row_code,
        col.code,
        cell.text if cell.printed is None else cell.printed,
        value.value,
        unit,
        value.state,
        method if cell.printed is None else "recovered",
        cell.locator,
    )


def trace(
    row: Printed,
    match: Match,
    printed: Sequence[Col] = (),
    form: Sequence[Col] = (),
    clear: bool = True,
) -> Mapping[str, Any]:
    """What `explain` says of a row: its label, what it was taken for, how surely.

    ``printed``: its columns from left to right, told where they are not those of the
    ``form``; not ``clear``: the header does not tell.
    """
    found: dict[str, Any] = {
        "label": " / ".join(" ".join(t.split()) for t in row.texts),
        "row_code": match.row.code,
        "score": min(round(match.score, 1), 100.0),
        "locator": row.locator,
    }
    if not clear:
        found["columns"] = None
    elif list(printed) != list(form):
        found["columns"] = [col.code for col in printed]
    return found


def short(text: str) -> str:
    """One line of at most 300 characters, for leftovers."""
    joined = " ".join(text.split())
    return joined if len(joined) <= 300 else joined[:299] + "…"
