"""Printed rows to rows of the form: fuzzy labels, in monotone order, gaps filled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

from archive import yamls
from pipelines import templates
from pipelines.normalise import core, enumerator, label, similarity, squash
from pipelines.templates import Row

#: Similarity (0–100) from which a label may be that of a row.
ALIKE = 55.0
#: A text before the label proper must name its row as surely as this.
SURE = 90.0
#: A row that stands elsewhere must be as likely, and so much likelier than any other.
LIKELY, APART = 70.0, 15.0
NONE = (0.0, 0)
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
    return _score(tuple(texts), row.keys, row.zh)


@lru_cache(maxsize=65536)
def _score(texts: tuple[str, ...], keys: tuple[str, ...], zh: str) -> float:
    """Documents repeat the labels of the form, so most scores are asked for again."""
    best = 0.0
    for i, text in enumerate(reversed(texts)):
        found = max(
            similarity(key, own) for own in {label(text), core(text)} for key in keys
        )
        if i and found < SURE:
            continue  # （三）不予公开 is a group, and no misspelt （一）予以公开
        if found and enumerator(text) and enumerator(zh):
            same = enumerator(text) == enumerator(zh)
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
    moved = _moved(found, rows, printed)
    _fill(found, rows, printed, moved)
    for i, match in moved.items():
        found[i] = match
    return found


def _moved(
    found: Sequence[Match | None], rows: Sequence[Row], printed: Sequence[Sequence[str]]
) -> dict[int, Match]:
    """Rows that stand elsewhere than in the form, by their place.

    Only a label that names one row of the form, which no other printed row is.
    """
    taken = {id(match.row) for match in found if match}
    claims: dict[int, list[int]] = {}
    scores: dict[int, Match] = {}
    for i, texts in enumerate(printed):
        if found[i] is not None or not texts:
            continue
        points = sorted(((score(texts[-1:], row), k) for k, row in enumerate(rows)))
        (second, _), (best, k) = points[-2:] if len(rows) > 1 else (NONE, points[0])
        if best >= LIKELY and best - second >= APART and id(rows[k]) not in taken:
            claims.setdefault(id(rows[k]), []).append(i)
            scores[i] = Match(rows[k], best)
    return {c[0]: scores[c[0]] for c in claims.values() if len(c) == 1}


def _fill(
    found: list[Match | None],
    rows: Sequence[Row],
    printed: Sequence[Sequence[str]],
    moved: Mapping[int, Match],
) -> None:
    """Rows with unreadable labels, where their number leaves no choice.

    The edges of the table are neighbours too; a table without any known row is not.
    A row that says it is a subtotal can be read, and is none of the form.
    """
    place = {row.code: k for k, row in enumerate(rows)}
    known = [(i, place[m.row.code]) for i, m in enumerate(found) if m]
    if known:
        known = [(-1, -1), *known, (len(found), len(rows))]
    elsewhere = {id(match.row) for match in moved.values()}
    for (i, k), (j, last) in pairwise(known):
        free = [row for row in rows[k + 1 : last] if id(row) not in elsewhere]
        unknown = [
            n
            for n in range(i + 1, j)
            if n not in moved
            and not _is_added(printed[n], free)
            and not _is_other(printed[n], free, rows)
        ]
        if len(unknown) == len(free):
            for n, row in zip(unknown, free, strict=True):
                found[n] = Match(row, 0.0)


def _is_other(texts: Sequence[str], free: Sequence[Row], rows: Sequence[Row]) -> bool:
    """Whether a label can be read, and names rows of the form but no free one."""
    own = {id(row) for row in rows if score(texts[-1:], row) >= SURE}
    return bool(own) and not own & {id(row) for row in free}


def _is_added(texts: Sequence[str], free: Sequence[Row]) -> bool:
    """Whether a row calls itself a subtotal, and has no number of a free row."""
    if not texts or not any(word in squash(texts[-1]) for word in _added()):
        return False
    number = enumerator(texts[-1])
    return not number or all(enumerator(row.zh) != number for row in free)


@lru_cache(maxsize=1)
def _added() -> tuple[str, ...]:
    path = files(templates).joinpath("added.yml")
    return tuple(yamls.load(path.read_text("utf-8")))
