"""Pages that were made already: sent again as long as their snapshot is served.

A page follows from its address, the published database and this software
(:mod:`archive.site.caching`), so one that is right once is right until the next
publication, which has an application and so a store of its own. What is kept is bounded
in bytes. Errors, files, answers to a visitor's own SQL and whatever was asked for with
cookies or credentials are never kept.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from archive.site.sandbox import foreign

App = Callable[[Any, Any, Any], Awaitable[None]]

#: Bytes of all pages together, and of one: nine of ten are below 130 KB.
ROOM = 32_000_000
LARGEST = 400_000
#: What a client may send with a request that makes the answer its own.
PERSONAL = (b"cookie", b"authorization", b"range")
Headers = list[tuple[bytes, bytes]]


class Kept(NamedTuple):
    """A page as it was sent."""

    headers: Headers
    body: bytes


@dataclass
class Store:
    """Pages by address; the one asked for longest ago goes first."""

    room: int = ROOM
    held: int = 0
    pages: OrderedDict[Any, Kept] = field(default_factory=OrderedDict)

    def get(self, key: Any) -> Kept | None:
        """The page, if it is kept."""
        if key in self.pages:
            self.pages.move_to_end(key)
        return self.pages.get(key)

    def put(self, key: Any, page: Kept) -> None:
        """Keep a page.

        >>> store = Store(room=5)
        >>> for n in range(3):
        ...     store.put(n, Kept([], b"xy"))
        >>> list(store.pages), store.held
        ([1, 2], 4)
        """
        if key in self.pages:
            self.held -= len(self.pages.pop(key).body)
        self.pages[key] = page
        self.held += len(page.body)
        while self.held > self.room:
            self.held -= len(self.pages.popitem(last=False)[1].body)


def key_of(scope: Any) -> Any:
    """What a page depends on, None for a request whose answer is not kept.

    The host is part of it: pages name their whole address.
    """
    if scope["type"] != "http" or scope["method"] != "GET" or foreign.get():
        return None
    host = b""
    for name, value in scope["headers"]:
        if name in PERSONAL:
            return None
        if name == b"host":
            host = value
    path = scope.get("raw_path") or scope["path"].encode()
    return (scope.get("scheme"), host, path, scope.get("query_string", b""))


def keepable(status: int, headers: Headers) -> bool:
    """Whether an answer is a page for everybody.

    >>> keepable(200, [(b"content-type", b"text/html; charset=utf-8")])
    True
    >>> keepable(404, [(b"content-type", b"text/html")])
    False
    """
    sent = {name.lower(): value for name, value in headers}
    told = sent.get(b"cache-control", b"")
    return (
        status == 200
        and sent.get(b"content-type", b"").startswith(b"text/html")
        and b"set-cookie" not in sent
        and b"content-disposition" not in sent
        and b"no-store" not in told
        and b"private" not in told
    )


def keeping(app: App, store: Store) -> App:
    """ASGI middleware: sends what is kept, keeps what may be."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        key = key_of(scope)
        if key is None:
            await app(scope, receive, send)
            return
        kept = store.get(key)
        if kept is not None:
            start = {"type": "http.response.start", "status": 200}
            await send({**start, "headers": list(kept.headers)})
            await send({"type": "http.response.body", "body": kept.body})
            return
        headers: Headers | None = None
        body = b""

        async def sending(message: Any) -> None:
            nonlocal headers, body
            if message["type"] == "http.response.start":
                given = list(message["headers"])
                if keepable(message["status"], given):
                    headers = given
            elif headers is not None:
                body += message.get("body", b"")
                if len(body) > LARGEST:
                    headers, body = None, b""
                elif not message.get("more_body"):
                    store.put(key, Kept(headers, body))
            await send(message)

        await app(scope, receive, sending)

    return wrapped
