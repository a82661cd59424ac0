"""Hanweb JCMS: lists as XML inside the page, the rest from a data proxy.

A list page holds ``<datastore>`` with its first records as CDATA. Further ones come as
the same XML from the address named in the page, either in ``<nextgroup>`` or as
``proxyUrl``: the newer module counts pages (``page=2``), the classic one records
(``startrecord=46&endrecord=90&perpage=15``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawler.cms.generic import GenericAdapter
from crawler.cms.page import Anchor, Page, anchors_of, parse
from crawler.urls import canonical

RECORD = re.compile(r"<record>\s*<!\[CDATA\[(.*?)\]\]>\s*</record>", re.S | re.I)
NEXT_GROUP = re.compile(
    r"<nextgroup>\s*<!\[CDATA\[.*?href=[\"']([^\"']+)[\"'].*?\]\]>", re.S | re.I
)
PROXY = re.compile(r"proxyUrl[\"']?\s*[:=]\s*[\"']([^\"']+)[\"']", re.I)
MAX_PAGES = 500
#: Parameters that number pages or records; they are set anew for every page.
COUNTERS = ("page", "pageno", "startrecord", "endrecord", "perpage")


def number(name: str, text: str) -> int | None:
    """A number that the page's script or XML gives under ``name``.

    >>> number("totalRecord", "<totalrecord>41</totalrecord>")
    41
    >>> number("totalRecord", "{ 'totalRecord': 41, perPage: 15 }")
    41
    """
    found = re.search(rf"\b{name}\b[\"']?\s*(?:[:=]|>)\s*[\"']?(\d+)", text, re.I)
    return int(found[1]) if found else None


class HanwebAdapter(GenericAdapter):
    """Reads datastores and asks the data proxy."""

    family = "hanweb"

    def anchors(self, page: Page) -> Iterable[Anchor]:
        """Links of the records first, then those of the page around them."""
        for record in RECORD.findall(page.text):
            yield from anchors_of(parse(record), page.base)
        yield from page.anchors

    def next_pages(self, page: Page) -> Iterable[str]:
        """Addresses of the proxy for the records that are not in the page."""
        named = NEXT_GROUP.search(page.text) or PROXY.search(page.text)
        if named is None:
            if not RECORD.search(page.text):
                yield from super().next_pages(page)
            return
        proxy = canonical(unescape(named[1]), page.base)
        inside = len(RECORD.findall(page.text))
        if proxy is None or not inside:
            return
        per_page = number("perPage", page.text) or inside
        total = number("totalRecord", page.text)
        pages = number("totalPage", page.text)
        if total is None:
            total = (pages or 0) * per_page
        yield from proxy_pages(proxy, inside, per_page, total)


def proxy_pages(proxy: str, inside: int, per_page: int, total: int) -> Iterable[str]:
    """The proxy's addresses for the records after the first ``inside`` ones.

    >>> for url in proxy_pages("http://a.cn/module/web/dataproxy.jsp?page=1&c=7",
    ...                        15, 15, 31): print(url)
    http://a.cn/module/web/dataproxy.jsp?c=7&page=2
    http://a.cn/module/web/dataproxy.jsp?c=7&page=3
    >>> for url in proxy_pages("http://a.cn/module/jpage/dataproxy.jsp?c=7",
    ...                        45, 15, 50): print(url)
    http://a.cn/module/jpage/dataproxy.jsp?c=7&startrecord=46&endrecord=50&perpage=15
    """
    parts = urlsplit(proxy)
    given = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(k, v) for k, v in given if k.lower() not in COUNTERS]
    by_page = parts.path.startswith("/module/web/")

    def address(counters: dict[str, int]) -> str:
        query = urlencode(kept + list(counters.items()))
        return urlunsplit(parts._replace(query=query))

    if by_page:
        first, last = inside // per_page + 1, -(-total // per_page)
        for count in range(first, min(last, MAX_PAGES) + 1):
            yield address({"page": count})
        return
    for start in range(inside + 1, min(total, MAX_PAGES * per_page) + 1, inside):
        end = min(start + inside - 1, total)
        yield address({"startrecord": start, "endrecord": end, "perpage": per_page})
