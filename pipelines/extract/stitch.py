"""Tables over page breaks: pieces become one grid, a row cut in two becomes one row."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from pipelines.extract.naming import gain, likeness
from pipelines.extract.ruling import NEAR, Piece, PieceCell
from pipelines.grid import Grid, GridCell
from pipelines.numbers import UNITS, is_value, read

#: Points by which the sides of a table may differ between two pages.
APART = 6.0
#: Similarity a joined label must win over its better half.
BETTER = 5.0
#: Similarity below which a half of a label is none.
NONE = 30.0

#: What is left of a value on either side of a break: digits, a unit, a note.
UNIT = "|".join(map(re.escape, sorted(UNITS, key=len, reverse=True)))
NOTE = re.compile(
    rf"[\d,.]*(?:{UNIT})(?:\([^()]*\)?)?|\d[\d,.]*\([^()]*\)?|[^()]*\)"
    r"|\([^()]*[^()一二三四五六七八九十]\)?"
)

Row = tuple[PieceCell, ...]


def continues(upper: Piece, lower: Piece) -> bool:
    """Whether ``lower`` is the same table on the next page: it ends as far right.

    It begins as far left, or where a column does: a cell that spans the whole page may
    have lost its own rules.
    """
    starts = {upper.box.x0, *(cell.box.x0 for row in upper.rows for cell in row)}
    return (
        lower.page == upper.page + 1
        and abs(lower.box.x1 - upper.box.x1) <= APART
        and any(abs(lower.box.x0 - x) <= APART for x in starts)
    )


def grid(parts: Sequence[Piece]) -> Grid:
    """One grid of the pieces of a table; every cell keeps the place it stands at."""
    rows: list[Row] = []
    for part in parts:
        new = list(part.rows)
        head = _repeated(rows, new)
        last = _last_filled(rows)
        if rows and head < len(new) and (whole := joined(rows[last], new[head])):
            rows[last:] = [whole]
            del new[head]
        rows += new
    sides = _sides([cell.box.x0 for row in rows for cell in row])
    return Grid(
        locator=parts[0].locator,
        rows=tuple(tuple(_cell(cell, sides) for cell in row) for row in rows),
        text="\n".join("\t".join(cell.text for cell in row) for row in rows),
    )


def _last_filled(rows: Sequence[Row]) -> int:
    """Index of the last row with text: rules that end apart leave slivers below it."""
    filled = (i for i in range(len(rows) - 1, -1, -1) if any(c.text for c in rows[i]))
    return next(filled, 0)


def _repeated(rows: Sequence[Row], new: Sequence[Row]) -> int:
    """How many rows at the start of ``new`` repeat the head of the table."""
    count = 0
    for above, below in zip(rows, new, strict=False):
        if [c.text for c in above] != [c.text for c in below]:
            break
        count += 1
    return count


def joined(upper: Row, lower: Row) -> Row | None:
    """The row that a page break cut into ``upper`` and ``lower``, or None.

    Every column must be filled in one half at most, but for a label: it is joined
    when the whole names a row of the forms better than either half does.
    """
    pairs = _pairs(upper, lower)
    if pairs is None:
        return None
    cut = [(u, w) for u, w in pairs if u.text.strip() and w.text.strip()]
    names = [p for p in cut if _are_label(*p)]
    if len(names) < len(cut) and not _is_rest(upper, lower, pairs):
        return None
    if not names:
        return tuple(_whole(u, w) for u, w in pairs) if cut else None
    one, other = names[-1]
    better = max(gain(one.text, other.text, notes) for notes in (False, True))
    # A number alone is no label: （七 | 12 | 3 above ）总计 and nothing behind it.
    ends = [p for p in cut if p not in names]
    rest = (not _has_values(lower, than=upper) or _goes_on(ends)) and (
        better > 0 or (better == 0 and likeness(one.text) < NONE)
    )
    if better < BETTER and not rest:
        return None
    return tuple(_whole(u, w) for u, w in pairs)


def _has_values(row: Row, than: Row) -> bool:
    """Whether a row has as many values as another, or more."""
    own, other = (
        sum(bool(c.text.strip()) and is_value(c.text) for c in r) for r in (row, than)
    )
    return own >= max(other, 1)


def _pairs(upper: Row, lower: Row) -> list[tuple[PieceCell, PieceCell]] | None:
    """Cells of two rows that stand below one another, by their right sides.

    Cells that span rows begin above, so one row may lack some on the left.
    """
    n = min(len(upper), len(lower))
    ends = list(zip(upper[len(upper) - n :], lower[len(lower) - n :], strict=True))
    if n < 2 or any(abs(u.box.x1 - w.box.x1) > APART for u, w in ends):
        return None
    rest = upper[: len(upper) - n] or lower[: len(lower) - n]
    return [(cell, replace(cell, text="")) for cell in rest] + ends


def _is_rest(
    upper: Row, lower: Row, pairs: Sequence[tuple[PieceCell, PieceCell]]
) -> bool:
    """Whether the values of ``lower`` are the ends of some above them.

    A row of its own would have a label, or a value in every column; numbers that fill
    their cells go on whatever stands below.
    """
    ends = [(u, w) for u, w in pairs if u.text.strip() and w.text.strip()]
    ends = [p for p in ends if not _are_label(*p)]
    if any(_wrapped(u.text, w.text) is None for u, w in ends):
        return False
    if any(_is_label(c) for c in lower) and not any(_is_label(c) for c in upper):
        return False
    return not _has_values(lower, than=upper) or _goes_on(ends)


def _goes_on(pairs: Sequence[tuple[PieceCell, PieceCell]]) -> bool:
    """Whether every number that has digits below it fills its cell."""
    return all(u.full for u, w in pairs if is_number(w.text))


def _is_label(cell: PieceCell) -> bool:
    text = cell.text
    return bool(text.strip()) and not is_value(text) and not NOTE.fullmatch(plain(text))


def _are_label(upper: PieceCell, lower: PieceCell) -> bool:
    """Whether two halves are those of a label; the lower may begin in its brackets."""
    return _is_label(upper) and not is_value(lower.text)


def is_number(text: str) -> bool:
    """Whether a cell holds digits that others may follow."""
    return "".join(text.split()).replace(",", "").isdecimal()


def plain(text: str) -> str:
    """A text without the breaks of its lines, in common characters."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _wrapped(upper: str, lower: str) -> str | None:
    """The value that the halves of a cell make: a number, its unit, its note."""
    made = "".join((upper + lower).split())
    begun = plain(upper)[:1].isdecimal()
    return made if begun and read(made).value is not None else None


def _whole(upper: PieceCell, lower: PieceCell) -> PieceCell:
    """Two halves of a cell, at the place of the half that is filled."""
    if not upper.text.strip():
        return lower if lower.text.strip() else upper
    if not lower.text.strip():
        return upper
    text = _wrapped(upper.text, lower.text) or f"{upper.text}\n{lower.text}"
    return replace(upper, text=text, full=lower.full)


def _sides(starts: Sequence[float]) -> list[float]:
    """Left sides of the columns, those of different pages taken together."""
    found: list[float] = []
    for x in sorted(starts):
        if not found or x - found[-1] > 2 * NEAR:
            found.append(x)
    return found


def _cell(cell: PieceCell, sides: Sequence[float]) -> GridCell:
    column = max((i for i, x in enumerate(sides) if x <= cell.box.x0 + NEAR), default=0)
    inside = sum(cell.box.x0 - NEAR <= x < cell.box.x1 - 2 * NEAR for x in sides)
    return GridCell(cell.text, column, cell.locator, cell.rowspan, max(inside, 1))
