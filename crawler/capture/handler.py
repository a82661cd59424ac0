"""The download handler: fetches with Scrapy's HTTP/1.1 handler and keeps every byte.

For each request it makes an :class:`archive.records.Exchange` and hands it to the
``recorder`` of the running spider, whatever came of it: a whole response, a prefix of
one, or an error after some bytes. The response given back to Scrapy carries the
*decoded* payload of the same bytes, so everyone upstairs reads what is archived.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadTimeoutError,
)
from scrapy.http import Headers, Request, Response

from archive.clock import iso, utc_now
from archive.http import HttpResponse, parse_response
from archive.records import Exchange
from crawler import guard
from crawler.capture.tape import Tape, TapedFactory, TapingPool, current
from crawler.capture.trust import Trust, TrustPolicy, less, peer_of, refusal


class CapturingHandler(HTTP11DownloadHandler):
    """Scrapy's handler with a tape on every connection."""

    _pool: Any
    _contextFactory: Any  # noqa: N815 - Scrapy's name

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._pool._factory = TapedFactory
        # A retry inside the pool would use a connection without the tape.
        self._pool.retryAutomatically = False
        self._pool = TapingPool(self._pool)
        self._contextFactory = TrustPolicy.from_crawler(crawler, self._contextFactory)

    async def download_request(self, request: Request) -> Response:
        """Fetch, archive, and return the decoded response.

        Raises what Scrapy's handler raises, after archiving what had arrived, and
        TlsRefused when no handshake came about.
        """
        host, peer = urlsplit(request.url).hostname or "", peer_of(request.url)
        policy: TrustPolicy = self._contextFactory
        before = policy.trust(peer)
        while True:
            trust, tape = policy.trust(peer), Tape()
            try:
                return await self._taped(request, host, tape)
            except Exception as error:
                lower = less(trust, error, hung_up=tape.hung_up)
                if lower is not None:
                    policy.lower(peer, lower)
                    continue
                if tape.hung_up:  # asking for less was no help
                    policy.give_back(peer, before)
                if (refused := refusal(trust, error)) is None:
                    raise
                request.meta["dont_retry"] = True  # it would be refused again
                raise refused from error

    async def _taped(self, request: Request, host: str, tape: Tape) -> Response:
        started, truncated = iso(utc_now()), None
        token = current.set(tape)
        try:
            response = await super().download_request(request)
            truncated = "disconnect" if "dataloss" in response.flags else None
        except CannotResolveHostError as error:
            if reason := guard.refusals.get(host):
                raise CannotResolveHostError(reason) from error
            raise
        except DownloadTimeoutError:
            truncated = "time"
            raise
        except DownloadCancelledError:
            truncated = "length"
            raise
        except Exception:
            truncated = "disconnect"
            raise
        finally:
            tape.stop()
            current.reset(token)
            parsed = self._record(request, tape, started, host, truncated)
        return rebuilt(response, parsed)

    def _record(
        self,
        request: Request,
        tape: Tape,
        started: str,
        host: str,
        truncated: str | None,
    ) -> HttpResponse:
        raw = bytes(tape.response)
        parsed = parse_response(raw)
        if raw:
            secure = urlsplit(request.url).scheme == "https"
            trusted = self._contextFactory.trust(peer_of(request.url)) is Trust.STRICT
            exchange = Exchange(
                url=request.url,
                started_at=started,
                request=bytes(tape.request),
                response=raw,
                ip=tape.ip,
                tls_verified=trusted if secure else None,
                truncated=truncated,
                asked=request.meta.get("asked"),
            )
            self._crawler.spider.recorder(request, exchange, parsed)
        return parsed


def rebuilt(response: Response, parsed: HttpResponse) -> Response:
    """Scrapy's response with the decoded payload and all headers as received."""
    headers = Headers()
    for name, value in parsed.headers:
        headers.appendlist(name, value)
    for coding in ("Content-Encoding", "Transfer-Encoding"):
        headers.pop(coding, None)
    return Response(
        response.url,
        status=response.status,
        headers=headers,
        body=parsed.payload,
        flags=list(response.flags),
        ip_address=response.ip_address,
        protocol=response.protocol,
    )
