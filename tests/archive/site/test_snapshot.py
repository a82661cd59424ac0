"""What never changes in a snapshot is asked of SQLite once."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from datasette import hookimpl
from datasette.app import Datasette
from datasette.database import Database
from datasette.plugins import pm

from archive import metadata
from archive.serve import make_app
from archive.site.application import Site
from archive.site.snapshot import SnapshotDatabase


@pytest.fixture
def hops(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was asked of SQLite."""
    asked: list[Any] = []
    ask = Database.execute_fn

    async def counting(self: Any, function: Any) -> Any:
        asked.append(function)
        return await ask(self, function)

    monkeypatch.setattr(Database, "execute_fn", counting)
    return asked


@pytest.fixture
def database(sample: Any) -> Any:
    site = make_app(sample.data)
    return site.get_database("nianbao")


async def test_the_second_page_of_a_table_asks_for_rows_and_labels_only(
    sample: Any, hops: list[Any]
) -> None:
    site = make_app(sample.data)
    transport = httpx.ASGITransport(app=site.app())
    await site.invoke_startup()
    async with httpx.AsyncClient(transport=transport, base_url="http://s") as client:
        await client.get("/nianbao/reports?_n=1")
        del hops[:]
        assert (await client.get("/nianbao/reports?_n=2")).status_code == 200
        # The rows, and the names of their authorities.
        assert len(hops) == 2


async def test_answers_are_those_of_plain_datasette(
    sample: Any, database: SnapshotDatabase
) -> None:
    datasette = Datasette(immutables=[str(sample.data.published)])
    plain = datasette.get_database("nianbao")
    for _ in range(2):
        for ask in ("table_columns", "primary_keys", "foreign_keys_for_table",
                    "table_column_details", "fts_table"):  # fmt: skip
            for table in ("reports", "cells", "nope"):
                theirs = await getattr(plain, ask)(table)
                assert await getattr(database, ask)(table) == theirs, (ask, table)
        assert await database.get_all_foreign_keys() == (
            await plain.get_all_foreign_keys()
        )


async def test_a_list_that_is_changed_by_its_reader_is_whole_for_the_next(
    database: SnapshotDatabase,
) -> None:
    before = await database.table_columns("rules")
    before.clear()
    assert "rule_id" in await database.table_columns("rules")


async def test_counts_are_remembered_by_their_parameters(
    database: SnapshotDatabase, hops: list[Any]
) -> None:
    sql = "select count(*) from reports where report_year = :y"
    found = [
        (await database.execute(sql, {"y": year})).single_value()
        for year in (2020, 2022, 2020, 1999)
    ]
    assert found == [3, 1, 3, 0]
    assert len(hops) == 3


async def test_rows_are_read_every_time(
    database: SnapshotDatabase, hops: list[Any]
) -> None:
    for _ in range(2):
        await database.execute("select report_id from reports")
    assert len(hops) == 2


def site(**told: Any) -> Site:
    return Site(memory=True, metadata={"title": "t", **told})


def test_metadata_are_those_of_plain_datasette() -> None:
    told = metadata.build([])
    ours, plain = Site(metadata=told), Datasette(metadata=told)
    for _ in range(2):
        assert ours.metadata() == plain.metadata()
        for given in (
            {"key": "license"},
            {"key": "queries", "database": "nianbao", "fallback": False},
            {"database": "nianbao", "table": "reports"},
            {"key": "allow", "database": "nope"},
        ):
            assert ours.metadata(**given) == plain.metadata(**given), given


def test_a_reader_of_the_metadata_cannot_change_them_for_others() -> None:
    ours = site()
    ours.metadata()["title"] = "x"
    assert ours.metadata()["title"] == "t"


def test_a_table_that_is_not_for_everybody_stays_so() -> None:
    ours = site(databases={"d": {"tables": {"a": {"allow": False}}}})
    for _ in range(2):
        assert ours._table_permission_allows("d", "a") == [False]
        assert ours._table_permission_allows("d", "b") == []


def test_a_plugin_that_tells_metadata_is_asked_every_time() -> None:
    class Telling:
        titles = iter(["first", "second"])

        @hookimpl  # type: ignore[untyped-decorator]
        def get_metadata(self, datasette: Any) -> dict[str, Any]:
            return {"about": next(self.titles)}

    ours, plugin = site(), Telling()
    assert ours.metadata("about") is None
    pm.register(plugin)
    try:
        assert [ours.metadata("about") for _ in range(2)] == ["first", "second"]
    finally:
        pm.unregister(plugin)
