"""Hanweb JCMS: lists as XML inside the page, the rest from a data proxy.

A list page holds ``<datastore>`` with its first records as CDATA. Further ones come as
the same XML from the address named in the page, in one of three ways:

* ``<nextgroup>`` holds a link that counts pages: GET ``…/dataproxy.jsp?page=2&…``;
* ``jpage({proxyUrl: …, ajaxParam: {…}})`` counts records: the parameters are posted to
  ``…/dataproxy.jsp?startrecord=46&endrecord=90&perpage=15``;
* ``proxyUrl`` holds all parameters and is asked with GET.

One of the paths ``/module/jpage/`` and ``/module/web/jpage/`` exists on a portal, so
the page is believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawler.cms.base import Link
from crawler.cms.generic import GenericAdapter
from crawler.cms.page import Anchor, Page, anchors_of, parse
from crawler.urls import canonical

RECORD = re.compile(r"<record>\s*<!\[CDATA\[(.*?)\]\]>\s*</record>", re.S | re.I)
NEXT_GROUP = re.compile(
    r"<nextgroup>\s*<!\[CDATA\[.*?href=[\"']([^\"']+)[\"'].*?\]\]>", re.S | re.I
)
PROXY = re.compile(r"proxyUrl[\"']?\s*[:=]\s*[\"']([^\"']+)[\"']", re.I)
POSTED = re.compile(r"ajaxParam[\"']?\s*[:=]\s*\{(.*?)\}", re.S | re.I)
PAIR = re.compile(r"[\"']?(\w+)[\"']?\s*:\s*[\"']([^\"']*)[\"']")
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

    def next_pages(self, page: Page) -> Iterable[str | Link]:
        """Addresses of the proxy for the records that are not in the page."""
        following, posted = NEXT_GROUP.search(page.text), POSTED.search(page.text)
        named = following or PROXY.search(page.text)
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
        if following or not posted:
            by_page = "/module/web/" in proxy
            yield from proxy_pages(proxy, inside, per_page, total, by_page=by_page)
            return
        body = urlencode(PAIR.findall(posted[1]))
        for url in proxy_pages(proxy, inside, per_page, total, by_page=False):
            yield Link(url, "list", post=body)


def proxy_pages(
    proxy: str, inside: int, per_page: int, total: int, *, by_page: bool
) -> Iterable[str]:
    """The proxy's addresses for the records after the first ``inside`` ones.

    >>> for url in proxy_pages("http://a.cn/module/web/dataproxy.jsp?page=1&c=7",
    ...                        15, 15, 31, by_page=True): print(url)
    http://a.cn/module/web/dataproxy.jsp?c=7&page=2
    http://a.cn/module/web/dataproxy.jsp?c=7&page=3
    >>> for url in proxy_pages("http://a.cn/module/jpage/dataproxy.jsp?c=7",
    ...                        45, 15, 50, by_page=False): print(url)
    http://a.cn/module/jpage/dataproxy.jsp?c=7&startrecord=46&endrecord=50&perpage=15
    """
    parts = urlsplit(proxy)
    given = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(k, v) for k, v in given if k.lower() not in COUNTERS]

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
