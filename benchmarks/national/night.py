"""One run of the crawler, request by request, on a clock of ours.

Each worker has a scheduler of the product (:mod:`crawler.scheduler`) over portals whose
pages are numbers, one core, and a share of one line. A request waits for the delay of
its slot, the portal takes its time, the body goes over the line, the worker reads it
when its core is free; then the slot is released. Failures pass through the breaker and
the pauses of :mod:`crawler.backoff` as in :mod:`crawler.politeness`.
"""

from __future__ import annotations

import heapq
import math
import random
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, NamedTuple

from benchmarks.national.country import Portal
from benchmarks.national.inputs import Inputs
from crawler import settings
from crawler.backoff import Breaker, back_off
from crawler.scheduler import FrontierScheduler
from crawler.shards import Shard

#: Random factors that all requests draw from, a power of two.
DRAWN = 1 << 16
#: A timer goes off a little late, never at the very moment.
TIMER = 1e-4
ARRIVES, READ, WAKES = range(3)


@dataclass(frozen=True, slots=True)
class Policy:
    """What an operator can turn; the defaults are those of the product."""

    workers: int = 1
    delay: float = float(settings.DOWNLOAD_DELAY)
    active: int = settings.NIANBAO_ACTIVE_SOURCES
    budget: int = settings.NIANBAO_SOURCE_BUDGET  # pages of a portal in a run
    seconds_each: float | None = None  # time of a portal in a run
    max_failures: int = settings.NIANBAO_MAX_FAILURES
    known: bool = True  # sizes of portals, from an earlier run
    reading: bool = True  # reports are read by the crawling process


class Cost(NamedTuple):
    """What a page of one kind takes."""

    wire: float  # bytes
    seconds: float  # of CPU


def costs(inputs: Inputs, *, reading: bool = True) -> tuple[Cost, Cost, Cost]:
    """Of navigation, reports and attachments, in this order."""
    each, read = inputs.crawl_ms / 1000, float(reading) / 1000
    return (
        Cost(inputs.wire(inputs.navigation_bytes), each),
        Cost(inputs.wire(inputs.report_bytes), each + inputs.read_html_ms * read),
        Cost(inputs.attachment_bytes, each + inputs.read_attachment_ms * read),
    )


class Page(NamedTuple):
    """A row of the simulated frontier, and its own request."""

    source_id: str
    url: int

    @property
    def meta(self) -> dict[str, Any]:
        """What the scheduler looks at when the page is to be tried again."""
        return {"row": self}


class Request(NamedTuple):
    """One request as it was sent."""

    at: float
    slot: str
    page: Page


@dataclass(slots=True)
class Outcome:
    """What came of a run; times in seconds from its start."""

    pages: int  # asked of the country
    served: array[float] = field(default_factory=lambda: array("d"))  # in order
    sent: array[float] = field(default_factory=lambda: array("d"))
    failed: int = 0  # pages that failed twice
    left: int = 0  # pages of portals that rest, or whose budget was used up
    resting: int = 0  # portals that were left alone
    wire: float = 0.0  # bytes
    cpu: list[float] = field(default_factory=list)  # seconds, by worker
    line: float = 0.0  # seconds during which the line was busy
    ends: dict[str, float] = field(default_factory=dict)  # last answer, by slot

    @property
    def seconds(self) -> float:
        """When the last page was read."""
        return max(self.ends.values(), default=0.0)

    def until(self, share: float) -> float:
        """Seconds until this share of all pages that were served had been."""
        at = math.ceil(share * len(self.served)) - 1
        return self.served[max(at, 0)] if self.served else 0.0

    def peak(self, every: float = 60.0) -> float:
        """Most requests a second, over minutes."""
        counts: dict[int, int] = {}
        for moment in self.sent:
            counts[int(moment // every)] = counts.get(int(moment // every), 0) + 1
        return max(counts.values(), default=0) / every


class _Frontier:
    """So many pages of each portal, in the order of their numbers."""

    def __init__(self, portals: Iterable[Portal], *, known: bool) -> None:
        self.total = {portal.name: portal.pages for portal in portals}
        self.finished = dict.fromkeys(self.total, 0)
        self._known = known

    def sizes(self) -> dict[str, int]:
        return self.total if self._known else {}

    def next(self, source_id: str, skip: Iterable[Any] = ()) -> Page | None:
        number = self.finished[source_id] + bool(skip)
        return Page(source_id, number) if number < self.total[source_id] else None


class _Worker:
    """A crawling process: its scheduler, its core and its breaker."""

    def __init__(self, number: int, night: Night, portals: list[Portal]) -> None:
        policy = night.policy
        self.number = number
        self.frontier = _Frontier(portals, known=policy.known)
        self.breaker = Breaker(policy.max_failures)
        self.counts = {
            portal.name: SimpleNamespace(resting=None, cut=False) for portal in portals
        }
        slots = {portal.name: night.slot(portal) for portal in portals}
        session: Any = SimpleNamespace(
            frontier=self.frontier,
            sources={portal.name: portal for portal in portals},
            counts=self.counts,
            slot=slots.__getitem__,
            resting={},
            limit=None,
            fatal=None,
            seconds_each=policy.seconds_each,
        )
        spider = SimpleNamespace(walks=True, request=lambda url, row: row)
        self.scheduler = FrontierScheduler(
            session,
            spider,
            policy.budget,
            active=policy.active,
            clock=lambda: night.now,
            wake=lambda seconds: night.wake(self, seconds),
        )
        self.out = 0
        self.free = 0.0  # when the core is
        self.spent = 0.0  # seconds of CPU
        self.tried: set[Page] = set()


class Night:
    """A run over a country. Deterministic: the same seed gives the same run.

    ``watch`` is told of every request, for those who want to look at the pace.
    """

    def __init__(
        self,
        portals: list[Portal],
        inputs: Inputs,
        policy: Policy,
        *,
        page_costs: tuple[Cost, Cost, Cost] | None = None,
        seed: int = 1,
        watch: Callable[[Request], None] | None = None,
    ) -> None:
        self.policy, self.now = policy, 0.0
        self._costs = page_costs or costs(inputs, reading=policy.reading)
        self._portals = {portal.name: portal for portal in portals}
        self._index = {name: 7919 * n for n, name in enumerate(self._portals)}
        self._line_rate = inputs.line_mbit * 1e6 / 8
        self._line_free = 0.0
        self._watch = watch
        self._events: list[tuple[float, int, int, _Worker, Page | None]] = []
        self._sequence = 0
        self._last: dict[str, float] = {}  # last request of a slot
        rng = random.Random(f"night-{seed}")
        sigma, spread = inputs.latency_sigma_requests, inputs.size_sigma
        self._waits = [rng.lognormvariate(0.0, sigma) for _ in range(DRAWN)]
        self._sizes = [
            rng.lognormvariate(-(spread**2) / 2, spread) for _ in range(DRAWN)
        ]
        self._luck = [rng.random() for _ in range(DRAWN)]
        jitter = settings.DOWNLOAD_DELAY_JITTER
        self._paces = [1 + rng.uniform(-jitter, jitter) for _ in range(DRAWN)]
        self.outcome = Outcome(sum(portal.pages for portal in portals))
        shards = [Shard(n + 1, policy.workers) for n in range(policy.workers)]
        sources = {portal.name: portal.source for portal in portals}
        self._workers = [
            _Worker(n, self, [p for p in portals if shard.takes(sources[p.name])])
            for n, shard in enumerate(shards)
        ]

    @staticmethod
    def slot(portal: Portal) -> str:
        """Its politeness slot."""
        return portal.group or portal.name

    def run(self) -> Outcome:
        """Crawl until nothing is left to hand out."""
        for worker in self._workers:
            self._pump(worker)
        handlers = {ARRIVES: self._arrives, READ: self._read}
        events = self._events
        while events:
            self.now, _, kind, worker, page = heapq.heappop(events)
            if kind == WAKES:
                self._pump(worker)
            elif page is not None:
                handlers[kind](worker, page)
        outcome = self.outcome
        for worker in self._workers:
            outcome.cpu.append(worker.spent)
            done = worker.frontier
            outcome.left += sum(done.total.values()) - sum(done.finished.values())
            outcome.resting += sum(
                counts.resting is not None for counts in worker.counts.values()
            )
        return outcome

    def wake(self, worker: _Worker, seconds: float) -> None:
        """Have a worker look at its scheduler again after so long."""
        self._push(self.now + seconds + TIMER, WAKES, worker, None)

    # ----------------------------------------------------------------------- inside

    def _push(self, when: float, kind: int, worker: _Worker, page: Page | None) -> None:
        self._sequence += 1
        heapq.heappush(self._events, (when, self._sequence, kind, worker, page))

    def _drawn(self, page: Page) -> int:
        return (self._index[page.source_id] + page.url) % DRAWN

    def _pump(self, worker: _Worker) -> None:
        """Send whatever the scheduler hands out, as the engine does."""
        while worker.out < settings.CONCURRENT_REQUESTS:
            page: Any = worker.scheduler.next_request()
            if page is None:
                return
            if worker.breaker.reason(page.source_id):  # HostResting: nothing is sent
                worker.scheduler.release(page)
                continue
            worker.out += 1
            self._send(worker, page)

    def _send(self, worker: _Worker, page: Page) -> None:
        portal, drawn = self._portals[page.source_id], self._drawn(page)
        slot = self.slot(portal)
        pace = self.policy.delay * self._paces[drawn]
        at = max(self.now, self._last.get(slot, -math.inf) + pace)
        self._last[slot] = at
        self.outcome.sent.append(at)
        if self._watch:
            self._watch(Request(at, slot, page))
        wait = float(settings.DOWNLOAD_TIMEOUT)
        if portal.failures < 1:
            wait = min(portal.latency * self._waits[drawn], wait)
        self._push(at + wait, ARRIVES, worker, page)

    def _arrives(self, worker: _Worker, page: Page) -> None:
        """The body goes over the line, then waits for the core."""
        cost = self._costs[self._kind(page)]
        portal, seconds, whole = self._portals[page.source_id], cost.seconds, self.now
        if portal.failures < 1:
            size = cost.wire * self._sizes[self._drawn(page)]
            self.outcome.wire += size
            took = size / self._line_rate
            self.outcome.line += took
            whole = self._line_free = max(self._line_free, self.now) + took
        if self._fails(worker, page):
            seconds = self._costs[0].seconds
        worker.free = max(worker.free, whole) + seconds
        worker.spent += seconds
        self._push(worker.free, READ, worker, page)

    def _kind(self, page: Page) -> int:
        portal = self._portals[page.source_id]
        beyond = page.url - portal.navigation
        return 0 if beyond < 0 else 1 if beyond < portal.reports else 2

    def _fails(self, worker: _Worker, page: Page) -> bool:
        failures = self._portals[page.source_id].failures
        if page in worker.tried:  # the second attempt has a luck of its own
            return self._luck[self._drawn(page) ^ 1] < failures
        return self._luck[self._drawn(page)] < failures

    def _read(self, worker: _Worker, page: Page) -> None:
        """The visit is over, or the page will be tried again."""
        worker.out -= 1
        scheduler, name = worker.scheduler, page.source_id
        slot = self.slot(self._portals[name])
        self.outcome.ends[slot] = self.now
        if not self._fails(worker, page):
            worker.breaker.answered(name)
            scheduler.hold(name, self._last[slot] + self.policy.delay - self.now)
            self.outcome.served.append(self.now)
            self._finish(worker, page)
        else:
            number = worker.breaker.failed(name, "no answer")
            scheduler.hold(name, back_off(self.policy.delay, number))
            if reason := worker.breaker.reason(name):
                scheduler.rest(name, reason)
            if page in worker.tried:
                self.outcome.failed += 1
                self._finish(worker, page)
            else:
                worker.tried.add(page)
                request: Any = page
                scheduler.enqueue_request(request)
        self._pump(worker)

    def _finish(self, worker: _Worker, page: Page) -> None:
        worker.tried.discard(page)
        worker.frontier.finished[page.source_id] += 1
        row: Any = page
        worker.scheduler.release(row)
