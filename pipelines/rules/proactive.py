"""Table 2: who may make rules, what power lists and purchases can be (P3, P5–P8).

All of these are plausibility: what they find is worth a look, never a contradiction.
"""

from __future__ import annotations

from collections.abc import Iterator

from archive.records import Agency, Cell
from pipelines.rules import labels
from pipelines.rules.finding import NOT_ASSESSABLE, PASS, UNCERTAIN, Finding, number
from pipelines.rules.keys import Key
from pipelines.rules.kinds import Amount, Items, Lawmakers
from pipelines.rules.tables import Tables

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
    row, name = labels.row(test.row), agency.name
    if not filled:
        return Finding(test.row, NOT_ASSESSABLE, None, None, f"“{row}”一行没有数字")
    at = tuple(cell.key for cell in filled)
    some = [cell for cell in filled if cell.value]
    told = "、".join(
        f"{labels.column(c.col_code)} {number(c.value or 0)}" for c in some
    )
    actual = ",".join(number(cell.value or 0) for cell in filled)
    if not some:
        said = f"“{row}”一行都是 0"
        return Finding(test.row, PASS, "0", actual, said, cells=at)
    if agency.level is None:
        said = f"“{row}”一行：{told}；不知道{name}的层级，无法核对"
        return Finding(test.row, NOT_ASSESSABLE, None, actual, said, cells=at)
    if agency.level in test.may.get(agency.kind, ()):
        said = f"“{row}”一行：{told}；{name}可能有规章"
        return Finding(test.row, PASS, None, actual, said, cells=at)
    said = (
        f"“{row}”一行：{told}；{name}不是国务院部门，也不是省、自治区、直辖市或设区的市、"
        "自治州的政府，无权制定规章，可能把执行的规章或其他文件计在内"
    )
    return Finding(test.row, UNCERTAIN, "0", actual, said, cells=at)


# -------------------------------------------------------------------------- power lists


def items(test: Items, tables: Tables) -> Iterator[Finding]:
    """P5, P6, P8: one finding for every row of a power list."""
    check = {"change": _change, "idle": _idle, "restated": _restated}[test.aspect]
    for row in tables.book.codes(test.over, tables.template_of(test.table)):
        yield check(test, tables, row)


def _change(test: Items, tables: Tables, row: str) -> Finding:
    stock, change = (_cell(test.table, tables, row, c) for c in _STOCK)
    if stock is None or change is None:
        return _silent(test, row, _STOCK)
    size, limit = abs(change), number(test.most)
    both = f"{_named(row)}：上一年项目数量 {number(stock)}，本年增/减 {number(change)}"
    sides = (number(stock), number(change))
    at = _keys(test.table, row, _STOCK)
    if size > test.most:
        said = f"{both}，增减超过 {limit} 项，可能填的是办件数量"
    elif stock > 0 and size > stock:
        said = f"{both}，增减大于原有项目，可能填的是办件数量"
    else:
        return Finding(row, PASS, *sides, f"{both}，增减不大于原有项目", cells=at)
    return Finding(row, UNCERTAIN, *sides, said, cells=at)


def _idle(test: Items, tables: Tables, row: str) -> Finding:
    stock, change, decided = (_cell(test.table, tables, row, c) for c in _DECIDED)
    if stock is None or change is None or decided is None:
        return _silent(test, row, _DECIDED)
    left = stock + change
    sides, at = (number(left), number(decided)), _keys(test.table, row, _DECIDED)
    both = (
        f"{_named(row)}：上一年项目数量 {number(stock)} 加 本年增/减 {number(change)}"
        f" 合计 {number(left)}，处理决定数量 {number(decided)}"
    )
    if decided > 0 and left == 0:
        return Finding(
            row, UNCERTAIN, *sides, f"{both}，没有事项却有处理决定", cells=at
        )
    return Finding(row, PASS, *sides, both, cells=at)


def _restated(test: Items, tables: Tables, row: str) -> Finding:
    stock, change, decided = (_cell(test.table, tables, row, c) for c in _DECIDED)
    if stock is None or change is None or decided is None:
        return _silent(test, row, _DECIDED)
    sides = (number(stock + change), number(decided))
    at = _keys(test.table, row, _DECIDED)
    both = (
        f"{_named(row)}：上一年项目数量 {number(stock)}，本年增/减 {number(change)}，"
        f"处理决定数量 {number(decided)}"
    )
    if change and decided == stock + change:
        said = f"{both}，恰为前两项之和，可能把处理决定数量填成了现有项目数量"
        return Finding(row, UNCERTAIN, *sides, said, cells=at)
    return Finding(row, PASS, *sides, both, cells=at)


_STOCK = ("items_prev_year", "items_change")
_DECIDED = (*_STOCK, "decisions")


def _cell(table: str, tables: Tables, row: str, column: str) -> float | None:
    found = tables.cell(table, row, column)
    return None if found is None else found.value


def _keys(table: str, row: str, columns: tuple[str, ...]) -> tuple[Key, ...]:
    return tuple((table, row, column) for column in columns)


def _named(row: str) -> str:
    return f"“{labels.row(row)}”一行"


def _silent(test: Items, row: str, columns: tuple[str, ...]) -> Finding:
    names = "、".join(labels.column(column) for column in columns)
    said = f"{_named(row)}：{names}没有都写明，无法核对"
    return Finding(row, NOT_ASSESSABLE, None, None, said)


# ------------------------------------------------------------------------------ amounts


def amount(test: Amount, tables: Tables) -> Finding:
    """P7: an amount per purchase that is plausible in the unit it is given in."""
    count = tables.cell(test.table, test.row, test.items)
    money = tables.cell(test.table, test.row, test.amount)
    named = f"“{labels.row(test.row)}”一行"
    if count is None or money is None or count.value is None or money.value is None:
        said = f"{named}：{labels.column(test.items)}、{labels.column(test.amount)}"
        return Finding(
            test.row, NOT_ASSESSABLE, None, None, f"{said}没有都写明，无法核对"
        )
    at = (count.key, money.key)
    raw = money.raw.strip()
    both = (
        f"{named}：{labels.column(test.items)} {number(count.value)}，"
        f"{labels.column(test.amount)}“{raw}”"
    )
    sides = (number(count.value), raw)
    verdict, said = _judged(test, count, money)
    return Finding(test.row, verdict, *sides, f"{both}，{said}", cells=at)


def _judged(test: Amount, count: Cell, money: Cell) -> tuple[str, str]:
    items, value = count.value or 0, money.value or 0
    if not items and not value:
        return NOT_ASSESSABLE, "本年没有采购"
    if not items or not value:
        return UNCERTAIN, "一项为 0 而另一项不为 0"
    if money.unit not in WAN:
        return NOT_ASSESSABLE, "没有写明金额的单位，无法核对"
    each = value * WAN[money.unit] / items
    told = f"每项平均 {each:.4g} 万元"
    if test.least <= each <= test.most and not _slip(test, money):
        return PASS, told
    as_yuan = each > test.most and test.least <= each / 10_000 <= test.most
    if money.unit == "wan_cny" and (as_yuan or _slip(test, money)):
        return UNCERTAIN, f"{told}，可能以元为单位而标成了万元"
    if money.unit == "cny" and test.least <= each * 10_000 <= test.most:
        return UNCERTAIN, f"{told}，可能以万元为单位而标成了元"
    return UNCERTAIN, f"{told}，不在 {test.least:g} 至 {test.most:g} 万元之间"


def _slip(test: Amount, money: Cell) -> bool:
    return money.unit == "wan_cny" and (money.value or 0) > test.slip
