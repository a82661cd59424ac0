"""Page numbers that are no links: drop-down lists, and scripts that count. Pure.

Only what the page itself says is used. A script must name both the number of pages and
how an address is put together; where one of them is missing nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawler.cms.page import Page
from crawler.urls import canonical

MAX_PAGES = 200
#: ``totalPage = 3``, ``pageCount: "3"``, ``pages: 3``.
TOTAL = re.compile(
    r"\b(?:total_?pages?|page_?(?:count|total)|pages|count_?page|pageNum)\b"
    r"[\"']?\s*[:=]\s*[\"']?(\d{1,4})\b(?!\s*[*/%+-])",
    re.I,
)
#: ``"index_" + n + ".html"``, ``'?page=' + (n - 1)``; comparisons are not of interest.
ADDRESS = re.compile(
    r"[\"'](?P<head>[^\"'<>\s]*?(?:[_-]|[?&][A-Za-z]\w*=))[\"']\s*\+\s*"
    r"(?P<number>\(?\s*[A-Za-z_][\w.]*\s*(?P<minus>-\s*1)?\s*\)?)"
    r"(?:\s*\+\s*[\"'](?P<tail>\.\w{2,5})[\"'])?"
)
#: What links and buttons call to turn to a page: ``javascript:goPage(3)``.
CALL = re.compile(
    r"\b(\w*page\w*|\w*goto\w*|turn\w*)\(\s*[\"']?(\d{1,3})[\"']?\s*\)", re.I
)
PAGE_PARAM = re.compile(r"(?:page\w*|p|currentpage|pn|pageindex)$", re.I)


def from_selects(page: Page) -> Iterator[str]:
    """Addresses that a drop-down list of page numbers leads to.

    The list must lead somewhere by script, and its values must be addresses.
    """
    for select in page.tree.iter("select"):
        if not select.get("onchange"):
            continue
        for option in select.iter("option"):
            value = (option.get("value") or "").strip()
            if not value or value.isdigit() or value.startswith(("#", "javascript")):
                continue
            if url := canonical(value, page.base):
                yield url


def from_scripts(page: Page) -> Iterator[str]:
    """Addresses that the page's script counts, pages after the first.

    How many there are is said by the script, or by the links that call it.
    """
    for script in page.tree.iter("script"):
        text = script.text or ""
        address = ADDRESS.search(text)
        total = _total(page, text) if address else None
        if total is None or address is None:
            continue
        first = 1 if address["minus"] else 2
        last = total - (1 if address["minus"] else 0)
        for number in range(first, min(last, MAX_PAGES) + 1):
            if url := _address(page, address, number):
                yield url
        return


def _total(page: Page, script: str) -> int | None:
    """The number of pages by the script, else by what the links and buttons call."""
    if said := TOTAL.search(script):
        return int(said[1])
    calls = (
        (call[1], int(call[2]))
        for element in page.tree.iter("a", "button", "input", "li", "span", "option")
        for name in ("href", "onclick")
        for call in CALL.finditer(element.get(name) or "")
    )
    numbers = [number for name, number in calls if f"{name}(" in script]
    return max(numbers, default=None)


def _address(page: Page, found: re.Match[str], number: int) -> str | None:
    head, tail = found["head"], found["tail"] or ""
    if "=" not in head:
        return canonical(f"{head}{number}{tail}", page.base) if tail else None
    query = head.partition("?")[2]
    name = query.rpartition("&")[2].removesuffix("=") or head.strip("&=")
    if not PAGE_PARAM.match(name):
        return None
    if "?" in head:
        return canonical(f"{head}{number}", page.base)
    parts = urlsplit(page.url)
    kept = [(k, v) for k, v in parse_qsl(parts.query) if k != name]
    query = urlencode([*kept, (name, str(number))])
    return canonical(urlunsplit(parts._replace(query=query)))
