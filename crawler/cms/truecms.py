"""truecms (cities of Jiangsu): lists as JSONP, refused without a Referer.

A list page sets ``columnId`` and ``proxyUrl`` for its pager; the script asks
``…/messageController/getMessage.do?startrecord=1&endrecord=15&perpage=15&columnId=…``
and gets XML records within JSON within a callback. Sites differ in how many records
they give at once, so as many are asked for as the page shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape
from urllib.parse import urlencode, urlsplit, urlunsplit

from crawler.cms.base import Link
from crawler.cms.numbered import NumberedAdapter
from crawler.cms.page import Anchor, Page, anchors_of, parse
from crawler.posting import parameters
from crawler.urls import canonical

PROXY = re.compile(
    r"proxyUrl[\"']?\s*[:=]\s*[\"']([^\"']*messageController/getMessage\.do[^\"']*)",
    re.I,
)
COLUMN = re.compile(r"columnId[\"']?\s*[:=]\s*[\"']([\w-]+)", re.I)
PER_PAGE = re.compile(r"perPage[\"']?\s*[:=]\s*[\"']?(\d+)", re.I)
TOTAL = re.compile(
    r"totalRecords?[\"']?\s*(?:[:=]\s*[\"']?|>\s*(?:<!\[CDATA\[)?)(\d+)", re.I
)
CALLBACK = re.compile(r"\bjsonp(?:Callback)?[\"']?\s*:\s*[\"'](\w+)", re.I)
RECORD = re.compile(r"<record>\s*<!\[CDATA\[(.*?)\]\]>\s*</record>", re.S | re.I)
PER_PAGE_UNSAID = 15
MAX_PAGES = 300


class TruecmsAdapter(NumberedAdapter):
    """Asks for records from the first to the last, a page at a time."""

    family = "truecms"
    article_address = re.compile(r"/content/[0-9a-f-]{8,}\.html?$", re.I)
    #: A column's page is named like its folder.
    column_address = re.compile(r"/([\w-]+)/\1\.html?$", re.I)

    def anchors(self, page: Page) -> Iterable[Anchor]:
        """The records of an answer, else the links of the page."""
        return page.anchors if page.json is None else _records(page)

    def endpoints(self, page: Page) -> Iterable[str | Link]:
        """The first records of the list."""
        if page.json is not None:
            return
        proxy, column = PROXY.search(page.text), COLUMN.search(page.text)
        url = canonical(unescape(proxy[1]), page.base) if proxy else None
        if url and column:
            size = PER_PAGE.search(page.text)
            callback = CALLBACK.search(page.text)
            fixed = {
                "columnId": column[1],
                "callback": callback[1] if callback else "cb",
            }
            yield _address(url, fixed, 1, int(size[1]) if size else PER_PAGE_UNSAID)

    def next_pages(self, page: Page) -> Iterable[str | Link]:
        """From the first answer all further records; without a total, the next ones."""
        if page.json is None:
            yield from super().next_pages(page)
            return
        given = dict(parameters(page.url))
        start, size = given.get("startrecord", ""), given.get("perpage", "")
        found = len(list(_records(page)))
        if not (start.isdecimal() and size.isdecimal() and int(size)) or not found:
            return
        first, step = int(start), int(size)
        total = TOTAL.search(_xml(page) or page.text)
        # without a total a full page promises another one
        last = int(total[1]) if total else first + step - 1 + (found >= step)
        if total and first > 1:
            return
        last = min(last, first + MAX_PAGES * step)
        for record in range(first + step, last + 1, step):
            yield _address(page.url, given, record, step)


def _address(url: str, given: dict[str, str], start: int, size: int) -> str:
    counters = {"startrecord": start, "endrecord": start + size - 1, "perpage": size}
    query = urlencode(sorted({**given, **counters}.items()))
    return urlunsplit(urlsplit(url)._replace(query=query))


def _xml(page: Page) -> str:
    """The records as the answer holds them, '' when it holds none."""
    result = page.json.get("result") if isinstance(page.json, dict) else None
    return result if isinstance(result, str) else ""


def _records(page: Page) -> Iterator[Anchor]:
    text = _xml(page)
    for fragment in RECORD.findall(text) or [text]:
        yield from anchors_of(parse(fragment), page.url)
