"""This year's tables against last year's (Y1–Y5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from archive.filings import Filing, Key
from pipelines.rules.between.comparable import counterpart, generation
from pipelines.rules.between.guard import doubt
from pipelines.rules.between.spec import Between, Years
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
from pipelines.rules.spec import rule_book
from pipelines.rules.wording import (
    Sayable,
    Tell,
    also,
    column,
    listed,
    phrase,
    row,
)

NO_REPORT = phrase("years.no_report_before")


@dataclass(frozen=True, slots=True)
class Sum:
    """Cells of one report added up; ``value`` is None where that cannot be done.

    ``plain``: all of them were simply read. ``same``: they mean what ours mean.
    """

    value: float | None
    text: Tell
    blanks: int = 0
    plain: bool = True
    same: bool = True
    keys: tuple[Key, ...] = ()


def evaluate(
    spec: Between,
    test: Years,
    now: Filing,
    before: Filing | None,
    obstacle: Tell | None,
) -> Iterator[Finding]:
    """One finding for every row or column, or one that nothing can be compared.

    ``obstacle`` is why the two reports cannot be held against one another.
    """
    mine = generation(now, test.table)
    if mine not in spec.templates:
        return
    if before is None or obstacle:
        yield Finding("", NOT_ASSESSABLE, None, None, obstacle or NO_REPORT)
        return
    forms = (mine, generation(before, test.table))
    for scope in rule_book().codes(test.over, mine):
        yield _compare(spec, test, now, before, scope, forms)


def _compare(
    spec: Between,
    test: Years,
    now: Filing,
    before: Filing,
    scope: str,
    forms: tuple[str, str],
) -> Finding:
    mine, theirs = forms
    actual = _sum(test, now, scope, test.now, mine, mine)
    past = _sum(test, before, scope, test.before, mine, theirs)
    added = _sum(test, now, scope, test.and_now, mine, mine)
    by_column = test.each == "column"
    label, kind = (column, "column") if by_column else (row, "row")
    named = phrase(f"named.{kind}", name=label(scope))
    sides = [past, added, actual] if test.and_now else [past, actual]
    if past.value is None or actual.value is None or added.value is None:
        missing = listed((side.text for side in sides if side.value is None), "clause")
        said = phrase("years.silent", named=named, why=missing)
        return Finding(scope, NOT_ASSESSABLE, None, None, said)
    expected = past.value + added.value
    pair = (number(expected), number(actual.value))
    blanks = sum(side.blanks for side in sides)
    values: dict[str, Sayable] = {
        "both": phrase(
            "sums.both",
            named=named,
            sides=listed((side.text for side in sides), "comma"),
        ),
        "zeros": phrase("sums.zeros", n=blanks) if blanks else "",
        "expected": pair[0],
        "gap": number(abs(actual.value - expected)),
    }
    told = partial(Finding, scope, plus=actual.keys, minus=added.keys)
    told = partial(told, expected=pair[0], actual=pair[1])
    if _holds(test, actual.value, expected):
        return told(PASS, tell=phrase("years.agree", **values))
    end = "differ"
    if test.relation == ">=":
        end = "few"
    elif test.and_now:
        end = "differ_expected"
    said = phrase(f"years.{end}", **values)
    if not all(side.plain for side in sides):
        return told(UNCERTAIN, tell=also(said, MISREADING), misread=True)
    why: Tell | None = None
    if not past.same:
        why = phrase("years.roughly")
    elif excuse := doubt(now):
        why = excuse
    elif spec.rule.severity != "fail":
        why = EXCUSE
    if why is None:
        return told(FAIL, tell=said)
    return told(UNCERTAIN, tell=also(said, why))


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
    parts: list[Tell] = []
    names: list[Tell] = []
    keys: list[Key] = []
    for operand in operands:
        sign, code = (-1, operand[1:]) if operand.startswith("-") else (1, operand)
        by_column = test.each == "column"
        key = (test.table, code, scope) if by_column else (test.table, scope, code)
        name = row(code) if by_column else column(code)
        other = counterpart(key, mine, theirs)
        if not other.keys:
            forms = {
                "mine": phrase(f"years.{mine}"),
                "theirs": phrase(f"years.{theirs}"),
            }
            said = phrase("years.no_counterpart", year=year, name=name, **forms)
            return Sum(None, said)
        found = [filing.cells.get(k) for k in other.keys]
        keys += other.keys
        same = same and other.same
        for figure in found:
            if figure is None:
                return Sum(None, phrase("years.no_cell", year=year, name=name))
            if figure[1] == "text":
                raw = figure[3].strip()
                return Sum(None, phrase("years.text", year=year, name=name, raw=raw))
            plain = plain and figure[2] == "read"
        values = [f[0] for f in found if f is not None and f[0] is not None]
        blanks += len(found) - len(values)
        filled = filled or bool(values)
        total += sign * sum(values)
        if sign < 0 or parts:
            parts.append(phrase("years.minus" if sign < 0 else "years.plus"))
        value = number(sum(values)) if values else phrase("years.blank")
        parts.append(phrase("years.part", name=name, value=value))
        names.append(phrase("named.quoted", name=name))
    if operands and not filled:
        return Sum(None, phrase("years.all_blank", year=year, names=listed(names)))
    told: dict[str, Sayable] = {"year": year, "parts": listed(parts, "")}
    text = phrase("years.side", **told)
    if len(operands) > 1 and not operands[0].startswith("-"):
        text = phrase("years.summed", total=number(total), **told)
    return Sum(total, text, blanks, plain, same, tuple(keys))
