"""Pictures of lines become text, and pictures of numbers keep their probabilities."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.ocr.models import RECOGNISER, Floats, characters, run
from pipelines.ocr.raster import Grey
from pipelines.pixels import NUMERIC, Steps

#: Height of a line for the recogniser, and the narrowest and widest it is given.
HEIGHT, NARROW, WIDE = 48, 96, 3200
#: Pixels of width that are recognised in one pass.
PASS = 2400
#: Probability below which a step says nothing.
FAINT = 1e-7


@dataclass(frozen=True, slots=True)
class Recognised:
    """The text of a line, its mean confidence (0–1), and the steps as a number."""

    text: str
    confidence: float
    steps: Steps


def recognise(lines: Sequence[Grey], *, numbers: bool = False) -> list[Recognised]:
    """Read pictures of single lines, in their order; ``numbers``: keep the steps."""
    sized = [_sized(line) for line in lines]
    order = sorted(range(len(sized)), key=lambda i: sized[i].shape[1])
    found: dict[int, Recognised] = {}
    batch: list[int] = []
    for i in order:
        wide = sized[i].shape[1]
        if batch and (len(batch) + 1) * wide > PASS:
            found |= _pass(batch, sized, numbers)
            batch = []
        batch.append(i)
    found |= _pass(batch, sized, numbers)
    return [found[i] for i in range(len(sized))]


def _sized(line: Grey) -> Grey:
    """The line as high as the network wants it, its contrast full."""
    high, wide = line.shape
    width = min(max(round(wide * HEIGHT / high), 8), WIDE)
    resized = cv2.resize(line, (width, HEIGHT), interpolation=cv2.INTER_CUBIC)
    low, bright = (float(v) for v in np.percentile(resized, (0.5, 90)))
    spread = max(bright - low, 60.0)
    full = np.clip((resized - low) * (255 / spread), 0, 255)
    return np.asarray(full, dtype=np.uint8)


def _pass(
    batch: Sequence[int], sized: Sequence[Grey], numbers: bool
) -> dict[int, Recognised]:
    if not batch:
        return {}
    wide = max(NARROW, *(sized[i].shape[1] for i in batch))
    wide = -(-wide // 32) * 32
    data = np.zeros((len(batch), 3, HEIGHT, wide), dtype=np.float32)
    for k, i in enumerate(batch):
        line = sized[i].astype(np.float32) / 127.5 - 1.0
        data[k, :, :, : line.shape[1]] = line
    given = run(RECOGNISER, data)
    return {i: _read(given[k], numbers) for k, i in enumerate(batch)}


def _read(steps: Floats, numbers: bool) -> Recognised:
    """The likeliest path through the steps, repeats and blanks taken out."""
    likeliest = steps.argmax(axis=1)
    starts = np.flatnonzero(np.diff(likeliest, prepend=-1) != 0)
    kept = [int(s) for s in starts if likeliest[s]]
    known = characters()
    text = "".join(known[likeliest[s]] for s in kept)
    sure = float(np.mean([steps[s, likeliest[s]] for s in kept])) if kept else 0.0
    return Recognised(text, sure, _numeric(steps) if numbers else ())


def _numeric(steps: Floats) -> Steps:
    """Logarithms of the probabilities of the characters of numbers, 1 in all."""
    alone = np.stack([steps[:, list(group)].sum(axis=1) for group in _groups()], axis=1)
    alone = np.maximum(alone, FAINT)
    logs = np.log(alone / alone.sum(axis=1, keepdims=True))
    return tuple(tuple(float(v) for v in row) for row in logs)


@lru_cache(maxsize=1)
def _groups() -> tuple[NDArray[np.intp], ...]:
    """Numbers of the characters that print as none, and as each of ``NUMERIC``."""
    alike = {char: {char} for char in NUMERIC}
    alike["-"] |= set("—–−―一─")
    alike["0"] |= set("〇○")
    found: list[list[int]] = [[0]]
    known = [unicodedata.normalize("NFKC", c) for c in characters()]
    for char in NUMERIC:
        found.append([i for i, c in enumerate(known) if c in alike[char]])
    return tuple(np.array(group, dtype=np.intp) for group in found)
