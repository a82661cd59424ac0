"""The sample portals are found whole: three systems, every report, every decoy."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from crawler.sample import portals
from crawler.sample.server import SamplePortals
from tests.crawler.crawls import crawl_in_child


@pytest.fixture(scope="module")
def crawled(tmp_path_factory):
    """One crawl of the three sample portals."""
    with SamplePortals((0, 0, 0)) as served:
        data = tmp_path_factory.mktemp("sample") / "data"
        return crawl_in_child(data, [asdict(source) for source in served.sources])


def paths(crawled, where: str) -> dict[tuple[str, str], str | None]:
    """(source, path) → list date of the frontier's rows."""
    rows = crawled.rows(f"SELECT source_id, url, list_date FROM frontier WHERE {where}")
    return {(s, "/" + url.split("/", 3)[3]): date for s, url, date in rows}


def test_every_system_is_recognised(crawled):
    assert dict(crawled.rows("SELECT source_id, cms FROM sources")) == {
        "sample-trs": "trs",
        "sample-hanweb": "hanweb",
        "sample-generic": "generic",
    }


def test_every_report_is_captured_with_the_date_its_list_prints(crawled):
    done = paths(crawled, "state = 'done' AND role = 'report'")
    for report in portals.expected():
        assert done[report.portal, report.path] == report.published_on
        for other in report.other_paths:
            assert (report.portal, other) in done


def test_every_attachment_is_captured(crawled):
    done = paths(crawled, "state = 'done' AND role = 'attachment'")
    for report in portals.expected():
        for attachment in report.attachments:
            assert (report.portal, attachment) in done


def test_every_decoy_is_fetched_and_every_dead_link_is_recorded(crawled):
    done, failed = paths(crawled, "state = 'done'"), paths(crawled, "state = 'failed'")
    for decoy in portals.decoys():
        rows = failed if decoy.kind == "dead" else done
        assert (decoy.portal, decoy.path) in rows


def test_what_robots_txt_forbids_is_never_asked(crawled):
    assert crawled.rows("SELECT 1 FROM captures WHERE url LIKE '%/admin/%'") == []


def test_news_columns_are_left_alone(crawled):
    for path in ("/ycyw/", "/news/", "/col/col1010/"):
        rows = crawled.rows("SELECT url FROM frontier WHERE url LIKE ?", f"%{path}%")
        assert rows == []
