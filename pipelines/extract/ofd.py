"""OFD (GB/T 33190): pages of placed characters and drawn rules, as a PDF has them.

Coordinates are millimetres from the top left corner of the page; they become points
and go the way of PDF pages: ruled tables, lines, paragraphs, tables over page breaks.
"""

from __future__ import annotations

import posixpath
from dataclasses import replace
from typing import Any

from archive.errors import DocumentError, DocumentTooLarge, EmptyDocument
from pipelines.extract.ofdpage import POINTS, Drawing, measures
from pipelines.extract.package import Package, attribute, child, local, open_package
from pipelines.extract.page import NoTextLayer, Page
from pipelines.extract.placed import MOST_PAGES, OCR_HINT, Pages

A4 = (0.0, 0.0, 210.0, 297.0)


def extract(data: bytes) -> Page:
    """Take a document apart. Raises DocumentError, NoTextLayer for pictures only."""
    package = open_package(data, "OFD")
    document, folder = _document(package)
    common = child(document, "CommonData")
    templates = {
        attribute(t, "ID"): _at(folder, attribute(t, "BaseLoc"))
        for t in (common if common is not None else ())
        if local(t) == "TemplatePage"
    }
    pages = child(document, "Pages")
    paths = [
        _at(folder, attribute(p, "BaseLoc"))
        for p in (pages if pages is not None else ())
        if local(p) == "Page"
    ]
    if not paths:
        raise EmptyDocument("the OFD has no pages")
    if len(paths) > MOST_PAGES:
        raise DocumentTooLarge(
            f"{len(paths)} pages, and no more than {MOST_PAGES} are read"
        )
    default = _box(child(common, "PageArea") if common is not None else None) or A4
    read = Pages()
    lost = 0
    for path in paths:
        drawing = _drawing(package, path, templates, default)
        lost += drawing.lost
        size = (drawing.width * POINTS, drawing.height * POINTS)
        read.add(drawing.chars, drawing.rules, size, drawing.pictures)
    if not sum(read.characters):
        if sum(read.pictures) or lost:
            raise NoTextLayer(
                f"a scan: {len(paths)} pages of pictures without text; {OCR_HINT}"
            )
        raise EmptyDocument(f"the OFD has {len(paths)} pages and nothing on them")
    page = read.page()
    notes = (f"{lost} texts are drawn as shapes and were not read",) if lost else ()
    return replace(page, content=f"OFD, {page.content}", notes=(*page.notes, *notes))


def _document(package: Package) -> tuple[Any, str]:
    """The root of the first document and the folder its places are relative to."""
    root = package.xml("OFD.xml")
    body = child(root, "DocBody", "DocRoot")
    if body is None or not (body.text or "").strip():
        raise DocumentError("OFD.xml names no document (DocBody/DocRoot)")
    path = body.text.strip().lstrip("/")
    return package.xml(path), posixpath.dirname(path)


def _at(folder: str, place: str | None) -> str:
    """A place relative to a folder, or from the root when it begins with a slash."""
    place = (place or "").replace("\\", "/")
    return place.lstrip("/") if place[:1] == "/" else posixpath.join(folder, place)


def _box(area: Any) -> tuple[float, float, float, float] | None:
    physical = child(area, "PhysicalBox") if area is not None else None
    numbers = measures(physical.text) if physical is not None else []
    if len(numbers) != 4:
        return None
    return numbers[0], numbers[1], numbers[2], numbers[3]


def _drawing(
    package: Package,
    path: str,
    templates: dict[str | None, str],
    default: tuple[float, float, float, float],
) -> Drawing:
    """A page with the content of its templates."""
    root = package.xml(path)
    box = _box(child(root, "Area")) or default
    drawing = Drawing(box[0], box[1], box[2], box[3])
    used = [attribute(e, "TemplateID") for e in root if local(e) == "Template"]
    for name in used:
        if (place := templates.get(name)) and package.find(place):
            content = child(package.xml(place), "Content")
            drawing.layer(content if content is not None else ())
    content = child(root, "Content")
    drawing.layer(content if content is not None else ())
    return drawing
