"""What the counts of a run say about a source."""

from __future__ import annotations

import pytest

from crawler.health import SourceCounts, health, troubles

HOME = {("home", "done"): 1}


@pytest.mark.parametrize(
    ("counts", "known", "state"),
    [
        (SourceCounts(answered=3), HOME | {("report", "done"): 1}, "ok"),
        (SourceCounts(answered=3), HOME | {("report", "pending"): 1}, "ok"),
        (SourceCounts(answered=3, blocked=1), HOME | {("report", "failed"): 1}, "ok"),
        (SourceCounts(answered=3), HOME, "empty"),
        (SourceCounts(answered=1, blocked=1), HOME, "blocked"),
        (SourceCounts(robots=1), {("home", "failed"): 1}, "robots"),
        (SourceCounts(), {("home", "failed"): 1}, "unreachable"),
        (SourceCounts(), {("home", "failed"): 1, ("report", "done"): 9}, "unreachable"),
        # stopped before the report column was reached
        (SourceCounts(answered=1), HOME | {("column", "pending"): 1}, None),
    ],
)
def test_health_follows_from_the_run_and_from_what_is_known(counts, known, state):
    assert health(counts, known) == state


def test_a_source_in_order_needs_nobody():
    assert list(troubles("linlan", SourceCounts(state="ok", failed=2))) == []


def test_an_unreachable_source_is_reported_with_its_first_failure():
    counts = SourceCounts(state="unreachable", trouble="unreachable: timeout")
    assert list(troubles("linlan", counts)) == [
        "linlan could not be reached: unreachable: timeout"
    ]


def test_documents_that_broke_the_reader_are_reported_beside_the_state():
    counts = SourceCounts(state="empty", unreadable=2)
    assert list(troubles("linlan", counts)) == [
        "linlan yielded no link to a report",
        "linlan: 2 documents broke the reader",
    ]
