"""TRS WCM: static pages in folders, lists counted by ``createPageHTML``.

Relative links; an article lies in a folder of its month, its files beside it as
``P0…``; page two of a list is ``index_1.html``.
"""

from __future__ import annotations

from html import escape
from posixpath import relpath

from tests.families import markup
from tests.families.family import Family, Site
from tests.families.model import Column, Item

PLATFORM = "/zwgk/zfxxgk/"


class Trs(Family):
    name = "trs"

    @property
    def telling(self) -> tuple[str, ...]:
        item = self.model.listed("xzf")[0]
        return ("/", self.first_page("xzf"), self.address(item, "xzf"))

    def folder(self, slug: str) -> str:
        if slug == self.model.news.slug:
            return f"/{slug}/"
        if any(slug == c.slug for c in self.model.others):
            return f"{PLATFORM}{slug}/"
        return next(path for column, path in self.tree() if column.slug == slug)

    def tree(self) -> list[tuple[Column, str]]:
        def below(column: Column, above: str) -> list[tuple[Column, str]]:
            path = f"{above}{column.slug}/"
            parts = [p for c in column.columns for p in below(c, path)]
            return [(column, path), *parts]

        return below(self.model.column, PLATFORM)

    def first_page(self, slug: str) -> str:
        return self.folder(slug)

    def list_pages(self, slug: str) -> list[str]:
        count = len(self.model.pages(slug))
        return [f"{self.folder(slug)}index_{n}.html" for n in range(1, count)]

    def address(self, item: Item, slug: str) -> str:
        year, month, day = item.date.split("-")
        name = f"t{year}{month}{day}_{item.number}.html"
        return f"{self.folder(slug)}{year}{month}/{name}"

    def build(self) -> Site:
        add = self.site.add
        news = self.model.news
        links = [
            (self.folder(news.slug), news.name),
            (PLATFORM, "政府信息公开"),
            ("/zwfw/", "政务服务"),
        ]
        latest = self.items(news.slug, self.model.listed(news.slug), "/")
        add("/", self.page("/", "首页", _menu(links, "/") + latest), "home")
        add("/zwfw/", self.page("/zwfw/", "政务服务", "<p>办事指南</p>"), "other")
        parts = [(self.folder(c.slug), c.name) for c in self.model.others]
        menu = _menu([*parts, (self.folder("zfxxgknb"), "政府信息公开年报")], PLATFORM)
        add(PLATFORM, self.page(PLATFORM, "政府信息公开", menu), "way")
        for column in self.model.others:
            path = self.folder(column.slug)
            add(path, self.page(path, column.name, "<p>见本栏目。</p>"), "way")
        self.list(news, self.folder(news.slug), "other")
        for column, path in self.tree():
            self.list(column, path, "list")
        return self.site

    def list(self, column: Column, path: str, kind: str) -> None:
        pages = self.model.pages(column.slug)
        for number, items in enumerate(pages):
            own = path if number == 0 else f"{path}index_{number}.html"
            subs = [(self.folder(c.slug), c.name) for c in column.columns]
            content = (
                f'<div class="gl_left">{_menu(subs, own)}</div>\n'
                f'<div class="gl_right">{self.items(column.slug, items, own)}</div>\n'
                '<div class="page"><script language="JavaScript">\n'
                f'createPageHTML({len(pages)}, {number}, "index", "html");\n'
                "</script></div>"
            )
            meta = markup.column_meta(column.name)
            self.site.add(own, self.page(own, column.name, content, meta), kind)
        for item in self.model.listed(column.slug):
            self.article(item, column)

    def items(self, slug: str, items: tuple[Item, ...], page: str) -> str:
        lines = (
            f'<li><a href="{_to(self.address(i, slug), page)}" target="_blank" '
            f'title="{escape(i.title)}">{escape(i.title)}</a><span>{i.date}</span></li>'
            for i in items
        )
        return f'<ul class="trs_list">{"".join(lines)}</ul>'

    def article(self, item: Item, column: Column) -> None:
        path = self.address(item, column.slug)
        source = item.agency.name if item.agency else self.model.portal.name
        folder = path.rpartition("/")[0]
        number = f"P0{item.date.replace('-', '')}{item.number:011}"
        file = self.attachment(item, f"{folder}/{number}")
        link = f'<a href="{_to(file, path)}">附件：{item.title}</a>' if file else ""
        content = (
            f"<h1>{escape(item.title)}</h1>\n"
            f"<p>发布日期：{item.date}　来源：{source}</p>\n"
            '<div class="view TRS_UEDITOR trs_paper_default TRS_Editor">\n'
            f"{markup.body(self.model, item)}\n</div>\n"
            f'<div class="attach">{link}</div>'
        )
        meta = markup.column_meta(column.name) + markup.article_meta(item, source)
        page = self.page(path, item.title, content, meta)
        self.site.add(path, page, self.kind_of(item))

    def page(self, path: str, title: str, content: str, meta: str = "") -> str:
        name = self.model.portal.name
        home = _to("/", path)
        return (
            '<!DOCTYPE html>\n<html><head><meta charset="utf-8">\n'
            f"<title>{escape(title)}_{name}</title>\n"
            f"{markup.site_meta(name, self.base)}{meta}"
            f'<link href="{home}images/trs_style.css" rel="stylesheet"></head>\n<body>'
            f'<div class="trs_header"><a href="{home}">首页</a>'
            f'<a href="{_to(PLATFORM, path)}">政府信息公开</a></div>\n'
            f"{content}\n<div>政府网站标识码：9902210003</div></body></html>\n"
        )


def _to(target: str, page: str) -> str:
    """A relative link."""
    found = relpath(target, page.rpartition("/")[0] or "/")
    return (found if found.startswith(".") else f"./{found}") + (
        "/" if target.endswith("/") and not found.endswith("/") else ""
    )


def _menu(links: list[tuple[str, str]], page: str) -> str:
    lines = (f'<li><a href="{_to(url, page)}">{name}</a></li>' for url, name in links)
    return f"<ul>{''.join(lines)}</ul>"


FAMILY = Trs
