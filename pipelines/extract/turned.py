"""Pages whose content is drawn sideways or upside down are turned upright.

A wide table is often printed across a sheet that is read from its long side. The page
then says nothing of it: the characters themselves lie on their backs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from pipelines.extract.ruling import Drawn

#: Quarter turns of the text of a page, clockwise, that set it upright.
Turn = int
#: Box and points turned: (x, y from the top) → (x, y) on the turned page.
Place = Callable[[float, float], tuple[float, float]]


def upright(
    chars: Sequence[Drawn], rules: Iterable[Drawn], size: tuple[float, float]
) -> tuple[list[Drawn], list[Drawn], float]:
    """Characters and rules as they are read, and the height of the page so seen.

    ``size``: width and height of the page as it is.
    """
    turn = _turn(chars)
    if not turn:
        return list(chars), list(rules), size[1]
    wide, high = size
    places: dict[Turn, Place] = {
        1: lambda x, y: (high - y, x),
        2: lambda x, y: (wide - x, high - y),
        3: lambda x, y: (y, wide - x),
    }
    place = places[turn]
    return (
        [_turned(c, place) | _standing(c, turn) for c in chars],
        [_turned(r, place) for r in rules],
        wide if turn % 2 else high,
    )


def _turn(chars: Sequence[Drawn]) -> Turn:
    """Quarter turns that most characters of a page need; 0 when they stand."""
    found = Counter(
        _direction(c["matrix"]) for c in chars if "matrix" in c and c["text"].strip()
    )
    if not found:
        return 0
    turn, count = found.most_common(1)[0]
    return turn if 2 * count > found.total() else 0


def _direction(matrix: Sequence[float]) -> Turn:
    """Where a character's base line runs, y upwards: right 0, up 1, left 2, down 3."""
    along, up = matrix[0], matrix[1]
    if abs(along) >= abs(up):
        return 0 if along >= 0 else 2
    return 1 if up > 0 else 3


def _turned(drawn: Drawn, place: Place) -> Drawn:
    corners = (
        place(drawn["x0"], drawn["top"]),
        place(drawn["x1"], drawn["bottom"]),
    )
    (x0, x1), (top, bottom) = (sorted(pair) for pair in zip(*corners, strict=True))
    found = {
        **drawn, "x0": x0, "x1": x1, "top": top, "bottom": bottom, "doctop": top,
        "width": x1 - x0, "height": bottom - top,
    }  # fmt: skip
    if drawn.get("pts"):
        found["pts"] = [place(x, y) for x, y in drawn["pts"]]
    return found


def _standing(char: Drawn, turn: Turn) -> Drawn:
    """What else a character that stands upright has."""
    wide = char["x1"] - char["x0"]
    size = wide if turn % 2 else char["bottom"] - char["top"]
    return {"upright": True, "size": size, "matrix": (size, 0, 0, size, 0, 0)}
