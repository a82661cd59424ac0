"""The least suspect set: fewest cells whose change would mend every broken sum.

The sums of a table are parity checks over its cells. Where some fail, the smallest set
of cells that could each hold another whole number, 0 or more, so that all sums hold
(the broken ones, and those that held before), is the likeliest place of the slip. It is
said, and nothing is changed by it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from archive.records import Cell
from pipelines.rules.finding import FAIL, UNCERTAIN, Finding
from pipelines.rules.keys import Key

#: Larger sets explain anything.
MOST_CELLS = 3
#: Steps of the search; what is not found by then is not said.
MOST_STEPS = 3000
#: Sets of one size; more of them point at no cell.
MOST_SETS = 6
#: The readings that may be wrong come first.
RANK = {"ocr": 0, "recovered": 1, "aligned": 2, "read": 3}

Change = tuple[tuple[Key, float], ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """Sum over ``plus`` less sum over ``minus``; 0 where it holds."""

    plus: tuple[Key, ...]
    minus: tuple[Key, ...]
    gap: float

    def sign(self, key: Key) -> int:
        """What one more in a cell does to the gap."""
        return self.plus.count(key) - self.minus.count(key)


def least_suspects(
    findings: Sequence[Finding], cells: Mapping[Key, Cell]
) -> Mapping[Finding, tuple[Change, ...]]:
    """For every broken sum its cells in the smallest changes that mend all it touches.

    ``findings`` are those of equalities with numbers on both sides, holding ones too.
    A broken sum that nothing small mends is left out.
    """
    if not any(f.verdict in (FAIL, UNCERTAIN) for f in findings):
        return {}
    sums = {f: _as_sum(f, cells) for f in findings if f.plus or f.minus}
    broken = [f for f, one in sums.items() if one.gap]
    found: dict[Finding, tuple[Change, ...]] = {}
    for group in _connected(broken):
        apart = [sums[f] for f in broken if f not in group]
        inside = [one for one in sums.values() if one not in apart]
        changes = _smallest(inside, cells)
        for finding in group if changes else ():
            found[finding] = _of(finding, changes)
    return found


def _of(finding: Finding, changes: Iterable[Change]) -> tuple[Change, ...]:
    """The cells of the finding itself in every alternative, each set once."""
    own = set(finding.looked_at)
    inside = (tuple(kv for kv in change if kv[0] in own) for change in changes)
    return tuple(dict.fromkeys(filter(None, inside)))


def as_json(changes: Iterable[Change], cells: Mapping[Key, Cell]) -> str:
    """Alternatives, each a list of cells with their number and the one that fits."""
    return json.dumps(
        [
            [
                {
                    "cell": "/".join(key),
                    "value": cells[key].value,
                    "fits": (cells[key].value or 0) + delta,
                }
                for key, delta in change
            ]
            for change in changes
        ],
        ensure_ascii=False,
    )


def _as_sum(finding: Finding, cells: Mapping[Key, Cell]) -> Sum:
    plus = sum(_value(cells, key) for key in finding.plus)
    minus = sum(_value(cells, key) for key in finding.minus)
    return Sum(finding.plus, finding.minus, round(plus - minus, 6))


def _value(cells: Mapping[Key, Cell], key: Key) -> float:
    cell = cells.get(key)
    return (cell.value or 0) if cell else 0


def _connected(broken: Sequence[Finding]) -> Iterator[frozenset[Finding]]:
    """Broken sums that share cells, directly or through others."""
    rest = list(broken)
    while rest:
        group, reached = {rest[0]}, set(rest[0].looked_at)
        while more := [f for f in rest if f not in group and reached & {*f.looked_at}]:
            group.update(more)
            reached.update(key for f in more for key in f.looked_at)
        rest = [f for f in rest if f not in group]
        yield frozenset(group)


def _smallest(sums: Sequence[Sum], cells: Mapping[Key, Cell]) -> tuple[Change, ...]:
    """All changes of the smallest size there is, the least certain readings first."""
    steps = [MOST_STEPS]
    for size in range(1, MOST_CELLS + 1):
        found = {frozenset(c.items()) for c in _mended(sums, cells, {}, size, steps)}
        if steps[0] <= 0 or len(found) > MOST_SETS:
            return ()
        if found:
            order = {key: i for i, key in enumerate(cells)}
            as_lists = [tuple(sorted(c, key=lambda kv: order[kv[0]])) for c in found]
            return tuple(sorted(as_lists, key=lambda c: _rank(c, cells, order)))
    return ()


def _rank(
    change: Change, cells: Mapping[Key, Cell], order: Mapping[Key, int]
) -> tuple[list[int], list[int]]:
    methods = sorted(RANK[cells[key].method] for key, _ in change)
    return methods, [order[key] for key, _ in change]


def _mended(
    sums: Sequence[Sum],
    cells: Mapping[Key, Cell],
    change: dict[Key, float],
    size: int,
    steps: list[int],
) -> Iterator[dict[Key, float]]:
    """Changes of up to ``size`` more cells after which every sum holds."""
    broken = next((s for s in sums if _gap(s, change)), None)
    if broken is None:
        yield dict(change)
        return
    if not size:
        return
    gap = _gap(broken, change)
    for key in (*broken.plus, *broken.minus):
        steps[0] -= 1
        if steps[0] <= 0:
            return
        delta = -gap * broken.sign(key)
        cell = cells.get(key)
        if cell is None or key in change or (cell.value or 0) + delta < 0:
            continue
        yield from _mended(sums, cells, change | {key: delta}, size - 1, steps)


def _gap(one: Sum, change: Mapping[Key, float]) -> float:
    return one.gap + sum(one.sign(key) * delta for key, delta in change.items())
