"""Hanweb JCMS classic: numbered columns, records as CDATA, the rest from a proxy.

Both ways of the proxy are there: the government's list posts record numbers to
``/module/jpage/dataproxy.jsp``, the others ask ``/module/web/jpage/dataproxy.jsp`` for
pages. An article listed in two columns has an address in each.
"""

from __future__ import annotations

from urllib.parse import urlencode

from tests.families import markup
from tests.families.columns import ColumnFamily
from tests.families.family import XML, Answer, Asked, Site
from tests.families.model import OWN, PAGE_SIZE, Column, Item

CLASSIC, NEWER = "/module/jpage/dataproxy.jsp", "/module/web/jpage/dataproxy.jsp"
SMALL = 2


class Hanweb(ColumnFamily):
    name = "hanweb"

    def column_path(self, column: Column) -> str:
        return f"/col/col{column.number}/index.html"

    def parameters(self, column: Column) -> dict[str, str]:
        return {
            "col": "1",
            "appid": "1",
            "webid": "3",
            "path": "/",
            "columnid": str(column.number),
            "sourceContentType": "1",
            "unitid": f"{column.number}7",
            "webname": self.model.portal.name,
            "permissiontype": "0",
        }

    def list_pages(self, slug: str) -> list[str]:
        column, total = self.column(slug), len(self.model.listed(slug))
        if slug == OWN:
            body = urlencode(self.parameters(column))
            starts = range(PAGE_SIZE + 1, total + 1, PAGE_SIZE)
            return [
                f"{CLASSIC}?startrecord={at}&endrecord={min(at + PAGE_SIZE - 1, total)}"
                f"&perpage={PAGE_SIZE} {body}"
                for at in starts
            ]
        pages = len(self.model.pages(slug, SMALL))
        given = urlencode(self.newer(column))
        return [f"{NEWER}?page={n}&{given}" for n in range(2, pages + 1)]

    def newer(self, column: Column) -> dict[str, str]:
        names = ("appid", "webid", "path", "columnid", "unitid", "permissiontype")
        return {name: self.parameters(column)[name] for name in names}

    def address(self, item: Item, slug: str) -> str:
        columns = [*self.columns(), self.model.news]
        number = next(c.number for c in columns if c.slug == slug)
        year, month, day = item.ymd
        return f"/art/{year}/{month}/{day}/art_{number}_{item.number}.html"

    def file_path(self, item: Item, page: str) -> str:
        return f"/attach/0/{item.hex}"

    def build(self) -> Site:
        self.site.program(CLASSIC, self.proxy)
        self.site.program(NEWER, self.proxy)
        return super().build()

    def proxy(self, asked: Asked) -> Answer | None:
        """The data proxy; the classic one reads its parameters from the body only."""
        columns = {str(c.number): c for c in [*self.columns(), self.model.news]}
        given = asked.form if asked.path == CLASSIC else asked.query
        column = columns.get(given.get("columnid", ""))
        if column is None or given.get("unitid") != f"{column.number}7":
            return None
        if asked.path == CLASSIC:
            first, last = (int(asked.query[k]) for k in ("startrecord", "endrecord"))
        else:
            page = int(asked.query["page"])
            first, last = (page - 1) * SMALL + 1, page * SMALL
        shown = self.model.listed(column.slug)[first - 1 : last]
        kind = "other" if column == self.model.news else "list"
        return Answer(self.store(column, shown, "").encode(), XML, kind)

    def store(self, column: Column, shown: tuple[Item, ...], following: str) -> str:
        total = len(self.model.listed(column.slug))
        records = "\n".join(
            f"<record><![CDATA[\n{self.items(column.slug, (item,))}]]></record>"
            for item in shown
        )
        group = f"<nextgroup><![CDATA[{following}]]></nextgroup>" if following else ""
        return (
            f"<datastore>{group}<totalrecord>{total}</totalrecord>"
            f"<totalpage>{-(-total // SMALL)}</totalpage>"
            f"<recordset>{records}</recordset></datastore>"
        )

    def listing(self, column: Column) -> None:
        listed = self.model.listed(column.slug)
        classic = column.slug == OWN
        size = PAGE_SIZE if classic else SMALL
        more = f"{NEWER}?page=2&amp;{urlencode(self.newer(column))}"
        following = f'<a href="{more}"></a>' if not classic and listed[size:] else ""
        store = self.store(column, listed[:size], following)
        given = ",".join(f"'{k}':'{v}'" for k, v in self.parameters(column).items())
        conf = f"totalRecord:{len(listed)},perPage:{size},dataStore:'datastore'"
        if classic:
            conf += f",proxyUrl:'{CLASSIC}',ajaxParam:{{{given}}}"
        unit = f"{column.number}7"
        content = (
            f'<div id="{unit}"><script type="text/xml">{store}</script></div>\n'
            '<script src="/script/jpage.js"></script>\n'
            f"<script>$('#{unit}').jpage({{{conf}}});</script>"
        )
        self.column_page(column, self.column_path(column), content)
        self.articles(column)

    def article_body(self, item: Item) -> str:
        return f'<div id="zoom">{markup.body(self.model, item)}</div>'

    def frame(self, title: str, head: str, content: str) -> str:
        author = '<meta name="author" content="大汉版通">\n'
        return self.document(title, head + author, content)


FAMILY = Hanweb
