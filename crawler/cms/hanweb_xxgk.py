"""Hanweb's disclosure module: a tree of subjects, a search, pages made for each year.

A column page frames ``/module/xxgk/tree.jsp?area=…&divid=…``. The tree's nodes are
scripts, ``funclick('A0107','政府信息公开年报')``, that post the subject to
``/module/xxgk/search.jsp``; its answer is a table of links under ``共3页``. A column
page may also load a subject itself: ``loadDynamic('/module/xxgk/search.jsp?infotypeId=
…', 'div4', …)``. Reports that belong to no article are made by ``/module/xxgk/
xxgkAnnualReport.jsp?area=<organ>&fbtime=<year>``; the page offers its years itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawler.cms import vocabulary
from crawler.cms.base import Link, PageLinks
from crawler.cms.hanweb import HanwebAdapter
from crawler.cms.page import Anchor, Page
from crawler.cms.vocabulary import plain
from crawler.urls import canonical

TREE, SEARCH = "/module/xxgk/tree.jsp", "/module/xxgk/search.jsp"
REPORT = "/module/xxgk/xxgkannualreport.jsp"
TREE_ADDRESS = re.compile(r"[\"']([^\"']*/module/xxgk/tree\.jsp\?[^\"']*)[\"']", re.I)
NODE = re.compile(
    r"funclick\(\s*\\?[\"'](?P<subject>[\w.-]+)\\?[\"'][^)]*\)[^>]{0,40}>"
    r"\s*(?P<label>[^<>]{1,40})<",
    re.I,
)
#: ``loadDynamic(address, div, subject, 0, 0, site, …)``
LOAD = re.compile(
    r"loadDynamic\(\s*([\"'][^\"']*/module/xxgk/search\.jsp[^()]*)\)", re.I
)
ARGUMENT = re.compile(r"[\"']([^\"']*)[\"']|\b(\d+)\b")
SITE = re.compile(r"\bjdid[\"']?\s*[=:]\s*[\"']?(\d+)", re.I)
PAGES = re.compile(r"共\s*(\d+)\s*页")
YEAR = re.compile(r"20[0-3]\d")
MAX_PAGES = 200


class HanwebXxgkAdapter(HanwebAdapter):
    """Reads trees, searches and the pages of the years."""

    family = "hanweb_xxgk"

    def read(self, page: Page) -> PageLinks:
        """The links of a page, with those that only its scripts name."""
        links = super().read(page)
        lists = [*links.lists, *(subjects(page) if _path(page) == TREE else ())]
        reports = [*links.reports]
        organs = [a for a in page.anchors if _is_report(a.url)]
        own = _is_report(page.url)
        for anchor in organs:
            if page.owns(anchor.url) and _organ(anchor.url) != _organ(page.url):
                lists.append(Link(anchor.url, "list", anchor.text, anchor.date))
        if own:
            reports += years(page)
        return replace(
            links,
            lists=_once(lists, ()),
            reports=_once(reports, lists),
            is_document=own,
        )

    def anchors(self, page: Page) -> Iterable[Anchor]:
        """The links of the page; a frame with the tree is called by its name."""
        yield from super().anchors(page)
        if page.role in ("home", "column") and _path(page) != TREE:
            for address in TREE_ADDRESS.findall(page.text):
                if url := canonical(address.replace("&amp;", "&"), page.base):
                    yield Anchor(url, "政府信息公开目录")

    def endpoints(self, page: Page) -> Iterable[str | Link]:
        """The subject that a column page loads by itself."""
        for call in LOAD.findall(page.text):
            given = [text or number for text, number in ARGUMENT.findall(call)]
            address, div, subject, _, _, site = (given + [""] * 6)[:6]
            if url := canonical(address.replace("&amp;", "&"), page.base):
                yield _search(url, {"divid": div, "infotypeId": subject, "jdid": site})

    def next_pages(self, page: Page) -> Iterable[str | Link]:
        """The further pages of a subject."""
        if _path(page) != SEARCH:
            yield from super().next_pages(page)
            return
        asked = dict(parse_qsl(page.post or "", keep_blank_values=True))
        counted = PAGES.search(page.text)
        if counted is None or asked.get("currpage", "1") not in ("", "1"):
            return
        for number in range(2, min(int(counted[1]), MAX_PAGES) + 1):
            body = urlencode(asked | {"currpage": str(number)})
            yield Link(page.url, "list", post=body)


def subjects(page: Page) -> Iterator[Link]:
    """The subjects of a tree that are the report column or parts of it."""
    words, asked = vocabulary.load(), dict(parse_qsl(urlsplit(page.url).query))
    address = canonical(SEARCH, page.url)
    site = SITE.search(page.text)
    for node in NODE.finditer(page.text):
        label = plain(node["label"])
        if address and words.is_column(label, address, inside=True):
            given = {
                "divid": asked.get("divid", ""),
                "infotypeId": node["subject"],
                "jdid": site[1] if site else "",
                "area": asked.get("area", ""),
            }
            yield replace(_search(address, given), text=label)


def years(page: Page) -> Iterator[Link]:
    """The report of an organ for every year that its page offers."""
    parts = urlsplit(page.url)
    asked = dict(parse_qsl(parts.query))
    offered = {
        value
        for option in page.tree.iter("option")
        if YEAR.fullmatch(value := (option.get("value") or "").strip())
    }
    offered |= {
        str(dict(parse_qsl(urlsplit(anchor.url).query)).get("fbtime", ""))
        for anchor in page.anchors
        if _is_report(anchor.url) and _organ(anchor.url) == _organ(page.url)
    }
    for year in sorted(offered - {"", asked.get("fbtime", "")}, reverse=True):
        query = urlencode(asked | {"fbtime": year})
        url = canonical(urlunsplit(parts._replace(query=query)))
        if url and url != page.url:
            yield Link(url, "report")


def _search(address: str, given: dict[str, str]) -> Link:
    """A POST of what address and page give, first page."""
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    body = urlencode(query | {k: v for k, v in given.items() if v})
    return Link(urlunsplit(parts._replace(query="")), "list", post=body)


def _path(page: Page) -> str:
    return urlsplit(page.url).path.lower()


def _is_report(url: str) -> bool:
    return urlsplit(url).path.lower() == REPORT


def _organ(url: str) -> str:
    return dict(parse_qsl(urlsplit(url).query)).get("area", "")


def _once(links: Iterable[Link], known: Iterable[Link]) -> tuple[Link, ...]:
    taken = {(link.url, link.post) for link in known}
    found: dict[tuple[str, str | None], Link] = {}
    for link in links:
        if (link.url, link.post) not in taken:
            found.setdefault((link.url, link.post), link)
    return tuple(found.values())
