"""What both spiders share: a session, and the end of every visit.

A spider is started by :func:`crawler.run.crawl`, which brings the session, or by
``scrapy crawl``, which does not: then the spider opens the data directory itself.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from scrapy import Spider, signals
from scrapy.http import Request, Response

from archive.datadir import ENVIRONMENT_VARIABLE, DataDir, require_space
from archive.errors import StorageError
from archive.frontier import FrontierRow
from archive.http import HttpResponse
from archive.records import Exchange, Source
from archive.warc import WarcStore
from crawler.politeness import HostResting
from crawler.posting import decode, real_url
from crawler.revisit import conditions
from crawler.robots import RobotsForbid, RobotsUnavailable
from crawler.scheduler import FrontierScheduler
from crawler.session import CrawlSession
from crawler.source import choose, load_registry
from pipelines.reference import open_archive


class ArchiveSpider(Spider):
    """A spider that commits instead of yielding.

    When the archive cannot be written it calls ``halt`` and from then on nothing that
    still arrives is recorded or counted.
    """

    #: Whether what is pending in the frontier is to be fetched.
    walks = True
    session: CrawlSession
    scheduler: FrontierScheduler  # names itself when the engine makes it
    _halt: Callable[[], None]

    @classmethod
    def from_crawler(cls, crawler: Any, *args: Any, **kwargs: Any) -> ArchiveSpider:
        """Take the session given, or open one from the spider arguments."""
        session, halt = kwargs.pop("session", None), kwargs.pop("halt", None)
        spider: ArchiveSpider = super().from_crawler(crawler, *args, **kwargs)
        spider._resources = ExitStack()
        spider._halt = halt or spider._close
        spider.session = session or spider._open()
        spider.session.max_depth = crawler.settings.getint("NIANBAO_MAX_DEPTH")
        crawler.settings.set("DOWNLOAD_SLOTS", spider.session.slots(), "spider")
        crawler.signals.connect(spider._closed, signals.spider_closed)
        spider.prepare()
        return spider

    def prepare(self) -> None:
        """Enter what is to be asked for into the frontier."""

    async def start(self) -> AsyncIterator[Request]:
        """Nothing to start with: the scheduler reads the frontier."""
        return
        yield

    def request(self, url: str, row: FrontierRow | None) -> Request:
        """The request for a URL; ``row`` is None for an address of no source.

        The address of a POST becomes a request with that body.
        """
        meta: dict[str, Any] = {"row": row, "answers": []}
        headers, body = conditions(row), None
        if row and row.via:
            headers["Referer"] = real_url(row.via)
        if posted := decode(url):
            meta["asked"], url, body = url, posted.url, posted.body
            headers["Content-Type"] = posted.content_type
        if row is not None:
            slot = self.session.slot(row.source_id)
            meta |= {"source_id": row.source_id, "download_slot": slot}
        return Request(
            url,
            method="POST" if posted else "GET",
            body=body,
            callback=self.parse,
            errback=self.failed,
            headers=headers,
            meta=meta,
            dont_filter=True,
        )

    # ------------------------------------------------------------- ends of a visit

    def recorder(
        self, request: Request, exchange: Exchange, response: HttpResponse
    ) -> None:
        """Called by the download handler with everything that crossed the wire."""
        if self.session.fatal is not None:
            return
        try:
            self.session.record(request.meta, exchange, response)
        except StorageError as error:
            self.storage_failed(error)
            raise

    def parse(self, response: Response, **kwargs: Any) -> None:
        """A whole answer came."""
        self._finish(response.request, None)

    def failed(self, failure: Any) -> None:
        """No whole answer came: connection trouble, or robots.txt."""
        error = failure.value
        if isinstance(error, RobotsForbid):
            reason = "robots"
        elif isinstance(error, HostResting):
            reason = "resting"  # asked again by the next run
        elif isinstance(error, RobotsUnavailable):
            reason = f"unreachable: {error}"
        else:
            text = " ".join(str(error).split())
            reason = f"unreachable: {type(error).__name__}: {text}"[:300].rstrip(": ")
        self._finish(failure.request, reason)

    def _finish(self, request: Request, error: str | None) -> None:
        row: FrontierRow | None = request.meta.get("row")
        answers = request.meta.get("answers", [])
        if self.session.fatal is not None:
            return
        try:
            url = request.meta.get("asked") or request.url
            self.session.finish(row, answers, error, url)
            require_space(self.session.store.directory)
        except StorageError as storage:
            self.storage_failed(storage)
        finally:
            if row is not None:
                self.scheduler.release(row)

    def storage_failed(self, error: Exception) -> None:
        """End the run: the archive cannot be written or read."""
        if self.session.fatal is None:
            self.session.fatal = error
            self._halt()

    def _close(self) -> None:
        """End without a process of ours around: Scrapy's own way."""
        closing = self.crawler.engine.close_spider_async(reason="storage")
        self._closing = asyncio.ensure_future(closing)

    # ------------------------------------------------------- started by scrapy crawl

    def sources(self) -> list[Source]:
        """The sources that the spider arguments name."""
        path = getattr(self, "sources_file", None)
        registry = load_registry(Path(path) if path else None)
        named = [n for n in getattr(self, "source", "").split(",") if n]
        if not named:
            return registry if path or getattr(self, "all", None) else []
        return choose(registry, named)

    def _open(self) -> CrawlSession:
        named = getattr(self, "data", None) or os.environ.get(ENVIRONMENT_VARIABLE)
        limit = getattr(self, "limit", None)
        sources = self.sources()
        with ExitStack() as stack:
            data = DataDir(Path(named or "data")).prepare(capturing=True)
            stack.enter_context(data.lock())
            catalog = stack.enter_context(open_archive(data))
            run_id = catalog.start_run(f"scrapy crawl {self.name}")
            store = stack.enter_context(
                WarcStore(data.warc, run_id=run_id, seen=catalog.holder)
            )
            session = CrawlSession(
                catalog,
                store,
                sources,
                run_id=run_id,
                limit=int(limit) if limit else None,
                refresh=str(getattr(self, "refresh", "")) in ("1", "true", "yes"),
            )
            self._resources = stack.pop_all()
        self._owns_run = True
        return session

    def _closed(self, reason: str) -> None:
        if self.session.fatal is None:
            try:
                self.session.close()
            except StorageError as error:  # Scrapy would log it and go on
                self.session.fatal = error
        try:
            if getattr(self, "_owns_run", False):
                figures = {n: c.figures() for n, c in self.session.counts.items()}
                outcome = "complete" if reason == "finished" else reason
                self.session.catalog.finish_run(self.session.run_id, outcome, figures)
        finally:
            self._resources.close()
