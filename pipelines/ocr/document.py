"""The pages of a document that are pictures, recognised one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from archive.errors import DocumentTooLarge
from pipelines.extract.page import NoTextLayer, Page
from pipelines.extract.placed import Pages
from pipelines.ocr.page import PageRead, read_page
from pipelines.ocr.raster import MOST_PAGES, PdfPages, picture_pages


def recognise(data: bytes, pages: Sequence[int], read: Pages) -> None:
    """Put what stands on ``pages`` (from 1) of a PDF into ``read``.

    Raises NoTextLayer when the document says nothing else and nothing is recognised.
    """
    if len(pages) > MOST_PAGES:
        raise DocumentTooLarge(
            f"a scan of {len(pages)} pages, and no more than {MOST_PAGES} are "
            "recognised"
        )
    found = 0
    document = PdfPages(data)
    try:
        for number in pages:
            page = read_page(document.raster(number))
            if page.items:
                read.put(number, page.items, page.height, page.pixels)
            found += page.characters
    finally:
        document.close()
    if not found and len(pages) == len(read.items):
        raise NoTextLayer(
            f"a scan: {len(pages)} pages of pictures, and no writing was recognised"
        )


def picture(data: bytes) -> Page:
    """A picture file as a document, a page for each of its frames."""
    read = Pages()
    for raster in picture_pages(data):
        page: PageRead = read_page(raster)
        read.add((), (), (1.0, 1.0), 1)
        read.put(raster.number, page.items, page.height, page.pixels)
    if not any(read.items):
        raise NoTextLayer("a picture, and no writing was recognised on it")
    return read.page()
