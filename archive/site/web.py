"""Pages over HTTP: rendering, headers, methods, and "not found" with a hint."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import unquote
from weakref import WeakKeyDictionary

from datasette.utils import sqlite_timelimit
from datasette.utils.asgi import Response

from archive.site import linkeddata
from archive.site.strings import say
from archive.site.templating import plain

#: Our pages run no script and load nothing from elsewhere. Frames show originals,
#: which carry a policy of their own.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "public, max-age=60",
}
DATABASE = "nianbao"
PAGE_SIZE = 50
#: For all queries of one page; ad-hoc SQL has Datasette's own, shorter limit.
TIME_LIMIT_MS = 3000
#: A page number beyond this is nobody's honest wish.
LAST_PAGE = 100_000

View = Callable[[Any, Any], Awaitable[Any]]
T = TypeVar("T")

_remembered: WeakKeyDictionary[Any, dict[Any, Any]] = WeakKeyDictionary()
_pending: WeakKeyDictionary[Any, dict[Any, asyncio.Future[Any]]] = WeakKeyDictionary()


async def read(datasette: Any, load: Callable[[sqlite3.Connection], T]) -> T:
    """Run ``load`` on the published database, in one of Datasette's threads."""

    def limited(connection: sqlite3.Connection) -> T:
        with sqlite_timelimit(connection, TIME_LIMIT_MS):
            return load(connection)

    result: T = await datasette.get_database(DATABASE).execute_fn(limited)
    return result


async def read_once(datasette: Any, load: Callable[[sqlite3.Connection], T]) -> T:
    """Like :func:`read`, remembered: a published database does not change.

    Whoever asks while it is being read waits for the same reading.
    """
    known = _remembered.setdefault(datasette.get_database(DATABASE), {})
    if load in known:
        result: T = known[load]
        return result
    pending = _pending.setdefault(datasette.get_database(DATABASE), {})
    if load not in pending:
        reading = asyncio.ensure_future(read(datasette, load))
        reading.add_done_callback(lambda _: pending.pop(load, None))
        pending[load] = reading
    # A visitor who leaves does not end what others wait for.
    found: T = await asyncio.shield(pending[load])
    known[load] = found
    return found


async def page(
    datasette: Any,
    request: Any,
    template: str,
    context: Mapping[str, Any],
    status: int = 200,
) -> Any:
    """Render ``site/<template>.html``."""
    head = linkeddata.head(datasette, request, template, context, status)
    compiled = plain(datasette.jinja_env).get_template(f"site/{template}.html")
    html = await datasette.render_template(
        compiled, head | dict(context), request=request
    )
    return Response.html(html, status=status, headers=dict(HEADERS))


async def not_found(datasette: Any, request: Any, what: str, given: str) -> Any:
    """The 404 page: ``what`` is a key of ``not_found`` in the strings."""
    context = {"what": f"not_found.{what}", "given": given}
    return await page(datasette, request, "not_found", context, 404)


def segment(request: Any, name: str) -> str:
    """A variable of the route, decoded. Datasette matches undecoded paths."""
    return unquote(request.url_vars[name])


def page_number(request: Any) -> int:
    """``?page=`` as a number from 1; anything else is the first page.

    >>> page_number(type("R", (), {"args": {"page": "x"}}))
    1
    """
    text = request.args.get("page") or "1"
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1
    return min(max(number, 1), LAST_PAGE)


def only_reading(view: View) -> View:
    """GET and HEAD; every other method is 405. HEAD gets the headers of GET."""

    async def guarded(datasette: Any, request: Any) -> Any:
        if request.method not in ("GET", "HEAD"):
            headers = {"allow": "GET, HEAD"}
            return Response.text(say("method", "en"), status=405, headers=headers)
        try:
            response = await view(datasette, request)
        except sqlite3.OperationalError as error:
            if error.args != ("interrupted",):
                raise
            response = await page(datasette, request, "too_long", {}, 503)
        if request.method == "HEAD" and not getattr(response, "headers_only", False):
            body = response.body
            length = len(body if isinstance(body, bytes) else body.encode())
            response.headers.setdefault("content-length", str(length))
            response.body = b""
        return response

    return guarded
