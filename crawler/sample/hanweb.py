"""The first county portal: Hanweb JCMS, lists as CDATA records and a data proxy."""

from __future__ import annotations

from crawler.sample.data import Column, Page
from crawler.sample.entries import Entry
from crawler.sample.skin import SITE_DATE, Skin

PLATFORM = "1000"
PROXY = "/module/web/jpage/dataproxy.jsp"


class HanwebSkin(Skin):
    """Numbered columns, root-relative links, dates in the address of an article."""

    folder = "hanweb"
    stylesheet = "hanweb.css"

    def address(self, entry: Entry, column: str) -> str:
        year, month, day = (int(part) for part in entry.folder_date.split("-"))
        return f"/art/{year}/{month}/{day}/art_{column}_{entry.id}.html"

    def link(self, path: str, page: str) -> str:
        return path

    def page_path(self, page: Page) -> str:
        return _column(page.slug)

    def pages(self) -> None:
        portal = self.portal
        self.site.significant[PROXY] = ("columnid", "page")
        self.html("/", "home.html", news=self.news)
        for page in portal.pages:
            self.plain(_column(page.slug), page)
        for column, entries in self.news.items():
            self._list(Column(column.slug, column.name), entries, "news.html")
            for entry in entries:
                self.detail(entry, self.address(entry, column.slug), column.name)

        self.html(_column(PLATFORM), "platform.html", title="政府信息公开", text=())
        for page in portal.platform:
            self.plain(self.page_path(page), page, "platform.html")
        for sub in portal.report_columns:
            self._list(sub, self.column_entries(sub.slug), "list.html")
        for entry in self.entries:
            for slug in entry.columns:
                # The column a page belongs to is its first: a page that is linked
                # from two columns is the same page twice.
                home = next(
                    c for c in portal.report_columns if c.slug == entry.columns[0]
                )
                self.detail(entry, self.address(entry, slug), home.name)

    def _list(self, column: Column, entries: list[Entry], template: str) -> None:
        size = self.portal.page_size
        total = -(-len(entries) // size)
        self.html(
            _column(column.slug),
            template,
            entries[0].published,
            slug=column.slug,
            title=column.name,
            entries=entries[:size],
            records=len(entries),
            total=total,
            size=size,
            proxy=PROXY,
        )
        for number in range(1, total + 1):
            shown = entries[(number - 1) * size : number * size]
            path = f"{PROXY}?columnid={column.slug}&page={number}"
            body = self.render(
                "dataproxy.xml",
                path,
                slug=column.slug,
                entries=shown,
                records=len(entries),
                total=total,
            )
            self.add(path, body, "text/xml; charset=utf-8", SITE_DATE)


def _column(number: str) -> str:
    return f"/col/col{number}/index.html"
