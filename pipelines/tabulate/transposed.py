"""Tables printed on their side: columns of the form as rows, set upright again.

Every cell keeps its text and its locator, which names the place where it stands in
the document; row and column change places.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from pipelines import templates
from pipelines.grid import Grid, GridCell
from pipelines.normalise import core, label

#: A block with fewer columns cannot be told from a list of labels.
FEWEST = 3


def upright(grid: Grid) -> Grid:
    """The grid, with rows and columns exchanged if it lies on its side."""
    if (grid.lossy and len({len(row) for row in grid.rows}) > 1) or not _lies(grid):
        return grid
    rows: dict[int, list[GridCell]] = defaultdict(list)
    for y, row in enumerate(grid.rows):
        for cell in row:
            turned = GridCell(
                cell.text,
                y,
                cell.locator,
                cell.colspan,
                cell.rowspan,
                cell.printed,
                cell.certain,
            )
            rows[cell.column].append(turned)
    return Grid(
        grid.locator, tuple(tuple(rows[x]) for x in sorted(rows)), grid.text, grid.lossy
    )


def _lies(grid: Grid) -> bool:
    """Whether the columns of some block stand one below the other, and not in a row."""
    down: dict[int, list[str]] = defaultdict(list)
    along: list[set[str]] = []
    for row in grid.rows:
        keys = {key for cell in row for key in (label(cell.text), core(cell.text))}
        along.append(keys)
        for cell in row:
            down[cell.column].append(core(cell.text))
    if any(_hits(block, keys) >= FEWEST for block in _blocks() for keys in along):
        return False
    return any(
        _hits(block, keys) == len(block)
        for block in _blocks()
        for keys in down.values()
    )


def _hits(block: tuple[frozenset[str], ...], keys: Iterable[str]) -> int:
    found = set(keys)
    return sum(bool(col & found) for col in block)


@lru_cache(maxsize=1)
def _blocks() -> tuple[tuple[frozenset[str], ...], ...]:
    """The keys of each column, of every block that has enough of them."""
    return tuple(
        tuple(frozenset(col.keys) for col in block.cols)
        for template in templates.load()
        for table in template.tables.values()
        for block in table.blocks
        if len(block.cols) >= FEWEST
    )
