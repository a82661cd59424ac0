"""Rows with several readings, decided by the sums over the columns of the table."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod

from pipelines import templates
from pipelines.identities import identities
from pipelines.splits import Way

#: More combinations of readings than this are not tried.
MOST = 20_000


def decide(
    template: str, codes: Sequence[str], candidates: Sequence[list[Way]]
) -> list[list[Way]]:
    """The readings of rows of ``requests`` that some consistent whole table has.

    ``codes`` and ``candidates`` go together. Rows that no reading fits, and all rows
    when none or too many combinations are consistent, keep what they had.
    """
    open_rows = [i for i, ways in enumerate(candidates) if len(ways) > 1]
    known = {c: w[0] for c, w in zip(codes, candidates, strict=True) if len(w) == 1}
    if not open_rows or prod(len(candidates[i]) for i in open_rows) > MOST:
        return list(candidates)
    columns = [
        c.code for c in templates.get(template).tables["requests"].blocks[0].cols
    ]
    sums = _column_sums(template, columns)
    consistent = [
        choice
        for choice in product(*(candidates[i] for i in open_rows))
        if _holds(
            sums, known | dict(zip((codes[i] for i in open_rows), choice, strict=True))
        )
    ]
    if not consistent:
        return list(candidates)
    decided = list(candidates)
    for place, i in enumerate(open_rows):
        decided[i] = list(dict.fromkeys(choice[place] for choice in consistent))
    return decided


Sum = tuple[int, tuple[str, ...], tuple[str, ...]]  # column, rows left, rows right


def _column_sums(template: str, columns: Sequence[str]) -> list[Sum]:
    return [
        (
            columns.index(i.scope),
            tuple(k[1] for k in i.left),
            tuple(k[1] for k in i.right),
        )
        for i in identities(template, "requests")
        if i.scope in columns
    ]


def _holds(sums: Sequence[Sum], rows: dict[str, Way]) -> bool:
    """Whether the column sums hold as far as all their rows are known."""
    for column, left, right in sums:
        if all(code in rows for code in (*left, *right)):
            totals = [sum(int(rows[c][column]) for c in side) for side in (left, right)]
            if totals[0] != totals[1]:
                return False
    return True
