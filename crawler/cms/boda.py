"""Boda Visual SiteBuilder: static pages, numbered backwards.

The newest page of a list is ``col.htm``; of eleven pages the second is ``col/10.htm``
and the oldest ``col/1.htm``, so that old pages never change. Articles are
``/info/TREE/NEWS.htm`` and go by ``content.jsp?…wbtreeid=TREE&wbnewsid=NEWS`` too;
files come from ``download.jsp``, which names them only in its answer and may show a
captcha instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit, urlunsplit

from crawler.cms.base import Link
from crawler.cms.numbered import NumberedAdapter
from crawler.cms.page import Anchor, Page
from crawler.urls import other_forms

#: The folder that a list's further pages lie in, and the number of one of them.
PAGE = re.compile(r"^(?P<stem>.+?)(?:/(?P<number>\d+))?\.html?$")
MAX_PAGES = 500


class BodaAdapter(NumberedAdapter):
    """Counts down from the highest number that the pager names."""

    family = "boda"
    article_address = re.compile(
        r"/info/\d+/\d+\.html?$|/content\.jsp\?(?=.*wbnewsid=)", re.I
    )
    #: Named by a word, and so is the folder of its further pages.
    column_address = re.compile(r"/(?=[\w-]*[a-z])[\w-]+(?:/\d{1,4})?\.htm$", re.I)

    def anchors(self, page: Page) -> Iterable[Anchor]:
        """The links, without second names of articles that are linked already."""
        return _without_aliases(page.anchors)

    def next_pages(self, page: Page) -> Iterable[str | Link]:
        """The pages with smaller numbers, in the order of the list."""
        parts = urlsplit(page.url)
        own = PAGE.match(parts.path)
        if own is None:
            return
        numbers = [int(own["number"])] if own["number"] else []
        if not numbers:
            prefix = urlunsplit(parts._replace(path=own["stem"] + "/", query=""))
            numbers = [
                int(found[1]) + 1
                for anchor in page.anchors
                if anchor.url.startswith(prefix)
                and (
                    found := re.fullmatch(
                        r"(\d{1,4})\.html?", anchor.url[len(prefix) :]
                    )
                )
            ]
        highest = max(numbers, default=1)
        suffix = parts.path.rpartition(".")[2]
        for number in range(highest - 1, max(highest - 1 - MAX_PAGES, 0), -1):
            path = f"{own['stem']}/{number}.{suffix}"
            yield urlunsplit(parts._replace(path=path, query=""))


def _without_aliases(anchors: Iterable[Anchor]) -> Iterator[Anchor]:
    seen: set[str] = set()
    for anchor in anchors:
        if "content.jsp" in anchor.url and seen.intersection(other_forms(anchor.url)):
            continue
        seen.add(anchor.url)
        yield anchor
