"""Search engines get every page once, and are kept out of what is endless."""

from __future__ import annotations

from typing import Any
from urllib.robotparser import RobotFileParser

import pytest
from lxml import etree
from protego import Protego

from archive.site import sitemap

NS = {"s": sitemap.NAMESPACE}


async def addresses(site: Any, path: str) -> list[str]:
    response = await site.get(path)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/xml; charset=utf-8"
    root = etree.fromstring(response.content)
    return [str(found) for found in root.xpath("//s:loc/text()", namespaces=NS)]


async def test_the_index_leads_to_every_page_once(site: Any) -> None:
    files = await addresses(site, "/sitemap.xml")
    assert files == [
        "http://localhost/sitemap-pages-1.xml",
        "http://localhost/sitemap-reports-1.xml",
        "http://localhost/sitemap-agencies-1.xml",
    ]
    listed = [url for file in files for url in await addresses(site, file[16:])]
    assert len(listed) == len(set(listed)) == len(sitemap.PAGES) + 4 + 3
    assert "http://localhost/report/990683-gov-2020" in listed
    for url in listed:
        assert (await site.get(url[16:])).status_code == 200, url


async def test_reports_bear_the_time_of_their_current_version(site: Any) -> None:
    root = etree.fromstring((await site.get("/sitemap-reports-1.xml")).content)
    assert set(root.xpath("//s:lastmod/text()", namespaces=NS)) == {
        "2026-01-31T08:00:00.000000Z"
    }


def test_more_than_50000_go_into_further_files(rows_of: Any, monkeypatch: Any) -> None:
    assert sitemap.URLS_PER_FILE == 50_000
    monkeypatch.setattr(sitemap, "URLS_PER_FILE", 3)
    connection = rows_of.__closure__[0].cell_contents
    assert sitemap.parts(connection) == [
        "pages-1",
        "reports-1",
        "reports-2",
        "agencies-1",
    ]
    assert [e["path"] for e in sitemap.entries(connection, "reports", 2)] == [
        "/report/990683-office-2020"
    ]


@pytest.mark.parametrize("path", ["/sitemap-reports-2.xml", "/sitemap-other-1.xml"])
async def test_a_file_that_the_index_does_not_name_is_404(site: Any, path: str) -> None:
    assert (await site.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", True),
        ("/report/370683-gov-2020", True),
        ("/report/370683-gov-2020?_lang=en", True),
        ("/agency/370683-gov", True),
        ("/coverage", True),
        ("/sitemap.xml", True),
        ("/feeds/new.atom", True),
        ("/nianbao", False),
        ("/nianbao?sql=select+1", False),
        ("/nianbao.db", False),
        ("/nianbao/report_index?_facet=level", False),
        ("/nianbao/report_index", False),
        ("/search?q=1", False),
        ("/search?q=1&_lang=en", False),
        ("/checks?rule=Q2&page=7", False),
        ("/originals.zip?agency=x", False),
        ("/originals/" + "0" * 64, False),
        ("/report/370683-gov-2020.wacz", False),
        ("/-/databases.json", False),
    ],
)
async def test_robots_may_read_pages_but_not_walk_through_queries(
    site: Any, path: str, allowed: bool
) -> None:
    text = (await site.get("/robots.txt")).text
    assert "Sitemap: http://localhost/sitemap.xml" in text
    rules = Protego.parse(text)
    assert rules.can_fetch(f"http://localhost{path}", "anybot") is allowed
    plain = RobotFileParser()
    plain.parse(text.splitlines())
    assert plain.site_maps() == ["http://localhost/sitemap.xml"]
