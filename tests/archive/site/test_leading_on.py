"""Links that answers lead on with, and what the sources page says of alarms."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from lxml import etree, html

from archive.site.plugin import render_cell


@pytest.fixture
def shown(site: Any) -> Any:
    """A value of a column ``follow`` as a page of Datasette shows it."""

    async def cell(value: str) -> Any:
        sql = quote(f"select '{value}' as follow")
        page = html.document_fromstring((await site.get(f"/nianbao?sql={sql}")).text)
        (found,) = page.xpath("//td[contains(@class, 'col-follow')]")
        return found

    return cell


@pytest.mark.parametrize(
    "path", ["/report/990683-gov-2020#cell-requests-granted-total",
             "/nianbao/reports_of_ground?ground=a&province=甲省"],
)  # fmt: skip
async def test_an_answer_leads_on_by_a_link_in_words(shown: Any, path: str) -> None:
    (link,) = (await shown(path)).xpath(".//a")
    assert (link.get("href"), link.text) == (path, "查看")


@pytest.mark.parametrize(
    "value", ["//a.example/report/", "javascript:alert(1)", "/originals/x", "报告"]
)
async def test_nothing_but_a_page_of_ours_becomes_such_a_link(
    shown: Any, value: str
) -> None:
    found = await shown(value)
    assert found.xpath(".//a") == []
    assert found.text_content().strip() == value


async def test_markup_in_such_a_path_stays_text(shown: Any) -> None:
    (link,) = (await shown('/report/"><script>1</script>')).xpath(".//a")
    assert link.get("href") == '/report/"><script>1</script>'


def test_a_column_of_another_name_is_not_touched() -> None:
    assert render_cell("/report/x", "path", None) is None


async def test_sources_say_that_nothing_needs_a_person(site: Any) -> None:
    page = html.document_fromstring((await site.get("/sources")).text)
    (section,) = page.xpath("//section[@aria-labelledby='alarms']")
    assert "目前没有未处理的问题。" in section.text_content()
    assert [a.get("href") for a in section.xpath(".//a")] == [
        "/nianbao/alarms", "/feeds/alarms.atom",
    ]  # fmt: skip


async def test_the_feed_of_alarms_is_atom_without_entries(site: Any) -> None:
    response = await site.get("/feeds/alarms.atom")
    assert response.headers["content-type"] == "application/atom+xml; charset=utf-8"
    root = etree.fromstring(response.content)
    assert root.tag == "{http://www.w3.org/2005/Atom}feed"
    assert root.findall("{http://www.w3.org/2005/Atom}entry") == []


async def test_conditions_of_a_table_are_told_in_the_language_of_the_page(
    site: Any,
) -> None:
    path = "/nianbao/report_index?level__exact=county&granted__isnull=1&_sort=granted"
    for lang, told in (
        ("zh", "予以公开 为空值 · 层级 = 县级 · 按予以公开升序排列"),
        ("en", "Granted is null · Level = county · by Granted, lowest first"),
    ):
        text = (await site.get(f"{path}&_lang={lang}")).text
        status = html.document_fromstring(text).xpath("//p[@role='status']")[0]
        assert told in " ".join(status.text_content().split())
