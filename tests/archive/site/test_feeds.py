"""Feeds that readers accept: by the schema of RFC 4287, with ids that last."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from archive.catalog import Catalog
from archive.datadir import DataDir
from archive.publish import publish
from archive.serve import make_app
from archive.site import feeds
from tests.archive.site.conftest import HOSTILE, NOW

SCHEMA = etree.RelaxNG(etree.parse(str(Path(__file__).with_name("atom.rng"))))
NS = {"a": feeds.ATOM}
URL = "http://portal.example.gov.cn/0.html"
GONE = "2026-03-01T02:00:00.000000Z"
CORRECTED = "2026-02-10T02:00:00.000000Z"


@pytest.fixture(scope="module")
def changed(sample: Any, tmp_path_factory: Any) -> DataDir:
    """The sample, with one report corrected and its page vanished afterwards."""
    data = DataDir(tmp_path_factory.mktemp("changed") / "data")
    shutil.copytree(sample.data.root, data.root)
    sha256 = sample.sha256("990683-gov-2020")
    key = {"report_id": "990683-gov-2020"}
    with Catalog(data.catalog, clock=lambda: NOW) as catalog, catalog.atomic():
        version = {"version_no": 2, "sha256": sha256, "change": "figures"}
        catalog.upsert(
            "report_versions", key | version | {"first_captured_at": CORRECTED}
        )
        for number in (1, 2):
            catalog.upsert(
                "changes",
                key
                | {"to_version": 2, "from_version": 1, "change_no": number}
                | {"kind": "cell", "detected_at": CORRECTED},
            )
        event = {"source_id": "portal", "url": URL, "at": GONE, "event": "vanished"}
        catalog.upsert("tombstone_events", event | {"detail": "not_found: HTTP 404"})
    with Catalog(data.catalog, clock=lambda: NOW) as catalog:
        publish(data, catalog, clock=lambda: NOW)
    return data


@pytest.fixture
async def client(changed: DataDir) -> Any:
    app = make_app(changed)
    await app.invoke_startup()
    return app.client


async def feed(client: Any, name: str, query: str = "") -> Any:
    response = await client.get(f"/feeds/{name}.atom{query}")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert response.headers["x-content-type-options"] == "nosniff"
    root = etree.fromstring(response.content)
    SCHEMA.assertValid(root)
    return root


def texts(root: Any, path: str) -> list[str]:
    return [str(found) for found in root.xpath(path, namespaces=NS)]


@pytest.mark.parametrize("name", ["new", "corrected", "vanished"])
@pytest.mark.parametrize("query", ["", "?_lang=en"])
async def test_every_feed_is_valid_and_its_ids_are_unique(
    client: Any, name: str, query: str
) -> None:
    root = await feed(client, name, query)
    ids = texts(root, "//a:id/text()")
    assert len(ids) == len(set(ids)) >= 2
    (own,) = texts(root, "a:link[@rel='self']/@href")
    assert own == f"http://localhost/feeds/{name}.atom{query}"
    assert texts(root, "a:updated/text()") == [max(texts(root, "//a:updated/text()"))]
    for link in texts(root, "//a:link/@href"):
        assert link.startswith("http://localhost/")


async def test_new_reports_come_newest_first_with_author_and_link(client: Any) -> None:
    root = await feed(client, "new")
    assert texts(root, "a:title/text()") == ["新收录的报告 · 年报"]
    assert texts(root, "a:entry/a:author/a:name/text()") == [
        HOSTILE,
        "甲州市人民政府",
        "甲州市人民政府",
        "甲州市人民政府办公室",
    ]
    second = root.findall("a:entry", NS)[1]
    assert [
        second.findtext(f"a:{tag}", namespaces=NS) for tag in ("title", "updated")
    ] == [
        "甲州市人民政府2020年政府信息公开工作年度报告",
        "2026-01-31T08:00:00.000000Z",
    ]
    assert second.findtext("a:summary", namespaces=NS) == (
        "甲州市人民政府，2020 年度；发布日期：2021-04-02；部分读出"
    )
    assert second.find("a:link", NS).get("href") == (
        "http://localhost/report/990683-gov-2020"
    )


async def test_a_correction_says_how_many_cells_differ(client: Any) -> None:
    root = await feed(client, "corrected", "?_lang=en")
    (entry,) = root.findall("a:entry", NS)
    assert entry.findtext("a:summary", namespaces=NS) == (
        "甲州市人民政府, 2020; 2 cells of the tables differ"
    )
    assert "(version 2: figures changed)" in entry.findtext("a:title", namespaces=NS)
    assert entry.findtext("a:updated", namespaces=NS) == CORRECTED


async def test_a_vanished_page_is_told_with_its_address_and_reason(client: Any) -> None:
    (entry,) = (await feed(client, "vanished")).findall("a:entry", NS)
    assert entry.findtext("a:summary", namespaces=NS) == (
        f"甲州市人民政府，2020 年度；{URL}：not_found: HTTP 404"
    )


async def test_ids_are_the_same_in_every_language_and_at_every_address(
    client: Any,
) -> None:
    ids = texts(await feed(client, "new"), "a:entry/a:id/text()")
    assert texts(await feed(client, "new", "?_lang=en"), "a:entry/a:id/text()") == ids
    other = await client.get("/feeds/new.atom", headers={"host": "mirror.example"})
    assert texts(etree.fromstring(other.content), "a:entry/a:id/text()") == ids
    # Written out: a change here would make every reader see every entry again.
    assert ids[1] == "urn:uuid:7c3327a1-9b94-5a50-b70c-6507b27116b7"


async def test_an_empty_feed_is_valid(site: Any) -> None:
    root = await feed(site, "vanished")
    assert root.findall("a:entry", NS) == []


async def test_characters_that_xml_cannot_hold_are_left_out() -> None:
    row = {
        "key": "new:r", "report_id": "r", "at": "2026-01-31T08:00:00Z",
        "title": "年\x00报\x0b<b>&\ufffe\ud800", "report_year": 2020,
        "published_on": None, "status": "extracted", "agency": "\x1b机关",
    }  # fmt: skip
    made = feeds.entry("new", row, lambda local: f"http://a{local}")
    body = feeds.render("new", [made], lambda local: f"http://a{local}", "")
    root = etree.fromstring(body)
    SCHEMA.assertValid(root)
    assert texts(root, "a:entry/a:title/text()") == ["年报<b>&"]
    assert texts(root, "a:entry/a:author/a:name/text()") == ["机关"]


async def test_pages_name_the_feeds(site: Any) -> None:
    page = etree.HTML((await site.get("/")).text)
    assert page.xpath("//link[@type='application/atom+xml']/@href") == [
        "/feeds/new.atom",
        "/feeds/corrected.atom",
        "/feeds/vanished.atom",
    ]
    assert (await site.get("/feeds/other.atom")).status_code == 404
