"""What every extractor gives: text and grids in reading order, and their setting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from archive.errors import DocumentError
from pipelines.grid import Block, Grid, Line
from pipelines.pixels import Pixels


class NoTextLayer(DocumentError):
    """The document is a picture, or its fonts do not tell which characters they show.

    It may be a report all the same: optical character recognition could tell.
    """


class NotHere(NoTextLayer):
    """The document is a picture, and another worker has what it takes to read it."""


@dataclass(frozen=True, slots=True)
class Link:
    """An anchor of a page: its text and where it points."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Page:
    """One document, taken apart.

    ``blocks`` is the main content in reading order. ``frame`` is what stands around
    it: it may tell a date or an author, and never enters a chapter.
    """

    blocks: tuple[Block, ...]
    frame: tuple[Line, ...] = ()
    titles: tuple[tuple[str, str], ...] = ()  # (where, text), the best evidence first
    meta: Mapping[str, str] = field(default_factory=dict)
    card: Mapping[str, str] = field(default_factory=dict)  # 索引号, 发布机构, …
    links: tuple[Link, ...] = ()
    images: int = 0
    content: str = ""  # how the main content was found
    notes: tuple[str, ...] = ()
    pixels: Mapping[str, Pixels] = field(default_factory=dict)  # by locator of cell
    scanned: bool = False  # all of it was recognised in pictures

    @property
    def grids(self) -> tuple[Grid, ...]:
        return tuple(b for b in self.blocks if isinstance(b, Grid))

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(b for b in self.blocks if isinstance(b, Line))
