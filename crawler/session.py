"""One run of the crawler: what it works on, and the transaction that ends each URL.

Spider, scheduler, handler and middlewares share one session. It is the only place of
this package that writes: the capture rows of a URL, its new state, the links found on
it and the reading of its document become one transaction, once the records are durable.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from archive.catalog import Catalog
from archive.clock import iso, utc_now
from archive.errors import StorageError, UsageError
from archive.frontier import Found, Frontier, FrontierRow
from archive.http import HttpResponse
from archive.records import Exchange, Source
from archive.warc import WarcStore
from crawler.cms.fingerprint import GENERIC
from crawler.health import SourceCounts, health
from crawler.urls import canonical, host_of, with_www
from crawler.visit import Answer, Discovery, context_of, discover, judge
from crawler.walls import wall
from pipelines.stages import take

logger = logging.getLogger(__name__)

#: Told after every page: what was done.
Progress = Callable[[str], None]
#: Effects of a reading that brought nothing that was not there before.
UNCHANGED = ("reread", "duplicate")


class CrawlSession:
    """The state of a run; everything happens in the reactor's thread."""

    def __init__(
        self,
        catalog: Catalog,
        store: WarcStore,
        sources: Iterable[Source],
        *,
        run_id: str,
        limit: int | None = None,
        refresh: bool = False,
        max_depth: int = 8,
        progress: Progress | None = None,
    ) -> None:
        self.catalog = catalog
        self.store = store
        self.frontier = Frontier(catalog)
        self.sources = {source.source_id: source for source in sources}
        self.run_id = run_id
        self.limit = limit
        self.refresh = refresh
        self.max_depth = max_depth
        self.counts = {name: SourceCounts() for name in self.sources}
        self.fatal: Exception | None = None
        self._seeded = False
        self._progress = progress or (lambda what: None)
        self._family = dict.fromkeys(self.sources, GENERIC)
        self._hosts = {
            name: with_www((host_of(source.home), *source.hosts))
            for name, source in self.sources.items()
        }

    # ------------------------------------------------------------------ politeness

    def slot(self, source_id: str) -> str:
        """The politeness slot of a source: its group, else the host of its home."""
        source = self.sources[source_id]
        return source.group or host_of(source.home).removeprefix("www.")

    def slots(self) -> dict[str, dict[str, Any]]:
        """Settings of all slots, as Scrapy's ``DOWNLOAD_SLOTS`` wants them."""
        found: dict[str, dict[str, Any]] = {}
        for name, source in self.sources.items():
            slot = found.setdefault(self.slot(name), {"concurrency": 1, "delay": 0.0})
            slot["delay"] = max(slot["delay"], source.delay_seconds)
        return found

    # --------------------------------------------------------------------- seeding

    def seed(self) -> None:
        """Enter sources, home and list pages; make ready what is to be asked again."""
        self._seeded = True
        with self.catalog.atomic():
            for source in self.sources.values():
                self.catalog.put_source(source)
                self.frontier.add(
                    source.source_id,
                    [
                        Found(source.home, "home"),
                        *(Found(seed, "list", depth=1) for seed in source.seeds),
                    ],
                )
                self.frontier.reopen(source.source_id, refresh=self.refresh)

    def _owner(self, url: str) -> str | None:
        host = host_of(url)
        return next((n for n, hosts in self._hosts.items() if host in hosts), None)

    def add_reports(self, urls: Iterable[str]) -> list[tuple[str, FrontierRow | None]]:
        """Make given addresses pending as reports of the source that owns their host.

        Returns (canonical URL, row); the row of an address of no source is None.
        """
        given: list[tuple[str, FrontierRow | None]] = []
        with self.catalog.atomic():
            for url in urls:
                address = canonical(url)
                if address is None:
                    raise UsageError(
                        f"expected an http or https address, found {url!r}"
                    )
                row, source_id = None, self._owner(address)
                if source_id is not None:
                    self.catalog.put_source(self.sources[source_id])
                    self.frontier.add(source_id, [Found(address, "report")])
                    row = self.frontier.reopen_url(source_id, address)
                given.append((address, row))
        return given

    # ------------------------------------------------------------------- recording

    def record(
        self, meta: dict[str, Any], exchange: Exchange, got: HttpResponse
    ) -> None:
        """Write an exchange to the WARC; its row waits for the URL's transaction.

        robots.txt belongs to no URL of the frontier, so its row is written at once.
        """
        reason = wall(got) if not exchange.truncated else None
        capture = self.store.append(
            exchange,
            source_id=meta.get("source_id"),
            outcome="blocked" if reason else None,
            reason=reason,
        )
        answer = Answer(capture, got, got.header("etag"), got.header("last-modified"))
        if meta.get("robots"):
            self.store.sync()
            self._write([answer])
        else:
            meta.setdefault("answers", []).append(answer)

    def _write(self, answers: Iterable[Answer]) -> None:
        for answer in answers:
            self.catalog.add_capture(
                answer.capture, etag=answer.etag, last_modified=answer.last_modified
            )

    # ------------------------------------------------------------------- finishing

    def finish(
        self,
        row: FrontierRow | None,
        answers: list[Answer],
        error: str | None = None,
        url: str | None = None,
    ) -> None:
        """End the visit of a URL: everything that came of it, in one transaction.

        ``answers`` are all exchanges of the visit, retries included; the last one
        counts. ``error`` is why no whole answer came. ``row`` is None for an address
        of no source, ``url`` names it then.
        """
        reason = error or (judge(answers[-1]) if answers else "error: no answer")
        self.store.sync()
        with self.catalog.atomic():
            self._write(answers)
            if row is None:
                if reason is None:
                    self._take(None, answers[-1], url or answers[-1].capture.url)
            elif reason is None:
                self._succeed(row, answers[-1])
            else:
                self._fail(row, reason, answers)
        if row is not None:
            self.counts[row.source_id].fetched += len(answers)
            self.counts[row.source_id].visits += 1
        self._progress(row.url if row else url or "")

    def _fail(self, row: FrontierRow, reason: str, answers: list[Answer]) -> None:
        capture_id = answers[-1].capture.capture_id if answers else None
        self.frontier.failed(row, reason, capture_id)
        counts, kind = self.counts[row.source_id], reason.partition(":")[0]
        counts.failed += 1
        if kind in ("blocked", "robots", "not_found"):
            setattr(counts, kind, getattr(counts, kind) + 1)
        counts.trouble = counts.trouble or reason

    def _succeed(self, row: FrontierRow, answer: Answer) -> None:
        source, counts = self.sources[row.source_id], self.counts[row.source_id]
        seen: Discovery = discover(
            row,
            answer.response,
            hosts=self._hosts[row.source_id],
            family=self._family[row.source_id],
            home=source.home,
            max_depth=self.max_depth,
        )
        counts.foreign += seen.foreign
        counts.skipped += seen.skipped
        if seen.problem:
            self._fail(row, seen.problem, [answer])
            return
        if seen.family != GENERIC:
            self._family[row.source_id] = seen.family
        counts.answered += 1
        self.frontier.add(row.source_id, seen.found)
        self.frontier.done(row, answer.capture.capture_id)
        if seen.is_document:
            self._take(row, answer, row.url)

    def _take(self, row: FrontierRow | None, answer: Answer, url: str) -> None:
        """Hand a document to the pipelines, unless it was read at this place before."""
        sha256 = answer.capture.sha256
        counts = self.counts[row.source_id] if row else SourceCounts()
        source = self.sources[row.source_id] if row else None
        if sha256 and self.frontier.was_read(sha256, url):
            counts.unchanged += 1
            return
        try:
            with self.catalog.atomic():
                loaded = take(
                    self.catalog,
                    answer.capture,
                    answer.response.payload,
                    context_of(url, row, source, answer),
                )
        except StorageError:
            raise
        except Exception as error:  # one document is closed here; the crawl goes on
            counts.unreadable += 1
            logger.exception("reading %s failed", url)
            if row is not None:  # not done: a later run has it read again
                self._fail(row, f"unreadable: {type(error).__name__}", [answer])
            return
        if loaded.effect == "no_report":
            return
        counts.reports += 1
        if loaded.effect in UNCHANGED:
            counts.unchanged += 1
        else:
            counts.new += 1

    # ------------------------------------------------------------------------- end

    def close(self) -> None:
        """Store the health of every source that was walked in this run."""
        if not self._seeded:
            return
        with self.catalog.atomic():
            for name, counts in self.counts.items():
                if not counts.visits:
                    continue
                found: dict[str, Any] = {
                    "reports_found": self.frontier.reports_found(name)
                }
                if counts.answered:
                    counts.cms = found["cms"] = self._family[name]
                    found["last_ok_at"] = iso(utc_now())
                counts.state = health(counts, self.frontier.counts(name))
                if counts.state:
                    found["state"] = counts.state
                self.catalog.put_source(self.sources[name], **found)
