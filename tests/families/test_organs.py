"""A common platform: every organ has a platform of its own, with its own reports."""

from __future__ import annotations

import pytest

from tests.families import markup
from tests.families.family import CARRYING, Site
from tests.families.model import Item, model
from tests.families.walk import Walk, walk

BASE = "http://www.linlan.gov.cn/"


def page(title: str, *content: str) -> str:
    """A page with the navigation that every page of the platform has."""
    top = '<div class="nav"><a href="/">首页</a><a href="/xxgk/">政府信息公开</a></div>'
    return f"<html><head><title>{title}</title></head><body>{top}{''.join(content)}</body></html>"  # noqa: E501


def menu(*links: tuple[str, str]) -> str:
    lines = "".join(f'<li><a href="{url}">{name}</a></li>' for url, name in links)
    return f"<ul>{lines}</ul>"


def article(item: Item) -> str:
    assert item.agency
    return (
        f"<html><head><title>{item.title}</title>"
        f"{markup.article_meta(item, item.agency.name)}</head><body>"
        f"<h1>{item.title}</h1>{markup.body(model(), item)}</body></html>"
    )


def organs() -> dict[str, list[Item]]:
    """The reports by organ, the government's own left out."""
    found: dict[str, list[Item]] = {}
    for item in model().reports:
        if item.agency and item.agency.kind != "government":
            found.setdefault(item.agency.name, []).append(item)
    return found


def listing(site: Site, path: str, items: list[Item]) -> None:
    """An organ's report column and the reports in it."""
    links = [(f"/c/{item.number}.html", item.title) for item in items]
    site.add(path, page("年报", menu(*links)), "list")
    for item in items:
        site.add(f"/c/{item.number}.html", article(item), "report")


def platform_of_platforms() -> Site:
    """Home → 政府信息公开 → 部门信息公开 → organ → its 政府信息公开年报."""
    site = Site(BASE)
    names = list(organs())
    site.add("/", page("首页"), "home")
    parts = menu(("/zn.html", "政府信息公开指南"), ("/xxgk/bm/", "部门和乡镇信息公开"))
    site.add("/xxgk/", page("政府信息公开", parts), "way")
    links = [(f"/dw{n}/", name) for n, name in enumerate(names)]
    site.add("/xxgk/bm/", page("部门和乡镇信息公开", menu(*links)), "way")
    for (url, name), items in zip(links, organs().values(), strict=True):
        parts = menu((f"{url}zn.html", "指南"), (f"{url}nb/", "政府信息公开年报"))
        site.add(url, page(name, menu(*links), parts), "way")
        listing(site, f"{url}nb/", items)
    return site


def column_of_organs() -> Site:
    """Home → 政府信息公开 → 政府信息公开年报 → organ: its reports."""
    site = Site(BASE)
    names = list(organs())
    site.add("/", page("首页"), "home")
    parts = menu(("/zn.html", "政府信息公开指南"), ("/xxgk/nb/", "政府信息公开年报"))
    site.add("/xxgk/", page("政府信息公开", parts), "way")
    links = [(f"/dw{n}/", name) for n, name in enumerate(names)]
    site.add("/xxgk/nb/", page("政府信息公开年报", menu(*links)), "list")
    for (url, _), items in zip(links, organs().values(), strict=True):
        listing(site, url, items)
    return site


def found(done: Walk) -> set[tuple[str, int]]:
    return {
        (extraction.report.agency.name, extraction.report.report_year)
        for _, extraction in done.documents()
        if extraction.report
    }


EXPECTED = {
    ("临澜县人民政府办公室", 2023),
    ("临澜县人民政府办公室", 2024),
    ("临澜县教育局", 2023),
    ("临澜县教育局", 2024),
    ("临澜县水务局", 2023),
    ("临澜县水务局", 2024),
    ("临澜县财政局", 2024),
    ("临澜县石浔镇人民政府", 2023),
    ("临澜县石浔镇人民政府", 2024),
    ("临澜县高桥镇人民政府", 2024),
}


@pytest.mark.parametrize("build", [platform_of_platforms, column_of_organs])
def test_every_organ_s_reports_are_found_in_its_own_column(build):
    done = walk(build())
    assert found(done) == EXPECTED
    assert [v.row.url for v in done.visits if v.answer.status != 200] == []
    assert done.requests() <= 3 * len(done.of_kind(*CARRYING))


def test_a_menu_that_leads_elsewhere_too_is_no_menu_of_organs():
    site = Site(BASE)
    site.add("/", page("首页"), "home")
    mixed = menu(
        ("/a/", "教育局"), ("/b/", "水务局"), ("/c/", "财政局"), ("/d/", "县情")
    )
    site.add("/xxgk/", page("政府信息公开", mixed), "way")
    assert [v.row.url for v in walk(site).visits] == [BASE, f"{BASE}xxgk/"]
