"""Pending rows are handed out fairly, one at a time per slot, and within the budget."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from scrapy.http import Request

from archive.catalog import Catalog
from archive.frontier import Found
from archive.records import Source
from crawler.scheduler import FrontierScheduler
from crawler.session import CrawlSession


def source(name: str, group: str | None = None) -> Source:
    home = f"http://{name}.gov.cn/"
    return Source(name, name, "990101", "county", home, group=group)


@pytest.fixture
def make(tmp_path):
    """A scheduler over sources that have so many pending pages each."""
    with Catalog(tmp_path / "catalog.db") as catalog:

        def build(
            pages: dict[str, int], group=None, limit=None, budget=100, walks=True
        ):
            sources = [source(name, group) for name in pages]
            session = CrawlSession(catalog, None, sources, run_id="r", limit=limit)
            session.seed()
            for name, number in pages.items():
                urls = [f"http://{name}.gov.cn/{n}.html" for n in range(number)]
                session.frontier.add(name, [Found(url, "report") for url in urls])
            spider = SimpleNamespace(
                walks=walks, request=lambda url, row: Request(url, meta={"row": row})
            )
            return FrontierScheduler(session, spider, budget)

        yield build


def fetch(scheduler: FrontierScheduler) -> str | None:
    """Take a request, end its visit and say whose it was."""
    request = scheduler.next_request()
    if request is None:
        return None
    row = request.meta["row"]
    scheduler._session.frontier.done(row, None)
    scheduler.release(row)
    return row.source_id


def test_sources_take_turns_however_many_pages_they_have(make):
    scheduler = make({"big": 5, "small": 1})
    order = [fetch(scheduler) for _ in range(9)]
    assert order == ["big", "small", "big", "small", "big", "big", "big", "big", None]


def test_a_slot_has_one_request_out_until_its_visit_is_over(make):
    scheduler = make({"one": 3, "two": 3})
    first, second = scheduler.next_request(), scheduler.next_request()
    assert {r.meta["row"].source_id for r in (first, second)} == {"one", "two"}
    assert scheduler.next_request() is None
    assert scheduler.has_pending_requests()
    scheduler._session.frontier.done(first.meta["row"], None)
    scheduler.release(first.meta["row"])
    assert scheduler.next_request().meta["row"].source_id == "one"


def test_sources_of_one_group_share_one_slot_and_take_turns_in_it(make):
    scheduler = make({"one": 2, "two": 2}, group="platform")
    scheduler.next_request()
    assert scheduler.next_request() is None
    scheduler = make({"one": 2, "two": 2}, group="platform")
    assert [fetch(scheduler) for _ in range(4)] == ["one", "two", "one", "two"]


def test_the_limit_and_the_budget_count_requests_of_a_source(make):
    scheduler = make({"one": 5, "two": 5}, limit=2)
    assert [fetch(scheduler) for _ in range(5)] == ["one", "two", "one", "two", None]
    assert not scheduler.has_pending_requests()
    scheduler = make({"three": 5}, budget=1)
    assert [fetch(scheduler) for _ in range(2)] == ["three", None]


def test_a_request_that_is_to_be_tried_again_goes_first(make):
    scheduler = make({"one": 2})
    request = scheduler.next_request()
    assert scheduler.enqueue_request(request)
    assert scheduler.has_pending_requests()
    assert scheduler.next_request() is request


def test_a_spider_that_does_not_walk_gets_nothing_from_the_frontier(make):
    scheduler = make({"one": 2}, walks=False)
    assert not scheduler.has_pending_requests()
    assert scheduler.next_request() is None


def test_pages_found_while_a_source_seemed_done_are_handed_out(make):
    scheduler = make({"one": 0})
    row = scheduler.next_request().meta["row"]
    assert not scheduler.has_pending_requests()
    frontier = scheduler._session.frontier
    frontier.add("one", [Found("http://one.gov.cn/nb/", "list")])
    frontier.done(row, None)
    scheduler.release(row)
    assert fetch(scheduler) == "one"
