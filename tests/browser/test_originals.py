"""Originals in the browser: scripts of crawled pages stay still, names stay right."""

from __future__ import annotations

import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from archive.datadir import DataDir
from tests.browser.published import page
from tests.browser.surfing import Surfer, window

REPORT = "370683-gov-2021"
NAME = "莱州市人民政府2021年政府信息公开工作年度报告.html"
BODY = page("莱州市", 2021, 21)


@pytest.fixture
def tab(chromium: Any, site: str) -> Iterator[Surfer]:
    with window(chromium, site, accept_downloads=True) as opened:
        yield opened


def digest_of(browsed: Path, report_id: str) -> str:
    uri = f"{DataDir(browsed).published.as_uri()}?immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        sql = "SELECT sha256 FROM reports WHERE report_id = ?"
        return str(connection.execute(sql, [report_id]).fetchone()[0])


def downloads_to(tab: Surfer, folder: Path) -> None:
    """Let Chromium save under the names that it makes itself."""
    tab.context.new_cdp_session(tab.page).send(
        "Page.setDownloadBehavior",
        {"behavior": "allow", "downloadPath": str(folder)},
    )


def test_the_crawled_page_would_run_its_script_elsewhere() -> None:
    """The trap: what the next tests see standing still is a script that runs."""
    assert "document.title='PWNED'" in BODY.decode()
    assert "fetch('/pwned')" in BODY.decode()


def test_the_script_runs_where_nothing_holds_it(
    chromium: Any, site: str, tmp_path: Path
) -> None:
    (tmp_path / "trap.html").write_bytes(BODY)
    with window(chromium, site) as opened:
        opened.page.goto((tmp_path / "trap.html").as_uri())
        assert opened.page.title() == "PWNED"


def test_a_script_in_a_crawled_page_does_not_run_in_the_frame(
    tab: Surfer, site: str
) -> None:
    answered: list[str] = []
    tab.context.on("response", lambda answer: answered.append(answer.url))
    seen = tab.open(f"/report/{REPORT}")
    frame = tab.original()
    assert "一、总体情况" in frame.content()
    assert frame.title() == "某门户"
    assert tab.page.title().startswith("莱州市人民政府2021年")
    assert any("Blocked script execution" in text for text in seen.kept_out)
    assert f"{site}/pwned.png" in seen.kept_out
    assert [url for url in answered if "pwned" in url] == []
    assert seen.faults() == []


def test_a_crawled_page_opened_on_its_own_does_not_run(
    tab: Surfer, browsed: Path
) -> None:
    seen = tab.open(f"/originals/{digest_of(browsed, REPORT)}?view=inline")
    assert tab.page.title() == "某门户"
    assert "PWNED" not in tab.page.inner_text("body")
    assert any("Blocked script execution" in text for text in seen.kept_out)


def test_chromium_saves_an_original_under_its_chinese_name(
    tab: Surfer, tmp_path: Path
) -> None:
    tab.open(f"/report/{REPORT}")
    downloads_to(tab, tmp_path)
    tab.page.get_by_role("link", name="下载原件").first.click()
    tab.page.wait_for_timeout(300)
    for _ in range(50):
        if (tmp_path / NAME).exists():
            break
        tab.page.wait_for_timeout(100)
    assert [path.name for path in tmp_path.iterdir()] == [NAME]
    assert (tmp_path / NAME).read_bytes() == BODY


def test_chromium_saves_all_originals_of_an_authority(
    tab: Surfer, tmp_path: Path
) -> None:
    tab.open("/agency/370683-gov")
    with tab.page.expect_download() as waiting:
        tab.page.get_by_role("link", name="ZIP").click()
    waiting.value.save_as(tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        assert archive.testzip() is None
        names = archive.namelist()
    assert waiting.value.suggested_filename.endswith(".zip")
    assert len([name for name in names if name.endswith(".html")]) == 2
