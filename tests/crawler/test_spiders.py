"""The project as a Scrapy user meets it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.crawler.crawls import PATIENCE, ROOT, Crawled, environment
from tests.crawler.small_portal import (
    ALL_DOCUMENTS,
    TITLE,
    article,
    by_path,
    small_portal,
)
from tests.crawler.wire import Wire


@pytest.fixture
def wire():
    with Wire(small_portal()) as wire:
        yield wire


def scrapy(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run Scrapy's own command from the repository root, as a Scrapy user does."""
    return subprocess.run(
        [sys.executable, "-m", "scrapy", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        env=environment() | {"NIANBAO_ALLOW_NET": "127.0.0.0/8"} | more,
    )


def test_scrapy_list_names_both_spiders():
    assert scrapy("list").stdout.split() == ["portal", "urls"]


def registry(folder, home: str) -> str:
    path = folder / "portals.yml"
    path.write_text(
        f"- {{id: linlan, name: 临澜县人民政府, adcode: '990101', level: county,"
        f" home: '{home}', delay_seconds: 0}}\n",
        "utf-8",
    )
    return str(path)


def test_scrapy_crawl_portal_opens_the_data_directory_itself(tmp_path, wire):
    done = scrapy(
        "crawl", "portal", "-a", "source=linlan",
        "-a", f"sources_file={registry(tmp_path, wire.home)}",
        NIANBAO_DATA=str(tmp_path / "data"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    result = Crawled(tmp_path / "data")
    assert set(by_path(result, "SELECT url FROM triage")) == ALL_DOCUMENTS
    runs = result.rows("SELECT command, outcome FROM runs")
    assert runs == [("scrapy crawl portal", "complete")]


def test_scrapy_crawl_urls_captures_given_addresses_of_a_source(tmp_path, wire):
    own = f"{wire.home}old/11.html"
    done = scrapy(
        "crawl", "urls", "-a", f"urls={own}",
        "-a", f"sources_file={registry(tmp_path, wire.home)}",
        NIANBAO_DATA=str(tmp_path / "data"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    captures = by_path(
        Crawled(tmp_path / "data"),
        "SELECT url, source_id FROM captures WHERE url NOT LIKE '%robots.txt'",
    )
    assert captures == {"/old/11.html": ("linlan",)}
    triaged = by_path(Crawled(tmp_path / "data"), "SELECT url FROM triage")
    assert set(triaged) == {"/old/11.html"}


def test_scrapy_crawl_urls_asks_no_host_that_no_source_names(tmp_path, wire):
    with Wire({"/x.html": article(TITLE.format(2019))}) as foreign:
        done = scrapy(
            "crawl", "urls", "-a", f"urls={wire.home}old/11.html,{foreign.home}x.html",
            "-a", f"sources_file={registry(tmp_path, wire.home)}",
            NIANBAO_DATA=str(tmp_path / "data"),
        )  # fmt: skip
    assert f"{foreign.home}x.html: host {foreign.host} is an address by number" in (
        done.stderr
    )
    assert (foreign.requests, wire.requests) == ([], [])


def test_a_spider_without_sources_says_what_to_name(tmp_path):
    done = scrapy("crawl", "portal", NIANBAO_DATA=str(tmp_path / "data"))
    assert "name sources with -a source=ID,ID or say -a all=1" in done.stderr
