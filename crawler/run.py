"""A crawl as a function call: sources in, figures out.

Scrapy's reactor can run once in a process, so :func:`crawl` can be called once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings
from scrapy.utils.reactor import is_reactor_installed

from archive.catalog import Catalog
from archive.errors import Interrupted
from archive.records import Source
from archive.warc import WarcStore
from crawler import settings as project
from crawler.cluster import claims
from crawler.guard import parse_networks
from crawler.health import SourceCounts, troubles
from crawler.session import CrawlSession, Progress
from crawler.spiders.base import ArchiveSpider
from crawler.spiders.portal import PortalSpider
from crawler.stopping import Stopper


@dataclass(frozen=True, slots=True)
class CrawlSummary:
    """What a crawl did, by source. ``reason`` is why it ended.

    ``finished``: nothing was left to do; ``closespider_timeout``: the time was up.
    """

    counts: dict[str, SourceCounts]
    reason: str
    #: Portals that were left to another process, a line each.
    elsewhere: tuple[str, ...] = ()

    @property
    def figures(self) -> dict[str, Any]:
        """Counts by source as plain data."""
        return {name: counts.figures() for name, counts in self.counts.items()}

    @property
    def attention(self) -> tuple[str, ...]:
        """One line for everything that needs a person."""
        found = tuple(
            line
            for name, counts in self.counts.items()
            for line in troubles(name, counts)
        )
        return (*found, *self.elsewhere)


def crawl(
    catalog: Catalog,
    store: WarcStore,
    sources: Iterable[Source],
    *,
    run_id: str,
    limit: int | None = None,
    refresh: bool = False,
    allow_net: Sequence[str] = (),
    max_time: float | None = None,
    due_only: bool = False,
    seconds_each: float | None = None,
    progress: Progress | None = None,
    spider: type[ArchiveSpider] = PortalSpider,
    arguments: Mapping[str, Any] | None = None,
) -> CrawlSummary:
    """Crawl ``sources`` until nothing is pending, ``limit`` pages each at most.

    ``due_only``: only what is due, instead of every list page. ``max_time`` is for the
    whole, ``seconds_each`` for each source; what is left stays pending.
    Raises Interrupted after SIGINT, SIGTERM or SIGHUP (what was finished is stored, the
    rest is pending), StorageError when the archive cannot be written, UsageError for a
    bad ``allow_net``, LockHeld when other processes crawl all of ``sources``.
    """
    parse_networks(allow_net)
    if is_reactor_installed():
        raise RuntimeError("a process can crawl once; start another one")
    claim = claims.take(sources) if spider.walks else claims.Claim([*sources])
    session = CrawlSession(
        catalog,
        store,
        claim.free,
        run_id=run_id,
        limit=limit,
        refresh=refresh,
        due_only=due_only,
        seconds_each=seconds_each,
        progress=progress,
    )
    settings = Settings()
    settings.setmodule(project)
    settings.set("NIANBAO_ALLOW_NET", list(allow_net), "cmdline")
    settings.set("LOG_LEVEL", "WARNING", "cmdline")
    if max_time:
        settings.set("CLOSESPIDER_TIMEOUT", max_time, "cmdline")
    # Whoever set up logging already wants one copy of each line.
    handlers = logging.getLogger().handlers
    settings.set("LOG_INSTALL_ROOT_HANDLER", not handlers, "cmdline")
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(spider)
    stopper = Stopper(crawler)
    task = process.crawl(
        crawler, session=session, halt=stopper.cut, **(arguments or {})
    )
    with stopper.signals(), closing(claim):
        process.start(install_signal_handlers=False)
        if stopper.forced:
            _hush_loop()
        if session.fatal is not None:
            raise session.fatal
        if stopper.forced:
            session.close()
    if task.done() and not task.cancelled() and (error := task.exception()):
        raise error
    reason = str(crawler.stats.get_value("finish_reason"))
    if stopper.asked:
        raise Interrupted("the crawl was stopped; the next run goes on where it stood")
    return CrawlSummary(session.counts, reason, claim.attention)


def _hush_loop() -> None:
    """Keep the loop from complaining of each task that was dropped with it."""
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
