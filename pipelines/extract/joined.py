"""Dumps whose table cells are joined without anything between them.

Labels of the form say where each row ends and the next begins. Between two labels
stand the numbers of one row: cut apart where there is one way to do it, by their count
or by their sums; kept joined, and said so, where there are several. A table that has
lost blank cells tells no column of any number and is left alone.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

from archive import yamls
from pipelines import templates
from pipelines.extract.decide import decide
from pipelines.extract.page import Page
from pipelines.grid import Block, Grid, GridCell, Line
from pipelines.identities import CHOSEN_BY_ALL
from pipelines.normalise import squash
from pipelines.splits import Way, agreed, summed, ways
from pipelines.templates import Table

VALUE = re.compile(r"[\d０-９.．,，+\-－—%\s万亿元件]*")
TOUCHING = re.compile(r"[\d０-９]*")  # a plain number of a single cell
LOOSE = {
    "（": "[(（]", "）": "[)）]", ".": "[.．、,，]?", "、": "[、.．,，]?",
    "“": "[“”\"「]?", "”": "[“”\"」]?", "/": "[/／]",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A label of the form in the text: its span, and the row it names, if any."""

    start: int
    end: int
    row: str  # row code, '' for headings and columns, GROUP for headings of rows


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the span of its label and of the joined values behind it."""

    code: str
    label: tuple[int, int]
    values: tuple[int, int]
    widths: tuple[int, ...]  # columns; several groups for the table of remedies

    @property
    def width(self) -> int:
        return sum(self.widths)


@dataclass(frozen=True, slots=True)
class Cut:
    """Joined numbers cut apart; None where ways differ. Were the columns needed?"""

    numbers: list[str | None]
    by_all_sums: bool


def extract(lines: Sequence[str], template: str) -> Page | None:
    """Blocks of a joined dump, or None when no chapter of it has a table.

    ``template``: the generation whose labels stand in the text.
    """
    text = "\n".join(lines)
    where = _Where(lines)
    blocks: list[Block] = []
    notes: list[str] = []
    cuts = [*_headings(text), (len(text), len(text), 0)]
    blocks += _prose(text, where, 0, cuts[0][0])
    tables = {t.chapter: t for t in templates.get(template).tables.values()}
    for (start, end, number), (following, _, _) in pairwise(cuts):
        blocks.append(Line(text[start:end], where.span(start, end)))
        grid, note, last = None, "", end
        if number in tables:
            grid, note, first, last = _table(
                text, end, following, tables[number], template, where
            )
            blocks += _prose(text, where, end, first)
        if grid:
            blocks.append(grid)
        if note:
            notes.append(note)
        blocks += _prose(text, where, last, following)
    if not any(isinstance(b, Grid) for b in blocks) and not notes:
        return None
    told = any(isinstance(b, Grid) for b in blocks)
    content = f"text, serialisation: {'joined cells' if told else 'no tables'}"
    return Page(blocks=tuple(blocks), content=content, notes=tuple(notes))


class _Where:
    """Places in the whole text as line and characters, both from 1."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._starts = [0]
        for line in lines:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def span(self, start: int, end: int) -> str:
        line = bisect_right(self._starts, start) - 1
        first = start - self._starts[line] + 1
        last = max(first, end - self._starts[line])
        if last == first:
            return f"line {line + 1} character {first}"
        return f"line {line + 1} characters {first}–{last}"


def _prose(text: str, where: _Where, start: int, end: int) -> list[Block]:
    part = text[start:end]
    return [Line(part, where.span(start, end))] if part.strip() else []


@lru_cache(maxsize=1)
def _heading_patterns() -> tuple[tuple[int, re.Pattern[str]], ...]:
    path = files(templates).joinpath("chapters.yml")
    found = []
    for entry in yamls.load(path.read_text("utf-8")):
        number = entry["chapter"]
        longer = [w for w in entry["words"] if w.endswith(("情况", "事项"))]
        names = [entry["zh"], *longer]
        words = "|".join(_loose(name) for name in names)
        numeral = "一二三四五六"[number - 1]
        found.append((number, re.compile(rf"{numeral}\s*、\s*(?:{words})")))
    return tuple(sorted(found, key=lambda pair: pair[0]))


def _headings(text: str) -> list[tuple[int, int, int]]:
    """(start, end, chapter) of the official headings, in order."""
    found: list[tuple[int, int, int]] = []
    at = 0
    for number, pattern in _heading_patterns():
        if match := pattern.search(text, at):
            found.append((match.start(), match.end(), number))
            at = match.end()
    return found


def _loose(label: str) -> str:
    """A pattern for a label: white space and kinds of punctuation do not count."""
    return r"\s*".join(LOOSE.get(c, re.escape(c)) for c in label)


@lru_cache(maxsize=16)
def _words(template: str, table: str) -> tuple[tuple[str, ...], re.Pattern[str]]:
    """Row codes (or '', GROUP) of the labels of a table, and a pattern with as many
    groups, the longest labels first."""
    spec = templates.get(template).tables[table]
    named: dict[str, str] = {}
    for block in spec.blocks:
        named |= dict.fromkeys(_groups(block.rows), GROUP)
        framing = [block.heading, *(c.zh for c in block.cols)]
        named |= dict.fromkeys([t for t in framing if t], "")
        if spec.layout != "pivot":
            named |= {row.zh: row.code for row in block.rows}
            named |= {k: r.code for r in block.rows for k in r.keys if len(k) > 6}
    named |= dict.fromkeys(FRAME, "")
    longest = sorted(named, key=len, reverse=True)
    pattern = re.compile("|".join(f"({_loose(zh)})" for zh in longest))
    return tuple(named[zh] for zh in longest), pattern


GROUP = "(group)"
FRAME = (
    "信息内容", "申请人情况", "法人或其他组织", "行政复议", "行政诉讼",
    "未经复议直接起诉", "复议后起诉",
    "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）",
)  # fmt: skip


def _groups(rows: Sequence[templates.Row]) -> list[str]:
    return [group.zh for row in rows for group in row.groups]


def _scan(text: str, start: int, end: int, template: str, table: str) -> list[Found]:
    """Labels one behind the other; only values may stand between them."""
    codes, pattern = _words(template, table)
    return [
        Found(match.start(), match.end(), codes[(match.lastindex or 1) - 1])
        for match in pattern.finditer(text, start, end)
    ]


def _table(
    text: str, start: int, end: int, spec: Table, template: str, where: _Where
) -> tuple[Grid | None, str, int, int]:
    """(grid, why there is none, start and end of the table) in one chapter."""
    found = _scan(text, start, end, template, spec.code)
    rows = list(_rows(text, end, found, spec))
    if not rows:
        return None, "", start, start
    last = rows[-1].values[1]
    if why := _lost(text, rows):
        return None, f"table {spec.code}: {why}", last, last
    chosen = _choose(text, rows, spec.code, template)
    unsure = [r for r, cut in zip(rows, chosen, strict=True) if None in cut.numbers]
    note = ""
    if unsure:
        named = "; ".join(
            f"{text[slice(*r.label)].strip()} {text[slice(*r.values)].strip()[:60]}"
            for r in unsure
        )
        note = f"table {spec.code}: joined numbers with several readings: {named}"
    first = min(f.start for f in found)
    lines = [*_frame(text, found, where)]
    lines += [_cells(text, r, cut, where) for r, cut in zip(rows, chosen, strict=True)]
    lines.sort(key=lambda pair: pair[0])
    grid = Grid(
        where.span(first, last), tuple(c for _, c in lines), text[first:last], True
    )
    return grid, note, first, last


def _rows(text: str, end: int, found: list[Found], spec: Table) -> Iterator[Row]:
    """Rows with the span of their values; the table of remedies has one, unlabelled."""
    if spec.layout == "pivot":
        block = spec.blocks[0]
        if found:
            at = found[-1].end
            match = VALUE.match(text, at, end)
            widths = (len(block.cols),) * len(block.rows)
            if match and any(c.isdecimal() for c in match[0]):
                yield Row("", (at, at), match.span(), widths)
        return
    width = {r.code: len(b.cols) for b in spec.blocks for r in b.rows}
    order = {code: i for i, code in enumerate(width)}
    last = -1
    for i, here in enumerate(found):
        if order.get(here.row, -1) <= last:
            continue
        last = order[here.row]
        until = found[i + 1].start if i + 1 < len(found) else end
        match = VALUE.match(text, here.end, until)
        assert match is not None
        span = match.span()
        yield Row(here.row, (here.start, here.end), span, (width[here.row],))


def _lost(text: str, rows: list[Row]) -> str:
    """Why blank cells must have been lost, '' when nothing speaks for it."""
    for row in rows:
        joined = text[slice(*row.values)]
        digits = squash(joined)
        parts = joined.split()
        if row.width == 1 or len(parts) == row.width:
            continue
        if len(digits) < row.width:
            label = text[slice(*row.label)].strip() or "the row of values"
            return (
                f"blank cells are lost ({label}: {digits!r} for {row.width} columns), "
                "so the columns of its numbers are not recoverable"
            )
    return ""


def _choose(text: str, rows: list[Row], table: str, template: str) -> list[Cut]:
    """The numbers of each row; None where several ways remain."""
    candidates: list[list[Way]] = []
    for row in rows:
        joined = text[slice(*row.values)]
        parts = tuple(joined.split())
        digits = squash(joined)
        if row.width == 1:
            candidates.append([(digits,)])
        elif len(parts) == row.width:
            candidates.append([parts])
        elif table == "proactive":
            candidates.append(list(ways(digits, row.width)))
        else:
            candidates.append(list(summed(digits, row.widths)))
    decided = candidates
    if table == "requests":
        decided = decide(template, [r.code for r in rows], candidates)
    return [
        Cut(agreed(cut, row.width), len(cut) < len(before))
        for row, cut, before in zip(rows, decided, candidates, strict=True)
    ]


def _frame(
    text: str, found: list[Found], where: _Where
) -> Iterator[tuple[int, tuple[GridCell, ...]]]:
    """Framing labels that touch each other, as rows of a header."""
    run: list[Found] = []
    for here in found:
        if run and (here.row or run[-1].end != here.start):
            yield run[0].start, _header(text, run, where)
            run = []
        if not here.row:
            run.append(here)
    if run:
        yield run[0].start, _header(text, run, where)


def _header(text: str, run: list[Found], where: _Where) -> tuple[GridCell, ...]:
    return tuple(
        GridCell(text[f.start : f.end], i, where.span(f.start, f.end))
        for i, f in enumerate(run)
    )


def _cells(
    text: str, row: Row, cut: Cut, where: _Where
) -> tuple[int, tuple[GridCell, ...]]:
    """Label and values of a row, each value with the characters it was cut from."""
    start, end = row.values
    joined = text[start:end].strip()
    label: tuple[GridCell, ...] = ()
    if row.label[1] > row.label[0]:
        name = text[slice(*row.label)]
        label = (GridCell(name, 0, where.span(*row.label)),)
    cells: list[GridCell] = []
    at = start
    for i, number in enumerate(cut.numbers):
        if row.width == 1:
            cells.append(GridCell(text[start:end], 1, where.span(start, end)))
            break
        place = f"{where.span(start, end)}: number {i + 1} of {row.width}"
        place += f" {CHOSEN_BY_ALL}" if cut.by_all_sums else ""
        if number is None:
            cells.append(GridCell(joined, i + 1, place, printed=joined, certain=False))
            continue
        if None not in cut.numbers:
            while text[at].isspace():
                at += 1
            place = f"{where.span(at, at + len(number))}, in {place}"
            at += len(number)
        printed = None if len(joined.split()) == row.width else joined
        cells.append(GridCell(number, i + 1, place, printed=printed))
    return row.label[0], (*label, *cells)
