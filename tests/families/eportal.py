"""eportal: columns by page number, a pager whose links are script calls.

The government's list turns by ``currentPage``, the others by a file of their module.
"""

from __future__ import annotations

from html import escape

from tests.families import markup
from tests.families.model import OWN, Column, Item
from tests.families.plain import Plain

MODULE = "08654b53d1cc42478813b0b2feddcb57"


class Eportal(Plain):
    name = "eportal"
    platform_path = "/eportal/ui?pageId=990001"
    marks = '<script src="/eportal/uiFramework/js/jquery.js"></script>\n'

    def first_page(self, slug: str) -> str:
        number = 990_000 + self.column(slug).number
        if slug in (OWN, self.model.news.slug):
            return f"/eportal/ui?pageId={number}"
        return f"/linlan/zwgk/{'/'.join(self.above(slug))}/index.html"

    def list_pages(self, slug: str) -> list[str]:
        first, count = self.first_page(slug), len(self.model.pages(slug))
        if "?" in first:
            more = f"&moduleId={MODULE}&staticRequest=yes"
            return [f"{first}&currentPage={n}{more}" for n in range(2, count + 1)]
        folder = first.rpartition("/")[0]
        return [f"{folder}/{MODULE[:8]}-{n}.html" for n in range(2, count + 1)]

    def address(self, item: Item, slug: str) -> str:
        first = self.first_page(slug)
        if "?" in first:
            return f"{first}&articleKey={item.number}&columnId=1"
        key = item.date.replace("-", "") + f"1704{item.number:07}"
        return f"{first.rpartition('/')[0]}/{key}/index.html"

    def pager(self, column: Column, targets: list[str], at: int) -> str:
        """As many as there are, but none has an address."""

        def call(target: str, name: str) -> str:
            return (
                f'<a style="cursor:pointer" onclick="queryArticleByCondition(this,'
                f'\'{escape(target)}\')" tagname="{escape(target)}" '
                f'class="pagingNormal">{name}</a>'
            )

        links = ['<a tagname="[HOMEPAGE]" class="">首页</a>']
        if at > 0:
            links.append('<a tagname="[PREVIOUSPAGE]">上一页</a>')
        if at + 1 < len(targets):
            links.append(call(targets[at + 1], "下一页"))
            links.append(call(targets[-1], "尾页"))
        return (
            f'<div class="easysite-page-wrap" totalpage="{len(targets)}">'
            f"{''.join(links)}</div>"
        )

    def file_path(self, item: Item, page: str) -> str:
        return f"/eportal/fileDir/linlan/{item.number}"

    def article_body(self, item: Item) -> str:
        return f'<div class="easysite-news-text">{markup.body(self.model, item)}</div>'

    def file_link(self, item: Item, target: str) -> str:
        return f'<p><a href="{target}">附件</a></p>'


FAMILY = Eportal
