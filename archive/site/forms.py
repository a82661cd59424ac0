"""The nouns of a printed form: labels, cells in their place, lines, blocks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from archive.records import Cell

Key = tuple[str, str, str]
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")


@dataclass(frozen=True, slots=True)
class Label:
    """A heading cell. ``level`` is 0 for the outermost of nested row labels."""

    text: str
    rowspan: int = 1
    colspan: int = 1
    level: int = 0


@dataclass(frozen=True, slots=True)
class FormCell:
    """A cell in its place on the form."""

    cell: Cell
    label: str
    findings: tuple[int, ...] = ()  # numbers of the findings that speak about it
    doubtful: bool = True  # none of them is a FAIL
    colspan: int = 1

    @property
    def anchor(self) -> str:
        """Fragment identifier of the cell on its page."""
        return "-".join(("cell", *self.cell.key))

    @property
    def in_chinese(self) -> bool:
        """Whether it holds Chinese words: ``6229.95万元``."""
        return CHINESE.search(self.cell.raw) is not None

    @property
    def text(self) -> str:
        """What is shown: the cell as printed, without white space around it."""
        return self.cell.raw.strip()


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table: labels, then cells."""

    labels: tuple[Label, ...]
    cells: tuple[FormCell, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """Header lines and data lines that belong together."""

    heading: str | None
    head: tuple[tuple[Label, ...], ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """One table of a report as the form prints it."""

    table_code: str
    template: str
    title_zh: str
    title_en: str
    width: int
    blocks: tuple[Block, ...]
    odd: tuple[FormCell, ...] = ()  # cells that this form has no place for

    def title(self, lang: str) -> str:
        """The heading of the chapter or annex."""
        return self.title_zh if lang == "zh" else self.title_en

    @property
    def cells(self) -> tuple[FormCell, ...]:
        """All cells in the order of the form."""
        lines = (line for block in self.blocks for line in block.lines)
        return tuple(cell for line in lines for cell in line.cells) + self.odd

    @property
    def filled(self) -> int:
        """Cells that hold a number, a zero included."""
        return sum(c.cell.state in ("number", "zero") for c in self.cells)
