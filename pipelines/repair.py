"""Least-change repair: the fewest misread numbers that make a table add up.

For lossy sources only. A cell may change when it was read by optical recognition
(method ``ocr``); every other cell is a constant, so nothing that was born digital is
touched. The sums of the form (:mod:`pipelines.identities`) are the parity checks of a
code, and the repair is its nearest word: a small mixed integer program (HiGHS). It is
taken only when no other set of changes costs as little and when the sums leave one
value for each changed cell. What is repaired says ``recovered`` and keeps its reading.

Where the picture of a cell is known, it decides between "misread" and "printed so": a
change that it does not bear out is not made, and the cell is a constant from then on.
Authorities do print sums that are wrong, and those stay as they are printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from archive.records import Cell
from pipelines.identities import CHOSEN_BY_ALL, Identity, identities
from pipelines.pixels import Pixels
from pipelines.rules.tables import Key

#: More wrong cells in one table are no slip of the reader: a person must look.
MOST_CHANGES = 4
#: Another repair that costs no more than this above the cheapest makes both doubtful.
MARGIN = 0.05
#: The search ends here without a result; nodes, not seconds, so that it is repeatable.
NODES = 2000
#: Natural logarithm by which the picture may fit another number less than the one read,
#: for it to be a misreading; and how many repairs are held against the pictures.
LESS_LIKELY, PROPOSALS = 4.0, 12
#: Confidence below which a reading costs no less to change.
LEAST = 0.05


@dataclass(frozen=True, slots=True)
class Repair:
    """Cells of one table after repair, what changed, and why nothing did."""

    cells: dict[Key, Cell]
    changed: tuple[Key, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Equation:
    """Sum of coefficient × cell over doubtful cells = ``constant``."""

    terms: tuple[tuple[int, int], ...]  # (index of a doubtful cell, +1 or −1)
    constant: int


def repair(
    cells: Mapping[Key, Cell],
    template: str,
    table: str,
    confidence: Mapping[Key, float] | None = None,
    pixels: Mapping[Key, Pixels] | None = None,
) -> Repair:
    """Repair the ``ocr`` cells of one table; ``confidence`` 0–1 weighs each change.

    Without a broken sum, without doubtful cells, or without one cheapest repair the
    cells come back as they are, the last with a note that a sum is broken. ``pixels``:
    the evidence of the pictures, which a change must not contradict; the note then
    names the least set of cells that would have had to be misread.
    """
    same = dict(cells)
    seen = pixels or {}
    weigh = {key: found.confidence for key, found in seen.items()}
    weigh |= confidence or {}
    doubtful = [
        key
        for key, cell in cells.items()
        if key[0] == table and _doubtful(cell) and not _is_word(cell, seen.get(key))
    ]
    suspects: dict[Key, int] = {}
    for _ in range(PROPOSALS):
        equations = _equations(cells, doubtful, identities(template, table))
        start = [_number(cells[key]) for key in doubtful]
        if all(_holds(equation, start) for equation in equations):
            break
        weights = [_weight(cells[key], weigh, key) for key in doubtful]
        values = solve(equations, start, weights)
        if values is None:
            return Repair(same, note=_unsolved(table, cells, suspects))
        read = zip(doubtful, start, values, strict=True)
        new = {key: value for key, old, value in read if old != value}
        against = [k for k in new if not _borne_out(cells[k], new[k], seen.get(k))]
        if not against:
            for key, value in new.items():
                same[key] = _recovered(cells[key], value)
            named = ", ".join("/".join(key[1:]) for key in new)
            note = f"table {table}: recovered by its sums: {named}"
            return Repair(same, tuple(new), note)
        suspects = suspects or new
        doubtful = [key for key in doubtful if key not in against]
    note = _unsolved(table, cells, suspects) if suspects else ""
    return Repair(same, note=note)


def _unsolved(
    table: str, cells: Mapping[Key, Cell], suspects: Mapping[Key, int]
) -> str:
    """The note on sums that stay broken."""
    if not suspects:
        return f"table {table}: sums are broken, and no one repair is the least"
    named = ", ".join(
        f"{'/'.join(key[1:])} (read {cells[key].raw.strip()}, not {value})"
        for key, value in suspects.items()
    )
    return (
        f"table {table}: sums are broken as printed, or these may be misreadings, "
        f"which their picture does not bear out: {named}"
    )


def _borne_out(cell: Cell, value: int, seen: Pixels | None) -> bool:
    """Whether the picture of a cell may show ``value`` instead of what was read."""
    if seen is None or not seen.views:
        return True  # nothing was read in it, or there is no picture
    preference = seen.preference(str(value), cell.raw.strip())
    return preference is not None and preference >= -LESS_LIKELY


def _is_word(cell: Cell, seen: Pixels | None) -> bool:
    """Whether a picture shows words: no number was misread there."""
    return seen is not None and seen.certain and not seen.views and cell.state == "text"


def solve(
    equations: Sequence[Equation],
    start: Sequence[int | None],
    weights: Sequence[float],
) -> list[int] | None:
    """The values that satisfy all equations and change least, or None.

    None when there is no solution within the limits, or more than one as cheap.
    """
    import highspy  # noqa: PLC0415 - heavy, and most documents are not lossy

    n = len(start)
    read = [value or 0 for value in start]
    big = 10.0 * max([9, *read]) + 9
    model = highspy.HighsLp()
    model.num_col_ = 2 * n
    model.col_cost_ = [0.0] * n + list(weights)
    model.col_lower_ = [0.0] * (2 * n)
    model.col_upper_ = [big] * n + [float(v is not None) for v in start]
    whole, real = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
    model.integrality_ = [real] * n + [whole] * n
    rows: list[tuple[float, float, list[tuple[int, float]]]] = [
        (e.constant, e.constant, [(i, float(sign)) for i, sign in e.terms])
        for e in equations
        if e.terms
    ]
    for i, value in enumerate(start):  # |x − read| ≤ big · z; unread cells are free
        if value is None:
            continue
        rows.append((-highspy.kHighsInf, value, [(i, 1.0), (n + i, -big)]))
        rows.append((value, highspy.kHighsInf, [(i, 1.0), (n + i, big)]))
    model.num_row_ = len(rows)
    model.row_lower_ = [low for low, _, _ in rows]
    model.row_upper_ = [high for _, high, _ in rows]
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    starts = [0]
    for _, _, terms in rows:
        starts.append(starts[-1] + len(terms))
    model.a_matrix_.start_ = starts
    model.a_matrix_.index_ = [i for _, _, terms in rows for i, _ in terms]
    model.a_matrix_.value_ = [v for _, _, terms in rows for _, v in terms]
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, setting in (
        ("output_flag", False), ("threads", 1), ("mip_max_nodes", NODES),
        ("mip_feasibility_tolerance", 1e-9), ("mip_rel_gap", 0.0),
        ("mip_detect_symmetry", False), ("mip_heuristic_effort", 0.0),
    ):  # fmt: skip
        solver.setOptionValue(option, setting)
    solver.passModel(model)
    solver.run()
    optimal = highspy.HighsModelStatus.kOptimal
    if solver.getModelStatus() != optimal:
        return None
    found = solver.getSolution().col_value
    values = [round(x) for x in found[:n]]
    moved = [i for i in range(n) if start[i] is None or values[i] != read[i]]
    wrong = [i for i in moved if start[i] is not None]
    if len(wrong) > MOST_CHANGES or not all(_holds(e, values) for e in equations):
        return None
    if not _determined(equations, moved):
        return None
    # Another set of changed cells that costs as little?
    cost = sum(weights[i] for i in wrong)
    inside = set(wrong)
    places = list(range(n, 2 * n))
    solver.addRow(
        -highspy.kHighsInf, cost + MARGIN, n, places, [float(w) for w in weights]
    )
    signs = [-1.0 if i in inside else 1.0 for i in range(n)]
    solver.addRow(1.0 - len(inside), highspy.kHighsInf, n, places, signs)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kInfeasible:
        other = solver.getSolution().col_value
        if solver.getModelStatus() != optimal or any(
            (round(other[i]) != value) != (i in inside)
            for i, value in enumerate(start)
            if value is not None
        ):
            return None
    return values


def _doubtful(cell: Cell) -> bool:
    return cell.method == "ocr" and cell.state in ("number", "zero", "text")


def _number(cell: Cell) -> int | None:
    """The whole number a cell was read as; None for what is no such number."""
    value = cell.value
    return int(value) if value is not None and value >= 0 and value % 1 == 0 else None


def _weight(cell: Cell, confidence: Mapping[Key, float], key: Key) -> float:
    if _number(cell) is None:
        return 0.0  # no reading is lost
    return max(LEAST, min(1.0, confidence.get(key, 1.0)))


def _equations(
    cells: Mapping[Key, Cell], doubtful: Sequence[Key], sums: Iterable[Identity]
) -> list[Equation]:
    """The sums whose cells all stand in the table, constants worked in.

    Blanks beside filled cells count as 0; a blank total proves nothing of its parts.
    """
    index = {key: i for i, key in enumerate(doubtful)}
    found = []
    for identity in sums:
        if any(_unusable(cells.get(key), key in index) for key in identity.cells):
            continue
        if any(_blank(cells, side) for side in (identity.left, identity.right)):
            continue
        terms: dict[int, int] = {}
        constant = 0
        for sign, side in ((1, identity.left), (-1, identity.right)):
            for key in side:
                if key in index:
                    terms[index[key]] = terms.get(index[key], 0) + sign
                else:
                    constant -= sign * int(cells[key].value or 0)
        if terms:
            found.append(Equation(tuple(terms.items()), constant))
    return found


def _unusable(cell: Cell | None, is_doubtful: bool) -> bool:
    if cell is None or cell.state == "missing":
        return True
    return not is_doubtful and cell.state == "text"


def _blank(cells: Mapping[Key, Cell], side: Sequence[Key]) -> bool:
    return all(cells[key].state in ("blank", "dash") for key in side)


def _holds(equation: Equation, values: Sequence[int | None]) -> bool:
    total = 0
    for i, sign in equation.terms:
        value = values[i]
        if value is None:
            return False
        total += sign * value
    return total == equation.constant


def _determined(equations: Sequence[Equation], moved: Sequence[int]) -> bool:
    """Whether the sums leave one value for each changed cell: full column rank."""
    place = {i: k for k, i in enumerate(moved)}
    rows = []
    for equation in equations:
        row = [Fraction(0)] * len(moved)
        for i, sign in equation.terms:
            if i in place:
                row[place[i]] = Fraction(sign)
        if any(row):
            rows.append(row)
    for column in range(len(moved)):  # each has its pivot, so rank = column
        pivot = next((r for r in range(column, len(rows)) if rows[r][column]), None)
        if pivot is None:
            return False
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for r in range(column + 1, len(rows)):
            if factor := rows[r][column] / rows[column][column]:
                pairs = zip(rows[r], rows[column], strict=True)
                rows[r] = [a - factor * b for a, b in pairs]
    return True


def _recovered(cell: Cell, value: int) -> Cell:
    state = "number" if value else "zero"
    locator = f"{cell.locator} {CHOSEN_BY_ALL}".strip()
    return replace(
        cell, value=float(value), state=state, method="recovered", locator=locator
    )
