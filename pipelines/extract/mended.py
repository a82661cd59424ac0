"""Ruled tables with rules that are missing here and there.

Between two rows, or between two columns of a row, the rule was forgotten or is too
faint to be drawn: one box then holds the numbers of several cells. Numbers tell, words
do not: a box is cut only where whole numbers stand apart, in line with their
neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise

from pipelines.extract.box import Box, Drawn, sorted_in
from pipelines.extract.naming import gain
from pipelines.extract.stretches import Stretch, stretches_by_line
from pipelines.extract.wrapped import padding, whole
from pipelines.normalise import label

#: Boxes of a row that must hold as many numbers, one below the other, to be cut.
FEWEST = 3
#: Points by which lines of one printed row may differ.
LEVEL = 3.0


def mended(cells: Sequence[Box], chars: Sequence[Drawn]) -> list[Box]:
    """Boxes of a table, those cut apart that hold several numbers."""
    inside = sorted_in(cells, chars)
    held = {box: _numbers(inside[box]) for box in cells}
    if all(len(lines) < 2 and all(len(li) < 2 for li in lines)
           for lines in held.values()):  # fmt: skip
        return list(cells)
    pad = padding(inside)
    long = {b for b in cells if len(held[b]) > 1 and whole(b, held[b], inside[b], pad)}
    sides = sorted({round(x, 1) for box in cells for x in (box.x0, box.x1)})
    found: list[Box] = []
    for _, band in groupby(cells, key=lambda c: c.top):
        for row in _rows(list(band), held, long, inside):
            for box in row:
                found += _columns(
                    box, _numbers([c for c in chars if box.holds(c)]), sides
                )
    return found


def _numbers(chars: Sequence[Drawn]) -> list[tuple[Stretch, ...]]:
    """Lines of a box that holds nothing but numbers; () for any other."""
    lines = stretches_by_line(chars)
    plain = all(
        s.is_number and any(c.isdecimal() for c in s.text) for li in lines for s in li
    )
    return lines if plain else []


def _rows(
    band: Sequence[Box],
    held: dict[Box, list[tuple[Stretch, ...]]],
    long: set[Box],
    inside: Mapping[Box, Sequence[Drawn]],
) -> Iterator[list[Box]]:
    """The rows of a band of boxes: one, or as many as numbers stand in a box.

    Where every such box is filled to its sides, its number is one, on several lines.
    So it is where the band has one label: rows have one each.
    """
    tall = [held[box] for box in band if len(held[box]) > 1]
    if all(box in long for box in band if len(held[box]) > 1):
        tall = []
    lines = max(tall, key=len, default=[])
    levels = [line[0].box.top for line in lines]
    if len(tall) < FEWEST or any(
        min(abs(line[0].box.top - top) for top in levels) > LEVEL
        for box in band
        for line in held[box]
    ):
        yield list(band)
        return
    cuts = [
        (upper[0].box.bottom + lower[0].box.top) / 2 for upper, lower in pairwise(lines)
    ]
    bottom = max(box.bottom for box in band)
    edges = [band[0].top, *cuts, bottom]
    if not _have_labels(edges, [inside[box] for box in band if not held[box]]):
        yield list(band)
        return
    for top, low in pairwise(edges):
        yield [Box(b.x0, top, b.x1, low if low != bottom else b.bottom) for b in band]


def _have_labels(edges: Sequence[float], words: Sequence[Sequence[Drawn]]) -> bool:
    """Whether the words of a band cut at ``edges`` are a label for each part.

    An enumerator alone is none.
    """
    labels = [chars for chars in words if any(c["text"].strip() for c in chars)]
    if not labels:
        return False
    parts = [
        "".join(c["text"] for c in labels[-1] if top <= c["top"] < low)
        for top, low in pairwise(edges)
    ]
    return all(map(label, parts)) and all(
        gain(one, other) <= 0 for one, other in pairwise(parts)
    )


def _columns(
    box: Box, lines: Sequence[tuple[Stretch, ...]], sides: Sequence[float]
) -> Iterator[Box]:
    """A box cut at the sides that other rows have between its numbers."""
    cuts: list[float] = []
    if len(lines) == 1:
        for one, other in pairwise(lines[0]):
            between = [x for x in sides if one.box.x1 <= x <= other.box.x0]
            if len(between) != 1:
                cuts = []
                break
            cuts.append(between[0])
    for x0, x1 in pairwise([box.x0, *cuts, box.x1]):
        yield Box(x0, box.top, x1, box.bottom)
