"""Any static site: the next page is the link that says so.

Numbered links beside it (``?page=3``, ``index_3.html``) are taken too, when their
address differs from the page's own only in numbers; so are the addresses in a drop-down
list of pages and those that a script counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlsplit

from crawler.cms import pagers, vocabulary
from crawler.cms.base import Adapter, Link
from crawler.cms.page import Page
from crawler.urls import folder

#: What a numbered page link reads; four digits are a year.
PAGE_LABEL = re.compile(r"\d{1,3}")
#: ``index.html`` is page one of ``index_2.html``, ``list.shtml`` of ``list_2.shtml``.
PAGE_NUMBER = re.compile(r"[_-]?\d+(?=\.\w+$|$)")
PAGE_QUERY = re.compile(r"(?:^|&)(?:(?:\w*page\w*|pn|p)=)?\d+(?=&|$)", re.I)
FIRST_PAGE = re.compile(r"/(?:index|default)\.\w+$", re.I)


def skeleton(url: str) -> str:
    """A URL without what numbers its pages.

    >>> skeleton("http://a.cn/nb/index_2.html") == skeleton("http://a.cn/nb/index.html")
    True
    >>> skeleton("http://a.cn/nb/?page=2") == skeleton("http://a.cn/nb/")
    True
    >>> skeleton("http://a.cn/nb/l.do?c=9&pageNo=2") == skeleton("http://a.cn/nb/l.do?c=9")
    True
    >>> skeleton("http://a.cn/nb/l.do?c=9") == skeleton("http://a.cn/nb/l.do?c=8")
    False
    """
    path, _, query = url.partition("?")
    path = FIRST_PAGE.sub("/", PAGE_NUMBER.sub("", path))
    query = PAGE_QUERY.sub("", query).lstrip("&")
    return f"{path}?{query}" if query else path


def is_turned(url: str, own: str, label: str) -> bool:
    """Whether an address is that of a page with one parameter set to a number.

    >>> is_turned("http://a.cn/l?c=9&i=2", "http://a.cn/l?c=9", "2")
    True
    >>> is_turned("http://a.cn/l?c=2", "http://a.cn/l?c=9&i=1", "2")
    False
    """
    there, here = urlsplit(url), urlsplit(own)
    if there.path != here.path:
        return False
    theirs, mine = dict(parse_qsl(there.query)), dict(parse_qsl(here.query))
    new = {name for name, value in theirs.items() if mine.get(name) != value}
    return (
        len(new) == 1
        and mine.keys() <= theirs.keys()
        and theirs[new.pop()] in (label, str(int(label) - 1))
    )


class GenericAdapter(Adapter):
    """Follows 下一页, page numbers, drop-down lists and counting scripts."""

    def next_pages(self, page: Page) -> Iterable[str | Link]:
        """Addresses of further pages, as far as this one names them."""
        words = vocabulary.load()
        own, first = skeleton(page.url), FIRST_PAGE.sub("/", page.url)
        for anchor in page.anchors:
            near = folder(anchor.url) == folder(page.url)
            if not near or FIRST_PAGE.sub("/", anchor.url) == first:
                continue
            # page one is where the list was entered, maybe under its folder's name
            label = PAGE_LABEL.fullmatch(anchor.plain) and anchor.plain != "1"
            if words.is_next(anchor.plain) or (
                label
                and (
                    skeleton(anchor.url) == own
                    or is_turned(anchor.url, page.url, anchor.plain)
                )
            ):
                yield anchor.url
        for url in (*pagers.from_selects(page), *pagers.from_scripts(page)):
            if skeleton(url) == own and FIRST_PAGE.sub("/", url) != first:
                yield url
