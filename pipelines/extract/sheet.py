"""Sheets of a workbook as text and grids: values as shown, merged cells once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from archive.errors import DocumentTooLarge
from pipelines.chapters import heading
from pipelines.grid import Block, Grid, GridCell, Line
from pipelines.normalise import squash

#: Longer texts that stand alone in a row are prose.
MOST_ROWS, WIDEST, LONGEST_LABEL = 5000, 200, 60
#: Cells inside merged areas of one sheet.
LARGEST = 500_000

Place = tuple[int, int]  # row, column from 0
DIGITS = re.compile(r"[#0?][#0?,]*(?:\.[#0?]+)?|\.[#0?]+")
LITERALS = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[[^\]]*\]')
DATE = re.compile(r"[ymdhs]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Cells of one sheet that hold something, and its merged areas."""

    name: str
    cells: Mapping[Place, str]
    merged: Sequence[tuple[int, int, int, int]] = ()  # row, column, rows, columns
    notes: tuple[str, ...] = field(default=())


def blocks(sheets: Iterable[Sheet]) -> Iterator[Block]:
    """Rows with one filled cell are lines of text, runs of other rows are grids."""
    for number, sheet in enumerate(sheets, start=1):
        yield from _sheet(number, sheet)


def _sheet(number: int, sheet: Sheet) -> Iterator[Block]:
    merged = {(y, x): (tall, wide) for y, x, tall, wide in sheet.merged}
    rows: dict[int, list[int]] = {}
    for y, x in [*sheet.cells, *merged]:
        rows.setdefault(y, []).append(x)
    filled = {y for (y, _), text in sheet.cells.items() if text.strip()}
    area = sum(tall * wide for _, _, tall, wide in sheet.merged)
    if area > LARGEST:
        raise DocumentTooLarge(
            f"sheet {sheet.name} merges {area} cells, and no more than {LARGEST} are "
            "looked at"
        )
    covered = _covered(sheet.merged, rows)
    run: list[int] = []

    def close() -> Iterator[Block]:
        yield from _run(number, sheet, run, rows, merged, covered)
        run.clear()

    for y in sorted(rows):
        if run and y - run[-1] > 1:
            yield from close()
        if _is_prose(sheet, y, rows[y]):
            yield from close()
            yield from _lines(number, sheet, [y], rows)
            continue
        run.append(y)
        if y not in filled:
            # A blank row may be the last one of a table; nothing goes on behind it.
            yield from close()
    yield from close()


def _covered(
    merged: Sequence[tuple[int, int, int, int]], rows: Mapping[int, object]
) -> set[Place]:
    """Places inside merged areas other than their first, in rows that matter."""
    found: set[Place] = set()
    for y, x, tall, wide in merged:
        for r in range(y, y + tall):
            if r in rows:
                found.update((r, c) for c in range(x, x + wide) if (r, c) != (y, x))
    return found


def _filled(sheet: Sheet, row: int, columns: Iterable[int]) -> list[str]:
    texts = (sheet.cells.get((row, x), "") for x in sorted(set(columns)))
    return [text for text in texts if text.strip()]


def _is_prose(sheet: Sheet, row: int, columns: Iterable[int]) -> bool:
    """A row that holds one text and no label: a heading of a chapter, a sentence."""
    texts = _filled(sheet, row, columns)
    if len(texts) != 1:
        return False
    found = heading(texts[0])
    is_chapter = found is not None and found.chapter_no is not None
    return is_chapter or len(squash(texts[0])) > LONGEST_LABEL or "。" in texts[0]


def _run(
    number: int,
    sheet: Sheet,
    run: Sequence[int],
    columns: Mapping[int, list[int]],
    merged: Mapping[Place, tuple[int, int]],
    covered: set[Place],
) -> Iterator[Block]:
    """Lines above the first row with several cells, and the grid from there on."""
    several = [y for y in run if len(_filled(sheet, y, columns[y])) > 1]
    first = several[0] if several else (run[-1] + 1 if run else 0)
    yield from _lines(number, sheet, [y for y in run if y < first], columns)
    inside = [y for y in run if y >= first]
    if not inside:
        return
    used = [x for y in inside for x in columns[y]]
    ends = [x + merged[y, x][1] for y in inside for x in columns[y] if (y, x) in merged]
    span = range(min(used), min(max([max(used) + 1, *ends]), WIDEST))
    yield _grid(number, sheet, inside, span, merged, covered)


def _lines(
    number: int, sheet: Sheet, rows: Iterable[int], columns: Mapping[int, list[int]]
) -> Iterator[Line]:
    for y in rows:
        for x in sorted(set(columns[y])):
            for part in sheet.cells.get((y, x), "").split("\n"):
                if part.strip():
                    yield Line(part.strip(), f"sheet {number} cell {place(y, x)}")


def _grid(
    number: int,
    sheet: Sheet,
    rows: Sequence[int],
    columns: range,
    merged: Mapping[Place, tuple[int, int]],
    covered: set[Place],
) -> Grid:
    found = []
    for y in rows:
        cells = []
        for x in columns:
            if (y, x) in covered:
                continue
            tall, span = merged.get((y, x), (1, 1))
            where = f"sheet {number} cell {place(y, x)}"
            column = x - columns.start
            text = sheet.cells.get((y, x), "")
            cells.append(GridCell(text, column, where, tall, span))
        found.append(tuple(cells))
    text = "\n".join("\t".join(c.text for c in row) for row in found)
    name = f"sheet {number} rows {rows[0] + 1}–{rows[-1] + 1}"
    return Grid(name, tuple(row for row in found if row), text)


def place(row: int, column: int) -> str:
    """A place as spreadsheets name it.

    >>> place(0, 0), place(11, 27)
    ('A1', 'AB12')
    """
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return f"{name}{row + 1}"


def shown(value: float | int, form: str = "General") -> str:
    """A number as a number format shows it.

    A zero that a format shows as a dash or not at all stays 0: it was typed.

    >>> shown(3001.0), shown(0.1 + 0.2), shown(1e20)
    ('3001', '0.3', '100000000000000000000')
    >>> shown(1276.5534, "0.00"), shown(1234567, "#,##0"), shown(0.25, "0%")
    ('1276.55', '1,234,567', '25%')
    >>> shown(-6, "0;(0)"), shown(5, '0"件"'), shown(0, '_ * "-"??_ ')
    ('(6)', '5件', '0')
    """
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    sections = _sections(form)
    section = sections[0]
    signed = number
    if number < 0 and len(sections) > 1:
        section, signed = sections[1], -number
    elif number == 0 and len(sections) > 2:
        section = sections[2]
    plain = LITERALS.sub("\0", section)
    match = DIGITS.search(plain)
    if match is None or DATE.search(plain) or (not number and "0" not in match[0]):
        return _general(number)
    literals = LITERALS.finditer(section)
    result = DIGITS.sub("\1", plain, count=1)
    texts = iter([m[1] or m[2] or "" for m in literals])
    result = re.sub("\0", lambda _: next(texts), result)
    if "%" in plain:
        signed *= 100
    return result.replace("\1", _digits(signed, match[0])).strip()


def _sections(form: str) -> list[str]:
    parts = re.findall(r'(?:"[^"]*"|\\.|[^;"])+|(?=;;)', form)
    return parts or ["General"]


def _digits(number: Decimal, mask: str) -> str:
    whole, _, fraction = mask.partition(".")
    places = len(fraction.replace(",", ""))
    least = fraction.rstrip("#?").count("0")
    rounded = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{rounded:,f}" if "," in whole.rstrip(",") else f"{rounded:f}"
    if places > least and "." in text:
        head, tail = text.split(".")
        tail = tail[:least] + tail[least:].rstrip("0")
        text = f"{head}.{tail}" if tail else head
    return text


def _general(number: Decimal) -> str:
    if number == number.to_integral_value():
        return f"{number.to_integral_value():f}"
    places = max(0, 11 - max(number.adjusted() + 1, 1))
    return f"{round(number, places):f}".rstrip("0").rstrip(".")
