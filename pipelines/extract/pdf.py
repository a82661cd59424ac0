"""PDF files: text and ruled tables, page by page, with the place of every cell.

pdfplumber reads characters and drawn lines; :mod:`pipelines.extract.placed` makes text
and tables of them. A file whose text cannot be read (a scan,
or fonts that do not tell their characters) is refused as ``NoTextLayer``.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdftypes import resolve1
from pdfplumber.utils.exceptions import MalformedPDFException, PdfminerException

from archive.errors import DocumentError, DocumentTooLarge, EmptyDocument
from pipelines import ocr
from pipelines.extract.complaints import complaints
from pipelines.extract.page import NoTextLayer, NotHere, Page
from pipelines.extract.placed import (
    FEW,
    LEAST_READABLE,
    MOST_PAGES,
    OCR_HINT,
    Pages,
)
from pipelines.extract.ruling import Box, Drawn

#: Bytes behind the last ``%%EOF`` that real files have: signatures, padding.
TAIL = 4096
#: Points between two prints of one character; narrow digits are further apart.
HAIR = 1.0
#: Loggers of what reads the file.
LIBRARIES = ("pdfminer", "pdfplumber")


def extract(data: bytes) -> Page:
    """Take a PDF apart. Raises DocumentError with the reason when it cannot be read."""
    if b"%%EOF" not in data.rstrip(b"\0\r\n\t ")[-TAIL:]:
        raise DocumentError("the file is cut off: it does not end with %%EOF")
    with complaints(LIBRARIES) as heard:
        page = _extracted(data)
    return replace(page, notes=(*page.notes, *heard.notes()))


def _extracted(data: bytes) -> Page:
    read = Pages()
    try:
        # never closed: that asks for all pages again, and holds nothing but memory
        document = pdfplumber.open(io.BytesIO(data))
        pages = _pages(document)
        if len(pages) > MOST_PAGES:
            raise DocumentTooLarge(
                f"{len(pages)} pages, and no more than {MOST_PAGES} are read"
            )
        read.promised = _promised(document)
        for page in pages:
            _read_page(page, read)
            page.close()
    except (PdfminerException, MalformedPDFException) as error:
        raise _reason(error) from error
    unread = read.unread()
    if not unread or not recognised(data, unread, read):
        _require_text(read)
    return read.page()


def recognised(data: bytes, pages: Sequence[int], read: Pages) -> bool:
    """Recognise pages that are pictures; False without the extra ``[ocr]``."""
    if not ocr.available():
        return False
    if not ocr.here():
        raise NotHere(f"a scan: {len(pages)} of {len(read.items)} pages are pictures")
    from pipelines.ocr.document import recognise  # noqa: PLC0415 - heavy

    recognise(data, pages, read)
    return True


def _pages(document: Any) -> list[Any]:
    """The pages of a document; DocumentError where one has no size that can be read."""
    try:
        found: list[Any] = document.pages
    except (TypeError, ValueError) as error:
        raise DocumentError(f"a damaged PDF: a page without a size: {error}") from error
    return found


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


def _read_page(page: Any, read: Pages) -> None:
    box = Box(*page.bbox)
    chars = _once([c for c in page.chars if box.holds(c)])
    rules = [*page.lines, *page.rects, *page.curves]
    pictures = len(page.images) + (len(page.curves) > 100)
    read.add(chars, rules, (float(page.width), float(page.height)), pictures)


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


def _require_text(read: Pages) -> None:
    total, readable = sum(read.characters), sum(read.readable)
    pages, pictures = len(read.items), sum(map(bool, read.pictures))
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
