"""Guangdong's disclosure platform gkmlpt: pages without content, lists as JSON.

Every page carries ``window._CONFIG`` with the number of the site and the tree of its
columns; ``/gkmlpt/api/all/COLUMN?page=1&sid=SITE`` gives a hundred articles of one. The
annual reports stand at ``/gkmlpt/annualreport#COLUMN``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from crawler.cms import vocabulary
from crawler.cms.base import Link
from crawler.cms.generic import GenericAdapter
from crawler.cms.page import Anchor, Page, find_date
from crawler.posting import parameters
from crawler.urls import canonical

CONFIG = re.compile(r"_CONFIG\s*=")
SID = re.compile(r"[\"']?\bSID\b[\"']?\s*:\s*[\"']?(\d+)")
TREE = re.compile(r"[\"']?\bTREE\b[\"']?\s*:\s*(?=[\[{])")
#: The column in the address of the page of annual reports; canonical forms lose it.
FRAGMENT = re.compile(r"/gkmlpt/annualreport/?#(\d+)", re.I)
API = re.compile(r"^(.*/gkmlpt)/api/all/(\d+)$")
CHINA = timezone(timedelta(hours=8))
#: Fields with the moment of publication, as text or in seconds; the first one counts.
MOMENTS = ("display_publish_time", "first_publish_time", "publish_time", "created_at",
           "create_time")  # fmt: skip
MAX_PAGES = 100


class GkmlptAdapter(GenericAdapter):
    """Finds the report column in the tree and asks for its articles."""

    family = "gkmlpt"

    def anchors(self, page: Page) -> Iterable[Anchor]:
        """The articles of an answer; else the report columns, then the links."""
        if page.json is not None:
            yield from _articles(page)
            return
        for number, name in _report_columns(page):
            if url := _address(page, number):
                yield Anchor(url, name)
        yield from page.anchors

    def endpoints(self, page: Page) -> Iterable[str | Link]:
        """The lists that the page of annual reports shows."""
        if page.json is None:
            for number, _ in _report_columns(page):
                if url := _address(page, number):
                    yield url

    def next_pages(self, page: Page) -> Iterable[str | Link]:
        """From the first answer of a column all further ones."""
        data, given = page.json, dict(parameters(page.url))
        if data is None:
            if not CONFIG.search(page.text):
                yield from super().next_pages(page)
            return
        size = len(_rows(data))
        total = _number(data.get("total")) if isinstance(data, dict) else None
        if given.get("page", "1") != "1" or not size or not total:
            return
        for count in range(2, min(-(-total // size), MAX_PAGES) + 1):
            query = urlencode({**given, "page": count})
            yield urlunsplit(urlsplit(page.url)._replace(query=query))


def _address(page: Page, number: str) -> str | None:
    """The first answer for a column of the site whose page this is."""
    parts, site = urlsplit(page.url), SID.search(page.text)
    above, found, _ = parts.path.partition("/gkmlpt/")
    if not site or not found:
        return None
    path = f"{above}/gkmlpt/api/all/{number}"
    query = urlencode({"page": 1, "sid": site[1]})
    return urlunsplit(parts._replace(path=path, query=query))


def _report_columns(page: Page) -> Iterator[tuple[str, str]]:
    """(number, name) of the report columns of the tree, those below them too."""
    words, found = vocabulary.load(), dict[str, str]()
    if not CONFIG.search(page.text):
        return

    def walk(node: Any, inside: bool) -> None:
        if isinstance(node, list):
            for one in node:
                walk(one, inside)
        elif isinstance(node, dict):
            name, number = str(node.get("name") or ""), str(node.get("id") or "")
            text = vocabulary.plain(name)
            inside = inside or words.is_column(text, "", inside=True)
            if inside and number.isdecimal():
                # a part bears the name of the whole, which says what it is
                found.setdefault(number, "政府信息公开年报")
            for below in node.values():
                if isinstance(below, list | dict):
                    walk(below, inside)

    walk(_tree(page.text), False)
    for number in FRAGMENT.findall(page.text):
        found.setdefault(number, "政府信息公开年报")
    yield from found.items()


def _tree(text: str) -> Any:
    """The tree of columns in the script of a page, None where it cannot be read."""
    if start := TREE.search(text):
        try:
            return json.JSONDecoder(strict=False).raw_decode(text, start.end())[0]
        except (ValueError, RecursionError):
            return None
    return None


def _rows(data: Any) -> list[dict[str, Any]]:
    rows = data.get("articles") if isinstance(data, dict) else None
    return [row for row in rows or () if isinstance(row, dict)]


def _articles(page: Page) -> Iterator[Anchor]:
    for row in _rows(page.json):
        addresses = [
            canonical(str(row.get(k) or ""), page.url) for k in ("url", "post_url")
        ]
        named = [url for url in addresses if url and url != page.url]
        own = next((url for url in named if page.owns(url)), None)
        if url := own or next(iter(named), None):
            yield Anchor(url, str(row.get("title") or ""), dated=_date(row))


def _date(row: dict[str, Any]) -> str | None:
    """The day of publication in China."""
    for name in MOMENTS:
        value = row.get(name)
        seconds = _number(value)
        if seconds and seconds > 10**8:
            return datetime.fromtimestamp(seconds, CHINA).date().isoformat()
        if isinstance(value, str) and (day := find_date(value)):
            return day
    return None


def _number(value: Any) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdecimal() else None
