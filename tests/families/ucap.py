"""Kaipu UCAP (NFCMS): pages counted from one, articles ``content/post_…``.

The articles of a telephone's page stand beside those of the desk: every third line of a
list links ``mpost_``.
"""

from __future__ import annotations

from tests.families.model import Column, Item
from tests.families.plain import Plain


class Ucap(Plain):
    name = "ucap"
    platform_path = "/zwgk/zfxxgk/"
    marks = (
        '<meta name="others" content="页面生成时间 2026-02-01 08:00:00">\n'
        "<script>var NFCMS_SITE_ID = '990021';</script>\n"
    )

    def folder(self, slug: str) -> str:
        return f"{self.platform_path}{'/'.join(self.above(slug))}/"

    def first_page(self, slug: str) -> str:
        return f"{self.folder(slug)}index.html"

    def list_pages(self, slug: str) -> list[str]:
        count = len(self.model.pages(slug))
        return [f"{self.folder(slug)}index_{n}.html" for n in range(2, count + 1)]

    def address(self, item: Item, slug: str) -> str:
        return f"{self.folder(slug)}content/post_{item.number}.html"

    def pager(self, column: Column, targets: list[str], at: int) -> str:
        """First, neighbours and last, as the vendor's template has it."""
        links = [("first", targets[0], "首页")]
        if at > 0:
            links.append(("prev", targets[at - 1], "上一页"))
        if at + 1 < len(targets):
            links.append(("next", targets[at + 1], "下一页"))
        links.append(("last", targets[-1], "尾页"))
        lines = (f'<a class="{c}" href="{self.base}{u}">{n}</a>' for c, u, n in links)
        return f'<div class="page">{"".join(lines)}</div>'

    def items(self, slug: str, items: tuple[Item, ...]) -> str:
        text = super().items(slug, items)
        for item in items[2::3]:
            name = f"post_{item.number}.html"
            text = text.replace(f"/{name}", f"/m{name}")
        return text

    def articles(self, column: Column) -> None:
        """Each under both names."""
        super().articles(column)
        for item in self.model.listed(column.slug):
            target = self.address(item, column.slug)
            answer = self.site.pages[target]
            self.site.pages.setdefault(target.replace("/post_", "/mpost_"), answer)


FAMILY = Ucap
