"""Due dates, on dates."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from crawler.schedule import CHINA, list_due, report_due, retry_due, share_of


def at(text: str) -> datetime:
    """A time in China, in UTC."""
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


def days(first: datetime, due: datetime) -> float:
    return (due - first) / timedelta(days=1)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-01-02T00:00", "2026-01-03T00:00"),
        ("2026-03-31T10:00", "2026-04-01T10:00"),
        ("2026-04-15T23:59", "2026-04-16T23:59"),
        ("2026-04-16T00:00", "2026-04-23T00:00"),
        ("2026-06-30T10:00", "2026-07-07T10:00"),
        ("2026-07-01T10:00", "2026-07-31T10:00"),
        ("2026-11-20T10:00", "2026-12-20T10:00"),
        # the season opens before the month is over
        ("2026-12-20T10:00", "2027-01-02T00:00"),
        ("2027-01-01T10:00", "2027-01-02T00:00"),
    ],
)
def test_lists_are_looked_at_by_the_season(now, due):
    assert list_due(at(now)) == at(due)


def visits(changes: set[int], last: int) -> list[int]:
    """Days on which a report is visited that changed at the visits ``changes``."""
    first = now = at("2026-01-20T10:00")
    found, interval, number = [0], None, 0
    while days(first, now) < last:
        plan = report_due(first, now, interval, changed=number in changes)
        now, interval, number = plan.due, plan.interval, number + 1
        found.append(round(days(first, now)))
    return found


def test_a_report_that_never_changes_is_visited_ever_more_rarely():
    # from day 285 on it is 1 November of each year
    assert visits(set(), 2000) == [0, 1, 3, 7, 30, 90, 285, 650, 1016, 1381, 1746, 2111]


def test_a_change_halves_the_interval_and_quiet_doubles_it_again():
    # the change is seen on day 30, after 23 days: 11.5, then doubled past day 90
    assert visits({4}, 400)[:9] == [0, 1, 3, 7, 30, 42, 64, 90, 285]


def test_a_report_that_always_changes_is_visited_every_day():
    assert visits(set(range(99)), 5) == [0, 1, 2, 3, 4, 5]


def test_a_late_change_halves_half_a_year():
    assert visits({6}, 400)[5:8] == [90, 285, 375]


@pytest.mark.parametrize(
    ("first", "now", "interval", "due"),
    [
        # half a year would pass November
        ("2025-12-20T10:00", "2026-07-01T10:00", 90.0, "2026-11-01T00:00"),
        # a year after a visit in November is November again
        ("2020-01-20T10:00", "2026-11-20T10:00", 365.0, "2027-11-01T00:00"),
        # half a year that ends in October waits the few days
        ("2026-01-20T10:00", "2026-04-20T10:00", None, "2026-11-01T00:00"),
        # a new report follows its own steps, before November and past it
        ("2026-10-30T10:00", "2026-10-30T10:00", None, "2026-10-31T10:00"),
        ("2026-10-30T10:00", "2026-11-06T10:00", None, "2026-11-29T10:00"),
    ],
)
def test_every_document_is_asked_for_in_november(first, now, interval, due):
    assert report_due(at(first), at(now), interval, changed=False).due == at(due)


def test_failures_are_asked_again_after_longer_and_longer_times():
    now = at("2026-01-20T10:00")
    waits = [days(now, retry_due(now, n)) for n in range(1, 9)]
    assert waits == [1, 3, 7, 14, 30, 90, 90, 90]


def test_in_november_every_address_has_a_day_of_its_own():
    first, now = at("2020-01-20T10:00"), at("2026-11-20T10:00")
    urls = [f"http://a.gov.cn/nb/{number}.html" for number in range(3000)]
    due = [
        report_due(first, now, 365.0, changed=False, share=share_of(url)).due
        for url in urls
    ]
    days_of = Counter(moment.astimezone(CHINA).date().isoformat() for moment in due)
    assert (min(days_of), max(days_of)) == ("2027-11-01", "2027-11-28")
    assert len(days_of) == 28
    assert max(days_of.values()) < 3000 / 28 * 1.5
    assert [share_of(url) for url in urls] == [share_of(url) for url in urls]


def test_the_day_in_november_stays_the_same_from_year_to_year():
    first, now = at("2020-01-20T10:00"), at("2026-11-11T05:00")
    for year in (2027, 2028, 2029):
        now = report_due(first, now, 365.0, changed=False, share=0.5).due
        assert now == at(f"{year}-11-15T00:00")
