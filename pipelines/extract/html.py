"""HTML pages: the article without the site around it, its tables, its setting.

The article is the element of a known content management system when that holds the
chapters and tables of the page, else the smallest element that does; a page without
chapters and tables is read by trafilatura. A page that says nothing although it has
text in its source is an error, never an empty report.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

from bs4 import BeautifulSoup
from bs4.element import Tag

from archive.errors import DocumentError
from pipelines.chapters import heading
from pipelines.extract.dom import Found, Reader, within
from pipelines.extract.frame import frame, selected, without_tail
from pipelines.extract.page import Page
from pipelines.extract.setting import (
    card_of,
    is_card,
    is_evidence,
    links_of,
    meta_of,
    titles_of,
)
from pipelines.grid import Grid, Line

#: Chapters that are tables.
TABLES = (2, 3, 4)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
#: Chinese characters in the source of a page whose tree is empty: it was not read.
LOST = 200
#: Real pages nest a few dozen elements; unclosed tags of old editors some hundred.
DEEPEST = 2000
WHOLE = "whole page"
#: Characters of a page that is worth the search for its prose.
MOST_PROSE = 500_000


def extract(text: str) -> Page:
    """Take a page apart. Raises DocumentError when it is cut off or cannot be read."""
    if reason := cut_off(text):
        raise DocumentError(reason)
    soup = BeautifulSoup(text, "lxml")
    body = soup.body or soup
    tags = _by_name(soup)
    numbers = {id(t): i for i, t in enumerate(tags["table"], start=1)}
    rules = frame()
    notes: list[str] = []
    reader = Reader(numbers, rules.tags, rules.words)
    everything = list(reader.read(body))
    if reader.deepest > DEEPEST:
        raise DocumentError(
            f"elements are nested {reader.deepest} deep; {DEEPEST} levels are read"
        )
    if not any(is_evidence(f) for f in everything):
        # What looked like a frame, or was hidden, may be the article itself.
        reader = Reader(numbers, hidden=True)
        relaxed = list(reader.read(body))
        if any(is_evidence(f) for f in relaxed):
            everything = relaxed
            notes.append("the article stands in an element that looked like a frame")
    _require_text(everything, text)
    root, content = _root(body, everything)
    inside = list(reader.read(root)) if root is not body else everything
    if root is body and content == WHOLE and len(text) < MOST_PROSE:
        inside, content = _prose(text, body) or (inside, content)
    inside = inside[: without_tail([f.block for f in inside])]
    images = within(root, "img")
    notes.extend(_pictured(root, inside, images))
    kept = {id(f.element) for f in inside}
    card = card_of(everything)
    return Page(
        blocks=tuple(f.block for f in inside if not is_card(f.block)),
        frame=tuple(
            f.block
            for f in everything
            if id(f.element) not in kept and isinstance(f.block, Line)
        ),
        titles=tuple(titles_of(tags, card)),
        meta=meta_of(tags),
        card=card,
        links=tuple(links_of(tags, text)),
        images=len(images),
        content=content,
        notes=(*notes, *reader.too_long),
    )


def _pictured(root: Tag, inside: list[Found], images: list[Tag]) -> Iterator[str]:
    """A note for each chapter of a table that shows a picture and no table."""
    grids = [f for f in inside if isinstance(f.block, Grid)]
    opened = [
        (hit.chapter_no, f)
        for f in inside
        if isinstance(f.block, Line) and (hit := heading(f.block.text))
    ]
    if not images or not opened or len(grids) >= len(TABLES):
        return
    order = {id(e): i for i, e in enumerate(root.descendants)}
    starts = [order.get(id(f.element), 0) for _, f in opened]
    tables = [order.get(id(f.element), 0) for f in grids]
    shown = [order[id(image)] for image in images]
    for (chapter, f), (start, end) in zip(
        opened, pairwise([*starts, len(order)]), strict=True
    ):
        has_table = any(start < at < end for at in tables)
        if chapter in TABLES and not has_table and any(start < i < end for i in shown):
            name = f.block.text.strip()
            yield f"{name}: a picture and no table; what stands on it was not read"


def _by_name(soup: BeautifulSoup) -> defaultdict[str, list[Tag]]:
    """Every element by tag name, in one pass."""
    found: defaultdict[str, list[Tag]] = defaultdict(list)
    for element in soup.descendants:
        if isinstance(element, Tag):
            found[element.name].append(element)
    return found


def cut_off(text: str) -> str:
    """Why a page looks like the first part of a page, '' when it does not.

    Pages without ``</html>`` are common and whole; a table or tag that stays open at
    the end of the bytes is not.
    """
    tail = text[-4000:].lower()
    if re.search(r"<[a-z/!][^<>]{0,2000}$", tail):
        return "the page is cut off: it ends inside a tag"
    closed = "</html" in tail or "</body" in tail
    lower = text.lower()
    opened = len(re.findall(r"<table[\s>]", lower)) - lower.count("</table")
    if opened > 0 and not closed:
        return "the page is cut off: it ends inside a table"
    return ""


def _require_text(found: Iterable[Found], source: str) -> None:
    """A tree without text from a source with text was not understood."""
    if any(len(f.block.text.strip()) > 1 for f in found):
        return
    if (count := len(CHINESE.findall(source))) > LOST:
        raise DocumentError(
            f"the source has {count} Chinese characters and the page shows none: they "
            "stand in scripts, or in markup that cannot be read"
        )


def _root(body: Tag, found: list[Found]) -> tuple[Tag, str]:
    """The element of the article, and how it was found."""
    evidence = [f.element for f in found if is_evidence(f)]
    if evidence:
        # In document order the first and the last of them span all others.
        common = _common(evidence[0], evidence[-1], body)
        for element in (common, *common.parents):
            if element is body:
                break
            if selector := selected(element):
                return element, f"content element {selector}"
        return common, f"smallest element with chapters and tables: <{common.name}>"
    candidates: dict[int, tuple[Tag, str | None]] = {}
    for start in (f.element for f in found):
        for element in (start, *start.parents):
            if element is body or id(element) in candidates:
                break
            candidates[id(element)] = (element, selected(element))
    sizes = [(len(e.get_text(strip=True)), e, s) for e, s in candidates.values() if s]
    if sizes and (best := max(sizes, key=lambda s: s[0]))[0]:
        return best[1], f"content element {best[2]}"
    return body, WHOLE


def _common(first: Tag, last: Tag, body: Tag) -> Tag:
    """The innermost element around both that can hold an article."""
    around = {id(e) for e in (last, *last.parents)}
    path = [e for e in (first, *first.parents) if id(e) in around]
    if first is last or path[0].name in ("table", "p"):
        path.pop(0)
    return path[0] if isinstance(path[0], Tag) and path[0].parent else body


def _prose(text: str, body: Tag) -> tuple[list[Found], str] | None:
    """The prose of a page without chapters and tables, as trafilatura finds it."""
    import trafilatura  # noqa: PLC0415 - heavy, and most pages do not need it

    found = trafilatura.extract(text, include_comments=False, include_tables=False)
    if not found:
        return None
    lines = [line for line in found.split("\n") if line.strip()]
    return [
        Found(Line(line, f"paragraph {i}"), body) for i, line in enumerate(lines, 1)
    ], "prose found by trafilatura"
