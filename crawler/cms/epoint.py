"""Epoint EWB-FRONT: pages without content, lists by POST of JSON.

A list is ``/dynamic/zwgk/govInfoPub.html?categorynum=003002``. Its script asks
``PROJECT/rest/lightfrontaction/getgovinfolist`` for the column, with name of the
project and number of the site from ``var siteInfo = {…}``, which stands in the page or
in ``/js/webBuilderCommon.js``. That file is one for all columns, so it is asked for
with the column as its query, which a file ignores: its answer then says all that the
next request needs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from crawler.cms.base import Link
from crawler.cms.numbered import NumberedAdapter
from crawler.cms.page import Anchor, Page, find_date
from crawler.urls import canonical

JSON = "application/json"
SITE = re.compile(r"\bsiteInfo\s*=\s*(\{[^{}]*\})", re.S)
FIELD = re.compile(r"[\"']?\b(\w+)\b[\"']?\s*:\s*[\"']([^\"']*)[\"']")
SCRIPT = re.compile(r"<script[^>]+src=[\"']([^\"']*webBuilderCommon\.js[^\"']*)", re.I)
#: What a page says about the first request its script makes.
SETTING = r"\b{}\b[\"']?\s*[:=]\s*[\"']?(\d+)"
#: Parameters of a list that the script passes on.
COLUMN = ("categorynum", "deptcode")
SERVICE = "rest/lightfrontaction/getgovinfolist"
PAGE_SIZE = 15  # where a page does not say how many it shows
MAX_PAGES = 300


class EpointAdapter(NumberedAdapter):
    """Goes from the page to its script, and from there to the list."""

    family = "epoint"
    article_address = re.compile(r"/20\d{6}/[0-9a-f-]{32,36}\.html?$", re.I)
    column_address = re.compile(
        r"[?&]categorynum=\d+|/(?:secondpage|subpage|moreinfo|list|openlist)\w*\.html?$",
        re.I,
    )

    def anchors(self, page: Page) -> Iterable[Anchor]:
        """The rows of an answer, else the links of the page."""
        return page.anchors if page.json is None else _rows(page)

    def endpoints(self, page: Page) -> Iterable[str | Link]:
        """The first request for the list, or the script that says how to make it."""
        wanted = _wanted(page)
        if page.json is not None or not wanted.get("categorynum"):
            return
        if site := SITE.search(page.text):
            yield from _first(page, dict(FIELD.findall(site[1])), wanted)
        elif script := SCRIPT.search(page.text):
            url = canonical(script[1].partition("?")[0], page.base)
            yield from [f"{url}?{urlencode(sorted(wanted.items()))}"] if url else ()

    def next_pages(self, page: Page) -> Iterable[str | Link]:
        """From the first answer all further requests."""
        if page.json is None:
            yield from super().next_pages(page)
            return
        asked = _object(page.post)
        rows, total = _answer(page.json)
        index, size = _count(asked.get("pageIndex")), _count(asked.get("pageSize"))
        if index is None or not size or not rows:
            return
        further = range(index + 1, index + 2 if len(rows) >= size else index + 1)
        if total is not None:
            # some count from nought; where the second page is numbered one, the page
            # too many that is asked for is empty
            pages = min(-(-total // size), MAX_PAGES)
            further = range(index + 1, pages + index) if index < 2 else range(0)
        for number in further:
            body = {**asked, "pageIndex": number}
            yield Link(page.url, "next", post=json.dumps(body), content_type=JSON)


def _wanted(page: Page) -> dict[str, str]:
    """What the list of a page is: from its address, else from its script."""
    given = dict(parse_qsl(urlsplit(page.url).query, keep_blank_values=True))
    named = {key: given[key] for key in COLUMN if key in given}
    for key in ("pageSize", "pageIndex"):
        if key in given:
            named[key] = given[key]
        elif found := re.search(SETTING.format(key), page.text):
            named[key] = found[1]
    return named


def _first(page: Page, site: dict[str, str], wanted: dict[str, str]) -> Iterator[Link]:
    guid = site.get("siteGuid")
    if not guid:
        return
    project = site.get("projectName", "").rstrip("/")
    url = canonical(urljoin(page.url, f"{project}/{SERVICE}"))
    body = {
        "deptcode": wanted.get("deptcode", ""),
        "categorynum": wanted["categorynum"],
        "siteGuid": guid,
        "pageIndex": int(wanted.get("pageIndex", 1)),
        "pageSize": int(wanted.get("pageSize", PAGE_SIZE)),
    }
    if url:
        yield Link(url, "next", post=json.dumps(body), content_type=JSON)


def _object(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _answer(data: Any) -> tuple[list[dict[str, Any]], int | None]:
    """Rows of an answer and how many there are in all."""
    inner = data.get("custom") if isinstance(data, dict) else None
    if not isinstance(inner, dict):
        return [], None
    rows = inner.get("data")
    kept = (
        [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    )
    return kept, _count(inner.get("total"))


def _rows(page: Page) -> Iterator[Anchor]:
    for row in _answer(page.json)[0]:
        if url := canonical(str(row.get("infourl") or ""), page.url):
            title = str(row.get("realtitle") or row.get("title") or "")
            yield Anchor(url, title, dated=find_date(str(row.get("infodate") or "")))


def _count(value: Any) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdecimal() else None
