"""Table 2: who may make rules, what power lists and purchases can be (P3, P5–P8).

All of these are plausibility: what they find is worth a look, never a contradiction.
"""

from __future__ import annotations

from collections.abc import Iterator

from archive.records import Agency, Cell
from pipelines.rules.finding import NOT_ASSESSABLE, PASS, UNCERTAIN, Finding, number
from pipelines.rules.keys import Key
from pipelines.rules.kinds import Amount, Items, Lawmakers
from pipelines.rules.tables import Tables
from pipelines.rules.wording import Tell, column, listed, phrase, row

#: 10,000 yuan in one unit of an amount.
WAN = {"wan_cny": 1.0, "cny": 1e-4, "yi_cny": 1e4}


def lawmakers(test: Lawmakers, tables: Tables, agency: Agency) -> Finding:
    """P3: rules are made by ministries, provinces and cities, not below."""
    template = tables.template_of(test.table)
    keys = [
        (test.table, test.row, c) for c in tables.book.codes(test.columns, template)
    ]
    cells = [cell for key in keys if (cell := tables.cell(*key))]
    filled = [cell for cell in cells if cell.value is not None]
    named, name = _named(test.row), agency.name
    if not filled:
        said = phrase("named.no_numbers", named=named)
        return Finding(test.row, NOT_ASSESSABLE, None, None, said)
    at = tuple(cell.key for cell in filled)
    some = [cell for cell in filled if cell.value]
    actual = ",".join(number(cell.value or 0) for cell in filled)
    if not some and len(filled) < len(keys):
        said = phrase("lawmakers.not_all", named=named)
        return Finding(test.row, NOT_ASSESSABLE, "0", actual, said, cells=at)
    if not some:
        said = phrase("lawmakers.zero", named=named)
        return Finding(test.row, PASS, "0", actual, said, cells=at)
    verdict, end = UNCERTAIN, "may_not"
    if agency.level is None:
        verdict, end = NOT_ASSESSABLE, "unknown"
    elif agency.level in test.may.get(agency.kind, ()):
        verdict, end = PASS, "may"
    counts = (
        phrase("lawmakers.count", column=column(c.col_code), n=number(c.value or 0))
        for c in some
    )
    why = phrase(f"lawmakers.{end}", agency=name)
    said = phrase("lawmakers.told", named=named, told=listed(counts), end=why)
    expected = "0" if verdict == UNCERTAIN else None
    return Finding(test.row, verdict, expected, actual, said, cells=at)


# -------------------------------------------------------------------------- power lists


def items(test: Items, tables: Tables) -> Iterator[Finding]:
    """P5, P6, P8: one finding for every row of a power list."""
    check = {"change": _change, "idle": _idle, "restated": _restated}[test.aspect]
    for scope in tables.book.codes(test.over, tables.template_of(test.table)):
        yield check(test, tables, scope)


def _change(test: Items, tables: Tables, scope: str) -> Finding:
    stock, change = (_cell(test.table, tables, scope, c) for c in _STOCK)
    if stock is None or change is None:
        return _silent(test, scope, _STOCK)
    size, sides = abs(change), (number(stock), number(change))
    verdict, end = PASS, phrase("items.no_more")
    if size > test.most:
        verdict, end = UNCERTAIN, phrase("items.beyond", limit=number(test.most))
    elif stock > 0 and size > stock:
        verdict, end = UNCERTAIN, phrase("items.more")
    said = phrase(
        "items.change", named=_named(scope), stock=sides[0], change=sides[1], end=end
    )
    at = _keys(test.table, scope, _STOCK)
    return Finding(scope, verdict, *sides, said, cells=at)


def _idle(test: Items, tables: Tables, scope: str) -> Finding:
    stock, change, decided = (_cell(test.table, tables, scope, c) for c in _DECIDED)
    if stock is None or change is None or decided is None:
        return _silent(test, scope, _DECIDED)
    left = stock + change
    sides, at = (number(left), number(decided)), _keys(test.table, scope, _DECIDED)
    both = phrase(
        "items.idle",
        named=_named(scope),
        stock=number(stock),
        change=number(change),
        left=sides[0],
        decided=sides[1],
    )
    if decided > 0 and left == 0:
        said = phrase("items.decided", both=both)
        return Finding(scope, UNCERTAIN, *sides, said, cells=at)
    return Finding(scope, PASS, *sides, both, cells=at)


def _restated(test: Items, tables: Tables, scope: str) -> Finding:
    stock, change, decided = (_cell(test.table, tables, scope, c) for c in _DECIDED)
    if stock is None or change is None or decided is None:
        return _silent(test, scope, _DECIDED)
    sides = (number(stock + change), number(decided))
    at = _keys(test.table, scope, _DECIDED)
    both = phrase(
        "items.restated",
        named=_named(scope),
        stock=number(stock),
        change=number(change),
        decided=sides[1],
    )
    if change and decided and decided == stock + change:
        said = phrase("items.mistaken", both=both)
        return Finding(scope, UNCERTAIN, *sides, said, cells=at)
    return Finding(scope, PASS, *sides, both, cells=at)


_STOCK = ("items_prev_year", "items_change")
_DECIDED = (*_STOCK, "decisions")


def _cell(table: str, tables: Tables, scope: str, at: str) -> float | None:
    found = tables.cell(table, scope, at)
    return None if found is None else found.value


def _keys(table: str, scope: str, columns: tuple[str, ...]) -> tuple[Key, ...]:
    return tuple((table, scope, at) for at in columns)


def _named(code: str) -> Tell:
    return phrase("named.row", name=row(code))


def _silent(test: Items, scope: str, columns: tuple[str, ...]) -> Finding:
    names = listed(map(column, columns))
    said = phrase("items.silent", named=_named(scope), names=names)
    return Finding(scope, NOT_ASSESSABLE, None, None, said)


# ------------------------------------------------------------------------------ amounts


def amount(test: Amount, tables: Tables) -> Finding:
    """P7: an amount per purchase that is plausible in the unit it is given in."""
    count = tables.cell(test.table, test.row, test.items)
    money = tables.cell(test.table, test.row, test.amount)
    named, of = _named(test.row), (column(test.items), column(test.amount))
    if count is None or money is None or count.value is None or money.value is None:
        said = phrase("items.silent", named=named, names=listed(of))
        return Finding(test.row, NOT_ASSESSABLE, None, None, said)
    at = (count.key, money.key)
    raw = money.raw.strip()
    sides = (number(count.value), raw)
    verdict, end = _judged(test, count, money)
    said = phrase(
        "amount.both",
        named=named,
        items=of[0],
        count=sides[0],
        amount=of[1],
        raw=raw,
        end=end,
    )
    return Finding(test.row, verdict, *sides, said, cells=at)


def _judged(test: Amount, count: Cell, money: Cell) -> tuple[str, Tell]:
    items, value = count.value or 0, money.value or 0
    if not items and not value:
        return NOT_ASSESSABLE, phrase("amount.nothing")
    if not items or not value:
        return UNCERTAIN, phrase("amount.one_zero")
    if money.unit not in WAN:
        return NOT_ASSESSABLE, phrase("amount.no_unit")
    each = value * WAN[money.unit] / items
    average = number(round(each, 2)) if each >= 1000 else f"{each:.4g}"
    told = phrase("amount.each", each=average)
    if test.least <= each <= test.most and not _slip(test, money):
        return PASS, told
    as_yuan = each > test.most and test.least <= each / 10_000 <= test.most
    if money.unit == "wan_cny" and (as_yuan or _slip(test, money)):
        return UNCERTAIN, phrase("amount.as_yuan", told=told)
    if money.unit == "cny" and test.least <= each * 10_000 <= test.most:
        return UNCERTAIN, phrase("amount.as_wan", told=told)
    least, most = f"{test.least:g}", f"{test.most:g}"
    return UNCERTAIN, phrase("amount.beyond", told=told, least=least, most=most)


def _slip(test: Amount, money: Cell) -> bool:
    return money.unit == "wan_cny" and (money.value or 0) > test.slip
