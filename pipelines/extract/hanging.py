"""Closing marks that hang over the side of their cell.

Typesetters let a mark that may not begin a line hang behind the last character of one,
over the rule if need be. It belongs to the character it follows.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.extract.box import Box, Drawn

#: Marks that never begin a line.
CLOSING = frozenset("）)】］]」』》〉”’，,。．、；;：:？！％%")
#: Share of its height by which a mark may stand off the character before it.
BESIDE = 0.15


def pulled(cells: Sequence[Box], chars: Sequence[Drawn]) -> list[Drawn]:
    """Characters with hanging marks set back inside the cell of what they follow.

    ``cells``: the boxes of a ruled table. A mark stays where a character of its own
    cell is what it follows.
    """
    sides = sorted({round(cell.x1, 1) for cell in cells})
    found = list(chars)
    for i, mark in enumerate(found):
        if mark["text"] not in CLOSING:
            continue
        size = mark["bottom"] - mark["top"]
        reach = mark["x0"] - BESIDE * size
        middle = (mark["x0"] + mark["x1"]) / 2
        if not any(reach <= side <= middle for side in sides):
            continue
        before = next((c for c in chars if _follows(mark, c, size)), None)
        cell = next((b for b in cells if before and b.holds(before)), None)
        if before is None or cell is None or cell.holds(mark):
            continue
        x1 = cell.x1 - 0.1
        found[i] = {**mark, "x0": min(before["x1"], x1 - 0.1), "x1": x1}
    return found


def _follows(mark: Drawn, char: Drawn, size: float) -> bool:
    """Whether a mark stands right behind a character, on its line."""
    return bool(
        char is not mark
        and char["text"].strip()
        and abs(mark["x0"] - char["x1"]) <= BESIDE * size
        and abs(mark["bottom"] - char["bottom"]) <= BESIDE * size
    )
