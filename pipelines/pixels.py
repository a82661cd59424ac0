"""What the picture of a cell says: how likely it shows one number or another.

A recogniser gives a probability for each character at each step across the picture.
Kept for the characters of numbers only, a few hundred figures a cell, they answer
later whether a number that the sums propose could stand there as well (connectionist
temporal classification, Graves et al. 2006).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

#: The characters of numbers and dashes; the step without any character comes first.
NUMERIC = "0123456789.,-+/"
#: Stands for a character that is there and cannot be read (as in Chinese editions).
ILLEGIBLE = "□"
NEVER = -1e9

#: Steps × (none, *NUMERIC): natural logarithms of probabilities.
Steps = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Pixels:
    """The evidence for the text of one cell.

    ``confidence``: 0–1. ``certain`` False: the picture was read in two ways, and the
    text is one of them. ``views``: the same cell seen in several ways, empty for blank
    cells and words.
    """

    confidence: float = 1.0
    certain: bool = True
    views: tuple[Steps, ...] = ()

    def preference(self, text: str, other: str) -> float | None:
        """How much better the picture fits ``text`` than ``other``, mean over views.

        A difference of natural logarithms: 0 is as well, −10 is far worse. None: the
        picture does not tell.
        """
        if not self.views or not _numeric(text) or not _numeric(other):
            return None
        found = [likelihood(v, text) - likelihood(v, other) for v in self.views]
        return sum(found) / len(found)


def likelihood(steps: Steps, text: str) -> float:
    """Logarithm of the probability of ``text``, over all its alignments.

    >>> half = math.log(0.5)
    >>> one = (half, NEVER, half) + (NEVER,) * 13  # nothing, or the digit 1
    >>> round(math.exp(likelihood((one, one), "1")), 3)  # 11, -1, 1-
    0.75
    """
    places = [0]
    for char in text:
        places += [NUMERIC.index(char) + 1, 0]
    before = [NEVER] * len(places)
    for number, step in enumerate(steps):
        now = []
        for i, place in enumerate(places):
            if number == 0:
                come = 0.0 if i < 2 else NEVER
            else:
                come = before[i]
                if i:
                    come = _either(come, before[i - 1])
                if i > 1 and place and place != places[i - 2]:
                    come = _either(come, before[i - 2])
            now.append(come + step[place])
        before = now
    return _either(before[-1], before[-2]) if len(before) > 1 else before[-1]


def best(steps: Steps) -> tuple[str, float]:
    """The text of the likeliest path and the least certain of its steps (0–1)."""
    text, last, sure = "", 0, 1.0
    for step in steps:
        place = max(range(len(step)), key=step.__getitem__)
        sure = min(sure, math.exp(step[place]))
        if place and place != last:
            text += NUMERIC[place - 1]
        last = place
    return text, sure


def _numeric(text: str) -> bool:
    return all(char in NUMERIC for char in text)


def _either(one: float, other: float) -> float:
    high, low = (one, other) if one > other else (other, one)
    return high + math.log1p(math.exp(low - high)) if low - high > -40 else high
