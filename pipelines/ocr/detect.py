"""Where lines of text stand on a page, tables left out."""

from __future__ import annotations

import cv2
import numpy as np

from pipelines.ocr.models import DETECTOR, run
from pipelines.ocr.raster import Grey

#: Pixels: the longest side the detector is given, in steps the network is built for.
LONGEST, STEP = 1344, 32
#: Probability of a pixel to be text; share by which a region of text is too small.
TEXT, SHRUNK = 0.3, 1.5
#: Mean probability below which a region is none.
SURE = 0.5

#: x0, y0, x1, y1 in pixels.
Place = tuple[int, int, int, int]


def lines(grey: Grey) -> list[Place]:
    """Places of the lines of a level page, from top to bottom."""
    high, wide = grey.shape
    rows = np.flatnonzero((grey < 128).any(axis=1))
    if not rows.size:
        return []
    top, bottom = max(int(rows[0]) - 20, 0), min(int(rows[-1]) + 20, high)
    part = grey[top:bottom]
    scale = min(LONGEST / max(high, wide), 1.0)
    size = [max(round(n * scale / STEP) * STEP, STEP) for n in (wide, bottom - top)]
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    data = np.repeat((small.astype(np.float32) / 127.5 - 1.0)[None, None], 3, axis=1)
    chance = run(DETECTOR, data)[0, 0]
    fx, fy = wide / size[0], (bottom - top) / size[1]
    found = [
        (int(x0 * fx), int(y0 * fy) + top, int(x1 * fx) + 1, int(y1 * fy) + top + 1)
        for x0, y0, x1, y1 in _regions(chance)
    ]
    return joined(found)


def _regions(chance: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> list[Place]:
    mask = (chance > TEXT).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    found: list[Place] = []
    for k in range(1, count):
        x, y, wide, high, area = (int(v) for v in stats[k])
        if min(wide, high) < 3:
            continue
        own = labels[y : y + high, x : x + wide] == k
        if float(chance[y : y + high, x : x + wide][own].mean()) < SURE:
            continue
        # The network marks the core of a line; its edge lies this far out.
        out = area * SHRUNK / (2 * (wide + high))
        found.append(
            (
                max(int(x - out), 0),
                max(int(y - out), 0),
                min(int(x + wide + out), chance.shape[1]),
                min(int(y + high + out), chance.shape[0]),
            )
        )
    return found


def joined(places: list[Place]) -> list[Place]:
    """Parts of one line put together; those far apart stay apart."""
    found: list[Place] = []
    for place in sorted(places, key=lambda p: (p[0], p[1])):
        for i, other in enumerate(found):
            high = min(place[3] - place[1], other[3] - other[1])
            shared = min(place[3], other[3]) - max(place[1], other[1])
            if shared > 0.6 * high and place[0] - other[2] < 2 * high:
                found[i] = (
                    min(place[0], other[0]), min(place[1], other[1]),
                    max(place[2], other[2]), max(place[3], other[3]),
                )  # fmt: skip
                break
        else:
            found.append(place)
    return sorted(found, key=lambda p: ((p[1] + p[3]) // 2, p[0]))
