"""A portal made of column pages, whatever their addresses and lists look like.

A family says where a column and an article lie, how a list is put into its page, and
what stands around every page; home, platform and the tree of columns follow from that.
"""

from __future__ import annotations

from abc import abstractmethod
from html import escape

from tests.families import markup
from tests.families.family import Family, Site
from tests.families.model import Column, Item

PLATFORM = Column("zfxxgk", 1000, "政府信息公开")


class ColumnFamily(Family):
    """Home → platform → report column → its parts → lists → articles."""

    home_path = "/"

    @property
    def telling(self) -> tuple[str, ...]:
        item = self.model.listed("xzf")[0]
        return ("/", self.first_page("xzf"), self.address(item, "xzf"))

    # ------------------------------------------------------------ what a family says

    @abstractmethod
    def column_path(self, column: Column) -> str:
        """The target of a column's page."""

    @abstractmethod
    def address(self, item: Item, slug: str) -> str:
        """The target of an article as a member of a column."""

    @abstractmethod
    def listing(self, column: Column) -> None:
        """Adds the pages of a column's list, by ``column_page``."""

    @abstractmethod
    def frame(self, title: str, head: str, content: str) -> str:
        """What stands around every page."""

    def file_path(self, item: Item, page: str) -> str:
        """Where a file of an article lies, without its suffix."""
        return f"{page.rpartition('/')[0]}/files/{item.number}"

    def article_body(self, item: Item) -> str:
        """The content of an article in the vendor's box."""
        return f'<div class="content">{markup.body(self.model, item)}</div>'

    def file_link(self, item: Item, target: str) -> str:
        """The link to a file."""
        return f'<p>附件：<a href="{target}">{escape(item.title)}</a></p>'

    # ------------------------------------------------------------------- the columns

    def columns(self) -> list[Column]:
        """The report column and its parts, from the top."""

        def below(column: Column) -> list[Column]:
            return [column, *(part for c in column.columns for part in below(c))]

        return below(self.model.column)

    def column(self, slug: str) -> Column:
        return next(c for c in self.columns() if c.slug == slug)

    def first_page(self, slug: str) -> str:
        return self.column_path(self.column(slug))

    def build(self) -> Site:
        self.home()
        self.platform()
        self.listing(self.model.news)
        for column in self.columns():
            self.listing(column)
        return self.site

    def home(self) -> None:
        news = self.model.news
        links = [
            (self.column_path(news), news.name),
            (self.column_path(PLATFORM), PLATFORM.name),
        ]
        latest = self.items(news.slug, self.model.listed(news.slug))
        page = self.frame("首页", "", f"{self.menu(links)}\n<ul>{latest}</ul>")
        self.site.add(self.home_path, page, "home")

    def platform(self) -> None:
        parts = [*self.model.others, self.model.column]
        menu = self.menu([(self.column_path(c), c.name) for c in parts])
        path = self.column_path(PLATFORM)
        head = markup.column_meta(PLATFORM.name)
        self.site.add(path, self.frame(PLATFORM.name, head, menu), "way")
        for column in self.model.others:
            head = markup.column_meta(column.name)
            page = self.frame(column.name, head, "<p>见本栏目。</p>")
            self.site.add(self.column_path(column), page, "way")

    def column_page(self, column: Column, target: str, content: str) -> None:
        """Adds one page of a column, with the menu of its parts."""
        menu = self.menu([(self.column_path(c), c.name) for c in column.columns])
        page = self.frame(
            column.name,
            markup.column_meta(column.name),
            f"{self.trail(column)}\n{menu}\n{content}",
        )
        kind = "other" if column == self.model.news else "list"
        self.site.add(target, page, kind)

    def trail(self, column: Column) -> str:
        """The line that says where a page lies."""

        def way(here: Column) -> list[Column]:
            if here == column:
                return [here]
            below = next((found for c in here.columns if (found := way(c))), [])
            return [here, *below] if below else []

        steps = [PLATFORM, *way(self.model.column)]
        if len(steps) == 1:
            steps = [column]
        links = [f'<a href="{self.column_path(c)}">{c.name}</a>' for c in steps]
        return (
            f'<div>您现在的位置：<a href="/">首页</a> &gt; {" &gt; ".join(links)}</div>'
        )

    def menu(self, links: list[tuple[str, str]]) -> str:
        lines = (f'<li><a href="{url}">{name}</a></li>' for url, name in links)
        return f'<ul class="menu">{"".join(lines)}</ul>'

    def items(self, slug: str, items: tuple[Item, ...]) -> str:
        """The lines of a list."""
        return "\n".join(
            f'<li><a href="{self.address(item, slug)}" target="_blank" '
            f'title="{escape(item.title)}">{escape(item.title)}</a>'
            f"<span>{item.date}</span></li>"
            for item in items
        )

    # ------------------------------------------------------------------ the articles

    def articles(self, column: Column) -> None:
        """Adds the pages of a column's items that have none yet."""
        for item in self.model.listed(column.slug):
            path = self.address(item, column.slug)
            if path not in self.site.pages:
                self.article(item, column, path)

    def article(self, item: Item, column: Column, path: str) -> None:
        source = item.agency.name if item.agency else self.model.portal.name
        file = self.attachment(item, self.file_path(item, path))
        head = markup.column_meta(column.name) + markup.article_meta(item, source)
        content = (
            f"{self.trail(column)}\n<h1>{escape(item.title)}</h1>\n"
            f"<p>发布时间：{item.date}　来源：{escape(source)}</p>\n"
            f"{self.article_body(item)}\n"
            f"{self.file_link(item, file) if file else ''}"
        )
        page = self.frame(item.title, head, content)
        self.site.add(path, page, self.kind_of(item))

    def document(self, title: str, head: str, body: str) -> str:
        """A whole page with the tags that every portal must have."""
        name = self.model.portal.name
        return (
            '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">\n'
            f"<title>{escape(title)} - {name}</title>\n"
            f"{markup.site_meta(name, self.base)}{head}</head>\n<body>\n"
            f"{body}\n<div>{name}　政府网站标识码：9902210003</div></body></html>\n"
        )
