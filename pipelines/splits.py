"""Numbers printed without anything between them: every way to cut them apart.

Numbers have no leading zeros, so ``000`` is three cells and ``10`` is one or, only
before another digit, two. Blank cells leave no trace, and are not thought of here.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import comb

#: More ways than this are not looked at: the row stays ambiguous.
MOST_WAYS = 50_000

Way = tuple[str, ...]


@lru_cache(maxsize=4096)
def ways(digits: str, n: int) -> tuple[Way, ...]:
    """Every way to cut ``digits`` into ``n`` numbers; () for none or too many.

    >>> ways("000", 3), ways("1000", 3)
    ((('0', '0', '0'),), (('10', '0', '0'),))
    >>> len(ways("81153", 3)), ways("22", 7)
    (6, ())
    """
    if not digits.isdecimal() or len(digits) < n or n < 1:
        return ()
    if comb(len(digits) - 1, n - 1) > MOST_WAYS:
        return ()
    if n == 1:
        return ((digits,),) if digits == "0" or digits[0] != "0" else ()
    longest = 1 if digits[0] == "0" else len(digits) - n + 1
    return tuple(
        (digits[:i], *rest)
        for i in range(1, longest + 1)
        for rest in ways(digits[i:], n - 1)
    )


def adds_up(way: Way) -> bool:
    """Whether the last number is the sum of those before it."""
    return sum(map(int, way[:-1])) == int(way[-1])


@lru_cache(maxsize=1024)
def summed(digits: str, widths: tuple[int, ...]) -> tuple[Way, ...]:
    """Ways to cut into groups of ``widths`` numbers, the last of each group its sum.

    When only one way exists at all, it is that one, whether or not it adds up: then
    the report itself does not.
    """
    if len(only := ways(digits, sum(widths))) == 1:
        return only
    return tuple(_summed(digits, widths))


def _summed(digits: str, widths: tuple[int, ...]) -> list[Way]:
    width, *rest = widths
    if not rest:
        return [w for w in ways(digits, width) if adds_up(w)]
    found: list[Way] = []
    for end in range(width, len(digits) - sum(rest) + 1):
        heads = [w for w in ways(digits[:end], width) if adds_up(w)]
        if heads:
            tails = _summed(digits[end:], tuple(rest))
            found += [h + t for h in heads for t in tails]
        if len(found) > MOST_WAYS:
            return []
    return found


def agreed(candidates: Sequence[Way], n: int) -> list[str | None]:
    """The numbers on which all ways agree, None where they differ.

    >>> agreed([("1", "0", "12"), ("1", "01", "2")], 3)
    ['1', None, None]
    """
    if not candidates:
        return [None] * n
    columns = [set(column) for column in zip(*candidates, strict=True)]
    return [next(iter(c)) if len(c) == 1 else None for c in columns]
