"""TRS WCM: static pages, counted by a script.

A list says ``createPageHTML(3, 0, "index", "html")`` (3 pages, this is the first) or
sets ``var countPage = 3``; its further pages are ``index_1.html``, ``index_2.html``.
The script of TRS 海云 is called with the element it writes into and counts from one:
``createPageHTML('page_div',8, 1,'list','shtml',118)``, then ``list_2.shtml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.cms.base import Link
from crawler.cms.generic import GenericAdapter
from crawler.cms.page import Page
from crawler.urls import canonical

CALL = re.compile(
    r"createPageHTML\s*\(\s*(?P<element>['\"][\w-]+['\"]\s*,\s*)?(?P<pages>\d+)"
    r"\s*,\s*(?P<current>\d+)\s*,\s*['\"](?P<name>[\w-]+)['\"]"
    r"\s*,\s*['\"](?P<suffix>\w+)['\"]"
)
COUNT = re.compile(r"\bcountPage\s*=\s*(\d+)")
OWN_NUMBER = re.compile(r"_(\d+)\.\w+$")
MAX_PAGES = 500


@dataclass(frozen=True, slots=True)
class Count:
    """What the script of a list says: how many pages, and how they are named.

    ``first`` is the number that the first page would have in its name, 0 or 1; ``name``
    and ``suffix`` are None where the list's own name is meant.
    """

    pages: int
    first: int = 0
    name: str | None = None
    suffix: str | None = None


def page_count(text: str, own_number: int | None = None) -> Count | None:
    """The count that a list's script is called with, None when there is none.

    ``own_number`` is the one in the name of the page, None for the first page.

    >>> page_count('createPageHTML(3, 0, "index", "html");')
    Count(pages=3, first=0, name='index', suffix='html')
    >>> page_count("createPageHTML('page_div',8, 1,'list','shtml',118);")
    Count(pages=8, first=1, name='list', suffix='shtml')
    >>> page_count("var countPage = 2//共多少页")
    Count(pages=2, first=0, name=None, suffix=None)
    """
    if call := CALL.search(text):
        # a first page that calls itself 1 is followed by 2
        from_one = bool(call["element"]) or (
            own_number is None and call["current"] == "1"
        )
        return Count(int(call["pages"]), int(from_one), call["name"], call["suffix"])
    if count := COUNT.search(text):
        return Count(int(count[1]))
    return None


class TrsAdapter(GenericAdapter):
    """Counts pages as the script does."""

    family = "trs"

    def next_pages(self, page: Page) -> Iterable[str | Link]:
        """From the first page all others, from page n the next one."""
        own = urlsplit(page.url).path.rpartition("/")[2]
        numbered = OWN_NUMBER.search(own)
        here = int(numbered[1]) if numbered else None
        counted = page_count(page.text, here)
        if counted is None:
            yield from super().next_pages(page)
            return
        stop = min(counted.pages, MAX_PAGES) + counted.first
        numbers = range(counted.first + 1, stop)
        if here is not None:
            numbers = range(here + 1, min(stop, here + 2))
        suffix = counted.suffix or own.rpartition(".")[2] or "html"
        for number in numbers:
            name = f"{counted.name or 'index'}_{number}.{suffix}"
            url = canonical(name, page.url)
            if url and url != page.url:
                yield url
