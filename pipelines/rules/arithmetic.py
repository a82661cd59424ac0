"""Sums and comparisons over the cells of one table (Q1–Q3, L1, P2, P4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from archive.records import Cell
from pipelines.rules import labels
from pipelines.rules.finding import (
    FAIL,
    MISREADING,
    NOT_ASSESSABLE,
    PASS,
    UNCERTAIN,
    Finding,
    number,
)
from pipelines.rules.joined import never_adds_up
from pipelines.rules.keys import Key
from pipelines.rules.spec import Compare, RuleBook
from pipelines.rules.tables import CHOSEN_BY_ALL, Tables, place

_HOLDS = {
    "=": lambda actual, expected: actual == expected,
    "<=": lambda actual, expected: actual <= expected,
    ">=": lambda actual, expected: actual >= expected,
}
REPAIRED = "repaired"
_BROKEN = {"<=": "大于", ">=": "小于"}


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: its sum, and what stands in the way of it."""

    value: float | None
    text: str
    blanks: int
    reason: str | None
    methods: frozenset[str]
    keys: tuple[Key, ...] = ()


def evaluate(test: Compare, tables: Tables) -> Iterator[Finding]:
    """One finding for every row or column the comparison runs over.

    What is only likely to hold is told of only where it does not.
    """
    for scope in tables.book.codes(test.over, tables.template_of(test.table)):
        yield _compare(test, tables, scope)
        for operand in test.likely:
            found = _compare(replace(test, actual=(operand,)), tables, scope)
            if found.verdict in (FAIL, UNCERTAIN):
                said = f"{found.message}；可能有正当理由，值得一看"
                yield replace(
                    found, scope=f"{scope}/{operand}", verdict=UNCERTAIN, message=said
                )


def _compare(test: Compare, tables: Tables, scope: str) -> Finding:
    expected = _side(test, tables, scope, test.expected)
    actual = _side(test, tables, scope, test.actual)
    named = _scope_name(test, scope)
    sides = (_said(expected), _said(actual))
    reasons = [side.reason for side in (expected, actual) if side.reason]
    if expected.value is None or actual.value is None:
        cells = [tables.cell(*key) for key in (*expected.keys, *actual.keys)]
        if test.settles_readings and (found := never_adds_up(scope, named, cells)):
            return found
        said = f"{named}：{'；'.join(reasons)}，无法核对"
        return Finding(scope, NOT_ASSESSABLE, *sides, said)
    methods = expected.methods | actual.methods
    both = f"{named}：{'，'.join(s.text for s in (expected, actual) if s.text)}"
    blanks = expected.blanks + actual.blanks
    note = f"（{blanks} 处空白按 0 计）" if blanks else ""
    told = partial(
        Finding,
        scope,
        expected=sides[0],
        actual=sides[1],
        plus=actual.keys,
        minus=expected.keys,
    )
    if _HOLDS[test.relation](round(actual.value, 6), round(expected.value, 6)):
        settled = test.settles_readings and "recovered" in methods
        if settled or REPAIRED in methods:
            used_up = "相符；但有数字是按此等式还原的，不能再用来核对"
            return told(NOT_ASSESSABLE, message=f"{both}，{used_up}")
        return told(PASS, message=f"{both}，相符{note}")
    gap = number(abs(actual.value - expected.value))
    broken = f"{both}，{_broken(test, gap)}{note}"
    if methods - {"read"}:
        return told(UNCERTAIN, message=f"{broken}；{MISREADING}")
    return told(FAIL, message=broken)


def _scope_name(test: Compare, scope: str) -> str:
    if test.each == "column":
        return f"{labels.column(scope)}列"
    return f"“{labels.row(scope)}”一行"


def _broken(test: Compare, gap: str) -> str:
    if test.relation == "=":
        return f"相差 {gap}"
    return f"后者{_BROKEN[test.relation]}前者" if test.expected else "小于 0"


def _said(side: Side) -> str | None:
    return None if side.value is None else number(side.value)


def _side(test: Compare, tables: Tables, scope: str, operands: Sequence[str]) -> Side:
    """Sum of one side.

    A missing cell or a text ends it. Blanks (and dashes) count as 0 beside a filled
    operand where the rule allows it, unless the blank is a total over filled parts.
    """
    if not operands:
        return Side(0.0, "", 0, None, frozenset())
    template = tables.template_of(test.table)
    plan = _plan(tables.book, test, tuple(operands), scope, template)
    cells = [tables.cell(*key) for key in plan.keys]
    pairs = list(zip(plan.names, cells, strict=True))
    filled = [
        cell.value for cell in cells if cell is not None and cell.value is not None
    ]
    blanks = len(cells) - len(filled)
    reason = _obstacle(test, tables, pairs, bool(filled)) if blanks else None
    total = None if reason else float(sum(filled))
    methods = frozenset({_method(cell) for cell in cells if cell is not None})
    text = _text(plan.whole, pairs, total)
    return Side(total, text, blanks, reason, methods, plan.keys)


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the operands of one side stand, and what messages call them."""

    keys: tuple[Key, ...]
    names: tuple[str, ...]
    whole: str


@lru_cache(maxsize=8192)
def _plan(
    book: RuleBook, test: Compare, operands: tuple[str, ...], scope: str, template: str
) -> Plan:
    """The same for every report of a generation, so it is worked out once."""
    codes = book.codes(operands, template)
    return Plan(
        tuple(place(test, scope, code) for code in codes),
        tuple(_name(test, code) for code in codes),
        _whole(book, operands),
    )


def _method(cell: Cell) -> str:
    """The method of a cell, and whether all sums of its table are used up by it."""
    chosen = cell.method in ("recovered", "aligned")
    whole = chosen and CHOSEN_BY_ALL in cell.locator
    return REPAIRED if whole else cell.method


def _obstacle(
    test: Compare,
    tables: Tables,
    pairs: Sequence[tuple[str, Cell | None]],
    any_filled: bool,
) -> str | None:
    """Why a sum cannot be formed, or None."""
    for name, cell in pairs:
        if cell is None:
            return f"“{name}”在文件中没有对应的单元格"
        if cell.state == "text":
            return f"“{name}”写的是“{cell.raw.strip()}”，不是数字"
    empty = [(n, c) for n, c in pairs if c is not None and c.value is None]
    if not any_filled:
        return f"“{pairs[0][0]}”空白" if len(pairs) == 1 else "相加各项全部空白"
    for name, cell in empty:
        if not test.blank_is_zero:
            return f"“{name}”空白"
        if tables.hidden(cell):
            return f"“{name}”空白而其组成项不为 0"
    return None


def _name(test: Compare, code: str) -> str:
    return labels.column(code) if test.each == "row" else labels.row(code)


def _whole(book: RuleBook, operands: Sequence[str]) -> str:
    """Name of a side that is one group."""
    if len(operands) == 1 and operands[0].startswith("$"):
        return book.groups[operands[0][1:]].name
    return ""


def _text(
    whole: str, pairs: Sequence[tuple[str, Cell | None]], total: float | None
) -> str:
    """A side in words: its name, or its operands, and the sum."""
    if total is None:
        return ""
    if whole:
        return f"{whole}合计 {number(total)}"
    if len(pairs) == 1:
        return f"{pairs[0][0]}为 {number(total)}"
    parts = " 加 ".join(f"{name} {_cell(cell)}" for name, cell in pairs)
    return f"{parts} 合计 {number(total)}"


def _cell(cell: Cell | None) -> str:
    if cell is None or cell.value is None:
        return "（空白）"
    return number(cell.value)
