"""Pages are made once for a snapshot, and only pages for everybody."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from archive.serve import Public, make_app
from archive.site.pagecache import Kept, Store, keeping, key_of


class App:
    """An application that counts what it is asked."""

    def __init__(self, status: int = 200, body: bytes = b"<p>page", **headers: str):
        self.status, self.body, self.asked = status, body, 0
        given = {"content_type": "text/html; charset=utf-8"} | headers
        self.headers = [
            (k.replace("_", "-").encode(), v.encode()) for k, v in given.items()
        ]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked += 1
        start = {"type": "http.response.start", "status": self.status}
        await send({**start, "headers": self.headers})
        half = len(self.body) // 2
        for part, more in ((self.body[:half], True), (self.body[half:], False)):
            await send({"type": "http.response.body", "body": part, "more_body": more})


async def twice(app: App, path: str = "/", **headers: str) -> list[httpx.Response]:
    transport = httpx.ASGITransport(app=keeping(app, Store()))
    async with httpx.AsyncClient(transport=transport, base_url="http://s") as client:
        return [await client.get(path, headers=headers) for _ in range(2)]


async def test_a_page_is_made_once_and_sent_alike() -> None:
    app = App()
    first, second = await twice(app)
    assert app.asked == 1
    assert first.content == second.content == b"<p>page"
    assert first.headers == second.headers


@pytest.mark.parametrize(
    "app",
    [
        App(404),
        App(500),
        App(content_type="text/csv"),
        App(content_disposition="attachment"),
        App(set_cookie="a=b"),
        App(cache_control="private, no-store"),
        App(body=b"x" * 400_001),
    ],
)
async def test_errors_files_private_and_large_answers_are_not_kept(app: App) -> None:
    first, second = await twice(app)
    assert app.asked == 2
    assert first.content == second.content == app.body


@pytest.mark.parametrize("name", ["cookie", "authorization", "range"])
async def test_what_was_asked_for_with_credentials_is_neither_kept_nor_sent(
    name: str,
) -> None:
    app = App()
    await twice(app, **{name: "x"})
    assert app.asked == 2


def scope(**changed: Any) -> dict[str, Any]:
    return {
        "type": "http", "method": "GET", "scheme": "http", "path": "/a",
        "raw_path": b"/a", "query_string": b"q=1", "headers": [(b"host", b"s")],
    } | changed  # fmt: skip


def test_pages_differ_by_host_path_query_and_scheme() -> None:
    keys = {
        key_of(scope()),
        key_of(scope(headers=[(b"host", b"t")])),
        key_of(scope(raw_path=b"/%61")),
        key_of(scope(query_string=b"q=2")),
        key_of(scope(scheme="https")),
    }
    assert len(keys) == 5
    assert key_of(scope(method="HEAD")) is None


def test_a_page_that_is_made_again_counts_once() -> None:
    store = Store(room=10)
    for _ in range(3):
        store.put("a", Kept([], b"12345678"))
    assert store.held == 8


async def test_sql_of_a_visitor_is_run_every_time(sample: Any) -> None:
    datasette = make_app(sample.data, Public())
    transport = httpx.ASGITransport(app=datasette.app())
    await datasette.invoke_startup()
    async with httpx.AsyncClient(transport=transport, base_url="http://s") as client:
        path = "/nianbao?sql=select+hex(randomblob(8))+as+a"
        first, second = [await client.get(path) for _ in range(2)]
        assert first.status_code == second.status_code == 200
        assert first.text != second.text
