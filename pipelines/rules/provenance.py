"""How a table was filled in and how it was read: notes on provenance (B1, A1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from archive.records import Cell
from pipelines.rules import labels
from pipelines.rules.finding import NOT_ASSESSABLE, PASS, UNCERTAIN, Finding
from pipelines.rules.keys import Key
from pipelines.rules.kinds import Blanks
from pipelines.rules.tables import Tables

#: Cells that a note names one by one; the rest are counted.
NAMED = 8
ONLY_TOTAL, ONLY_PARTS = "只填了总计、分项空白", "填了分项、总计空白"
#: In the words of the reader: how a cell came by its number.
METHODS = {"aligned": "由版面修复归位", "recovered": "按等式还原", "ocr": "由图像识别"}


def blanks(test: Blanks, tables: Tables) -> Finding:
    """B1: rows with a total and blank parts, or the reverse; share of blanks."""
    shares, counts = [], []
    rows: dict[str, list[str]] = {ONLY_TOTAL: [], ONLY_PARTS: []}
    at: list[Key] = []
    for table in test.tables:
        cells = [
            cell
            for cell in tables.cells.values()
            if cell.table_code == table and cell.state != "missing"
        ]
        if not cells:
            continue
        empty = sum(not _filled(cell) for cell in cells)
        shares.append(
            f"{labels.table(table)} {len(cells)} 格中 {empty} 格空白"
            f"（{100 * empty / len(cells):.0f}%）"
        )
        counts.append(f"{table} {empty}/{len(cells)}")
        for row, kind in _one_sided(cells):
            rows[kind].append(f"“{labels.row(row)}”")
            at += [cell.key for cell in cells if cell.row_code == row]
    told, actual = "；".join(shares), "；".join(counts)
    if not shares:
        return Finding("", NOT_ASSESSABLE, None, None, "没有可以查看的表格")
    if not at:
        return Finding("", PASS, None, actual, f"{told}；各行总计与分项同有同无")
    listed = "；".join(
        f"{kind}：{_some(names)}" for kind, names in rows.items() if names
    )
    said = f"{told}；{listed}（空白不等于 0）"
    return Finding("", UNCERTAIN, None, actual, said, cells=tuple(at))


def _some(names: list[str]) -> str:
    """The first of some names, and how many there are."""
    more = f"等 {len(names)} 处" if len(names) > NAMED else ""
    return "、".join(names[:NAMED]) + more


def _one_sided(cells: list[Cell]) -> Iterator[tuple[str, str]]:
    """Rows of which only the total is filled, or only parts are."""
    rows: dict[str, list[Cell]] = {}
    for cell in cells:
        rows.setdefault(cell.row_code, []).append(cell)
    for row, inside in rows.items():
        totals = [c for c in inside if c.col_code == "total"]
        parts = [c for c in inside if c.col_code != "total"]
        if not totals or not parts:
            continue
        total, part = any(map(_filled, totals)), any(map(_filled, parts))
        if total and not part:
            yield row, ONLY_TOTAL
        elif part and not total:
            yield row, ONLY_PARTS


def _filled(cell: Cell) -> bool:
    return cell.state not in ("blank", "dash")


def methods(tables: Tables) -> Finding:
    """A1: cells whose number was not simply read, by method."""
    cells = [c for c in tables.cells.values() if c.state != "missing"]
    if not cells:
        return Finding("", NOT_ASSESSABLE, None, None, "没有读到单元格")
    other = [cell for cell in cells if cell.method != "read"]
    if not other:
        return Finding("", PASS, None, "0", f"{len(cells)} 个单元格都是直接读出的")
    counted = Counter(cell.method for cell in other)
    actual = "；".join(f"{method} {n}" for method, n in sorted(counted.items()))
    told = []
    for method, n in sorted(counted.items()):
        names = [_name(c) for c in other if c.method == method]
        told.append(f"{n} 格{METHODS[method]}：{_some(names)}")
    at = tuple(cell.key for cell in other)
    return Finding("", UNCERTAIN, None, actual, "；".join(told), cells=at)


def _name(cell: Cell) -> str:
    return f"“{labels.row(cell.row_code)}”的{labels.column(cell.col_code)}"
