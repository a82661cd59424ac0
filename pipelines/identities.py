"""The sums of the forms as linear equations over cells (勾稽关系).

Taken from the rules, so that reading and checking never disagree about what must add
up. A cell that was chosen with all sums of its table says so in its locator, and the
rules then take none of these sums for a confirmation.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from pipelines.rules.spec import Compare, rule_book
from pipelines.rules.tables import CHOSEN_BY_ALL, Key, place

__all__ = ["CHOSEN_BY_ALL", "Identity", "identities"]


@dataclass(frozen=True, slots=True)
class Identity:
    """Sum of ``left`` = sum of ``right``, for one scope of one rule."""

    rule_id: str
    scope: str
    left: tuple[Key, ...]
    right: tuple[Key, ...]

    @property
    def cells(self) -> tuple[Key, ...]:
        return (*self.left, *self.right)


@lru_cache(maxsize=16)
def identities(template: str, table: str) -> tuple[Identity, ...]:
    """The identities of a table of a generation; none for most tables.

    >>> len(identities("gk2021", "requests"))  # 7 columns twice, 25 rows
    39
    """
    book = rule_book()
    found = []
    for spec in book.specs:
        test = spec.test
        if not isinstance(test, Compare) or template not in spec.templates:
            continue
        if test.table != table or test.relation != "=":
            continue
        for scope in book.codes(test.over, template):
            left, right = (
                tuple(place(test, scope, c) for c in book.codes(side, template))
                for side in (test.expected, test.actual)
            )
            found.append(Identity(spec.rule.rule_id, scope, left, right))
    return tuple(found)
