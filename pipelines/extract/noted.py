"""Notes behind numbers that go on below: put together where no rule parts the cells.

``1（其`` above ``中修订`` above ``4件）`` is one value. An open bracket says that it
goes on, and what stands right below it is where.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from pipelines.extract.box import Box
from pipelines.extract.stretches import Line, Stretch

#: A number with a note that is not closed; a number that a bracket may follow.
OPEN = re.compile(r"[+-]?\d[\d,.]*\([^()]*")
#: Sizes of a character between a line and the one below it, at most.
BELOW = 1.0


def begins_value(text: str) -> bool:
    """Whether a stretch begins as a number with a note does."""
    return bool(OPEN.match(unicodedata.normalize("NFKC", text)))


def together(lines: Sequence[Line]) -> list[Line]:
    """The lines with every wrapped note as one stretch, in the line of its row.

    That is the line of numbers nearest to its middle, or a line of its own where it
    reaches none.
    """
    rest = [list(line) for line in lines]
    made: list[Stretch] = []
    for i, line in enumerate(rest):
        for stretch in list(line):
            if not _is_open(stretch.text):
                continue
            parts = _parts(stretch, rest[i + 1 :])
            if not parts:
                continue
            made.append(_whole([stretch, *(part for _, part in parts)]))
            line.remove(stretch)
            for other, part in parts:
                other.remove(part)
    for stretch in made:
        _put(stretch, rest)
    _stacked(rest)
    return [tuple(sorted(line, key=lambda s: s.box.x0)) for line in rest if line]


def is_broken(stretch: Stretch) -> bool:
    """Whether a stretch is a number on two lines: no rule says that it is one."""
    return "\n" in stretch.text


def _stacked(lines: list[list[Stretch]]) -> None:
    """Put numbers above and below the line of a row into it, as what they are.

    Digits right above the line and right below it, where the row has no value, are a
    number that was broken, or two: nobody can tell, and their breaks stay.
    """
    for upper, row, lower in zip(lines, lines[1:], lines[2:], strict=False):
        if not all(s.is_number for s in (*upper, *lower)) or not row:
            continue
        for first in list(upper):
            size = first.box.bottom - first.box.top
            below = next((s for s in lower if _meet(s, first)), None)
            if below is None or any(_meet(s, first) for s in row):
                continue
            if below.box.top - first.box.bottom > size / 2:
                continue
            upper.remove(first)
            lower.remove(below)
            whole = _whole([first, below])
            row.append(Stretch(f"{first.text}\n{below.text}", whole.box))


def _is_open(text: str) -> bool:
    return bool(OPEN.fullmatch(unicodedata.normalize("NFKC", text)))


def _parts(
    first: Stretch, below: Sequence[list[Stretch]]
) -> list[tuple[list[Stretch], Stretch]]:
    """What stands below an open note until its bracket closes; [] if none does."""
    found: list[tuple[list[Stretch], Stretch]] = []
    last = first
    for line in below:
        size = last.box.bottom - last.box.top
        part = next((s for s in line if _meet(s, last)), None)
        if part is None:
            continue
        gap = part.box.top - last.box.bottom
        if gap > BELOW * size:
            return []
        plain = unicodedata.normalize("NFKC", part.text)
        if "(" in plain:
            return []
        found.append((line, part))
        if ")" in plain:
            return found if plain.endswith(")") else []
        last = part
    return []


def _meet(one: Stretch, other: Stretch) -> bool:
    return one.box.x0 < other.box.x1 and other.box.x0 < one.box.x1


def _whole(parts: Sequence[Stretch]) -> Stretch:
    box = Box(
        min(s.box.x0 for s in parts), min(s.box.top for s in parts),
        max(s.box.x1 for s in parts), max(s.box.bottom for s in parts),
    )  # fmt: skip
    return Stretch("".join(s.text for s in parts), box)


def _put(whole: Stretch, lines: list[list[Stretch]]) -> None:
    middle = (whole.box.top + whole.box.bottom) / 2

    def off(line: Sequence[Stretch]) -> float:
        return abs((line[0].box.top + line[0].box.bottom) / 2 - middle)

    beside = [
        line
        for line in lines
        if any(s.is_number and not _meet(s, whole) for s in line)
        and whole.box.top <= (line[0].box.top + line[0].box.bottom) / 2
        <= whole.box.bottom
    ]  # fmt: skip
    if beside:
        min(beside, key=off).append(whole)
        return
    place = next(
        (i for i, li in enumerate(lines) if li and li[0].box.top > middle), len(lines)
    )
    lines.insert(place, [whole])
