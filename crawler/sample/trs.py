"""The city portal: a TRS WCM site with a folder a year and ``createPageHTML``."""

from __future__ import annotations

from crawler.sample.data import Page
from crawler.sample.entries import Entry
from crawler.sample.skin import Skin

PLATFORM = "/zfxxgk/"
REPORTS = "/zfxxgk/zfxxgknb/"


class TrsSkin(Skin):
    """Static folders, relative links, page 2 of a list at ``index_1.html``."""

    folder = "trs"
    stylesheet = "trs.css"

    def address(self, entry: Entry, column: str) -> str:
        date = entry.folder_date.replace("-", "")
        root = "/" if entry.article and entry.article.kind == "news" else REPORTS
        return f"{root}{column}/{date[:6]}/t{date}_{entry.id}.html"

    def page_path(self, page: Page) -> str:
        return f"{PLATFORM}{page.slug}/"

    def pages(self) -> None:
        portal = self.portal
        self.html("/", "home.html", news=self.news)
        for page in portal.pages:
            self.plain(f"/{page.slug}/", page)
        for column, entries in self.news.items():
            self._list(
                f"/{column.slug}/", column.slug, column.name, entries, "工作动态"
            )
            for entry in entries:
                self.detail(entry, self.address(entry, column.slug), column.name)

        self.html(PLATFORM, "platform.html", title="政府信息公开", text=())
        for page in portal.platform:
            self.plain(self.page_path(page), page, "platform.html")
        newest = [e for e in self.entries if e.report][:5]
        self.html(REPORTS, "reports.html", title="政府信息公开年报", entries=newest)
        for sub in portal.report_columns:
            self._list(
                f"{REPORTS}{sub.slug}/",
                sub.slug,
                sub.name,
                self.column_entries(sub.slug),
                "信息公开年报",
            )
        for entry in self.entries:
            if not (entry.article and entry.article.kind == "dead"):
                for slug in entry.columns:
                    self.detail(entry, self.address(entry, slug), f"{slug[:4]}年")

    def _list(
        self, path: str, slug: str, name: str, entries: list[Entry], column_type: str
    ) -> None:
        size = self.portal.page_size
        pages = [entries[i : i + size] for i in range(0, len(entries), size)] or [[]]
        for number, shown in enumerate(pages):
            names = (f"index_{number}.html",) if number else ("", "index.html")
            for file in names:
                self.html(
                    path + file,
                    "list.html",
                    entries[0].published,
                    slug=slug,
                    title=name,
                    entries=shown,
                    total=len(pages),
                    current=number,
                    column_type=column_type,
                )
