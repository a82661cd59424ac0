"""Printed rows to rows of the form: fuzzy labels, in monotone order, gaps filled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipelines.normalise import core, enumerator, label, similarity
from pipelines.templates import Row

#: Similarity (0–100) from which a label may be that of a row.
ALIKE = 55.0
#: Same or another printed number: enough to decide between equals, no more.
NUMBER = 4.0


@dataclass(frozen=True, slots=True)
class Match:
    """A row of the form for a printed row. ``score`` 0: placed between neighbours."""

    row: Row
    score: float


def score(texts: Sequence[str], row: Row) -> float:
    """How well any of the texts of a printed row names a row of the form.

    The last text is the label proper; what stands before it are group headings.
    """
    best = 0.0
    for i, text in enumerate(reversed(texts)):
        found = max(
            similarity(key, own)
            for own in {label(text), core(text)}
            for key in row.keys
        )
        if found and enumerator(text) and enumerator(row.zh):
            same = enumerator(text) == enumerator(row.zh)
            found += NUMBER if same else -NUMBER
        best = max(best, found - 8.0 * i)
    return best


def align(printed: Sequence[Sequence[str]], rows: Sequence[Row]) -> list[Match | None]:
    """The best monotone assignment of printed rows (their label texts) to ``rows``.

    Maximises the sum of similarities above the threshold (dynamic programming), then
    fills gaps: as many unknown rows as free places between two known ones.
    """
    n, m = len(printed), len(rows)
    gain = [[max(score(texts, row) - ALIKE, 0.0) for row in rows] for texts in printed]
    best = [[0.0] * (m + 1) for _ in range(n + 1)]
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            taken = best[i - 1][j - 1] + gain[i - 1][j - 1]
            best[i][j] = max(best[i - 1][j], best[i][j - 1], taken)
    found: list[Match | None] = [None] * n
    i, j = n, m
    while i and j:
        here = gain[i - 1][j - 1]
        if here > 0 and best[i][j] == best[i - 1][j - 1] + here:
            found[i - 1] = Match(rows[j - 1], here + ALIKE)
            i, j = i - 1, j - 1
        elif best[i][j] == best[i - 1][j]:
            i -= 1
        else:
            j -= 1
    return _fill(found, rows)


def _fill(found: list[Match | None], rows: Sequence[Row]) -> list[Match | None]:
    """Rows with unreadable labels, where their number leaves no choice.

    The edges of the table are neighbours too; a table without any known row is not.
    """
    place = {row.code: k for k, row in enumerate(rows)}
    known = [(i, place[m.row.code]) for i, m in enumerate(found) if m]
    if known:
        known = [(-1, -1), *known, (len(found), len(rows))]
    for (i, k), (j, last) in pairwise(known):
        if j - i == last - k and j - i > 1:
            for step in range(1, j - i):
                found[i + step] = Match(rows[k + step], 0.0)
    return found
