"""truecms: lists as XML in JSON in a callback, refused to those without a Referer."""

from __future__ import annotations

import json
from html import escape
from uuid import UUID

from tests.families import markup
from tests.families.family import Answer, Asked
from tests.families.model import Column, Item
from tests.families.plain import Plain, cut

PROXY = "/TrueCMS/messageController/getMessage.do"
SIZE = 5


class Truecms(Plain):
    name = "truecms"
    platform_path = "/llxrmzf/zfxxgk/zfxxgk.html"
    marks = '<script src="/llxrmzf/resources/truecms_page.js"></script>\n'

    def first_page(self, slug: str) -> str:
        return f"/llxrmzf/{'/'.join(self.above(slug))}/{slug}.html"

    def column_id(self, slug: str) -> str:
        return str(UUID(int=self.column(slug).number * 7**30))

    def list_pages(self, slug: str) -> list[str]:
        count = len(self.model.pages(slug))
        return [
            f"{PROXY}?startrecord={n * SIZE + 1}&endrecord={(n + 1) * SIZE}"
            f"&perpage={SIZE}&columnId={self.column_id(slug)}&callback=jsonpcallback"
            for n in range(count)
        ]

    def address(self, item: Item, slug: str) -> str:
        folder = self.first_page(slug).rpartition("/")[0]
        return f"{folder}/content/{UUID(item.hex)}.html"

    def listing(self, column: Column) -> None:
        if column == self.model.news:
            super().listing(column)
            return
        content = (
            '<div id="pagelist"></div>\n<script>\n$("#pagelist").page({\n'
            f"    columnId:'{self.column_id(column.slug)}',\n    perPage:{SIZE},\n"
            f"    proxyUrl:'{PROXY}',\n    jsonpCallback:'jsonpcallback'\n"
            "});\n</script>"
        )
        self.column_page(column, self.first_page(column.slug), content)
        self.articles(column)
        self.site.program(PROXY, self.answer)

    def answer(self, asked: Asked) -> Answer | None:
        slug = next(
            (
                c.slug
                for c in self.columns()
                if self.column_id(c.slug) == asked.query.get("columnId")
            ),
            None,
        )
        if slug is None or not asked.headers.get("referer"):
            return None
        start, end = int(asked.query["startrecord"]), int(asked.query["endrecord"])
        listed = self.model.listed(slug)
        records = "".join(
            f'<record><![CDATA[<li><a href="{self.address(i, slug)}" '
            f'title="{escape(i.title)}">{i.title}</a><span>{i.date}</span></li>]]>'
            "</record>"
            for i in cut(listed, start - 1, end - start + 1)
        )
        xml = (
            f"<datastore><totalrecord>{len(listed)}</totalrecord>"
            f"<recordset>{records}</recordset></datastore>"
        )
        text = f"{asked.query['callback']}({json.dumps({'result': xml})});"
        return Answer(text.encode(), "text/javascript; charset=UTF-8", "list")

    def article_body(self, item: Item) -> str:
        return f'<div id="zoom" class="art_con">{markup.body(self.model, item)}</div>'

    def file_link(self, item: Item, target: str) -> str:
        return f'<p><a href="{target}">附件</a></p>'


FAMILY = Truecms
