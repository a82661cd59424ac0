"""What a page says about itself around the article: meta tags, titles, card, links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise

from bs4.element import Tag

from pipelines.chapters import heading
from pipelines.extract.dom import COLLAPSED, EDGES, Found
from pipelines.extract.frame import frame
from pipelines.extract.page import Link
from pipelines.extract.viewers import scripted
from pipelines.grid import Grid
from pipelines.normalise import core, squash
from pipelines.tabulate.vocabulary import is_form

#: Elements that carry a visible title, and meta names that do.
TITLE_TAGS = ("h1", "h2", "h3")
TITLE_META = ("articletitle", "title", "og:title")
MOST_LINKS = 2000
#: Elements that show another file in the page, and what names it.
FRAMES = (("iframe", "src"), ("embed", "src"), ("object", "data"))
LONGEST_CARD_LINE = 300
#: 发布机构：某某局  发布日期：2024-01-17
CARD_FIELD = re.compile(
    r"([\u4e00-\u9fff\u3000 ]{2,8})[：:]\s*([^：:]+?)"
    r"(?=[\s　|｜【\[]+[^\s：:]{2,6}[：:]|$)"
)


def is_evidence(found: Found) -> bool:
    """A block that only a report has: a chapter heading or a table of the form."""
    block = found.block
    if isinstance(block, Grid):
        return is_form(block)
    hit = heading(block.text)
    return hit is not None and hit.chapter_no is not None and not hit.closed


def _clean(text: str) -> str:
    return COLLAPSED.sub(" ", text).strip(EDGES + "\u00a0\u3000")


def meta_of(tags: Mapping[str, list[Tag]]) -> dict[str, str]:
    """Meta tags by lower-case name; the first that says something counts."""
    found: dict[str, str] = {}
    for tag in tags["meta"]:
        name = str(tag.get("name") or tag.get("property") or "").strip().lower()
        content = _clean(str(tag.get("content") or ""))
        if name and content:
            found.setdefault(name, content)
    return found


def titles_of(
    tags: Mapping[str, list[Tag]], card: Mapping[str, str]
) -> Iterable[tuple[str, str]]:
    """(where, text) of everything the page calls its title, the best first."""
    shown = [(name, _clean(t.get_text())) for name in TITLE_TAGS for t in tags[name]]
    meta = meta_of(tags)
    yield from ((name, text) for name, text in shown if name == "h1" and text)
    yield from ((f"meta {n}", meta[n]) for n in TITLE_META if n in meta)
    if "title" in card:
        yield "info card", card["title"]
    yield from ((name, text) for name, text in shown if name != "h1" and text)
    for tag in tags["title"][:1]:
        if text := _clean(tag.get_text()):
            yield "title", text


def is_card(block: object) -> bool:
    """Whether a grid is the card above a document: two or more of its labels."""
    if not isinstance(block, Grid):
        return False
    known = frame().card
    cells = [core(c.text) for row in block.rows for c in row]
    return sum(1 for text in cells if text in known) >= 2


def card_of(found: Iterable[Found]) -> dict[str, str]:
    """Fields of the info card: label cell and the cell behind it, or label：value.

    Lines count only above the article: what a chapter says is no card.
    """
    known, card = frame().card, dict[str, str]()
    above = True
    for f in found:
        block = f.block
        above = above and not is_evidence(f)
        pairs: list[tuple[str, str]] = []
        if isinstance(block, Grid):
            if is_card(block):
                rows = block.rows
                pairs = [(a.text, b.text) for r in rows for a, b in pairwise(r)]
        elif above and len(block.text) <= LONGEST_CARD_LINE:
            pairs = [(m[1], m[2]) for m in CARD_FIELD.finditer(block.text)]
        for text, value in pairs:
            name = known.get(core(text))
            if name and squash(value):
                card.setdefault(name, _clean(value))
    return card


def links_of(tags: Mapping[str, list[Tag]], source: str = "") -> Iterable[Link]:
    """Links of the page, the whole text of one that is shown shortened.

    Files in frames are links without a text; ``source`` is searched for scripts that
    put them there.
    """
    for tag in tags["a"][:MOST_LINKS]:
        if href := tag.get("href"):
            text = _clean(str(tag.get("title") or "") or tag.get_text())
            yield Link(text, str(href))
    for name, attribute in FRAMES:
        for tag in tags[name][:MOST_LINKS]:
            if address := str(tag.get(attribute) or ""):
                yield Link("", address)
    yield from (Link("", address) for address in scripted(source))
