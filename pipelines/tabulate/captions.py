"""Tables of other years in one document: the caption above a table says its year.

Reports print last year's table beside their own for comparison. Only where a table
stands more than once does its caption decide; a lone table is never thrown away.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pipelines.chapters import heading
from pipelines.grid import Block, Grid, GridCell
from pipelines.normalise import squash

#: Characters of a caption, blanks not counted, and lines above a table it may be in.
LONGEST, LINES = 40, 3
YEAR = re.compile(r"(?<!\d)(20[0-3]\d)(?=年|\D|$)")
LAST_YEAR = re.compile(r"(?:上一?年度?|去年)(?!结转|度?结转|项目)")
THIS_YEAR = re.compile(r"(?:本年度?|今年)(?!新|增|制|废|收|处|度?办|结)")
SENTENCE = ("。", "；", "，")


def years(blocks: Sequence[Block], report_year: int | None) -> Mapping[Grid, int]:
    """The year of each table whose caption says one.

    A table right behind another, without a word between them, is its continuation.
    """
    found: dict[Grid, int] = {}
    lines: list[str] = []
    last: int | None = None
    for block in blocks:
        if not isinstance(block, Grid):
            if text := squash(block.text):
                lines.append(text)
            continue
        inside = _first(block)
        said = _year([*lines[-LINES:], *([inside] if inside else [])], report_year)
        last = said if lines or said else last
        if last is not None:
            found[block] = last
        lines = []
    return found


def row_year(row: Sequence[GridCell]) -> int | None:
    """The year that a row of one cell says: a caption inside the table."""
    text = _lone(row)
    return _year([text], None) if text else None


def _first(grid: Grid) -> str:
    return _lone(grid.rows[0]) if grid.rows else ""


def _lone(row: Sequence[GridCell]) -> str:
    """The text of a row with one cell that is not blank."""
    texts = [squash(c.text) for c in row if c.text.strip()]
    return texts[0] if len(texts) == 1 else ""


def _year(lines: Sequence[str], report_year: int | None) -> int | None:
    """The year that the nearest caption says; prose and headings say none."""
    for text in reversed(lines):
        if len(text) > LONGEST or text.endswith(SENTENCE):
            return None
        named = {int(y) for y in YEAR.findall(text)}
        if len(named) == 1:
            return named.pop()
        if report_year and not named:
            if LAST_YEAR.search(text):
                return report_year - 1
            if THIS_YEAR.search(text):
                return report_year
        if heading(text):
            return None
    return None
