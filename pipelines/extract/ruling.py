"""Ruled tables of a PDF page: which lines are rules, which cells they enclose.

Word processors draw rules as lines or as thin filled boxes, and WPS paints a white box
behind every line of text: a filled box without outline that is wide and high is
background, never a rule. A table that is cut by the page ends in rules that run on
without a closing one; it is closed where they end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from pdfplumber.table import (
    cells_to_tables,
    edges_to_intersections,
    intersections_to_cells,
    merge_edges,
)
from pdfplumber.utils.geometry import obj_to_edges
from pdfplumber.utils.text import extract_text

from pipelines.extract.box import Box, Drawn, sorted_in
from pipelines.extract.hanging import pulled
from pipelines.extract.mended import mended
from pipelines.extract.wrapped import goes_on, padding, unit
from pipelines.extract.wrapped import number as wrapped

__all__ = ["Box", "Drawn", "Piece", "PieceCell", "pieces"]

#: Points. Filled boxes wider and higher than this are background.
THICK = 2.2
#: Points. Rules closer than this are one rule, and meet when they end this near.
NEAR = 3.0


@dataclass(frozen=True, slots=True)
class PieceCell:
    """One cell as ruled: text, place, how many rows of its piece it spans.

    ``full``: it holds digits that fill their last line, and others may follow on the
    next page.
    """

    text: str
    box: Box
    locator: str
    rowspan: int = 1
    full: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """The part of a table that stands on one page, row by row."""

    page: int
    locator: str
    box: Box
    rows: tuple[tuple[PieceCell, ...], ...]


def pieces(page: int, objects: Iterable[Drawn], chars: Sequence[Drawn]) -> list[Piece]:
    """Ruled tables of page number ``page``; ``objects`` are its lines and boxes."""
    found = [e for o in objects if _is_rule(o) for e in obj_to_edges(o)]
    edges = [e for e in found if e["orientation"]]  # none: slanted, no rule of a table
    if len(edges) < 4:
        return []
    # Thin boxes have short ends, which are no rules.
    merged = [
        e
        for e in merge_edges(edges, NEAR, NEAR, NEAR, NEAR)
        if max(e["x1"] - e["x0"], e["bottom"] - e["top"]) > NEAR
    ]
    merged += _closing(merged)
    crossings = edges_to_intersections(merged, NEAR, NEAR)
    tables = [[Box(*c) for c in t] for t in _tables(crossings)]
    tables.sort(key=lambda cells: (cells[0].top, cells[0].x0))
    made = []
    for number, cells in enumerate(tables, 1):
        own = pulled(cells, chars)
        made.append(_piece(page, number, mended(cells, own), own))
    return made


def _tables(crossings: Any) -> list[list[tuple[float, float, float, float]]]:
    """Cells by table; a single box on a page makes no table for pdfplumber."""
    cells = intersections_to_cells(crossings)
    grouped = cells_to_tables(cells)
    alone = set(cells) - {c for group in grouped for c in group}
    return [sorted(g, key=lambda c: (c[1], c[0])) for g in grouped] + [
        [c] for c in sorted(alone)
    ]


def _is_rule(drawn: Drawn) -> bool:
    if drawn["object_type"] == "line" or drawn.get("stroke"):
        return True
    return bool(drawn["width"] <= THICK or drawn["height"] <= THICK)


def _closing(edges: Sequence[Drawn]) -> list[Drawn]:
    """Rules that are missing where several parallel ones end together.

    Of every set of rules that cross, the outermost ends on each side are looked at:
    when two or more rules reach them and no rule runs across, one is added.
    """
    added: list[Drawn] = []
    for group in _crossing(edges):
        for along, low, high, across in (
            ("v", "top", "bottom", "x0"),
            ("h", "x0", "x1", "top"),
        ):
            running = [e for e in group if e["orientation"] == along]
            crossing = [e for e in group if e["orientation"] != along]
            if len(running) < 2 or not crossing:
                continue
            for side, choose in ((low, min), (high, max)):
                end = choose(e[side] for e in running)
                reaching = [e for e in running if abs(e[side] - end) <= NEAR]
                if len(reaching) < 2 or any(
                    abs(e[low] - end) <= NEAR for e in crossing
                ):
                    continue
                first = min(e[across] for e in reaching)
                last = max(e[across] for e in reaching)
                added.append(_rule(along, end, first, last))
    return added


def _rule(along: str, end: float, first: float, last: float) -> Drawn:
    """A rule across rules that run ``along`` (v or h) and end at ``end``."""
    if along == "v":
        place = {"x0": first, "x1": last, "top": end, "bottom": end, "orientation": "h"}
    else:
        place = {"x0": end, "x1": end, "top": first, "bottom": last, "orientation": "v"}
    size = {"width": last - first, "height": last - first, "object_type": "line"}
    return {**place, **size}


def _crossing(edges: Sequence[Drawn]) -> list[list[Drawn]]:
    """Edges in sets that touch one another."""
    groups: list[list[Drawn]] = []
    for edge in edges:
        touched = [g for g in groups if any(_touch(edge, other) for other in g)]
        groups = [g for g in groups if not any(g is t for t in touched)]
        groups.append([edge, *(e for g in touched for e in g)])
    return _with_outer(groups)


def _with_outer(groups: list[list[Drawn]]) -> list[list[Drawn]]:
    """Give a table its outer rule back that no other rule touches.

    On a page that one merged cell spans from top to bottom, the rule left of it crosses
    nothing; it is as long as the whole table.
    """
    alone = [g[0] for g in groups if len(g) == 1 and g[0]["orientation"] == "v"]
    tables = [g for g in groups if len(g) > 1]
    for rule in alone:
        for table in tables:
            top = min(e["top"] for e in table)
            bottom = max(e["bottom"] for e in table)
            if abs(rule["top"] - top) <= NEAR and abs(rule["bottom"] - bottom) <= NEAR:
                table.append(rule)
                break
    return tables


def _touch(one: Drawn, other: Drawn) -> bool:
    return bool(
        one["orientation"] != other["orientation"]
        and one["x0"] <= other["x1"] + NEAR
        and other["x0"] <= one["x1"] + NEAR
        and one["top"] <= other["bottom"] + NEAR
        and other["top"] <= one["bottom"] + NEAR
    )


def _piece(
    page: int, number: int, cells: Sequence[Box], chars: Sequence[Drawn]
) -> Piece:
    box = Box(
        min(c.x0 for c in cells),
        min(c.top for c in cells),
        max(c.x1 for c in cells),
        max(c.bottom for c in cells),
    )
    inside = [c for c in chars if box.holds(c)]
    tops = sorted({c.top for c in cells})
    where = f"page {page} table {number}"
    rows = []
    for r, (top, found) in enumerate(groupby(cells, key=lambda c: c.top), 1):
        band = list(found)
        low = max(c.bottom for c in band)
        here = [c for c in inside if top <= (c["top"] + c["bottom"]) / 2 < low]
        rows.append(
            tuple(
                PieceCell(
                    _text([c for c in here if cell.holds(c)]),
                    cell,
                    f"{where} row {r} cell {i} box {cell}",
                    sum(cell.top <= t < cell.bottom for t in tops),
                )
                for i, cell in enumerate(band, 1)
            )
        )
    return Piece(page, where, box, tuple(_unbroken(rows, inside)))


def _unbroken(
    rows: Sequence[tuple[PieceCell, ...]], chars: Sequence[Drawn]
) -> Iterator[tuple[PieceCell, ...]]:
    """Rows with the numbers put together that the layout broke."""
    held = sorted_in([cell.box for row in rows for cell in row], chars)
    pad = padding(held)
    last = next((r for r in reversed(rows) if any(c.text for c in r)), None)
    for row in rows:
        put = row
        if any("\n" in cell.text for cell in row):
            put = tuple(
                replace(
                    cell,
                    text=wrapped(cell.box, held[cell.box], pad)
                    or unit(cell.text)
                    or cell.text,
                )
                if "\n" in cell.text
                else cell
                for cell in row
            )
        if row is last:
            put = tuple(
                replace(cell, full=goes_on(cell.box, held[cell.box], pad))
                for cell in put
            )
        yield put


def _text(chars: list[Drawn]) -> str:
    return extract_text(chars) if chars else ""
