"""Numbers printed without anything between them: every way to cut them apart.

Numbers have no leading zeros, so ``000`` is three cells and ``10`` is one or, only
before another digit, two. Blank cells leave no trace, and are not thought of here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from math import comb

#: More ways than this are not looked at: the row stays ambiguous.
MOST_WAYS = 50_000
#: Longer runs of digits are no row of one table.
MOST_DIGITS = 60

Way = tuple[str, ...]


def ways(digits: str, n: int) -> tuple[Way, ...]:
    """Every way to cut ``digits`` into ``n`` numbers; () for none or too many.

    >>> ways("000", 3), ways("1000", 3)
    ((('0', '0', '0'),), (('10', '0', '0'),))
    >>> len(ways("81153", 3)), ways("22", 7)
    (6, ())
    """
    if not digits.isdecimal() or len(digits) < n or n < 1:
        return ()
    if comb(len(digits) - 1, n - 1) > MOST_WAYS and _count(digits, n) > MOST_WAYS:
        return ()
    return tuple(_ways(digits, n))


def _ways(digits: str, n: int) -> Iterator[Way]:
    if n == 1:
        if digits == "0" or digits[0] != "0":
            yield (digits,)
        return
    longest = 1 if digits[0] == "0" else len(digits) - n + 1
    for i in range(1, longest + 1):
        for rest in _ways(digits[i:], n - 1):
            yield (digits[:i], *rest)


def _count(digits: str, n: int) -> int:
    """How many ways there are, without listing them."""
    size = len(digits)
    counts = [int(i == size) for i in range(size + 1)]  # from place i, 0 numbers left
    for _ in range(n):
        counts = [
            (counts[i + 1] if digits[i] == "0" else sum(counts[i + 1 :]))
            if i < size
            else 0
            for i in range(size + 1)
        ]
    return counts[0]


@lru_cache(maxsize=1024)
def summed(digits: str, widths: tuple[int, ...]) -> tuple[Way, ...]:
    """Ways to cut into groups of ``widths`` numbers, the last of each group its sum.

    When only one way exists at all, it is that one, whether or not it adds up: then
    the report itself does not.
    """
    if not digits.isdecimal() or not sum(widths) <= len(digits) <= MOST_DIGITS:
        return ()
    if _count(digits, sum(widths)) == 1:
        return tuple(_ways(digits, sum(widths)))
    found = tuple(islice(_groups(digits, widths), MOST_WAYS))
    return found if len(found) < MOST_WAYS else ()


def _groups(digits: str, widths: tuple[int, ...]) -> Iterator[Way]:
    width, *rest = widths
    if not rest:
        yield from _sums(digits, width)
        return
    for end in range(width, len(digits) - sum(rest) + 1):
        heads = list(_sums(digits[:end], width))
        if heads:
            for tail in _groups(digits[end:], tuple(rest)):
                yield from (head + tail for head in heads)


def _sums(digits: str, n: int) -> Iterator[Way]:
    """Ways to cut into ``n`` numbers of which the last is the sum of the others."""
    for start in range(n - 1, len(digits)):
        total = digits[start:]
        if total == "0" or total[0] != "0":
            for parts in _parts(digits[:start], n - 1, int(total)):
                yield (*parts, total)


def _parts(digits: str, n: int, total: int) -> Iterator[Way]:
    """Ways to cut into ``n`` numbers that add up to ``total``."""
    if len(digits) < n or len(digits) > n * len(str(total)):
        return
    if n == 1:
        if (digits == "0" or digits[0] != "0") and int(digits) == total:
            yield (digits,)
        return
    for i in range(1, 2 if digits[0] == "0" else len(digits) - n + 2):
        if (rest := total - int(digits[:i])) < 0:
            return
        for tail in _parts(digits[i:], n - 1, rest):
            yield (digits[:i], *tail)


def agreed(candidates: Sequence[Way], n: int) -> list[str | None]:
    """The numbers on which all ways agree, None where they differ.

    >>> agreed([("1", "0", "12"), ("1", "01", "2")], 3)
    ['1', None, None]
    """
    if not candidates:
        return [None] * n
    columns = [set(column) for column in zip(*candidates, strict=True)]
    return [next(iter(c)) if len(c) == 1 else None for c in columns]
