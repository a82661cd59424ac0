"""Tables without rules: columns by the places of their headers, rows by their values.

Where a table is set without lines, or with horizontal ones only, its cells are told by
alignment alone. Headers stand over their columns, a number belongs to the column it
stands in, and a wrapped label to the row whose name it completes. What cannot be placed
so leaves the whole stretch as text: a guess would be a wrong number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipelines.chapters import heading
from pipelines.extract.flow import PAGE_NUMBER
from pipelines.extract.hanging import CLOSING
from pipelines.extract.naming import begins_label, likeness
from pipelines.extract.noted import begins_value, is_broken, together
from pipelines.extract.ruling import Box, Drawn, Piece, PieceCell
from pipelines.extract.stretches import Line, Stretch, stretches_by_line
from pipelines.normalise import squash
from pipelines.tabulate.vocabulary import word_of

#: Share of the text width from which a single stretch of a line is prose.
WIDE = 0.55
#: Fewer lines than this are no table.
FEWEST = 3
#: Fewer labels of the forms than this: a table of something else stays text.
KNOWN = 2


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the columns of values stand, and where the labels end."""

    spans: tuple[tuple[float, float], ...]
    left: float  # values stand right of this

    def of(self, stretch: Stretch) -> int | None:
        """The column a value stands in, or the nearest; None when it spans two."""
        hangs = stretch.box.bottom - stretch.box.top  # a mark over the next column
        end = stretch.box.x1 - hangs * (stretch.text[-1] in CLOSING)
        if sum(a < end and stretch.box.x0 < b for a, b in self.spans) > 1:
            return None
        near = [abs((a + b) / 2 - stretch.middle) for a, b in self.spans]
        best = min(range(len(near)), key=near.__getitem__)
        a, b = self.spans[best]
        inside = a - 1 <= stretch.middle <= b + 1
        return best if inside or near[best] <= self._pitch / 2 else None

    @property
    def _pitch(self) -> float:
        middles = [(a + b) / 2 for a, b in self.spans]
        return min((b - a for a, b in pairwise(middles)), default=self.spans[0][1])


@dataclass(frozen=True, slots=True)
class Found:
    """Tables of a page, the characters that are in them, columns that may go on."""

    pieces: tuple[Piece, ...]
    rest: tuple[Drawn, ...]
    columns: Columns | None


def tables(page: int, chars: Sequence[Drawn], before: Columns | None) -> Found:
    """Aligned tables among characters that stand in no ruled one.

    ``before``: the columns of a table that the page before ends with.
    """
    lines = together(stretches_by_line(chars))
    found: list[Piece] = []
    columns = before
    for region in _regions(lines, 1 if before else FEWEST - (page > 1)):
        if _is_text(region):
            columns = None  # a table ends before text
            continue
        made = _table(f"page {page} aligned table {len(found) + 1}", region, columns)
        columns = None
        if made is not None:
            rows, columns = made
            where = f"page {page} aligned table {len(found) + 1}"
            found.append(Piece(page, where, _hull(region), rows))
    rest = tuple(c for c in chars if not any(p.box.holds(c) for p in found))
    return Found(tuple(found), rest, columns)


def _regions(lines: Sequence[Line], fewest: int) -> Iterator[list[Line]]:
    """Runs of lines that may be a table, and the prose and headings between them.

    ``fewest``: lines of the first one; a table that goes on may have one row left.
    Page numbers are neither.
    """
    if not lines:
        return
    width = max(s.box.x1 for li in lines for s in li) - min(
        li[0].box.x0 for li in lines
    )
    edges = (lines[0], lines[-1])
    region: list[Line] = []
    for before, line, after in zip(
        [None, *lines], lines, [*lines[1:], None], strict=False
    ):
        if line in edges and PAGE_NUMBER.fullmatch(squash(line[0].text)):
            continue
        if not _is_prose(line, width) or any(
            other and _is_beside(line, other) for other in (before, after)
        ):
            region.append(line)
            continue
        if region:
            if len(region) >= fewest:
                yield region
            fewest = FEWEST
        yield [line]
        region = []
    if region:
        yield region


def _is_text(region: Sequence[Line]) -> bool:
    return not any(len(line) > 1 for line in region)


def _is_prose(line: Line, width: float) -> bool:
    if len(line) > 1:
        return False
    text, box = line[0].text, line[0].box
    wide = box.x1 - box.x0 > WIDE * width
    if wide or text.endswith(("。", "；")):
        return True
    title = heading(text)  # 三、本年度 above 办理结果 is the label of a group
    return title is not None and not (title.chapter_no is None and begins_label(text))


def _is_beside(line: Line, row: Line) -> bool:
    """Whether a line reaches into a row of numbers: it is a part of its label."""
    size = line[0].box.bottom - line[0].box.top
    apart = abs(line[0].box.top - row[0].box.top)
    return len(line) == 1 and sum(s.is_number for s in row) > 1 and apart < size


def _hull(lines: Sequence[Line]) -> Box:
    boxes = [s.box for line in lines for s in line]
    return Box(
        min(b.x0 for b in boxes) - 1, min(b.top for b in boxes),
        max(b.x1 for b in boxes) + 1, max(b.bottom for b in boxes) + 1,
    )  # fmt: skip


def _table(
    where: str, region: Sequence[Line], before: Columns | None
) -> tuple[tuple[tuple[PieceCell, ...], ...], Columns] | None:
    """Rows of a region and the columns it ends with; None when it is no table."""
    numbers = [s for line in region for s in line if s.is_number]
    words = [s for line in region for s in line if not s.is_number]
    known = sum(word_of(s.text) is not None for s in words)
    if not numbers or known < (1 if before else KNOWN):
        return None
    left = min(s.box.x0 for s in numbers)
    columns = before
    rows: list[tuple[PieceCell, ...]] = []
    for is_head, part in _sections(region, left):
        if is_head:
            columns, head = _header(part, left)
            rows += [_cells(where, len(rows) + 1 + i, h) for i, h in enumerate(head)]
            continue
        body = _body(part, columns)
        if body is None:
            return None
        rows += [_cells(where, len(rows) + 1 + i, b) for i, b in enumerate(body)]
    return (tuple(rows), columns) if columns else None


Placed = tuple[str, Box, Box]  # text, where it stands, where its column stands


def _cells(where: str, row: int, cells: Sequence[Placed]) -> tuple[PieceCell, ...]:
    return tuple(
        PieceCell(text, column, f"{where} row {row} cell {i} box {place}")
        for i, (text, place, column) in enumerate(cells, 1)
    )


def _sections(region: Sequence[Line], left: float) -> Iterator[tuple[bool, list[Line]]]:
    """Header lines and lines below them, in turn."""
    part: list[Line] = []
    last = False
    for line in region:
        heads = [s for s in line if s.middle > left]
        is_head = bool(heads) and not any(
            s.is_number or begins_value(s.text) or is_broken(s) for s in heads
        )
        if part and is_head != last:
            yield last, part
            part = []
        part.append(line)
        last = is_head
    if part:
        yield last, part


def _header(lines: Sequence[Line], left: float) -> tuple[Columns, list[list[Placed]]]:
    """Columns from the words above them, and these words as rows of a grid.

    A heading over several others is none of the columns; a wrapped one is one column.
    """
    heads = [s for line in lines for s in line if s.middle > left]
    labels = [s for line in lines for s in line if s.middle <= left]
    spanning = [
        s for s in heads
        if sum(_meet(s, a) and a is not s for a in _apart(heads, s)) > 1
    ]  # fmt: skip
    groups: list[list[Stretch]] = []
    for stretch in heads:
        if stretch in spanning:
            continue
        touched = [g for g in groups if any(_meet(stretch, s) for s in g)]
        groups = [g for g in groups if not any(g is t for t in touched)]
        groups.append([*(s for g in touched for s in g), stretch])
    groups.sort(key=lambda g: min(s.box.x0 for s in g))
    spans = tuple((min(s.box.x0 for s in g), max(s.box.x1 for s in g)) for g in groups)
    row = [_whole(g) for g in groups]
    if labels:
        row.insert(0, _whole(labels))
    rows = [[_whole([s])] for s in spanning]
    return Columns(spans, left), [*rows, row]


def _apart(heads: Sequence[Stretch], above: Stretch) -> list[Stretch]:
    """Stretches below one that stand beside one another."""
    found: list[Stretch] = []
    below = [s for s in heads if s.box.top > above.box.top]
    for stretch in sorted(below, key=lambda s: s.box.x1):
        if not any(_meet(stretch, other) for other in found):
            found.append(stretch)
    return found


def _meet(one: Stretch, other: Stretch) -> bool:
    return one.box.x0 < other.box.x1 and other.box.x0 < one.box.x1


def _whole(parts: Sequence[Stretch]) -> Placed:
    box = Box(
        min(s.box.x0 for s in parts), min(s.box.top for s in parts),
        max(s.box.x1 for s in parts), max(s.box.bottom for s in parts),
    )  # fmt: skip
    return "\n".join(s.text for s in parts), box, box


def _body(lines: Sequence[Line], columns: Columns | None) -> list[list[Placed]] | None:
    """Rows below a header; None when one of its values has no column of its own."""
    if columns is None:
        words = not any(s.is_number for line in lines for s in line)
        return [_row(line) for line in lines] if words else None
    rows: list[tuple[Line, dict[int, Stretch]]] = []  # labels, values by column
    gaps: list[list[Line]] = [[]]  # label lines above each row and below the last
    for line in lines:
        values = [s for s in line if s.middle > columns.left or s.is_number]
        labels = tuple(s for s in line if s not in values)
        if not values:
            gaps[-1].append(line)
            continue
        placed: dict[int, Stretch] = {}
        for value in values:
            column = columns.of(value)
            if column is None or column in placed:
                return None
            if not (value.is_number or is_broken(value)):
                return None
            placed[column] = value
        rows.append((labels, placed))
        gaps.append([])
    if not rows:
        return [_row(line) for line in gaps[0]]
    before, named, behind = _labels([labels for labels, _ in rows], gaps)
    if any(named) and not all(named):
        return None  # a number wrapped onto a second line, or a label that was lost
    body = [
        [*names, *_values(placed, columns, line)]
        for names, (line, placed) in zip(named, rows, strict=True)
    ]
    return [*(_row(li) for li in before), *body, *(_row(li) for li in behind)]


def _row(line: Line) -> list[Placed]:
    return [_whole([s]) for s in line]


def _values(
    placed: dict[int, Stretch], columns: Columns, labels: Line
) -> Iterator[Placed]:
    """A cell for every column; a blank one stands where its number would."""
    any_one = next(iter(placed.values()), None) or labels[0]
    for i, (x0, x1) in enumerate(columns.spans):
        column = Box(x0, any_one.box.top, x1, any_one.box.bottom)
        value = placed.get(i)
        yield (value.text, value.box, column) if value else ("", column, column)


def _labels(
    own: Sequence[Line], gaps: Sequence[Sequence[Line]]
) -> tuple[Sequence[Line], list[list[Placed]], Sequence[Line]]:
    """Label cells of each row, with the lines before the first and behind the last.

    Between two rows stand lines of either label: every gap is cut once. Of all ways to
    cut the one whose labels name rows of the forms best (dynamic programming).
    """
    best: dict[int, tuple[float, tuple[int, ...]]] = {
        start: (0.0, (start,)) for start in range(len(gaps[0]), -1, -1)
    }
    for i, line in enumerate(own):
        after: dict[int, tuple[float, tuple[int, ...]]] = {}
        for end in range(len(gaps[i + 1]) + 1):
            tried = [
                (score + _names(gaps[i][start:], line, gaps[i + 1][:end]),
                 (*cuts, end))
                for start, (score, cuts) in best.items()
            ]  # fmt: skip
            after[end] = max(tried, key=lambda t: t[0])
        best = after
    _, cuts = max(best.values(), key=lambda t: t[0])
    named = [
        _label(gaps[i][cuts[i] :], line, gaps[i + 1][: cuts[i + 1]])
        for i, line in enumerate(own)
    ]
    return gaps[0][: cuts[0]], named, gaps[-1][cuts[-1] :]


def _names(above: Sequence[Line], own: Line, below: Sequence[Line]) -> float:
    cells = _label(above, own, below)
    return likeness(squash(cells[-1][0])) if cells else 0.0


def _label(above: Sequence[Line], own: Line, below: Sequence[Line]) -> list[Placed]:
    """The label of a row, its lines put together, behind headings left of it."""
    lines = [*above, *([own] if own else []), *below]
    if not lines:
        return []
    last = max((line[-1] for line in lines), key=lambda s: s.box.x0)
    parts: list[Stretch] = []
    groups: list[Stretch] = []
    for line in lines:
        for stretch in line:
            size = stretch.box.bottom - stretch.box.top
            near = abs(stretch.box.x0 - last.box.x0) <= size
            same = near or abs(stretch.middle - last.middle) <= size
            (parts if same else groups).append(stretch)
    return [*([_whole(groups)] if groups else []), _whole(parts)]
