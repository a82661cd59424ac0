"""eportal (JPortal): columns by number of page, turned by script.

A column is ``/eportal/ui?pageId=7`` or a folder with ``index.html``. Its pager has
links without address: ``tagname="…"`` and ``queryArticleByCondition(this,'…')`` name
the other pages, ``…&currentPage=2&moduleId=…`` or ``…/MODULE-2.html``. Articles are
``/eportal/ui?pageId=7&articleKey=9`` or a folder named by the time of its making.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape

from crawler.cms.base import Link
from crawler.cms.numbered import NumberedAdapter
from crawler.cms.page import Page
from crawler.urls import canonical

TARGET = re.compile(
    r"tagname=[\"']([^\"'\[\]]+)[\"']"
    r"|queryArticleByCondition\(\s*this\s*,\s*[\"']([^\"']+)[\"']",
    re.I,
)
#: Where an address says which page it is of.
NUMBER = re.compile(r"(?<=[?&]currentPage=)\d+|(?<=-)\d+(?=\.s?html?$)")
TOTAL = re.compile(r"\btotalpages?=[\"']?(\d+)", re.I)
MAX_PAGES = 500


class EportalAdapter(NumberedAdapter):
    """Reads the pager's script calls."""

    family = "eportal"
    article_address = re.compile(
        r"/eportal/ui\?(?=.*\barticleKey=)|/\d{16,20}/index\.s?html?$|/\d{16,20}/?$",
        re.I,
    )
    column_address = re.compile(r"/eportal/ui\?(?=.*\bpageId=)", re.I)

    def next_pages(self, page: Page) -> Iterable[str | Link]:
        """The pages after this one, up to the last that the pager names."""
        own = NUMBER.search(page.url)
        here, shape = (int(own[0]) if own else 1), None
        last = max((int(n) for n in TOTAL.findall(page.text)), default=here)
        for url in _targets(page):
            if found := NUMBER.search(url):
                shape = shape or url
                last = max(last, int(found[0]))
        if shape is None:
            yield from super().next_pages(page)
            return
        for number in range(here + 1, min(last, here + MAX_PAGES) + 1):
            yield NUMBER.sub(str(number), shape)


def _targets(page: Page) -> Iterator[str]:
    """The addresses that the pager's calls name."""
    for named in TARGET.findall(page.text):
        url = canonical(unescape(named[0] or named[1]), page.base)
        if url and page.owns(url):
            yield url
