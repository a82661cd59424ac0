"""Reading one located table: printed rows to cells of the form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archive.records import Cell, Leftover
from pipelines.grid import GridCell
from pipelines.identities import Identity
from pipelines.normalise import label
from pipelines.numbers import read
from pipelines.shifted import ShiftRow, realign
from pipelines.tabulate.align import Match, align
from pipelines.tabulate.extra import extra_cells, is_local
from pipelines.tabulate.fragments import Fragment, is_value_row
from pipelines.tabulate.rows import Printed, printed
from pipelines.tabulate.values import Values, filled_columns, pick
from pipelines.templates import Block, Col, Table

MONEY = ("cny", "wan_cny", "yi_cny")


@dataclass(frozen=True, slots=True)
class TableReading:
    """One table read: cells by (row, column) code, and what did not fit."""

    cells: dict[tuple[str, str], Cell]
    extra: list[Cell]
    leftovers: list[Leftover]
    rows: list[Mapping[str, Any]]


def read_table(
    spec: Table, fragments: Sequence[Fragment], sums: Sequence[Identity] = ()
) -> TableReading:
    """Read the fragments of a table as ``spec`` says.

    ``sums``: its identities, by which rows of lossy sources that moved are put back.
    """
    result = TableReading({}, [], [], [])
    if not fragments:
        result.leftovers.append(
            Leftover("unmatched_spec", spec.code, "", "the whole table")
        )
        return result
    rows = [(printed(row), f.lossy) for f in fragments for row in f.rows]
    headers = _header_columns(spec, rows)
    if spec.layout == "pivot":
        _read_pivot(spec, rows, result)
    else:
        _read_rows(spec, rows, headers, sums, result)
    return result


def _read_rows(
    spec: Table,
    rows: Sequence[tuple[Printed, bool]],
    headers: Mapping[str, int],
    sums: Sequence[Identity],
    result: TableReading,
) -> None:
    """Tables with a label in each row."""
    blocks = {row.code: block for block in spec.blocks for row in block.rows}
    widest = max(len(block.cols) for block in spec.blocks)
    data = [
        (row.labelled(widest), lossy)
        for row, lossy in rows
        if not row.framing and row.values and not is_local(row)
    ]
    matches = align([row.texts for row, _ in data], spec.rows)
    filled = filled_columns(
        [
            (row.values, len(blocks[m.row.code].cols))
            for (row, _), m in zip(data, matches, strict=True)
            if m
        ]
    )
    picked: list[Values | None] = []
    for (row, lossy), match in zip(data, matches, strict=True):
        cols = blocks[match.row.code].cols if match else ()
        found = pick(row.values, len(cols), filled=filled if lossy else None)
        if found and not found.exact and not lossy:
            found = _by_header(row.values, cols, headers)
        picked.append(found if match else None)
    if sums and any(lossy for _, lossy in data):
        picked = _realigned(spec, data, matches, picked, sums)
    for (row, _), match, found in zip(data, matches, picked, strict=True):
        if match is None:
            _unmatched(spec, row, result)
            continue
        block = blocks[match.row.code]
        result.rows.append(_trace(row, match))
        if found is None or not any(found.cells):
            text = f"{len(row.values)} cells for {len(block.cols)} columns: {row.text}"
            result.leftovers.append(
                Leftover("unmatched_row", spec.code, row.locator, short(text))
            )
            continue
        _put(spec, match, block, found, result)
    for row, _ in rows:
        if not row.framing and (not row.values or is_local(row)):
            _unmatched(spec, row, result)
    for missing in spec.rows:
        if not any(code == missing.code for code, _ in result.cells):
            result.leftovers.append(
                Leftover("unmatched_spec", spec.code, "", missing.zh)
            )


def _realigned(
    spec: Table,
    data: Sequence[tuple[Printed, bool]],
    matches: Sequence[Match | None],
    picked: Sequence[Values | None],
    sums: Sequence[Identity],
) -> list[Values | None]:
    """Readings of all rows, those of lossy grids with the sums of the table."""
    known = [i for i, match in enumerate(matches) if match]
    rows = [
        ShiftRow(match.row.code, data[i][0].values, picked[i], data[i][1])
        for i in known
        if (match := matches[i])
    ]
    found = list(picked)
    columns = [col.code for col in spec.blocks[0].cols]
    for i, values in zip(known, realign(rows, columns, sums), strict=True):
        found[i] = values
    return found


def _put(
    spec: Table, match: Match, block: Block, found: Values, result: TableReading
) -> None:
    for i, (col, cell) in enumerate(zip(block.cols, found.cells, strict=True)):
        if cell is None:
            continue
        # A row known by its neighbours only, or a value put elsewhere, is marked.
        moved = i in found.moved or not match.score
        result.cells[match.row.code, col.code] = make_cell(
            spec.code, match.row.code, col, cell, "aligned" if moved else "read"
        )
    if unsure := next((c for c in found.cells if c and not c.certain), None):
        text = f"{match.row.zh}: several readings of the joined numbers {unsure.text}"
        result.leftovers.append(
            Leftover("text", spec.code, unsure.locator, short(text))
        )


def _unmatched(spec: Table, row: Printed, result: TableReading) -> None:
    """A row the form does not have: a local row with a value, or a leftover."""
    if spec.layout == "stacked" and (cells := extra_cells(row)):
        result.extra.extend(cells)
    elif row.text:
        result.leftovers.append(
            Leftover("unmatched_row", spec.code, row.locator, short(row.text))
        )


def _read_pivot(
    spec: Table, rows: Sequence[tuple[Printed, bool]], result: TableReading
) -> None:
    """One printed row of values, stored as one row of the form per group of columns.

    The first row with anything in it counts: word processors leave an empty row of as
    many cells at the end.
    """
    block = spec.blocks[0]
    width = len(block.rows) * len(block.cols)
    found = [
        (row, lossy)
        for row, lossy in rows
        if len(row.values) >= width or is_value_row(row.cells)
    ]
    found.sort(key=lambda pair: not pair[0].filled)
    if not found:
        result.leftovers.append(
            Leftover("unmatched_spec", spec.code, "", f"no row of {width} values")
        )
        return
    row, lossy = found[0]
    values = pick(row.values, width, filled=frozenset(range(width)) if lossy else None)
    if values is None or not values.exact:
        text = f"{len(row.values)} cells for {width} columns: {row.text}"
        result.leftovers.append(
            Leftover("unmatched_row", spec.code, row.locator, short(text))
        )
        return
    n = len(block.cols)
    for k, target in enumerate(block.rows):
        part = Values(
            values.cells[k * n : k * n + n],
            frozenset(i - k * n for i in values.moved if 0 <= i - k * n < n),
        )
        match = Match(target, 100.0)
        _put(spec, match, block, part, result)
        result.rows.append(_trace(row, match))
    for other, _ in found[1:]:
        if other.filled:
            result.leftovers.append(
                Leftover("unmatched_row", spec.code, other.locator, short(other.text))
            )


def _header_columns(
    spec: Table, rows: Sequence[tuple[Printed, bool]]
) -> dict[str, int]:
    """Grid column of each column label, where a header row prints it."""
    cols = {key: col.code for b in spec.blocks for col in b.cols for key in col.keys}
    found: dict[str, int] = {}
    for row, lossy in rows:
        if row.framing and not lossy:
            for cell in row.cells:
                if code := cols.get(label(cell.text)):
                    found[code] = cell.column
    return found


def _by_header(
    cells: Sequence[GridCell], cols: Sequence[Col], headers: Mapping[str, int]
) -> Values | None:
    """A row with too few cells: each goes under the header it begins below."""
    at = {headers[col.code]: i for i, col in enumerate(cols) if col.code in headers}
    placed: list[GridCell | None] = [None] * len(cols)
    for cell in cells:
        if cell.text.strip():
            if cell.column not in at:
                return None
            placed[at[cell.column]] = cell
    return Values(tuple(placed), frozenset(range(len(cols))), exact=False)


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


def _trace(row: Printed, match: Match) -> Mapping[str, Any]:
    return {
        "label": " / ".join(" ".join(t.split()) for t in row.texts),
        "row_code": match.row.code,
        "score": min(round(match.score, 1), 100.0),
        "locator": row.locator,
    }


def short(text: str) -> str:
    """One line of at most 300 characters, for leftovers."""
    joined = " ".join(text.split())
    return joined if len(joined) <= 300 else joined[:299] + "…"
