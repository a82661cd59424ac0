"""Values behind a label: how many cells of a row are padding, and which are values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.grid import GridCell
from pipelines.numbers import read


@dataclass(frozen=True, slots=True)
class Values:
    """The cells of a row in the order of its columns; None: there is no such cell.

    ``moved``: indices whose value was put there by the repair of a shifted row.
    ``exact``: the row had as many cells as it has columns, padding aside.
    """

    cells: tuple[GridCell | None, ...]
    moved: frozenset[int] = frozenset()
    exact: bool = True


def choices(cells: Sequence[GridCell], n: int) -> list[tuple[GridCell, ...]]:
    """Every run of ``n`` cells that leaves out blanks only, most leading ones first."""
    found = []
    for start in range(len(cells) - n, -1, -1):
        outside = [*cells[:start], *cells[start + n :]]
        if not any(c.text.strip() for c in outside):
            found.append(tuple(cells[start : start + n]))
    return found


def pick(
    cells: Sequence[GridCell], n: int, *, filled: frozenset[int] | None = None
) -> Values | None:
    """The ``n`` values among the cells behind a label, or None if more are filled.

    ``filled`` is given for lossy sources only: the columns that other rows of the
    table fill. It decides between several readings, and lets a total that slipped one
    column to the left be put right when it equals the sum of the others.
    """
    if len(cells) < n:
        return Values((*cells, *[None] * (n - len(cells))), exact=False)
    runs = choices(cells, n)
    if not runs:
        return None
    if filled is None:
        return Values(runs[0])
    readings = [Values(run) for run in runs]
    readings += [v for run in runs if (v := _total_moved(run))]
    best = min(readings, key=lambda v: (len(_filled(v) - filled), len(v.moved)))
    texts = {tuple(c.text.strip() for c in run) for run in runs}
    if len(texts) > 1 and not best.moved:
        return Values(best.cells, frozenset(range(n)))
    return best


def filled_columns(rows: Sequence[tuple[Sequence[GridCell], int]]) -> frozenset[int]:
    """Columns filled in the rows that can be read in one way only."""
    found: set[int] = set()
    for cells, n in rows:
        runs = choices(cells, n) if len(cells) >= n else []
        if len(runs) == 1:
            found |= _filled(Values(runs[0]))
    return frozenset(found)


def _filled(values: Values) -> set[int]:
    return {i for i, c in enumerate(values.cells) if c and c.text.strip()}


def _total_moved(run: tuple[GridCell, ...]) -> Values | None:
    """The run with its last value as the total, when it is the sum of the others."""
    *parts, total = run
    last = max((i for i, c in enumerate(parts) if c.text.strip()), default=0)
    if total.text.strip() or not last:
        return None
    values = [read(c.text).value for c in parts[:last] if c.text.strip()]
    if not values or None in values or read(parts[last].text).value is None:
        return None
    if sum(v for v in values if v is not None) != read(parts[last].text).value:
        return None
    cells = list(run)
    cells[last], cells[-1] = total, run[last]
    return Values(tuple(cells), frozenset({last, len(run) - 1}))
