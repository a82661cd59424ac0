"""Places on a page, and what is placed there."""

from __future__ import annotations

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
