"""The statistics annex of 2014: a label, its unit and one value a row.

Provinces add rows and columns of their own, so rows are matched by label alone; what
the form does not have is kept in table ``extra``, with its label.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from archive.records import Cell, Leftover
from pipelines import templates
from pipelines.grid import Grid, GridCell
from pipelines.normalise import core, label, squash
from pipelines.numbers import UNITS, read
from pipelines.tabulate.align import Match, align
from pipelines.tabulate.extra import extra_cells
from pipelines.tabulate.making import TableReading, make_cell, short
from pipelines.tabulate.rows import Printed
from pipelines.templates import Row, Table

CODE = "statistics"
#: Similarity from which a label is that of a row; below it the row is a local one.
ALIKE = 75.0
#: So many labels of the annex make a grid a part of it.
FEWEST = 3
#: What the column of labels is called.
TITLES = ("统计指标", "指标", "指标名称")

Cells = tuple[GridCell, ...]


def spec() -> Table:
    """The annex as its form describes it."""
    return templates.annex().tables[CODE]


def is_annex(grid: Grid) -> bool:
    """Whether a grid is (part of) the annex: three of its labels, or two and a header.

    A note or a table of contents that names the annex has none of its labels.
    """
    hits = len(_labels(grid))
    return hits >= FEWEST or (hits > 1 and "统计指标" in grid.words())


def read_annex(grids: Sequence[Grid]) -> TableReading:
    """Read the annex from the grids that hold it, copies set aside."""
    result = TableReading({}, [], [], [])
    rows = _unfolded(_rows(grids, result))
    form = _form_rows()
    columns = next((c for cells in rows if (c := _header(cells))), {})
    data = [cells for cells in rows if not _header(cells) and _texts(cells)]
    matches = align([_texts(cells) for cells in data], form)
    for cells, match in zip(data, matches, strict=True):
        if match and not match.row.code:
            continue  # the heading of a group
        if match is None or not _sure(cells, match):
            _local(cells, columns, result)
            continue
        _put(cells, match, columns, result)
    for row in spec().rows:
        if (row.code, "value") not in result.cells:
            result.leftovers.append(Leftover("unmatched_spec", CODE, "", row.zh))
    return result


def _labels(grid: Grid) -> frozenset[str]:
    return frozenset(
        key for row in grid.rows for c in row if (key := core(c.text)) in _vocabulary()
    )


@lru_cache(maxsize=1)
def _vocabulary() -> frozenset[str]:
    """Labels of rows; those that any table may print (会议数) are too short to tell."""
    return frozenset(k for row in spec().rows for k in row.keys if len(k) > 4)


@lru_cache(maxsize=1)
def _form_rows() -> tuple[Row, ...]:
    """Rows of the form with the headings of groups between them (code ``""``)."""
    found: list[Row] = []
    seen: set[str] = set()
    for row in spec().rows:
        for group in row.groups:
            if group.zh not in seen:
                seen.add(group.zh)
                keys = tuple(dict.fromkeys((label(group.zh), core(group.zh))))
                found.append(Row("", group.zh, group.en, (), keys))
        found.append(row)
    return tuple(found)


def _rows(grids: Sequence[Grid], result: TableReading) -> list[Cells]:
    """Rows of all parts in document order; a part that repeats another is a copy."""
    rows: list[Cells] = []
    seen: set[str] = set()
    for grid in grids:
        labels = _labels(grid)
        if len(labels & seen) * 2 > len(labels):
            said = "second copy of this table"
            result.leftovers.append(Leftover("ignored_table", CODE, grid.locator, said))
            continue
        seen |= labels
        rows.extend(grid.rows)
    return rows


def _header(cells: Cells) -> dict[int, str]:
    """Column titles of a header row by their place after the label; {} for others."""
    texts = [squash(c.text) for c in cells]
    if not any(t in TITLES for t in texts):
        return {}
    return dict(enumerate(t for t in texts if t != "序号"))


def _unfolded(rows: Sequence[Cells]) -> list[Cells]:
    """Rows of a table printed in halves side by side, one half below the other.

    Its header has the titles of its columns as often as it has halves.
    """
    head = next((cells for cells in rows if _header(cells)), ())
    titles = [squash(c.text) for c in head]
    halves = max(titles.count(t) for t in TITLES) if titles else 0
    if halves < 2 or len(head) % halves:
        return list(rows)
    width = len(head) // halves
    starts = [cell.column for cell in head[::width]]
    parts: list[list[Cells]] = [[] for _ in starts]
    for cells in rows:
        for i, start in enumerate(starts):
            end = starts[i + 1] if i + 1 < halves else None
            part = tuple(
                c
                for c in cells
                if start <= c.column and (end is None or c.column < end)
            )
            if part:
                parts[i].append(part)
    return [cells for part in parts for cells in part]


def _texts(cells: Cells) -> tuple[str, ...]:
    named = _named(cells)
    return (cells[named].text,) if named is not None else ()


def _named(cells: Cells) -> int | None:
    """Index of the label: the first cell of words, numbers of rows before it aside."""
    for i, cell in enumerate(cells):
        if cell.text.strip() and read(cell.text).state == "text":
            return i
    return None


def _split(cells: Cells, columns: Mapping[int, str]) -> tuple[str, Cells]:
    """(unit as printed, values) behind the label.

    Where the header has no column of units, what stands behind the label is a value.
    """
    named = _named(cells)
    rest = cells[named + 1 :] if named is not None else ()
    units = not columns or any("单位" in title for title in columns.values())
    if rest and (squash(rest[0].text) in UNITS or (units and _no_unit(rest))):
        return squash(rest[0].text), rest[1:]
    return "", rest


def _no_unit(rest: Cells) -> bool:
    """A blank or a dash where the unit stands, with the value behind it."""
    return len(rest) > 1 and read(rest[0].text).state in ("blank", "dash")


def _sure(cells: Cells, match: Match) -> bool:
    """A row between two known ones may be a local row, unless its label is lost."""
    if match.score:
        return match.score >= ALIKE
    return len(core(_texts(cells)[0])) < 3


def _put(
    cells: Cells, match: Match, columns: Mapping[int, str], result: TableReading
) -> None:
    unit, values = _split(cells, columns)
    col = spec().blocks[0].cols[0]
    at = _value_column(values, columns)
    result.rows.append(
        {
            "label": " ".join(_texts(cells)[0].split()),
            "row_code": match.row.code,
            "score": min(round(match.score, 1), 100.0),
            "locator": cells[0].locator,
        }
    )
    for i, value in enumerate(values):
        made = make_cell(CODE, match.row.code, col, value)
        stored = made.unit if read(value.text).unit else UNITS.get(unit)
        made = replace(made, unit=stored or match.row.unit or col.unit)
        if i == at:
            moved = "read" if match.score else "aligned"
            result.cells[match.row.code, col.code] = replace(made, method=moved)
        elif value.text.strip():
            result.extra.append(_beside(made, i, match.row, values, columns))


def _value_column(values: Cells, columns: Mapping[int, str]) -> int | None:
    """Which value is the one of the form: the only one, or that under 统计数.

    Under several local columns none is, unless one of them is the total.
    """
    if len(values) == 1:
        return 0
    keys = spec().blocks[0].cols[0].keys
    behind = len(columns) - len(values)
    titles = [columns.get(behind + i, "") for i in range(len(values))]
    for key in keys:
        if titles.count(key) == 1:
            return titles.index(key)
    filled = [i for i, v in enumerate(values) if v.text.strip()]
    if not any(titles) and len(filled) == 1:
        return filled[0]
    return None


def _beside(
    made: Cell, i: int, row: Row, values: Cells, columns: Mapping[int, str]
) -> Cell:
    """A value under a column of the province's own, kept with its column's title."""
    title = columns.get(len(columns) - len(values) + i, "")
    return replace(
        made,
        table_code="extra",
        col_code=f"local_{i + 1}",
        label=f"{row.zh} · {title}" if title else row.zh,
    )


def _local(cells: Cells, columns: Mapping[int, str], result: TableReading) -> None:
    """A row the form does not have: kept in ``extra``, or a leftover without value."""
    unit, values = _split(cells, columns)
    named = _named(cells)
    labels = cells[named : named + 1] if named is not None else ()
    extra = extra_cells(Printed(cells, labels, values, framing=False))
    known = UNITS.get(unit)
    result.extra.extend(replace(c, unit=known) if known else c for c in extra)
    if not extra:
        text = short(" | ".join(_filled(cells)))
        result.leftovers.append(Leftover("unmatched_row", CODE, cells[0].locator, text))


def _filled(cells: Cells) -> Iterator[str]:
    return (t for c in cells if (t := " ".join(c.text.split())))
