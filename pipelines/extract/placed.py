"""Pages of placed characters and drawn rules become text and grids.

What PDF and OFD have in common: every character has a box, tables are ruled or only
aligned, a table may go on over the page break, running heads and page numbers repeat.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pdfplumber.utils.text import chars_to_textmap

from pipelines.extract import aligned
from pipelines.extract.flow import Item, TextLine, paragraphs, running
from pipelines.extract.hanging import pulled
from pipelines.extract.page import Page
from pipelines.extract.ruling import Box, Drawn, Piece, pieces
from pipelines.extract.stitch import continues, grid
from pipelines.extract.turned import upright
from pipelines.grid import Block, Line
from pipelines.pixels import Pixels

#: Reports have up to some forty pages; longer files are statute books and scans.
MOST_PAGES = 300
#: Characters that belong in a Chinese report; below this share the text is no text.
READABLE = re.compile(r"[\u3400-\u9fff0-9]")
LEAST_READABLE = 0.3
#: Readable characters a page of a scan may have: its number, a stamp.
FEW = 30
OCR_HINT = "install the extra `[ocr]` (pip install 'nianbao[ocr]') to have it read"


@dataclass(slots=True)
class Pages:
    """What was read so far, page by page."""

    items: list[list[Item]] = field(default_factory=list)
    promised: int = 0  # pages, by the file's own count
    heights: list[float] = field(default_factory=list)
    characters: list[int] = field(default_factory=list)
    readable: list[int] = field(default_factory=list)
    pictures: list[int] = field(default_factory=list)  # outlines included
    notes: list[str] = field(default_factory=list)
    recognised: set[int] = field(default_factory=set)  # numbers of pages
    pixels: dict[str, Pixels] = field(default_factory=dict)  # of recognised cells
    _columns: aligned.Columns | None = None  # of an aligned table that may go on

    def add(
        self,
        chars: Sequence[Drawn],
        rules: Iterable[Drawn],
        size: tuple[float, float],
        pictures: int = 0,
    ) -> None:
        """The next page: its characters, its lines and boxes, (width, height)."""
        number = len(self.items) + 1
        filled = [c["text"] for c in chars if not c["text"].isspace()]
        self.characters.append(len(filled))
        self.readable.append(
            sum(len(t) == 1 and bool(READABLE.match(t)) for t in filled)
        )
        self.pictures.append(pictures)
        chars, rules, height = upright(chars, rules, size)
        self.heights.append(height)
        tables = [
            p
            for p in pieces(number, rules, chars)
            if any(cell.text.strip() for row in p.rows for cell in row)
        ]
        placed = pulled([t.box for t in tables], chars)
        free = [c for c in placed if not any(t.box.holds(c) for t in tables)]
        more = aligned.tables(number, free, self._columns)
        self._columns = more.columns
        found: list[Item] = [*tables, *more.pieces, *lines(number, list(more.rest))]
        self.items.append(sorted(found, key=lambda item: (item.box.top, item.box.x0)))

    def unread(self) -> list[int]:
        """Numbers of the pages that are pictures, or whose text is none."""
        pages = zip(self.characters, self.readable, self.pictures, strict=True)
        return [
            number
            for number, (total, readable, pictures) in enumerate(pages, 1)
            if number not in self.recognised
            and ((pictures and readable < FEW) or readable < LEAST_READABLE * total)
        ]

    def put(
        self,
        number: int,
        items: Sequence[Item],
        height: float,
        pixels: Mapping[str, Pixels],
    ) -> None:
        """What was recognised on page ``number``, in place of what was read."""
        self.items[number - 1] = list(items)
        self.heights[number - 1] = height
        self.recognised.add(number)
        self.pixels |= pixels

    def page(self) -> Page:
        """Blocks in reading order over all pages."""
        aside = running(self.items, self.heights)
        frame: list[Line] = []
        body: list[Item] = []
        for items in self.items:
            for item in items:
                if isinstance(item, TextLine) and item.line in aside:
                    frame.append(item.line)
                else:
                    body.append(item)
        tables = sum(isinstance(i, Piece) for i in body)
        return Page(
            blocks=tuple(_blocks(body)),
            frame=tuple(frame),
            images=sum(self.pictures),
            content=f"{len(self.items)} pages, {tables} tables",
            notes=(*self._notes(), *self.notes),
            pixels=self.pixels,
            scanned=len(self.recognised) == len(self.items),
        )

    def _notes(self) -> Iterator[str]:
        if self.promised > len(self.items):
            yield f"the file has {self.promised} pages, {len(self.items)} were found"
        pages = zip(self.characters, self.readable, self.pictures, strict=True)
        for number, (total, readable, pictures) in enumerate(pages, 1):
            if number in self.recognised:
                yield f"page {number} is a picture: it was read by recognition"
            elif pictures and readable < FEW:
                yield f"page {number} is a picture: what stands on it was not read"
            elif readable < LEAST_READABLE * total:
                bad = total - readable
                yield f"page {number}: {bad} of {total} characters unreadable"


def lines(page: int, chars: list[Drawn]) -> Iterator[TextLine]:
    """Lines of running text, from the top."""
    if not chars:
        return
    found = chars_to_textmap(chars).extract_text_lines(return_chars=True)
    for number, line in enumerate(found, 1):
        box = Box(line["x0"], line["top"], line["x1"], line["bottom"])
        sizes = sorted(c["size"] for c in line["chars"])
        size = sizes[len(sizes) // 2] if sizes else box.bottom - box.top
        yield TextLine(line["text"], page, number, box, size)


def _blocks(body: Sequence[Item]) -> Iterator[Block]:
    texts: list[TextLine] = []
    parts: list[Piece] = []
    for item in body:
        if isinstance(item, Piece) and parts and continues(parts[-1], item):
            parts.append(item)
            continue
        texts += _framed(parts) if _is_frame(parts) else []
        if parts and not _is_frame(parts):
            yield from paragraphs(texts)
            yield grid(parts)
            texts = []
        parts = []
        if isinstance(item, Piece):
            parts = [item]
        else:
            texts.append(item)
    if parts and not _is_frame(parts):
        yield from paragraphs(texts)
        yield grid(parts)
    else:
        yield from paragraphs([*texts, *_framed(parts)])


def _is_frame(parts: Sequence[Piece]) -> bool:
    """Boxes around text: no row of them has a second cell."""
    return bool(parts) and all(len(row) == 1 for p in parts for row in p.rows)


def _framed(parts: Sequence[Piece]) -> list[TextLine]:
    found: list[TextLine] = []
    for part in parts:
        cells = [cell for row in part.rows for cell in row if cell.text.strip()]
        for cell in cells:
            for text in cell.text.split("\n"):
                size = (cell.box.bottom - cell.box.top) / (cell.text.count("\n") + 1)
                found.append(TextLine(text, part.page, len(found) + 1, cell.box, size))
    return found
