"""The second county portal: no known vendor, GBK throughout, no charset in headers."""

from __future__ import annotations

from crawler.sample.data import Page
from crawler.sample.entries import Entry
from crawler.sample.skin import Skin

PLATFORM = "/xxgk/"
REPORTS = "/xxgk/zfxxgknb/"
DEPARTMENTS = "bm"


class GenericSkin(Skin):
    """Year folders of ``.htm`` files for some, ``?page=2`` and ``?id=`` for others."""

    folder = "generic"
    stylesheet = "generic.css"
    charset = "gbk"
    content_type = "text/html"

    def address(self, entry: Entry, column: str) -> str:
        if entry.article and entry.article.kind == "news":
            return f"/news/{entry.id}.htm"
        if column == DEPARTMENTS:
            return f"{PLATFORM}show.aspx?id={entry.id}"
        return f"{REPORTS}{column}/{entry.id}.htm"

    def page_path(self, page: Page) -> str:
        return f"{PLATFORM}{page.slug}.htm"

    def pages(self) -> None:
        portal = self.portal
        self.html("/", "home.html", news=self.news)
        for page in portal.pages:
            self.plain(f"/{page.slug}.htm", page)
        for column, entries in self.news.items():
            path = f"/news/list.aspx?cid={column.slug}"
            self.html(
                path,
                "list.html",
                entries[0].published,
                slug=column.slug,
                title=column.name,
                entries=entries,
                pager=[],
            )
            for entry in entries:
                self.detail(entry, self.address(entry, column.slug), column.name)

        self.html(PLATFORM, "platform.html", title="政府信息公开", text=())
        for page in portal.platform:
            self.plain(self.page_path(page), page, "platform.html")
        self.html(REPORTS, "reports.html", title="政府信息公开年报")
        for sub in portal.report_columns:
            entries = self.column_entries(sub.slug)
            if sub.slug == DEPARTMENTS:
                self._numbered(sub.slug, sub.name, entries)
            else:
                self.html(
                    f"{REPORTS}{sub.slug}/",
                    "list.html",
                    entries[0].published,
                    slug=sub.slug,
                    title=sub.name,
                    entries=entries,
                    pager=[],
                )
            for entry in entries:
                self.detail(entry, self.address(entry, sub.slug), sub.name)

    def _numbered(self, slug: str, name: str, entries: list[Entry]) -> None:
        """A list at ``bm.aspx``, ``bm.aspx?page=2`` …"""
        size = self.portal.page_size
        first = f"{REPORTS}{slug}.aspx"
        total = -(-len(entries) // size)
        paths = [first, *(f"{first}?page={n}" for n in range(2, total + 1))]
        for number, path in enumerate(paths):
            shown = entries[number * size : (number + 1) * size]
            self.html(
                path,
                "list.html",
                entries[0].published,
                slug=slug,
                title=name,
                entries=shown,
                pager=paths,
            )
