"""Sums and comparisons over the cells of one table (Q1–Q3, L1, P2, P4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from archive.records import Cell
from pipelines.rules import labels
from pipelines.rules.finding import (
    EXCUSE,
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
from pipelines.rules.labels import LANGUAGES
from pipelines.rules.spec import Compare, RuleBook
from pipelines.rules.tables import CHOSEN_BY_ALL, Tables, place
from pipelines.rules.wording import Tell, Words, also, around, listed, phrase, words

_HOLDS = {
    "=": lambda actual, expected: actual == expected,
    "<=": lambda actual, expected: actual <= expected,
    ">=": lambda actual, expected: actual >= expected,
}
REPAIRED = "repaired"
#: Methods whose number an equation may have chosen.
CHOSEN = frozenset({"recovered", "aligned"})
_BROKEN = {"=": "differ", "<=": "larger", ">=": "smaller"}
_HOLDING = {"=": "agree", "<=": "no_larger", ">=": "no_smaller"}


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: its sum, and what stands in the way of it."""

    plan: Plan
    cells: tuple[Cell | None, ...]
    value: float | None
    blanks: int
    reason: Tell | None
    methods: frozenset[str]

    @property
    def keys(self) -> tuple[Key, ...]:
        """Where its operands stand."""
        return self.plan.keys


def evaluate(test: Compare, tables: Tables) -> Iterator[Finding]:
    """One finding for every row or column the comparison runs over.

    What is only likely to hold is told of only where it does not.
    """
    for scope in tables.book.codes(test.over, tables.template_of(test.table)):
        yield _compare(test, tables, scope)
        for operand in test.likely:
            found = _compare(replace(test, actual=(operand,)), tables, scope)
            if found.verdict in (FAIL, UNCERTAIN):
                yield replace(
                    found,
                    scope=f"{scope}/{operand}",
                    verdict=UNCERTAIN,
                    tell=also(found.tell, EXCUSE),
                )


def _compare(test: Compare, tables: Tables, scope: str) -> Finding:
    expected = _side(test, tables, scope, test.expected)
    actual = _side(test, tables, scope, test.actual)
    pair = (_said(expected), _said(actual))
    sides = (expected, actual)
    if expected.value is None or actual.value is None:
        named = partial(_scope_name, test.each, scope)
        cells = [*expected.cells, *actual.cells]
        if test.settles_readings and (found := never_adds_up(scope, named, cells)):
            return found
        why = listed((side.reason for side in sides if side.reason), "clause")
        said = phrase("sums.silent", named=named, why=why)
        return Finding(scope, NOT_ASSESSABLE, *pair, said)
    methods = expected.methods | actual.methods
    told = partial(
        Finding,
        scope,
        expected=pair[0],
        actual=pair[1],
        plus=actual.keys,
        minus=expected.keys,
    )
    sentence = partial(_sentence, test.each, scope, sides)
    if _HOLDS[test.relation](round(actual.value, 6), round(expected.value, 6)):
        settled = test.settles_readings and "recovered" in methods
        if settled or REPAIRED in methods:
            return told(NOT_ASSESSABLE, tell=partial(sentence, "used_up"))
        return told(PASS, tell=partial(sentence, _holding(test)))
    broken = partial(sentence, _BROKEN[test.relation] if test.expected else "negative")
    if methods - {"read"}:
        return told(UNCERTAIN, tell=also(broken, MISREADING))
    return told(FAIL, tell=broken)


def _holding(test: Compare) -> str:
    """How a sentence ends on what holds."""
    return _HOLDING[test.relation] if test.expected else "not_negative"


def _said(side: Side) -> str | None:
    return None if side.value is None else number(side.value)


def _side(test: Compare, tables: Tables, scope: str, operands: Sequence[str]) -> Side:
    """Sum of one side.

    A missing cell or a text ends it. Blanks (and dashes) count as 0 beside a filled
    operand where the rule allows it, unless the blank is a total over filled parts.
    """
    if not operands:
        return NOTHING
    template = tables.template_of(test.table)
    plan = _plan(tables.book, test, tuple(operands), scope, template)
    cells = tuple(map(tables.present.get, plan.keys))
    there = [cell for cell in cells if cell is not None]
    filled = [cell.value for cell in there if cell.value is not None]
    blanks = len(cells) - len(filled)
    reason = _obstacle(test, tables, plan, cells, bool(filled)) if blanks else None
    total = None if reason else float(sum(filled))
    methods = frozenset([cell.method for cell in there])
    if methods & CHOSEN:
        methods = frozenset(map(_method, there))
    return Side(plan, cells, total, blanks, reason, methods)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Where the operands of one side stand, and what messages call them.

    There is one for each side of each comparison, so that it can be a key.
    By language ``names`` and ``said``: what stands before and after each number, one
    pair for a side that is one group or one cell.
    """

    keys: tuple[Key, ...]
    names: Mapping[str, tuple[str, ...]]
    said: Mapping[str, tuple[tuple[str, str], ...]]


NOTHING = Side(Plan((), {}, {}), (), 0.0, 0, None, frozenset())


@lru_cache(maxsize=8192)
def _plan(
    book: RuleBook, test: Compare, operands: tuple[str, ...], scope: str, template: str
) -> Plan:
    """The same for every report of a generation, so it is worked out once."""
    codes = book.codes(operands, template)
    label = labels.column if test.each == "row" else labels.row
    group = book.groups.get(operands[0].removeprefix("$"))
    names = {lang: tuple(label(c, lang) for c in codes) for lang in LANGUAGES}
    said: dict[str, tuple[tuple[str, str], ...]] = {}
    for lang in LANGUAGES:
        if group and len(operands) == 1:
            said[lang] = (around(words(lang), "sums.whole", name=group.names[lang]),)
        else:
            key = "sums.part" if len(codes) > 1 else "sums.one"
            said[lang] = tuple(around(words(lang), key, name=n) for n in names[lang])
    return Plan(tuple(place(test, scope, code) for code in codes), names, said)


def _method(cell: Cell) -> str:
    """The method of a cell, and whether all sums of its table are used up by it."""
    whole = cell.method in CHOSEN and CHOSEN_BY_ALL in cell.locator
    return REPAIRED if whole else cell.method


def _obstacle(
    test: Compare,
    tables: Tables,
    plan: Plan,
    cells: Sequence[Cell | None],
    any_filled: bool,
) -> Tell | None:
    """Why a sum cannot be formed, or None."""
    empty, dash = [], False
    for n, cell in enumerate(cells):
        if cell is None:
            return phrase("sums.no_cell", name=_name(plan, n))
        if cell.state == "text":
            return phrase("sums.text", name=_name(plan, n), raw=cell.raw.strip())
        if cell.value is None:
            empty.append((n, cell))
            dash = dash or cell.state == "dash"
    if not any_filled:
        if len(cells) == 1:
            return _empty(plan, *empty[0])
        return phrase("sums.all_empty" if dash else "sums.all_blank")
    for n, cell in empty:
        if not test.blank_is_zero:
            return _empty(plan, n, cell)
        if tables.hidden(cell):
            return phrase("sums.hidden", name=_name(plan, n))
    return None


def _empty(plan: Plan, n: int, cell: Cell) -> Tell:
    if cell.state == "dash":
        return phrase("sums.text", name=_name(plan, n), raw=cell.raw.strip())
    return phrase("sums.is_blank", name=_name(plan, n))


def _name(plan: Plan, n: int) -> Tell:
    return lambda told: plan.names[told.lang][n]


# --------------------------------------------------------------------------- in words


def _scope_name(each: str, scope: str, told: Words) -> str:
    return _named(each, scope, told.lang)


@lru_cache(maxsize=1024)
def _named(each: str, scope: str, lang: str) -> str:
    label = labels.column if each == "column" else labels.row
    return words(lang)(f"named.{each}", name=label(scope, lang))


def _sentence(
    each: str, scope: str, sides: tuple[Side, Side], end: str, told: Words
) -> str:
    """Both sides of a comparison, and how they compare."""
    expected, actual = sides
    gap = ""
    if end == "differ":
        gap = number(abs((actual.value or 0) - (expected.value or 0)))
    both = ((expected.plan, _numbers(expected)), (actual.plan, _numbers(actual)))
    blanks = expected.blanks + actual.blanks
    dashes = blanks > 0 and any(
        cell is not None and cell.state == "dash"
        for side in sides
        for cell in side.cells
    )
    return _told(each, scope, both, blanks, dashes, end, gap, told.lang)


def _numbers(side: Side) -> tuple[float | str | None, ...]:
    """What a side is told by: its sum, or each of its cells, dashes as printed."""
    if len(side.plan.said.get("zh", ())) < 2:
        return (side.value,)
    return tuple([None if cell is None else _shown(cell) for cell in side.cells])


def _shown(cell: Cell) -> float | str | None:
    return cell.raw.strip() if cell.state == "dash" else cell.value


@lru_cache(maxsize=8192)
def _told(
    each: str,
    scope: str,
    sides: tuple[tuple[Plan, tuple[float | str | None, ...]], ...],
    blanks: int,
    dashes: bool,
    end: str,
    gap: str,
    lang: str,
) -> str:
    """Reports mostly tell the same of small numbers, so it is put together once."""
    told = words(lang)
    texts = [_text(plan, numbers, told) for plan, numbers in sides if plan.keys]
    both = told(
        "sums.both",
        named=_named(each, scope, lang),
        sides=told.texts["sign.comma"].join(texts),
    )
    counted = "sums.zeros_dashes" if dashes else "sums.zeros"
    zeros = told(counted, n=blanks) if blanks else ""
    return told(f"sums.{end}", both=both, zeros=zeros, gap=gap)


def _text(plan: Plan, numbers: Sequence[float | str | None], told: Words) -> str:
    """A side in words: its name, or its operands, and the sum."""
    said = plan.said[told.lang]
    parts = [
        before + _written(value, told) + after
        for (before, after), value in zip(said, numbers, strict=True)
    ]
    if len(parts) == 1:
        return parts[0]
    total = number(sum(v for v in numbers if isinstance(v, float)))
    return told("sums.parts", parts=told.texts["sign.plus"].join(parts), total=total)


def _written(value: float | str | None, told: Words) -> str:
    if isinstance(value, str):
        return told("sums.dash", raw=value)
    return told("sums.blank") if value is None else number(value)
