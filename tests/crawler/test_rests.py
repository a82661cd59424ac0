"""A pause that a host asked for, or gave cause for, outlasts the run."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from archive.catalog import Catalog
from archive.hosts import Hosts, Rest
from tests.crawler.crawls import crawl_in_child, portal
from tests.crawler.wire import Wire, page

NOW = datetime(2026, 1, 31, 8, tzinfo=UTC)


@pytest.fixture
def hosts(tmp_path):
    with Catalog(tmp_path / "catalog.db") as catalog:
        yield Hosts(catalog, clock=lambda: NOW)


def rest(host: str, seconds: float, *, failing: bool = False) -> Rest:
    return Rest(host, NOW + timedelta(seconds=seconds), "HTTP 503", failing)


def test_a_pause_is_remembered_until_it_is_over(hosts):
    for seconds, host in ((-1, "over.cn"), (60, "a.cn"), (3600, "b.cn")):
        hosts.rest(rest(host, seconds, failing=host == "b.cn"))
    assert hosts.resting(3600) == {
        "a.cn": rest("a.cn", 60),
        "b.cn": rest("b.cn", 3600, failing=True),
    }
    assert hosts.catalog.count("hosts") == 2
    hosts.forget("a.cn")
    assert set(hosts.resting(3600)) == {"b.cn"}


def test_a_pause_from_a_clock_that_was_ahead_is_forgotten(hosts):
    hosts.rest(rest("a.cn", 3601))
    assert hosts.resting(3600) == {}
    assert hosts.catalog.count("hosts") == 0


def test_the_longer_pause_stays_and_that_of_a_failing_host_comes_first(hosts):
    hosts.rest(rest("a.cn", 60))
    hosts.rest(rest("a.cn", 30))
    assert hosts.resting(3600)["a.cn"] == rest("a.cn", 60)
    hosts.rest(rest("a.cn", 45, failing=True))
    hosts.rest(rest("a.cn", 90))
    assert hosts.resting(3600)["a.cn"] == rest("a.cn", 45, failing=True)


def failing_portal(pages: int = 8) -> dict[str, bytes]:
    paths = [f"/{n}.html" for n in range(pages)]
    links = "".join(f'<a href="{p}">某县2023年公开年报</a>' for p in paths)
    broken = dict.fromkeys(paths, page("", "404 Not Found"))
    broken |= dict.fromkeys(paths[1:], page("", "500 Internal Server Error"))
    return broken | {"/": page("<p>home</p>"), "/nb/": page(links)}


PENDING = "SELECT count(*) FROM frontier WHERE state = 'pending'"


def test_a_host_that_broke_down_is_tried_once_by_a_run_within_the_hour(tmp_path):
    data = tmp_path / "data"
    with Wire(failing_portal()) as wire:
        source = portal(wire.home, seeds=[f"{wire.home}nb/"])
        first = crawl_in_child(data, [source])
        assert first.counts()["state"] == "unreachable"
        assert first.rows(PENDING)[0][0] > 2
        wire.replies |= dict.fromkeys(wire.replies, page("", "500 Down"))
        wire.replies["/robots.txt"] = page("", "404 Not Found")
        asked = len(wire.requests)
        second = crawl_in_child(data, [source])
        assert wire.paths()[asked:] == ["/robots.txt", "/"]
        ((until, why, failing),) = second.rows(
            "SELECT rest_until, reason, failing FROM hosts"
        )
        assert failing == 1
        assert why == "5 failures in a row, the last: HTTP 500"
        left = datetime.fromisoformat(until) - datetime.now(UTC)
        assert timedelta(minutes=59) < left <= timedelta(hours=1)
        assert second.rows("SELECT state FROM sources") == [("unreachable",)]
        assert second.rows(PENDING)[0][0] > 2


def test_a_portal_that_died_half_way_is_finished_by_the_next_run(tmp_path):
    data = tmp_path / "data"
    with Wire(failing_portal()) as wire:
        source = portal(wire.home, seeds=[f"{wire.home}nb/"])
        first = crawl_in_child(data, [source])
        assert first.rows("SELECT failing FROM hosts") == [(1,)]
        asked = len(wire.requests)
        wire.replies |= {f"/{n}.html": page("<p>here</p>") for n in range(8)}
        second = crawl_in_child(data, [source])
        assert len(wire.requests) > asked
        assert second.rows("SELECT * FROM hosts") == []
        assert second.rows(PENDING) == [(0,)]


def test_a_host_that_is_still_dead_is_asked_for_nothing_but_robots_txt(tmp_path):
    data = tmp_path / "data"
    with Wire(failing_portal()) as wire:
        source = portal(wire.home, seeds=[f"{wire.home}nb/"])
        crawl_in_child(data, [source])
        asked = len(wire.requests)
        wire.replies |= {"/robots.txt": lambda connection: None}
        second = crawl_in_child(data, [source])
        assert set(wire.paths()[asked:]) == {"/robots.txt"}
        assert len(wire.requests) == asked + 1
        assert second.rows("SELECT state FROM sources") == [("unreachable",)]
        (line,) = second.summary["attention"]
        assert line.startswith("testing could not be reached: ")


def test_a_run_keeps_the_pause_that_the_run_before_was_asked_for(tmp_path):
    data, moments = tmp_path / "data", []

    def timed(body: bytes):
        def reply(connection):
            moments.append(time.monotonic())
            connection.sendall(body)

        return reply

    busy = timed(page("", "503 Busy", Retry_After="6"))
    with Wire({"/": busy}) as wire:
        crawl_in_child(data, [portal(wire.home)], max_time=1.5)
        assert wire.paths() == ["/robots.txt", "/"]
        wire.replies["/"] = timed(page("<p>home</p>"))
        wire.replies["/robots.txt"] = timed(page("", "404 Not Found"))
        second = crawl_in_child(data, [portal(wire.home)])
        assert wire.paths()[2:] == ["/robots.txt", "/"]
    asked, *again = moments
    # robots.txt waits as well
    assert min(again) - asked >= 5.9
    assert second.rows("SELECT state FROM frontier WHERE role = 'home'") == [("done",)]
    assert second.rows("SELECT * FROM hosts") == []


def test_a_run_that_ends_within_the_pause_asks_for_nothing(tmp_path):
    data, busy = tmp_path / "data", page("", "429 No", Retry_After="900")
    with Wire({"/": busy}) as wire:
        for _ in range(2):
            crawl_in_child(data, [portal(wire.home)], max_time=1.5)
        assert wire.paths() == ["/robots.txt", "/"]
