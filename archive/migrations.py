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
