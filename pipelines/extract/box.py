"""Places on a page, and what is placed there."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

#: A drawn object of pdfplumber: a character, a line, an edge of a box.
Drawn = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Box:
    """A place on a page, in points from its top left corner."""

    x0: float
    top: float
    x1: float
    bottom: float

    def holds(self, char: Drawn) -> bool:
        """Whether the middle of a character lies inside."""
        x = (char["x0"] + char["x1"]) / 2
        y = (char["top"] + char["bottom"]) / 2
        return bool(self.x0 <= x < self.x1 and self.top <= y < self.bottom)

    def __str__(self) -> str:
        return f"{self.x0:.0f},{self.top:.0f},{self.x1:.0f},{self.bottom:.0f}"


def sorted_in(boxes: Iterable[Box], chars: Sequence[Drawn]) -> dict[Box, list[Drawn]]:
    """The characters inside each box, from the top."""
    order = sorted(chars, key=lambda c: (c["top"] + c["bottom"]) / 2)
    middles = [(c["top"] + c["bottom"]) / 2 for c in order]
    found: dict[Box, list[Drawn]] = {}
    for box in boxes:
        start, end = bisect_left(middles, box.top), bisect_left(middles, box.bottom)
        found[box] = [
            c for c in order[start:end] if box.x0 <= (c["x0"] + c["x1"]) / 2 < box.x1
        ]
    return found
