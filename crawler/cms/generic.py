"""Any static site: the next page is the link that says so.

Numbered links beside it (``?page=3``, ``index_3.html``) are taken too, when their
address differs from the page's own only in numbers; so are the addresses in a drop-down
list of pages and those that a script counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from crawler.cms import pagers, vocabulary
from crawler.cms.base import Adapter, Link
from crawler.cms.page import Page
from crawler.urls import folder

#: What a numbered page link reads; four digits are a year.
PAGE_LABEL = re.compile(r"\d{1,3}")
#: ``index.html`` is page one of ``index_2.html``, ``list.shtml`` of ``list_2.shtml``.
PAGE_NUMBER = re.compile(r"[_-]?\d+(?=\.\w+$|$)|(?<=[?&])(?:page\w*|p)=\d+")
FIRST_PAGE = re.compile(r"/(?:index|default)\.\w+$", re.I)


def skeleton(url: str) -> str:
    """A URL without what numbers its pages.

    >>> skeleton("http://a.cn/nb/index_2.html") == skeleton("http://a.cn/nb/index.html")
    True
    >>> skeleton("http://a.cn/nb/?page=2") == skeleton("http://a.cn/nb/")
    True
    """
    return FIRST_PAGE.sub("/", PAGE_NUMBER.sub("", url).rstrip("?&"))


class GenericAdapter(Adapter):
    """Follows 下一页, page numbers, drop-down lists and counting scripts."""

    def next_pages(self, page: Page) -> Iterable[str | Link]:
        """Addresses of further pages, as far as this one names them."""
        words = vocabulary.load()
        own, first = skeleton(page.url), FIRST_PAGE.sub("/", page.url)
        for anchor in page.anchors:
            near = folder(anchor.url) == folder(page.url)
            if not near or FIRST_PAGE.sub("/", anchor.url) == first:
                continue
            # page one is where the list was entered, maybe under its folder's name
            label = PAGE_LABEL.fullmatch(anchor.plain) and anchor.plain != "1"
            if words.is_next(anchor.plain) or (label and skeleton(anchor.url) == own):
                yield anchor.url
        for url in (*pagers.from_selects(page), *pagers.from_scripts(page)):
            if skeleton(url) == own and FIRST_PAGE.sub("/", url) != first:
                yield url
