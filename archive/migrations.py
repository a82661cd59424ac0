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


@migrations()
def m005_hosts(db: Database) -> None:
    """Add the pauses of hosts, which last beyond a run."""
    known = [t.name for t in catalog_tables()]
    for table in catalog_tables():
        if table.name == "hosts" and not db[table.name].exists():
            for statement in table.ddl(known):
                db.execute(statement)


@migrations()
def m006_readings(db: Database) -> None:
    """Add the table that keeps readings beside one another."""
    known = [t.name for t in catalog_tables()]
    for table in catalog_tables():
        if table.name == "readings" and not db[table.name].exists():
            for statement in table.ddl(known):
                db.execute(statement)


@migrations()
def m007_agency_names(db: Database) -> None:
    """Add the names of authorities, their credit codes and lines of work."""
    known = [t.name for t in catalog_tables()]
    for table in catalog_tables():
        if table.name == "agency_names" and not db[table.name].exists():
            for statement in table.ddl(known):
                db.execute(statement)
    for column in ("uscc", "family"):
        if column not in db.table("agencies").columns_dict:
            db.execute(f'ALTER TABLE agencies ADD COLUMN "{column}" TEXT')


@migrations()
def m008_report_columns(db: Database) -> None:
    """Add the report columns that were found, and the hosts that a portal names."""
    known = [t.name for t in catalog_tables()]
    for table in catalog_tables():
        if table.name == "report_columns" and not db[table.name].exists():
            for statement in table.ddl(known):
                db.execute(statement)
        if table.name == "sources":
            present = db.table("sources").columns_dict
            for column in table.columns:
                if column.name not in present:
                    db.execute(f"ALTER TABLE sources ADD COLUMN {column.ddl()}")


@migrations()
def m010_checks_between_reports(db: Database) -> None:
    """Add what was checked by which rules, and the sums over members."""
    known = [t.name for t in catalog_tables()]
    for table in catalog_tables():
        if table.name in ("checked", "aggregates") and not db[table.name].exists():
            for statement in table.ddl(known):
                db.execute(statement)
    db.table("agencies").create_index(("parent_id",), if_not_exists=True)


@migrations()
def m015_check_origin(db: Database) -> None:
    """Add to findings whose error they would be, the suspect cells, and the place."""
    for table in catalog_tables():
        if table.name == "checks":
            present = db.table("checks").columns_dict
            for column in table.columns:
                if column.name not in present:
                    db.execute(f"ALTER TABLE checks ADD COLUMN {column.ddl()}")


@migrations()
def m011_changes(db: Database) -> None:
    """Add differences of versions, events of pages, and what decisions are about."""
    known = [t.name for t in catalog_tables()]
    for table in catalog_tables():
        if table.name in ("changes", "tombstone_events"):
            if not db[table.name].exists():
                for statement in table.ddl(known):
                    db.execute(statement)
        elif table.name in ("report_versions", "check_reviews"):
            present = db.table(table.name).columns_dict
            for column in table.columns:
                if column.name not in present:
                    db.execute(f"ALTER TABLE {table.name} ADD COLUMN {column.ddl()}")
    for event, at, capture, detail in (
        ("vanished", "gone_since", "error_capture_id", "reason"),
        ("returned", "returned_at", "good_capture_id", "NULL"),
    ):
        db.execute(
            "INSERT OR IGNORE INTO tombstone_events"
            " (source_id, url, at, event, capture_id, detail)"
            f" SELECT source_id, url, {at}, '{event}', {capture}, {detail}"
            f" FROM tombstones WHERE gone_since IS NOT NULL AND {at} IS NOT NULL"
        )


@migrations()
def m009_packaging(db: Database) -> None:
    """Add several reports in one document, and what documents of one report say."""
    added = {"triage": ("part", "files"), "report_documents": ("differs",)}
    for table in catalog_tables():
        present = db.table(table.name).columns_dict
        for column in table.columns:
            if column.name in added.get(table.name, ()) and column.name not in present:
                db.execute(f"ALTER TABLE {table.name} ADD COLUMN {column.ddl()}")


@migrations()
def m013_withholdings(db: Database) -> None:
    """Add the originals that are not handed out."""
    known = [t.name for t in catalog_tables()]
    for table in catalog_tables():
        if table.name == "withholdings" and not db[table.name].exists():
            for statement in table.ddl(known):
                db.execute(statement)
    if "withheld" not in db.table("documents").columns_dict:
        db.execute('ALTER TABLE documents ADD COLUMN "withheld" TEXT')


@migrations()
def m012_repetition_and_crosswalk(db: Database) -> None:
    """Add repeated chapters, what they are searched by, and the crosswalk."""
    known = [t.name for t in catalog_tables()]
    for table in catalog_tables():
        wanted = table.name in ("crosswalk", "similar_chapters", "sketches")
        if wanted and not db[table.name].exists():
            for statement in table.ddl(known):
                db.execute(statement)


@migrations()
def m014_alarms(db: Database) -> None:
    """Add the trouble that a person should know of."""
    known = [t.name for t in catalog_tables()]
    for table in catalog_tables():
        if table.name == "alarms" and not db[table.name].exists():
            for statement in table.ddl(known):
                db.execute(statement)


@migrations()
def m016_two_languages(db: Database) -> None:
    """Add what findings, decisions on them and alarms say in the other language."""
    added = {
        "checks": "message_en",
        "check_reviews": "message_en",
        "alarms": "message_zh",
    }
    for table in catalog_tables():
        present = db.table(table.name).columns_dict
        for column in table.columns:
            if column.name == added.get(table.name) and column.name not in present:
                db.execute(f"ALTER TABLE {table.name} ADD COLUMN {column.ddl()}")
