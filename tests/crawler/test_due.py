"""Only what is due: which pages of a portal are asked for, and what is concluded."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from archive.due import agenda, due_sources
from archive.frontier import Found, Frontier
from tests.crawler.dry import NOTHING, SOURCE, DryPortal, Page, listing, report

COLUMN = "/zfxxgk/zfxxgknb/"
OFFICES = ("教育局", "财政局", "民政局", "水利局")
NAVIGATION = ["/", COLUMN, "/zfxxgk/"]
DOWN = Page(status=0)


def path(number: int) -> str:
    return f"{COLUMN}202101/t20210120_{number}.html"


@pytest.fixture
def portal(tmp_path):
    """A portal of four reports that was crawled on 20 July 2021, out of season."""
    items = [
        (path(n), f"临澜县{name}2020年政府信息公开工作年度报告")
        for n, name in enumerate(OFFICES)
    ]
    found = DryPortal(
        tmp_path,
        {
            "/": Page('<a href="/zfxxgk/">政府信息公开</a>'),
            "/zfxxgk/": Page(f'<a href="{COLUMN}">政府信息公开年报</a>'),
            COLUMN: listing(*items),
        },
    )
    for number, name in enumerate(OFFICES):
        found.put(path(number), report(f"临澜县{name}"))
    found.run("2021-07-20T10:00:00+08:00")
    yield found
    found.catalog.close()


def later(portal: DryPortal, day: str):
    return portal.run(f"{day}T10:00:01+08:00", due_only=True)


def asked(portal: DryPortal) -> list[str]:
    return sorted(where for where, _ in portal.asked)


def state(portal: DryPortal) -> str:
    return portal.catalog.source("testing")["state"]


def test_out_of_season_reports_are_asked_for_on_their_days_and_lists_monthly(portal):
    reports = [path(n) for n in range(4)]
    days = {}
    for day in ("07-20", "07-21", "07-22", "07-23", "07-27", "08-10", "08-20"):
        later(portal, f"2021-{day}")
        days[day] = asked(portal)
    assert days == {
        "07-20": ["/"],
        "07-21": ["/", *reports],
        "07-22": ["/"],
        "07-23": ["/", *reports],
        "07-27": ["/", *reports],
        "08-10": ["/"],
        "08-20": sorted([*NAVIGATION, *reports]),
    }


def test_a_portal_of_which_nothing_is_due_is_left_out_of_the_run(portal):
    def due(day: str) -> list[str]:
        now = datetime.fromisoformat(f"{day}T03:00:00+00:00")
        return [s.source_id for s in due_sources(portal.catalog, [SOURCE], now)]

    assert due("2021-07-20") == []
    assert due("2021-07-21") == ["testing"]
    later(portal, "2021-07-21")
    assert due("2021-07-22") == []


def test_a_portal_that_is_new_or_has_a_new_address_is_due(portal):
    now = datetime(2021, 7, 20, 3, tzinfo=UTC)
    new = replace(SOURCE, source_id="new")
    wider = replace(SOURCE, seeds=("http://www.linlan.gov.cn/nb/",))
    catalog = portal.catalog
    assert due_sources(catalog, [SOURCE, new, wider], now) == [new, wider]


def test_what_an_earlier_run_left_over_is_due(portal):
    Frontier(portal.catalog).add(
        "testing", [Found("http://www.linlan.gov.cn/x", "list")]
    )
    now = datetime(2021, 7, 20, 3, tzinfo=UTC)
    assert due_sources(portal.catalog, [SOURCE], now) == [SOURCE]
    found = agenda(portal.catalog, now)
    assert (found.portals, found.pages) == (1, 1)
    assert found.next_due == "2021-07-21T02:00:00.000000Z"


def test_one_report_that_is_missing_speaks_neither_against_portal_nor_column(portal):
    portal.put(path(0), None)
    counts = later(portal, "2021-07-21")
    assert (counts.missing, counts.frozen, counts.state) == (1, 0, None)
    assert state(portal) == "ok"
    assert portal.stone(path(0)) == "suspect"


def test_a_portal_that_is_down_when_only_reports_are_due_is_unreachable(portal):
    portal.pages = dict.fromkeys(portal.pages, DOWN)
    later(portal, "2021-07-21")
    assert state(portal) == "unreachable"


def test_a_portal_in_trouble_is_looked_at_as_a_whole_when_anything_is_due(portal):
    pages = dict(portal.pages)
    portal.pages = dict.fromkeys(portal.pages, DOWN)
    later(portal, "2021-07-21")
    portal.pages = pages
    later(portal, "2021-07-22")
    assert set(NAVIGATION) <= set(asked(portal))
    assert state(portal) == "ok"


def test_a_lost_column_stays_lost_while_only_reports_are_due(portal):
    portal.put(COLUMN, NOTHING)
    later(portal, "2021-08-20")
    assert state(portal) == "empty"
    portal.put(COLUMN, listing((path(0), "临澜县教育局2020年政府信息公开工作年度报告")))
    later(portal, "2021-10-18")
    assert COLUMN in asked(portal)
    assert state(portal) == "ok"


def test_what_was_visited_while_the_clock_was_ahead_is_due_once_it_is_right(portal):
    reports = [path(n) for n in range(4)]
    later(portal, "2023-07-20")
    assert asked(portal) == sorted([*NAVIGATION, *reports])
    now = datetime(2021, 7, 24, 2, tzinfo=UTC)
    assert agenda(portal.catalog, now).pages == 7
    later(portal, "2021-07-24")
    assert asked(portal) == sorted([*NAVIGATION, *reports])
    later(portal, "2021-07-25")
    assert asked(portal) == ["/"]
    later(portal, "2021-07-27")
    assert asked(portal) == sorted(["/", *reports]), "on the seventh day, as ever"


def test_a_report_first_seen_while_the_clock_was_ahead_is_followed_from_now(
    tmp_path,
):
    found = DryPortal(tmp_path, {"/": Page(f'<a href="{COLUMN}">政府信息公开年报</a>')})
    found.pages[COLUMN] = listing(
        (path(0), "临澜县教育局2020年政府信息公开工作年度报告")
    )
    found.put(path(0), report("临澜县教育局"))
    found.run("2031-07-20T10:00:00+08:00")
    days = {}
    for day in ("07-20", "07-21", "07-22", "07-23"):
        later(found, f"2021-{day}")
        days[day] = path(0) in asked(found)
    assert days == {"07-20": True, "07-21": True, "07-22": False, "07-23": True}
    found.catalog.close()
