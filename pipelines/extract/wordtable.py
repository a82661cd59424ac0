"""Tables of word processors: cells with edges and vertical merges become grids.

DOCX and DOC say the same in other ways: each row has its own cells between column
edges, a cell merged upwards stands in every row it covers, cells hold paragraphs and
further tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from archive.errors import EmptyDocument
from pipelines.extract.headed import cut
from pipelines.extract.page import NoTextLayer
from pipelines.grid import Block, Grid, GridCell, Line
from pipelines.normalise import squash

#: Larger tables are no reports; longer cells hold prose.
MOST_ROWS, LONGEST_CELL = 2000, 400


@dataclass
class WordCell:
    """A cell of one row between two edges, in units of the document."""

    items: list[str | WordTable] = field(default_factory=list)
    start: int = 0
    end: int = 0
    merge: str = ""  # '' | restart | continue: vertically
    joins: bool = False  # merged with the cell to its left

    @property
    def text(self) -> str:
        lines = [i.strip(" \t\r\n") for i in self.items if isinstance(i, str)]
        return "\n".join(line for line in lines if line)

    @property
    def is_prose(self) -> bool:
        if sum(len(i) for i in self.items if isinstance(i, str)) <= LONGEST_CELL:
            return False
        text = self.text
        return len(text) > LONGEST_CELL and len(squash(text)) > LONGEST_CELL

    @property
    def tables(self) -> list[WordTable]:
        return [i for i in self.items if isinstance(i, WordTable)]


@dataclass
class WordTable:
    """Rows of cells as a document stores them. ``slack``: edges this near are one."""

    rows: list[list[WordCell]] = field(default_factory=list)
    slack: int = 0

    @property
    def is_data(self) -> bool:
        """Whether it holds data: several columns, no prose, no further table."""
        return (
            len(self.rows) <= MOST_ROWS
            and max(map(len, self.rows), default=0) > 1
            and not any(c.tables for row in self.rows for c in row)
            and not any(c.is_prose for row in self.rows for c in row)
        )


@dataclass
class Builder:
    """Numbers paragraphs and tables in reading order, inner tables after outer."""

    notes: list[str] = field(default_factory=list)
    _tables: int = 0
    _lines: int = 0

    def blocks(self, items: Sequence[str | WordTable]) -> Iterator[Block]:
        """Lines and grids of a body; tables that only lay out give their content."""
        for item in items:
            if isinstance(item, str):
                yield from self.lines(item)
                continue
            self._tables += 1
            name = f"table {self._tables}"
            if item.is_data:
                yield from cut(self.grid(name, item))
                continue
            if len(item.rows) > MOST_ROWS:
                self.notes.append(f"{name} has {len(item.rows)} rows")
            for row in item.rows:
                for cell in row:
                    if cell.merge != "continue":
                        yield from self.blocks(cell.items)

    def lines(self, text: str) -> Iterator[Line]:
        for part in text.split("\n"):
            if shown := part.strip(" \t\r\n"):
                self._lines += 1
                yield Line(shown, f"paragraph {self._lines}")

    def grid(self, name: str, table: WordTable) -> Grid:
        """A data table as a grid of origin cells."""
        edges = _columns(table)
        rows: list[list[GridCell]] = []
        above: dict[int, tuple[int, int]] = {}  # start column → place of the origin
        for number, cells in enumerate(table.rows, start=1):
            row: list[GridCell] = []
            covered: dict[int, tuple[int, int]] = {}
            for i, cell in enumerate(cells, start=1):
                start, end = edges.get(cell.start, 0), edges.get(cell.end, 0)
                if cell.merge == "continue" and start in above:
                    y, x = covered[start] = above[start]
                    rows[y][x] = _taller(rows[y][x])
                    if cell.text:
                        where = f"{name} row {number} cell {i}"
                        self.notes.append(f"{where} is covered and says {cell.text}")
                    continue
                if cell.joins and row:
                    row[-1] = _wider(row[-1], end, cell.text)
                    continue
                if cell.merge:
                    covered[start] = (len(rows), len(row))
                locator = f"{name} row {number} cell {i}"
                span = max(end - start, 1)
                row.append(GridCell(cell.text, start, locator, 1, span))
            above = covered
            rows.append(row)
        text = "\n".join("\t".join(c.text for c in row) for row in rows)
        return Grid(name, tuple(tuple(row) for row in rows if row), text)


def require_text(blocks: Sequence[Block], images: int, kind: str) -> None:
    """Raise when a document says nothing: a scan in pictures, or really nothing."""
    if any(block.text.strip() for block in blocks):
        return
    if images:
        raise NoTextLayer(f"a scan: the {kind} holds {images} pictures and no text")
    raise EmptyDocument(f"the {kind} holds no text")


def _taller(cell: GridCell) -> GridCell:
    return GridCell(
        cell.text, cell.column, cell.locator, cell.rowspan + 1, cell.colspan
    )


def _wider(cell: GridCell, end: int, text: str) -> GridCell:
    joined = "\n".join(t for t in (cell.text, text) if t)
    span = max(end - cell.column, cell.colspan)
    return GridCell(joined, cell.column, cell.locator, cell.rowspan, span)


def _columns(table: WordTable) -> dict[int, int]:
    """Edge → column number over all rows; edges within ``slack`` are one."""
    edges = sorted({e for row in table.rows for c in row for e in (c.start, c.end)})
    columns: dict[int, int] = {}
    column, last = -1, 0
    for edge in edges:
        if column < 0 or edge - last > table.slack:
            column, last = column + 1, edge
        columns[edge] = column
    return columns
