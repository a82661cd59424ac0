"""PDF files: text and ruled tables, page by page, with the place of every cell.

pdfplumber reads characters and drawn lines; what is a rule, a paragraph, a running head
or a table over a page break is decided here. A file whose text cannot be read (a scan,
or fonts that do not tell their characters) is refused as ``NoTextLayer``.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdftypes import resolve1
from pdfplumber.utils.exceptions import MalformedPDFException, PdfminerException
from pdfplumber.utils.text import chars_to_textmap

from archive.errors import DocumentError, DocumentTooLarge, EmptyDocument
from pipelines.extract.flow import Item, TextLine, paragraphs, running
from pipelines.extract.page import NoTextLayer, Page
from pipelines.extract.ruling import Box, Drawn, Piece, pieces
from pipelines.extract.stitch import continues, grid
from pipelines.grid import Block, Line

#: Reports have up to some forty pages; longer files are statute books and scans.
MOST_PAGES = 300
#: Bytes behind the last ``%%EOF`` that real files have: signatures, padding.
TAIL = 4096
#: Characters that belong in a Chinese report; below this share the text is no text.
READABLE = re.compile(r"[\u3400-\u9fff0-9]")
LEAST_READABLE = 0.3
#: Readable characters a page of a scan may have: its number, a stamp.
FEW = 30
#: Points between two prints of one character; narrow digits are further apart.
HAIR = 1.0
OCR_HINT = "install the extra `[ocr]` (pip install 'nianbao[ocr]') to have it read"


@dataclass(slots=True)
class _Read:
    """What was read so far."""

    pages: list[list[Item]] = field(default_factory=list)
    promised: int = 0  # pages, by the file's own count
    heights: list[float] = field(default_factory=list)
    characters: list[int] = field(default_factory=list)  # by page
    readable: list[int] = field(default_factory=list)  # by page
    pictures: list[int] = field(default_factory=list)  # by page, outlines included


def extract(data: bytes) -> Page:
    """Take a PDF apart. Raises DocumentError with the reason when it cannot be read."""
    if b"%%EOF" not in data.rstrip(b"\0\r\n\t ")[-TAIL:]:
        raise DocumentError("the file is cut off: it does not end with %%EOF")
    read = _Read()
    try:
        with pdfplumber.open(io.BytesIO(data)) as document:
            if len(document.pages) > MOST_PAGES:
                raise DocumentTooLarge(
                    f"{len(document.pages)} pages, and no more than {MOST_PAGES} "
                    "are read"
                )
            read.promised = _promised(document)
            for page in document.pages:
                _read_page(page, read)
                page.close()
    except (PdfminerException, MalformedPDFException) as error:
        raise _reason(error) from error
    _require_text(read)
    return _assembled(read)


def _promised(document: Any) -> int:
    """The number of pages the page tree says it has; 0 when it does not tell."""
    tree = resolve1(document.doc.catalog.get("Pages"))
    count = resolve1(tree.get("Count")) if isinstance(tree, dict) else None
    return count if isinstance(count, int) else 0


def _reason(error: Exception) -> DocumentError:
    cause = error.args[0] if error.args else error
    if isinstance(cause, PDFPasswordIncorrect | PDFEncryptionError):
        return DocumentError("the PDF is encrypted: a password is needed to open it")
    name = f"{type(cause).__name__}: {cause}".rstrip(": ")
    return DocumentError(f"a damaged PDF: {name}")


def _read_page(page: Any, read: _Read) -> None:
    box = Box(*page.bbox)
    chars = _once([c for c in page.chars if box.holds(c)])
    filled = [c["text"] for c in chars if not c["text"].isspace()]
    read.characters.append(len(filled))
    read.readable.append(sum(len(t) == 1 and bool(READABLE.match(t)) for t in filled))
    read.pictures.append(len(page.images) + (len(page.curves) > 100))
    read.heights.append(float(page.height))
    objects = [*page.lines, *page.rects, *page.curves]
    tables = [
        p
        for p in pieces(page.page_number, objects, chars)
        if any(cell.text.strip() for row in p.rows for cell in row)
    ]
    free = [c for c in chars if not any(t.box.holds(c) for t in tables)]
    items: list[Item] = [*tables, *_lines(page.page_number, free)]
    read.pages.append(sorted(items, key=lambda item: (item.box.top, item.box.x0)))


def _once(chars: Sequence[Drawn]) -> list[Drawn]:
    """Characters without second prints: bold is often made of two, a hair apart."""
    seen: dict[tuple[str, int, int], Drawn] = {}
    kept = []
    for char in chars:
        text, x, y = char["text"], int(char["x0"]), int(char["top"])
        near = (
            seen.get((text, x + dx, y + dy)) for dx in (0, -1, 1) for dy in (0, -1, 1)
        )
        if not any(
            abs(n["x0"] - char["x0"]) <= HAIR and abs(n["top"] - char["top"]) <= HAIR
            for n in near
            if n is not None
        ):
            seen[text, x, y] = char
            kept.append(char)
    return kept


def _lines(page: int, chars: list[Drawn]) -> Iterator[TextLine]:
    if not chars:
        return
    found = chars_to_textmap(chars).extract_text_lines(return_chars=True)
    for number, line in enumerate(found, 1):
        box = Box(line["x0"], line["top"], line["x1"], line["bottom"])
        sizes = sorted(c["size"] for c in line["chars"])
        size = sizes[len(sizes) // 2] if sizes else box.bottom - box.top
        yield TextLine(line["text"], page, number, box, size)


def _require_text(read: _Read) -> None:
    total, readable = sum(read.characters), sum(read.readable)
    pages, pictures = len(read.pages), sum(map(bool, read.pictures))
    if not pages:
        raise DocumentError(f"a damaged PDF: {read.promised} pages said, none found")
    if not total and not pictures:
        raise EmptyDocument(f"the PDF has {pages} pages and nothing on them")
    if not total or (readable < FEW * pages and pictures * 2 > pages):
        raise NoTextLayer(
            f"a scan: {pages} pages of pictures with {total} characters of text; "
            + OCR_HINT
        )
    if readable < LEAST_READABLE * total:
        raise NoTextLayer(
            f"the fonts do not tell their characters: {readable} of {total} are "
            f"Chinese characters or digits; {OCR_HINT}"
        )


def _assembled(read: _Read) -> Page:
    """Blocks in reading order over all pages."""
    aside = running(read.pages, read.heights)
    frame: list[Line] = []
    body: list[Item] = []
    for items in read.pages:
        for item in items:
            if isinstance(item, TextLine) and item.line in aside:
                frame.append(item.line)
            else:
                body.append(item)
    tables = sum(isinstance(i, Piece) for i in body)
    return Page(
        blocks=tuple(_blocks(body)),
        frame=tuple(frame),
        images=sum(read.pictures),
        content=f"{len(read.pages)} pages, {tables} ruled tables",
        notes=tuple(_notes(read)),
    )


def _notes(read: _Read) -> Iterator[str]:
    if read.promised > len(read.pages):
        yield f"the file has {read.promised} pages, {len(read.pages)} were found"
    pages = zip(read.characters, read.readable, read.pictures, strict=True)
    for number, (total, readable, pictures) in enumerate(pages, 1):
        if pictures and readable < FEW:
            yield f"page {number} is a picture: what stands on it was not read"
        elif readable < LEAST_READABLE * total:
            yield f"page {number}: {total - readable} of {total} characters unreadable"


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
