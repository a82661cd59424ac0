"""When a page is to be asked for again. Pure functions of dates.

Decree 711, art. 49, has the reports published by 31 January (departments) and 31 March
(governments), so list pages matter from January to mid-April. A report is looked at
again soon after it appeared, when corrections come, and then ever more rarely; one that
changes is looked at more often, and all are once a year, in November, before the season
begins: each on a day of its own, so that no night has to ask for all of them. (Lists
have no such day: when their season opens, all are asked for daily anyway.) Days and
hours are those of China.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
NAVIGATION = ("home", "column", "list")

SEASON = ((1, 2), (4, 15))  # first and last day on which lists are looked at daily
AFTER_SEASON = (6, 30)  # last day on which they are looked at weekly
DAILY, WEEKLY, MONTHLY = timedelta(days=1), timedelta(days=7), timedelta(days=30)

#: Days after its first capture on which a report is asked for again.
LADDER = (1, 3, 7, 30, 90)
#: Days between visits after the last step; it doubles up to a year.
LATER, MOST, LEAST = 180.0, 365.0, 1.0
#: Month in which every document is asked for again, however quiet it is.
YEARLY = 11
#: How long that goes on: the month, all but the last night and what it may be late.
YEARLY_SPREAD = timedelta(days=28)
#: A long wait that ends so shortly before it goes on until then.
NEAR = timedelta(days=60)
#: Days until the next attempt after the first, second … failure in a row.
BACK_OFF = (1, 3, 7, 14, 30, 90)
#: A page that is gone is still asked for, in case it returns.
GONE = timedelta(days=180)
#: From and to when offices work, Monday to Friday.
WORK_BEGINS, WORK_ENDS = time(9), time(17)
#: A conditional request is sent at most this often before an unconditional one.
CONDITIONAL_IN_A_ROW = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """The next visit. ``interval`` is None while the fixed steps are followed."""

    due: datetime
    interval: float | None = None


def china_date(moment: datetime) -> date:
    """The date in China at a moment.

    >>> china_date(datetime(2026, 1, 1, 17, tzinfo=UTC))
    datetime.date(2026, 1, 2)
    """
    return moment.astimezone(CHINA).date()


def working_hours(moment: datetime) -> bool:
    """Whether offices in China work at a moment; holidays are not known.

    >>> working_hours(datetime(2026, 1, 30, 2, tzinfo=UTC))  # Friday, 10:00
    True
    >>> working_hours(datetime(2026, 1, 30, 10, tzinfo=UTC))  # Friday, 18:00
    False
    >>> working_hours(datetime(2026, 1, 31, 2, tzinfo=UTC))  # Saturday
    False
    """
    local = moment.astimezone(CHINA)
    return local.weekday() < 5 and WORK_BEGINS <= local.time() < WORK_ENDS


def list_due(now: datetime) -> datetime:
    """Next look at a list: daily 2 January–15 April, weekly to June, monthly else.

    >>> list_due(datetime(2026, 3, 1, 2, tzinfo=UTC)).date()
    datetime.date(2026, 3, 2)
    >>> list_due(datetime(2026, 12, 20, 2, tzinfo=UTC)).date()  # not past 2 January
    datetime.date(2027, 1, 1)
    """
    today = china_date(now)
    begins, ends = (date(today.year, *day) for day in SEASON)
    if begins <= today <= ends:
        return now + DAILY
    if ends < today <= date(today.year, *AFTER_SEASON):
        return now + WEEKLY
    year = today.year + (today > begins)
    season = datetime(year, *SEASON[0], tzinfo=CHINA).astimezone(UTC)
    return min(now + MONTHLY, season)


def report_due(
    first: datetime,
    now: datetime,
    interval: float | None,
    *,
    changed: bool,
    share: float = 0.0,
) -> Plan:
    """Next look at a report or file that just answered.

    ``first`` is its first capture, ``interval`` that of the last :class:`Plan`. A
    change halves the interval, none doubles it; before the last fixed step it only
    adds visits to the steps. Whatever comes of it, the day in the next November that
    its ``share`` gives it is not passed.
    """
    plan = _by_age(first, now, interval, changed=changed)
    november = next_november(now, share)
    wait, short = plan.due - now, november - plan.due
    if wait > NEAR and short < NEAR:  # rather a little later than twice
        return Plan(november, plan.interval)
    return Plan(min(plan.due, november), plan.interval)


def next_november(now: datetime, share: float = 0.0) -> datetime:
    """The moment that lies at a share (0 to 1) of the next November, in UTC.

    A visit in November is that year's, wherever in the month its moment lies.

    >>> next_november(datetime(2026, 10, 31, 15, tzinfo=UTC)).isoformat()
    '2026-10-31T16:00:00+00:00'
    >>> next_november(datetime(2026, 11, 20, 2, tzinfo=UTC), 0.5).isoformat()
    '2027-11-14T16:00:00+00:00'
    """
    today = china_date(now)
    year = today.year + (today.month >= YEARLY)
    begins = datetime(year, YEARLY, 1, tzinfo=CHINA)
    return (begins + share * YEARLY_SPREAD).astimezone(UTC)


def share_of(url: str) -> float:
    """Where in a period the turn of an address comes, from 0 to 1; always the same.

    >>> round(share_of("http://a.gov.cn/1.html"), 3)
    0.844
    """
    digest = hashlib.sha256(url.encode()).digest()
    return int.from_bytes(digest[:4]) / 2**32


def _by_age(
    first: datetime, now: datetime, interval: float | None, *, changed: bool
) -> Plan:
    age = (now - first) / timedelta(days=1)
    step = next((day for day in LADDER if day > age), None)
    if changed:
        interval = max(LEAST, (interval or _gap(age)) / 2)
    elif interval is not None:
        interval = min(MOST, interval * 2)
    elif step is None:
        interval = LATER
    if step is None:
        return Plan(now + timedelta(days=interval or LATER), interval)
    due = first + timedelta(days=step)
    if interval is None or now + timedelta(days=interval) >= due:
        return Plan(due, interval if changed else None)
    return Plan(now + timedelta(days=interval), interval)


def _gap(age: float) -> float:
    """Days between the last two fixed steps of a page that is ``age`` days old."""
    passed = [0, *(day for day in LADDER if day <= age)]
    return float(passed[-1] - passed[-2]) if len(passed) > 1 else LEAST


def retry_due(now: datetime, failures: int) -> datetime:
    """Next attempt after the ``failures``-th failure in a row.

    >>> retry_due(datetime(2026, 1, 30, 2, tzinfo=UTC), 3).date()
    datetime.date(2026, 2, 6)
    """
    return now + timedelta(days=BACK_OFF[min(max(failures, 1), len(BACK_OFF)) - 1])
