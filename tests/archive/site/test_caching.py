"""What may be kept, how long, and how a new snapshot is noticed."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import pytest

from archive.datadir import DataDir
from archive.serve import Public, make_app
from archive.site.fresh import Fresh

PAGES = ["/", "/report/990683-gov-2020", "/search?q=a", "/checks", "/nianbao/reports",
         "/nianbao/reports.json", "/nianbao/grant_rate.csv",
         "/nianbao/reports.excel.csv"]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_named_by_its_snapshot_and_not_sent_twice(
    site: Any, path: str
) -> None:
    first = await site.get(path)
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == (
        "public, max-age=60, stale-while-revalidate=600"
    )
    again = await site.get(path, headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    other = await site.get(path, headers={"if-none-match": 'W/"other"'})
    assert other.status_code == 200


async def test_what_is_not_there_is_not_kept(site: Any) -> None:
    for path in ("/report/nope", "/nianbao/nope", "/nianbao.json?sql=select+nope"):
        response = await site.get(path)
        assert response.status_code in (400, 404)
        assert response.headers["cache-control"] == "no-store"
        assert "etag" not in response.headers


async def test_originals_keep_their_own_tag(site: Any, sample: Any) -> None:
    sha256 = sample.sha256("990683-gov-2020")
    response = await site.get(f"/originals/{sha256}")
    assert response.headers["etag"] == f'"{sha256}"'


@pytest.mark.parametrize(
    "path",
    ["/nianbao", "/nianbao/reports", "/nianbao/grant_rate", "/nianbao?sql=select+1"],
)  # fmt: skip
async def test_plain_datasette_runs_no_script_either(site: Any, path: str) -> None:
    response = await site.get(path)
    assert response.headers["content-security-policy"].startswith("default-src 'none'")
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "<script" not in response.text
    assert " style=" not in response.text


@pytest.fixture
def copy(sample: Any, tmp_path: Path) -> DataDir:
    data = DataDir(tmp_path).prepare()
    data.public.mkdir(exist_ok=True)
    shutil.copy(sample.data.published, data.published)
    return data


def publish_again(data: DataDir) -> None:
    """Another database in the place of the published one, as publication does it."""
    new = data.public / "next.db"
    shutil.copy(data.published, new)
    with sqlite3.connect(new) as connection:
        connection.execute("UPDATE agencies SET name = '丙州市人民政府'")
    connection.close()
    new.replace(data.published)


async def test_a_new_snapshot_is_served_without_a_restart(copy: DataDir) -> None:
    app = Fresh(lambda: make_app(copy), copy.published)
    await app.now.datasette.invoke_startup()
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://s") as client:
        before = await client.get("/agency/990683-gov")
        assert "甲州市人民政府" in before.text
        assert await app.look() is False
        publish_again(copy)
        old = app.now
        assert await app.look() is True
        after = await client.get(
            "/agency/990683-gov", headers={"if-none-match": before.headers["etag"]}
        )
        assert after.status_code == 200
        assert "丙州市人民政府" in after.text
        assert after.headers["etag"] != before.headers["etag"]
    await asyncio.gather(*app.closing)
    for connection in old.datasette.get_database("nianbao")._all_file_connections:
        with pytest.raises(sqlite3.ProgrammingError):
            connection.execute("SELECT 1")


async def test_a_broken_snapshot_leaves_the_old_one_in_service(copy: DataDir) -> None:
    said: list[str] = []
    app = Fresh(lambda: make_app(copy), copy.published, report=said.append)
    await app.now.datasette.invoke_startup()
    broken = copy.public / "broken"
    broken.write_bytes(b"not a database" * 1000)
    broken.replace(copy.published)
    assert await app.look() is False
    assert "is not a published database" in said[0]


async def test_options_of_the_place_are_checked() -> None:
    from archive.errors import UsageError

    for wrong in ({"base_url": "x"}, {"base_url": "//x/"}, {"trusted_proxies": -1}):
        with pytest.raises(UsageError):
            Public(**wrong)  # type: ignore[arg-type]
