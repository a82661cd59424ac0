"""Tables that hold headings of chapters are cut there: the heading is a line again."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.chapters import heading
from pipelines.grid import Block, Grid, GridCell, Line
from pipelines.tabulate.statistics import is_annex

Row = tuple[GridCell, ...]


def cut(grid: Grid) -> Iterator[Block]:
    """The grid, or its parts with the headings between them.

    Rows of prose between two headings become lines; a grid without headings stays as
    it is. Groups of the annex of 2014 are named like chapters and are none.
    """
    places = [i for i, row in enumerate(grid.rows) if _is_heading(row)]
    if not places or is_annex(grid):
        yield grid
        return
    start = 0
    for at in places:
        yield from _part(grid, grid.rows[start:at])
        yield from _lines(grid.rows[at])
        start = at + 1
    yield from _part(grid, grid.rows[start:])


def _is_heading(row: Row) -> bool:
    """Whether one cell of a row says something, and that opens a chapter."""
    texts = [cell.text for cell in row if cell.text.strip()]
    if len(texts) != 1:
        return False
    found = heading(texts[0])
    return found is not None and found.numeral == found.chapter_no and not found.closed


def _part(grid: Grid, rows: tuple[Row, ...]) -> Iterator[Block]:
    if all(sum(1 for c in row if c.text.strip()) <= 1 for row in rows):
        for row in rows:
            yield from _lines(row)
        return
    text = "\n".join("\t".join(c.text for c in row) for row in rows)
    yield Grid(grid.locator, rows, text, grid.lossy)


def _lines(row: Row) -> Iterator[Line]:
    for cell in row:
        for line in cell.text.split("\n"):
            if line.strip():
                yield Line(line.strip(), cell.locator)
