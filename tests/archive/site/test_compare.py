"""Two reports, or two versions of one, side by side; an older version as it was."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from bs4 import BeautifulSoup

from archive.catalog import Catalog
from archive.datadir import DataDir
from archive.publish import publish
from archive.records import Cell, Chapter
from archive.serve import make_app
from archive.site.comparison import Pair, Side
from archive.site.said import cells_before, chapters_before
from pipelines.reference import refresh
from tests.pipelines.test_load import REPORT, corrected
from tests.pipelines.test_versions import show, worded

ID = REPORT.report_id
OLD = "990101-gov-2020"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A report of 2021 in three versions, and one of 2020 on the form before."""
    data = DataDir(tmp_path_factory.mktemp("data")).prepare()
    older = replace(
        REPORT, report_id=OLD, report_year=2020, template="gk2019",
        title="云川市2020年政府信息公开工作年度报告",
        chapters=(Chapter(1, "一、总体情况", "收到申请三件。", "收到申请三件。"),),
        cells=(
            Cell("requests", "granted", "total", "3", 3, "count", "number"),
            Cell("requests", "carried_in", "total", "", None, "count", "blank"),
            Cell("proactive", "rules", "published_total", "7", 7, "count", "number"),
            Cell("proactive", "normative_docs", "made_this_year", "2", 2, "count",
                 "number"),
        ),
    )  # fmt: skip
    newer = replace(
        REPORT,
        cells=(
            *REPORT.cells,
            Cell("proactive", "rules", "in_force", "4", 4, "count", "number"),
            Cell("proactive", "normative_docs", "issued_this_year", "2", 2, "count",
                 "number"),
        ),
    )  # fmt: skip
    fixed = replace(newer, cells=(corrected(6).cells[0], *newer.cells[1:]))
    with Catalog(data.catalog) as catalog:
        refresh(catalog)
        show(catalog, newer, "a" * 64, 1)
        show(catalog, fixed, "b" * 64, 2)
        show(catalog, worded("全年收到申请六件。", fixed), "c" * 64, 3)
        show(catalog, older, "d" * 64, 4, url="http://a.example/2020")
        publish(data, catalog)
    return make_app(data)


async def soup(app: Any, path: str, status: int = 200) -> BeautifulSoup:
    await app.invoke_startup()
    response = await app.client.get(path)
    assert response.status_code == status, response.text[:500]
    return BeautifulSoup(response.text, "lxml")


def words(node: Any) -> str:
    return re.sub(r"\s+", " ", node.get_text(" ")).strip()


def table(page: BeautifulSoup, heading: str) -> list[str]:
    found = page.find("div", {"aria-labelledby": heading})
    return [words(tr) for tr in found.select("tbody tr")]


async def test_versions_of_a_report_differ_in_the_corrected_cell_and_word(
    app: Any,
) -> None:
    page = await soup(app, f"/compare?a={ID}@1&b={ID}")
    assert table(page, "differing") == ["（一）予以公开 · 总计 依申请公开 5 6 +1"]
    assert "1 项不同，3 项相同，0 项不可比" in words(page.main)
    change = page.select_one("#text ~ .nb-change")
    assert [d.text for d in change.select("del")] == ["五"]
    assert [i.text for i in change.select("ins")] == ["六"]


async def test_sides_can_be_swapped(app: Any) -> None:
    page = await soup(app, f"/compare?a={ID}&b={ID}@2")
    assert page.find("div", {"aria-labelledby": "differing"}) is None
    change = page.select_one("#text ~ .nb-change")
    assert [d.text for d in change.select("del")] == ["六"]
    swap = page.find("a", string="左右对调")
    assert swap["href"] == f"/compare?a={ID}%402&b={ID}"


async def test_forms_that_differ_compare_by_measure_or_say_why_not(app: Any) -> None:
    page = await soup(app, f"/compare?a={OLD}&b={ID}&all=1")
    assert table(page, "differing") == ["（一）予以公开 依申请公开 3 6 +3"]
    apart = table(page, "apart")
    reason = "历年公开总数（2019）与现行有效数（2021）含义不同"
    assert f"规章对外公开总数 主动公开 7 无此格 不可比：{reason}" in apart
    assert f"规章现行有效件数 主动公开 无此格 4 不可比：{reason}" in apart
    assert "规范性文件制发数 主动公开 2 2 0 大致可比" in table(page, "alike")


async def test_the_first_side_alone_offers_versions_and_other_years(app: Any) -> None:
    page = await soup(app, f"/compare?a={ID}")
    offered = [a["href"] for a in page.select("#versions ~ ul a, #offers ~ ul a")]
    assert offered == [
        f"/compare?a={ID}&b={ID}%402",
        f"/compare?a={ID}&b={ID}%401",
        f"/compare?a={ID}&b={OLD}",
    ]
    page = await soup(app, "/compare?q=%E4%BA%91%E5%B7%9D")
    assert [a["href"] for a in page.select("#offers ~ ul a")] == [
        f"/compare?a={ID}",
        f"/compare?a={OLD}",
    ]


@pytest.mark.parametrize("address", ["nope", f"{ID}@9", f"{ID}@x", "@", "%3Cb%3E@1"])
async def test_what_is_not_here_is_404(app: Any, address: str) -> None:
    page = await soup(app, f"/compare?a={address}&b={ID}", 404)
    assert "370683-gov-2020@1" in words(page.main)


async def test_an_older_version_shows_what_it_said_and_leads_to_the_current(
    app: Any,
) -> None:
    page = await soup(app, f"/report/{ID}?version=1")
    assert words(page.find(id="cell-requests-granted-total")) == "5"
    assert "申请五件" in words(page.find(id="chapter-1"))
    notice = page.select_one("header .nb-notice")
    assert "这是第 1 版，不是当前版本（第 3 版）" in words(notice)
    assert notice.a["href"] == f"/report/{ID}"
    assert page.find("link", rel="canonical")["href"].endswith(f"/report/{ID}")
    assert "校验只针对当前版本" in words(page.main)
    assert "a" * 64 in words(page.find(class_="nb-provenance"))
    assert "[EB/OL]. 第 1 版. " in words(page.select(".nb-cite")[0])
    assert "(version 1)" in words(page.select(".nb-cite")[1])
    current = await soup(app, f"/report/{ID}")
    assert words(current.find(id="cell-requests-granted-total")) == "6"
    assert "申请六件" in words(current.find(id="chapter-1"))


@pytest.mark.parametrize("version", ["4", "0", "-1", "x", "1e3", "9" * 30])
async def test_a_version_that_never_was_is_404(app: Any, version: str) -> None:
    await soup(app, f"/report/{ID}?version={version}", 404)


def test_cells_that_came_later_are_missing_before_and_states_follow_the_text() -> None:
    now = [
        Cell("requests", "granted", "total", "6", 6, "count", "number", "read", "here"),
        Cell("requests", "carried_in", "total", "1", 1, "count", "number"),
    ]
    change = {"kind": "cell", "table_code": "requests", "col_code": "total"}
    before = cells_before(now, [
        change | {"row_code": "granted", "old_raw": "—", "old_value": None},
        change | {"row_code": "carried_in", "old_raw": None, "old_value": None},
        change | {"row_code": "carried_out", "old_raw": "0", "old_value": 0.0},
    ])  # fmt: skip
    assert [(c.row_code, c.raw, c.state, c.locator) for c in before] == [
        ("granted", "—", "dash", ""),
        ("carried_in", "", "missing", ""),
        ("carried_out", "0", "zero", ""),
    ]


def test_a_chapter_that_came_later_is_not_in_the_version_before() -> None:
    now = [
        {"chapter_no": 1, "heading": "一", "text": "新"},
        {"chapter_no": 6, "heading": "六", "text": "无。"},
    ]
    changes = [
        {"kind": "chapter", "chapter_no": 1, "old_raw": "一、总体情况\n旧"},
        {"kind": "chapter", "chapter_no": 6, "old_raw": None},
    ]
    assert chapters_before(now, changes) == [
        {"chapter_no": 1, "heading": "一、总体情况", "text": "旧"}
    ]


def test_amounts_in_different_units_have_no_difference() -> None:
    yuan = Side("10000", 10000, "cny", "number")
    wan = Side("1", 1, "wan_cny", "number")
    pair = Pair("proactive", "收费", wan, yuan)
    assert (pair.difference, pair.differs) == (None, True)
    assert Pair("proactive", "收费", wan, replace(wan, value=3)).difference == 2
