"""Rules in a picture: where the lines of tables run, and the picture without them.

Levels are the heights at which horizontal rules lie. Between two neighbouring levels a
vertical rule is a column that is dark all the way, which no stroke of a character is:
it would have to fill the row. Along a level, a horizontal rule is dark from one
vertical to the next. So merged cells come out as they are drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np

from pipelines.extract.ruling import Drawn
from pipelines.ocr.raster import Grey

#: Pixels at 200 dpi. The shortest horizontal and vertical rule, the thickest one.
LONG, HIGH, THICK = 60, 28, 14
#: Pixels by which a rule may waver, and levels that are one.
WAVER, SAME = 3, 8
#: Pixels. Dots up to this size are specks, unless a character is this near beside them.
SPECK, BESIDE = 6, 9
#: Share of a row's height, or of a cell's width, that a rule must be dark for.
UPRIGHT, FLAT = 0.9, 0.8
#: A table is no smaller than this, width and height, nor is a row lower.
LEAST, LEAST_ROW = (110, 34), 18


@dataclass(frozen=True, slots=True)
class Linework:
    """Rules of a page in pixels (x0, y0, x1, y1), and the page with them wiped out."""

    rules: tuple[tuple[float, float, float, float], ...]
    clean: Grey
    ink: Grey  # 255 where something is printed, rules and specks left out


def linework(grey: Grey) -> Linework:
    """Find the rules of a level page."""
    dark = binary(grey)
    flat = _opened(cv2.dilate(dark, np.ones((WAVER, 1), np.uint8)), (LONG, 1))
    upright = _opened(cv2.dilate(dark, np.ones((1, WAVER), np.uint8)), (1, HIGH))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(flat | upright)
    found: list[tuple[float, float, float, float]] = []
    for k in range(1, count):
        x, y, wide, high = (int(v) for v in stats[k, :4])
        if wide < LEAST[0] or high < LEAST[1]:
            continue
        own = labels[y : y + high, x : x + wide] == k
        part = np.where(own, dark[y : y + high, x : x + wide], 0).astype(np.uint8)
        lying = np.where(own, flat[y : y + high, x : x + wide], 0).astype(np.uint8)
        for x0, y0, x1, y1 in _lattice(part, lying):
            found.append((x0 + x, y0 + y, x1 + x, y1 + y))
    clean = _wiped(grey, dark, found)
    return Linework(tuple(found), *_unspecked(clean))


def binary(grey: Grey) -> Grey:
    """255 where it is clearly darker than around."""
    return np.asarray(
        cv2.adaptiveThreshold(
            grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 51, 25
        ),
        dtype=np.uint8,
    )


def drawn(work: Linework, points: float) -> Iterator[Drawn]:
    """The rules as lines of a page in points, for the reader of ruled tables."""
    for rule in work.rules:
        x0, y0, x1, y1 = (v * points for v in rule)
        yield {
            "object_type": "line", "x0": x0, "x1": x1, "top": y0, "bottom": y1,
            "width": x1 - x0, "height": y1 - y0,
            "orientation": "h" if y0 == y1 else "v",
        }  # fmt: skip


def _opened(mask: Any, size: tuple[int, int]) -> Any:
    """What has runs of at least ``size``, small breaks closed."""
    wide, high = size
    bridge = np.ones((5 if high > 1 else 1, 3 if wide > 1 else 1), np.uint8)
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, bridge)
    return cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((high, wide), np.uint8))


def _lattice(part: Any, lying: Any) -> Iterator[tuple[float, float, float, float]]:
    """Rules of one connected set of lines; ``lying`` holds the horizontal ones."""
    wide = cv2.dilate(part, np.ones((1, WAVER), np.uint8))
    tall = cv2.dilate(part, np.ones((WAVER, 1), np.uint8))
    levels = _levels(lying)
    while True:  # strokes of characters in a row pass for a level at first
        upright = _upright(wide, levels)
        sides = _together([x for x, _, _ in upright])
        lines = [(min(sides, key=lambda s: abs(s - x)), a, b) for x, a, b in upright]
        flat = [(y, a, b) for y in levels for a, b in _flat(tall, y, lines)]
        ruled = sorted({y for y, _, _ in flat})
        if len(sides) < 2 or len(ruled) < 2:
            return
        if ruled == levels:
            break
        levels = ruled
    for x, top, bottom in lines:
        yield (x, top, x, bottom)
    for y, left, right in flat:
        yield (left, y, right, y)


def _upright(wide: Any, levels: list[float]) -> list[tuple[float, float, float]]:
    """Vertical rules (x, top, bottom), level by level.

    Beyond the outermost levels a table that is cut by the page runs on: there its
    outer sides must go on, and nothing but its sides counts.
    """
    found = [
        (x, top, bottom)
        for top, bottom in pairwise(levels)
        if bottom - top >= LEAST_ROW
        for x in _columns(wide, top, bottom)
    ]
    high = float(wide.shape[0])
    for top, bottom in ((0.0, levels[0]), (levels[-1], high - 1)) if found else ():
        sides = [x for x, a, b in found if top == b or bottom == a]
        on = [x for x in _columns(wide, top, bottom) if _near(x, sides)]
        whole = sides and _near(min(sides), on) and _near(max(sides), on)
        if bottom - top > 2 * THICK and whole:
            found += [(x, top, bottom) for x in on]
    return found


def _near(x: float, places: list[float]) -> bool:
    return any(abs(x - other) <= SAME for other in places)


def _flat(
    tall: Any, y: float, upright: list[tuple[float, float, float]]
) -> Iterator[tuple[float, float]]:
    """Parts of a level that are ruled, from one vertical rule to the next."""
    line = tall[max(int(y) - 2, 0) : int(y) + 3].max(axis=0) > 0
    sides = sorted({x for x, top, bottom in upright if y in (top, bottom)})
    for left, right in pairwise(sides):
        inside = line[int(left) + 2 : max(int(right) - 1, int(left) + 3)]
        if inside.size and inside.mean() >= FLAT:
            yield (left, right)


def _levels(lying: Any) -> list[float]:
    """Heights of horizontal rules, those nearly on one level taken together.

    Of two that are nearer than any row is high, the longer is the rule.
    """
    count, _, stats, centres = cv2.connectedComponentsWithStats(lying)
    lines = [
        (float(centres[k][1]), int(stats[k, cv2.CC_STAT_WIDTH]))
        for k in range(1, count)
        if stats[k, cv2.CC_STAT_HEIGHT] <= THICK + 2 * WAVER
        and stats[k, cv2.CC_STAT_WIDTH] >= LONG
    ]
    found: list[list[tuple[float, int]]] = []
    for line in sorted(lines):
        if found and line[0] - found[-1][-1][0] <= SAME:
            found[-1].append(line)
        else:
            found.append([line])
    levels = [
        (sum(y * n for y, n in g) / sum(n for _, n in g), sum(n for _, n in g))
        for g in found
    ]
    return [
        y
        for y, n in levels
        if not any(0 < abs(y - other) < LEAST_ROW and n < m for other, m in levels)
    ]


def _columns(mask: Any, top: float, bottom: float) -> list[float]:
    """Where columns are dark all the way between two levels."""
    band = mask[int(top) + 3 : max(int(bottom) - 2, int(top) + 4)]
    if not band.size:
        return []
    full = np.flatnonzero((band > 0).mean(axis=0) >= UPRIGHT)
    if not full.size:
        return []
    runs = np.split(full, np.flatnonzero(np.diff(full) > 2) + 1)
    return [float(r.mean()) for r in runs if r.size <= THICK + 2 * WAVER]


def _together(places: list[float]) -> list[float]:
    """Places of columns, those of different rows that are one taken together."""
    groups: list[list[float]] = []
    for x in sorted(places):
        if groups and x - groups[-1][-1] <= SAME:
            groups[-1].append(x)
        else:
            groups.append([x])
    return [sum(g) / len(g) for g in groups]


def _wiped(
    grey: Grey, dark: Grey, rules: list[tuple[float, float, float, float]]
) -> Grey:
    """The page with its rules painted white, as thick as they are."""
    clean = grey.copy()
    for x0, y0, x1, y1 in rules:
        half = _thickness(dark, (x0, y0, x1, y1)) / 2 + 2
        left, right = (x0 - half, x1 + half) if x0 == x1 else (x0 - 3, x1 + 3)
        top, bottom = (y0 - half, y1 + half) if y0 == y1 else (y0 - 3, y1 + 3)
        clean[
            max(round(top), 0) : round(bottom) + 1,
            max(round(left), 0) : round(right) + 1,
        ] = 255
    return clean


def _thickness(dark: Grey, rule: tuple[float, float, float, float]) -> float:
    """Pixels a rule is thick over most of its length."""
    x0, y0, x1, y1 = (round(v) for v in rule)
    reach = THICK // 2 + 1
    if x0 == x1:
        strip = dark[y0 : y1 + 1, max(x0 - reach, 0) : x0 + reach + 1].mean(axis=0)
    else:
        strip = dark[max(y0 - reach, 0) : y0 + reach + 1, x0 : x1 + 1].mean(axis=1)
    return float((strip > 255 * 0.5).sum()) if strip.size else 2.0


def _unspecked(clean: Grey) -> tuple[Grey, Grey]:
    """The page and its ink without specks: dots that stand alone.

    A dot beside a character, on its line, is a point or a comma and stays.
    """
    dark = binary(clean)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(dark)
    size = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    small = size <= SPECK
    small[0] = False
    large = ~small
    large[0] = False
    around = cv2.dilate(
        np.where(large[labels], 255, 0).astype(np.uint8), np.ones((3, 2 * BESIDE + 1))
    )
    beside = np.zeros(count, dtype=bool)
    beside[np.unique(labels[around > 0])] = True
    lone = small & ~beside
    spots = cv2.dilate(np.where(lone[labels], 255, 0).astype(np.uint8), np.ones((5, 5)))
    ink = np.where(labels > 0, 255, 0).astype(np.uint8)
    ink[lone[labels]] = 0
    white = cv2.medianBlur(cv2.resize(clean, None, fx=0.125, fy=0.125), 5)
    paper = cv2.resize(white, clean.shape[::-1])
    return np.where(spots > 0, paper, clean).astype(np.uint8), ink
