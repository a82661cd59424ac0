"""A page as discovery sees it: its links with their text and date, and its meta tags.

Pure: text and URL in, no I/O.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from crawler.cms.vocabulary import plain
from crawler.urls import canonical, host_of
from pipelines.extract.viewers import scripted, viewed

DATE = re.compile(r"(20\d\d)\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})")
#: A callback around JSON, as ``<script src>`` wants it.
JSONP = re.compile(r"\s*(?:/\*\*/)?\s*[\w$.]+\s*\((.*)\)\s*;?\s*", re.S)
#: How far up from a link its list item is looked for.
ITEM_DEPTH = 4
MAX_ITEM_TEXT = 400
#: The words before a trail, or the signs between its links.
TRAIL = re.compile(r"位置|(?:首页|主页)\s*[>›»→/\\|-]")
MAX_TRAIL_TEXT = 150
#: How far up from a link the menu it stands in is looked for.
MENU_DEPTH = 3
MAX_MENU = 300


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link as printed: canonical URL and text.

    ``element`` is where it stands in a page, ``dated`` the date (ISO) that an answer
    which is no page gives with it.
    """

    url: str
    text: str
    element: Any = None
    dated: str | None = None

    @property
    def date(self) -> str | None:
        """The date printed beside it."""
        return self.dated if self.element is None else _item_date(self.element)

    @property
    def plain(self) -> str:
        """The text as it is compared with the vocabulary."""
        return plain(self.text)

    @property
    def shows_file(self) -> bool:
        """Whether it is a frame that is said to show a PDF."""
        kind = "" if self.element is None else (self.element.get("type") or "")
        return kind.strip().lower() == "application/pdf"

    @property
    def in_trail(self) -> bool:
        """Whether it stands in the line that says where the page lies."""
        around = self.element
        for _ in range(MENU_DEPTH if around is not None else 0):
            around = around.getparent()
            if around is None:
                return False
            text = _text_up_to(around, MAX_TRAIL_TEXT)
            if text is None:
                return False
            if TRAIL.search(text):
                return True
        return False

    @property
    def neighbours(self) -> tuple[str, ...]:
        """Texts of the links in the menu or list it stands in, its own included."""
        around = self.element
        for _ in range(MENU_DEPTH if around is not None else 0):
            around = around.getparent()
            if around is None:
                return ()
            links = _links_in(around, MAX_MENU + 1)
            if len(links) > MAX_MENU:
                return ()
            if len(links) > 1:
                return tuple(plain(_label(link)) for link in links)
        return ()


def find_date(text: str) -> str | None:
    """The only date in a text as ISO, None when there is none or more than one.

    >>> find_date("发布时间：2024年1月18日")
    '2024-01-18'
    >>> find_date("2024-01-18 至 2024-02-01") is None
    True
    """
    found = {tuple(map(int, parts)) for parts in DATE.findall(text)}
    if len(found) != 1:
        return None
    year, month, day = found.pop()
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return f"{year}-{month:02}-{day:02}"


def parse(text: str) -> Any:
    """An lxml tree of a page or fragment; broken markup is repaired, never refused."""
    parser = lxml_html.HTMLParser(encoding="utf-8")
    try:
        return lxml_html.document_fromstring(
            text.encode("utf-8", "replace"), parser=parser
        )
    except etree.ParserError:  # nothing in it
        return lxml_html.document_fromstring("<html></html>")


def _text_of(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def _text_up_to(element: Any, most: int) -> str | None:
    """The text of an element, None when it is longer: no element is read whole."""
    text = ""
    for part in element.itertext():
        text += part
        if len(text) > 4 * most:  # white space is not counted
            return None
    text = " ".join(text.split())
    return text if len(text) <= most else None


def _links_in(element: Any, most: int) -> list[Any]:
    """The first links in an element."""
    return list(islice(element.iterfind(".//a[@href]"), most))


def _label(element: Any) -> str:
    """The link text, or the title attribute where the text is empty or cut short."""
    text = _text_of(element)
    title = " ".join((element.get("title") or "").split())
    cut = text.endswith(("…", "..."))
    return title if title and (not text or cut) else text


def _item_date(element: Any) -> str | None:
    """The date in the list item around a link: in the nearest element that has one,
    as long as that element holds no other link."""
    own = _text_of(element)
    around = element
    for _ in range(ITEM_DEPTH):
        around = around.getparent()
        if around is None or len(_links_in(around, 2)) > 1:
            return None
        text = _text_of(around)
        if len(text) > MAX_ITEM_TEXT:
            return None
        if date := find_date(text.replace(own, " ", 1)):
            return date
    return None


def parse_json(text: str) -> Any:
    """JSON, with or without a callback around it; None when it is neither.

    >>> parse_json(" [1, 2] "), parse_json("call([1])"), parse_json("<p>{}</p>")
    ([1, 2], [1], None)
    """
    found = JSONP.fullmatch(text)
    text = found[1] if found else text
    if not text.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        return None
    try:
        return json.loads(text.lstrip("\ufeff \t\r\n"), strict=False)
    except (ValueError, RecursionError):
        return None


#: Attributes that name what a link leads to or a frame shows.
NAMING = ("href", "src", "data")
#: What looks like an address in the script of a link: ``window.open('/nb/1.html')``,
#: ``location.href="1.html"``, ``openUrl('…')``.
OPENING = re.compile(
    r"(?:\w\s*\(|location\.href\s*=|location\.(?:replace|assign)\s*\()\s*"
    r"(?P<q>[\"'])(?P<url>(?:https?://|\.{0,2}/|\?)[^\"'<>\s]+"
    r"|[^\"'<>\s:?]+\.(?:s?html?|jspx?|do|aspx?|php|pdf|docx?|xlsx?|wps|ofd)"
    r"(?:\?[^\"'<>\s]*)?)(?P=q)\s*(?![+\w\"'])",
    re.I,
)
ABSOLUTE = re.compile(r"https?://[^/]", re.I)
FROM_ROOT = re.compile(r"/[^/\\]")


def opened(script: str) -> str:
    """The address that the script of a link leads to, empty without one.

    >>> opened("javascript:window.open('/nb/1.html','_blank')"), opened("goPage('2')")
    ('/nb/1.html', '')
    >>> opened("location.href='?page='+n"), opened("return show('1.html')")
    ('', '1.html')
    """
    found = OPENING.search(script)
    return found["url"] if found else ""


def anchors_of(tree: Any, base: str) -> Iterator[Anchor]:
    """The links and frames of a tree in document order, http(s) only.

    What a frame shows through a viewer is a link to the file itself.
    """
    origin = "/".join(base.split("/", 3)[:3]) + "/"
    for element in tree.iter("a", "area", "iframe", "embed", "object"):
        href = next((h for name in NAMING if (h := element.get(name))), "").strip()
        if not href or href.startswith("#") or href[:11].lower() == "javascript:":
            href = opened(f"{href} {element.get('onclick') or ''}")
        if not href:
            continue
        href = viewed(href, base) or href
        # What a link is relative to is left out where it has no part in the result.
        if ABSOLUTE.match(href):
            url = canonical(href)
        else:
            url = canonical(href, origin if FROM_ROOT.match(href) else base)
        if url:
            yield Anchor(url, _label(element), element)


@dataclass(frozen=True)
class Page:
    """A fetched page. ``hosts`` are those its portal may lead to.

    ``text`` may also be the answer of an endpoint (XML, JSON, JSONP); ``post`` is then
    the body that asked for it, None for a GET.
    """

    text: str
    url: str
    role: str  # home | column | list | report
    hosts: frozenset[str] = field(default_factory=frozenset)
    post: str | None = None

    @cached_property
    def tree(self) -> Any:
        """The parsed page."""
        return parse(self.text)

    @cached_property
    def base(self) -> str:
        """What relative links are relative to."""
        found = self.tree.find(".//base[@href]")
        named = canonical(found.get("href"), self.url) if found is not None else None
        return named or self.url

    @cached_property
    def meta(self) -> dict[str, str]:
        """Contents of the meta tags by lower-case name; the first of a name counts."""
        found: dict[str, str] = {}
        for element in self.tree.iter("meta"):
            name = (element.get("name") or "").strip().lower()
            if name:
                found.setdefault(name, (element.get("content") or "").strip())
        return found

    @cached_property
    def anchors(self) -> tuple[Anchor, ...]:
        """The links of the page; data have none before an adapter reads them."""
        if self.json is not None:
            return ()
        shown = (canonical(url, self.base) for url in scripted(self.text))
        framed = (Anchor(url, "") for url in shown if url)
        return (*anchors_of(self.tree, self.base), *framed)

    @cached_property
    def json(self) -> Any:
        """The data of a JSON or JSONP answer, None for any other page.

        >>> Page('jQuery_1({"total": 31});', "http://a.cn/m.do", "list").json
        {'total': 31}
        """
        return parse_json(self.text)

    @property
    def is_article(self) -> bool:
        """Whether the meta tags of 国办发〔2017〕47号 say that this is an article."""
        return any(self.meta.get(name) for name in ("articletitle", "pubdate"))

    def owns(self, url: str) -> bool:
        """Whether a URL is on a host of this portal."""
        return not self.hosts or host_of(url) in self.hosts
