"""Chapters: which lines are headings, and which body belongs to each.

The uniform format has six chapters. Headings are recognised by their words, numbers
only help: Word drops automatic numbers, and rows of the tables (一、本年新收…) look
like headings too. Reports before 2019 choose their own chapters, numbered as printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from archive import yamls
from archive.records import Chapter
from pipelines import templates
from pipelines.grid import Block, Grid
from pipelines.normalise import NUMERALS, core, squash
from pipelines.numbers import is_value

LONGEST = 40  # characters of a heading line, blanks not counted
HEADING = re.compile(
    r"^(?:#+\s*)?(?:\*\*)?(?:\[bookmark:[^\]]*\])?\s*"
    rf"(?:第?(?P<cn>[{NUMERALS[:9]}])(?:部分|章)?(?:[、.．,，:：]|\s)|(?P<ar>[1-9])[、.．])"
    r"\s*(?P<title>.+?)(?:\*\*)?$"
)
SENTENCE = re.compile(r"[。；;：:，,]$")


@dataclass(frozen=True, slots=True)
class Heading:
    """A line that opens a chapter: the chapter it is and the number it prints."""

    chapter_no: int | None  # by its words; None when no word hits
    numeral: int
    arabic: bool
    closed: bool  # ends like a sentence


@lru_cache(maxsize=1)
def _official() -> tuple[tuple[int, tuple[str, ...]], ...]:
    path = files(templates).joinpath("chapters.yml")
    entries = yamls.load(path.read_text("utf-8"))
    return tuple((e["chapter"], tuple(e["words"])) for e in entries)


@lru_cache(maxsize=1)
def _row_labels() -> frozenset[str]:
    """Labels of the forms: rows and groups that look like headings and are none."""
    found: set[str] = set()
    for template in templates.load():
        for table in template.tables.values():
            for row in table.rows:
                found |= {*row.keys, *(core(g.zh) for g in row.groups)}
    return frozenset(found)


def heading(line: str) -> Heading | None:
    """Read a line as a heading, or None.

    >>> heading("### 三、收到和处理政府信息公开申请情况").chapter_no
    3
    >>> heading("一、本年新收政府信息公开申请数量") is None  # a row of a table
    True
    >>> heading("1、推进决策公开") is None  # a number alone makes no heading
    True
    >>> heading("5、 存在的主要问题及改进情况").chapter_no
    5
    """
    text = line.strip()
    return _heading(text) if text and len(text) <= 3 * LONGEST else None


@lru_cache(maxsize=4096)
def _heading(text: str) -> Heading | None:
    if len(squash(text)) > LONGEST:
        return None
    match = HEADING.match(text)
    if match is None or core(text) in _row_labels():
        return None
    first, *rest = text.split()
    if rest and is_value(rest[-1]) and core(first) in _row_labels():
        return None  # a row that has lost its cells
    title = squash(match["title"])
    numeral = NUMERALS.index(match["cn"]) + 1 if match["cn"] else int(match["ar"])
    hits = [no for no, words in _official() if any(w in title for w in words)]
    chapter = numeral if numeral in hits else (hits[0] if hits else None)
    if match["ar"] and chapter != numeral:
        return None
    closed = bool(SENTENCE.search(title))
    if match["ar"] and closed:
        return None
    return Heading(chapter, numeral, bool(match["ar"]), closed)


def split(blocks: Iterable[Block], *, official: bool = True) -> list[Chapter]:
    """Cut a document into chapters; chapter 0 is what stands before the first.

    ``official``: the report uses the uniform format, so words decide. Otherwise the
    printed Chinese numbers do. Chapter numbers never go back.
    """
    found: list[tuple[int, str | None, list[Block]]] = [(0, None, [])]
    for block in blocks:
        number = None
        if not isinstance(block, Grid):
            number = _number(block.text, found[-1][0], official)
        if number is None:
            found[-1][2].append(block)
        else:
            found.append((number, block.text, []))
    return [_chapter(number, line, body) for number, line, body in found]


def _number(line: str, last: int, official: bool) -> int | None:
    """The chapter a line opens after chapter ``last``, or None."""
    found = heading(line)
    if found is None:
        return None
    if not official:
        in_order = found.numeral == last + 1 and not found.arabic
        return found.numeral if in_order and not found.closed else None
    if found.chapter_no is not None and not found.closed:
        return found.chapter_no if found.chapter_no > last else None
    # No known word: only the next number in order, printed in Chinese, convinces.
    follows = found.numeral == last + 1 and not found.arabic and not found.closed
    return found.numeral if follows and last < 6 else None


def _chapter(number: int, line: str | None, body: list[Block]) -> Chapter:
    text = "\n".join(b.text for b in body)
    prose = "\n".join(b.text for b in body if not isinstance(b, Grid))
    return Chapter(number, line, text.strip("\n"), prose.strip("\n"))
