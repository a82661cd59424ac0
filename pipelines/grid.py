"""Tables as grids: cells that know where they came from.

A grid keeps the *origin* cells of each row, as the document has them. A merged cell
stands once, in the row and column where it begins; ``column`` is its place after
merged cells above it have been counted.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.normalise import squash


@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell: text as between its delimiters, place, extent, address.

    ``printed``: where a source has lost its delimiters, the joined text that ``text``
    was chosen from by arithmetic; None: nothing was chosen. ``certain`` False: no
    choice could be made, and ``text`` is no value.
    """

    text: str
    column: int
    locator: str
    rowspan: int = 1
    colspan: int = 1
    printed: str | None = None
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Grid:
    """One table of a document. ``lossy``: columns may have moved on the way here."""

    locator: str
    rows: tuple[tuple[GridCell, ...], ...]
    text: str
    lossy: bool = False

    def words(self) -> str:
        """The whole text without white space, for looking for labels."""
        return squash(self.text)


@dataclass(frozen=True, slots=True)
class Line:
    """A line or paragraph of running text, exactly as it stands."""

    text: str
    locator: str


Block = Line | Grid


def place(
    sizes: list[list[tuple[int, int]]],
) -> list[list[int]]:
    """Columns of cells given as (rowspan, colspan) by row, merged cells counted.

    >>> place([[(2, 1), (1, 2)], [(1, 1), (1, 1)]])
    [[0, 1], [1, 2]]
    """
    taken: dict[int, int] = {}  # column → rows it is still covered for
    columns: list[list[int]] = []
    for row in sizes:
        here: list[int] = []
        covered = {c: n for c, n in taken.items() if n > 0}
        taken = {c: n - 1 for c, n in covered.items()}
        column = 0
        for rowspan, colspan in row:
            while column in covered:
                column += 1
            here.append(column)
            for c in range(column, column + colspan):
                if rowspan > 1:
                    taken[c] = rowspan - 1
            column += colspan
        columns.append(here)
    return columns
