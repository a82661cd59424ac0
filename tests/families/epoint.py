"""Epoint EWB-FRONT: lists by POST of JSON, its parameters in a script of the site."""

from __future__ import annotations

import json

from tests.families import markup
from tests.families.family import JSON, Answer, Asked
from tests.families.model import Column, Item
from tests.families.plain import Plain, cut

GUID = "7eb5f7f1-9041-43ad-8e13-990221000003"
PROJECT = "/EWB-FRONT"
SERVICE = f"{PROJECT}/rest/lightfrontaction/getgovinfolist"
SCRIPT = "/js/webBuilderCommon.js"
SIZE = 5


class Epoint(Plain):
    name = "epoint"
    platform_path = "/zwgk/003/secondpage.html"
    marks = (
        '<link rel="stylesheet" href="/css/webBuilderCommonGray.css">\n'
        f'<script src="{SCRIPT}"></script>\n'
    )

    def category(self, slug: str) -> str:
        return f"003{self.column(slug).number:06}"

    def first_page(self, slug: str) -> str:
        if slug == self.model.news.slug:
            return "/zwdt/001/moreinfo.html"
        return f"/dynamic/zwgk/govInfoPub.html?categorynum={self.category(slug)}"

    def body_of(self, slug: str, number: int) -> str:
        asked = {
            "deptcode": "",
            "categorynum": self.category(slug),
            "siteGuid": GUID,
            "pageIndex": number,
            "pageSize": SIZE,
        }
        return json.dumps(asked)

    def list_pages(self, slug: str) -> list[str]:
        """The script asked on behalf of the column, then every page of the list."""
        count = len(self.model.pages(slug))
        script = f"{SCRIPT}?categorynum={self.category(slug)}&pageSize={SIZE}"
        posts = [f"{SERVICE} {self.body_of(slug, n)}" for n in range(1, count + 1)]
        return [script, *posts]

    def address(self, item: Item, slug: str) -> str:
        text = item.hex
        cuts = (text[:8], text[8:12], text[12:16], text[16:20], text[20:])
        day = item.date.replace("-", "")
        return f"/zwgk/003/{self.category(slug)}/{day}/{'-'.join(cuts)}.html"

    def listing(self, column: Column) -> None:
        if column == self.model.news:
            super().listing(column)
            return
        content = (
            '<div class="ewb-catalog-table"><table id="infolist"></table></div>'
            f"<script>var pageSize = {SIZE};</script>"
        )
        self.column_page(column, self.first_page(column.slug), content)
        self.articles(column)
        self.site.program(SERVICE, self.service)
        self.site.program(SCRIPT, self.script)

    def script(self, asked: Asked) -> Answer:
        """A file: whatever the query says, it is the same."""
        text = (
            "// 站点公共脚本\nvar siteInfo = {\n"
            f'    "projectName": "{PROJECT}",\n    "siteGuid": "{GUID}",\n'
            '    "siteName": "临澜县人民政府"\n};\n'
        )
        return Answer(text.encode(), "application/javascript", "other")

    def service(self, asked: Asked) -> Answer | None:
        wanted = asked.json or {}
        if asked.method != "POST" or wanted.get("siteGuid") != GUID:
            return None
        column = next(
            (
                c
                for c in self.columns()
                if self.category(c.slug) == wanted["categorynum"]
            ),
            None,
        )
        if column is None:
            return None
        listed, size = self.model.listed(column.slug), wanted["pageSize"]
        items = cut(listed, (wanted["pageIndex"] - 1) * size, size)
        rows = [
            {
                "title": f"{item.title[:20]}…",
                "realtitle": item.title,
                "infourl": self.address(item, column.slug),
                "infodate": f"{item.date} 09:30:00",
                "rn": str(at),
            }
            for at, item in enumerate(items, 1)
        ]
        data = {"custom": {"data": rows, "total": len(listed)}, "status": {"code": 1}}
        return Answer(json.dumps(data).encode(), JSON, "list")

    def article_body(self, item: Item) -> str:
        return f'<div class="ewb-article-info">{markup.body(self.model, item)}</div>'

    def file_link(self, item: Item, target: str) -> str:
        return f'<p class="ewb-article-add"><a href="{target}">附件</a></p>'


FAMILY = Epoint
