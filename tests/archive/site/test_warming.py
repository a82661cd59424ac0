"""A snapshot is made ready beforehand, and served whether it could be or not."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import httpx
import pytest
from datasette.database import Database

from archive import serve
from archive.serve import make_app
from archive.site.fresh import Fresh
from archive.site.warming import warm


async def test_nothing_is_read_for_the_first_home_page(
    sample: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    datasette = make_app(sample.data)
    app = datasette.app()
    await datasette.invoke_startup()
    await warm(datasette)

    async def refuse(self: Any, function: Any) -> Any:
        raise AssertionError(f"read: {function}")

    monkeypatch.setattr(Database, "execute_fn", refuse)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://s") as client:
        for path in ("/", "/chart/coverage.svg", "/chart/outcomes.svg?size=narrow"):
            assert (await client.get(path)).status_code == 200, path


async def test_the_site_answers_before_it_is_ready(sample: Any) -> None:
    begun, done = asyncio.Event(), asyncio.Event()

    async def slow(datasette: Any, pause: Any) -> None:
        begun.set()
        await done.wait()

    app = Fresh(lambda: make_app(sample.data), sample.data.published, warm=slow)
    sent: asyncio.Queue[Any] = asyncio.Queue()
    given: asyncio.Queue[Any] = asyncio.Queue()
    given.put_nowait({"type": "lifespan.startup"})
    running = asyncio.create_task(app({"type": "lifespan"}, given.get, sent.put))
    assert (await sent.get())["type"] == "lifespan.startup.complete"
    await begun.wait()
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://s") as client:
        assert (await client.get("/sources")).status_code == 200
    given.put_nowait({"type": "lifespan.shutdown"})
    await running
    assert (await sent.get())["type"] == "lifespan.shutdown.complete"


async def test_what_cannot_be_made_ready_is_told_and_served(sample: Any) -> None:
    async def broken(datasette: Any, pause: Any) -> None:
        raise ValueError("the chart could not be drawn")

    said: list[str] = []
    app = Fresh(
        lambda: make_app(sample.data),
        sample.data.published,
        report=said.append,
        warm=broken,
    )
    await app.now.datasette.invoke_startup()
    app.stamp = None
    assert await app.look() is True
    assert said == ["not everything is ready beforehand: the chart could not be drawn"]


def test_small_answers_are_not_held_back() -> None:
    """A socket that is not known to be TCP gets no TCP_NODELAY from asyncio."""
    listener = serve.listen("127.0.0.1", 0)
    try:
        assert listener.proto == socket.IPPROTO_TCP
    finally:
        listener.close()
