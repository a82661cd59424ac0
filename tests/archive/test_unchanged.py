"""Whether a new snapshot says anything that the published one does not say."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from archive.catalog import Catalog
from archive.publish import publish
from archive.unchanged import quiet_since, same
from tests.archive.small_archive import NOW, build


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """The published database of a small archive."""
    small = build(tmp_path_factory.mktemp("small"))
    with Catalog(small.data.catalog, clock=lambda: NOW) as catalog:
        publish(small.data, catalog, clock=lambda: NOW)
    return small.data.published


def changed(path, copy, sql):
    shutil.copy(path, copy)
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute(sql)
        connection.commit()
    return copy


def test_a_copy_is_the_same_and_nothing_is_not(published, tmp_path):
    copy = shutil.copy(published, tmp_path / "copy.db")
    assert same(copy, published)
    assert not same(copy, tmp_path / "none.db")
    (tmp_path / "torn.db").write_bytes(published.read_bytes()[:5000])
    assert not same(copy, tmp_path / "torn.db")


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("UPDATE runs SET outcome = 'attention'", True),
        (
            "INSERT INTO runs SELECT 'z', started_at, NULL, 'x', NULL, NULL FROM runs",
            True,
        ),
        ("UPDATE sources SET last_ok_at = '2026-02-01T00:00:00.000000Z'", False),
        ("UPDATE captures SET http_status = 201 WHERE http_status = 200", False),
        ("DELETE FROM divisions WHERE adcode = '370683'", False),
        ("ALTER TABLE sources ADD COLUMN more TEXT", False),
        ("CREATE VIEW more AS SELECT 1", False),
    ],
)
def test_what_makes_a_difference(published, tmp_path, sql, expected):
    assert same(changed(published, tmp_path / "new.db", sql), published) is expected


def test_a_publication_that_would_say_the_same_leaves_the_one_that_is_there(tmp_path):
    small = build(tmp_path)
    later = NOW + timedelta(hours=1)
    with Catalog(small.data.catalog, clock=lambda: NOW) as catalog:
        first = publish(small.data, catalog, clock=lambda: NOW, skip_same=True)
        manifest = small.data.manifest.read_bytes()
        catalog.finish_run(catalog.start_run("update"), "complete", {})
        second = publish(small.data, catalog, clock=lambda: later, skip_same=True)
        assert (first.changed, second.changed) == (True, False)
        assert (second.sha256, second.rows) == (first.sha256, first.rows)
        assert small.data.manifest.read_bytes() == manifest
        catalog.db.execute("UPDATE sources SET name = '莱州市'")
        third = publish(small.data, catalog, clock=lambda: later, skip_same=True)
    assert third.changed
    assert third.sha256 != first.sha256
    assert sorted(p.name for p in small.data.public.iterdir()) == [
        "manifest.json",
        "nianbao.db",
    ]


def test_it_is_quiet_until_another_run_or_another_day(tmp_path):
    small = build(tmp_path)
    moment = [NOW]
    with Catalog(small.data.catalog, clock=lambda: moment[0]) as catalog:
        moment[0] = NOW + timedelta(minutes=1)
        publish(small.data, catalog, clock=lambda: moment[0])
        said = json.loads(small.data.manifest.read_text("utf-8"))
        moment[0] = NOW + timedelta(minutes=2)
        mine = catalog.start_run("update")
        today = datetime(2026, 1, 31, tzinfo=UTC).date()
        assert quiet_since(catalog, said, today, mine)
        assert not quiet_since(catalog, said, today + timedelta(days=1), mine)
        assert not quiet_since(catalog, said | {"software": "nianbao/0"}, today, mine)
        idle = catalog.start_run("update")
        catalog.finish_run(idle, "complete", {"busy": False})
        assert quiet_since(catalog, said, today, mine)
        catalog.finish_run(catalog.start_run("review"), "complete", {})
        assert not quiet_since(catalog, said, today, mine)
