"""From an HTML tree to lines and grids, in reading order.

Iterative on purpose: hostile pages nest elements thousands deep.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bs4.element import CData, NavigableString, PageElement, Tag

from pipelines.extract.headed import cut
from pipelines.grid import Block, Grid, GridCell, Line, place
from pipelines.normalise import squash

# fmt: off
SKIPPED = frozenset(
    {
        "script", "style", "noscript", "template", "head", "title", "select", "option",
        "iframe", "object", "embed", "textarea", "svg", "math", "audio", "video",
        "link", "meta",
    }
)
BREAKS = frozenset(
    {
        "address", "article", "aside", "blockquote", "body", "br", "caption", "center",
        "dd", "details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption",
        "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
        "html", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary",
        "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
    }
)
# fmt: on
#: White space that HTML collapses; U+00A0 and U+3000 are content.
COLLAPSED = re.compile(r"[ \t\n\r\f]+")
EDGES = " \t\n\r\f"
HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.I
)
FLAT = re.compile(
    r"(?:^|;)\s*(?:height|line-height)\s*:\s*0(?:px|pt|cm)?\s*(?:;|$)", re.I
)
#: Larger tables are no reports; wider spans are no merged cells.
MOST_ROWS, WIDEST, LONGEST_CELL = 2000, 60, 400
#: Cells of a table after its merged cells are spread out.
LARGEST = 50_000


@dataclass(frozen=True, slots=True)
class Found:
    """A block with the element it stands in."""

    block: Block
    element: Tag


@dataclass
class Reader:
    """Reads elements of one tree. ``skip`` says which subtrees are left out."""

    tables: dict[int, int]  # id of a table element → its number in the document
    frame_tags: frozenset[str] = frozenset()
    frame_words: re.Pattern[str] | None = None
    hidden: bool = False  # read hidden elements too
    too_long: list[str] = field(default_factory=list)
    deepest: int = 0
    _grids: dict[int, Grid | None] = field(default_factory=dict)

    def read(self, root: Tag) -> Iterator[Found]:
        """Blocks below ``root`` in reading order; blank lines are left out."""
        parts: list[str] = []
        count = 0
        stack: list[tuple[Tag, Iterator[PageElement]]] = [(root, iter(root.contents))]

        def line(element: Tag) -> Iterator[Found]:
            nonlocal count
            # Indentation is layout here; inside cells blanks are content.
            text = COLLAPSED.sub(" ", "".join(parts)).strip()
            parts.clear()
            if text:
                count += 1
                yield Found(Line(text, f"paragraph {count}"), element)

        while stack:
            element, children = stack[-1]
            child = next(children, None)
            if child is None:
                stack.pop()
                if element.name in BREAKS:
                    yield from line(element)
            elif isinstance(child, Tag):
                if self.skips(child):
                    continue
                if child.name in BREAKS:
                    yield from line(element)
                if child.name == "table" and (grid := self.grid(child)):
                    yield from (Found(part, child) for part in cut(grid))
                else:
                    stack.append((child, iter(child.contents)))
                    self.deepest = max(self.deepest, len(stack))
            elif type(child) in (NavigableString, CData):
                parts.append(str(child))
        yield from line(root)

    def skips(self, element: Tag) -> bool:
        """Whether an element shows nothing, or belongs to the frame of the page."""
        if element.name in SKIPPED or element.name in self.frame_tags:
            return True
        attributes = element.attrs
        if not attributes:
            return False
        if not self.hidden:
            if "hidden" in attributes:
                return True
            style = attributes.get("style")
            if style and HIDDEN.search(str(style)):
                return True
        return self.frame_words is not None and bool(
            self.frame_words.search(f" {names(element)} ")
        )

    def grid(self, table: Tag) -> Grid | None:
        """A table as a grid, or None when it only lays out the page."""
        if id(table) not in self._grids:
            rows = within(table, "tr")
            is_data = not within(table, "table") and self.is_data(table, rows)
            self._grids[id(table)] = self.placed(table, rows) if is_data else None
        return self._grids[id(table)]

    def is_data(self, table: Tag, rows: list[Tag]) -> bool:
        """Whether an innermost table holds data: several columns, and no prose."""
        if len(rows) > MOST_ROWS:
            self.too_long.append(f"table {self.number(table)} has {len(rows)} rows")
            return False
        cells = [cells_of(row) for row in rows]
        return max(map(len, cells), default=0) > 1 and all(
            len(squash("".join(map(str, cell.strings)))) <= LONGEST_CELL
            for row in cells
            for cell in row
        )

    def number(self, table: Tag) -> int:
        return self.tables.get(id(table), 0)

    def placed(self, table: Tag, elements: list[Tag]) -> Grid | None:
        """A data table as a grid; phantom rows of word processors are left out."""
        rows = [
            (number, cells)
            for number, row in enumerate(elements, start=1)
            if (cells := self.cells(row))
        ]
        sizes = [
            [(min(c.rowspan, len(rows)), c.colspan) for c in cells] for _, cells in rows
        ]
        if (size := sum(a * b for row in sizes for a, b in row)) > LARGEST:
            self.too_long.append(f"table {self.number(table)} spreads to {size} cells")
            return None
        name = f"table {self.number(table)}"
        placed = tuple(
            tuple(
                GridCell(
                    cell.text,
                    column,
                    f"{name} row {number} cell {i}",
                    cell.rowspan,
                    cell.colspan,
                )
                for i, (cell, column) in enumerate(
                    zip(cells, columns, strict=True), start=1
                )
            )
            for (number, cells), columns in zip(rows, place(sizes), strict=True)
        )
        text = "\n".join("\t".join(cell.text for cell in row) for row in placed)
        return Grid(name, placed, text)

    def cells(self, row: Tag) -> list[GridCell]:
        """Cells of a row as they stand, not yet placed; [] for a row not shown."""
        if self.skips(row):
            return []
        cells = [
            GridCell(
                self.cell_text(cell),
                0,
                "",
                span(cell, "rowspan", MOST_ROWS),
                span(cell, "colspan", WIDEST),
            )
            for cell in cells_of(row)
            if not self.skips(cell)
        ]
        phantom = str(row.get("height", "")).strip() in ("0", "0px", "0pt") or bool(
            FLAT.search(str(row.get("style", "")))
        )
        if phantom and not any(cell.text.strip() for cell in cells):
            return []
        return cells

    def cell_text(self, cell: Tag) -> str:
        """Text of a cell: paragraphs and breaks as line breaks, blanks kept inside."""
        lines: list[str] = []
        parts: list[str] = []

        def end() -> None:
            text = COLLAPSED.sub(" ", "".join(parts)).strip(EDGES)
            parts.clear()
            if text:
                lines.append(text)

        stack: list[tuple[Tag, Iterator[PageElement]]] = [(cell, iter(cell.contents))]
        while stack:
            element, children = stack[-1]
            child = next(children, None)
            if child is None:
                stack.pop()
                if element.name in BREAKS:
                    end()
            elif isinstance(child, Tag):
                if self.skips(child):
                    continue
                if child.name in BREAKS:
                    end()
                stack.append((child, iter(child.contents)))
            elif type(child) in (NavigableString, CData):
                parts.append(str(child))
        end()
        return "\n".join(lines)


def within(element: Tag, name: str) -> list[Tag]:
    """Descendants with a tag name, in order; much quicker than a general search."""
    return [d for d in element.descendants if isinstance(d, Tag) and d.name == name]


def cells_of(row: Tag) -> list[Tag]:
    """The cells that stand directly in a row."""
    return [c for c in row.contents if isinstance(c, Tag) and c.name in ("td", "th")]


def names(element: Tag) -> str:
    """Classes and id of an element, lower case, separated by blanks."""
    classes = element.get("class") or ()
    words = [classes] if isinstance(classes, str) else [str(c) for c in classes]
    return " ".join([*words, str(element.get("id") or "")]).lower()


def span(cell: Tag, attribute: str, most: int) -> int:
    """A rowspan or colspan as a sane number.

    Pages write ``0``, ``"3;"`` and ``99999``; what is no number counts as 1.
    """
    match = re.match(r"\s*(\d{1,6})", str(cell.get(attribute) or "1"))
    return min(max(int(match[1]), 1), most) if match else 1
