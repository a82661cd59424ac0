"""robots.txt as RFC 9309 has it, with every robots.txt in the archive.

Scrapy's own middleware allows everything when robots.txt cannot be had and reads the
body of error pages as rules. Here: 2xx are rules, 4xx mean there are none, 5xx, 429 and
no answer at all mean "not now". Crawl-delay is obeyed up to a minute.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Request, Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import ProtegoRobotParser, RobotParser

from crawler.urls import canonical

AGENT = "nianbao"
MAX_REDIRECTS = 5  # RFC 9309, 2.3.1.2
MAX_BYTES = 512 * 1024  # at least 500 KiB, 2.5
MAX_CRAWL_DELAY = 60.0


class RobotsForbid(IgnoreRequest):
    """robots.txt forbids the URL; nothing was sent."""


class RobotsUnavailable(IgnoreRequest):
    """robots.txt could not be had, so the host is left alone for now."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What robots.txt of one origin says. No parser and no problem: all is allowed."""

    parser: RobotParser | None = None
    problem: str | None = None


class RobotsMiddleware:
    """Lets through what robots.txt allows, asking for it once per origin and run."""

    def __init__(self, crawler: Any) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self._crawler = crawler
        self._rules: dict[str, asyncio.Task[Rules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Any) -> RobotsMiddleware:
        """Scrapy's constructor."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raise RobotsForbid or RobotsUnavailable, or let the request pass."""
        if request.meta.get("robots"):
            return
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        task = self._rules.get(origin)
        if task is None:
            task = asyncio.ensure_future(self._ask(origin, request))
            self._rules[origin] = task
        rules = await asyncio.shield(task)
        if rules.problem:
            raise RobotsUnavailable(f"robots.txt: {rules.problem}")
        if rules.parser is not None and not rules.parser.allowed(request.url, AGENT):
            raise RobotsForbid("robots")

    async def _ask(self, origin: str, request: Request) -> Rules:
        url = f"{origin}/robots.txt"
        meta = {
            key: request.meta[key]
            for key in ("download_slot", "source_id")
            if key in request.meta
        }
        for _ in range(MAX_REDIRECTS + 1):
            asked = Request(url, callback=NO_CALLBACK, meta=meta | {"robots": True})
            try:
                response = await self._crawler.engine.download_async(asked)
            except Exception as error:  # one look-up, whatever went wrong with it
                return Rules(problem=f"{type(error).__name__}: {error}".strip(": "))
            target = response.headers.get("Location", b"").decode("latin-1")
            if not (300 <= response.status < 400 and target):
                break
            url = canonical(target, url) or url
        return self._rules_of(response, request)

    def _rules_of(self, response: Response, request: Request) -> Rules:
        status = response.status
        if status >= 500 or status == 429:
            return Rules(problem=f"HTTP {status}")
        if not 200 <= status < 300:
            return Rules()
        parser = ProtegoRobotParser.from_crawler(
            self._crawler, response.body[:MAX_BYTES]
        )
        if delay := parser.crawl_delay(AGENT):
            self._slow_down(request, min(float(delay), MAX_CRAWL_DELAY))
        return Rules(parser)

    def _slow_down(self, request: Request, delay: float) -> None:
        downloader = self._crawler.engine.downloader
        key = downloader.get_slot_key(request)
        if slot := downloader.slots.get(key):
            slot.delay = max(slot.delay, delay)
        # slots that idle for a minute are made anew from these settings
        kept = downloader.per_slot_settings.setdefault(key, {})
        kept["delay"] = max(float(kept.get("delay", 0)), delay)
