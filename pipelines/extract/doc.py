"""DOC and WPS: Word 97–2003 binary documents, tables with their real column edges.

No packaged reader keeps Chinese tables of this form. Word 95, encrypted documents and
compound files without a Word document are refused with their name. What is only called
so has its own reader: RTF, and Web pages saved by Word as one file.
"""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from pipelines.extract import mhtml, rtf
from pipelines.extract.docbinary import (
    WordFile,
    characters,
    formats,
    open_word,
    paragraphs,
)
from pipelines.extract.doclists import Numbers
from pipelines.extract.docproperties import Runs, Sprms
from pipelines.extract.page import Page
from pipelines.extract.wordtable import Builder, WordCell, WordTable, require_text
from pipelines.grid import Line
from pipelines.sniff import MHTML, sniff

RTF = b"{\\rtf"
IN_TABLE, ROW_END, DEPTH, INNER_CELL, INNER_ROW_END = (
    0x2416, 0x2417, 0x6649, 0x244B, 0x244C,
)  # fmt: skip
DEFINITION, VERTICAL, MERGE = 0xD608, 0xD62B, 0x5624
GONE = (0x0800, 0x083C)  # deleted, hidden
END = re.compile("[\r\x07\x0c]")
FIELD = re.compile("\x13[^\x13\x14\x15]*(?:\x14([^\x13\x15]*))?\x15")
PICTURES = "\x01\x08"
MOVED = str.maketrans(
    {"\x0b": "\n", "\x0e": "\n", "\x1e": "-", "\xa0": "\u00a0"}
    | dict.fromkeys("\x01\x02\x03\x04\x05\x06\x07\x08\x0c\r\x13\x14\x15\x1f\x00")
)
DEEPEST, FIELDS_DEEP = 20, 10
#: Column edges nearer than this are one, in twips (1 mm is 57).
SLACK = 40


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the stream: its text, its place in tables, its row."""

    text: str
    depth: int
    ends_cell: bool
    ends_row: bool
    sprms: Sprms


def extract(data: bytes) -> Page:
    """Take a document apart. Raises DocumentError with the reason."""
    if data.startswith(RTF):
        return rtf.extract(data)
    if sniff(data).media_type == MHTML:
        return mhtml.extract(data)
    file = open_word(data)
    properties, looks = paragraphs(file), formats(file)
    numbers = Numbers(file)
    total = file.count(0)
    stream = _Stream()
    for paragraph in _paragraphs(file, properties, looks, numbers, 0, total):
        stream.take(paragraph)
    images = sum(t.count(c) for t, _ in characters(file, 0, total) for c in PICTURES)
    builder = Builder()
    blocks = tuple(builder.blocks(stream.close()))
    start = sum(file.count(part) for part in range(6))
    boxes = _Stream()
    for paragraph in _paragraphs(
        file, properties, looks, numbers, start, start + file.count(6)
    ):
        boxes.take(paragraph)
    # Text boxes lie apart from the text: where they stand is not told.
    floating = tuple(builder.blocks(boxes.close()))
    require_text((*blocks, *floating), images, "DOC")
    return Page(
        blocks=(*blocks, *(b for b in floating if not isinstance(b, Line))),
        frame=tuple(b for b in floating if isinstance(b, Line)),
        images=images,
        content=f"DOC, {len(file.pieces)} pieces",
        notes=tuple(builder.notes),
    )


def _paragraphs(
    file: WordFile,
    properties: Runs,
    looks: Runs,
    numbers: Numbers,
    start: int,
    end: int,
) -> Iterator[Paragraph]:
    """Paragraphs between two character positions, with their properties."""
    parts: list[str] = []
    for text, piece in characters(file, start, end):
        shown = _visible(text, piece.offset, piece.width, looks)
        at = 0
        for match in END.finditer(text):
            parts.append(shown[at : match.end() - 1])
            at = match.end()
            style, own = properties.at(piece.offset + match.start() * piece.width)
            yield _paragraph(
                "".join(parts), text[at - 1], own + piece.sprms, style, numbers
            )
            parts.clear()
        parts.append(shown[at:])
    if "".join(parts).strip():
        yield Paragraph(_clean("".join(parts)), 0, False, False, ())


def _visible(text: str, offset: int, width: int, looks: Runs) -> str:
    """Text with deleted and hidden runs replaced by NUL, so that places stay."""
    end = offset + len(text) * width
    i = max(bisect_right(looks.starts, offset) - 1, 0)
    pieces: list[tuple[int, int]] = []
    while i < len(looks.starts) and looks.starts[i] < end:
        if _is_gone(looks.values[i][1]):
            first = max((looks.starts[i] - offset) // width, 0)
            pieces.append((first, (min(looks.ends[i], end) - offset) // width))
        i += 1
    for first, last in pieces:
        if last > first:
            text = text[:first] + "\0" * (last - first) + text[last:]
    return text


@lru_cache(maxsize=4096)
def _is_gone(own: Sprms) -> bool:
    return any(c in GONE and operand[:1] == b"\x01" for c, operand in own)


def _paragraph(
    text: str, mark: str, own: Sprms, style: int, numbers: Numbers
) -> Paragraph:
    depth, ends_cell, ends_row = _role(own, mark)
    shown = _clean(text)
    # Numbers of cells are left out: a value must stay what was typed.
    if shown.strip() and not depth:
        shown = numbers.next(style, own) + shown
    return Paragraph(shown, depth, ends_cell, ends_row, own)


@lru_cache(maxsize=4096)
def _role(own: Sprms, mark: str) -> tuple[int, bool, bool]:
    """Depth of tables, and whether the paragraph ends a cell or a row.

    Cells of a table repeat their properties, so most are worked out already.
    """
    flags = dict(own)
    depth = int.from_bytes(flags.get(DEPTH, b"\0"), "little", signed=True)
    if depth <= 0:
        depth = 1 if flags.get(IN_TABLE, b"\0") != b"\0" else 0
    depth = min(depth, DEEPEST)
    if depth > 1:
        ends_row = flags.get(INNER_ROW_END, b"\0") != b"\0"
        ends_cell = flags.get(INNER_CELL, b"\0") != b"\0" and not ends_row
    else:
        ends_row = flags.get(ROW_END, b"\0") != b"\0" and mark == "\x07"
        ends_cell = mark == "\x07" and not ends_row
        depth = max(depth, int(mark == "\x07"))
    return depth, ends_cell, ends_row


def _clean(text: str) -> str:
    """Text without marks and field codes; results of fields stay."""
    if text.isprintable():
        return text
    for _ in range(FIELDS_DEEP):
        if "\x13" not in text:
            break
        text = FIELD.sub(lambda m: m[1] or "", text)
    joined = text.translate(MOVED)
    return joined.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


@dataclass
class _Open:
    """A table that is being read: finished rows, cells of a row, items of a cell."""

    table: WordTable = field(default_factory=lambda: WordTable(slack=SLACK))
    cells: list[list[str | WordTable]] = field(default_factory=list)
    items: list[str | WordTable] = field(default_factory=list)


@dataclass
class _Stream:
    """Puts paragraphs into cells, cells into rows, rows into tables."""

    body: list[str | WordTable] = field(default_factory=list)
    levels: list[_Open] = field(default_factory=list)

    def take(self, paragraph: Paragraph) -> None:
        while len(self.levels) > paragraph.depth:
            self._close()
        while len(self.levels) < paragraph.depth:
            self.levels.append(_Open())
        if not self.levels:
            self.body.append(paragraph.text)
            return
        level = self.levels[-1]
        if paragraph.ends_row:
            level.table.rows.append(row_of(level.cells, paragraph.sprms))
            level.cells, level.items = [], []
            return
        level.items.append(paragraph.text)
        if paragraph.ends_cell:
            level.cells.append(level.items)
            level.items = []

    def close(self) -> list[str | WordTable]:
        while self.levels:
            self._close()
        return self.body

    def _close(self) -> None:
        level = self.levels.pop()
        if level.items:
            level.cells.append(level.items)
        if level.cells:
            level.table.rows.append(row_of(level.cells, ()))
        if level.table.rows:
            into = self.levels[-1].items if self.levels else self.body
            into.append(level.table)


def row_of(cells: list[list[str | WordTable]], own: Sprms) -> list[WordCell]:
    """Cells of a row with edges and merges from the definition at its end."""
    definition = next((o for c, o in own if c == DEFINITION and o), b"")
    count = definition[0] if definition else 0
    have = 1 + 2 * (count + 1) <= len(definition)
    edges = list(struct.unpack_from(f"<{count + 1}h", definition, 1)) if have else []
    if len(edges) < len(cells) + 1:
        edges = [1000 * i for i in range(len(cells) + 1)]
        count = 0
    row = [WordCell(items, edges[i], edges[i + 1]) for i, items in enumerate(cells)]
    first = 1 + 2 * (count + 1)
    flags = [
        int.from_bytes(definition[at : at + 2], "little") if count else 0
        for at in range(first, first + 20 * len(row), 20)
    ]
    for cell, flag, joins in zip(row, flags, _joined(flags), strict=True):
        cell.joins = joins
        cell.merge = "restart" if flag & 0x40 else "continue" if flag & 0x20 else ""
    for code, operand in own:
        if code == VERTICAL and len(operand) == 2 and operand[0] < len(row):
            row[operand[0]].merge = {1: "continue", 3: "restart"}.get(operand[1], "")
        elif code == MERGE and len(operand) == 2:
            for cell in row[operand[0] + 1 : operand[1]]:
                cell.joins = True
    return row


def _joined(flags: list[int]) -> list[bool]:
    """Which cells of a row belong to the one on their left.

    The two lowest bits tell. The older description of the format says 1 for the first
    cell of a set and 2 for the others, the newer one 2 or 3 and 1: the first cell that
    is merged at all tells which of them was followed.
    """
    marks = [flag & 3 for flag in flags]
    opening = (1,) if next((m for m in marks if m), 0) == 1 else (2, 3)
    return [bool(m) and m not in opening for m in marks]
