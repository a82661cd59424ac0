"""The provinces as tiles on a grid: their places, names and letters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from archive import yamls


@dataclass(frozen=True, slots=True)
class Tile:
    """One division of province level. ``column`` and ``row`` count from top left."""

    name: str
    short: str
    letters: str
    english: str
    column: int
    row: int

    def label(self, language: str) -> str:
        """What fits on the tile."""
        return self.short if language == "zh" else self.letters

    def full(self, language: str) -> str:
        """The whole name."""
        return self.name if language == "zh" else self.english


@cache
def tiles() -> dict[str, Tile]:
    """All tiles by the name of the division, in the order of their rows."""
    text = files("archive.site.charts").joinpath("tiles.yml").read_text("utf-8")
    return {name: Tile(name, *place) for name, place in yamls.load(text).items()}
