"""The cells of ruled tables: which are blank, what the others say, how surely.

A cell without ink is blank; ink that gives no text is an illegible character, never a
blank. Cells that may be numbers are read twice, in two sizes, as digits only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pipelines.ocr.linework import Linework
from pipelines.ocr.raster import Grey
from pipelines.ocr.recognise import Recognised, recognise
from pipelines.pixels import ILLEGIBLE, Pixels, Steps, best, likelihood

#: Characters that digits and dashes are taken for, beside those of Western script.
LIKE_NUMBERS = frozenset("—–−一─〇○°丨口日¹²³·")
#: What a dash is taken for.
DASHES = frozenset("-—–−一─_~")
#: Share of the usual height of characters: what is lower is a stroke or a comma.
LOW = 0.55
#: White around a line in the two readings of numbers: all around, as share of its
#: height, and pixels beside it. Close is best: a lone 7 in much white becomes a 1.
CLOSE, LOOSE = (0.0, 0), (0.04, 30)
#: Logarithm by which one of two readings must be likelier to be taken for certain.
CLEAR = 3.0
#: Confidence below which even agreeing readings are uncertain.
SURE = 0.5
#: Confidence below which a line is dirt, beside one that is above the other.
DIRT, CERTAIN = 0.6, 0.8

#: x0, y0, x1, y1 in pixels.
Place = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class CellRead:
    """One cell: its text, lines divided by line feeds, and the evidence for it."""

    text: str
    pixels: Pixels


def read_cells(work: Linework, places: Sequence[Place]) -> list[CellRead]:
    """Read the cells at ``places`` of a page whose rules are wiped out."""
    usual = _usual_height(work.ink, places)
    lines = [_lines(work.ink, place, usual) for place in places]
    crops = [_crop(work.clean, line, usual, CLOSE) for own in lines for line in own]
    read = iter(recognise(crops, numbers=True))
    words = [[next(read) for _ in own] for own in lines]
    single = [
        i for i, own in enumerate(words) if len(own) == 1 and like_number(own[0].text)
    ]
    again = recognise(
        [_crop(work.clean, lines[i][0], usual, LOOSE) for i in single], numbers=True
    )
    second = dict(zip(single, again, strict=True))
    return [
        number(own[0], second[i]) if i in second else _words(own)
        for i, own in enumerate(words)
    ]


def like_number(text: str) -> bool:
    """Whether a text may be a misread number; no text at all may be one too.

    >>> like_number("1O6"), like_number("口"), like_number("无"), like_number("12件")
    (True, True, False, False)
    """
    return all(char < "\x7f" or char in LIKE_NUMBERS for char in text)


def number(first: Recognised, second: Recognised) -> CellRead:
    """The number in a cell, from two readings of it."""
    if DASHES.issuperset(first.text) and first.text:
        return CellRead("—", Pixels(first.confidence))
    views = (first.steps, second.steps)
    (one, sure), (other, other_sure) = (_shown(view) for view in views)
    readings = [text for text in dict.fromkeys((one, other)) if text]
    if not readings:
        return CellRead(ILLEGIBLE, Pixels(0.0, certain=False))
    fit = [sum(likelihood(v, text) for v in views) for text in readings]
    text = readings[fit.index(max(fit))]
    if one == other:
        confidence = (sure + other_sure) / 2
        return CellRead(text, Pixels(confidence, confidence >= SURE, views))
    gap = abs(fit[0] - fit[1]) if len(fit) == 2 else 0.0
    confidence = 1 / (1 + float(np.exp(-gap)))
    return CellRead(text, Pixels(min(confidence, 0.9), gap >= CLEAR, views))


def _shown(view: Steps) -> tuple[str, float]:
    """The number a picture shows; a point or comma at its ends is dirt."""
    text, sure = best(view)
    return text.strip(".,") or text, sure


def _words(lines: Sequence[Recognised]) -> CellRead:
    if not lines:
        return CellRead("", Pixels())
    # Grey behind a heading gives lines of dirt above and below its words.
    if any(line.confidence >= CERTAIN for line in lines):
        lines = [line for line in lines if line.confidence >= DIRT]
    text = "\n".join(line.text.strip() or ILLEGIBLE for line in lines)
    sure = min(line.confidence if line.text.strip() else 0.0 for line in lines)
    return CellRead(text, Pixels(sure, sure >= SURE))


def _usual_height(ink: Grey, places: Sequence[Place]) -> float:
    """Height of most characters in these cells, in pixels."""
    heights: list[int] = []
    for place in places:
        heights += [b - a for a, b in _runs(ink, place)]
    full = [h for h in heights if h >= 10]
    return float(np.median(full)) if full else 24.0


def _runs(ink: Grey, place: Place) -> list[tuple[int, int]]:
    """Heights (from, to) of a cell at which there is ink."""
    x0, y0, x1, y1 = place
    rows = np.flatnonzero(ink[y0:y1, x0:x1].any(axis=1))
    if not rows.size:
        return []
    parts = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)
    return [(int(p[0]) + y0, int(p[-1]) + 1 + y0) for p in parts]


def _lines(ink: Grey, place: Place, usual: float) -> list[Place]:
    """Places of the lines in a cell, close around their ink."""
    joined: list[tuple[int, int]] = []
    for top, bottom in _runs(ink, place):
        if joined:
            above, below = joined[-1]
            low = min(bottom - top, below - above) < LOW * usual
            if bottom - above <= (1.25 if low else 1.0) * usual:
                joined[-1] = (above, bottom)
                continue
        joined.append((top, bottom))
    found = []
    for top, bottom in joined:
        columns = np.flatnonzero(ink[top:bottom, place[0] : place[2]].any(axis=0))
        left, right = int(columns[0]) + place[0], int(columns[-1]) + 1 + place[0]
        found.append((left, top, right, bottom))
    return found


def _crop(clean: Grey, line: Place, usual: float, white: tuple[float, int]) -> Grey:
    """The picture of a line with white around it, no less high than a character."""
    x0, y0, x1, y1 = line
    short = max(usual - (y1 - y0), 0) / 2
    high = max(y1 - y0, usual)
    margin, beside = white
    up, side = round(short + margin * high), round(margin * high + 2) + beside
    part = clean[max(y0 - 1, 0) : y1 + 1, max(x0 - 1, 0) : x1 + 1]
    around = clean[max(y0 - 8, 0) : y1 + 8, max(x0 - 8, 0) : x1 + 8]
    paper = int(np.percentile(around, 85))
    framed = cv2.copyMakeBorder(
        part, up, up, side, side, cv2.BORDER_CONSTANT, value=paper
    )
    return np.asarray(framed, dtype=np.uint8)
