"""Rows whose numbers were printed without anything between them.

Where every way to cut the digits apart breaks the sum of the row, the report does not
add up, whichever way was meant: 20000011 is no 2, 0, 0, 0, 0, 0, 11 with a right total,
nor anything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from archive.records import Cell
from pipelines.rules.finding import FAIL, Finding
from pipelines.rules.tables import unsplit
from pipelines.rules.wording import Tell, phrase
from pipelines.splits import MOST_DIGITS, ways


def never_adds_up(
    scope: str, named: Tell, cells: Sequence[Cell | None]
) -> Finding | None:
    """FAIL where no way to cut a joined row gives its total; None: nothing is known."""
    row = [cell for cell in cells if cell is not None]
    raws = {cell.raw.strip() for cell in row}
    if len(row) < len(cells) or len(raws) != 1 or not all(map(unsplit, row)):
        return None
    raw = raws.pop()
    if len(raw) > MOST_DIGITS or _may_add_up(raw, len(row)):
        return None
    said = phrase("sums.joined", named=named, raw=raw)
    return Finding(scope, FAIL, None, raw, said, cells=tuple(c.key for c in row))


@lru_cache(maxsize=1024)
def _may_add_up(digits: str, most: int) -> bool:
    """Whether some cut into 2 to ``most`` numbers ends with the sum of the others.

    Blank cells leave no trace, so there may be fewer numbers than columns.

    >>> _may_add_up("20000011", 7), _may_add_up("110000011", 7)
    (False, True)
    """
    for n in range(2, min(most, len(digits)) + 1):
        cut = ways(digits, n)
        if not cut and len(digits) > n:
            return True  # too many to look at
        if any(sum(map(int, way[:-1])) == int(way[-1]) for way in cut):
            return True
    return False
