"""The words of the forms, and which table a row of a document speaks of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process

from pipelines import templates
from pipelines.grid import Grid, GridCell
from pipelines.normalise import core, enumerator, label, similarity
from pipelines.numbers import is_value

#: A misspelt label still names its table above this similarity.
ALIKE = 80.0
#: Shorter words occur in any table: they may not stand alone for a table.
TELLING = 5


@dataclass(frozen=True, slots=True)
class Word:
    """What a normalised label is, and the one table it belongs to."""

    table: str
    anchor: bool  # frames the table (headings, columns, groups); no row of it
    both: bool = False  # a column and a row: 其他 is the column, 3.其他 the row


@lru_cache(maxsize=1)
def words() -> Mapping[str, Word]:
    """Labels that belong to exactly one table, over all generations."""
    found: dict[str, set[Word]] = {}
    for template in templates.load():
        for code, table in template.tables.items():
            for key in table.anchors:
                found.setdefault(key, set()).add(Word(code, True))
            for row in table.rows:
                for key in row.keys:
                    found.setdefault(key, set()).add(Word(code, False))
    single: dict[str, Word] = {}
    for key, uses in found.items():
        if len({word.table for word in uses}) == 1:
            home = next(iter(uses)).table
            single[key] = Word(home, all(w.anchor for w in uses), len(uses) > 1)
    return single


@lru_cache(maxsize=8192)
def word_of(text: str) -> tuple[str, Word] | None:
    """The label a cell prints, exactly or misspelt, with its table."""
    known = words()
    for key in (label(text), core(text)):
        if word := known.get(key):
            bare = word.both and not enumerator(text)
            return key, Word(word.table, True, True) if bare else word
    key = core(text)
    if len(key) < TELLING or is_value(text):
        return None
    best = process.extractOne(key, list(known), scorer=_score, score_cutoff=ALIKE)
    return (best[0], known[best[0]]) if best else None


def _score(one: str, other: str, *, score_cutoff: float | None = None) -> float:
    found = similarity(one, other)
    return found if score_cutoff is None or found >= score_cutoff else 0.0


def table_of(row: tuple[GridCell, ...]) -> str | None:
    """The table most labels of a row belong to; None for a row of values only."""
    votes: Counter[str] = Counter()
    for cell in row:
        if hit := word_of(cell.text):
            votes[hit[1].table] += len(hit[0])
    return votes.most_common(1)[0][0] if votes else None


@lru_cache(maxsize=256)
def is_form(grid: Grid) -> bool:
    """Whether a grid is (part of) a table of the forms.

    Two different words, one of them telling, or one long row label: a fragment after
    a page break may hold a single row. 行政许可 in a table of its own is neither.
    """
    hits = {hit for row in grid.rows for c in row if (hit := word_of(c.text))}
    anchors = [key for key, word in hits if word.anchor]
    rows = [key for key, word in hits if not word.anchor]
    telling = [key for key in anchors if len(key) >= TELLING - 1]
    long = [key for key in rows if len(key) > TELLING + 1]
    return len(telling) >= 2 or bool(telling and rows) or bool(long)
