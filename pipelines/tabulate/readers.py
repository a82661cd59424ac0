"""Reading one located table: printed rows to cells of the form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from archive.records import Leftover
from pipelines.grid import GridCell
from pipelines.identities import Identity
from pipelines.normalise import label
from pipelines.shifted import ShiftRow, realign
from pipelines.tabulate import headers
from pipelines.tabulate.align import Match, align
from pipelines.tabulate.extra import extra_cells, is_local
from pipelines.tabulate.fragments import Fragment
from pipelines.tabulate.making import TableReading, put, short, trace
from pipelines.tabulate.pivot import read_pivot
from pipelines.tabulate.rows import Printed, printed
from pipelines.tabulate.values import Values, filled_columns, pick
from pipelines.templates import Block, Col, Table


def read_table(
    spec: Table, fragments: Sequence[Fragment], sums: Sequence[Identity] = ()
) -> TableReading:
    """Read the fragments of a table as ``spec`` says.

    ``sums``: its identities, by which rows of lossy sources that moved are put back.
    """
    result = TableReading({}, [], [], [])
    if not fragments:
        result.leftovers.append(
            Leftover("unmatched_spec", spec.code, "", "the whole table")
        )
        return result
    rows = [(printed(row), f.lossy) for f in fragments for row in f.rows]
    if spec.layout == "pivot":
        read_pivot(spec, rows, result)
    else:
        _read_rows(spec, rows, sums, result)
    return result


def _read_rows(
    spec: Table,
    rows: Sequence[tuple[Printed, bool]],
    sums: Sequence[Identity],
    result: TableReading,
) -> None:
    """Tables with a label in each row."""
    blocks = {row.code: block for block in spec.blocks for row in block.rows}
    widest = max(len(block.cols) for block in spec.blocks)
    every = [col for block in spec.blocks for col in block.cols]
    above = headers.above([row for row, _ in rows], every)
    kept = [
        (row.labelled(widest), lossy, header)
        for (row, lossy), header in zip(rows, above, strict=True)
        if not row.framing and row.values and not is_local(row)
    ]
    data = [(row, lossy) for row, lossy, _ in kept]
    matches = align([row.texts for row, _ in data], spec.rows)
    under = [
        (header, blocks[m.row.code]) if m else None
        for (*_, header), m in zip(kept, matches, strict=True)
    ]
    columns = _orders(under, [row for row, _ in data], spec.over)
    filled = filled_columns(
        [
            (row.values, len(cols))
            for (row, _), (cols, _) in zip(data, columns, strict=True)
            if cols
        ]
    )
    picked: list[Values | None] = []
    found: Values | None
    for (row, lossy, header), (cols, _) in zip(kept, columns, strict=True):
        if not cols:  # a row of no specification
            picked.append(None)
            continue
        found = None
        if len(row.values) > len(cols) and not lossy:
            found = _beside(spec, row, cols, header, result)
        if found is None:
            found = pick(row.values, len(cols), filled=filled if lossy else None)
        if found and not found.exact and not lossy:
            found = _by_header(row.values, cols, _header_columns(spec, rows))
        picked.append(found)
    if sums and any(lossy for _, lossy in data):
        picked = _realigned(spec, data, matches, picked, columns, sums)
    for (row, _), match, found, (cols, clear) in zip(
        data, matches, picked, columns, strict=True
    ):
        if match is None:
            _unmatched(spec, row, result)
            continue
        form = blocks[match.row.code].cols
        result.rows.append(trace(row, match, cols, form, clear))
        if found is None or not any(found.cells):
            text = f"{len(row.values)} cells for {len(cols)} columns: {row.text}"
            result.leftovers.append(
                Leftover("unmatched_row", spec.code, row.locator, short(text))
            )
            continue
        moved = found.moved if clear else frozenset(range(len(cols)))
        put(spec, match, cols, Values(found.cells, moved, found.exact), result)
    for row, _ in rows:
        if not row.framing and (not row.values or is_local(row)):
            _unmatched(spec, row, result)
    for missing in spec.rows:
        if not any(code == missing.code for code, _ in result.cells):
            result.leftovers.append(
                Leftover("unmatched_spec", spec.code, "", missing.zh)
            )


def _orders(
    under: Sequence[tuple[headers.Header, Block] | None],
    rows: Sequence[Printed],
    over: Sequence[str],
) -> list[tuple[tuple[Col, ...], bool]]:
    """The columns of each row as its header prints them, and whether that is clear.

    () for a row of no block.
    """
    # By identity: to hash a header and a block takes longer than to read them.
    below: dict[tuple[int, int], list[Sequence[GridCell]]] = {}
    places = [(id(place[0]), id(place[1])) if place else None for place in under]
    for key, row in zip(places, rows, strict=True):
        if key:
            below.setdefault(key, []).append(row.values)
    known = {
        key: headers.order(place[0], place[1].cols, below[key], over)
        for key, place in dict(zip(places, under, strict=True)).items()
        if key and place
    }
    found: list[tuple[tuple[Col, ...], bool]] = []
    for key, place in zip(places, under, strict=True):
        if key is None or place is None:
            found.append(((), True))
        elif (cols := known[key]) is None:
            found.append((place[1].cols, False))
        else:
            found.append((cols, True))
    return found


def _realigned(
    spec: Table,
    data: Sequence[tuple[Printed, bool]],
    matches: Sequence[Match | None],
    picked: Sequence[Values | None],
    columns: Sequence[tuple[tuple[Col, ...], bool]],
    sums: Sequence[Identity],
) -> list[Values | None]:
    """Readings of all rows, those of lossy grids with the sums of the table.

    Rows below a header that prints other columns than most are left as they are.
    """
    orders = Counter(cols for cols, _ in columns if cols)
    if not orders:
        return list(picked)
    usual = orders.most_common(1)[0][0]
    known = [i for i, m in enumerate(matches) if m and columns[i][0] == usual]
    rows = [
        ShiftRow(match.row.code, data[i][0].values, picked[i], data[i][1])
        for i in known
        if (match := matches[i])
    ]
    found = list(picked)
    codes = [col.code for col in usual]
    for i, values in zip(known, realign(rows, codes, sums), strict=True):
        found[i] = values
    return found


def _beside(
    spec: Table,
    row: Printed,
    cols: Sequence[Col],
    header: headers.Header,
    result: TableReading,
) -> Values | None:
    """A row with columns of the authority's own: their values are leftovers."""
    cells = headers.beside(header, cols, row.values)
    if cells is None:
        return None
    for cell in row.values:
        if cell not in cells and cell.text.strip():
            text = f"{row.texts[-1]}: under no column of the form: {cell.text}"
            result.leftovers.append(
                Leftover("text", spec.code, cell.locator, short(text))
            )
    return Values(cells)


def _unmatched(spec: Table, row: Printed, result: TableReading) -> None:
    """A row the form does not have: a local row with a value, or a leftover."""
    if spec.layout == "stacked" and (cells := extra_cells(row)):
        result.extra.extend(cells)
    elif row.text:
        result.leftovers.append(
            Leftover("unmatched_row", spec.code, row.locator, short(row.text))
        )


def _header_columns(
    spec: Table, rows: Sequence[tuple[Printed, bool]]
) -> dict[str, int]:
    """Grid column of each column label, where a header row prints it."""
    cols = {key: col.code for b in spec.blocks for col in b.cols for key in col.keys}
    found: dict[str, int] = {}
    for row, lossy in rows:
        if row.framing and not lossy:
            for cell in row.cells:
                if code := cols.get(label(cell.text)):
                    found[code] = cell.column
    return found


def _by_header(
    cells: Sequence[GridCell], cols: Sequence[Col], headers: Mapping[str, int]
) -> Values | None:
    """A row with too few cells: each goes under the header it begins below."""
    at = {headers[col.code]: i for i, col in enumerate(cols) if col.code in headers}
    placed: list[GridCell | None] = [None] * len(cols)
    for cell in cells:
        if cell.text.strip():
            if cell.column not in at:
                return None
            placed[at[cell.column]] = cell
    return Values(tuple(placed), frozenset(range(len(cols))), exact=False)
