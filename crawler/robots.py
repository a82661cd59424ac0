"""robots.txt as RFC 9309 has it, with every robots.txt in the archive.

Scrapy's own middleware allows everything when robots.txt cannot be had and reads the
body of error pages as rules. Here: 2xx are rules, 4xx mean there are none, 5xx, 429 and
no answer at all mean "not now": the host is left alone for the rest of the run. Where
it came with a validator it is asked for conditionally, and 304 stands for the rules
that are in the archive. Crawl-delay is obeyed up to a minute.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Request, Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import ProtegoRobotParser, RobotParser

from crawler.politeness import HostResting, bare_host, slot_key, slow_down
from crawler.urls import canonical, host_of

AGENT = "nianbao"
NOT_MODIFIED = 304
MAX_REDIRECTS = 5  # RFC 9309, 2.3.1.2
MAX_BYTES = 512 * 1024  # at least 500 KiB, 2.5
MAX_CRAWL_DELAY = 60.0
#: Hosts whose rules are remembered; more than that are never in work at once.
MAX_ORIGINS = 3000
NOT_ASCII = re.compile(rb"[\x80-\xff]")
#: ``User-agent: nianbao/1.0`` speaks to us: no version is part of the token, 2.2.1.
VERSION = re.compile(rb"^(\s*user-agent\s*:\s*[\w-]+)/[^\s#]*", re.I | re.M)


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
            self._remember(origin, task)
            first = True
        else:
            first = False
        rules = await asyncio.shield(task)
        if rules.problem and first:
            self._rest(request, f"robots.txt: {rules.problem}")
            raise RobotsUnavailable(f"robots.txt: {rules.problem}")
        if rules.problem:
            raise HostResting(f"robots.txt: {rules.problem}")
        if rules.parser is not None and not rules.parser.allowed(request.url, AGENT):
            raise RobotsForbid("robots")

    def _remember(self, origin: str, task: asyncio.Task[Rules]) -> None:
        self._rules[origin] = task
        if len(self._rules) > MAX_ORIGINS:
            oldest = next(iter(self._rules))
            if self._rules[oldest].done():
                del self._rules[oldest]

    def _rest(self, request: Request, reason: str) -> None:
        """Without robots.txt no page of the portal can be asked for in this run."""
        spider, name = self._crawler.spider, request.meta.get("source_id")
        source = spider.session.sources.get(name)
        if source and bare_host(source.home) == bare_host(request.url):
            spider.scheduler.rest(name, reason)

    async def _ask(self, origin: str, request: Request) -> Rules:
        url = f"{origin}/robots.txt"
        meta: dict[str, Any] = {"robots": True, "named": host_of(origin)}
        if "source_id" in request.meta:
            meta["source_id"] = request.meta["source_id"]
        for _ in range(MAX_REDIRECTS + 1):
            known = self._crawler.spider.session.rules_known(url)
            asked = Request(url, callback=NO_CALLBACK, meta=dict(meta))
            if known:
                asked.headers.update(known[0].conditions)
                asked.meta["known"] = known[0]
            try:
                response = await self._crawler.engine.download_async(asked)
            except Exception as error:  # one look-up, whatever went wrong with it
                return Rules(problem=f"{type(error).__name__}: {error}".strip(": "))
            target = response.headers.get("Location", b"").decode("latin-1")
            if not (300 <= response.status < 400 and target):
                break
            url = canonical(target, url) or url
        if known and response.status == NOT_MODIFIED:
            response = response.replace(status=200, body=known[1])
        return self._rules_of(response, request)

    def _rules_of(self, response: Response, request: Request) -> Rules:
        status = response.status
        if status >= 500 or status == 429:
            return Rules(problem=f"HTTP {status}")
        if not 200 <= status < 300:
            return Rules()
        if "dataloss" in response.flags:
            return Rules(problem="cut short")
        parser = ProtegoRobotParser.from_crawler(self._crawler, rules_in(response.body))
        if delay := parser.crawl_delay(AGENT):
            source = self._crawler.spider.session.sources.get(
                request.meta.get("source_id")
            )
            slow_down(
                self._crawler.engine.downloader,
                slot_key(source, request.url),
                min(float(delay), MAX_CRAWL_DELAY),
            )
        return Rules(parser)


def rules_in(body: bytes) -> bytes:
    """The lines of a robots.txt, up to the limit, in ASCII.

    Bytes beyond ASCII are escaped as a URL has them, so that a path is compared by its
    bytes, whether the file is GBK or UTF-8. Names of robots lose their version.

    >>> rules_in(b"\\xef\\xbb\\xbfDisallow: /\\xd5\\xfe/")
    b'Disallow: /%D5%FE/'
    """
    body = body.removeprefix(b"\xef\xbb\xbf")
    if len(body) > MAX_BYTES:  # a line cut short would be another rule
        body = body[:MAX_BYTES].rpartition(b"\n")[0]
    body = VERSION.sub(rb"\1", body)
    return NOT_ASCII.sub(lambda found: b"%%%02X" % found[0][0], body)
