"""Pages that lie at an angle are turned until their lines are level."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from pipelines.extract.ruling import Box
from pipelines.ocr.raster import Grey, Raster

#: Degrees looked at on either side, coarse and fine steps, and what is left alone.
MOST, COARSE, FINE, LEVEL = 4.0, 0.25, 0.05, 0.04
#: Width in pixels at which the angle is measured.
WIDE = 800


@dataclass(frozen=True, slots=True)
class Level:
    """A page turned level: ``grey``, and the way back to the page as it was."""

    raster: Raster
    grey: Grey
    angle: float  # degrees; positive: it was turned counter-clockwise
    back: Any = None  # 2 × 3, level to original pixels; None: not turned

    def place(self, box: Box) -> str:
        """A box in points of the level page, as `x0,y0,x1,y1` of the original."""
        scale = 1 / self.raster.points
        corners = np.array(
            [[box.x0, box.top], [box.x1, box.top], [box.x0, box.bottom],
             [box.x1, box.bottom]]
        ) * scale  # fmt: skip
        if self.back is not None:
            corners = corners @ self.back[:, :2].T + self.back[:, 2]
        corners *= self.raster.unit
        low, high = corners.min(axis=0), corners.max(axis=0)
        return f"{low[0]:.0f},{low[1]:.0f},{high[0]:.0f},{high[1]:.0f}"


def level(raster: Raster) -> Level:
    """Turn a page by the angle at which its lines stand out most."""
    angle = measured(raster.grey)
    if abs(angle) < LEVEL:
        return Level(raster, raster.grey, 0.0)
    high, wide = raster.grey.shape
    turn = cv2.getRotationMatrix2D((wide / 2, high / 2), angle, 1.0)
    grey = cv2.warpAffine(
        raster.grey, turn, (wide, high), flags=cv2.INTER_CUBIC, borderValue=255
    )
    return Level(
        raster, np.asarray(grey, dtype=np.uint8), angle, cv2.invertAffineTransform(turn)
    )


def measured(grey: Grey) -> float:
    """Degrees to turn a page counter-clockwise; 0 for a page without lines."""
    scale = min(WIDE / grey.shape[1], 1.0)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    dark = (255 - small).astype(np.float32)
    dark[dark < 60] = 0
    if not dark.any():
        return 0.0
    coarse = max(_steps(0.0, MOST, COARSE), key=lambda a: _sharpness(dark, a))
    return max(_steps(coarse, COARSE, FINE), key=lambda a: _sharpness(dark, a))


def _steps(middle: float, reach: float, step: float) -> list[float]:
    """Angles around ``middle``, that one first: it wins when all are equal."""
    n = math.floor(reach / step + 0.5)
    found = [middle + i * step for i in range(-n, n + 1)]
    return sorted(found, key=lambda angle: abs(angle - middle))


def _sharpness(dark: Any, angle: float) -> float:
    """How much the darkness of neighbouring rows differs: most when lines are level."""
    high, wide = dark.shape
    turn = cv2.getRotationMatrix2D((wide / 2, high / 2), angle, 1.0)
    rows = cv2.warpAffine(dark, turn, (wide, high)).sum(axis=1)
    return float(np.square(np.diff(rows)).sum())
