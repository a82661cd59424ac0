"""Tables over page breaks: pieces become one grid, a row cut in two becomes one row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz import process

from pipelines.extract.ruling import NEAR, Piece, PieceCell
from pipelines.grid import Grid, GridCell
from pipelines.normalise import core, label, similarity
from pipelines.numbers import is_value
from pipelines.tabulate.vocabulary import words

#: Points by which the sides of a table may differ between two pages.
APART = 6.0
#: Similarity a joined label must win over its better half.
BETTER = 5.0

Row = tuple[PieceCell, ...]


def continues(upper: Piece, lower: Piece) -> bool:
    """Whether ``lower`` is the same table on the next page: as wide, as far left."""
    return (
        lower.page == upper.page + 1
        and abs(lower.box.x0 - upper.box.x0) <= APART
        and abs(lower.box.x1 - upper.box.x1) <= APART
    )


def grid(parts: Sequence[Piece]) -> Grid:
    """One grid of the pieces of a table; every cell keeps the place it stands at."""
    rows: list[Row] = []
    for part in parts:
        new = list(part.rows)
        head = _repeated(rows, new)
        if rows and head < len(new) and (whole := joined(rows[-1], new[head])):
            rows[-1] = whole
            del new[head]
        rows += new
    sides = _sides([cell.box.x0 for row in rows for cell in row])
    return Grid(
        locator=parts[0].locator,
        rows=tuple(tuple(_cell(cell, sides) for cell in row) for row in rows),
        text="\n".join("\t".join(cell.text for cell in row) for row in rows),
    )


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
    names = [p for p in cut if not is_value(p[0].text) and not is_value(p[1].text)]
    if not names or len(names) < len(cut):
        return None
    one, other = names[-1]
    apart = max(likeness(one.text), likeness(other.text))
    if likeness(one.text + other.text) < apart + BETTER:
        return None
    return tuple(_whole(u, w) for u, w in pairs)


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


def _whole(upper: PieceCell, lower: PieceCell) -> PieceCell:
    """Two halves of a cell, at the place of the half that is filled."""
    if not upper.text.strip():
        return lower if lower.text.strip() else upper
    text = f"{upper.text}\n{lower.text}" if lower.text.strip() else upper.text
    return replace(upper, text=text)


def likeness(text: str) -> float:
    """How well a text names any row or column of the forms, 0–100."""
    scores = [
        best[1]
        for key in {label(text), core(text)}
        if (best := process.extractOne(key, list(words()), scorer=_score))
    ]
    return max(scores, default=0.0)


def _score(one: str, other: str, *, score_cutoff: float | None = None) -> float:
    found = similarity(one, other)
    return found if score_cutoff is None or found >= score_cutoff else 0.0


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
