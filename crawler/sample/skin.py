"""What the three portals have in common: addresses, links, pages from templates."""

from __future__ import annotations

import posixpath
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import partial
from importlib import resources
from typing import Any, ClassVar
from urllib.parse import urlsplit

from crawler.sample import prose
from crawler.sample.data import Page, Portal, load_portals
from crawler.sample.entries import Entry, article_entries, newest_first, report_entries
from crawler.sample.forms import grids
from crawler.sample.render import environment, picture, text_copy
from crawler.sample.site import Response, Site, response

ROBOTS = "User-agent: *\nDisallow: /admin/\n"
SESSION_ID = ";jsessionid=7C1F09A2B6E84D53"
SITE_DATE = "2024-04-01"  # when the sites were last "generated"


def relative(target: str, page: str) -> str:
    """``target`` as seen from the page at ``page``, both site paths.

    >>> relative("/nb/2023n/202401/t1.html", "/nb/2023n/")
    './202401/t1.html'
    >>> relative("/nb/", "/nb/2023n/index_1.html")
    '../'
    """
    path, mark, query = target.partition("?")
    folder = urlsplit(page).path.rpartition("/")[0] or "/"
    found = posixpath.relpath(path, folder)
    if path.endswith("/"):
        found += "/"
    return (found if found.startswith("..") else f"./{found}") + mark + query


def _beside(path: str, prefix: str) -> str:
    """The path of a file that belongs to the page at ``path``, without its suffix."""
    folder, _, name = path.rpartition("/")
    return f"{folder}/{prefix}{re.sub('[^0-9]', '', name)}"


class Skin(ABC):
    """Builds the pages of one portal in the manner of one CMS."""

    folder: ClassVar[str]
    charset: ClassVar[str] = "utf-8"
    content_type: ClassVar[str] = "text/html; charset=utf-8"
    stylesheet: ClassVar[str]

    def __init__(self, portal: Portal, bases: Mapping[str, str]) -> None:
        self.portal = portal
        self.base = bases[portal.id]
        self.bases = bases
        self.reports = report_entries(portal)
        self.entries = newest_first(self.reports + article_entries(portal.decoys))
        self.news = {
            column: newest_first(article_entries(column.items, column.slug))
            for column in portal.news_columns
        }
        self.site = Site(portal.id, self.base, Response(404, (), b""))

    @abstractmethod
    def address(self, entry: Entry, column: str) -> str:
        """The site path of ``entry`` as a member of ``column``."""

    @abstractmethod
    def page_path(self, page: Page) -> str:
        """The site path of a page of the disclosure platform."""

    @abstractmethod
    def pages(self) -> None:
        """Add every page of the portal except what all portals have."""

    def link(self, path: str, page: str) -> str:
        """How the page at ``page`` writes a link to ``path``."""
        return relative(path, page)

    def entry_link(self, entry: Entry, column: str, page: str) -> str:
        """How a list writes the link to one of its entries."""
        path = self.address(entry, column)
        style = entry.report.link if entry.report else "plain"
        if style == "absolute":
            return self.base + path
        return self.link(path, page) + (SESSION_ID if style == "session" else "")

    def column_entries(self, column: str) -> list[Entry]:
        """The reports and decoys listed in one column, newest first."""
        return [entry for entry in self.entries if column in entry.columns]

    def add(
        self, path: str, body: bytes, content_type: str, modified: str = SITE_DATE
    ) -> None:
        """Answer ``path`` with these bytes; an address is given only once."""
        if path in self.site.pages:
            raise ValueError(f"{self.portal.id}: two pages at {path}")
        self.site.pages[path] = response(body, content_type, modified)

    def render(self, template: str, page: str, **context: Any) -> bytes:
        """A template of this skin, encoded, with links as seen from ``page``."""
        url: Callable[[str], str] = partial(self.link, page=page)
        text = (
            environment()
            .get_template(f"{self.folder}/{template}")
            .render(
                portal=self.portal,
                base=self.base,
                bases=self.bases,
                names={portal.id: portal.name for portal in load_portals()},
                page=page,
                url=url,
                entry_url=partial(self.entry_link, page=page),
                **context,
            )
        )
        return text.encode(self.charset)

    def html(
        self, path: str, template: str, modified: str = SITE_DATE, **context: Any
    ) -> None:
        """Add the page that ``template`` makes."""
        body = self.render(template, path, **context)
        self.add(path, body, self.content_type, modified)

    def plain(self, path: str, page: Page, template: str = "page.html") -> None:
        """Add a page without a date."""
        self.html(path, template, title=page.title, text=page.text)

    def detail(self, entry: Entry, path: str, column_name: str) -> None:
        """Add the page of a report or an article, with the files that belong to it."""
        if entry.report and entry.agency:
            blocks = prose.body(self.portal, entry.agency, entry.report)
            tables = {
                block.code: grids(entry.report, block.code)
                for block in blocks
                if isinstance(block, prose.TablePlace)
            }
            source, pubdate = entry.agency.name, entry.report.pubdate
        else:
            blocks, tables, source, pubdate = [], {}, self.portal.name, None
        if pubdate is None:
            pubdate = f"{entry.published} 09:30"
        files = {"picture": "", "text": ""}
        if entry.article and entry.article.picture:
            files["picture"] = f"{_beside(path, 'W0')}.png"
            self.add(files["picture"], picture(), "image/png", entry.published)
        if entry.report and entry.report.text_copy:
            files["text"] = self.text_path(path)
            body = text_copy(self.portal, entry)
            self.add(files["text"], body, "text/plain", entry.published)
        self.html(
            path,
            "article.html",
            entry.folder_date,
            entry=entry,
            blocks=blocks,
            tables=tables,
            files=files,
            source=source,
            pubdate=pubdate,
            column_name=column_name,
        )

    def text_path(self, path: str) -> str:
        """Where the text copy of the report at ``path`` lies."""
        return f"{_beside(path, 'P0')}.txt"

    def build(self) -> Site:
        """The whole portal."""
        self.add("/robots.txt", ROBOTS.encode(), "text/plain", "2019-06-01")
        style = resources.files(__package__).joinpath("static", self.stylesheet)
        self.add(f"/css/{self.stylesheet}", style.read_bytes(), "text/css")
        self.plain("/admin/", Page("admin", "后台管理", ("请使用内部网络登录。",)))
        missing = self.render("404.html", "/404.html")
        self.site.not_found = response(missing, self.content_type, SITE_DATE, 404)
        self.pages()
        return self.site
