"""What browsers and caches may keep, and how they learn that a snapshot was published.

Everything a page shows follows from its address, the published database and this
software, so one tag names it: the digest of the database with the version. Whoever asks
again with the tag gets "not modified" before anything is computed. After a publication
the tag is another one, and everything is fetched anew once its minute is over.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from archive import __version__
from archive.site.web import HEADERS, POLICY

App = Callable[[Any, Any, Any], Awaitable[None]]

#: Addresses with tags of their own, or without anything to keep.
OWN = re.compile(r"^/(?:originals|-/|static/|chart/|bundle)")
#: A minute fresh; a cache may show an older page while it asks for the new one.
KEEP = "public, max-age=60, stale-while-revalidate=600"
NEVER = "no-store"
#: Files that decide how a page looks.
FORMS = {".html", ".css", ".yml"}


def tag(snapshot: str) -> str:
    """The tag of all pages of a snapshot, by the digest of the database.

    Weak: a proxy may compress what it passes on.
    """
    form = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*")):
        if path.suffix in FORMS:
            form.update(path.read_bytes())
    return f'W/"{snapshot[:16]}-{__version__}-{form.hexdigest()[:8]}"'


def holds(header: bytes, tag: str) -> bool:
    """Whether ``If-None-Match`` names a tag; weak and strong are the same here.

    >>> holds(b'"a", W/"b"', 'W/"b"'), holds(b'"b"', 'W/"b"'), holds(b"*", 'W/"b"')
    (True, True, False)
    """
    given = {
        part.strip().removeprefix("W/") for part in header.decode("latin-1").split(",")
    }
    return tag.removeprefix("W/") in given


def tagged(app: App, tag: str) -> App:
    """ASGI middleware: tags, 304, and the headers Datasette's own pages lack."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        ours = scope["method"] in ("GET", "HEAD") and not OWN.match(scope["path"])
        if ours:
            for name, value in scope["headers"]:
                if name == b"if-none-match" and holds(value, tag):
                    await _not_modified(send, tag)
                    return

        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = _completed(message, tag if ours else "")
                message = {**message, "headers": headers}
            await send(message)

        await app(scope, receive, sending)

    return wrapped


def unprefixed(app: App, base_url: str) -> App:
    """ASGI middleware: takes the path of the site off the address, if a proxy left it.

    Datasette 0.65 puts it twice before the addresses of its downloads otherwise.
    """
    prefix = base_url.removesuffix("/")

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"].startswith(base_url):
            scope = dict(scope, path=scope["path"].removeprefix(prefix))
            if scope.get("raw_path"):
                raw = scope["raw_path"].removeprefix(prefix.encode())
                scope["raw_path"] = raw
        await app(scope, receive, send)

    return wrapped


def _completed(message: Any, tag: str) -> list[tuple[bytes, bytes]]:
    """The headers of a response with what is missing."""
    headers = {name.lower(): value for name, value in message["headers"]}
    several = [
        (n.lower(), v) for n, v in message["headers"] if n.lower() == b"set-cookie"
    ]
    kind = headers.get(b"content-type", b"")
    if kind.startswith(b"text/html"):
        headers.setdefault(b"content-security-policy", POLICY.encode())
    for name in ("x-content-type-options", "referrer-policy"):
        headers.setdefault(name.encode(), HEADERS[name].encode())
    if message["status"] == 200 and tag:
        if headers.get(b"cache-control") != b"private, no-store":
            headers.setdefault(b"etag", tag.encode())
            headers[b"cache-control"] = KEEP.encode()
    elif message["status"] >= 400:
        # What is not here today may be published tomorrow, what took too long may not.
        headers.pop(b"etag", None)
        headers[b"cache-control"] = NEVER.encode()
    headers.pop(b"set-cookie", None)
    return [*headers.items(), *several]


async def _not_modified(send: Any, tag: str) -> None:
    headers = [(b"etag", tag.encode()), (b"cache-control", KEEP.encode())]
    await send({"type": "http.response.start", "status": 304, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
