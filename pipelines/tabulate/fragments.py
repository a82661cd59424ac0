"""Which rows of which grids belong to which table of the form.

A table may be split by page breaks, repeat its header, share a grid with another table
or stand twice on a page (a hidden or mobile copy). Fragments of one table are put
together; a second copy is set aside and named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipelines.grid import Grid, GridCell
from pipelines.normalise import squash
from pipelines.numbers import is_value
from pipelines.tabulate import captions
from pipelines.tabulate.vocabulary import is_form, table_of, word_of

Cells = tuple[GridCell, ...]
#: Rows behind which the first label of a table, printed again, begins another copy;
#: a page break prints the label of a row that it cuts twice.
FEW = 3


@dataclass(frozen=True, slots=True)
class Fragment:
    """Rows of one grid that speak of one table."""

    table: str
    order: int  # of the grid in the document
    locator: str
    rows: tuple[Cells, ...]
    lossy: bool
    year: int | None = None  # that its caption names

    @property
    def words(self) -> str:
        return squash(" ".join(c.text for row in self.rows for c in row))

    @property
    def labels(self) -> frozenset[str]:
        """Labels of rows; for a table without such, its value rows."""
        found = {
            hit[0]
            for row in self.rows
            for cell in row
            if (hit := word_of(cell.text)) and not hit[1].anchor
        }
        if not found and any(is_value_row(row) for row in self.rows):
            found = {"values"}
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class Sorted:
    """Fragments by table in document order, second copies, and other grids."""

    tables: dict[str, list[Fragment]]
    copies: tuple[Fragment, ...]
    others: tuple[Grid, ...]


def is_value_row(row: Cells) -> bool:
    """Whether a row holds nothing but values, five or more of them."""
    return len(row) >= 5 and all(is_value(cell.text) for cell in row)


def sort(
    grids: Iterable[Grid],
    years: Mapping[Grid, int] | None = None,
    report_year: int | None = None,
) -> Sorted:
    """Sort the rows of all grids into tables.

    ``years``: what the captions of grids say. Where a table stands more than once, one
    of another year than ``report_year`` is set aside.
    """
    tables: dict[str, list[Fragment]] = {}
    others: list[Grid] = []
    for order, grid in enumerate(grids):
        if not is_form(grid):
            others.append(grid)
            continue
        for fragment in _cut(order, grid, (years or {}).get(grid)):
            tables.setdefault(fragment.table, []).append(fragment)
    copies: list[Fragment] = []
    for code, fragments in tables.items():
        own = [f for f in fragments if f.year in (None, report_year)]
        if own and report_year and any(f.labels for f in own):
            copies += [f for f in fragments if f not in own]
        else:
            own = fragments
        tables[code], doubled = _once(own)
        copies.extend(doubled)
    return Sorted(tables, tuple(copies), tuple(others))


def _cut(order: int, grid: Grid, year: int | None) -> list[Fragment]:
    """Rows of a grid by table; a row without a label belongs to the one before it.

    Where the labels of a table begin anew another copy of it begins, of the year that
    a caption among the rows says.
    """
    tables = [table_of(row) for row in grid.rows]
    current = next((t for t in tables if t), "")
    parts: dict[tuple[str, int], list[Cells]] = {}
    years: dict[tuple[str, int], int | None] = {}
    firsts: dict[str, str] = {}
    copy = 0
    for table, row in zip(tables, grid.rows, strict=True):
        current = table or current
        if said := captions.row_year(row):
            year = said
        if label := row_label(row):
            first = firsts.setdefault(current, label)
            done = parts.get((current, copy), [])
            if label == first and sum(bool(row_label(r)) for r in done) > FEW:
                copy += 1
        parts.setdefault((current, copy), []).append(row)
        years.setdefault((current, copy), year)
    return [
        Fragment(part[0], order, grid.locator, tuple(found), grid.lossy, years[part])
        for part, found in parts.items()
    ]


def row_label(row: Cells) -> str:
    """The label of the row of a form that a printed row has, '' for none."""
    hits = (word_of(cell.text) for cell in row)
    return next((hit[0] for hit in hits if hit and not hit[1].anchor), "")


def _once(fragments: Sequence[Fragment]) -> tuple[list[Fragment], list[Fragment]]:
    """Fragments that complete each other, and those that repeat what is there."""
    kept: list[Fragment] = []
    doubled: list[Fragment] = []
    seen: set[str] = set()
    for fragment in sorted(fragments, key=lambda f: -len(f.labels)):
        labels = fragment.labels
        # A row cut by a page break prints its label twice: that is no copy.
        if labels and len(labels & seen) * 2 >= len(labels):
            doubled.append(fragment)
        else:
            kept.append(fragment)
            seen |= labels
    return sorted(kept, key=lambda f: f.order), doubled
