"""Hanweb JPaaS: lists that the page asks a gateway for.

A column page holds ``<script url="/api-gateway/jpaas-publish-server/front/page/build/
unit" queryData="{'webId':'…','pageId':'…','tplSetId':'…','tagId':'…',…}">``. The
gateway answers with JSON whose ``data.html`` is the list, with the counts of its pager
in it; page n is the same address with ``paramJson={"pageNo":n,"pageSize":15}``.
Articles are ``/…/art/2024/art_<32 hex>.html``, files lie below ``/cms_files/``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawler.cms.base import Link
from crawler.cms.generic import GenericAdapter
from crawler.cms.page import Anchor, Page, anchors_of, parse
from crawler.urls import canonical

UNIT = "/front/page/build/unit"
PAIR = re.compile(r"[\"']?(\w+)[\"']?\s*:\s*[\"']([^\"']*)[\"']")
#: Counts in the pager of an answer: ``count="41" rows="15"``, or inside queryData.
COUNTED = re.compile(
    r"\b(count|rows|limit|pageSize)\b[\"']?\s*[:=]\s*[\"']?(\d+)", re.I
)
MAX_PAGES = 200
#: A page is put together from several units; more of them are no lists.
MAX_UNITS = 8


def pairs(text: str) -> dict[str, str]:
    """The values of a query that is written as a script's object.

    >>> pairs("{'webId':'3','tagId':'信息列表'}")
    {'webId': '3', 'tagId': '信息列表'}
    """
    return dict(PAIR.findall(text))


class JpaasAdapter(GenericAdapter):
    """Asks the gateway what the page asks."""

    family = "jpaas"

    def endpoints(self, page: Page) -> Iterable[str | Link]:
        """The units that the column page is put together from."""
        units = page.tree.xpath("//*[@querydata][@url]") if page.json is None else []
        for element in units[:MAX_UNITS]:
            address = canonical(element.get("url") or "", page.base)
            query = pairs(element.get("querydata") or "")
            if address and UNIT in address and query.get("pageId"):
                yield f"{address}?{urlencode(query)}"

    def anchors(self, page: Page) -> Iterable[Anchor]:
        """The links of a list, in the page or in the gateway's answer."""
        html = content(page)
        return page.anchors if html is None else anchors_of(parse(html), page.base)

    def next_pages(self, page: Page) -> Iterable[str | Link]:
        """The gateway's addresses for the pages after this one."""
        html = content(page)
        if html is None:
            if not any(True for _ in self.endpoints(page)):
                yield from super().next_pages(page)
            return
        counts = {name.lower(): int(value) for name, value in COUNTED.findall(html)}
        asked = dict(parse_qsl(urlsplit(page.url).query))
        size = counts.get("rows") or counts.get("limit") or counts.get("pagesize")
        here = _page_number(asked)
        if not size or here != 1:
            return
        last = -(-counts.get("count", 0) // size)
        parts = urlsplit(page.url)
        for number in range(2, min(last, MAX_PAGES) + 1):
            counter = json.dumps(
                {"pageNo": number, "pageSize": size}, separators=(",", ":")
            )
            query = urlencode(asked | {"paramJson": counter})
            yield urlunsplit(parts._replace(query=query))


def content(page: Page) -> str | None:
    """The HTML in a gateway's answer, None for other pages."""
    answer = page.json
    if not isinstance(answer, Mapping):
        return None
    data = answer.get("data")
    html = data.get("html") if isinstance(data, Mapping) else None
    return html if isinstance(html, str) else ""


def _page_number(asked: Mapping[str, str]) -> int:
    try:
        return int(json.loads(asked.get("paramJson") or "{}").get("pageNo", 1))
    except (ValueError, AttributeError, TypeError):
        return 1
