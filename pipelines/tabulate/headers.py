"""What the header above a row says of its columns: which there are, in which order.

Values stand under the labels of their columns, and an authority may print these in
another order, or leave one out. Spans of headers and values often disagree, so the
order of the labels is what counts, and places only where both agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipelines.grid import GridCell
from pipelines.normalise import core, label
from pipelines.tabulate.rows import Printed
from pipelines.tabulate.vocabulary import word_of
from pipelines.templates import Col, Row

Cells = tuple[GridCell, ...]
#: Columns that stand beside a label over others: 自然人 and 总计.
MOST_BESIDE = 2


@dataclass(frozen=True, slots=True)
class Header:
    """The rows of one header; none: nothing stands above."""

    rows: tuple[Cells, ...] = ()


@dataclass(frozen=True, slots=True)
class Leaf:
    """The label of a column: the header row it stands in, and its place."""

    code: str
    row: int
    column: int


def above(rows: Sequence[Printed], cols: Iterable[Col]) -> list[Header]:
    """The header above each row: framing rows one below the other with a column.

    Repeated after a page break it counts anew.
    """
    keys = {key for col in cols for key in col.keys}
    found: list[Header] = []
    header = Header()
    part: list[Cells] = []
    for row in rows:
        if row.framing:
            if row.text:
                part.append(row.cells)
        elif part:
            if any(_key(cell, keys) for cells in part for cell in cells):
                header = Header(tuple(part))
            part = []
        found.append(header)
    return found


def order(
    header: Header,
    cols: Sequence[Col],
    rows: Sequence[Sequence[GridCell]],
    over: Iterable[str] = (),
) -> tuple[Col, ...] | None:
    """The columns of a block as printed; None: the header has another order, unclear.

    ``rows``: the cells behind the labels of all rows below the header; ``over``:
    labels that stand over several columns.
    """
    standard = tuple(cols)
    leaves = _leaves(header, cols)
    if len({leaf.code for leaf in leaves}) < max(len(leaves), 2):
        return standard
    by_code = {col.code: col for col in cols}
    ranks = {col.code: i for i, col in enumerate(cols)}
    codes = {key: col.code for col in cols for key in col.keys}
    heads = {key for text in over for key in (label(text), core(text))}
    if _is_flat(header, codes, heads):
        return standard
    placed = _nested(header.rows, codes, heads)
    if sorted(placed) != sorted(leaf.code for leaf in leaves):
        placed = _in_order(leaves, ranks, rows)
    printed = tuple(by_code[code] for code in placed)
    if len(printed) == len(standard):
        return printed
    filled = max((sum(bool(c.text.strip()) for c in row) for row in rows), default=0)
    least = min(map(len, rows), default=0)
    if least == len(printed) >= filled and not _unknown(header, cols):
        return printed  # a column was left out
    kept = [code for code in ranks if code in placed]
    return standard if kept == placed else None


def beside(
    header: Header, cols: Sequence[Col], cells: Sequence[GridCell]
) -> tuple[GridCell, ...] | None:
    """The cells below the columns of the form, where a column of another name is too.

    None where the header names none, or not every column, or places differ.
    """
    leaves = {leaf.code: leaf.column for leaf in _leaves(header, cols)}
    here = {cell.column: cell for cell in cells}
    columns = [leaves.get(col.code) for col in cols]
    if len(set(columns)) < len(cols) or any(c not in here for c in columns):
        return None
    others = {c.column for c in _unknown(header, cols)} & here.keys() - set(columns)
    outside = {c.column for c in cells if c.text.strip()} - set(columns)
    if not others or outside - others:
        return None
    return tuple(here[column] for column in columns if column is not None)


def _key(cell: GridCell, keys: Iterable[str]) -> str | None:
    return next((k for k in (label(cell.text), core(cell.text)) if k in keys), None)


def _leaves(header: Header, cols: Sequence[Col]) -> list[Leaf]:
    codes = {key: col.code for col in cols for key in col.keys}
    return [
        Leaf(codes[key], i, cell.column)
        for i, row in enumerate(header.rows)
        for cell in row
        if (key := _key(cell, codes))
    ]


def _nested(
    rows: Sequence[Cells], codes: Mapping[str, str], heads: Iterable[str]
) -> list[str]:
    """Codes from left to right, those of a row in the place of the label over them."""
    below: list[str] = []
    for row in reversed(rows):
        found: list[str] = []
        for cell in row:
            if key := _key(cell, codes):
                found.append(codes[key])
            elif _key(cell, heads):
                found += below
                below = []
        below = found + below
    return below


def _is_flat(header: Header, codes: Mapping[str, str], heads: Iterable[str]) -> bool:
    """Whether a row has lost its levels: labels, and beside them the one over them."""
    for row in header.rows:
        leaves = sum(_key(cell, codes) is not None for cell in row)
        if leaves > MOST_BESIDE and any(_key(cell, heads) for cell in row):
            return True
    return False


def _in_order(
    leaves: Sequence[Leaf],
    ranks: dict[str, int],
    rows: Sequence[Sequence[GridCell]],
) -> list[str]:
    """Codes of columns from left to right.

    Labels of one row stand as printed. Labels of several rows are put together by
    place where the values of most rows begin at the very places, else as in the form.
    """
    columns = {leaf.column for leaf in leaves}
    fits = sum(columns <= {cell.column for cell in row} for row in rows)
    if len(columns) == len(leaves) and fits * 2 > len(rows):
        return [leaf.code for leaf in sorted(leaves, key=lambda f: f.column)]
    # The labels of a row take the places that they have in the form, as a group.
    found: dict[int, str] = {}
    for number in {leaf.row for leaf in leaves}:
        own = [leaf.code for leaf in leaves if leaf.row == number]
        for place, code in zip(sorted(ranks[c] for c in own), own, strict=True):
            found[place] = code
    return [found[place] for place in sorted(found)]


def _unknown(header: Header, cols: Sequence[Col]) -> list[GridCell]:
    """Cells of a header with words that are nowhere in the form."""
    keys = {key for col in cols for key in col.keys}
    return [
        cell
        for row in header.rows
        for cell in row
        if cell.text.strip() and not _key(cell, keys) and not word_of(cell.text)
    ]


def pivot(
    header: Header, cols: Sequence[Col], groups: Sequence[Row], values: Cells
) -> list[tuple[str, str]] | None:
    """(row code, column code) of each value of a printed row, as its header says.

    Labels of columns repeat under each group. None: the header does not tell.
    """
    leaves = _leaves(header, cols)
    if len(leaves) != len(values):
        return None
    return _by_place(header, leaves, groups, values) or _by_turn(leaves, cols, groups)


def _by_place(
    header: Header, leaves: Sequence[Leaf], groups: Sequence[Row], values: Cells
) -> list[tuple[str, str]] | None:
    """Each value below its label, and that below the group that begins last."""
    placed = {leaf.column: leaf.code for leaf in leaves}
    if set(placed) != {cell.column for cell in values}:
        return None
    heads = sorted(_groups(header, groups))
    found = []
    for cell in values:
        over = [code for column, code in heads if column <= cell.column]
        if not over:
            return None
        found.append((over[-1], placed[cell.column]))
    return found if len(set(found)) == len(found) else None


def _by_turn(
    leaves: Sequence[Leaf], cols: Sequence[Col], groups: Sequence[Row]
) -> list[tuple[str, str]] | None:
    """The labels of the groups one after the other, row by row."""
    n = len(cols)
    if len(leaves) != n * len(groups):
        return None
    codes = [leaf.code for leaf in leaves]
    parts = [codes[i : i + n] for i in range(0, len(codes), n)]
    if any(len(set(part)) < n for part in parts):
        return None
    return [
        (group.code, code)
        for group, part in zip(groups, parts, strict=True)
        for code in part
    ]


def group_of(text: str, groups: Sequence[Row]) -> Row | None:
    """The group a text names, by the whole or the last part of its label."""
    own = label(text)
    for group in reversed(groups):  # 行政复议 last: the others name it too
        last = label(group.zh.rpartition("/")[2])
        if own and (own in group.keys or own == last or own.endswith(last)):
            return group
    return None


def _groups(header: Header, groups: Sequence[Row]) -> list[tuple[int, str]]:
    """(column, row code) of each group the header names."""
    return [
        (cell.column, group.code)
        for row in header.rows
        for cell in row
        if (group := group_of(cell.text, groups))
    ]
