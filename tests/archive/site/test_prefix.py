"""The whole site under a path: every link of every page stays under it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from bs4 import BeautifulSoup

from archive.serve import Public, make_app

START = ["", "search?q=公开", "checks", "coverage", "sources", "dictionary", "charts",
         "nianbao", "nianbao/reports", "nianbao/chapters?_search=公开",
         "nianbao/grant_rate", "report/990683-gov-2020",
         "search?q=公开&_lang=en"]  # fmt: skip
MOST = 260


@pytest.fixture
async def placed(sample: Any) -> Any:
    app = make_app(sample.data, Public(base_url="/a/b/", sql_burst=10_000))
    await app.invoke_startup()
    yield app
    app.get_database("nianbao").close()


async def test_every_page_can_be_walked_to_under_a_prefix(placed: Any) -> None:
    served = placed.app()
    waiting = [f"/a/b/{path}" for path in START]
    seen: set[str] = set()
    kinds: set[str] = set()
    while waiting and len(seen) < MOST:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        print(path)  # shown when it fails
        response = await get(served, path)
        assert response.status_code == 200, path
        if not response.headers["content-type"].startswith("text/html"):
            continue
        page = BeautifulSoup(response.text, "lxml")
        found = [
            tag[name]
            for tag, name in (
                (tag, name)
                for name in ("href", "src", "action")
                for tag in page.select(f"[{name}]")
            )
        ]
        for link in found:
            if link.startswith(("http://", "https://", "#", "?", "data:")):
                continue
            assert link.startswith("/a/b/"), (path, link)
            bare = link.partition("#")[0]
            kind = "/".join(bare.partition("?")[0].split("/")[3:5])
            # One of each kind of address is enough, the first of each page.
            if kind not in kinds:
                kinds.add(kind)
                waiting.append(bare)
    assert {"checks", "coverage", "sources", "dictionary", "nianbao"} <= {
        path.removeprefix("/a/b/").partition("?")[0].partition("/")[0] for path in seen
    }
    assert any(path.startswith("/a/b/originals/") for path in seen)
    assert any(path.startswith("/a/b/capture/") for path in seen)


async def get(app: Any, path: str) -> Any:
    """A request as a proxy passes it on, with the prefix."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://s") as client:
        return await client.get(path)


async def test_metadata_lead_to_pages_under_the_prefix(placed: Any) -> None:
    found = (await get(placed.app(), "/a/b/-/metadata.json")).json()
    assert found["source_url"] == "/a/b/sources"
    assert found["databases"]["nianbao"]["about_url"] == "/a/b/dictionary"
