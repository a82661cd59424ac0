"""Text dumps of documents: where in the lines the tables are.

Three serialisations are known, all met in real files:

* *rows*: a table row a line, TAB between cells (columns may have moved: ``lossy``);
* *cells*: a cell a line, each starting with TAB, a blank line ends the row;
* *spaced*: a cell a paragraph; between two cells of a row stand 2 blank lines, a row
  end adds 2, a blank cell adds 3.

Text with none of these has no tables that could be told apart.
"""

from __future__ import annotations

from itertools import pairwise

from pipelines import templates
from pipelines.chapters import heading
from pipelines.extract import joined, listed, loose
from pipelines.extract.page import Page
from pipelines.grid import Block, Grid, GridCell, Line
from pipelines.normalise import squash
from pipelines.numbers import is_value

#: Longest continuation of a cell on a line of its own, blanks not counted.
CONTINUATION = 60
#: *spaced*: blank lines between cells, added by a row end, added by a blank cell.
BETWEEN, ROW_END, BLANK_CELL, TABLE_END = 2, 2, 3, 6
#: *spaced*: fewer paragraphs than this are prose with generous spacing.
FEWEST_CELLS = 8
LOOSE = "text, serialisation: cells without delimiters"

Row = list[tuple[int, str]]  # (line number from 1, text) of each cell


def extract(text: str) -> Page:
    """Blocks of a text dump, in order, each with its line number."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if annexes := listed.annexes(lines):
        return _listed(lines, annexes)
    tabbed = [line for line in lines if "\t" in line]
    if tabbed:
        single = sum(line.startswith("\t") and line.count("\t") == 1 for line in tabbed)
        serial = "cells" if single * 2 > len(tabbed) else "rows"
        blocks = _rows(lines) if serial == "rows" else _cells(lines)
    else:
        blocks = _spaced(lines)
        has_tables = any(isinstance(b, Grid) for b in blocks)
        generation = None if has_tables else templates.generation_of(squash(text))
        if generation:
            parted = loose.gathered(Page(tuple(blocks), content=LOOSE))
            if loose.is_whole(parted):
                return parted
            if page := joined.extract(lines, generation):
                return page
        serial = "spaced" if has_tables else "no tables"
    return Page(blocks=tuple(blocks), content=f"text, serialisation: {serial}")


def _listed(lines: list[str], annexes: list[tuple[int, int, Grid]]) -> Page:
    """A dump with the statistics annex, one cell a line."""
    blocks: list[Block] = []
    at = 0
    for start, end, grid in annexes:
        blocks += [Line(lines[i], f"line {i + 1}") for i in range(at, start)]
        blocks.append(grid)
        at = end
    blocks += [Line(lines[i], f"line {i + 1}") for i in range(at, len(lines))]
    return Page(blocks=tuple(blocks), content="text, serialisation: annex, cells")


def _grid(rows: list[Row], text: str, *, lossy: bool = False) -> Grid:
    return Grid(
        locator=f"line {rows[0][0][0]}",
        rows=tuple(
            tuple(
                GridCell(cell, i, f"line {number} cell {i + 1}")
                for i, (number, cell) in enumerate(row)
            )
            for row in rows
        ),
        text=text,
        lossy=lossy,
    )


def _rows(lines: list[str]) -> list[Block]:
    """*rows*: lines with TABs; blank lines between them are page breaks."""
    blocks: list[Block] = []
    start = 0
    while start < len(lines):
        if "\t" not in lines[start]:
            blocks.append(Line(lines[start], f"line {start + 1}"))
            start += 1
            continue
        end = last = start
        while end < len(lines) and ("\t" in lines[end] or not lines[end].strip()):
            last = end if "\t" in lines[end] else last
            end += 1
        rows = [
            [(i + 1, cell) for cell in lines[i].split("\t")]
            for i in range(start, last + 1)
            if "\t" in lines[i]
        ]
        text = "\n".join(lines[start : last + 1])
        blocks.append(_grid(rows, text, lossy=True))
        start = last + 1
    return blocks


def _cells(lines: list[str]) -> list[Block]:
    """*cells*: each TAB line is a cell, a blank line before one ends a row."""
    blocks: list[Block] = []
    rows: list[Row] = []
    first = blanks = 0

    def close(end: int) -> None:
        if rows:
            blocks.append(_grid(rows, "\n".join(lines[first:end])))
            rows.clear()

    for i, line in enumerate(lines):
        if line.startswith("\t"):
            if not rows:
                first = i
            if not rows or blanks:
                rows.append([])
            rows[-1].append((i + 1, line[1:]))
            blanks = 0
        elif not line.strip() and rows:
            blanks += 1
        elif rows and _continues(lines, i, blanks):
            number, text = rows[-1][-1]
            rows[-1][-1] = (number, "\n".join([text, *[""] * blanks, line]))
            blanks = 0
        else:
            close(i)
            blanks = 0
            blocks.append(Line(line, f"line {i + 1}"))
    close(len(lines))
    return blocks


def _continues(lines: list[str], i: int, blanks: int) -> bool:
    """Whether line ``i``, without TAB, still belongs to the cell before it."""
    if blanks > 1 or heading(lines[i]) or len(squash(lines[i])) > CONTINUATION:
        return False
    for line in lines[i + 1 : i + 7]:
        if line.startswith("\t"):
            return True
        if heading(line):
            return False
    return False


def _spaced(lines: list[str]) -> list[Block]:
    """*spaced*: paragraphs with two or more blank lines around them are cells."""
    units = _paragraphs(lines)
    blocks: list[Block] = []
    run: list[tuple[int, int]] = []

    def close(after: int) -> None:
        if len(run) < FEWEST_CELLS:
            for start, end in run:
                blocks.extend(
                    Line(lines[i], f"line {i + 1}") for i in range(start, end)
                )
        else:
            text = "\n".join(lines[run[0][0] : run[-1][1]])
            blocks.append(_grid(_spaced_rows(lines, run, after), text))
        run.clear()

    for unit, following in pairwise([*units, (len(lines), len(lines))]):
        start, end = unit
        gap = following[0] - end
        is_cell = end - start <= 3 and heading(lines[start]) is None
        if not is_cell:
            close(0)
            blocks.extend(Line(lines[i], f"line {i + 1}") for i in range(start, end))
            continue
        run.append(unit)
        is_last = following[0] == len(lines) or heading(lines[following[0]]) is not None
        if gap < BETWEEN or is_last:
            close(gap)
    close(0)
    return blocks


def _paragraphs(lines: list[str]) -> list[tuple[int, int]]:
    """(start, end) of runs of lines that are not blank; headings stand alone."""
    units: list[tuple[int, int]] = []
    for i, line in enumerate(lines):
        if not line.strip():
            continue
        joins = units and units[-1][1] == i and heading(line) is None
        if joins and heading(lines[units[-1][0]]) is None:
            units[-1] = (units[-1][0], i + 1)
        else:
            units.append((i, i + 1))
    return units


def _spaced_rows(lines: list[str], run: list[tuple[int, int]], after: int) -> list[Row]:
    """Rows of a run of cells; blank cells come back from the blank lines.

    Blank cells at a row end belong to the row before it when a label follows, and to
    the row after it when a value follows.
    """
    rows: list[Row] = [[]]
    for i, (start, end) in enumerate(run):
        rows[-1].append((start + 1, "\n".join(lines[start:end])))
        last = i == len(run) - 1
        gap = after - TABLE_END + BETWEEN if last else run[i + 1][0] - end
        ends, blanks = _gap(gap)
        cells = [(end + 1 + BLANK_CELL * (n + 1), "") for n in range(blanks)]
        if not ends or last:
            rows[-1].extend(cells)
            continue
        leading = is_value("\n".join(lines[slice(*run[i + 1])]))
        if not leading:
            rows[-1].extend(cells)
        rows.append(cells if leading else [])
    return rows


def _gap(blank_lines: int) -> tuple[int, int]:
    """(row ends, blank cells) that make up a gap of so many blank lines.

    >>> _gap(2), _gap(4), _gap(5), _gap(25)
    ((0, 0), (1, 0), (0, 1), (1, 7))
    """
    rest = blank_lines - BETWEEN
    for ends in range(3):
        if rest >= ends * ROW_END and (rest - ends * ROW_END) % BLANK_CELL == 0:
            return ends, (rest - ends * ROW_END) // BLANK_CELL
    return (1 if rest > 0 else 0), 0
