"""What all systems have in common: which links of a page are followed, and as what.

An adapter is a page object: it takes a page and returns links, and does no I/O. The
vendors differ in where a page keeps its list and how it turns the page; what the links
mean is the same everywhere and decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from crawler.cms import vocabulary
from crawler.cms.page import Anchor, Page
from crawler.urls import is_below, is_folder

#: So many organs make a menu of organs.
FEWEST_ORGANS = 3
#: What a body is when a form, or jQuery's ``$.post``, sends it.
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Link:
    """A link to follow. ``role`` is that of the frontier.

    ``post`` is the body of an endpoint that takes POST, ``content_type`` what that
    body is; the page's own script sends the same.
    """

    url: str
    role: str  # column | list | report | attachment
    text: str = ""
    date: str | None = None
    post: str | None = None
    content_type: str = FORM


@dataclass(frozen=True, slots=True)
class PageLinks:
    """The links of one page by what they promise, each URL once.

    ``foreign`` counts links that would be followed if they were on the portal's hosts.
    ``is_document``: the page is to be read itself, in whatever role it was fetched.
    """

    columns: tuple[Link, ...] = ()
    lists: tuple[Link, ...] = ()
    reports: tuple[Link, ...] = ()
    next_pages: tuple[Link, ...] = ()
    attachments: tuple[Link, ...] = ()
    foreign: int = 0
    is_document: bool = False


class Adapter:
    """Base of the adapters; as it stands, the rules that hold for any static site."""

    family = "generic"

    def anchors(self, page: Page) -> Iterable[Anchor]:
        """All links of the page, those hidden in scripts included."""
        return page.anchors

    def next_pages(self, page: Page) -> Iterable[str | Link]:
        """Further pages of the same list; endpoints as links with their body."""
        return ()

    def endpoints(self, page: Page) -> Iterable[str | Link]:
        """What the page's own script asks for the list the page shows.

        Followed from a list: a further page of it, as it were.
        """
        return ()

    def read(self, page: Page) -> PageLinks:
        """The links to follow from a page, given the role it was fetched in."""
        anchors = [a for a in self.anchors(page) if a.url != page.url]
        role = effective_role(page, anchors)
        classify = CLASSIFIERS[role]
        found: dict[tuple[str, str | None], Link] = {}
        if role in ("list", "both"):
            for further in (*self.endpoints(page), *self.next_pages(page)):
                link = further if isinstance(further, Link) else Link(further, "next")
                found.setdefault((link.url, link.post), replace(link, role="next"))
        for anchor in anchors:
            key = (anchor.url, None)
            if key not in found and (kind := classify(page, anchor)):
                found[key] = Link(anchor.url, kind, anchor.text, anchor.date)
        return _sorted(page, found.values())


def effective_role(page: Page, anchors: Iterable[Anchor] = ()) -> str:
    """The role of a page by its own word.

    What was linked as a column or a report can turn out to be the report column; a page
    that was linked as a report is then read as both.
    """
    if page.role not in ("column", "report") or page.is_article:
        return page.role
    if page.role == "column":
        return "list" if _says_report_column(page) else "column"
    words = vocabulary.load()
    listed = sum(words.is_title(a.plain) and not is_folder(a.url) for a in anchors)
    return "both" if listed > 1 or _says_report_column(page) else "report"


@lru_cache(maxsize=2)  # asked for every link of a page
def is_report_column(page: Page) -> bool:
    """Whether a list page is part of the report column, not of a neighbour."""
    return (
        vocabulary.load().is_column_path(page.url)
        or _says_report_column(page)
        or _lies_in_report_column(page)
    )


def _lies_in_report_column(page: Page) -> bool:
    """Whether the page's own trail (您现在的位置) leads through the report column."""
    words = vocabulary.load()
    return any(
        words.is_column(anchor.plain, anchor.url, inside=True) and anchor.in_trail
        for anchor in page.anchors
    )


def _says_report_column(page: Page) -> bool:
    names = (page.meta.get(name, "") for name in ("columntype", "columnname"))
    return any(map(vocabulary.load().names_column, names))


def _from_outside(page: Page, anchor: Anchor) -> str | None:
    """From the home page and the columns of the platform: only the way in."""
    words, text = vocabulary.load(), anchor.plain
    inside = page.role == "column"
    if words.is_attachment(anchor.url):
        return None
    if words.is_column(text, anchor.url, inside=inside):
        return "list"
    if words.is_title(text) and not is_folder(anchor.url):
        return "report" if inside else None
    if words.is_column_folder(anchor.url) and "公开" in text:
        return "list"
    organ = inside and _among_organs(anchor)
    return "column" if organ or words.leads_in(text, anchor.url) else None


def _from_column(page: Page, anchor: Anchor) -> str | None:
    """From the report column: its parts, and every item that may be a report."""
    words, text = vocabulary.load(), anchor.plain
    if words.is_attachment(anchor.url):
        return "report" if words.says_report(text) else None
    if not is_folder(anchor.url):
        dated_year = words.is_year(text) and is_report_column(page)
        return "report" if words.says_report(text) or dated_year else None
    if words.is_column(text, anchor.url, inside=False) or words.is_title(text):
        return "list"
    if not is_report_column(page):
        return None
    part = is_below(anchor.url, page.url) or words.is_year(text)
    kind = words.is_kind(text) and ("年" in text or among_parts(anchor))
    return "list" if part or kind or _among_organs(anchor) else None


def among_parts(anchor: Anchor) -> bool:
    """Whether a link stands in a menu of parts: kinds of organs and years, no more.

    A menu that leads elsewhere too is the platform's, and its 部门 are the departments
    themselves.
    """
    words = vocabulary.load()
    menu = list(anchor.neighbours)
    return len(menu) > 1 and all(
        (words.is_kind(text) or words.is_year(text)) and not words.leads_in(text, "")
        for text in menu
    )


def _among_organs(anchor: Anchor) -> bool:
    """Whether a link is to an organ, in a menu of organs."""
    words = vocabulary.load()
    if not words.is_organ(anchor.plain):
        return False
    menu = anchor.neighbours
    return len(menu) >= FEWEST_ORGANS and all(map(words.is_organ, menu))


def _from_report(page: Page, anchor: Anchor) -> str | None:
    """From a report: the files attached to it."""
    return "attachment" if _is_file(anchor) else None


def _is_file(anchor: Anchor) -> bool:
    """Whether a link is to a file, by its address, or by what it and its text say."""
    words = vocabulary.load()
    program = "?" in anchor.url or not is_folder(anchor.url)
    named = program and words.names_file(anchor.text)
    return named or words.is_attachment(anchor.url) or anchor.shows_file


def _from_both(page: Page, anchor: Anchor) -> str | None:
    """From a page that was linked as a report and lists several."""
    if _is_file(anchor):
        return "attachment"
    return _from_column(page, anchor)


CLASSIFIERS: dict[str, Callable[[Page, Anchor], str | None]] = {
    "home": _from_outside,
    "column": _from_outside,
    "list": _from_column,
    "report": _from_report,
    "both": _from_both,
}


def _sorted(page: Page, links: Iterable[Link]) -> PageLinks:
    by_kind: dict[str, list[Link]] = {}
    foreign = 0
    for link in links:
        if page.owns(link.url):
            by_kind.setdefault(link.role, []).append(link)
        else:
            foreign += 1
    return PageLinks(
        columns=tuple(by_kind.get("column", ())),
        lists=tuple(by_kind.get("list", ())),
        reports=tuple(by_kind.get("report", ())),
        next_pages=tuple(replace(n, role="list") for n in by_kind.get("next", ())),
        attachments=tuple(by_kind.get("attachment", ())),
        foreign=foreign,
    )
