"""What is due in each night, by the due times of the product, for two years and more.

Documents first captured in the same night that have the same day in November have the
same steps, so a cohort of them is followed as one; navigation is due portal by portal,
all of it when a page of it is (``Frontier.reopen_due``). No night is too short here:
what a night cannot do is seen in :mod:`benchmarks.national.night`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from benchmarks.national.inputs import Inputs
from crawler.schedule import CHINA, YEARLY_SPREAD, Plan, list_due, report_due

#: When a nightly run takes place, in China.
HOUR = time(2, tzinfo=CHINA)
ROOM = timedelta(minutes=30)  # a timer is not punctual
#: Days over which the yearly visits are spread, evenly (``schedule.share_of``).
DAYS = YEARLY_SPREAD.days


@dataclass(slots=True)
class Cohort:
    """Documents that were first captured in one night and share a day in November."""

    first: datetime
    documents: float
    share: float  # of the time over which the yearly visits are spread
    due: datetime
    interval: float | None = None

    def plan(self, now: datetime) -> Plan:
        """When they are due after a visit now that found them as they were."""
        return report_due(
            self.first, now, self.interval, changed=False, share=self.share
        )


@dataclass(slots=True)
class Walk:
    """Portals whose navigation is looked at in the same nights."""

    share: float
    due: datetime


@dataclass(frozen=True, slots=True)
class Night:
    """What a night asks for: pages by kind, the new ones among them."""

    day: date
    navigation: float
    again: float  # documents that are known
    new: float  # documents that are not

    @property
    def requests(self) -> float:
        """All of them."""
        return self.navigation + self.again + self.new


def navigation(inputs: Inputs, portals: int) -> float:
    """Home and list pages of the country."""
    return (
        inputs.navigation_fixed * portals
        + inputs.navigation_per_agency * inputs.agencies
    )


def documents(inputs: Inputs) -> float:
    """Reports and attachments of the country."""
    return inputs.reports + inputs.attachments


def arrivals(inputs: Inputs, day: date) -> float:
    """New documents of a day: reports of the season with their attachments."""
    season = inputs.agencies * documents(inputs) / inputs.reports
    if date(day.year, 1, 10) <= day <= date(day.year, 1, 31):
        return season * inputs.in_january / 22
    late = (date(day.year, 4, 15) - date(day.year, 1, 31)).days
    if date(day.year, 2, 1) <= day <= date(day.year, 4, 15):
        return season * (1 - inputs.in_january) / late
    return 0.0


def nights(
    inputs: Inputs,
    portals: int,
    *,
    start: date = date(2026, 9, 1),
    end: date = date(2028, 8, 31),
) -> Iterator[Night]:
    """Night after night from the first crawl on, which takes the first nights."""
    spread = int(inputs.first_crawl_nights)
    walks: list[Walk] = []
    cohorts: list[Cohort] = []
    pages, whole = navigation(inputs, portals), documents(inputs)
    waiting = 0.0  # published, but on a list that was not looked at since
    day = start
    while day <= end:
        now = datetime.combine(day, HOUR).astimezone(UTC)
        began = (day - start).days < spread
        waiting += arrivals(inputs, day)
        looked = _walked(walks, now)
        again = _asked_again(cohorts, now)
        # the home page is asked for wherever a document is due
        homes = portals * (1 - looked) * (1 - math.exp(-again / portals))
        new = waiting * looked
        waiting -= new
        if began:
            walks.append(Walk(1 / spread, list_due(now)))
            looked += 1 / spread
            new += whole / spread
        if new:
            cohorts += _captured(new, now)
        yield Night(day, pages * looked + homes, again, new)
        day += timedelta(days=1)


def _captured(number: float, now: datetime) -> Iterator[Cohort]:
    """What was first captured in a night, by the days in November."""
    for day in range(DAYS):
        cohort = Cohort(now, number / DAYS, (day + 0.5) / DAYS, now)
        plan = cohort.plan(now)
        cohort.due, cohort.interval = plan.due, plan.interval
        yield cohort


def _walked(walks: list[Walk], now: datetime) -> float:
    """The share of portals whose navigation is due; it is due again later."""
    share = 0.0
    for walk in walks:
        if walk.due <= now + ROOM:
            share += walk.share
            walk.due = list_due(now)
    return share


def _asked_again(cohorts: list[Cohort], now: datetime) -> float:
    """How many documents are due; none of them has changed."""
    total = 0.0
    for cohort in cohorts:
        if cohort.due <= now + ROOM:
            total += cohort.documents
            plan = cohort.plan(now)
            cohort.due, cohort.interval = plan.due, plan.interval
    return total
