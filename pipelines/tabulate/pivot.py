"""Reading the table of remedies: one printed row, or a row for each of its groups."""

from __future__ import annotations

from collections.abc import Sequence

from archive.records import Leftover
from pipelines.tabulate import headers
from pipelines.tabulate.align import Match
from pipelines.tabulate.fragments import is_value_row
from pipelines.tabulate.making import TableReading, put, short, trace
from pipelines.tabulate.rows import Printed
from pipelines.tabulate.values import Values, pick
from pipelines.templates import Table


def read_pivot(
    spec: Table, rows: Sequence[tuple[Printed, bool]], result: TableReading
) -> None:
    """One printed row of values, stored as one row of the form per group of columns.

    The first row with anything in it counts: word processors leave an empty row of as
    many cells at the end.
    """
    block = spec.blocks[0]
    width = len(block.rows) * len(block.cols)
    found = [
        (row, lossy)
        for row, lossy in rows
        if len(row.values) >= width or is_value_row(row.cells)
    ]
    found.sort(key=lambda pair: not pair[0].filled)
    if not found:
        if not _read_groups(spec, rows, result):
            result.leftovers.append(
                Leftover("unmatched_spec", spec.code, "", f"no row of {width} values")
            )
        return
    row, lossy = found[0]
    values = pick(row.values, width, filled=frozenset(range(width)) if lossy else None)
    if values is None or not values.exact:
        text = f"{len(row.values)} cells for {width} columns: {row.text}"
        result.leftovers.append(
            Leftover("unmatched_row", spec.code, row.locator, short(text))
        )
        return
    above = headers.above([r for r, _ in rows], block.cols)
    header = above[next(i for i, (r, _) in enumerate(rows) if r is row)]
    cells = tuple(c for c in values.cells if c)
    places = headers.pivot(header, block.cols, block.rows, cells) or [
        (r.code, c.code) for r in block.rows for c in block.cols
    ]
    columns = {col.code: col for col in block.cols}
    for target in block.rows:
        at = [i for i, (code, _) in enumerate(places) if code == target.code]
        part = Values(
            tuple(values.cells[i] for i in at),
            frozenset(k for k, i in enumerate(at) if i in values.moved),
        )
        match = Match(target, 100.0)
        printed = [columns[places[i][1]] for i in at]
        put(spec, match, printed, part, result)
        result.rows.append(trace(row, match, printed, block.cols))
    for other, _ in found[1:]:
        if other.filled:
            result.leftovers.append(
                Leftover("unmatched_row", spec.code, other.locator, short(other.text))
            )


def _read_groups(
    spec: Table, rows: Sequence[tuple[Printed, bool]], result: TableReading
) -> bool:
    """A printed row for each group, under one header; False where none is."""
    block = spec.blocks[0]
    above = headers.above([row for row, _ in rows], block.cols)
    done: set[str] = set()
    for (row, _), header in zip(rows, above, strict=True):
        words = [t for t in row.texts if t.strip()]
        group = headers.group_of(words[-1], block.rows) if words else None
        if row.framing or group is None or group.code in done:
            continue
        cols = headers.order(header, block.cols, [row.values])
        if cols is None or not header.rows:
            continue
        values = pick(row.values, len(cols))
        if values is None or not values.exact:
            continue
        done.add(group.code)
        match = Match(group, 100.0)
        put(spec, match, cols, values, result)
        result.rows.append(trace(row, match, cols, block.cols))
    if done:
        for missing in block.rows:
            if missing.code not in done:
                result.leftovers.append(
                    Leftover("unmatched_spec", spec.code, "", missing.zh)
                )
    return bool(done)
