"""TRS 海云: ``/llx/c101181/list.shtml``, articles in folders of their month.

The list page calls ``createPageHTML('page_div',…)`` and counts from one.
"""

from __future__ import annotations

from tests.families import markup
from tests.families.columns import ColumnFamily
from tests.families.model import Column, Item

SITE = "/llx"


class Haiyun(ColumnFamily):
    name = "haiyun"

    def column_path(self, column: Column) -> str:
        name = "xlist" if column.columns else "list"
        return f"{SITE}/c10{column.number}/{name}.shtml"

    def list_pages(self, slug: str) -> list[str]:
        first = self.first_page(slug).removesuffix(".shtml")
        count = len(self.model.pages(slug))
        return [f"{first}_{n}.shtml" for n in range(2, count + 1)]

    def address(self, item: Item, slug: str) -> str:
        number = next(
            (c.number for c in [*self.columns(), self.model.news] if c.slug == slug), 0
        )
        month = item.date[:7].replace("-", "")
        return f"{SITE}/c10{number}/{month}/{item.hex}.shtml"

    def file_path(self, item: Item, page: str) -> str:
        return f"{page.removesuffix('.shtml')}/files/{item.hex[::-1]}"

    def listing(self, column: Column) -> None:
        pages = self.model.pages(column.slug)
        first = self.column_path(column)
        name = first.rpartition("/")[2].removesuffix(".shtml")
        total = len(self.model.listed(column.slug))
        for number, items in enumerate(pages, 1):
            target = first if number == 1 else first.replace(".s", f"_{number}.s")
            content = (
                f'<ul class="pageList">{self.items(column.slug, items)}</ul>\n'
                '<div id="page_div"></div><script>'
                f"createPageHTML('page_div',{len(pages)}, {number},'{name}',"
                f"'shtml',{total});</script>"
            )
            self.column_page(column, target, content)
        self.articles(column)

    def article_body(self, item: Item) -> str:
        return (
            '<div class="article-content" id="zoomcon">'
            f"{markup.body(self.model, item)}</div>"
        )

    def frame(self, title: str, head: str, content: str) -> str:
        return self.document(
            title,
            head + '<script src="/llx/xhtml/js/page.js"></script>\n',
            f'<div class="header"><a href="/llx/index.shtml">首页</a></div>\n{content}',
        )


FAMILY = Haiyun
