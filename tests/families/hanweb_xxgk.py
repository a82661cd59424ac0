"""Hanweb's disclosure module: a tree, a search that takes POST, pages made for a year.

The government's reports are articles that the search lists in three pages. Those of
departments and towns have no article: the report column lists the organs, and an
organ's page is made for the year it is asked for and offers the other years.
"""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode

from tests.families import markup
from tests.families.columns import PLATFORM, ColumnFamily
from tests.families.family import HTML, Answer, Asked, Site
from tests.families.model import OWN, Column, Item

TREE, SEARCH = "/module/xxgk/tree.jsp", "/module/xxgk/search.jsp"
REPORT = "/module/xxgk/xxgkAnnualReport.jsp"
AREA, SUBJECT, JDID = "11330221002508112M", "A0107", "2237"


class HanwebXxgk(ColumnFamily):
    name = "hanweb_xxgk"

    @property
    def telling(self) -> tuple[str, ...]:
        item = next(i for i in self.model.listed("2024n") if i.report)
        system = self.address(item, "2024n")
        return ("/", self.column_path(self.model.column), system, self.tree_path)

    @property
    def tree_path(self) -> str:
        return f"{TREE}?standardXxgk=1&area={AREA}&divid=div{PLATFORM.number}"

    def column_path(self, column: Column) -> str:
        return f"/col/col{column.number}/index.html"

    def first_page(self, slug: str) -> str:
        return f"{SEARCH} {urlencode(self.subject())}"

    def list_pages(self, slug: str) -> list[str]:
        pages = len(self.model.pages(slug))
        bodies = [self.subject() | {"currpage": str(n)} for n in range(2, pages + 1)]
        return [f"{SEARCH} {urlencode(body)}" for body in bodies]

    def subject(self) -> dict[str, str]:
        return {
            "divid": f"div{PLATFORM.number}",
            "infotypeId": SUBJECT,
            "jdid": JDID,
            "area": AREA,
        }

    def area(self, item: Item) -> str:
        """The code of the organ that a report is of."""
        names = [agency.name for agency in self.model.portal.agencies]
        assert item.agency
        return f"{AREA[:-2]}{names.index(item.agency.name):02}"

    def address(self, item: Item, slug: str) -> str:
        if item.agency and item.report and item.agency.kind != "government":
            return f"{REPORT}?area={self.area(item)}&fbtime={item.report.year}"
        year, month, day = item.ymd
        return f"/art/{year}/{month}/{day}/art_{PLATFORM.number}_{item.number}.html"

    def file_path(self, item: Item, page: str) -> str:
        return f"/attach/0/{item.hex}"

    def build(self) -> Site:
        self.site.program(SEARCH, self.search)
        self.home()
        self.platform()
        self.site.add(self.tree_path, self.tree(), "way")
        self.listing(self.model.news)
        self.organs()
        for column in self.columns():
            self.articles(column)
        return self.site

    def platform(self) -> None:
        super().platform()
        path = self.column_path(PLATFORM)
        page = self.site.pages.pop(path).body.decode()
        frame = f'<iframe src="{self.tree_path.replace("&", "&amp;")}"></iframe>'
        self.site.add(path, page.replace("</body>", f"{frame}</body>"), "way")

    def tree(self) -> str:
        """The tree, written by the module without the frame of the portal."""
        nodes = [
            ("A0101", "机构职能"),
            (SUBJECT, "政府信息公开年报"),
            ("A0108", "人事任免"),
        ]
        lines = "".join(
            f'<div class="dTreeNode"><a href="javascript:void(0)" '
            f"onclick=\"funclick('{code}','{label}');\">{label}</a></div>"
            for code, label in nodes
        )
        return (
            "<html><head><title>信息分类</title></head><body>"
            f'<div class="dtree">{lines}</div><script>\n'
            "function funclick(infotypeId, name) { loadList('/module/xxgk/search.jsp', "
            f"infotypeId, 'jdid={JDID}'); }}\n</script></body></html>"
        )

    def search(self, asked: Asked) -> Answer | None:
        """The search; it wants POST and knows one subject of one organ."""
        given = asked.form
        if any(given.get(k) != v for k, v in self.subject().items()):
            return None
        pages = self.model.pages(OWN)
        number = int(given.get("currpage") or 1)
        shown = pages[number - 1] if number <= len(pages) else ()
        rows = "\n".join(
            f'<tr class="tr_main_value_{"even" if at % 2 else "odd"}"><td>'
            f'<a href="{self.address(item, OWN)}" mc="{item.number}" target="_blank" '
            f'title="{escape(item.title)}">{escape(item.title)}</a></td>'
            f'<td align="center">{item.date}</td></tr>'
            for at, item in enumerate(shown)
        )
        html = (
            f'<table class="tb_title"><tr><td>第{number}页&nbsp;&nbsp;'
            f"共{len(pages)}页&nbsp;<a href=\"javascript:funGoPage('{SEARCH}',"
            f'{number + 1});">下一页</a></td></tr></table><table>{rows}</table>'
        )
        return Answer(html.encode(), HTML, "list")

    def organs(self) -> None:
        """The report column: the organs, each with the page of its latest year."""
        latest: dict[str, Item] = {}
        for item in self.model.reports:
            assert item.agency and item.report
            if item.agency.kind != "government":
                latest[item.agency.name] = item
        links = [(self.address(item, ""), name) for name, item in latest.items()]
        column = self.model.column
        self.column_page(column, self.column_path(column), self.menu(links))

    def column_page(self, column: Column, target: str, content: str) -> None:
        if column == self.model.column:
            column = Column(column.slug, column.number, column.name)
        super().column_page(column, target, content)

    def listing(self, column: Column) -> None:
        content = f"<ul>{self.items(column.slug, self.model.listed(column.slug))}</ul>"
        self.column_page(column, self.column_path(column), content)
        self.articles(column)

    def articles(self, column: Column) -> None:
        """Articles of what the search lists, and the pages made for the years."""
        for item in self.model.listed(column.slug):
            target = self.address(item, column.slug)
            if target.partition("?")[0] == REPORT:
                if target not in self.site.pages:
                    self.made_for_year(item, target)
            elif column.slug in (OWN, self.model.news.slug):
                self.article(item, Column(column.slug, column.number, "年报"), target)

    def made_for_year(self, item: Item, target: str) -> None:
        assert item.agency and item.report
        years = sorted((r.year for r in item.agency.reports), reverse=True)
        options = "".join(f'<option value="{y}">{y}年</option>' for y in years)
        file = self.attachment(item, self.file_path(item, target))
        content = (
            f'<input type="hidden" id="area" value="{self.area(item)}">\n'
            '<select id="fbtime" onchange="location.href=\'xxgkAnnualReport.jsp?area=\''
            f"+area.value+'&fbtime='+this.value\">{options}</select>\n"
            f'<h2 class="title">{escape(item.title)}</h2>\n'
            f"<p>发布日期：{item.date}</p>{self.article_body(item)}"
            f"{self.file_link(item, file) if file else ''}"
        )
        self.site.add(target, self.frame(item.title, "", content), "report")

    def article_body(self, item: Item) -> str:
        return f'<div id="zoom">{markup.body(self.model, item)}</div>'

    def home(self) -> None:
        super().home()
        page = self.site.pages.pop("/").body.decode()
        link = f'<a href="{SEARCH}?area={AREA}">信息检索</a>'
        self.site.add("/", page.replace("</body>", f"{link}</body>"), "home")

    def frame(self, title: str, head: str, content: str) -> str:
        author = '<meta name="author" content="大汉版通">\n'
        return self.document(title, head + author, content)


FAMILY = HanwebXxgk
