"""The scheduler: hands out pending URLs straight from the frontier table.

There is no second queue. A URL that is being fetched is still ``pending`` in the table
until the transaction that finishes it, so a killed process loses nothing. A politeness
slot has one URL out at a time, and the slots take turns, so that a portal of a thousand
pages does not starve one of ten.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from scrapy.core.scheduler import BaseScheduler
from scrapy.http import Request

from archive.frontier import FrontierRow
from crawler.session import CrawlSession


class FrontierScheduler(BaseScheduler):
    """Scrapy's scheduler interface on top of the frontier."""

    def __init__(self, session: CrawlSession, spider: Any, budget: int) -> None:
        self._session = session
        self._spider = spider
        spider.scheduler = self
        limit = session.limit
        if not spider.walks:
            limit = 0
        self._budget = budget if limit is None else min(limit, budget)
        self._handed_out = dict.fromkeys(session.sources, 0)
        #: Requests that are on their way again (retries) or have no row.
        self._again: deque[Request] = deque()
        self._out: dict[str, FrontierRow] = {}  # by slot
        self._turns: deque[str] = deque(
            dict.fromkeys(map(session.slot, session.sources))
        )
        self._members: dict[str, deque[str]] = {slot: deque() for slot in self._turns}
        for name in session.sources:
            self._members[session.slot(name)].append(name)
        self._dry: set[str] = set()  # sources that had nothing pending when asked

    @classmethod
    def from_crawler(cls, crawler: Any) -> FrontierScheduler:
        """Scrapy's constructor: the spider brings the session."""
        return cls(
            crawler.spider.session,
            crawler.spider,
            crawler.settings.getint("NIANBAO_SOURCE_BUDGET"),
        )

    def has_pending_requests(self) -> bool:
        """Whether a call of :meth:`next_request` would find something now."""
        return bool(self._again) or any(
            self._peek(name) for slot in self._turns for name in self._members[slot]
        )

    def enqueue_request(self, request: Request) -> bool:
        """Take back a request that is to be tried again, or one without a row."""
        self._again.append(request)
        return True

    def next_request(self) -> Request | None:
        """The next URL of the next slot that is free."""
        if self._again:
            return self._again.popleft()
        for _ in range(len(self._turns)):
            slot = self._turns[0]
            self._turns.rotate(-1)
            if slot not in self._out and (row := self._from(slot)):
                self._out[slot] = row
                self._handed_out[row.source_id] += 1
                return self._spider.request(row.url, row)
        return None

    def release(self, row: FrontierRow) -> None:
        """The visit of a row is over; its slot is free and its source may have more."""
        self._out.pop(self._session.slot(row.source_id), None)
        self._dry.discard(row.source_id)

    def _from(self, slot: str) -> FrontierRow | None:
        members = self._members[slot]
        for _ in range(len(members)):
            name = members[0]
            members.rotate(-1)
            if row := self._peek(name):
                return row
        return None

    def _peek(self, source_id: str) -> FrontierRow | None:
        if source_id in self._dry or self._handed_out[source_id] >= self._budget:
            return None
        busy = self._out.get(self._session.slot(source_id))
        skip = [busy.url] if busy and busy.source_id == source_id else []
        row = self._session.frontier.next(source_id, skip)
        if row is None:
            self._dry.add(source_id)
        return row
