"""The walk of docs/walk.md, click by click, and what is clicked on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.surfing import NARROW, Surfer, window

Keep = Callable[..., None]
OUTLINE = "e => [getComputedStyle(e).outlineStyle, getComputedStyle(e).outlineWidth]"


@pytest.fixture
def tab(chromium: Any, site: str) -> Iterator[Surfer]:
    with window(chromium, site, (1280, 900)) as opened:
        yield opened


@pytest.fixture
def keep(tab: Surfer, pictures: Path | None) -> Keep:
    """Keep a picture of what the visitor sees now, as ``walk-<name>.png``."""

    def kept(name: str, page: Any = None) -> None:
        if pictures:
            pictures.mkdir(parents=True, exist_ok=True)
            (page or tab.page).screenshot(path=pictures / f"walk-{name}.png")

    return kept


def follow(tab: Surfer, kind: str, name: str) -> None:
    """Click a link or a button and wait for the page it leads to."""
    with tab.page.expect_navigation():
        tab.page.get_by_role(kind, name=name, exact=True).first.click()


def cells(tab: Surfer, row: int) -> list[str]:
    """The texts of a row of the only table of the page, from 0."""
    found = tab.page.locator("table.nb-data tbody tr").nth(row).locator("td")
    return [text.strip() for text in found.all_inner_texts()]


def test_the_ground_that_grew_most_in_shandong_leads_to_the_page_it_comes_from(
    tab: Surfer, keep: Keep
) -> None:
    page = tab.page
    tab.open("/")
    keep("1-home")
    follow(tab, "link", "现成的问题")
    keep("2-questions")
    follow(tab, "link", "哪项不予公开理由增长最多")
    page.get_by_label(":year").fill("2021")
    page.get_by_label(":province").fill("山东省")
    page.get_by_label(":level").select_option("县级")
    follow(tab, "button", "运行")
    assert cells(tab, 0) == [
        "denied_third_party", "4.保护第三方合法权益", "3", "30", "51", "21", "查看",
    ]  # fmt: skip
    keep("3-grounds")
    follow(tab, "link", "查看")
    first = cells(tab, 0)
    assert first[:3] == ["龙口市人民政府", "山东省", "烟台市"]
    keep("4-governments")
    follow(tab, "link", "查看")
    assert page.url.endswith("#cell-requests-denied_third_party-total")
    cell = page.locator("td:target")
    assert cell.inner_text() == first[4]
    assert cell.evaluate("e => e.getBoundingClientRect().top < innerHeight")
    keep("5-report")
    row = tab.original().locator("tr", has_text="4.保护第三方合法权益").locator("td")
    assert row.all_inner_texts()[-1] == first[4]
    with tab.context.expect_page() as opened:
        page.get_by_role("link", name="单独打开").first.click(modifiers=["Control"])
    original = opened.value
    original.wait_for_load_state()
    assert "龙口市人民政府2021年政府信息公开工作年度报告" in original.inner_text("h1")
    keep("6-original", original)
    assert tab.seen.faults() == []


def test_failed_checks_are_outlined_and_lead_to_their_cells(tab: Surfer) -> None:
    tab.open("/report/370681-gov-2020?version=2")
    assert tab.page.locator("td.bad").count() == 0
    tab.open("/report/370683-gov-2021")
    marked = tab.page.locator("td.bad")
    assert marked.count() > 0
    assert marked.first.evaluate(OUTLINE) == ["solid", "2px"]
    tab.page.locator(".nb-finding a[href^='#cell-']").first.click()
    target = tab.page.locator("td:target")
    assert "bad" in str(target.get_attribute("class"))


def test_conditions_of_a_table_are_set_and_told_in_chinese(tab: Surfer) -> None:
    tab.open("/nianbao/report_index")
    operators = tab.page.get_by_label("条件").first.locator("option")
    assert operators.all_inner_texts() == [
        "=", "≠", "包含", "结尾是", "开头是", ">", "≥", "<", "≤", "符合（LIKE）",
        "不符合（LIKE）", "符合（GLOB）", "是其中之一", "不是其中之一", "数组包含",
        "数组不包含", "日期为", "为空值", "不为空值", "为空白", "不为空白",
    ]  # fmt: skip
    tab.page.get_by_label("列").first.select_option("level")
    tab.page.get_by_label("值").first.fill("township")
    follow(tab, "button", "应用")
    told = tab.page.get_by_role("status").inner_text()
    assert "层级 = 乡级" in told
    assert "where" not in told
    assert "sorted" not in told


def test_what_needs_a_person_is_listed_open_before_acknowledged(tab: Surfer) -> None:
    tab.open("/sources")
    section = tab.page.locator("section[aria-labelledby=alarms]")
    assert "未处理 2 项，已有人确认 1 项" in section.inner_text()
    rows = section.locator("tbody tr")
    assert [rows.nth(n).locator("td").first.inner_text() for n in range(3)] == [
        "栏目已迁移", "无法访问", "文件读不出",
    ]  # fmt: skip
    assert "已去函索取" in rows.nth(2).inner_text()
    feed = tab.context.request.get(f"{tab.site}/feeds/alarms.atom")
    assert feed.headers["content-type"].startswith("application/atom+xml")
    assert feed.text().count("<entry>") == 3
    follow(tab, "link", "全部问题（含已结束的）")
    assert tab.page.url.endswith("/nianbao/alarms")


def test_the_keyboard_reaches_the_text_past_the_menu(tab: Surfer) -> None:
    tab.open("/checks")
    tab.page.keyboard.press("Tab")
    skip = tab.page.locator(".nb-skip:focus")
    assert skip.inner_text() == "跳到正文"
    assert skip.evaluate("e => e.getBoundingClientRect().left") == 0
    tab.page.keyboard.press("Enter")
    assert tab.page.url.endswith("#main")


def test_a_telephone_scrolls_tables_but_not_the_page(chromium: Any, site: str) -> None:
    with window(chromium, site, NARROW) as narrow:
        narrow.open("/coverage")
        table = narrow.page.locator(".nb-scroll").last
        assert table.evaluate("e => e.scrollWidth > e.clientWidth")
        narrow.page.mouse.wheel(600, 0)
        assert narrow.page.evaluate("scrollX") == 0
