"""How often one client may ask expensive questions: its own SQL, its own facets.

A bucket of tokens for each client: a question takes one, time gives them back. Pages
and files are not counted here; a cache before the site bears those. The middleware also
marks requests that bring SQL of their own, for :mod:`archive.site.sandbox`.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import parse_qsl

from archive.site.sandbox import foreign
from archive.site.strings import say

App = Callable[[Any, Any, Any], Awaitable[None]]

#: Parameters of Datasette that carry SQL, or conditions as good as SQL.
SQL = frozenset({"sql", "_where", "_through"})
#: Parameters that make Datasette count a whole table.
COUNTING = ("_facet",)
#: Clients remembered; the one that asked longest ago is forgotten first.
CLIENTS = 20_000


@dataclass
class Buckets:
    """Tokens of all clients: ``burst`` at first, ``rate`` a second after that."""

    burst: float = 60
    rate: float = 1
    clock: Callable[[], float] = time.monotonic
    held: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def take(self, client: str) -> float:
        """Take one token; 0 if there was one, else the seconds until there will be.

        >>> buckets = Buckets(burst=2, rate=0.5, clock=lambda: 0.0)
        >>> [buckets.take("192.0.2.1") for _ in range(3)], buckets.take("192.0.2.2")
        ([0.0, 0.0, 2.0], 0.0)
        """
        now = self.clock()
        tokens, since = self.held.pop(client, (self.burst, now))
        tokens = min(self.burst, tokens + (now - since) * self.rate)
        enough = tokens >= 1
        self.held[client] = (tokens - 1 if enough else tokens, now)
        while len(self.held) > CLIENTS:
            self.held.popitem(last=False)
        return 0.0 if enough else (1 - tokens) / self.rate


def client_of(
    peer: str, headers: Iterable[tuple[bytes, bytes]], trusted_proxies: int
) -> str:
    """Whose bucket it is: the address before the proxies that are our own.

    Each proxy adds the address it was asked from to ``X-Forwarded-For``, so with ``n``
    proxies of ours the n-th address from the end was written by us; those before it
    are what the client claims. Of IPv6 the network counts, which is one household.

    >>> client_of("10.0.0.1", [(b"x-forwarded-for", b"6.6.6.6, 192.0.2.7")], 1)
    '192.0.2.7'
    >>> client_of("192.0.2.7", [(b"x-forwarded-for", b"6.6.6.6")], 0)
    '192.0.2.7'
    >>> client_of("2001:db8::1:2:3:4", [], 0)
    '2001:db8::/64'
    """
    claimed = [
        part.strip()
        for name, value in headers
        if name.lower() == b"x-forwarded-for"
        for part in value.decode("latin-1").split(",")
    ]
    chain = [*claimed, peer]
    chosen = chain[max(len(chain) - 1 - trusted_proxies, 0)]
    try:
        address = ip_address(chosen)
    except ValueError:
        return peer
    if address.version == 6:
        return str(ip_network((int(address) >> 64 << 64, 64)))
    return str(address)


def asked(query: bytes) -> tuple[bool, bool]:
    """Whether a query string brings SQL of its own, and whether it is counted.

    >>> asked(b"sql=select+1"), asked(b"_facet=level&year=2020"), asked(b"q=sql")
    ((True, True), (False, True), (False, False))
    """
    names = {
        name for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    }
    own_sql = not SQL.isdisjoint(names)
    return own_sql, own_sql or any(name.startswith(COUNTING) for name in names)


def limited(app: App, buckets: Buckets, trusted_proxies: int = 0) -> App:
    """ASGI middleware: 429 with ``Retry-After`` when the bucket is empty."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        own_sql, counted = (
            asked(scope.get("query_string", b""))
            if scope["type"] == "http"
            else (False, False)
        )
        if counted:
            peer = (scope.get("client") or ("",))[0]
            client = client_of(peer, scope["headers"], trusted_proxies)
            seconds = buckets.take(client)
            if seconds:
                await _refuse(send, math.ceil(seconds))
                return
        token = foreign.set(own_sql)
        try:
            await app(scope, receive, send)
        finally:
            foreign.reset(token)

    return wrapped


async def _refuse(send: Any, seconds: int) -> None:
    words = [say("limits.too_many", lang, seconds=seconds) for lang in ("zh", "en")]
    body = ("\n".join(words) + "\n").encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"retry-after", str(seconds).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": 429, "headers": headers})
    await send({"type": "http.response.body", "body": body})
