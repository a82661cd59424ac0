"""Soft 404: status 200, and a page that says there is none. Pure.

The wording is data (``missing.yml``). It counts in the title, or where a page hardly
says anything else: a report may well mention that a page was not found.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from html import unescape
from importlib.resources import files

from archive import yamls

#: Characters, white space left out, of the longest page that is only an excuse.
MAX_TEXT = 250
#: Characters of the longest page that is looked at, scripts and frame included.
MAX_PAGE = 60_000
#: Distinct addresses of one host with the same body, from which on it is nobody's page.
MAX_SHARED = 3

TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.I | re.S)
UNSEEN = re.compile(
    r"<(script|style|head)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>", re.I | re.S
)
BLANKS = re.compile(r"\s+")


@cache
def phrases() -> tuple[str, ...]:
    """The wordings of ``missing.yml``."""
    text = files("crawler").joinpath("missing.yml").read_text("utf-8")
    return tuple(_plain(str(wording)) for wording in yamls.load(text)["phrases"])


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unescape(text)).lower()
    return BLANKS.sub("", folded)


def _in(text: str) -> str | None:
    return next((phrase for phrase in phrases() if phrase in text), None)


def says_missing(text: str | None) -> str | None:
    """The wording by which a page says that it does not exist, None without one.

    >>> says_missing("<html><body>对不起，该页面不存在！</body></html>")
    '页面不存在'
    >>> says_missing("<title>404 Not Found</title>" + "<p>推荐阅读</p>" * 200)
    '404notfound'
    >>> says_missing("<p>网站改版后部分页面不存在。</p>" + "<p>报告正文</p>" * 200)
    """
    if not text or len(text) > MAX_PAGE:
        return None
    title = TITLE.search(text)
    if title and (found := _in(_plain(title[1]))):
        return found
    if "404" not in text and not _in(text):  # most pages end here
        return None
    seen = _plain(UNSEEN.sub("", text))
    return _in(seen) if len(seen) <= MAX_TEXT else None
