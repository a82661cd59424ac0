"""A catalogue of an earlier version is brought up to the dictionary."""

import sqlite3

from archive.catalog import Catalog
from archive.dictionary import catalog_tables
from archive.portals import Portals
from archive.records import Source


def test_an_archive_from_before_fixity_gets_its_tables_and_columns(tmp_path):
    path = tmp_path / "catalog.db"
    with Catalog(path) as catalog:
        run_id = catalog.start_run("crawl")
    with sqlite3.connect(path) as db:
        for statement in (
            "DROP TABLE fixity_events",
            "DROP TABLE warc_files",
            "ALTER TABLE triage DROP COLUMN found_at",
            "ALTER TABLE runs DROP COLUMN ledger_file",
            "DELETE FROM _sqlite_migrations WHERE name LIKE 'm002%'",
        ):
            db.execute(statement)
    db.close()
    with Catalog(path) as catalog:
        for table in catalog_tables():
            columns = catalog.db.table(table.name).columns_dict
            assert set(columns) == set(table.column_names), table.name
        row = catalog.one("SELECT run_id, ledger_file FROM runs")
    assert row == {"run_id": run_id, "ledger_file": None}


def test_an_archive_from_before_the_order_of_the_frontier_gets_its_index(tmp_path):
    path, name = tmp_path / "catalog.db", "idx_frontier_source_id_state_priority_depth"
    Catalog(path).close()
    with sqlite3.connect(path) as db:
        db.execute(f"DROP INDEX {name}")
        db.execute("DELETE FROM _sqlite_migrations WHERE name LIKE 'm004%'")
    db.close()
    with Catalog(path) as catalog:
        plan = catalog.rows(
            "EXPLAIN QUERY PLAN SELECT url FROM frontier WHERE source_id = 's'"
            " AND state = 'pending' AND priority = 50 ORDER BY depth, rowid LIMIT 1"
        )
    assert [name in row["detail"] for row in plan] == [True]


def test_an_archive_from_before_pauses_outlasted_a_run_gets_their_table(tmp_path):
    path = tmp_path / "catalog.db"
    Catalog(path).close()
    with sqlite3.connect(path) as db:
        db.execute("DROP TABLE hosts")
        db.execute("DELETE FROM _sqlite_migrations WHERE name LIKE 'm005%'")
    db.close()
    with Catalog(path) as catalog:
        assert catalog.rows("SELECT * FROM hosts") == []
        assert set(catalog.db.table("hosts").columns_dict) == {
            "host", "rest_until", "reason", "failing", "noted_at"
        }  # fmt: skip


def test_an_archive_from_before_report_columns_gets_them_and_the_hosts(tmp_path):
    path = tmp_path / "catalog.db"
    with Catalog(path) as catalog:
        catalog.put_source(
            Source("linlan", "临澜县人民政府", "990101", "county", "http://a.gov.cn/")
        )
    with sqlite3.connect(path) as db:
        for statement in (
            "DROP TABLE report_columns",
            "ALTER TABLE sources DROP COLUMN column_url",
            "ALTER TABLE sources DROP COLUMN hosts",
            "DELETE FROM _sqlite_migrations WHERE name LIKE 'm008%'",
        ):
            db.execute(statement)
    db.close()
    with Catalog(path) as catalog:
        for table in catalog_tables():
            columns = catalog.db.table(table.name).columns_dict
            assert set(columns) == set(table.column_names), table.name
        assert catalog.one("SELECT source_id, hosts, column_url FROM sources") == {
            "source_id": "linlan",
            "hosts": None,
            "column_url": None,
        }
        named = Portals(catalog).named("http://www.a.gov.cn/x")
    assert named == ("a.gov.cn",)


def test_an_archive_from_before_readings_were_kept_gets_their_table(tmp_path):
    path = tmp_path / "catalog.db"
    Catalog(path).close()
    with sqlite3.connect(path) as db:
        fresh = db.execute("SELECT sql FROM sqlite_master WHERE name = 'readings'")
        before = fresh.fetchone()
        db.execute("DROP TABLE readings")
        db.execute("DELETE FROM _sqlite_migrations WHERE name LIKE 'm006%'")
    db.close()
    with Catalog(path) as catalog:
        sql = "SELECT sql FROM sqlite_master WHERE name = 'readings'"
        assert catalog.one(sql) == {"sql": before[0]}


def test_an_archive_from_before_packaging_gets_parts_files_and_differences(tmp_path):
    path = tmp_path / "catalog.db"
    Catalog(path).close()
    with sqlite3.connect(path) as db:
        for statement in (
            "ALTER TABLE triage DROP COLUMN part",
            "ALTER TABLE triage DROP COLUMN files",
            "ALTER TABLE report_documents DROP COLUMN differs",
            "DELETE FROM _sqlite_migrations WHERE name LIKE 'm009%'",
        ):
            db.execute(statement)
    db.close()
    with Catalog(path) as catalog:
        for table in catalog_tables():
            columns = catalog.db.table(table.name).columns_dict
            assert set(columns) == set(table.column_names), table.name


def test_an_archive_from_before_changes_gets_them_and_the_events_it_can_tell(tmp_path):
    path = tmp_path / "catalog.db"
    with Catalog(path) as catalog, catalog.atomic():
        catalog.put_source(
            Source("linlan", "临澜县人民政府", "990101", "county", "http://a.gov.cn/")
        )
        catalog.db.table("tombstones").insert(
            {
                "source_id": "linlan",
                "url": "http://a.gov.cn/1.html",
                "state": "returned",
                "suspect_since": "2024-01-01",
                "last_failed_at": "2024-02-01",
                "failures": 3,
                "working_failures": 3,
                "gone_since": "2024-02-01",
                "returned_at": "2024-03-01",
                "reason": "not_found: HTTP 404",
                "updated_at": "2024-03-01",
            }
        )
    with sqlite3.connect(path) as db:
        for statement in (
            "DROP TABLE changes",
            "DROP TABLE tombstone_events",
            "ALTER TABLE report_versions DROP COLUMN title",
            "ALTER TABLE report_versions DROP COLUMN template",
            "ALTER TABLE report_versions DROP COLUMN status",
            "ALTER TABLE check_reviews DROP COLUMN report_id",
            "ALTER TABLE check_reviews DROP COLUMN message",
            "DELETE FROM _sqlite_migrations WHERE name LIKE 'm011%'",
        ):
            db.execute(statement)
    db.close()
    with Catalog(path) as catalog:
        for table in catalog_tables():
            columns = catalog.db.table(table.name).columns_dict
            assert set(columns) == set(table.column_names), table.name
        told = catalog.rows("SELECT at, event, detail FROM tombstone_events")
    assert told == [
        {"at": "2024-02-01", "event": "vanished", "detail": "not_found: HTTP 404"},
        {"at": "2024-03-01", "event": "returned", "detail": None},
    ]


def test_an_archive_from_before_checks_between_reports_gets_their_tables(tmp_path):
    path = tmp_path / "catalog.db"
    Catalog(path).close()
    with sqlite3.connect(path) as db:
        for statement in (
            "DROP TABLE checked",
            "DROP TABLE aggregates",
            "DROP INDEX idx_agencies_parent_id",
            "DELETE FROM _sqlite_migrations WHERE name LIKE 'm010%'",
        ):
            db.execute(statement)
    db.close()
    with Catalog(path) as catalog:
        for name in ("checked", "aggregates"):
            assert catalog.rows(f"SELECT * FROM {name}") == []
        found = catalog.rows("SELECT name FROM pragma_index_list('agencies')")
    assert "idx_agencies_parent_id" in [row["name"] for row in found]


def test_an_archive_in_one_language_gets_columns_for_the_other(tmp_path):
    path = tmp_path / "catalog.db"
    added = {
        "checks": "message_en",
        "check_reviews": "message_en",
        "alarms": "message_zh",
    }
    Catalog(path).close()
    with sqlite3.connect(path) as db:
        for table, column in added.items():
            db.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        db.execute(
            "INSERT INTO alarms (alarm_id, kind, subject, message, raised_at,"
            " updated_at) VALUES ('0c5b77e1c1', 'robots', 'laizhou', 'm', 't', 't')"
        )
        db.execute("DELETE FROM _sqlite_migrations WHERE name LIKE 'm016%'")
    db.close()
    with Catalog(path) as catalog:
        for table, column in added.items():
            assert column in catalog.db.table(table).columns_dict
        (row,) = catalog.rows("SELECT message, message_zh FROM alarms")
    assert row == {"message": "m", "message_zh": None}
