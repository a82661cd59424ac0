"""One page of an OFD: placed characters and drawn rules, in points from its corner.

A text object gives characters by their distances, a path its strokes; each has a
boundary it is relative to and may have a transformation.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from archive.errors import DocumentTooLarge
from pipelines.extract.package import attribute, child, local
from pipelines.extract.ruling import Drawn

POINTS = 72 / 25.4
MOST_OBJECTS, DEEPEST = 200_000, 40
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
#: An affine map of a point: (a, b, c, d, e, f) as OFD writes it.
Matrix = tuple[float, float, float, float, float, float]
SAME: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
#: How many numbers follow an operator of a path, and where its end point stands.
OPERANDS = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}


@dataclass
class Drawing:
    """What stands on one page, in points from its top left corner."""

    left: float = 0.0
    top: float = 0.0
    width: float = 210.0
    height: float = 297.0
    chars: list[Drawn] = field(default_factory=list)
    rules: list[Drawn] = field(default_factory=list)
    pictures: int = 0
    lost: int = 0

    def layer(self, parent: Any, depth: int = 0) -> None:
        """Everything drawn below an element, groups included."""
        for element in parent:
            name = local(element)
            if attribute(element, "Visible") == "false":
                continue
            if len(self.chars) + len(self.rules) > MOST_OBJECTS:
                raise DocumentTooLarge(
                    f"a page with more than {MOST_OBJECTS} characters and rules"
                )
            if name == "TextObject":
                self.text(element)
            elif name == "PathObject":
                self.path(element)
            elif name in ("ImageObject", "CompositeObject"):
                self.pictures += 1
            elif name in ("PageBlock", "Layer", "Content") and depth < DEEPEST:
                self.layer(element, depth + 1)

    def text(self, element: Any) -> None:
        """Characters of a text object, each at its own place."""
        matrix, (x0, y0, *_) = _placed(element)
        size = (measures(attribute(element, "Size")) or [3.5])[0]
        codes = [e for e in element if local(e) == "TextCode"]
        if not any((e.text or "").strip() for e in codes):
            # Glyphs alone: shapes without characters.
            self.lost += any(local(e) == "CGTransform" for e in element)
            return
        x, y = 0.0, 0.0
        for code in codes:
            text = code.text or ""
            x = (measures(attribute(code, "X")) or [x])[0]
            y = (measures(attribute(code, "Y")) or [y])[0]
            right = list(_deltas(attribute(code, "DeltaX"), len(text) - 1))
            down = list(_deltas(attribute(code, "DeltaY"), len(text) - 1))
            for i, char in enumerate(text):
                self.char(char, size, (x, y), matrix, (x0, y0))
                if i < len(text) - 1:
                    if not right and not down:
                        x += size if ord(char) > 0x2E7F else size / 2
                    x += right[i] if i < len(right) else 0.0
                    y += down[i] if i < len(down) else 0.0

    def char(
        self,
        char: str,
        size: float,
        at: tuple[float, float],
        matrix: Matrix,
        corner: tuple[float, float],
    ) -> None:
        width = size if ord(char) > 0x2E7F else size / 2
        # The point is on the base line, some eighth above the lower edge.
        ends = [
            _map(matrix, at[0], at[1] - 0.88 * size),
            _map(matrix, at[0] + width, at[1] + 0.12 * size),
        ]
        xs = sorted((p[0] + corner[0] - self.left) * POINTS for p in ends)
        ys = sorted((p[1] + corner[1] - self.top) * POINTS for p in ends)
        scale = math.hypot(matrix[2], matrix[3])
        self.chars.append(
            {
                "object_type": "char", "text": char, "upright": True,
                "x0": xs[0], "x1": xs[1], "top": ys[0], "bottom": ys[1],
                "doctop": ys[0], "width": xs[1] - xs[0], "height": ys[1] - ys[0],
                "size": size * scale * POINTS, "fontname": "",
            }
        )  # fmt: skip

    def path(self, element: Any) -> None:
        """Straight strokes, and filled boxes thin enough to be rules."""
        matrix, (x0, y0, *_) = _placed(element)
        data = child(element, "AbbreviatedData")
        is_stroked = attribute(element, "Stroke") != "false"
        is_filled = attribute(element, "Fill") == "true"
        for points in _subpaths((data.text or "") if data is not None else ""):
            placed = [_map(matrix, x, y) for x, y in points]
            placed = [
                ((x + x0 - self.left) * POINTS, (y + y0 - self.top) * POINTS)
                for x, y in placed
            ]
            if is_stroked:
                for one, other in pairwise(placed):
                    self.rule(one, other)
            elif is_filled and len(placed) > 2:
                xs, ys = [p[0] for p in placed], [p[1] for p in placed]
                self.box(min(xs), min(ys), max(xs), max(ys))

    def rule(self, one: tuple[float, float], other: tuple[float, float]) -> None:
        x0, x1 = sorted((one[0], other[0]))
        top, bottom = sorted((one[1], other[1]))
        if min(x1 - x0, bottom - top) <= 1.0:
            self.rules.append(_drawn("line", x0, top, x1, bottom))

    def box(self, x0: float, top: float, x1: float, bottom: float) -> None:
        self.rules.append(_drawn("rect", x0, top, x1, bottom))


def _drawn(kind: str, x0: float, top: float, x1: float, bottom: float) -> Drawn:
    return {
        "object_type": kind, "x0": x0, "x1": x1, "top": top, "bottom": bottom,
        "width": x1 - x0, "height": bottom - top, "stroke": kind == "line",
        "doctop": top, "pts": [(x0, top), (x1, bottom)],
    }  # fmt: skip


def _placed(element: Any) -> tuple[Matrix, list[float]]:
    """The transformation of an object and its boundary."""
    numbers = measures(attribute(element, "CTM"))
    own: Matrix = SAME
    if len(numbers) == 6:
        a, b, c, d, e, f = numbers
        own = (a, b, c, d, e, f)
    boundary = measures(attribute(element, "Boundary"))
    return own, boundary if len(boundary) == 4 else [0.0, 0.0, 0.0, 0.0]


def _map(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _deltas(text: str | None, most: int) -> Iterator[float]:
    """Distances between characters; ``g 3 4.5`` stands for 4.5 three times.

    >>> list(_deltas("g 2 4.5 3", 9))
    [4.5, 4.5, 3.0]
    """
    parts = (text or "").replace(",", " ").split()
    at = count = 0
    while at < len(parts) and count < most:
        repeat = 1
        if parts[at] == "g" and at + 2 < len(parts):
            repeat = int((measures(parts[at + 1]) or [0.0])[0])
            at += 2
        value = (measures(parts[at]) or [0.0])[0]
        for _ in range(min(repeat, most - count)):
            count += 1
            yield value
        at += 1


def _subpaths(text: str) -> Iterable[list[tuple[float, float]]]:
    """Corner points of each stroke of a path; curves count as their end points."""
    found: list[list[tuple[float, float]]] = []
    parts = text.split()
    at = 0
    while at < len(parts):
        name = parts[at]
        at += 1
        if name not in OPERANDS:
            continue
        n = OPERANDS[name]
        numbers = [v for p in parts[at : at + n] for v in measures(p)[:1]]
        at += n
        if name == "C":
            if found and found[-1]:
                found[-1].append(found[-1][0])
        elif len(numbers) == n:
            point = (numbers[-2], numbers[-1])
            if name in "MS" or not found:
                found.append([point])
            else:
                found[-1].append(point)
    return found


def measures(text: str | None) -> list[float]:
    """The numbers of an attribute; what is no finite number counts as 0."""
    found = [float(n) for n in NUMBER.findall(text or "")]
    return [n if math.isfinite(n) else 0.0 for n in found]
