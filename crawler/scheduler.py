"""The scheduler: hands out pending URLs straight from the frontier table.

There is no second queue. A URL that is being fetched is still ``pending`` in the table
until the transaction that finishes it, so a killed process loses nothing. A politeness
slot has one URL out at a time, and the slots take turns, so that a portal of a thousand
pages does not starve one of ten.

Admission. Only so many slots are active; the next one is admitted when one has nothing
left, the largest first, because the largest portal decides when a crawl ends. A slot
that must pause waits in a heap, so a call looks at no slot that cannot answer it and
costs the same with ten portals as with ten thousand.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Any

from scrapy.core.scheduler import BaseScheduler
from scrapy.http import Request
from scrapy.utils.asyncio import call_later

from archive.clock import utc_now
from archive.errors import StorageError
from archive.frontier import FrontierRow
from archive.hosts import Rest
from crawler.hours import Hours, parse_hours
from crawler.session import CrawlSession

MAX_ACTIVE = 600


class FrontierScheduler(BaseScheduler):
    """Scrapy's scheduler interface on top of the frontier.

    ``wake`` is asked to have :meth:`next_request` called again after some seconds.
    """

    def __init__(
        self,
        session: CrawlSession,
        spider: Any,
        budget: int,
        *,
        active: int = MAX_ACTIVE,
        hours: Hours | None = None,
        clock: Callable[[], float] = monotonic,
        wake: Callable[[float], None] = lambda seconds: None,
    ) -> None:
        self._session = session
        self._spider = spider
        spider.scheduler = self
        limit = session.limit
        self._budget = budget if limit is None else min(limit, budget)
        self._handed_out = dict.fromkeys(session.sources, 0)
        self._began: dict[str, float] = {}  # first request of a source
        self._max_active = max(active, 1)
        self._hours, self._clock, self._wake = hours, clock, wake
        self._alarm: float | None = None  # when next_request will be called anyway
        #: Requests of no slot of ours: addresses given by hand.
        self._loose: deque[Request] = deque()
        self._again: dict[str, Request] = {}  # to be tried again, by slot
        self._out: dict[str, FrontierRow] = {}  # by slot
        #: Sources of a slot that may have something pending.
        self._members: dict[str, deque[str]] = {}
        self._backlog = deque(self._by_size() if spider.walks else ())
        self._active: set[str] = set()
        self._ready: deque[str] = deque()
        self._waiting: list[tuple[float, str]] = []  # heap of (when, slot)
        self._not_before: dict[str, float] = {}
        self._recall(session.resting)

    def _recall(self, resting: dict[str, Rest]) -> None:
        """Keep the pauses that earlier runs were asked for."""
        for name in self._session.sources if resting else ():
            rest = resting.get(self._session.slot(name))
            if rest and not rest.failing:
                self.hold(name, rest.seconds(utc_now()))

    @classmethod
    def from_crawler(cls, crawler: Any) -> FrontierScheduler:
        """Scrapy's constructor: the spider brings the session."""

        def wake(seconds: float) -> None:
            call_later(seconds, look)

        def look() -> None:
            if crawler.engine is not None and crawler.engine._slot is not None:
                crawler.engine._slot.nextcall.schedule()

        return cls(
            crawler.spider.session,
            crawler.spider,
            crawler.settings.getint("NIANBAO_SOURCE_BUDGET"),
            active=crawler.settings.getint("NIANBAO_ACTIVE_SOURCES", MAX_ACTIVE),
            hours=parse_hours(crawler.settings.get("NIANBAO_HOURS") or ""),
            wake=wake,
        )

    def _by_size(self) -> list[str]:
        """All slots, those with the most known URLs first."""
        known, sizes = self._session.frontier.sizes(), dict[str, int]()
        for name in self._session.sources:
            slot = self._session.slot(name)
            self._members.setdefault(slot, deque()).append(name)
            sizes[slot] = sizes.get(slot, 0) + known.get(name, 0)
        return sorted(sizes, key=lambda slot: -sizes[slot])

    # ----------------------------------------------------------- Scrapy's interface

    def has_pending_requests(self) -> bool:
        """Whether there is, or soon will be, a request to hand out.

        Scrapy asks only when nothing is on its way.
        """
        try:
            return self._has_pending()
        except StorageError as error:
            self._spider.storage_failed(error)
            return False

    def _has_pending(self) -> bool:
        if self._loose or self._again:
            return True
        waiting = (slot for _, slot in self._waiting)
        slots = (*self._ready, *waiting, *self._backlog, *self._out)
        return any(
            self._peek(name) for slot in slots for name in self._members.get(slot, ())
        )

    def enqueue_request(self, request: Request) -> bool:
        """Take back a request that is to be tried again, or one without a slot."""
        row: FrontierRow | None = request.meta.get("row")
        slot = self._session.slot(row.source_id) if row else ""
        if row is not None and self._out.get(slot) == row:
            self._again[slot] = request
            self._queue(slot)
        else:
            self._loose.append(request)
        return True

    def next_request(self) -> Request | None:
        """The next URL of the next slot that is free and may be asked now.

        None, and the end of the run, when the catalogue cannot be read.
        """
        if self._session.fatal is not None:
            return None
        try:
            return self._next()
        except StorageError as error:
            self._spider.storage_failed(error)
            return None

    def _next(self) -> Request | None:
        if self._loose:
            return self._loose.popleft()
        if self._hours and (closed := self._hours.seconds_until_open(utc_now())):
            self._call_again(closed)
            return None
        now = self._clock()
        while self._waiting and self._waiting[0][0] <= now:
            self._ready.append(heapq.heappop(self._waiting)[1])
        while self._ready or self._admit():
            slot = self._ready.popleft()
            if request := self._again.pop(slot, None):
                return request
            if row := self._from(slot):
                self._out[slot] = row
                self._handed_out[row.source_id] += 1
                self._began.setdefault(row.source_id, self._clock())
                return self._spider.request(row.url, row)
            self._active.discard(slot)
            self._not_before.pop(slot, None)
        if self._waiting:
            self._call_again(self._waiting[0][0] - now)
        return None

    # -------------------------------------------------------------- told by others

    def release(self, row: FrontierRow) -> None:
        """The visit of a row is over; its slot is free and its source may have more."""
        slot = self._session.slot(row.source_id)
        if self._out.pop(slot, None) is None:
            return
        members = self._members.setdefault(slot, deque())
        if row.source_id not in members and not self._resting(row.source_id):
            members.append(row.source_id)
        self._queue(slot)

    def hold(self, source_id: str, seconds: float) -> None:
        """Hand out nothing of the slot of a source for so long."""
        slot, until = self._session.slot(source_id), self._clock() + seconds
        self._not_before[slot] = max(until, self._not_before.get(slot, 0.0))

    def rest(self, source_id: str, reason: str) -> None:
        """Leave a source alone for the rest of the run; its URLs stay pending."""
        counts = self._session.counts[source_id]
        counts.resting = counts.resting or reason
        members = self._members.get(self._session.slot(source_id))
        if members and source_id in members:
            members.remove(source_id)

    # ----------------------------------------------------------------------- inside

    def _resting(self, source_id: str) -> bool:
        return self._session.counts[source_id].resting is not None

    def _queue(self, slot: str) -> None:
        when = self._not_before.get(slot, 0.0)
        if when > self._clock():
            heapq.heappush(self._waiting, (when, slot))
        else:
            self._ready.append(slot)

    def _admit(self) -> bool:
        while self._backlog and len(self._active) < self._max_active:
            slot = self._backlog.popleft()
            self._active.add(slot)
            self._queue(slot)
        return bool(self._ready)

    def _from(self, slot: str) -> FrontierRow | None:
        """The next row of a slot; sources without one leave its circle."""
        members = self._members[slot]
        while members:
            if row := self._peek(members[0]):
                members.rotate(-1)
                return row
            members.popleft()
        return None

    def _peek(self, source_id: str) -> FrontierRow | None:
        if self._handed_out[source_id] >= self._budget or self._resting(source_id):
            return None
        busy = self._out.get(self._session.slot(source_id))
        skip = [busy.url] if busy and busy.source_id == source_id else []
        row = self._session.frontier.next(source_id, skip)
        if row is not None and self._time_is_up(source_id):
            self._session.counts[source_id].cut = True
            return None
        return row

    def _time_is_up(self, source_id: str) -> bool:
        limit, began = self._session.seconds_each, self._began.get(source_id)
        if limit is None or began is None:
            return False
        return self._clock() - began >= limit

    def _call_again(self, seconds: float) -> None:
        when = self._clock() + seconds
        if self._alarm is None or not self._clock() <= self._alarm <= when:
            self._alarm = when
            self._wake(max(seconds, 0.001))
