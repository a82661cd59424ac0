"""Kaipu UCAP, in Guangdong called NFCMS: static pages, numbered from one.

Page two of a list is ``index_2.html``; the pager names the pages around and the last
one. Articles are ``content/post_123.html``, for telephones ``content/mpost_123.html``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

from crawler.cms.base import Link
from crawler.cms.generic import GenericAdapter
from crawler.cms.page import Page
from crawler.urls import canonical, folder

PAGE = re.compile(
    r"(?P<name>(?:index|list))(?:_(?P<number>\d+))?\.(?P<suffix>s?html?)$"
)
MAX_PAGES = 500


class UcapAdapter(GenericAdapter):
    """Goes from the highest page number that the pager names down to its own."""

    family = "ucap"

    def next_pages(self, page: Page) -> Iterable[str | Link]:
        """All pages after this one, as far as the pager tells."""
        own = PAGE.search(urlsplit(page.url).path.rpartition("/")[2])
        here = int(own["number"] or 1) if own else 1
        last, name, suffix = here, "index", "html"
        for anchor in page.anchors:
            found = PAGE.search(urlsplit(anchor.url).path.rpartition("/")[2])
            if (
                found
                and int(found["number"] or 0) > last
                and folder(anchor.url) == folder(page.url)
            ):
                last, name, suffix = (
                    int(found["number"]),
                    found["name"],
                    found["suffix"],
                )
        for number in range(here + 1, min(last, here + MAX_PAGES) + 1):
            url = canonical(urljoin(folder(page.url), f"{name}_{number}.{suffix}"))
            if url:
                yield url
