"""A portal of no known vendor: every column turns its page in another way.

The government's list counts in a script, the towns' has a drop-down list of pages, the
departments' are folders of years with ``?page=`` links.
"""

from __future__ import annotations

from tests.families.columns import ColumnFamily
from tests.families.model import OWN, TOWNS, Column, Item

SIZES = {TOWNS: 2, "2024n": 2, "2023n": 3}


class Generic(ColumnFamily):
    name = "generic"

    def column_path(self, column: Column) -> str:
        top = "/gongkai/" if column.slug != self.model.news.slug else "/"
        if column.slug.endswith("n") and column.slug[:4].isdigit():
            return f"/gongkai/nb/bm/{column.slug}/"
        if column.slug in (OWN, TOWNS, "bm"):
            return f"/gongkai/nb/{column.slug}/"
        return "/gongkai/nb/" if column == self.model.column else f"{top}{column.slug}/"

    def page_paths(self, column: Column) -> list[str]:
        """The targets of a list's pages."""
        first = self.column_path(column)
        count = len(self.model.pages(column.slug, SIZES.get(column.slug, 5)))
        if column.slug == TOWNS:
            later = [f"{first}index-{n}.html" for n in range(2, count + 1)]
        elif column.slug == OWN:
            later = [f"{first}index_{n}.html" for n in range(1, count)]
        else:
            later = [f"{first}?page={n}" for n in range(2, count + 1)]
        return [first, *later]

    def list_pages(self, slug: str) -> list[str]:
        return self.page_paths(self.column(slug))[1:]

    def address(self, item: Item, slug: str) -> str:
        year, month, day = item.date.split("-")
        return f"/gongkai/c/{year}-{month}-{day}/{item.number}.html"

    def listing(self, column: Column) -> None:
        paths = self.page_paths(column)
        pages = self.model.pages(column.slug, SIZES.get(column.slug, 5))
        for number, (target, items) in enumerate(zip(paths, pages, strict=True), 1):
            content = f"<ul>{self.items(column.slug, items)}</ul>"
            self.column_page(column, target, content + self.pager(column, number))
        self.articles(column)

    def pager(self, column: Column, number: int) -> str:
        paths = self.page_paths(column)
        if column.slug == OWN:
            return (
                f"<script>var totalPage = {len(paths)}; var curPage = {number};\n"
                "function go(n) { location.href = n == 1 ? 'index.html' : "
                "'index_' + (n - 1) + '.html'; }</script>"
                '<a href="javascript:go(curPage + 1)">下一页</a>'
            )
        if column.slug == TOWNS:
            options = "".join(
                f'<option value="{path}">第{n}页</option>'
                for n, path in enumerate(paths, 1)
            )
            return f'<select onchange="location=this.value">{options}</select>'
        links = (f'<a href="{path}">{n}</a>' for n, path in enumerate(paths, 1))
        following = paths[number] if number < len(paths) else ""
        last = f'<a href="{following}">下一页</a>' if following else ""
        return f'<div class="pages">{"".join(links)}{last}</div>'

    def frame(self, title: str, head: str, content: str) -> str:
        return self.document(title, head, f'<a href="/">首页</a>\n{content}')


FAMILY = Generic
