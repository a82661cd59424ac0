"""Lonsun: columns by number, and the annual reports in a module of their own.

The government's list turns by path, the others by parameter with the vendor's script.
"""

from __future__ import annotations

from tests.families import markup
from tests.families.model import OWN, Column, Item
from tests.families.plain import Plain


class Lonsun(Plain):
    name = "lonsun"
    platform_path = "/public/column/6600001?type=6&action=xinzheng"
    marks = '<script src="/assets/ls/ls-core.js" data-site="6600001"></script>\n'

    def first_page(self, slug: str) -> str:
        number = self.column(slug).number
        if slug == OWN:
            return f"/OpennessContent/showList/1442/{number}/page_1.html"
        if slug == self.model.news.slug:
            return f"/content/column/{number}"
        return f"/public/column/6600001?type=4&catId={number}&action=list"

    def list_pages(self, slug: str) -> list[str]:
        first, count = self.first_page(slug), len(self.model.pages(slug))
        if slug == OWN:
            return [first.replace("_1", f"_{n}") for n in range(2, count + 1)]
        joint = "&" if "?" in first else "?"
        return [f"{first}{joint}pageIndex={n}" for n in range(2, count + 1)]

    def address(self, item: Item, slug: str) -> str:
        if slug == OWN:
            return f"/Xxgknb/show/{item.number}.html"
        if slug == self.model.news.slug:
            return f"/content/article/{item.number}"
        return f"/public/content/{item.number}"

    def pager(self, column: Column, targets: list[str], at: int) -> str:
        if column.slug == OWN:
            near = targets[at + 1 : at + 2]
            links = "".join(f'<a href="{t}">下一页</a>' for t in near)
            last = f'<a href="{targets[-1]}">尾页</a>'
            return f'<div class="pages">{links}{last}</div>'
        return (
            '<div id="page_list"></div><script>\n'
            "Ls.pagination({\n    elem: '#page_list',\n"
            f"    pageIndex: {at + 1},\n    pageCount: {len(targets)},\n"
            f"    total: {len(self.model.listed(column.slug))},\n"
            f"    linkHref: '{targets[0]}'\n}});\n</script>"
        )

    def file_path(self, item: Item, page: str) -> str:
        return f"/OpennessContent/download/{item.number}"

    def article_body(self, item: Item) -> str:
        return f'<div class="j-fontContent">{markup.body(self.model, item)}</div>'

    def file_link(self, item: Item, target: str) -> str:
        return f'<div class="fjxz"><a href="{target}">附件下载</a></div>'

    @property
    def telling(self) -> tuple[str, ...]:
        item = self.model.listed("2023n")[0]
        return (
            "/",
            *super().telling[1:],
            self.first_page("2023n"),
            self.address(item, "2023n"),
        )


FAMILY = Lonsun
