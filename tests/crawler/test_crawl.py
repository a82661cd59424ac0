"""The whole crawl on loopback: what is asked, what is kept, what is asked again."""

from __future__ import annotations

import time

import pytest

from tests.crawler.crawls import crawl_in_child, portal
from tests.crawler.small_portal import (
    ALL_DOCUMENTS,
    COLUMN,
    TITLE,
    article,
    by_path,
    item,
    small_portal,
)
from tests.crawler.wire import Reply, Wire, page


@pytest.fixture
def wire():
    with Wire(small_portal()) as wire:
        yield wire


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """One crawl of the small portal, for the tests that only look at it."""
    with Wire(small_portal()) as wire:
        data = tmp_path_factory.mktemp("crawl") / "data"
        return crawl_in_child(data, [portal(wire.home)]), wire


def test_a_portal_is_walked_from_its_home_page_to_its_documents(first):
    result, _ = first
    states = by_path(result, "SELECT url, role, state, reason FROM frontier")
    assert states == {
        "/": ("home", "done", None),
        "/admin/": ("column", "failed", "robots"),
        "/zfxxgk/": ("column", "done", None),
        COLUMN: ("list", "done", None),
        f"{COLUMN}index_1.html": ("list", "done", None),
        f"{COLUMN}202401/t20240118_31.html": ("report", "done", None),
        f"{COLUMN}202401/P031.pdf": ("attachment", "done", None),
        f"{COLUMN}202401/t20240110_30.html": ("report", "done", None),
        f"{COLUMN}202301/t20230117_21.html": (
            "report",
            "failed",
            "not_found: HTTP 404",
        ),
        f"{COLUMN}202201/t20220117_11.html": ("report", "done", None),
        "/old/11.html": ("report", "done", None),
        f"{COLUMN}202101/t20210117_1.html": ("report", "done", None),
    }
    assert set(by_path(result, "SELECT url FROM triage")) == ALL_DOCUMENTS
    assert result.rows("SELECT state, cms, reports_found FROM sources")[0][:2] == (
        "ok",
        "trs",
    )


def test_robots_txt_is_asked_first_archived_and_obeyed(first):
    result, wire = first
    assert wire.paths()[0] == "/robots.txt"
    assert "/admin/" not in wire.paths()
    captures = by_path(result, "SELECT url, outcome, source_id FROM captures")
    assert captures["/robots.txt"] == ("ok", "testing")
    assert result.counts()["robots"] == 1


def test_every_request_has_exactly_one_capture_row(first):
    result, wire = first
    urls = [url for (url,) in result.rows("SELECT url FROM captures")]
    assert sorted(urls) == sorted(wire.home[:-1] + path for path in wire.paths())


def test_a_moved_report_keeps_what_the_list_said_about_it(first):
    result, _ = first
    rows = by_path(result, "SELECT url, link_text, list_date FROM frontier")
    assert rows["/old/11.html"] == (TITLE.format(2021), "2022-01-17")


def test_a_second_run_looks_at_the_lists_and_adds_no_document(run_crawl, wire):
    first = run_crawl(portal(wire.home))
    documents = first.rows("SELECT sha256, first_captured_at FROM documents")
    asked = len(wire.requests)
    second = run_crawl(portal(wire.home))
    assert second.rows("SELECT sha256, first_captured_at FROM documents") == documents
    assert wire.paths()[asked:] == [
        "/robots.txt",
        "/",
        COLUMN,
        f"{COLUMN}index_1.html",
        "/zfxxgk/",
        f"{COLUMN}202301/t20230117_21.html",
    ]
    assert second.counts()["new"] == 0


def test_a_report_that_appears_later_is_found_by_the_next_run(run_crawl, wire):
    run_crawl(portal(wire.home))
    path = f"{COLUMN}202301/t20230117_21.html"
    wire.replies[path] = article(TITLE.format(2022))
    result = run_crawl(portal(wire.home))
    assert by_path(result, "SELECT url, state FROM frontier")[path] == ("done",)
    assert path in by_path(result, "SELECT url FROM triage")


def test_refresh_asks_for_every_known_page_and_stores_nothing_twice(run_crawl, wire):
    first = run_crawl(portal(wire.home))
    asked = len(wire.requests)
    result = run_crawl(portal(wire.home), refresh=True)
    assert set(wire.paths()[asked:]) == set(wire.paths()[:asked])
    assert result.rows("SELECT count(*) FROM documents") == first.rows(
        "SELECT count(*) FROM documents"
    )
    assert result.counts()["unchanged"] == len(ALL_DOCUMENTS)


def test_the_limit_counts_pages_of_a_source_and_the_next_run_goes_on(run_crawl, wire):
    result = run_crawl(portal(wire.home), limit=3)
    assert wire.paths() == ["/robots.txt", "/", "/zfxxgk/", COLUMN]
    assert result.counts()["fetched"] == 3
    run_crawl(portal(wire.home))
    assert set(wire.paths()) >= ALL_DOCUMENTS


def test_a_walled_portal_is_blocked_and_the_wall_is_kept_as_evidence(run_crawl):
    challenge = page("<script>var $_ts={};</script>", "412 Precondition Failed")
    with Wire({"/": challenge}) as wire:
        result = run_crawl(portal(wire.home))
    assert result.rows("SELECT state FROM sources") == [("blocked",)]
    assert by_path(result, "SELECT url, outcome, bytes, reason FROM captures")["/"] == (
        "blocked",
        29,
        "HTTP 412: browser challenge",
    )
    assert result.summary["attention"] == [
        "testing is behind a wall: blocked: HTTP 412: browser challenge"
    ]
    assert result.rows("SELECT count(*) FROM triage") == [(0,)]


def test_a_report_behind_a_rate_limit_page_is_not_read(run_crawl, wire):
    path = f"{COLUMN}202401/t20240118_31.html"
    wire.replies[path] = page("<p>您的访问过于频繁，请稍后再试</p>")
    result = run_crawl(portal(wire.home))
    states = by_path(result, "SELECT url, state, reason FROM frontier")
    assert states[path] == ("failed", "blocked: rate limit page")
    assert path not in by_path(result, "SELECT url FROM triage")


def test_a_portal_without_a_report_column_is_empty_and_that_needs_a_person(run_crawl):
    with Wire({"/": page('<a href="/news/">新闻</a>')}) as wire:
        result = run_crawl(portal(wire.home))
    assert result.rows("SELECT state, last_ok_at IS NULL FROM sources") == [
        ("empty", 0)
    ]
    assert result.summary["attention"] == ["testing yielded no link to a report"]


def test_a_dead_host_is_unreachable_and_does_not_stop_the_others(run_crawl, wire):
    gone = Wire({})
    gone.__exit__()
    result = run_crawl(portal(gone.home, "gone"), portal(wire.home))
    assert dict(result.rows("SELECT source_id, state FROM sources")) == {
        "gone": "unreachable",
        "testing": "ok",
    }


def test_a_source_has_one_request_at_a_time_and_sources_run_side_by_side(run_crawl):
    open_now: dict[str, int] = {}
    most: dict[str, int] = {}
    together = 0

    def slow(name: str):
        def reply(connection):
            nonlocal together
            open_now[name] = open_now.get(name, 0) + 1
            most[name] = max(most.get(name, 0), open_now[name])
            together = max(together, sum(open_now.values()))
            time.sleep(0.2)
            open_now[name] -= 1
            connection.sendall(page("<p>slow</p>"))

        return reply

    column = page("".join(item(f"{n}.html", "公开年报", "") for n in range(4)))
    sites = []
    for name in ("a", "b"):
        replies: dict[str, Reply] = {"/nb/": column}
        replies |= {f"/nb/{n}.html": slow(name) for n in range(4)}
        sites.append((name, Wire(replies)))
    with sites[0][1], sites[1][1]:
        run_crawl(*(portal(w.home, n, seeds=[f"{w.home}nb/"]) for n, w in sites))
    assert most == {"a": 1, "b": 1}
    assert together == 2


def test_sources_of_one_group_share_a_slot(run_crawl):
    with Wire(small_portal()) as one, Wire(small_portal()) as two:
        result = run_crawl(
            portal(one.home, "one", group="platform"),
            portal(two.home, "two", group="platform"),
        )
    assert [f["state"] for f in result.summary["figures"].values()] == ["ok", "ok"]


def test_a_report_that_comes_without_a_body_is_no_version_and_is_asked_again(run_crawl):
    replies = small_portal()
    path = f"{COLUMN}202101/t20210117_1.html"
    whole, replies[path] = replies[path], page("")
    with Wire(replies) as wire:
        first = run_crawl(portal(wire.home))
        sql = "SELECT url, state, reason FROM frontier"
        assert by_path(first, sql)[path] == ("failed", "error: HTTP 200 without a body")
        assert path not in by_path(first, "SELECT url FROM triage")
        wire.replies[path] = whole
        second = run_crawl(portal(wire.home), refresh=True)
    assert by_path(second, sql)[path] == ("done", None)
    assert path in by_path(second, "SELECT url FROM triage")
