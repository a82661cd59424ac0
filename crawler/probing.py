"""Looking at portals over the network: robots.txt, home page, one page behind it.

The requests go the way of all others (address guard, robots.txt, politeness, WARC); the
frontier is not touched, so a look changes nothing about what a crawl will ask for.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from scrapy.http import Request

from archive.catalog import Catalog
from archive.columns import Columns
from archive.errors import StorageError
from archive.http import HttpResponse
from archive.records import Capture, Exchange, Source
from archive.warc import WarcStore
from crawler import probe
from crawler.cms.fingerprint import GENERIC
from crawler.probe import Probed
from crawler.run import crawl
from crawler.session import Progress
from crawler.spiders.base import ArchiveSpider
from crawler.urls import is_home
from crawler.visit import Answer, judge

MAX_REDIRECTS = 3


@dataclass(slots=True)
class Look:
    """The look at one portal while it lasts; its list page when that is wanted."""

    source: Source
    probed: Probed
    known: str | None = None  # column in use so far
    redirects: int = 0
    page: HttpResponse | None = None  # the list page
    page_url: str = ""


@dataclass(slots=True)
class Looks:
    """What a run looks at. ``lists``: the list pages are to be fetched, too."""

    lists: bool = False
    by_source: dict[str, Look] = field(default_factory=dict)


class ProbeSpider(ArchiveSpider):
    """Asks every source for its first pages. It is started by :func:`look_at` only."""

    name = "probe"
    walks = False
    looks: Looks

    async def start(self) -> AsyncIterator[Request]:
        """The home pages."""
        for look in self.looks.by_source.values():
            yield self._ask(look, look.source.home, "home")

    def _ask(self, look: Look, url: str, role: str) -> Request:
        request = self.request(url, None)
        name = look.source.source_id
        request.meta.update(
            source_id=name, download_slot=self.session.slot(name), probed_as=role
        )
        return request

    def recorder(
        self, request: Request, exchange: Exchange, response: HttpResponse
    ) -> None:
        """Notes what became of robots.txt, then records as usual."""
        look = self.looks.by_source.get(request.meta.get("source_id", ""))
        if look and request.meta.get("robots"):
            status = response.status or 0
            said = "none" if 400 <= status < 500 else f"answers {status}"
            said = "allowed" if status in (200, 304) else said
            look.probed = replace(look.probed, robots=said)
        super().recorder(request, exchange, response)

    def _finish(self, request: Request, error: str | None) -> None:
        answers: list[Answer] = request.meta.get("answers", [])
        if self.session.fatal is not None:
            return
        try:
            self.session.keep(answers)
        except StorageError as storage:
            self.storage_failed(storage)
            return
        look = self.looks.by_source[request.meta["source_id"]]
        role = request.meta["probed_as"]
        reason = error or (judge(answers[-1]) if answers else "error: no answer")
        if answers and role == "home":
            tls = tls_words(answers[-1].capture)
            look.probed = replace(look.probed, tls=tls)
        follow = self._next(look, request.url, role, answers, reason)
        if follow is not None:
            self.crawler.engine.crawl(follow)

    def _next(
        self,
        look: Look,
        url: str,
        role: str,
        answers: list[Answer],
        reason: str | None,
    ) -> Request | None:
        """What to ask for after an answer; None when the look is over."""
        if reason is not None:
            look.probed = _failed(look.probed, role, url, reason)
            return None
        got = answers[-1].response
        seen = probe.read(look.source, url, role, got)
        if seen.target or seen.problem:
            look.redirects += 1
            away = seen.target or ""
            homeward = role == "column" and is_home(away, look.source.home)
            if seen.problem or homeward or look.redirects > MAX_REDIRECTS:
                reason = seen.problem or f"error: redirects to {away}"
                look.probed = _failed(look.probed, role, url, reason)
                return None
            return self._ask(look, away, role)
        if role == "list":
            look.page, look.page_url = got, url
            return None
        if role == "home":
            look.probed = probe.home_read(look.probed, look.source, url, got)
        elif look.probed.family == GENERIC:
            family, evidence = probe.family_of(got, url)
            look.probed = replace(look.probed, family=family, evidence=evidence)
        return self._after(look, url, role, seen, got)

    def _after(
        self, look: Look, url: str, role: str, seen: Any, got: HttpResponse
    ) -> Request | None:
        column = probe.column_in(seen, url, role)
        if column is None:
            behind = probe.way_in(seen) if role == "home" else None
            if behind is not None:
                return self._ask(look, behind, "column")
            why = "no link leads to one" if role == "home" else f"none behind {url}"
            look.probed = replace(look.probed, state="empty", trouble=why)
            return None
        via = None if role == "home" else url
        look.probed = probe.column_found(look.probed, column, via, look.known)
        if not self.looks.lists:
            return None
        if column == url:
            look.page, look.page_url = got, url
            return None
        return self._ask(look, column, "list")


def _failed(probed: Probed, role: str, url: str, reason: str) -> Probed:
    if role == "list":  # the column was found all the same
        return replace(probed, trouble=f"but the list page answers {reason}")
    if role == "column":
        return replace(probed, state="empty", trouble=f"{url} answers {reason}")
    robots = probed.robots
    if reason == "robots":
        robots, reason = "forbidden", "robots: robots.txt forbids the home page"
    elif "robots.txt" in reason:
        robots = "not to be had"
    return replace(probe.failed(probed, reason), robots=robots)


def tls_words(capture: Capture) -> str:
    """What is known of the connection of a capture."""
    if capture.tls_verified is None:
        return "no TLS"
    return "TLS verified" if capture.tls_verified else "TLS NOT verified"


def look_at(
    catalog: Catalog,
    store: WarcStore,
    sources: Sequence[Source],
    *,
    run_id: str,
    allow_net: Sequence[str] = (),
    lists: bool = False,
    progress: Progress | None = None,
) -> list[Look]:
    """Look at portals; the captures are stored, the registry's table is not touched.

    Raises what :func:`crawler.run.crawl` raises.
    """
    columns = Columns(catalog)
    looks = Looks(lists)
    for source in sources:
        name = source.source_id
        known = [c for c in columns.of(name).values() if c.failed_at is None]
        look = Look(source, Probed(name), known[0].url if known else None)
        looks.by_source[name] = look
    crawl(
        catalog,
        store,
        sources,
        run_id=run_id,
        allow_net=allow_net,
        progress=progress,
        spider=ProbeSpider,
        arguments={"looks": looks},
    )
    return list(looks.by_source.values())
