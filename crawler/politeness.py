"""The politeness of every request that leaves: slots, pauses and the circuit breaker.

A politeness slot is the ``group`` of a source or else the host that is really asked, so
a side host of two portals has one pace, and a redirect to another host keeps the pace
of that host. What a host says (429, 503, Retry-After) or how it fails sets the next
moment at which it may be asked; the scheduler waits for it, and a run that is started
before that moment does, too.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Request, Response

from archive.clock import utc_now
from archive.errors import StorageError
from archive.hosts import Rest
from archive.records import Source
from crawler.backoff import (
    REST_SECONDS,
    Breaker,
    back_off,
    retry_after,
)
from crawler.urls import host_of

SLOT = "download_slot"
#: Answers that ask for a pause.
BUSY = (429, 503)
#: No answer at all, or half of one.
NO_ANSWER = (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)


class HostResting(IgnoreRequest):
    """The host failed too often in this run; nothing was sent."""


def bare_host(url: str) -> str:
    """The host of a URL as politeness sees it.

    >>> bare_host("http://www.a.gov.cn:8080/x")
    'a.gov.cn:8080'
    """
    return host_of(url).removeprefix("www.")


def slot_key(source: Source | None, url: str) -> str:
    """The politeness slot of a request for ``url`` in the crawl of ``source``."""
    return source.group if source and source.group else bare_host(url)


def slow_down(downloader: Any, key: str, delay: float) -> None:
    """See that a slot is not asked faster than every ``delay`` seconds."""
    if slot := downloader.slots.get(key):
        slot.delay = max(slot.delay, delay)
    # slots that idle for a minute are made anew from these settings
    kept = downloader.per_slot_settings.setdefault(key, {"concurrency": 1})
    kept["delay"] = max(float(kept.get("delay", 0.0)), delay)


class PolitenessMiddleware:
    """Stands next to the downloader and sees every attempt, robots.txt too."""

    def __init__(self, crawler: Any) -> None:
        self._crawler = crawler
        self._breaker = Breaker(crawler.settings.getint("NIANBAO_MAX_FAILURES"))
        self._paused: dict[str, float] = {}  # slot → moment of the monotonic clock
        self._noted: set[str] = set()  # hosts with a pause in the catalogue

    @classmethod
    def from_crawler(cls, crawler: Any) -> PolitenessMiddleware:
        """Scrapy's constructor."""
        middleware = cls(crawler)
        middleware.recall(crawler.spider.session.resting, utc_now())
        return middleware

    def recall(self, resting: dict[str, Rest], now: datetime) -> None:
        """Keep the pauses that earlier runs were asked for.

        A host that broke down lately is tried once, in case it is well again.
        """
        for rest in resting.values():
            self._noted.add(rest.host)
            if rest.failing:
                self._breaker.doubt(rest.host)
            else:
                self._paused[rest.host] = monotonic() + rest.seconds(now)

    async def process_request(self, request: Request) -> None:
        """Put the request into its slot; raise HostResting when its host rests."""
        if reason := self._breaker.reason(bare_host(request.url)):
            raise HostResting(reason)
        source = self._source(request)
        key = request.meta[SLOT] = slot_key(source, request.url)
        if source is not None:
            slow_down(self._crawler.engine.downloader, key, source.delay_seconds)
        # The scheduler has waited already; robots.txt and shared hosts have not.
        while (left := self._paused.get(key, 0.0) - monotonic()) > 0:
            await asyncio.sleep(left)

    def process_response(self, request: Request, response: Response) -> Response:
        """Take note of an answer."""
        answers: list[Any] = request.meta.get("answers") or []
        walled = bool(answers) and answers[-1].capture.outcome == "blocked"
        if response.status >= 500 or response.status in BUSY or walled:
            asked = None
            if response.status in BUSY:
                value = response.headers.get("Retry-After", b"").decode("latin-1")
                asked = retry_after(value, utc_now())
            reason = answers[-1].capture.reason if walled else None
            self._failed(request, reason or f"HTTP {response.status}", asked)
        else:
            if not request.meta.get("robots"):  # a small file proves little
                self._answered(request)
            self._keep_pace(request)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Take note that there was no answer."""
        if isinstance(exception, NO_ANSWER):
            text = " ".join(str(exception).split())
            why = f"{type(exception).__name__}: {text}"[:200].rstrip(": ")
            self._failed(request, why, None)

    # ---------------------------------------------------------------------- inside

    def _source(self, request: Request) -> Source | None:
        found: Source | None = self._crawler.spider.session.sources.get(
            request.meta.get("source_id")
        )
        return found

    def _answered(self, request: Request) -> None:
        host = bare_host(request.url)
        self._breaker.answered(host)
        for name in {host, request.meta.get(SLOT, "")} & self._noted:
            self._noted.discard(name)
            self._keep(lambda name=name: self._hosts.forget(name))

    @property
    def _hosts(self) -> Any:
        return self._crawler.spider.session.hosts

    def _rest(self, name: str, seconds: float, why: str, *, failing: bool) -> None:
        """Have the runs that follow keep a pause as well."""
        self._noted.add(name)
        until = utc_now() + timedelta(seconds=seconds)
        self._keep(lambda: self._hosts.rest(Rest(name, until, why, failing)))

    def _keep(self, write: Any) -> None:
        spider = self._crawler.spider
        if spider.session.fatal is not None:
            return
        try:
            write()
        except StorageError as error:
            spider.storage_failed(error)

    def _failed(self, request: Request, why: str, asked: float | None) -> None:
        host, key = bare_host(request.url), request.meta.get(SLOT, "")
        failures = self._breaker.failed(host, why)
        if asked:
            self._rest(key, asked, f"{why}, Retry-After", failing=False)
        if failures == self._breaker.limit:
            opened = self._breaker.reason(host) or why
            self._rest(host, REST_SECONDS, opened, failing=True)
        slot = self._crawler.engine.downloader.slots.get(key)
        delay = slot.delay if slot else 0.0
        pause = asked if asked is not None else back_off(delay, failures)
        self._paused[key] = max(self._paused.get(key, 0.0), monotonic() + pause)
        source = self._source(request)
        if source is None:
            return
        self._crawler.spider.scheduler.hold(source.source_id, pause)
        reason = self._breaker.reason(host)
        if reason and host == bare_host(source.home):
            self._crawler.spider.scheduler.rest(source.source_id, reason)

    def _keep_pace(self, request: Request) -> None:
        """Have the scheduler wait for the delay, so that nothing waits downstream."""
        slot = self._crawler.engine.downloader.slots.get(request.meta.get(SLOT))
        source = self._source(request)
        if slot is not None and source is not None and slot.delay:
            left = slot.lastseen + slot.delay - monotonic()
            self._crawler.spider.scheduler.hold(source.source_id, left)
