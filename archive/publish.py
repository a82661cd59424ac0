"""Publication: an immutable snapshot of the catalogue, swapped in as a whole.

``catalog.db`` → a fresh file with the public tables, the wide tables, ``report_index``,
``coverage`` and full text → ``ANALYZE`` → ``VACUUM INTO`` → manifest → rename. Readers
see the old snapshot or the new one, never half of either, and a manifest of the one
they see (:mod:`archive.manifest`). Times of day and paths of this machine do not enter
the database, so the same catalogue gives the same tables.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive import __version__, coverage, history, manifest, unchanged, withholding
from archive import wide as wide_rows
from archive.authority import current, every_division
from archive.catalog import Catalog
from archive.clock import Clock, china_date, iso, utc_now
from archive.datadir import DataDir
from archive.dictionary import (
    Table,
    public_tables,
    tables,
    wide_tables,
)
from archive.errors import StorageError, UsageError
from archive.migrations import create

#: Columns of report_index that are one cell of the form: row code, column total.
INDEX_CELLS = (
    "new_received",
    "carried_in",
    "granted",
    "granted_partial",
    "handled_total",
    "carried_out",
)
#: Columns of report_index that sum the filled rows whose code begins so.
INDEX_SUMS = {
    "denied_all": "denied_",
    "unable_all": "unable_",
    "rejected_all": "rejected_",
    "other_all": "other_",
}
#: Tables whose rows belong to one version of a report; the current one is published,
#: and of a quarantined report none: its row says why, its original is there.
VERSIONED = (
    "cells",
    "chapters",
    "checks",
    "aggregates",
    "leftovers",
    "similar_chapters",
)
#: Tables that are numbered anew, and in which order: the same archive gives the same
#: numbers, in whatever order its parts came to be.
NUMBERED: dict[str, tuple[str, ...]] = {
    "chapters": ("report_id", "version_no", "id"),
    "leftovers": ("report_id", "version_no", "id"),
    "checks": ("report_id", "version_no", "rule_id", "id"),
}


@dataclass(frozen=True, slots=True)
class Publication:
    """What was published."""

    path: Path
    sha256: str
    bytes: int
    rows: dict[str, int]
    changed: bool = True  # False: it says what the one that was there says


def publish(
    data: DataDir,
    catalog: Catalog,
    *,
    clock: Clock = utc_now,
    progress: Callable[[str], None] = lambda step: None,
    skip_same: bool = False,
) -> Publication:
    """Build ``public/nianbao.db`` and its manifest from the catalogue.

    ``skip_same``: leave the one that is there, if it says the same.
    """
    data.public.mkdir(parents=True, exist_ok=True)
    draft, final = data.public / "draft.db", data.public / "nianbao.db.new"
    try:
        manifest.settle(data)
        _clear(data.public)
        rows = build(draft, catalog, progress, today=china_date(clock()))
        progress("compacting")
        connection = sqlite3.connect(draft)
        try:
            connection.execute("VACUUM INTO ?", [str(final)])
        finally:
            connection.close()
        draft.unlink()
        if skip_same and (kept := _kept(data, final)):
            final.unlink()
            return kept
        publication = _describe(final, rows)
        note = manifest.upcoming(data)
        manifest.write(
            note,
            {
                "database": data.published.name,
                "sha256": publication.sha256,
                "bytes": publication.bytes,
                "rows": rows,
                "software": f"nianbao/{__version__}",
                "published_at": iso(clock()),
            },
        )
        _sync(final)
        _sync(note)
        _sync(data.public)  # the manifest to come is there before its database is
        final.replace(data.published)
        note.replace(data.manifest)
        _sync(data.public)
    except (OSError, sqlite3.OperationalError) as error:
        raise StorageError(f"cannot publish to {data.public}: {error}") from error
    return Publication(data.published, publication.sha256, publication.bytes, rows)


def build(
    path: Path,
    catalog: Catalog,
    progress: Callable[[str], None] = lambda step: None,
    *,
    today: date | None = None,
) -> dict[str, int]:
    """Fill a fresh database file and return its row counts by table.

    ``today`` is China's date, on which it depends what is due.
    """
    metrics = catalog.metrics()
    public, wide = public_tables(), wide_tables(metrics)
    connection = sqlite3.connect(path)
    try:
        db = Database(connection)
        create(db, public + wide)
        connection.execute("ATTACH ? AS catalog", [str(catalog.path)])
        progress("copying")
        with connection:
            for table in public:
                if tables()[table.name].where == "both":
                    _copy(connection, table)
        progress("wide tables")
        with connection:
            wide_rows.fill(connection, wide)
            _fill_index(connection)
            coverage.fill(connection, today or china_date(utc_now()))
            _fill_divisions(connection)
            _fill_totals(connection)
            history.fill(connection)
            withholding.mark(connection)
        connection.execute("DETACH catalog")
        progress("full text")
        with connection:
            _fill_full_text(connection)
        _finish(connection)
        return {
            name: db.table(name).count
            for name in sorted([t.name for t in public + wide if not t.view])
        }
    finally:
        connection.close()


def _copy(connection: sqlite3.Connection, table: Table) -> None:
    names, key = table.column_names, tuple(table.key)
    if table.name in NUMBERED:  # the catalogue's numbers tell when a row was written
        names, key = tuple(n for n in names if n != "id"), NUMBERED[table.name]
    columns = ", ".join(f'"{c}"' for c in names)
    order = ", ".join(f'"{k}"' for k in key)
    where = ""
    if table.name in VERSIONED:
        where = (
            "WHERE (report_id, version_no) IN"
            " (SELECT report_id, version_no FROM catalog.reports"
            " WHERE status <> 'quarantined')"
        )
    if table.name == "similar_chapters":
        where += " AND other_report_id IN (SELECT report_id FROM main.reports)"
    elif table.name == "changes":
        where = (
            "WHERE report_id NOT IN"
            " (SELECT report_id FROM catalog.reports WHERE status = 'quarantined')"
        )
    connection.execute(
        f'INSERT INTO main."{table.name}" ({columns})'
        f' SELECT {columns} FROM catalog."{table.name}" {where} ORDER BY {order}'
    )


def _cell(row: str, table: str = "requests") -> str:
    return (
        "(SELECT value FROM main.cells c WHERE c.report_id = r.report_id"
        f" AND table_code = '{table}' AND row_code = '{row}' AND col_code = 'total')"
    )


def _sum(where: str, table: str = "requests") -> str:
    return (
        "(SELECT sum(value) FROM main.cells c WHERE c.report_id = r.report_id"
        f" AND table_code = '{table}' AND col_code = 'total' AND {where})"
    )


def _fill_index(connection: sqlite3.Connection) -> None:
    values = {name: _cell(name) for name in INDEX_CELLS}
    values |= {
        name: _sum(f"substr(row_code, 1, {len(prefix)}) = '{prefix}'")
        for name, prefix in INDEX_SUMS.items()
    }
    review = "review_litigation"
    values["reconsideration_total"] = _cell("reconsideration", review)
    values["litigation_total"] = _sum("row_code LIKE 'litigation%'", review)
    plain = {
        "report_id": "r.report_id",
        "report_year": "r.report_year",
        "province": "a.province",
        "city": "a.city",
        "level": "a.level",
        "kind": "a.kind",
        "agency_id": "a.agency_id",
        "agency": "a.name",
        "scope": "r.scope",
        "template": "r.template",
        "status": "r.status",
        "published_on": "r.published_on",
        "days_late": "r.days_late",
        "checks_failed": "(SELECT count(*) FROM main.checks k"
        " WHERE k.report_id = r.report_id AND k.verdict = 'FAIL')",
    }
    chosen = plain | values
    connection.execute(
        f"INSERT INTO main.report_index ({', '.join(chosen)})"
        f" SELECT {', '.join(chosen.values())}"
        " FROM main.reports r JOIN main.agencies a USING (agency_id)"
        " WHERE r.status <> 'quarantined' ORDER BY r.report_id"
    )


def _fill_divisions(connection: sqlite3.Connection) -> None:
    """The lists of divisions, so that codes of former years can be looked up."""
    for d in every_division():
        now = current(d.adcode, d.name)
        connection.execute(
            "INSERT INTO main.divisions (adcode, name, level, parent_adcode,"
            " valid_from, valid_to, successors, current_adcode)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                d.adcode,
                d.name,
                d.level,
                d.parent_adcode,
                d.valid_from,
                d.valid_to,
                json.dumps(d.successors),
                now.adcode if now else d.adcode,
            ],
        )


def _fill_totals(connection: sqlite3.Connection) -> None:
    """Counts that take too long for a page: millions of cells and checks."""
    connection.execute(
        "INSERT INTO main.totals (name, value)"
        " WITH c AS (SELECT count(*) AS n, count(value) AS numbers,"
        "  coalesce(sum(state = 'blank'), 0) AS blanks,"
        "  coalesce(sum(method <> 'read'), 0) AS repaired FROM main.cells)"
        " SELECT 'cells', n FROM c UNION ALL SELECT 'cells_number', numbers FROM c"
        " UNION ALL SELECT 'cells_blank', blanks FROM c"
        " UNION ALL SELECT 'cells_repaired', repaired FROM c"
        " UNION ALL SELECT 'checks_' || verdict, count(*) FROM main.checks"
        " GROUP BY verdict"
    )


def _fill_full_text(connection: sqlite3.Connection) -> None:
    from archive.site.fts import segment  # noqa: PLC0415 - the site builds on this file

    connection.execute(
        "CREATE VIRTUAL TABLE chapters_fts USING fts5"
        "(text, heading, content='', columnsize=0)"
    )
    connection.executemany(
        "INSERT INTO chapters_fts (rowid, text, heading) VALUES (?, ?, ?)",
        (
            (row_id, segment(text), segment(heading or ""))
            for row_id, text, heading in connection.execute(
                "SELECT id, text, heading FROM chapters ORDER BY id"
            )
        ),
    )
    connection.execute("INSERT INTO chapters_fts (chapters_fts) VALUES ('optimize')")


def _finish(connection: sqlite3.Connection) -> None:
    broken: list[Any] = connection.execute("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise StorageError(f"the catalogue has dangling references: {broken[:5]}")
    connection.execute("ANALYZE")
    connection.commit()


def _kept(data: DataDir, new: Path) -> Publication | None:
    """The publication that is there, if ``new`` says nothing else."""
    if not unchanged.same(new, data.published):
        return None
    try:
        said = manifest.current(data)
    except UsageError:  # no manifest goes with it: publish again
        return None
    if said["software"] != f"nianbao/{__version__}":
        return None
    return Publication(
        data.published, said["sha256"], said["bytes"], said["rows"], changed=False
    )


def _describe(path: Path, rows: dict[str, int]) -> Publication:
    return Publication(path, manifest.digest(path), path.stat().st_size, rows)


def _clear(public: Path) -> None:
    """Remove what a killed publication left: drafts, their journals, a manifest."""
    for pattern in ("draft.db*", "*.new", "*.new-journal"):
        for path in public.glob(pattern):
            path.unlink()


def _sync(path: Path) -> None:
    """Make a file, or the names in a directory, durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
