"""Guangdong's gkmlpt: pages that carry ``_CONFIG``, lists from an interface."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

from tests.families import markup
from tests.families.family import JSON, Answer, Asked
from tests.families.model import Column, Item
from tests.families.plain import Plain, cut

SID = "990021"
API = "/gkmlpt/api/all/"
SIZE = 5
CHINA = timezone(timedelta(hours=8))


class Gkmlpt(Plain):
    name = "gkmlpt"
    platform_path = "/gkmlpt/index"

    def first_page(self, slug: str) -> str:
        if slug == self.model.news.slug:
            return "/zwdt/"
        if slug in {c.slug for c in self.model.others}:
            return f"/gkmlpt/{slug.removeprefix('zfxx')}"
        return f"{API}{self.column(slug).number}?page=1&sid={SID}"

    def list_pages(self, slug: str) -> list[str]:
        count = -(-len(self.model.listed(slug)) // SIZE)
        number = self.column(slug).number
        return [f"{API}{number}?page={n}&sid={SID}" for n in range(2, count + 1)]

    def address(self, item: Item, slug: str) -> str:
        number = str(item.number)
        return f"/gkmlpt/content/{number[0]}/{number[:4]}/post_{number}.html"

    def platform(self) -> None:
        """The index and the page of annual reports: a frame around a tree."""
        for target, title in (
            (self.platform_path, "政府信息公开"),
            ("/gkmlpt/annualreport", "政府信息公开年报"),
        ):
            self.site.add(target, self.frame(title, "", '<div id="app"></div>'), "way")
        for column in self.model.others:
            page = self.frame(column.name, "", "<p>见本栏目。</p>")
            self.site.add(self.first_page(column.slug), page, "way")

    def frame(self, title: str, head: str, content: str) -> str:
        """Every page of the platform sets ``_CONFIG``; the menu is drawn from it."""
        if title in ("首页", self.model.news.name):
            return super().frame(title, head, content)

        def node(column: Column) -> dict[str, object]:
            below = [node(c) for c in column.columns]
            return {"id": column.number, "name": column.name, "children": below}

        tree = [node(c) for c in (*self.model.others, self.model.column)]
        config = (
            "<script>\nwindow._CONFIG = {\n"
            f"    DOMAIN: '{self.base.split('//')[1]}',\n    SID: '{SID}',\n"
            f"    TREE: {json.dumps(tree, ensure_ascii=False)},\n}};\n</script>"
        )
        number = self.model.column.number
        report = f'<a href="/gkmlpt/annualreport#{number}">政府信息公开年报</a>'
        nav = f'<div class="nav">{report}</div>'
        return super().frame(title, head + config, content + nav)

    def listing(self, column: Column) -> None:
        if column == self.model.news:
            super().listing(column)
            return

        def answer(asked: Asked) -> Answer | None:
            if asked.query.get("sid") != SID:
                return None
            listed = self.model.listed(column.slug)
            items = cut(listed, (int(asked.query["page"]) - 1) * SIZE, SIZE)
            rows = [self.row(item, column) for item in items]
            data = {"total": len(listed), "articles": rows}
            return Answer(json.dumps(data).encode(), JSON, "list")

        self.site.program(f"{API}{column.number}", answer)
        self.articles(column)

    def row(self, item: Item, column: Column) -> dict[str, object]:
        moment = datetime.fromisoformat(f"{item.date}T00:30:00").replace(tzinfo=CHINA)
        target = self.address(item, column.slug)
        return {
            "id": item.number,
            "title": item.title,
            "url": self.base + target,
            "post_url": f"http://www.gd.gov.cn{target}",
            "publisher": item.agency.name if item.agency else self.model.portal.name,
            "create_time": int(moment.timestamp()),
        }

    def article_body(self, item: Item) -> str:
        return f'<div class="article-content">{markup.body(self.model, item)}</div>'

    def file_link(self, item: Item, target: str) -> str:
        link = f'<a class="nfw-cms-attachment" href="{target}">附件</a>'
        return f'<div class="article-attachment">{link}</div>'


FAMILY = Gkmlpt
