"""Any static site: the next page is the link that says so.

Numbered links beside it (``?page=3``, ``index_3.html``) are taken too, when their
address differs from the page's own only in numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from crawler.cms import vocabulary
from crawler.cms.base import Adapter
from crawler.cms.page import Page
from crawler.urls import folder

#: What a numbered page link reads; four digits are a year.
PAGE_LABEL = re.compile(r"\d{1,3}")
#: ``index.html`` is page one of ``index_2.html``.
PAGE_NUMBER = re.compile(r"[_-]?\d+(?=\.\w+$|$)|(?<=[?&])(?:page\w*|p)=\d+")


def skeleton(url: str) -> str:
    """A URL without what numbers its pages.

    >>> skeleton("http://a.cn/nb/index_2.html") == skeleton("http://a.cn/nb/index.html")
    True
    >>> skeleton("http://a.cn/nb/?page=2") == skeleton("http://a.cn/nb/")
    True
    """
    return PAGE_NUMBER.sub("", url).rstrip("?&").replace("/index.html", "/")


class GenericAdapter(Adapter):
    """Follows 下一页 and page numbers."""

    def next_pages(self, page: Page) -> Iterable[str]:
        """Addresses of further pages, as far as this one names them."""
        words = vocabulary.load()
        for anchor in page.anchors:
            near = folder(anchor.url) == folder(page.url)
            if (words.is_next(anchor.plain) and near) or (
                PAGE_LABEL.fullmatch(anchor.plain)
                and near
                and skeleton(anchor.url) == skeleton(page.url)
            ):
                yield anchor.url
