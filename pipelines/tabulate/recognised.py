"""Cells that were read from pixels: marked as such, and doubtful ones as no number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from archive.records import Cell, Leftover
from pipelines.pixels import Pixels


def marked(cell: Cell, pixels: Mapping[str, Pixels]) -> Cell:
    """The cell with method ``ocr``, when its place is one that was recognised.

    A number that could be read in two ways is a text: what stands there is kept, and
    nobody takes it for the value. So is a count with a fraction: the point is dirt.
    """
    found = pixels.get(cell.locator)
    if found is None or cell.method == "recovered":
        return cell
    fraction = cell.unit == "count" and cell.value is not None and cell.value % 1
    if cell.value is not None and (not found.certain or fraction):
        return replace(cell, method="ocr", value=None, state="text")
    return replace(cell, method="ocr")


def unread(cells: Mapping[tuple[str, str], Cell]) -> Iterator[Leftover]:
    """A leftover for each recognised cell in which something unread stands."""
    for (row, column), cell in cells.items():
        if cell.method == "ocr" and cell.state == "text":
            said = f"{row}/{column}: could not be read with certainty: {cell.raw}"
            yield Leftover("text", cell.table_code, cell.locator, said)
