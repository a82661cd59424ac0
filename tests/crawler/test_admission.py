"""Portals are admitted a few at a time, and all get their turn."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace

import pytest
from scrapy.http import Request

from archive.catalog import Catalog
from archive.frontier import Found
from archive.records import Source
from benchmarks.loopback import layout
from crawler.scheduler import FrontierScheduler
from crawler.session import CrawlSession
from tests.crawler.crawls import ROOT, environment, portal
from tests.crawler.tuned import crawl_tuned

#: Articles are archived and not read, which is not what is tested here.
NOT_READ = """
from crawler import session
from pipelines.load import Loaded
session.take = lambda *ignored: Loaded(None, None, "no_report")
"""


class Clock:
    """A clock that is set by hand, and the calls that were asked for."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.alarms: list[float] = []

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def make(tmp_path):
    """A scheduler over so many sources of two pages, their home page among them."""
    with Catalog(tmp_path / "catalog.db") as catalog:

        def build(number: int, active: int, sizes: dict[str, int] | None = None):
            sources = [
                Source(f"s{n}", "甲", "990101", "county", f"http://s{n}.cn/")
                for n in range(number)
            ]
            session = CrawlSession(catalog, None, sources, run_id="r")
            session.seed()
            for source in sources:
                more = (sizes or {}).get(source.source_id, 1)
                urls = [f"{source.home}{n}.html" for n in range(more)]
                session.frontier.add(source.source_id, [Found(u, "list") for u in urls])
            spider = SimpleNamespace(
                walks=True, request=lambda url, row: Request(url, meta={"row": row})
            )
            clock = Clock()
            scheduler = FrontierScheduler(
                session,
                spider,
                100,
                active=active,
                clock=clock,
                wake=clock.alarms.append,
            )
            return scheduler, clock

        yield build


def finish(scheduler: FrontierScheduler, request: Request) -> None:
    row = request.meta["row"]
    scheduler._session.frontier.done(row, None)
    scheduler.release(row)


def test_only_so_many_slots_are_active_and_the_next_comes_when_one_is_done(make):
    scheduler, _ = make(4, active=2)
    first, second = scheduler.next_request(), scheduler.next_request()
    assert scheduler.next_request() is None
    assert {first.meta["row"].source_id, second.meta["row"].source_id} == {"s0", "s1"}
    order = []
    queue = [first, second]
    while queue:
        request = queue.pop(0)
        order.append(request.meta["row"].source_id)
        finish(scheduler, request)
        while (more := scheduler.next_request()) is not None:
            queue.append(more)
    assert order == ["s0", "s1", "s0", "s1", "s2", "s3", "s2", "s3"]
    assert not scheduler.has_pending_requests()


def test_the_largest_portal_is_admitted_first(make):
    scheduler, _ = make(3, active=1, sizes={"s0": 1, "s1": 5, "s2": 3})
    order = []
    while (request := scheduler.next_request()) is not None:
        order.append(request.meta["row"].source_id)
        finish(scheduler, request)
    assert order == ["s1"] * 6 + ["s2"] * 4 + ["s0"] * 2


def test_a_slot_that_must_pause_is_handed_out_when_its_time_has_come(make):
    scheduler, clock = make(1, active=1)
    request = scheduler.next_request()
    scheduler.hold("s0", 7.5)
    finish(scheduler, request)
    assert scheduler.next_request() is None
    assert scheduler.has_pending_requests()
    assert clock.alarms == [7.5]
    clock.now += 7.4
    assert scheduler.next_request() is None
    clock.now += 0.2
    assert scheduler.next_request().meta["row"].source_id == "s0"


def test_a_retry_waits_for_the_pause_and_keeps_its_slot(make):
    scheduler, clock = make(1, active=1)
    request = scheduler.next_request()
    scheduler.hold("s0", 3)
    scheduler.enqueue_request(request)
    assert scheduler.next_request() is None
    assert scheduler.has_pending_requests()
    clock.now += 3
    assert scheduler.next_request() is request


def test_a_source_that_rests_keeps_its_pages_pending_and_makes_room(make):
    scheduler, _ = make(2, active=1)
    request = scheduler.next_request()
    scheduler.rest("s0", "5 failures in a row")
    finish(scheduler, request)
    following = scheduler.next_request()
    assert following.meta["row"].source_id == "s1"
    frontier = scheduler._session.frontier
    assert sum(n for (_, s), n in frontier.counts("s0").items() if s == "pending") == 1
    assert scheduler._session.counts["s0"].resting == "5 failures in a row"


def test_a_call_looks_at_no_slot_that_cannot_answer_it(make):
    scheduler, _ = make(400, active=300)
    asked: list[str] = []
    frontier = scheduler._session.frontier
    next_row = frontier.next
    frontier.next = lambda name, skip=(): asked.append(name) or next_row(name, skip)
    out = []
    while (request := scheduler.next_request()) is not None:
        out.append(request)
    assert (len(out), len(asked)) == (300, 300)
    for _ in range(100):
        assert scheduler.next_request() is None
    assert len(asked) == 300
    finish(scheduler, out[150])
    assert scheduler.next_request().meta["row"].source_id == "s150"
    assert len(asked) == 301


def test_300_portals_are_all_walked_with_20_active(tmp_path):
    server = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.loopback", "3", "2"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(),
    )
    try:
        port = int(server.stdout.readline())
        homes = {f"s{n}": f"http://127.1.{n % 7}.{n + 1}:{port}/" for n in range(250)}
        homes |= {f"t{n}": f"http://127.2.0.{n + 1}:{port}/" for n in range(50)}
        result = crawl_tuned(
            tmp_path / "data",
            [portal(home, name) for name, home in homes.items()],
            settings={"NIANBAO_ACTIVE_SOURCES": 20},
            before=NOT_READ,
        )
    finally:
        server.terminate()
        server.wait()
        server.stdout.close()
    states = {name: f["state"] for name, f in result.summary["figures"].items()}
    assert states == dict.fromkeys(homes, "ok")
    rows = result.rows("SELECT state, count(*) FROM frontier GROUP BY state")
    assert rows == [("done", 300 * len(layout(3)))]
