"""A catalogue of an earlier version is brought up to the dictionary."""

import sqlite3

from archive.catalog import Catalog
from archive.dictionary import catalog_tables


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
