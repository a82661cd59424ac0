"""Lonsun (Anhui and beyond): columns and articles by number, three modules.

Disclosure lists are ``/OpennessContent/showList/SITE/COLUMN/page_2.html``, annual
reports ``/Xxgknb/show/5403.html`` (elsewhere ``/XxgkAnnualReport/``,
``/OpennessAnnualReport/``), and the newer system has ``/content/column/7?pageIndex=2``
with ``/content/article/9`` or ``/public/content/9``. Numbers of pages stand in links or
in the settings of ``Ls.pagination``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawler.cms.base import Link
from crawler.cms.numbered import NumberedAdapter
from crawler.cms.page import Page

#: The settings of the script that draws the pager.
SCRIPT = re.compile(r"Ls\.pagination\s*\((.{0,1500}?)\}\s*\)", re.S)
COUNT = re.compile(r"\bpageCount\b[\"']?\s*:\s*[\"']?(\d+)")
#: The two ways of numbering pages: in the path and in the query.
IN_PATH = re.compile(r"/page_(\d+)(?=\.html?$)")
PARAMETER = "pageIndex"
MAX_PAGES = 500


class LonsunAdapter(NumberedAdapter):
    """Turns pages by path or by parameter, as the list does itself."""

    family = "lonsun"
    article_address = re.compile(
        r"/(?:Branch)?OpennessContent/show/\d+|/(?:public|content)/(?:content|article)/\d+"
        r"|/(?:Xxgknb|XxgkAnnualReport|OpennessAnnualReport)/show/\d+",
        re.I,
    )
    column_address = re.compile(
        r"/(?:Branch)?OpennessContent/showList/|/(?:public|content)/column/\d+"
        r"|/(?:Xxgknb|XxgkAnnualReport|OpennessAnnualReport)/(?:showList|year|index)\b",
        re.I,
    )

    def next_pages(self, page: Page) -> Iterable[str | Link]:
        """The pages after this one up to the last that the page tells of."""
        here, key = _place(page.url)
        counted = [
            int(count[1])
            for settings in SCRIPT.findall(page.text)
            if (count := COUNT.search(settings))
        ]
        for anchor in page.anchors:
            number, other = _place(anchor.url)
            if other == key:
                counted.append(number)
        last = max(counted, default=here)
        for number in range(here + 1, min(last, here + MAX_PAGES) + 1):
            yield _numbered(page.url, number)


def _place(url: str) -> tuple[int, str]:
    """The number of a page, and what all pages of its list have in common.

    >>> _place("http://a.cn/OpennessContent/showList/1/7/page_2.html")
    (2, 'http://a.cn/OpennessContent/showList/1/7.html')
    >>> _place("http://a.cn/content/column/7?liId=1&pageIndex=3")
    (3, 'http://a.cn/content/column/7?liId=1')
    """
    parts = urlsplit(url)
    if found := IN_PATH.search(parts.path):
        path = IN_PATH.sub("", parts.path)
        return int(found[1]), urlunsplit(parts._replace(path=path))
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    number = given.pop(PARAMETER, "1")
    kept = urlunsplit(parts._replace(query=urlencode(sorted(given.items()))))
    return int(number) if number.isdecimal() else 1, kept


def _numbered(url: str, number: int) -> str:
    """The page of that number of the list that ``url`` is a page of.

    >>> _numbered("http://a.cn/OpennessContent/showList/1/7/page_1.html", 2)
    'http://a.cn/OpennessContent/showList/1/7/page_2.html'
    >>> _numbered("http://a.cn/content/column/7", 2)
    'http://a.cn/content/column/7?pageIndex=2'
    """
    parts = urlsplit(url)
    if IN_PATH.search(parts.path):
        path = IN_PATH.sub(f"/page_{number}", parts.path)
        return urlunsplit(parts._replace(path=path))
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    query = urlencode(sorted({**given, PARAMETER: str(number)}.items()))
    return urlunsplit(parts._replace(query=query))
