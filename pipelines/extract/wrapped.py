"""Numbers too long for their cell: broken over lines by the layout, put together.

The break is no text: 1560 in a narrow column is printed as 156 above 0. A line that
left room for another character was ended on purpose: what follows is something else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import pairwise

from pipelines.extract.box import Box, Drawn
from pipelines.extract.hanging import CLOSING
from pipelines.extract.stretches import Line, Stretch, stretches_by_line
from pipelines.numbers import read

#: Points by which a rule may be drawn off its place.
OFF = 1.0
#: A line that the next one may go on, when that begins so.
BEFORE, AFTER = re.compile(r"[+-]?[\d,.]*\d[,.]?"), re.compile(r"[\d,.]")
#: What is one number wherever it is broken: by its commas, or by the note behind it.
GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+|\d+\([^()]*\D[^()]*\)", re.DOTALL)


def padding(held: Mapping[Box, Sequence[Drawn]]) -> float:
    """The least distance between the text of a table and the sides of its boxes.

    ``held``: the characters in each box. Marks that hang over the end of a line do not
    count.
    """
    found = [
        min(
            min(c["x0"] for c in inside) - box.x0, box.x1 - max(c["x1"] for c in inside)
        )
        for box, chars in held.items()
        if (
            inside := [
                c for c in chars if c["text"].strip() and c["text"] not in CLOSING
            ]
        )
    ]
    return max(min(found, default=0.0), 0.0)


def whole(
    box: Box, lines: Sequence[Line], chars: Sequence[Drawn], pad: float
) -> str | None:
    """The number that lines of a box make together, None when they make none.

    ``chars``: all that stand in the box; blanks fill a line too.
    """
    texts = ["".join(stretch.text for stretch in line) for line in lines]
    plain = [unicodedata.normalize("NFKC", text) for text in texts]
    broken = 0  # lines at whose end the number goes on; a note may follow it
    made = "".join(texts)
    is_plain = GROUPED.fullmatch(unicodedata.normalize("NFKC", made))
    while broken + 1 < len(lines) and BEFORE.fullmatch(plain[broken]):
        if not AFTER.match(plain[broken + 1]):
            break
        full = len(lines[broken]) == 1 and _is_full(box, lines[broken][0], chars, pad)
        if not (full or is_plain):
            return None
        broken += 1
    return made if broken and read(made).value is not None else None


def _is_full(box: Box, line: Stretch, chars: Sequence[Drawn], pad: float) -> bool:
    """Whether a line leaves no room for another of its characters."""
    middle = (line.box.top + line.box.bottom) / 2
    beside = [c for c in chars if c["top"] <= middle <= c["bottom"]]
    left, right = min(c["x0"] for c in beside), max(c["x1"] for c in beside)
    own = min(left - box.x0, box.x1 - right, pad + OFF)
    size = (line.box.x1 - line.box.x0) / len(line.text)
    return bool(box.x1 - box.x0 - 2 * max(own, pad) - (right - left) < size + OFF)


def number(box: Box, chars: Sequence[Drawn], pad: float) -> str | None:
    """The number that a box holds on several lines, None when it holds none."""
    return whole(box, stretches_by_line(chars), chars, pad)


def unit(text: str) -> str | None:
    """A value whose unit was broken (万 above 元), whole; None: no digits may meet."""
    lines = text.split("\n")
    meet = any(a[-1:].isdecimal() and b[:1].isdecimal() for a, b in pairwise(lines))
    made = "".join(lines)
    if meet or read(text).value is not None or read(made).value is None:
        return None
    return made


def goes_on(box: Box, chars: Sequence[Drawn], pad: float) -> bool:
    """Whether a box holds nothing but digits that fill their last line."""
    lines = stretches_by_line(chars)
    if not lines or any(len(line) > 1 for line in lines):
        return False
    made = unicodedata.normalize("NFKC", "".join(line[0].text for line in lines))
    return bool(BEFORE.fullmatch(made)) and _is_full(box, lines[-1][0], chars, pad)
