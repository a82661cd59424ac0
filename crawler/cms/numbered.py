"""Systems whose columns are numbered, not foldered: no address lies below another.

What is a column and what an article, only the shape of the address says; and a page of
the report column leads to its parts by year and by kind of organ, wherever they lie.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from crawler.cms import vocabulary
from crawler.cms.base import (
    Link,
    PageLinks,
    among_parts,
    effective_role,
    is_report_column,
)
from crawler.cms.generic import GenericAdapter
from crawler.cms.page import Anchor, Page


class NumberedAdapter(GenericAdapter):
    """Tells columns from articles by the shape of their addresses."""

    #: Addresses of columns and of articles, searched in the whole address.
    column_address: re.Pattern[str]
    article_address: re.Pattern[str]

    def read(self, page: Page) -> PageLinks:
        """The links of the page, those of known shape judged by it."""
        links = super().read(page)
        anchors = [a for a in self.anchors(page) if a.url != page.url]
        if effective_role(page, anchors) not in ("list", "both"):
            return links
        taken = {link.url for link in links.next_pages}
        known = [a for a in anchors if self.shape(a.url) and a.url not in taken]
        inside = is_report_column(page)
        lists = _once(page, known, "list", lambda a: self._is_part(a, inside))
        reports = _once(page, known, "report", lambda a: self._is_item(a, inside))
        return replace(
            links,
            lists=lists + self._others(links.lists),
            reports=reports + self._others(links.reports),
        )

    def shape(self, url: str) -> str | None:
        """``column`` or ``article`` where the address says so."""
        if self.article_address.search(url):
            return "article"
        return "column" if self.column_address.search(url) else None

    def _others(self, links: Iterable[Link]) -> tuple[Link, ...]:
        return tuple(link for link in links if not self.shape(link.url))

    def _is_part(self, anchor: Anchor, inside: bool) -> bool:
        words, text = vocabulary.load(), anchor.plain
        if self.shape(anchor.url) != "column":
            return False
        if words.is_column(text, anchor.url, inside=False) or words.is_title(text):
            return True
        kind = words.is_kind(text) and ("年" in text or among_parts(anchor))
        return inside and (words.is_year(text) or kind)

    def _is_item(self, anchor: Anchor, inside: bool) -> bool:
        words, text = vocabulary.load(), anchor.plain
        if self.shape(anchor.url) != "article":
            return False
        return words.says_report(text) or (inside and words.is_year(text))


def _once(
    page: Page, anchors: Iterable[Anchor], role: str, wanted: Callable[[Anchor], bool]
) -> tuple[Link, ...]:
    found: dict[str, Link] = {}
    for anchor in anchors:
        if anchor.url not in found and wanted(anchor) and page.owns(anchor.url):
            found[anchor.url] = Link(anchor.url, role, anchor.text, anchor.date)
    return tuple(found.values())
