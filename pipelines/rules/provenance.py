"""How a table was filled in and how it was read: notes on provenance (B1, A1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from archive.records import Cell
from pipelines.rules.finding import NOT_ASSESSABLE, PASS, UNCERTAIN, Finding
from pipelines.rules.keys import Key
from pipelines.rules.kinds import Blanks
from pipelines.rules.tables import Tables
from pipelines.rules.wording import Tell, column, listed, phrase, row, table

#: Cells that a note names one by one; the rest are counted.
NAMED = 8
ONLY_TOTAL, ONLY_PARTS = "only_total", "only_parts"


def blanks(test: Blanks, tables: Tables) -> Finding:
    """B1: rows with a total and blank parts, or the reverse; share of blanks."""
    shares, counts, totals = [], [], []
    rows: dict[str, list[Tell]] = {ONLY_TOTAL: [], ONLY_PARTS: []}
    at: list[Key] = []
    for code in test.tables:
        cells = [
            cell
            for cell in tables.cells.values()
            if cell.table_code == code and cell.state != "missing"
        ]
        if not cells:
            continue
        empty = sum(not _filled(cell) for cell in cells)
        shares.append(
            phrase(
                "blanks.share",
                table=table(code),
                n=len(cells),
                empty=empty,
                percent=f"{100 * empty / len(cells):.0f}",
            )
        )
        counts.append(f"{code} {empty}/{len(cells)}")
        totals.append((empty, len(cells)))
        for one, kind in _one_sided(cells):
            rows[kind].append(phrase("named.quoted", name=row(one)))
            at += [cell.key for cell in cells if cell.row_code == one]
    if not shares:
        return Finding("", NOT_ASSESSABLE, None, None, phrase("blanks.nothing"))
    told, actual = listed(shares, "clause"), "；".join(counts)
    if not at and all(share == n for share, n in totals):
        said = phrase("blanks.all_blank", told=told)
        return Finding("", NOT_ASSESSABLE, None, actual, said)
    if not at:
        said = phrase("blanks.even", told=told)
        return Finding("", PASS, None, actual, said)
    uneven = (
        phrase("blanks.kind", kind=phrase(f"blanks.{kind}"), names=_some(names))
        for kind, names in rows.items()
        if names
    )
    said = phrase("blanks.uneven", told=told, rows=listed(uneven, "clause"))
    return Finding("", UNCERTAIN, None, actual, said, cells=tuple(at))


def _some(names: list[Tell]) -> Tell:
    """The first of some names, and how many there are."""
    first = listed(names[:NAMED])
    if len(names) <= NAMED:
        return first
    return phrase("blanks.some", names=first, n=len(names))


def _one_sided(cells: list[Cell]) -> Iterator[tuple[str, str]]:
    """Rows of which only the total is filled, or only parts are."""
    rows: dict[str, list[Cell]] = {}
    for cell in cells:
        rows.setdefault(cell.row_code, []).append(cell)
    for code, inside in rows.items():
        totals = [c for c in inside if c.col_code == "total"]
        parts = [c for c in inside if c.col_code != "total"]
        if not totals or not parts:
            continue
        total, part = any(map(_filled, totals)), any(map(_filled, parts))
        if total and not part:
            yield code, ONLY_TOTAL
        elif part and not total:
            yield code, ONLY_PARTS


def _filled(cell: Cell) -> bool:
    return cell.state not in ("blank", "dash")


def methods(tables: Tables) -> Finding:
    """A1: cells whose number was not simply read, by method."""
    cells = [c for c in tables.cells.values() if c.state != "missing"]
    if not cells:
        return Finding("", NOT_ASSESSABLE, None, None, phrase("methods.nothing"))
    other = [cell for cell in cells if cell.method != "read"]
    if not other:
        return Finding("", PASS, None, "0", phrase("methods.all_read", n=len(cells)))
    counted = Counter(cell.method for cell in other)
    actual = "；".join(f"{method} {n}" for method, n in sorted(counted.items()))
    told = []
    for method, n in sorted(counted.items()):
        names = [_name(c) for c in other if c.method == method]
        told.append(phrase(f"methods.{method}", n=n, names=_some(names)))
    at = tuple(cell.key for cell in other)
    return Finding("", UNCERTAIN, None, actual, listed(told, "clause"), cells=at)


def _name(cell: Cell) -> Tell:
    named = {"row": row(cell.row_code), "column": column(cell.col_code)}
    return phrase("named.quoted_cell", **named)
