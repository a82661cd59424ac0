"""Changes of the catalogue's schema, one function each, never edited afterwards.

The first creates every table the data dictionary knows. Each later one brings an older
catalogue up to the dictionary and must do nothing on a fresh one; a test compares the
migrated schema with the dictionary. The published database is always made afresh and
needs none.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from archive.dictionary import Table, catalog_tables

migrations = Migrations("nianbao")


def create(db: Database, tables: list[Table]) -> None:
    """Create ``tables`` with their indexes."""
    known = [t.name for t in tables]
    for table in tables:
        for statement in table.ddl(known):
            db.execute(statement)


@migrations()
def m001_initial(db: Database) -> None:
    """Create all tables of the dictionary."""
    create(db, catalog_tables())


@migrations()
def m002_fixity_and_ledger(db: Database) -> None:
    """Add the tables of fixity and the columns that the ledger goes by."""
    known = [t.name for t in catalog_tables()]
    for table in catalog_tables():
        if (
            table.name in ("warc_files", "fixity_events")
            and not db[table.name].exists()
        ):
            for statement in table.ddl(known):
                db.execute(statement)
    for name, column in (("triage", "found_at"), ("runs", "ledger_file")):
        if column not in db.table(name).columns_dict:
            db.execute(f'ALTER TABLE "{name}" ADD COLUMN "{column}" TEXT')


@migrations()
def m003_recrawl(db: Database) -> None:
    """Add what a later visit goes by: validators, redirects, vanished pages."""
    known = [t.name for t in catalog_tables()]
    for table in catalog_tables():
        if table.name in ("aliases", "tombstones") and not db[table.name].exists():
            for statement in table.ddl(known):
                db.execute(statement)
        if table.name == "frontier":
            present = db.table("frontier").columns_dict
            for column in table.columns:
                if column.name not in present:
                    db.execute(f"ALTER TABLE frontier ADD COLUMN {column.ddl()}")


@migrations()
def m004_frontier_order(db: Database) -> None:
    """Index the frontier in the order in which it is worked through."""
    columns = ("source_id", "state", "priority", "depth")
    db.table("frontier").create_index(columns, if_not_exists=True)
