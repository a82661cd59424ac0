"""Lines of a PDF become paragraphs; page numbers and running heads step aside."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pipelines.chapters import heading
from pipelines.extract.ruling import Box, Piece
from pipelines.grid import Line
from pipelines.normalise import squash

#: - 3 -, 第 3 页, 3/6, 第3页共6页: what a page number looks like.
PAGE_NUMBER = re.compile(
    r"[-—–·.|]*(?:第?\d{1,3}页?)(?:[/,，]?共?\d{1,3}页?)?[-—–·.|]*"
)
#: Share of the page height, above and below, in which such lines stand.
MARGIN = 0.14
#: A running head repeats on this many pages at least, or on both of two.
REPEATED = 3
#: Widths of a character: a first line is indented by two, a full line leaves less free.
INDENT, FREE = 1.2, 1.8
ASCII = re.compile(r"[!-~]")


@dataclass(frozen=True, slots=True)
class TextLine:
    """One printed line outside of tables."""

    text: str
    page: int
    number: int  # from 1, on its page
    box: Box
    size: float  # height of its characters, points

    @property
    def line(self) -> Line:
        return Line(self.text, f"page {self.page} line {self.number}")


Item = TextLine | Piece


def running(pages: Sequence[Sequence[Item]], heights: Sequence[float]) -> set[Line]:
    """Lines at the edge of a page that are its number or repeat on other pages."""
    edges: list[TextLine] = []
    for items, height in zip(pages, heights, strict=True):
        for item in (*items[:2], *items[-2:]):
            if isinstance(item, TextLine) and _outer(item.box, height):
                edges.append(item)
    places = Counter(key for key, _ in {(_key(i), i.page) for i in edges})
    enough = max(2, min(REPEATED, len(pages)))
    return {
        item.line
        for item in edges
        if PAGE_NUMBER.fullmatch(squash(item.text)) or places[_key(item)] >= enough
    }


def _outer(box: Box, height: float) -> bool:
    return box.bottom < MARGIN * height or box.top > (1 - MARGIN) * height


def _key(item: TextLine) -> tuple[str, int]:
    """What a running head has in common on its pages: words and height."""
    return re.sub(r"\d+", "#", squash(item.text)), round(item.box.top / 4)


def paragraphs(lines: Iterable[TextLine]) -> list[Line]:
    """Put the lines of a paragraph together, over page breaks too.

    A new one begins with an indented line, behind a line that leaves room, with a
    heading and behind one, and where the size of the characters changes.
    """
    given = list(lines)
    if not given:
        return []
    left, right = _margins(given)
    found: list[Line] = []
    for i, line in enumerate(given):
        if i and not _begins(given[i - 1], line, left, right):
            found[-1] = replace(found[-1], text=_joined(found[-1].text, line.text))
        else:
            found.append(line.line)
    return found


def _margins(lines: Sequence[TextLine]) -> tuple[float, float]:
    """Where most lines begin, and where full lines end."""
    starts = Counter(round(line.box.x0 / 3) for line in lines)
    most = max(starts.values())
    left = 3 * min(x for x, n in starts.items() if n * 2 >= most)
    return left, max(line.box.x1 for line in lines)


def _begins(before: TextLine, line: TextLine, left: float, right: float) -> bool:
    if heading(line.text) or heading(before.text):
        return True
    if abs(line.size - before.size) > 0.2 * max(line.size, before.size):
        return True
    if line.box.x0 - left > INDENT * line.size:
        return True
    return right - before.box.x1 > FREE * before.size


def _joined(text: str, more: str) -> str:
    """Words of Latin script keep a blank between them, Chinese has none."""
    latin = ASCII.match(text[-1:]) and ASCII.match(more[:1])
    return f"{text}{' ' if latin else ''}{more}"
