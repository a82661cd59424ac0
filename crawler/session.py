"""One run of the crawler: what it works on, and the transaction that ends each URL.

Spider, scheduler, handler and middlewares share one session. It is the only place of
this package that writes: the capture rows of a URL, its new state, the links found on
it and the reading of its document become one transaction, once the records are durable.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from archive.aliases import Aliases
from archive.catalog import Catalog
from archive.clock import Clock, iso, utc_now
from archive.columns import Columns
from archive.errors import ArchiveDamaged, StorageError, UsageError
from archive.frontier import NAVIGATION, Found, Frontier, FrontierRow
from archive.hosts import Hosts
from archive.http import HttpResponse
from archive.portals import hosts_of
from archive.records import Capture, Exchange, PageContext, Source
from archive.succession import is_return
from archive.validators import Known, last_answer
from archive.warc import WarcStore
from crawler import revisit, schedule
from crawler.backoff import MAX_PAUSE, REST_SECONDS
from crawler.clones import head
from crawler.clones import judge as clone_of
from crawler.cms.fingerprint import GENERIC
from crawler.discovered import Rediscovery
from crawler.health import SourceCounts, health
from crawler.missing import MAX_SHARED
from crawler.traps import Growth
from crawler.urls import canonical, host_of, with_www
from crawler.vanishing import Vanishing
from crawler.visit import (
    Answer,
    Discovery,
    context_of,
    discover,
    judge,
    nothing,
    soft_404,
)
from crawler.walls import wall
from pipelines.load import Loaded
from pipelines.stages import take
from pipelines.unpack import is_zip, take_members

logger = logging.getLogger(__name__)

#: Told after every page: what was done.
Progress = Callable[[str], None]
#: Effects of a reading that brought nothing that was not there before.
UNCHANGED = ("reread", "duplicate")


class _Unusable(Exception):
    """A document that the visit must not count as received; the text says why."""


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
        due_only: bool = False,
        seconds_each: float | None = None,
        max_depth: int = 8,
        progress: Progress | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.catalog = catalog
        self.store = store
        self._clock = clock or utc_now
        self.frontier = Frontier(catalog, clock=self._clock)
        self.aliases = Aliases(catalog)
        self.hosts = Hosts(catalog, clock=self._clock)
        #: Hosts that are to be left alone for what they did in earlier runs.
        self.resting = self.hosts.resting(max(MAX_PAUSE, REST_SECONDS))
        self._vanishing = Vanishing(self.frontier)
        self._columns = Rediscovery(Columns(catalog))
        self.sources = {source.source_id: source for source in sources}
        self.run_id = run_id
        self.limit = limit
        self.refresh = refresh
        self.due_only = due_only
        #: How long one source may take from its first request on.
        self.seconds_each = seconds_each
        self.max_depth = max_depth
        self.counts = {name: SourceCounts() for name in self.sources}
        self.fatal: Exception | None = None
        self._seeded = False
        self._progress = progress or (lambda what: None)
        self._family = dict.fromkeys(self.sources, GENERIC)
        self._growth = {name: Growth() for name in self.sources}
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
                self._reopen(source.source_id)

    def _reopen(self, source_id: str) -> None:
        if not self.due_only:
            self.frontier.reopen(source_id, refresh=self.refresh)
            return
        known = self.catalog.source(source_id)
        well = known is not None and known["state"] in ("ok", "moved")
        self.frontier.reopen_due(source_id, whole=not well)

    def owner(self, url: str) -> Source | None:
        """The source whose host an address is on."""
        name = self._owner(url)
        return self.sources[name] if name else None

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
        outcome, reason = self._outcome(meta, exchange, got)
        capture = self.store.append(
            exchange,
            source_id=meta.get("source_id"),
            outcome=outcome,
            reason=reason,
            unchanged=self._confirmed(meta, got),
        )
        answer = Answer(capture, got, got.header("etag"), got.header("last-modified"))
        if meta.get("robots"):
            self.store.sync()
            self._write([answer])
        else:
            meta.setdefault("answers", []).append(answer)

    def _outcome(
        self, meta: dict[str, Any], exchange: Exchange, got: HttpResponse
    ) -> tuple[str | None, str | None]:
        """What an answer is where its status does not say it, and why."""
        if exchange.truncated:
            return None, None
        if reason := wall(got):
            return "blocked", reason
        row: FrontierRow | None = meta.get("row")
        asked = "known" in meta or revisit.confirms(row, got.status)
        if got.status == revisit.NOT_MODIFIED and not asked:
            return "error", "HTTP 304 to a request without a condition"
        navigates = meta.get("robots") or (row is not None and row.role == "home")
        if not navigates and (reason := soft_404(got)):
            return "not_found", reason
        return None, None

    def _confirmed(self, meta: dict[str, Any], got: HttpResponse) -> Capture | None:
        """The capture that holds what an answer of 304 confirms."""
        if "known" in meta:
            before: Known = meta["known"]
            return before.capture if got.status == revisit.NOT_MODIFIED else None
        row: FrontierRow | None = meta.get("row")
        if row is None or not revisit.confirms(row, got.status):
            return None
        known = self.catalog.captures_of(row.url, row.good_sha256 or "")
        held = next((c for c in known if c.outcome == "ok"), None)
        return held or self.catalog.holder(row.good_sha256 or "")

    def rules_known(self, url: str) -> tuple[Known, bytes] | None:
        """What robots.txt was when it was last had, if it may be asked about so."""
        known = last_answer(self.catalog, url)
        if (
            known is None
            or not known.conditions
            or known.confirmations >= schedule.CONDITIONAL_IN_A_ROW
        ):
            return None
        held = known.capture
        try:
            payload = self.store.read(
                held.warc_file, held.warc_offset, held.warc_length, held.sha256
            )
        except (ArchiveDamaged, StorageError):  # told elsewhere; asked for in full
            return None
        return known, payload

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
        last = answers[-1] if answers else None
        judged = (judge(last) or nothing(last)) if last else "error: no answer"
        reason = error or judged
        self.store.sync()
        with self.catalog.atomic():
            self._write(answers)
            if row is None:
                if reason is None:
                    with suppress(_Unusable):  # counted and logged already
                        self._take(None, answers[-1], url or answers[-1].capture.url)
            elif reason is None:
                self._succeed(row, answers[-1])
            else:
                self._fail(row, reason, answers)
        if row is not None:
            self.counts[row.source_id].fetched += len(answers)
            self.counts[row.source_id].visits += 1
            self.counts[row.source_id].walked += row.role in ("column", "list")
        self._progress(row.url if row else url or "")

    def keep(self, answers: Iterable[Answer]) -> None:
        """Store the captures of a visit that is about no URL of the frontier."""
        self.store.sync()
        with self.catalog.atomic():
            self._write(answers)

    def _fail(self, row: FrontierRow, reason: str, answers: list[Answer]) -> None:
        capture_id = answers[-1].capture.capture_id if answers else None
        now = self._clock()
        due = revisit.retry_due(row, now)
        self.frontier.failed(row, reason, capture_id, next_due=due)
        self._vanishing.bad(row, reason, answers, now)
        self._columns.bad(row, reason)
        counts, kind = self.counts[row.source_id], reason.partition(":")[0]
        counts.failed += 1
        if kind in ("blocked", "robots", "not_found"):
            setattr(counts, kind, getattr(counts, kind) + 1)
        counts.trouble = counts.trouble or reason
        if row.role == "home":
            counts.home = reason

    def _succeed(self, row: FrontierRow, answer: Answer) -> None:
        counts = self.counts[row.source_id]
        if revisit.confirms(row, answer.response.status):
            # its links and its reading are those of the visit it confirms
            counts.unchanged += row.role not in NAVIGATION
            self._columns.confirmed(row)
            self._done(row, answer)
            return
        seen = self._discover(row, answer)
        problem = seen.problem
        if seen.target:
            problem = self._redirected(row, answer, seen.target) or problem
        if problem := problem or self._nobodys_page(row, answer, seen):
            self._fail(row, problem, [answer])
            return
        if seen.family != GENERIC:
            self._family[row.source_id] = seen.family
        if row.role == "home" and seen.target is None:
            page = answer.response
            meta = head(page.payload, page.charset)
            counts.clone = clone_of(row.url, meta, self.sources[row.source_id])
        self.frontier.add(row.source_id, self._admitted(row, seen))
        self._columns.good(row, seen)
        changed = False
        if seen.is_document:
            try:
                changed = self._take(row, answer, row.url)
            except _Unusable as unusable:
                self._fail(row, str(unusable), [answer])
                return
        self._done(row, answer, changed=changed)

    def _done(self, row: FrontierRow, answer: Answer, *, changed: bool = False) -> None:
        now, capture_id = self._clock(), answer.capture.capture_id
        memory, due = revisit.after_answer(row, answer, now, changed=changed)
        self.frontier.done(row, capture_id, next_due=due, memory=memory)
        self._vanishing.good(row, now, memory.good_capture_id)
        self.counts[row.source_id].answered += 1

    def _discover(self, row: FrontierRow, answer: Answer) -> Discovery:
        seen = discover(
            row,
            answer.response,
            hosts=self._hosts[row.source_id],
            family=self._family[row.source_id],
            home=self.sources[row.source_id].home,
            max_depth=self.max_depth,
        )
        self.counts[row.source_id].foreign += seen.foreign
        self.counts[row.source_id].skipped += seen.skipped
        return seen

    def _redirected(self, row: FrontierRow, answer: Answer, target: str) -> str | None:
        """Keep the edge; why it leads nowhere, if it does."""
        self.aliases.put(
            row.source_id,
            row.url,
            target,
            at=self._clock(),
            http_status=answer.capture.http_status,
            capture_id=answer.capture.capture_id,
        )
        return self.aliases.problem(row.source_id, row.url, target)

    def _nobodys_page(
        self, row: FrontierRow, answer: Answer, seen: Discovery
    ) -> str | None:
        """Why a page is no page of its own: others of the host have the same body."""
        capture = answer.capture
        if (
            row.role in ("home", "attachment")
            or answer.response.status != 200
            or capture.sha256 in (None, row.good_sha256)
            or "html" not in (answer.response.media_type or "text/html")
        ):
            return None
        sha256, host = capture.sha256 or "", host_of(row.url)
        if self.frontier.shared_by(sha256, host, MAX_SHARED) < MAX_SHARED:
            return None
        if seen.is_document and self.frontier.is_report(sha256):
            return None
        return f"not_found: the same page stands at {MAX_SHARED} addresses or more"

    def _admitted(self, row: FrontierRow, seen: Discovery) -> Iterator[Found]:
        """The links of a page, new ones only if the source does not grow by itself."""
        new = self.frontier.unknown(row.source_id, (f.url for f in seen.found))
        productive = any(f.role == "report" and f.url in new for f in seen.found)
        barren = 0 if productive or row.role not in NAVIGATION else row.barren + 1
        growth, counts = self._growth[row.source_id], self.counts[row.source_id]
        for found in seen.found:
            if seen.target is None and found.url in new:
                link = found
                if row.role == "list":
                    link = replace(found, barren=row.barren if found.pager else barren)
                if growth.admit(link, row, productive=productive):
                    yield link
                else:
                    counts.skipped += 1
            else:
                yield found

    def _take(self, row: FrontierRow | None, answer: Answer, url: str) -> bool:
        """Hand a document to the pipelines, unless it was read at this place before.

        Returns whether it is a new version of a report. Raises _Unusable when there is
        no reading, or no report any more where one was.
        """
        sha256 = answer.capture.sha256
        counts = self.counts[row.source_id] if row else SourceCounts()
        source = self.sources[row.source_id] if row else None
        again = bool(sha256 and self.frontier.was_read(sha256, url))
        if again and not is_return(self.catalog, answer.capture, url):
            if row and sha256 and sha256 != row.good_sha256:
                self._still_a_report(row, sha256)
            counts.unchanged += 1
            return False
        try:
            with self.catalog.atomic():
                context = replace(
                    context_of(url, row, source, answer),
                    page_title=self._offering(row),
                    named_hosts=hosts_of(source) if source else (),
                )
                payload = answer.response.payload
                loaded = take(self.catalog, answer.capture, payload, context)
                if is_zip(payload):
                    self._count(counts, self._unpack(payload, context))
        except StorageError:
            raise
        except Exception as error:  # one document is closed here; the crawl goes on
            counts.unreadable += 1
            logger.exception("reading %s failed", url)
            # not done: a later run has it read again
            raise _Unusable(f"unreadable: {type(error).__name__}") from error
        if loaded.effect == "no_report":
            if row and sha256:
                self._still_a_report(row, sha256)
            return False
        self._count(counts, loaded.all)
        return any(one.effect == "new_version" for one in loaded.all)

    def _offering(self, row: FrontierRow | None) -> str | None:
        """The title of the page that offers a file."""
        if row is None or row.role != "attachment":
            return None
        return self.frontier.title_of(row.source_id, row.via)

    def _unpack(self, payload: bytes, context: PageContext) -> list[Loaded]:
        """Take in the files of a ZIP; each is an original of its own."""
        found = take_members(self.catalog, self.store, payload, context)
        return [one for member in found if member.loaded for one in member.loaded.all]

    @staticmethod
    def _count(counts: SourceCounts, effects: Iterable[Loaded]) -> None:
        for loaded in effects:
            if loaded.effect == "no_report":
                continue
            counts.reports += 1
            if loaded.effect in UNCHANGED:
                counts.unchanged += 1
            else:
                counts.new += 1

    def _still_a_report(self, row: FrontierRow, sha256: str) -> None:
        if self.frontier.lost_report(row.url, sha256):
            raise _Unusable("not_found: the page holds no report any more")

    # ------------------------------------------------------------------------- end

    def close(self) -> None:
        """Store the health of every source that was walked in this run."""
        if not self._seeded:
            return
        with self.catalog.atomic():
            for name, counts in self.counts.items():
                if not counts.visits:
                    continue
                ended = self._vanishing.conclude(name, self._clock())
                counts.missing, counts.gone = ended.missing, ended.gone
                counts.moved, counts.frozen = ended.moved, ended.frozen
                found: dict[str, Any] = {
                    "reports_found": self.frontier.reports_found(name)
                }
                if counts.answered:
                    counts.cms = found["cms"] = self._family[name]
                    found["last_ok_at"] = iso(self._clock())
                urls = self.frontier.counts(name)
                counts.columns = self._columns.conclude(
                    self.sources[name],
                    self._clock(),
                    whole=not any(state == "pending" for _, state in urls),
                )
                if counts.columns.column:
                    found["column_url"] = counts.columns.column
                counts.state = self._state(counts, urls)
                if counts.state:
                    found["state"] = counts.state
                self.catalog.put_source(self.sources[name], **found)

    def _state(
        self, counts: SourceCounts, urls: dict[tuple[str, str], int]
    ) -> str | None:
        """The health of a source, unless too little of it was looked at to tell."""
        state = health(counts, urls)
        if self.due_only and counts.answered and not (counts.walked or counts.resting):
            return None
        left = any(s == "pending" and role in NAVIGATION for role, s in urls)
        return None if state == "empty" and left else state
