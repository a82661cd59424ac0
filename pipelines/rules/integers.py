"""Counts are whole numbers, 0 or more (T1, K1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archive.records import Cell
from pipelines.rules.finding import (
    FAIL,
    MISREADING,
    NOT_ASSESSABLE,
    PASS,
    UNCERTAIN,
    Finding,
)
from pipelines.rules.spec import Integers
from pipelines.rules.tables import Tables, unsplit
from pipelines.rules.wording import also, column, listed, phrase, row, table, words

#: What a number should be; the Chinese words stand in ``expected``.
WHOLE, AMOUNT = phrase("integers.whole"), phrase("integers.amount")


def evaluate(test: Integers, tables: Tables) -> Iterator[Finding]:
    """One finding per offending cell (scope ``row/col``), or one PASS for all."""
    cells = [c for c in tables.cells.values() if c.table_code in test.tables]
    whole = [cell for cell in cells if not unsplit(cell)]
    odd = (c for c in whole if c.value is None or c.value < 0 or c.value % 1)
    offending = [found for cell in odd if (found := _offence(cell, test))]
    offending += _joined(cells)
    yield from offending
    if not offending:
        filled = [cell for cell in cells if cell.value is not None]
        names, wanted = listed(map(table, test.tables)), WHOLE(words("zh"))
        if filled:
            key = "integers.all_but_amounts" if test.decimals else "integers.all"
            said = phrase(key, tables=names, n=len(filled), wanted=WHOLE)
            yield Finding("", PASS, wanted, None, said)
        else:
            said = phrase("integers.none", tables=names)
            yield Finding("", NOT_ASSESSABLE, wanted, None, said)


def _offence(cell: Cell, test: Integers) -> Finding | None:
    amount = cell.col_code in test.decimals
    wanted = AMOUNT if amount else WHOLE
    bad_number = cell.value is not None and (
        cell.value < 0 or (cell.value % 1 and not amount)
    )
    if not bad_number and cell.state != "text":
        return None
    scope = f"{cell.row_code}/{cell.col_code}"
    named = phrase("named.cell", row=row(cell.row_code), column=column(cell.col_code))
    raw = cell.raw.strip()
    said = phrase("integers.offence", cell=named, raw=raw, wanted=wanted)
    verdict = FAIL if bad_number else UNCERTAIN
    if cell.method != "read":
        verdict, said = UNCERTAIN, also(said, MISREADING)
    expected = wanted(words("zh"))
    return Finding(scope, verdict, expected, raw, said, cells=(cell.key,))


def _joined(cells: Iterable[Cell]) -> Iterator[Finding]:
    """One finding for every row whose digits stayed joined (scope: the row)."""
    rows: dict[tuple[str, str], list[Cell]] = {}
    for cell in filter(unsplit, cells):
        rows.setdefault((cell.row_code, cell.raw.strip()), []).append(cell)
    for (code, raw), inside in rows.items():
        named = phrase("named.row", name=row(code))
        said = phrase("integers.joined", named=named, raw=raw)
        keys = tuple(cell.key for cell in inside)
        yield Finding(code, UNCERTAIN, WHOLE(words("zh")), raw, said, cells=keys)
