"""A list that is asked for by POST: from the page's script to the catalogue."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archive.catalog import Catalog
from archive.datadir import DataDir
from archive.reindex import rebuild
from archive.warcparse import RawRecord, parse
from archive.warcscan import mapped, members
from crawler.posting import Posted, decode
from tests.crawler.crawls import Crawled, crawl_in_child, portal
from tests.families.family import JSON, Answer, Asked, Family, Site
from tests.families.model import model
from tests.families.serving import Server

SERVICE = "/EWB-FRONT/rest/lightfrontaction/getgovinfolist"
PAGE = "/dynamic/zwgk/govInfoPub.html?categorynum="
ARTICLE = (
    '<html><head><meta name="ArticleTitle" content="{0}"></head><body><h1>{0}</h1>'
    "<p>本报告由临澜县人民政府办公室编制。</p></body></html>"
)
TITLE = "临澜县{}年政府信息公开工作年度报告"


class Posting(Family):
    """A list of three pages: an answer, one that sends to a file, one that moved."""

    name = "epoint"
    headers: list[dict[str, str]]
    asked: list[Asked]

    def build(self) -> Site:
        self.asked = []
        add = self.site.add
        add("/robots.txt", "User-agent: *\nDisallow: /closed/", "other", "text/plain")
        links = "".join(
            f'<a href="{PAGE}{n}">政府信息公开年报</a>' for n in ("003", "closed")
        )
        add("/", f"<html><body>{links}</body></html>", "home")
        add(f"{PAGE}003", self.page("/EWB-FRONT"), "list")
        add(f"{PAGE}closed", self.page("/closed"), "list")
        add("/moved.json", self.answer(2021), "list", JSON)
        for year in (2021, 2022, 2023):
            path = f"/zwgk/{year}0118/{'0' * 32}.html"
            add(path, ARTICLE.format(TITLE.format(year)), "report")
        self.site.program(SERVICE, self.service)
        self.site.program("/new/list", self.service)
        return self.site

    def page(self, project: str) -> str:
        info = f'{{"projectName": "{project}", "siteGuid": "7eb5f7f1"}}'
        return (
            '<html><head><meta name="ColumnType" content="政府信息公开年报">'
            f"<script>var siteInfo = {info}; var pageSize = 1;</script></head>"
            '<body class="ewb-body"><script src="/js/webBuilderCommon.js"></script>'
            "</body></html>"
        )

    def answer(self, year: int) -> str:
        row = {
            "title": TITLE.format(year),
            "infourl": f"/zwgk/{year}0118/{'0' * 32}.html",
            "infodate": f"{year + 1}-01-18",
        }
        return json.dumps({"custom": {"data": [row], "total": 3}})

    def service(self, asked: Asked) -> Answer | None:
        self.asked.append(asked)
        if asked.method != "POST":
            return None
        number = asked.json["pageIndex"]
        tag = (
            ("ETag", f'"{number}"'),
            ("Last-Modified", "Sun, 01 Feb 2026 00:00:00 GMT"),
        )
        if number == 2:
            return Answer(b"", JSON, "list", 303, (("Location", "/moved.json"),))
        if number == 3 and asked.path == SERVICE:
            return Answer(b"", JSON, "list", 307, (("Location", "/new/list"),))
        year = {1: 2023, 3: 2022}[number]
        return Answer(self.answer(year).encode(), JSON, "list", 200, tag)

    telling = ()

    def list_pages(self, slug: str) -> list[str]:
        raise NotImplementedError

    first_page = list_pages


class Twice:
    """Two crawls of the portal, the second one for every known page."""

    def __init__(self, data: Path) -> None:
        with Server(Posting, model()) as server:
            self.home = server.home.rstrip("/")
            source = portal(server.home)
            self.first = crawl_in_child(data, [source])
            self.asked_first = list(server.family.asked)
            self.got_first = list(server.site.asked)
            server.family.asked.clear()
            self.second = crawl_in_child(data, [source], refresh=True)
            self.asked_second = list(server.family.asked)

    @property
    def crawled(self) -> Crawled:
        return self.second


@pytest.fixture(scope="module")
def twice(tmp_path_factory) -> Twice:
    return Twice(tmp_path_factory.mktemp("post") / "data")


BODY = (
    '{{"deptcode": "", "categorynum": "003", "siteGuid": "7eb5f7f1",'
    ' "pageIndex": {}, "pageSize": 1}}'
)


def test_the_body_and_its_type_are_those_of_the_page_s_own_script(twice):
    first = twice.asked_first[0]
    assert (first.method, first.path) == ("POST", SERVICE)
    assert first.json == json.loads(BODY.format(1))
    assert first.headers["content-type"] == "application/json"
    assert first.headers["referer"] == f"{twice.home}{PAGE}003"


def test_the_referer_of_a_further_page_is_an_address_and_not_its_encoding(twice):
    (second,) = [a for a in twice.asked_first if a.json["pageIndex"] == 2]
    assert second.headers["referer"] == f"{twice.home}{SERVICE}"


def test_after_303_the_new_address_is_got_and_after_307_it_gets_the_body(twice):
    assert ("GET", "/moved.json", "list") in twice.got_first
    assert [(a.method, a.path, a.json["pageIndex"]) for a in twice.asked_first] == [
        ("POST", SERVICE, 1),
        ("POST", SERVICE, 2),
        ("POST", SERVICE, 3),
        ("POST", "/new/list", 3),
    ]


def test_every_report_on_the_three_pages_is_found_with_its_date(twice):
    assert twice.crawled.rows(
        "SELECT link_text, list_date, state FROM frontier WHERE role = 'report'"
        " ORDER BY 1"
    ) == [(TITLE.format(y), f"{y + 1}-01-18", "done") for y in (2021, 2022, 2023)]


def test_robots_txt_is_asked_about_the_address_that_is_really_asked(twice):
    (row,) = twice.crawled.rows(
        "SELECT url, reason FROM frontier WHERE url LIKE '%/closed/%'"
    )
    assert row[1] == "robots"
    posted = decode(row[0])
    assert posted and posted.url.endswith(
        "/closed/rest/lightfrontaction/getgovinfolist"
    )
    assert not any("/closed/" in target for _, target, _ in twice.got_first)


def test_a_post_is_asked_again_whole_and_without_conditions(twice):
    assert [a.json["pageIndex"] for a in twice.asked_second] == [1, 2, 3, 3]
    for asked in twice.asked_second:
        assert not {"if-none-match", "if-modified-since"} & asked.headers.keys()


def test_the_capture_bears_the_encoded_address_and_the_record_the_real_one(twice):
    rows = twice.crawled.rows(
        "SELECT url, capture_id, warc_file, outcome FROM captures WHERE url LIKE"
        " '%__wb_method=POST%' AND http_status = 200 ORDER BY captured_at"
    )
    assert [row[3] for row in rows] == ["ok"] * 4
    url, capture_id, file, _ = rows[0]
    body = BODY.format(1)
    assert decode(url) == Posted(f"{twice.home}{SERVICE}", body, "application/json")
    records = records_of(twice.crawled.data / "warc" / file)
    answer = next(r for r in records if r.record_id == capture_id)
    asked = next(
        r for r in records if r.header("WARC-Concurrent-To") == f"<{capture_id}>"
    )
    assert answer.target_uri == asked.target_uri == f"{twice.home}{SERVICE}"
    assert answer.block.startswith(b"HTTP/1.1 200 OK")
    head, _, sent = asked.block.decode().partition("\r\n\r\n")
    assert head.startswith(f"POST {SERVICE} HTTP/1.1\r\n")
    assert f"\r\nContent-Length: {len(body)}\r\n" in head
    assert sent == body


def records_of(path: Path) -> list[RawRecord]:
    with mapped(path) as data:
        return [parse(m.data) for m in members(data) if m.data is not None]


def test_the_catalogue_made_again_has_the_encoded_addresses(twice, tmp_path):
    sql = "SELECT capture_id, url, http_status, sha256 FROM captures ORDER BY 1"
    before = twice.crawled.rows(sql)
    copy = DataDir(tmp_path / "copy").prepare()
    for path in (twice.crawled.data / "warc").iterdir():
        (copy.warc / path.name).write_bytes(path.read_bytes())
    assert rebuild(copy).captures == len(before)
    with Catalog(copy.catalog) as catalog:
        assert [tuple(r) for r in catalog.db.execute(sql).fetchall()] == before
