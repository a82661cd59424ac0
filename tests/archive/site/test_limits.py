"""Expensive questions: counted by client, run elsewhere, killed in time."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from archive.serve import Public, make_app
from archive.site.limits import Buckets, client_of


def test_a_bucket_fills_again_with_time() -> None:
    now = [0.0]
    buckets = Buckets(burst=2, rate=0.5, clock=lambda: now[0])
    assert [buckets.take("a") for _ in range(3)] == [0, 0, 2]
    now[0] = 1.0
    assert buckets.take("a") == 1
    now[0] = 2.0
    assert buckets.take("a") == 0
    now[0] = 1000.0
    assert [buckets.take("a") for _ in range(3)] == [0, 0, 2]


def test_clients_that_ask_no_more_are_forgotten(monkeypatch: Any) -> None:
    monkeypatch.setattr("archive.site.limits.CLIENTS", 3)
    buckets = Buckets(burst=1, clock=lambda: 0.0)
    for client in "abcd":
        buckets.take(client)
    assert list(buckets.held) == ["b", "c", "d"]


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "expected"),
    [
        ("192.0.2.9", "198.51.100.1", 0, "192.0.2.9"),
        ("10.0.0.1", "198.51.100.1", 1, "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1", 1, "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.2", 2, "198.51.100.1"),
        ("10.0.0.1", None, 1, "10.0.0.1"),
        ("10.0.0.1", "nonsense", 1, "10.0.0.1"),
        ("2001:db8:0:1:aaaa::1", None, 0, "2001:db8:0:1::/64"),
    ],
)
def test_only_addresses_written_by_our_own_proxies_are_believed(
    peer: str, forwarded: str | None, proxies: int, expected: str
) -> None:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    assert client_of(peer, headers, proxies) == expected


def client(app: Any, address: str = "192.0.2.1") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://site")


async def test_sql_beyond_the_bucket_is_429_with_the_time_to_wait(sample: Any) -> None:
    public = Public(trusted_proxies=1, sql_burst=2, sql_rate=0.01)
    app = make_app(sample.data, public)
    await app.invoke_startup()
    served = app.app()
    sql = "/nianbao.json?sql=select+1&_shape=array"
    async with client(served) as visitor:
        first, second, third = [await visitor.get(sql) for _ in range(3)]
        assert (first.status_code, second.status_code) == (200, 200)
        assert third.status_code == 429
        assert 90 <= int(third.headers["retry-after"]) <= 100
        assert "Too many queries" in third.text
        # Pages are not counted, and other clients have buckets of their own.
        assert (await visitor.get("/search?q=公开")).status_code == 200
        assert (await visitor.get("/nianbao/reports?_facet=level")).status_code == 429
        other = {"x-forwarded-for": "198.51.100.7"}
        assert (await visitor.get(sql, headers=other)).status_code == 200
        # What the client itself claims does not count.
        claimed = {"x-forwarded-for": "1.2.3.4, 192.0.2.1"}
        assert (await visitor.get(sql, headers=claimed)).status_code == 429
    app.get_database("nianbao").close()


async def test_own_conditions_on_a_table_are_sql_of_ones_own(site: Any) -> None:
    found = await site.get(
        "/nianbao/reports.json?_where=report_year=2022&_shape=objects"
    )
    assert [row["report_id"] for row in found.json()["rows"]] == ["990683-gov-2022"]
    page = await site.get("/nianbao/reports?_where=report_year=2022")
    assert page.status_code == 200
    broken = await site.get("/nianbao/reports?_where=load_extension('x')")
    assert broken.status_code == 400


async def test_rows_of_own_sql_are_those_of_sqlite(site: Any) -> None:
    sql = (
        "select 1 as a, 2 as a, 1.5 as b, null as c, '公开' as d, x'00ff' as e,"
        " cast(x'ff' as text) as f where :p = '1'"
    )
    params = {"sql": sql, "p": "1", "_shape": "arrays"}
    found = (await site.get("/nianbao.json", params=params)).json()
    assert found["columns"] == ["a", "a", "b", "c", "d", "e", "f"]
    assert found["rows"] == [
        [1, 2, 1.5, None, "公开", {"$base64": True, "encoded": "AP8="}, "\ufffd"]
    ]
    page = await site.get("/nianbao", params={"sql": sql, "p": "1"})
    assert page.status_code == 200
    assert "公开" in page.text


async def test_rows_beyond_the_limit_are_cut_and_that_is_said(site: Any) -> None:
    sql = (
        "with recursive n(i) as (select 1 union all select i + 1 from n limit 5000)"
        " select i from n"
    )
    params = {"sql": sql, "_shape": "arrays"}
    found = (await site.get("/nianbao.json", params=params)).json()
    assert (len(found["rows"]), found["truncated"]) == (1000, True)


async def test_own_sql_may_take_lists_apart(site: Any) -> None:
    sql = "select value from json_each('[1, \"a\"]')"
    params = {"sql": sql, "_shape": "arrayfirst"}
    assert (await site.get("/nianbao.json", params=params)).json() == [1, "a"]


async def test_own_sql_finds_chinese_words(site: Any) -> None:
    sql = (
        "select report_id from chapters where id in (select rowid from chapters_fts"
        " where chapters_fts match escape_fts(:q)) order by 1"
    )
    found = await site.get(
        "/nianbao.json", params={"sql": sql, "q": "行政复议", "_shape": "arrayfirst"}
    )
    assert found.json() == ["990683-gov-2020", "990683-office-2020"]
