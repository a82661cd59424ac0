"""The ledger: what the catalogue knows beyond its captures, kept among the WARCs.

A capture describes itself. That a page is listed as 某县2024年年度报告 of 2025-01-20 on
the portal X, that it was judged, under which name a file came, how the run ended and
what people decided: this is known to the catalogue only. So each run that brought
something ends with a small WARC file of its own, whose ``metadata`` records (JSON, a
table and its rows) hold what is new in these tables since the last one. Read in the
order of their dates, later rows replacing earlier ones, they give the tables back.

Nothing here can be computed from the bytes; everything that can is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from archive.catalog import Catalog
from archive.clock import Clock, utc_now
from archive.warc import WarcStore
from archive.warcparse import BadRecord, RawRecord

#: Field of a record that holds rows of a table: the name of the table.
FIELD = "WARC-Nianbao-Ledger"
ROWS_PER_RECORD = 2000
SERIES = "ledger"

#: What is written down of each table, parents first. ``?`` is the time since when.
QUERIES = {
    "runs": "SELECT run_id, started_at, finished_at, command, outcome, stats FROM runs"
    " WHERE started_at >= ?1 OR finished_at > ?1 ORDER BY run_id",
    "sources": "SELECT * FROM sources WHERE source_id IN (SELECT source_id"
    " FROM frontier WHERE discovered_at >= ?1 OR visited_at >= ?1) ORDER BY source_id",
    "frontier": "SELECT * FROM frontier"
    " WHERE discovered_at >= ?1 OR visited_at >= ?1 ORDER BY rowid",
    "report_columns": "SELECT * FROM report_columns WHERE updated_at >= ?1"
    " ORDER BY source_id, url",
    "aliases": "SELECT * FROM aliases WHERE last_seen_at >= ?1 ORDER BY rowid",
    "tombstones": "SELECT * FROM tombstones WHERE updated_at >= ?1 ORDER BY rowid",
    "tombstone_events": "SELECT * FROM tombstone_events WHERE at >= ?1 ORDER BY rowid",
    "documents": "SELECT * FROM documents WHERE sha256 IN"
    " (SELECT sha256 FROM triage WHERE found_at >= ?1) ORDER BY sha256",
    "triage": "SELECT sha256, url, kind, reason, title, extracted_at, found_at"
    " FROM triage WHERE found_at >= ?1 AND part IS NULL"
    " ORDER BY found_at, sha256, url",
    "check_reviews": "SELECT * FROM check_reviews WHERE reviewed_at >= ?1"
    " ORDER BY fingerprint",
    "withholdings": "SELECT * FROM withholdings WHERE decided_at >= ?1 ORDER BY sha256",
    "alarms": "SELECT * FROM alarms WHERE updated_at >= ?1 ORDER BY alarm_id",
}
#: Tables whose rows alone are no reason for a ledger: every run has some.
INCIDENTAL = ("runs", "sources")


def keep(catalog: Catalog, directory: Path, clock: Clock = utc_now) -> None:
    """Have ``catalog`` write a ledger into ``directory`` whenever a run ends."""
    catalog.on_finish = lambda run_id: write(catalog, directory, run_id, clock)


def write(
    catalog: Catalog, directory: Path, run_id: str, clock: Clock = utc_now
) -> None:
    """Write down what is new since the last ledger, if anything is.

    Joins the transaction that finishes the run: should the disk be full, the run stays
    unfinished and the next ledger covers it. Raises StorageError.
    """
    since = _since(catalog)
    rows = {table: catalog.rows(sql, [since]) for table, sql in QUERIES.items()}
    brought = catalog.one("SELECT 1 FROM captures WHERE run_id = ? LIMIT 1", [run_id])
    told = any(rows[table] for table in rows if table not in INCIDENTAL)
    if not brought and not told:
        return
    file = ""
    with WarcStore(directory, run_id=run_id, series=SERIES, clock=clock) as store:
        for table, found in rows.items():
            for at in range(0, len(found), ROWS_PER_RECORD):
                content = {"table": table, "rows": found[at : at + ROWS_PER_RECORD]}
                file = store.append_metadata(content, {FIELD: table}).file
        store.sync()
    catalog.db.table("runs").update(run_id, {"ledger_file": file})


def _since(catalog: Catalog) -> str:
    """The time from which on rows may be in no ledger yet; '' for all.

    When the clock was set back, what came after the last ledger bears earlier times
    than it: then from the earliest start of the runs since.
    """
    last = catalog.one(
        "SELECT run_id, finished_at AS at FROM runs WHERE ledger_file IS NOT NULL"
        " ORDER BY run_id DESC LIMIT 1"
    )
    if last is None:
        return ""
    began = catalog.one(
        "SELECT min(started_at) AS at FROM runs WHERE run_id > ?", [last["run_id"]]
    )
    return min(str(last["at"]), str((began and began["at"]) or last["at"]))


def read(record: RawRecord) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(table, row) of one record of a ledger; nothing for any other record.

    Raises BadRecord when the content is not what this module writes.
    """
    if record.kind != "metadata" or record.header(FIELD) is None:
        return
    try:
        content = json.loads(record.block)
        table, rows = content["table"], content["rows"]
        if table not in QUERIES or not all(isinstance(row, dict) for row in rows):
            raise ValueError(f"table {table!r}")
    except (ValueError, KeyError, TypeError) as error:
        raise BadRecord(f"not a ledger: {error}") from error
    for row in rows:
        yield table, row
