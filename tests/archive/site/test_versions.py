"""The page of a report tells its versions, their differences, and its history."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from archive.catalog import Catalog
from archive.datadir import DataDir
from archive.publish import publish
from archive.records import Source
from archive.serve import make_app
from archive.tombstones import Tombstone, Tombstones
from pipelines.reference import refresh
from tests.pipelines.test_load import REPORT, corrected
from tests.pipelines.test_versions import PAGE, show, worded


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> BeautifulSoup:
    """The page of a report that was corrected, vanished and came back."""
    data = DataDir(tmp_path_factory.mktemp("data")).prepare()
    with Catalog(data.catalog) as catalog:
        refresh(catalog)
        catalog.put_source(Source("s", "云川市", "990101", "city", "http://a.example/"))
        hostile = "全年收到申请<b>六</b>件。"
        show(catalog, REPORT, "a" * 64, 1)
        show(catalog, worded(hostile, corrected(6)), "b" * 64, 2)
        gone = Tombstone("s", PAGE, "gone", "2026-02-01", "2026-02-20", 3, 3,
                         "2026-02-20T02:00:00.000000Z", reason="not_found: HTTP 404",
                         updated_at="2026-02-20")  # fmt: skip
        back = replace(
            gone, state="returned", returned_at="2026-03-01T02:00:00.000000Z"
        )
        Tombstones(catalog).put(gone)
        Tombstones(catalog).put(back)
        publish(data, catalog)

    async def get() -> str:
        app = make_app(data)
        await app.invoke_startup()
        response = await app.client.get(f"/report/{REPORT.report_id}")
        assert response.status_code == 200, response.text
        return str(response.text)

    return BeautifulSoup(asyncio.run(get()), "html.parser")


def test_a_changed_cell_is_shown_before_and_after(page):
    row = page.select_one("#version-2 tbody tr")
    assert [cell.get_text(strip=True) for cell in row.select("del, ins")] == ["5", "6"]
    assert row.select_one("th a")["href"] == "#cell-requests-granted-total"


def test_changed_words_are_struck_out_and_underlined_in_their_sentence(page):
    words = page.select_one("#version-2 .nb-change")
    assert [d.get_text() for d in words.select("del")] == ["五"]
    assert [i.get_text() for i in words.select("ins")] == ["<b>六</b>"]
    assert words.select("b") == []


def test_the_history_tells_what_became_of_the_page_in_order(page):
    items = page.select_one("section[aria-labelledby=history]").select("li")
    told = [" ".join(item.get_text().split()) for item in items]
    assert told == [
        f"2026-01-01 00:00:00 UTC · 首次收录 {PAGE}",
        f"2026-01-02 00:00:00 UTC · 更正（第 2 版，数字与文字有变） {PAGE}",
        f"2026-02-20 02:00:00 UTC · 网页消失（not_found: HTTP 404） {PAGE}",
        f"2026-03-01 02:00:00 UTC · 网页恢复 {PAGE}",
    ]
