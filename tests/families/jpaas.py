"""Hanweb JPaaS: columns in folders, lists asked for at the gateway.

The page holds a script element with the query of its unit; the gateway answers with
JSON whose HTML holds the lines and the counts of the pager.
"""

from __future__ import annotations

import json
from urllib.parse import urlencode

from tests.families import markup
from tests.families.columns import PLATFORM, ColumnFamily
from tests.families.family import JSON, Answer, Asked, Site
from tests.families.model import PAGE_SIZE, Column, Item

UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"
WEB, TEMPLATE = "0f6c4f7e2d9a4b0f9d2be1c1a7b2d911", "5vHqCcKkGZjTn2MhY1bQx"


class Jpaas(ColumnFamily):
    name = "jpaas"

    def column_path(self, column: Column) -> str:
        if column == PLATFORM:
            return "/zwgk/zfxxgk/index.html"
        if column == self.model.news:
            return "/xwzx/zwdt/index.html"
        if column in self.model.others:
            return f"/zwgk/zfxxgk/{column.slug}/index.html"
        return f"/zwgk/zfxxgk/{self.folder(column)}/index.html"

    def folder(self, column: Column) -> str:
        def below(here: Column, above: str) -> str:
            path = f"{above}{here.slug}"
            if here.slug == column.slug:
                return path
            found = (below(c, f"{path}/") for c in here.columns)
            return next((f for f in found if f), "")

        return below(self.model.column, "")

    def page_id(self, slug: str) -> str:
        return f"{slug}{'x' * (24 - len(slug))}"

    def query(self, slug: str) -> dict[str, str]:
        return {
            "parseType": "bulidstatic",
            "webId": WEB,
            "tplSetId": TEMPLATE,
            "pageType": "column",
            "tagId": "信息列表",
            "editType": "null",
            "pageId": self.page_id(slug),
        }

    def list_pages(self, slug: str) -> list[str]:
        pages = len(self.model.pages(slug))
        counters = ({"pageNo": n, "pageSize": PAGE_SIZE} for n in range(2, pages + 1))
        later = [{"paramJson": json.dumps(c, separators=(",", ":"))} for c in counters]
        queries = (self.query(slug) | more for more in [{}, *later])
        return [f"{UNIT}?{urlencode(query)}" for query in queries]

    def address(self, item: Item, slug: str) -> str:
        column = next(c for c in [*self.columns(), self.model.news] if c.slug == slug)
        folder = self.column_path(column).removesuffix("/index.html")
        return f"{folder}/art/{item.date[:4]}/art_{item.hex}.html"

    def file_path(self, item: Item, page: str) -> str:
        return f"/cms_files/filemanager/{item.number}/attach/{item.hex[:12]}"

    def build(self) -> Site:
        self.site.program(UNIT, self.unit)
        return super().build()

    def unit(self, asked: Asked) -> Answer | None:
        """The gateway: it knows pages by their id and takes no unknown template."""
        slugs = [c.slug for c in [*self.columns(), self.model.news]]
        known = {self.page_id(slug): slug for slug in slugs}
        slug = known.get(asked.query.get("pageId", ""))
        wanted = self.query(slug) if slug else {}
        if not slug or any(asked.query.get(k) != v for k, v in wanted.items()):
            return None
        counter = json.loads(asked.query.get("paramJson", '{"pageNo":1}'))
        pages = self.model.pages(slug, counter.get("pageSize", PAGE_SIZE))
        number = counter["pageNo"]
        shown = pages[number - 1] if number <= len(pages) else ()
        total = len(self.model.listed(slug))
        html = (
            f'<div class="page-content"><ul>{self.items(slug, shown)}</ul></div>'
            f"<div class=\"pagination\" queryData=\"{{'rows':'{PAGE_SIZE}',"
            f"'count':'{total}','pageNo':'{number}'}}\"></div>"
        )
        answer = {"success": True, "code": "200", "data": {"html": html}}
        kind = "other" if slug == self.model.news.slug else "list"
        return Answer(json.dumps(answer).encode(), JSON, kind)

    def listing(self, column: Column) -> None:
        query = ",".join(f"'{k}':'{v}'" for k, v in self.query(column.slug).items())
        content = (
            '<div id="信息列表" class="list"></div>\n'
            f'<script parseType="bulidstatic" url="{UNIT}" queryData="{{{query}}}" '
            'src="/jpaas-publish-server/script/unitbuild.js"></script>'
        )
        self.column_page(column, self.column_path(column), content)
        self.articles(column)

    def article_body(self, item: Item) -> str:
        return f'<div id="zoom" class="article">{markup.body(self.model, item)}</div>'

    def frame(self, title: str, head: str, content: str) -> str:
        top = '<script src="/jpaas-publish-server/script/visit.js"></script>'
        return self.document(title, head + top, content)


FAMILY = Jpaas
