"""TRS WCM: static pages, counted by a script.

A list says ``createPageHTML(3, 0, "index", "html")`` (3 pages, this is the first) or
sets ``var countPage = 3``; its further pages are ``index_1.html``, ``index_2.html``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from crawler.cms.generic import GenericAdapter
from crawler.cms.page import Page
from crawler.urls import canonical

CALL = re.compile(
    r"createPageHTML\s*\(\s*(?:['\"][\w-]+['\"]\s*,\s*)?(\d+)\s*,\s*(\d+)\s*,"
    r"\s*['\"]([\w-]+)['\"]\s*,\s*['\"](\w+)['\"]"
)
COUNT = re.compile(r"\bcountPage\s*=\s*(\d+)")
OWN_NUMBER = re.compile(r"_(\d+)\.\w+$")
MAX_PAGES = 500


def page_count(text: str) -> tuple[int, str, str] | None:
    """(number of pages, name, suffix) as the script of a list says.

    >>> page_count('createPageHTML(3, 0, "index", "html");')
    (3, 'index', 'html')
    >>> page_count("var countPage = 2//共多少页")
    (2, 'index', 'html')
    """
    if call := CALL.search(text):
        return int(call[1]), call[3], call[4]
    if count := COUNT.search(text):
        return int(count[1]), "index", "html"
    return None


class TrsAdapter(GenericAdapter):
    """Counts pages as the script does."""

    family = "trs"

    def next_pages(self, page: Page) -> Iterable[str]:
        """From the first page all others, from page n the next one."""
        counted = page_count(page.text)
        if counted is None:
            yield from super().next_pages(page)
            return
        total, name, suffix = counted
        own = urlsplit(page.url).path.rpartition("/")[2]
        if "." in own and CALL.search(page.text) is None:
            suffix = own.rpartition(".")[2]
        here = OWN_NUMBER.search(own)
        first = int(here[1]) + 1 if here else 1
        last = min(total, MAX_PAGES) if first == 1 else min(total, first + 1)
        for number in range(first, last):
            url = canonical(f"{name}_{number}.{suffix}", page.url)
            if url and url != page.url:
                yield url
