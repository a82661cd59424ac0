"""This year's tables against last year's (Y1–Y5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.filings import Figure, Filing, Key
from pipelines.rules import labels
from pipelines.rules.between.comparable import NAMES, counterpart, generation
from pipelines.rules.between.guard import doubt
from pipelines.rules.between.spec import Between, Years
from pipelines.rules.finding import (
    FAIL,
    MISREADING,
    NOT_ASSESSABLE,
    PASS,
    UNCERTAIN,
    Finding,
    number,
)
from pipelines.rules.spec import rule_book

EXCUSE = "可能有正当理由，值得一看"


@dataclass(frozen=True, slots=True)
class Sum:
    """Cells of one report added up; ``value`` is None where that cannot be done.

    ``plain``: all of them were simply read. ``same``: they mean what ours mean.
    """

    value: float | None
    text: str
    blanks: int = 0
    plain: bool = True
    same: bool = True
    keys: tuple[Key, ...] = ()


def evaluate(
    spec: Between, test: Years, now: Filing, before: Filing | None, obstacle: str | None
) -> Iterator[Finding]:
    """One finding for every row or column, or one that nothing can be compared.

    ``obstacle`` is why the two reports cannot be held against one another.
    """
    mine = generation(now, test.table)
    if mine not in spec.templates:
        return
    if before is None or obstacle:
        yield Finding("", NOT_ASSESSABLE, None, None, obstacle or "没有上年报告")
        return
    for scope in rule_book().codes(test.over, mine):
        yield _compare(spec, test, now, before, scope)


def _compare(
    spec: Between, test: Years, now: Filing, before: Filing, scope: str
) -> Finding:
    mine, theirs = generation(now, test.table), generation(before, test.table)
    actual = _sum(test, now, scope, test.now, mine, mine)
    past = _sum(test, before, scope, test.before, mine, theirs)
    added = _sum(test, now, scope, test.and_now, mine, mine)
    named = (
        f"{labels.column(scope)}列"
        if test.each == "column"
        else f"“{labels.row(scope)}”一行"
    )
    sides = [past, added, actual] if test.and_now else [past, actual]
    reasons = [side.text for side in sides if side.value is None]
    if past.value is None or actual.value is None or added.value is None:
        said = f"{named}：{'；'.join(reasons)}，无法核对"
        return Finding(scope, NOT_ASSESSABLE, None, None, said)
    expected = past.value + added.value
    both = f"{named}：{'，'.join(side.text for side in sides)}"
    blanks = sum(side.blanks for side in sides)
    note = f"（{blanks} 处空白按 0 计）" if blanks else ""
    pair = (number(expected), number(actual.value))
    plus, minus = actual.keys, added.keys
    if _holds(test, actual.value, expected):
        return Finding(
            scope, PASS, *pair, f"{both}，相符{note}", plus=plus, minus=minus
        )
    gap = f"相差 {number(abs(actual.value - expected))}"
    if test.relation == ">=":
        gap = "本年审结的远少于上年未审结的"
    elif test.and_now:
        gap = f"应为 {pair[0]}，{gap}"
    verdict, why = FAIL, ""
    if not all(side.plain for side in sides):
        verdict, why = UNCERTAIN, MISREADING
    elif not past.same:
        verdict, why = UNCERTAIN, "两代表格的口径只是大致相同"
    elif excuse := doubt(now):
        verdict, why = UNCERTAIN, excuse
    elif spec.rule.severity != "fail":
        verdict, why = UNCERTAIN, EXCUSE
    said = f"{both}，{gap}{note}" + (f"；{why}" if why else "")
    return Finding(scope, verdict, *pair, said, plus=plus, minus=minus)


def _holds(test: Years, actual: float, expected: float) -> bool:
    actual, expected = round(actual, 6), round(expected, 6)
    if test.relation == "=":
        return actual == expected
    missed = expected - actual if test.relation == ">=" else actual - expected
    return missed <= max(test.least, test.share * expected)


def _sum(
    test: Years,
    filing: Filing,
    scope: str,
    operands: Sequence[str],
    mine: str,
    theirs: str,
) -> Sum:
    """One report's part. Blanks count as 0 beside a filled operand only."""
    year = filing.report_year
    total, filled, blanks, plain, same = 0.0, False, 0, True, True
    parts: list[str] = []
    keys: list[Key] = []
    for operand in operands:
        sign, code = (-1, operand[1:]) if operand.startswith("-") else (1, operand)
        key = (
            (test.table, code, scope)
            if test.each == "column"
            else (test.table, scope, code)
        )
        name = labels.row(code) if test.each == "column" else labels.column(code)
        other = counterpart(key, mine, theirs)
        if not other.keys:
            generations = f"{NAMES[theirs]}没有与 {NAMES[mine]}可比的项目"
            return Sum(None, f"{year} 年“{name}”：{generations}，口径不可比")
        found = [filing.cells.get(k) for k in other.keys]
        keys += other.keys
        same = same and other.same
        for figure in found:
            if figure is None:
                return Sum(None, f"{year} 年“{name}”在文件中没有对应的单元格")
            if figure[1] == "text":
                return Sum(
                    None, f"{year} 年“{name}”写的是“{figure[3].strip()}”，不是数字"
                )
            plain = plain and figure[2] == "read"
        values = [f[0] for f in found if f is not None and f[0] is not None]
        blanks += len(found) - len(values)
        filled = filled or bool(values)
        total += sign * sum(values)
        joined = " 减 " if sign < 0 else " 加 " if parts else ""
        parts.append(f"{joined}“{name}”{_said(found)}")
    if operands and not filled:
        names = "、".join(part.removesuffix(" 空白") for part in parts)
        return Sum(None, f"{year} 年{names}空白")
    text = f"{year} 年{''.join(parts)}"
    if len(operands) > 1:
        text += f"，合计 {number(total)}" if not operands[0].startswith("-") else ""
    return Sum(total, text, blanks, plain, same, tuple(keys))


def _said(figures: Sequence[Figure | None]) -> str:
    values = [f[0] for f in figures if f is not None and f[0] is not None]
    return f" {number(sum(values))}" if values else " 空白"
