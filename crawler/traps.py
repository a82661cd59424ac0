"""Guards against sites that grow while they are walked: calendars, facets, sessions.

A portal's pages of navigation fan out from few pages; a trap makes new addresses on
every page that is fetched. So what is limited is growth, not number: pages of one list,
queries of one path, and lists in a row that name nothing new. A link that promises a
report is a leaf and is limited only where reports lead to reports. What a page asks an
endpoint for is no query of the endpoint's path: a page that is let in names one list
there, so pages are counted list by list.
"""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import parse_qsl, urlsplit

from archive.frontier import Found, FrontierRow
from crawler.posting import is_post, list_key
from crawler.urls import folder

#: Pages of one list: 15 to 20 titles each, so this is more than any portal has.
MAX_PAGES = 150
#: Queries of one path that were found on that path itself.
MAX_QUERIES = 100
#: Pages that each named new queries of one other path.
MAX_NAMERS = 100
#: The same where the values look like tokens that are made for every reader.
MAX_TOKEN_NAMERS = 20
#: Lists in a row without a new report: kinds, organs, years, and one to spare.
MAX_BARREN = 4
#: Reports found on reports of the same kind of address.
MAX_SIBLINGS = 100

NUMBER = re.compile(r"\d+")
TOKEN = re.compile(r"(?=.*\d)(?=.*[a-z])[\w-]{8,}$", re.I)


class Growth:
    """What is known of how one source grew; ``admit`` counts what it lets in."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._namers: dict[str, set[str]] = {}

    def admit(self, found: Found, row: FrontierRow, *, productive: bool) -> bool:
        """Whether a new link on the page ``row`` is to be followed.

        ``productive``: the page named reports that were not known.
        """
        if found.role == "attachment":
            return True
        if found.role == "report":
            key = f"report {_shape(found.url)}"
            sibling = row.role == "report" and key == f"report {_shape(row.url)}"
            return not sibling or self._below(key, MAX_SIBLINGS)
        if is_post(found.url) or (found.pager and _is_endpoint(found.url, row.url)):
            return self._below(f"pages {list_key(found.url)}", MAX_PAGES)
        if found.pager and not self._below(_pager_key(found.url, row.url), MAX_PAGES):
            return False
        if not found.pager and found.barren > MAX_BARREN:
            return False
        if not urlsplit(found.url).query or (found.pager and productive):
            return True
        path = found.url.partition("?")[0]
        if path == row.url.partition("?")[0]:
            return self._below(f"query {path}", MAX_QUERIES)
        return self._named(path, found.url, row.url)

    def _below(self, key: str, limit: int) -> bool:
        self._counts[key] += 1
        return self._counts[key] <= limit

    def _named(self, path: str, url: str, via: str) -> bool:
        """Whether few enough pages named queries of a path; one counts once."""
        values = (value for _, value in parse_qsl(urlsplit(url).query))
        token = any(TOKEN.match(value) for value in values)
        namers = self._namers.setdefault(f"{path} {token}", set())
        namers.add(via)
        return len(namers) <= (MAX_TOKEN_NAMERS if token else MAX_NAMERS)


def _is_endpoint(url: str, via: str) -> bool:
    """Whether a page of a list comes from elsewhere than the list's own folder.

    >>> _is_endpoint("http://a.cn/api/list.do?id=7", "http://a.cn/zwgk/nb.html")
    True
    >>> _is_endpoint("http://a.cn/nb/list.jsp?page=2", "http://a.cn/nb/list.jsp")
    False
    """
    return bool(urlsplit(url).query) and folder(url) != folder(via)


def _shape(url: str) -> str:
    """An address without its numbers and without the values of its query.

    >>> _shape("http://a.cn/art/2024/1/18/art_1_31.html?v=1")
    'http://a.cn/art/N/N/N/art_N_N.html?'
    """
    path, mark, _ = url.partition("?")
    return NUMBER.sub("N", path) + mark


def _pager_key(url: str, via: str) -> str:
    """What the pages of one list have in common, whatever numbers them.

    >>> _pager_key("http://a.cn/nb/index_2.html", "http://a.cn/nb/index_1.html")
    'pages http://a.cn/nb/index_N.html'
    >>> _pager_key("http://a.cn/l?col=7&page=3", "http://a.cn/l?col=7&page=2")
    'pages http://a.cn/l?col=7'
    """
    parts = urlsplit(url)
    name = NUMBER.sub("N", parts.path.rpartition("/")[2])
    before = set(parse_qsl(urlsplit(via).query))
    same = [f"{k}={v}" for k, v in parse_qsl(parts.query) if (k, v) in before]
    query = f"?{'&'.join(same)}" if same else ""
    return f"pages {folder(url)}{name}{query}"
