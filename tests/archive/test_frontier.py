"""A URL is asked for until it is done, and again when it is due."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archive.catalog import Catalog
from archive.frontier import Found, Frontier
from archive.records import Source

SOURCE = Source("s", "临澜县人民政府", "990101", "county", "http://a.cn/")
HOME, LIST = Found("http://a.cn/", "home"), Found("http://a.cn/nb/", "list", depth=1)
REPORT = Found("http://a.cn/nb/1.html", "report", "某年报", "2024-01-18", LIST.url, 2)


class Clock:
    """A clock that is set by hand."""

    now = datetime(2026, 1, 31, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def frontier(tmp_path, clock):
    with Catalog(tmp_path / "catalog.db") as catalog:
        catalog.put_source(SOURCE)
        yield Frontier(catalog, clock=clock)


def states(frontier):
    rows = frontier.catalog.rows("SELECT url, state FROM frontier ORDER BY url")
    return {row["url"]: row["state"] for row in rows}


def test_new_links_are_pending_and_counted_once(frontier):
    assert frontier.add("s", [HOME, LIST, REPORT]) == 3
    assert frontier.add("s", [REPORT]) == 0
    assert set(states(frontier).values()) == {"pending"}


def test_navigation_is_served_before_reports_and_skipped_rows_are_left_out(frontier):
    frontier.add("s", [REPORT, LIST, HOME])
    assert frontier.next("s").role == "home"
    assert frontier.next("s", skip=[HOME.url]).role == "list"
    assert frontier.next("s", skip=[HOME.url, LIST.url]).url == REPORT.url
    assert frontier.next("s", skip=[HOME.url, LIST.url, REPORT.url]) is None


def test_a_row_carries_what_the_list_said(frontier):
    frontier.add("s", [REPORT])
    row = frontier.next("s")
    assert (row.via, row.link_text, row.list_date, row.depth, row.attempts) == (
        "http://a.cn/nb/",
        "某年报",
        "2024-01-18",
        2,
        0,
    )


def test_what_is_learnt_later_fills_gaps_but_replaces_nothing(frontier):
    frontier.add("s", [Found(REPORT.url, "report")])
    frontier.add("s", [REPORT])
    frontier.add("s", [Found(REPORT.url, "list", "另一标题", "2025-01-01")])
    row = frontier.next("s")
    assert (row.role, row.link_text, row.list_date) == (
        "report",
        "某年报",
        "2024-01-18",
    )


def test_a_failure_is_asked_again_by_three_runs_in_all(frontier):
    frontier.add("s", [REPORT])
    for attempt in (1, 2, 3):
        row = frontier.next("s")
        assert row.attempts == attempt - 1
        frontier.failed(row, "unreachable: no route")
        assert frontier.next("s") is None
        frontier.reopen("s")
    assert frontier.next("s") is None
    assert states(frontier) == {REPORT.url: "failed"}


def test_success_forgets_earlier_failures(frontier):
    frontier.add("s", [REPORT])
    frontier.failed(frontier.next("s"), "unreachable: no route")
    frontier.reopen("s")
    frontier.done(frontier.next("s"), None)
    row = frontier.catalog.one("SELECT attempts, reason, visited_at FROM frontier")
    assert row == {
        "attempts": 0,
        "reason": None,
        "visited_at": "2026-01-31T08:00:00.000000Z",
    }


def test_robots_is_not_held_against_a_page(frontier):
    frontier.add("s", [REPORT])
    for _ in range(5):
        frontier.failed(frontier.next("s"), "robots")
        frontier.reopen("s")
    assert frontier.next("s").attempts == 0


def test_a_new_run_asks_for_navigation_again_but_not_for_done_reports(frontier):
    frontier.add("s", [HOME, LIST, REPORT])
    while row := frontier.next("s"):
        frontier.done(row, None)
    assert frontier.reopen("s") == 2
    assert states(frontier) == {
        HOME.url: "pending",
        LIST.url: "pending",
        REPORT.url: "done",
    }


def test_refresh_asks_for_every_known_page(frontier):
    frontier.add("s", [HOME, REPORT])
    while row := frontier.next("s"):
        frontier.done(row, None)
    frontier.reopen("s", refresh=True)
    assert set(states(frontier).values()) == {"pending"}


def test_a_report_is_asked_again_on_the_day_it_is_due(frontier, clock):
    frontier.add("s", [REPORT])
    frontier.done(
        frontier.next("s"), None, next_due=datetime(2026, 2, 1, 8, tzinfo=UTC)
    )
    frontier.reopen("s")
    assert frontier.next("s") is None
    clock.now = datetime(2026, 2, 1, 8, tzinfo=UTC)
    frontier.reopen("s")
    assert frontier.next("s").url == REPORT.url


def test_a_transaction_that_breaks_leaves_the_url_pending(frontier):
    frontier.add("s", [LIST])
    with pytest.raises(RuntimeError), frontier.catalog.atomic():
        frontier.add("s", [REPORT])
        frontier.done(frontier.next("s"), None)
        raise RuntimeError("killed here")
    assert states(frontier) == {LIST.url: "pending"}


def test_counts_are_by_role_and_state(frontier):
    frontier.add("s", [HOME, LIST, REPORT])
    frontier.failed(frontier.next("s"), "unreachable")
    assert frontier.counts("s") == {
        ("home", "failed"): 1,
        ("list", "pending"): 1,
        ("report", "pending"): 1,
    }
