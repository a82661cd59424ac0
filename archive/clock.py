"""Time and identifiers, so that tests can pin them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The current time, timezone-aware, in UTC."""
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """UTC ISO 8601 with microseconds and a trailing Z.

    >>> iso(datetime(2026, 1, 31, 8, tzinfo=UTC))
    '2026-01-31T08:00:00.000000Z'
    """
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def china_date(moment: datetime) -> date:
    """The day in China, eight hours ahead: legal dates end with it.

    >>> china_date(datetime(2026, 1, 31, 17, tzinfo=UTC)).isoformat()
    '2026-02-01'
    """
    return (moment.astimezone(UTC) + timedelta(hours=8)).date()


def new_record_id() -> str:
    """A fresh WARC-Record-ID without its angle brackets."""
    return f"urn:uuid:{uuid.uuid4()}"


def new_run_id(moment: datetime, after: str = "", tag: str = "") -> str:
    """An identifier that sorts by start time and is unique among machines.

    It sorts behind ``after``, an earlier one, whatever the clock says. ``tag`` (of
    letters, digits and full stops) tells whose run it is.

    >>> new_run_id(datetime(2026, 1, 31, 8, tzinfo=UTC))[:16]
    '20260131T080000-'
    >>> new_run_id(datetime(2026, 1, 1, tzinfo=UTC), "20261231T235959-5f0a1c")[:16]
    '20270101T000000-'
    """
    if after:
        earlier = datetime.strptime(after[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
        moment = max(moment, earlier + timedelta(seconds=1))
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%S}-{tag}{uuid.uuid4().hex[:6]}"
