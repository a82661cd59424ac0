"""Which generation a table is of, and what one generation's cell is in another's.

A cell is compared with that of another generation only where the crosswalk says that
both continue one series.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from archive.filings import Filing, Key
from pipelines import templates
from pipelines.crosswalk import crosswalk
from pipelines.rules.spec import rule_book


@dataclass(frozen=True, slots=True)
class Counterpart:
    """Cells to add up, and whether they mean the same; no cells: not comparable."""

    keys: tuple[Key, ...]
    same: bool


NOTHING = Counterpart((), False)


def generation(filing: Filing, table: str) -> str:
    """The generation a table of a report speaks for, since reports mix them."""
    marked = _marked(table)
    there = filing.cells.__contains__
    score = {t: sum(map(there, keys)) for t, keys in marked.items()}
    best = max(score, key=lambda t: (score[t], t == filing.template), default="")
    return best if best and score[best] else filing.template


@cache
def _marked(table: str) -> Mapping[str, tuple[Key, ...]]:
    """Cells of a table that only one generation has, by generation."""
    marks = rule_book().generations.get(table, {})
    return {
        code: tuple(
            slot.key
            for slot in templates.slots(templates.get(code), table)
            if own & {slot.row.code, slot.col.code}
        )
        for code, own in marks.items()
    }


def counterpart(key: Key, mine: str, theirs: str) -> Counterpart:
    """What a cell of generation ``mine`` is in generation ``theirs``.

    >>> counterpart(("requests", "carried_out", "total"), "gk2021", "gk2019").keys
    (('requests', 'carried_out', 'total'),)
    >>> counterpart(("proactive", "normative_docs", "in_force"), "gk2021", "gk2019")
    Counterpart(keys=(), same=False)
    >>> other = counterpart(("requests", "other_handling", "total"), "gk2019", "gk2021")
    >>> [row for _, row, _ in other.keys]
    ['other_correction_overdue', 'other_fee_unpaid', 'other_misc']
    """
    if mine == theirs:
        return Counterpart((key,), True)
    return _table(mine, theirs).get(key, NOTHING)


@cache
def _table(mine: str, theirs: str) -> Mapping[Key, Counterpart]:
    """All cells of one generation that are one cell or a sum of them in another.

    Only series that are a single cell on our side: a part is not the whole.
    """
    found: dict[Key, Counterpart] = {}
    for series in crosswalk():
        ours = series.in_generation.get(mine)
        others = series.in_generation.get(theirs)
        if ours is None or others is None or len(ours.places) != 1:
            continue
        like = {ours.like, others.like} - {None}
        for place in ours.places[0]:
            keys = tuple(
                other
                for term in others.places
                for other in term
                if len(ours.places[0]) == 1 or other[2] == place[2]
            )
            if keys and place not in found:
                found[place] = Counterpart(keys, like <= {"same"})
    return found
