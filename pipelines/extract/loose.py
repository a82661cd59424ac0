"""Tables that have lost their delimiters: every cell a paragraph, or a row a line.

Converters drop the tables and keep the order of their cells. Labels of the form open
rows, and what stands behind one are its values. A row with fewer values than columns
has lost its blanks: no column of it can be told, and none is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from pipelines import templates
from pipelines.chapters import heading
from pipelines.extract.page import Page
from pipelines.grid import Block, Grid, GridCell, Line
from pipelines.normalise import enumerator, label, squash
from pipelines.numbers import is_value
from pipelines.tabulate.vocabulary import is_form, word_of

#: Characters of a line that may stand in a table, blanks not counted.
LONGEST = 60
#: Fewer labels, or fewer values, are no table.
FEWEST = 4
#: Values stand in no column: under no header.
NOWHERE = 1000
#: Columns of a row of table 3.
WIDEST = 7

Cells = list[tuple[str, str]]  # text and locator


def gathered(page: Page) -> Page:
    """The page with its loose cells as grids; unchanged if it has tables of the form.

    Only where the words of a form stand in the text.
    """
    if any(is_form(block) for block in page.grids):
        return page
    if (
        templates.generation_of(squash("".join(line.text for line in page.lines)))
        is None
    ):
        return page
    blocks: list[Block] = []
    run: list[Line] = []
    for block in page.blocks:
        if isinstance(block, Line) and _may_be_cell(block.text):
            run.append(block)
            continue
        blocks += _tables(run)
        blocks.append(block)
        run = []
    return replace(page, blocks=(*blocks, *_tables(run)))


def is_whole(page: Page) -> bool:
    """Whether rows have as many values as table 3 has columns: nothing was joined."""
    return (
        sum(
            sum(is_value(cell.text) for cell in row) == WIDEST
            for grid in page.grids
            for row in grid.rows
        )
        >= FEWEST
    )


def _may_be_cell(text: str) -> bool:
    plain = squash(text)
    if not plain:
        return True
    if heading(text) is not None or len(plain) > 2 * LONGEST:
        return False
    short = len(plain) <= LONGEST and not plain.endswith(("。", "；"))
    return short or word_of(text) is not None


def _tables(run: Sequence[Line]) -> Iterator[Block]:
    """The lines of a run, those of a table of the form as a grid."""
    cells = [(i, t) for i, li in enumerate(run) for t in _split(li.text) if t.strip()]
    hits = [i for i, text in cells if word_of(text)]
    values = [i for i, text in cells if is_value(text)]
    if len(hits) < FEWEST or len(values) < FEWEST:
        yield from run
        return
    first, last = hits[0], max(hits[-1], values[-1])
    yield from run[:first]
    lines = run[first : last + 1]
    rows = list(_rows(lines))
    yield Grid(
        locator=lines[0].locator,
        rows=tuple(
            tuple(
                GridCell(text, NOWHERE * is_value(text) + i, where)
                for i, (text, where) in enumerate(row)
            )
            for row in rows
        ),
        text="\n".join(line.text for line in lines),
    )
    yield from run[last + 1 :]


def _rows(lines: Sequence[Line]) -> Iterator[Cells]:
    """Rows: labels open one, and so do words behind a value."""
    row: Cells = []
    for line in lines:
        for text in _split(line.text):
            if not text.strip():
                continue
            if row and not is_value(text) and (_is_label(text) or _is_open(row)):
                yield row
                row = []
            row.append((text, line.locator))
    if row:
        yield row


def _is_label(text: str) -> bool:
    hit = word_of(text)
    if hit is None:
        return bool(enumerator(text)) and label(text) in _labels()
    return not hit[1].anchor


def _is_open(row: Cells) -> bool:
    """Whether a row has a value, or a label that waits for none but values."""
    return is_value(row[-1][0]) or _is_label(row[-1][0])


def _split(text: str) -> list[str]:
    """The cells of a line: a label with its values, several values, or one cell."""
    tokens = text.split()
    count = 0
    while count < len(tokens) and is_value(tokens[-1 - count]):
        count += 1
    words, values = tokens[: len(tokens) - count], tokens[len(tokens) - count :]
    if count and words and _is_known(words[-1]):
        return [*words, *values]
    if count and (not words or word_of(" ".join(words))):
        return [*([" ".join(words)] if words else []), *values]
    if len(tokens) > 1 and all(map(_is_known, tokens)) and not word_of(text):
        return tokens
    return [text]


def _is_known(text: str) -> bool:
    """Whether a text is a label of the forms; 总计 is one of several tables."""
    return word_of(text) is not None or label(text) in _labels()


@lru_cache(maxsize=1)
def _labels() -> frozenset[str]:
    found: set[str] = set()
    for template in templates.load():
        for table in template.tables.values():
            for block in table.blocks:
                found.update(key for row in block.rows for key in row.keys)
                found.update(key for col in block.cols for key in col.keys)
    return frozenset(found)
