"""Rows of lossy dumps whose cells have moved: put back where the sums want them.

After a page break a dump may have a cell too many or too few, and everything behind it
stands one column off. A row is then read in each way that keeps the order of its
numbers, and all rows of the table are decided at once: the fewest broken sums of the
form, then the fewest cells moved (a small mixed integer program, HiGHS). Where ways
that are as good differ, the cell stays open and is said to be so. No number is changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from pipelines.grid import GridCell
from pipelines.identities import CHOSEN_BY_ALL, Identity
from pipelines.numbers import read
from pipelines.tabulate.values import Values

#: Ways of one row that are looked at; a row with more stays as it is.
MOST_WAYS = 150
#: What a broken sum costs, a row that was moved though it had as many cells as columns,
#: a way other than the first choice: so two sums outweigh a move, one does not.
BROKEN, MOVED, OTHER = 3.0, 4.0, 0.3
#: Ways that cost no more than this above the best are as good.
MARGIN = 0.1
#: The search ends here without a result; nodes, so that it is repeatable.
NODES = 2000

INFINITE = float("inf")

Way = tuple[GridCell | None, ...]


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """A row: its code, the cells behind its label, and its first reading, if any."""

    code: str
    cells: tuple[GridCell, ...]
    chosen: Values | None
    lossy: bool = True


@dataclass(frozen=True, slots=True)
class _Ways:
    """The ways to read one row with their costs."""

    ways: tuple[Way, ...]
    costs: tuple[float, ...]


def realign(
    rows: Sequence[ShiftRow], columns: Sequence[str], sums: Sequence[Identity]
) -> list[Values | None]:
    """Readings of all rows of a table; those that stay are as they were chosen.

    ``columns``: column codes in order; ``sums``: the identities of the table.
    """
    found = [row.chosen for row in rows]
    n, suspect = len(columns), not _all_hold(rows, columns, sums)
    ways = [_ways(row, n, suspect) for row in rows]
    if all(len(w.ways) < 2 for w in ways) or not sums:
        return found
    best = _choose([r.code for r in rows], ways, columns, sums)
    if best is None:
        return [_unsettled(row, n) for row in rows]
    for i, (row, choices) in enumerate(zip(rows, best, strict=True)):
        if len(ways[i].ways) > 1:
            found[i] = _reading(row, [ways[i].ways[k] for k in choices])
    return found


def _unsettled(row: ShiftRow, n: int) -> Values | None:
    """A row that the sums could not decide: what was only a guess is none."""
    whole = row.chosen is not None and row.chosen.exact
    return row.chosen if whole or not row.lossy else _open(row, n)


def _open(row: ShiftRow, n: int) -> Values | None:
    filled = [c for c in row.cells if c.text.strip()]
    if not filled:
        return row.chosen
    return Values(tuple(_doubt(row) for _ in range(n)), frozenset(range(n)))


def _doubt(row: ShiftRow) -> GridCell:
    texts = " | ".join(c.text.strip() for c in row.cells)
    return GridCell(texts, 0, row.cells[0].locator, printed=texts, certain=False)


def _all_hold(
    rows: Sequence[ShiftRow], columns: Sequence[str], sums: Sequence[Identity]
) -> bool:
    """Whether the first readings keep every sum whose rows are there."""
    place = {column: i for i, column in enumerate(columns)}
    known = {r.code: r.chosen.cells for r in rows if r.chosen}
    return all(
        sum(_number(known[k[1]][place[k[2]]]) for k in s.left)
        == sum(_number(known[k[1]][place[k[2]]]) for k in s.right)
        for s in sums
        if all(k[1] in known and k[2] in place for k in s.cells)
    )


def _ways(row: ShiftRow, n: int, suspect: bool) -> _Ways:
    """``suspect``: some sum is broken, so rows with as many cells may have slid too."""
    first = row.chosen.cells if row.chosen and row.chosen.exact else None
    only = _Ways((first,) if first else (), (0.0,) if first else ())
    fixed = any(c.printed is not None or not c.certain for c in row.cells)
    filled = sum(bool(c.text.strip()) for c in row.cells)
    whole = first is not None and len(row.cells) == n
    if fixed or not row.lossy or not 0 < filled <= n or (whole and not suspect):
        return only
    found: dict[tuple[str | None, ...], tuple[Way, float]] = {}
    if first is not None:
        found[_texts(first)] = (first, 0.0)
    placings = _slides(row.cells) if whole else _placings(row.cells, n)
    for way in placings:
        cost = MOVED if whole else OTHER
        found.setdefault(_texts(way), (way, cost if first is not None else 0.0))
        if len(found) > MOST_WAYS:
            return only
    ways = tuple(found.values())
    return _Ways(tuple(w for w, _ in ways), tuple(c for _, c in ways))


def _texts(way: Way) -> tuple[str | None, ...]:
    return tuple(c.text.strip() if c else "" for c in way)


def _placings(cells: Sequence[GridCell], n: int) -> Iterator[Way]:
    """Every way to set the filled cells into ``n`` columns that keeps their order."""
    filled = [c for c in cells if c.text.strip()]
    for places in combinations(range(n), len(filled)):
        way: list[GridCell | None] = [None] * n
        for place, cell in zip(places, filled, strict=True):
            way[place] = cell
        yield tuple(way)


def _slides(cells: Sequence[GridCell]) -> Iterator[Way]:
    """Rows as long, one blank of which stands elsewhere: what lies between slid."""
    for i, cell in enumerate(cells):
        if cell.text.strip():
            continue
        rest = [*cells[:i], *cells[i + 1 :]]
        for j in range(len(cells)):
            yield (*rest[:j], cell, *rest[j:])


def _number(cell: GridCell | None) -> int:
    value = read(cell.text).value if cell else None
    return int(value) if value is not None and value % 1 == 0 else 0


def _reading(row: ShiftRow, ways: Sequence[Way]) -> Values:
    """The cells on which all ways agree; the others stay open."""
    if len(ways) == 1 and row.chosen and ways[0] == row.chosen.cells:
        return row.chosen
    n = len(ways[0])
    cells: list[GridCell | None] = []
    for i in range(n):
        texts = {_texts(way)[i] for way in ways}
        cell = ways[0][i]
        if len(texts) > 1:
            cells.append(_doubt(row))
        elif cell is None:
            cells.append(GridCell("", i, f"{row.cells[0].locator} {CHOSEN_BY_ALL}"))
        else:
            cells.append(replace(cell, locator=f"{cell.locator} {CHOSEN_BY_ALL}"))
    return Values(tuple(cells), frozenset(range(n)))


def _choose(
    codes: Sequence[str],
    ways: Sequence[_Ways],
    columns: Sequence[str],
    sums: Sequence[Identity],
) -> list[list[int]] | None:
    """For each row the ways that some best table has, or None without a result."""
    program = _Program(codes, ways, columns, sums)
    best = program.solve({})
    if best is None:
        return None
    cost, taken = best
    found = [[k] for k in taken]
    for row, options in enumerate(ways):
        if len(options.ways) < 2:
            continue
        forbidden = {taken[row]}
        while len(forbidden) < len(options.ways):
            other = program.solve({row: frozenset(forbidden)})
            if other is None or other[0] > cost + MARGIN:
                break
            forbidden.add(other[1][row])
            found[row].append(other[1][row])
    return found


class _Program:
    """One way a row, each sum kept or broken: the cheapest table."""

    def __init__(
        self,
        codes: Sequence[str],
        ways: Sequence[_Ways],
        columns: Sequence[str],
        sums: Sequence[Identity],
    ) -> None:
        self.ways = ways
        self.starts: list[int] = []
        self.costs: list[float] = []
        for options in ways:
            self.starts.append(len(self.costs))
            self.costs += options.costs
        rows = {code: i for i, code in enumerate(codes)}
        place = {column: i for i, column in enumerate(columns)}
        self.rows: list[tuple[float, float, dict[int, float]]] = []
        for i, options in enumerate(ways):
            if options.ways:
                one = {self.starts[i] + k: 1.0 for k in range(len(options.ways))}
                self.rows.append((1.0, 1.0, one))
        usable = [
            s
            for s in sums
            if all(
                k[1] in rows and k[2] in place and ways[rows[k[1]]].ways
                for k in s.cells
            )
        ]
        for identity in usable:
            terms: dict[int, float] = {}
            for sign, side in ((1.0, identity.left), (-1.0, identity.right)):
                for _, code, column in side:
                    i = rows[code]
                    for k, way in enumerate(ways[i].ways):
                        at = self.starts[i] + k
                        value = sign * _number(way[place[column]])
                        terms[at] = terms.get(at, 0.0) + value
            most = sum(abs(v) for v in terms.values()) + 1.0
            broken = len(self.costs)
            self.costs.append(BROKEN)
            self.rows.append((-INFINITE, 0.0, {**terms, broken: -most}))
            self.rows.append((0.0, INFINITE, {**terms, broken: most}))

    def solve(
        self, forbidden: dict[int, frozenset[int]]
    ) -> tuple[float, tuple[int, ...]] | None:
        """Cost and the way of each row (−1 without any), or None."""
        import highspy  # noqa: PLC0415 - heavy, and few documents are shifted

        n = len(self.costs)
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = n, len(self.rows)
        model.col_cost_ = self.costs
        upper = [1.0] * n
        for row, places in forbidden.items():
            for k in places:
                upper[self.starts[row] + k] = 0.0
        model.col_lower_, model.col_upper_ = [0.0] * n, upper
        model.integrality_ = [highspy.HighsVarType.kInteger] * n
        model.row_lower_ = [low for low, _, _ in self.rows]
        model.row_upper_ = [high for _, high, _ in self.rows]
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        starts = [0]
        for _, _, terms in self.rows:
            starts.append(starts[-1] + len(terms))
        model.a_matrix_.start_ = starts
        model.a_matrix_.index_ = [i for _, _, terms in self.rows for i in terms]
        model.a_matrix_.value_ = [v for _, _, t in self.rows for v in t.values()]
        solver = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, setting in (
            ("output_flag", False), ("threads", 1), ("mip_max_nodes", NODES),
            ("mip_feasibility_tolerance", 1e-9), ("mip_rel_gap", 0.0),
        ):  # fmt: skip
            solver.setOptionValue(option, setting)
        solver.passModel(model)
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        values = solver.getSolution().col_value
        taken = tuple(
            next(
                (k for k in range(len(w.ways)) if values[self.starts[i] + k] > 0.5), -1
            )
            for i, w in enumerate(self.ways)
        )
        return sum(c * round(v) for c, v in zip(self.costs, values, strict=True)), taken
