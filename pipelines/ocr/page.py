"""A page of pixels becomes what a page of a PDF is: ruled tables and lines of text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from pipelines.extract.flow import Item, TextLine
from pipelines.extract.ruling import Box, Piece, pieces
from pipelines.ocr import detect
from pipelines.ocr.cells import CellRead, read_cells
from pipelines.ocr.linework import Linework, drawn, linework
from pipelines.ocr.raster import Grey, Raster
from pipelines.ocr.recognise import recognise
from pipelines.ocr.skew import Level, level
from pipelines.pixels import Pixels

#: Points. Smaller boxes are seals, frames around a number, strokes of large type.
LEAST_WIDE, LEAST_HIGH = 60.0, 14.0
#: Mean confidence below which a line of text is noise.
NOISE = 0.5
#: Width of characters that are not full, of the height of a line.
HALF = 0.5


@dataclass(frozen=True, slots=True)
class PageRead:
    """Items in reading order, evidence by locator, points of height, a note."""

    items: tuple[Item, ...]
    pixels: dict[str, Pixels]
    height: float
    characters: int


def read_page(raster: Raster) -> PageRead:
    """Recognise one page."""
    page = level(raster)
    work = linework(page.grey)
    ruled = [
        p
        for p in pieces(raster.number, list(drawn(work, raster.points)), [])
        if _is_table(p)
    ]
    tables, pixels = _tables(page, work, ruled)
    lines = _text(page, work, [t.box for t in tables])
    items: list[Item] = [*tables, *lines]
    items.sort(key=lambda item: (item.box.top, item.box.x0))
    characters = sum(len(c.text) for t in tables for row in t.rows for c in row)
    characters += sum(len(line.text) for line in lines)
    height = raster.grey.shape[0] * raster.points
    return PageRead(tuple(items), pixels, height, characters)


def _is_table(piece: Piece) -> bool:
    """Whether a piece has cells side by side; a lone box is a frame around text."""
    wide, high = piece.box.x1 - piece.box.x0, piece.box.bottom - piece.box.top
    several = any(len(row) > 1 for row in piece.rows)
    return several and wide >= LEAST_WIDE and high >= LEAST_HIGH


def _tables(
    page: Level, work: Linework, ruled: Sequence[Piece]
) -> tuple[list[Piece], dict[str, Pixels]]:
    scale = 1 / page.raster.points
    cells = [cell for piece in ruled for row in piece.rows for cell in row]
    places = [
        (
            max(round(c.box.x0 * scale), 0),
            max(round(c.box.top * scale), 0),
            round(c.box.x1 * scale),
            round(c.box.bottom * scale),
        )
        for c in cells
    ]
    read = iter(read_cells(work, places))
    found: list[Piece] = []
    pixels: dict[str, Pixels] = {}
    for number, piece in enumerate(ruled, 1):
        where = f"page {piece.page} table {number}"
        rows = []
        for r, row in enumerate(piece.rows, 1):
            filled = []
            for i, cell in enumerate(row, 1):
                got: CellRead = next(read)
                locator = f"{where} row {r} cell {i} box {page.place(cell.box)}"
                pixels[locator] = got.pixels
                filled.append(replace(cell, text=got.text, locator=locator))
            rows.append(tuple(filled))
        if any(cell.text for row in rows for cell in row):
            found.append(replace(piece, locator=where, rows=tuple(rows)))
    return found, pixels


def _text(page: Level, work: Linework, tables: Sequence[Box]) -> list[TextLine]:
    """Lines outside of tables."""
    scale = 1 / page.raster.points
    grey = work.clean.copy()
    for box in tables:
        top, bottom = round(box.top * scale), round(box.bottom * scale)
        grey[top : bottom + 1, round(box.x0 * scale) : round(box.x1 * scale) + 1] = 255
    places = detect.lines(grey)
    read = recognise([grey[y0:y1, x0:x1] for x0, y0, x1, y1 in places])
    found: list[TextLine] = []
    for place, line in zip(places, read, strict=True):
        if not line.text.strip() or line.confidence < NOISE:
            continue
        box = _close(work.ink, place, page.raster.points)
        text = line.text.strip()
        found.append(
            TextLine(text, page.raster.number, len(found) + 1, box, _size(text, box))
        )
    return _levelled(found)


def _close(ink: Grey, place: detect.Place, points: float) -> Box:
    """The box of a line close around its ink, in points."""
    x0, y0, x1, y1 = place
    part = ink[y0:y1, x0:x1]
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    if rows.size and columns.size:
        x0, x1 = x0 + int(columns[0]), x0 + int(columns[-1]) + 1
        y0, y1 = y0 + int(rows[0]), y0 + int(rows[-1]) + 1
    return Box(x0 * points, y0 * points, x1 * points, y1 * points)


def _size(text: str, box: Box) -> float:
    """Height of the characters of a line, from how wide they run: that is steadier."""
    units = sum(1.0 if char > "\u2e80" else HALF for char in text)
    return (box.x1 - box.x0) / max(units - 0.3, 1.0)


def _levelled(lines: Sequence[TextLine]) -> list[TextLine]:
    """Sizes that are nearly the same made the same: type is set in few sizes."""
    order = sorted(lines, key=lambda line: line.size)
    groups: list[list[TextLine]] = [order[:1]] if order else []
    for before, line in pairwise(order):
        if line.size > before.size * 1.06:
            groups.append([])
        groups[-1].append(line)
    sizes = {
        line.number: group[len(group) // 2].size for group in groups for line in group
    }
    return [replace(line, size=sizes[line.number]) for line in lines]
