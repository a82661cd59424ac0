"""The catalogue made again from ``warc/`` alone.

Every record is read once, in the order of the files: those that are captures become
rows, the ledgers give back what no capture says (portals, links, candidates, runs).
What has to be read from the documents themselves is left to ``extract --all``. Damaged
records are named and passed over. The old catalogue gives, where it can still be read,
what is nobody's to recompute: decisions of people, and the history of verifications
and runs. It is kept beside the new one.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from archive import ledger
from archive.catalog import Catalog
from archive.clock import Clock, utc_now
from archive.console import Step
from archive.datadir import DataDir
from archive.dictionary import tables
from archive.errors import StorageError
from archive.ranged import LOOK
from archive.records import Capture, WarcLocation
from archive.storage import Shelf
from archive.warc import IMPORTED, SERIES_FIELD
from archive.warccapture import Described, Reference, describe, resolved, timestamp
from archive.warcparse import BadRecord, RawRecord, parse, verify_block
from archive.warcscan import members

#: What is carried over from the old catalogue, parents first.
CARRIED = (
    "runs",
    "check_reviews",
    "withholdings",
    "alarms",
    "fixity_events",
    "warc_files",
)
#: A run, portal or candidate that no ledger tells of.
UNKNOWN_RUN = "recovered"
NOT_READ = "not read since the catalogue was made again"


@dataclass(slots=True)
class Rebuilt:
    """What a reindex made. ``problems`` names everything that was passed over."""

    files: int = 0
    records: int = 0
    captures: int = 0
    candidates: int = 0
    carried: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    kept_as: str | None = None  # name of the old catalogue


def rebuild(
    data: DataDir,
    *,
    clock: Clock = utc_now,
    step: Step = lambda what="": None,
) -> Rebuilt:
    """Make ``catalog.db`` again and put it in the place of the old one.

    Call it under the lock, after open files were closed. Raises StorageError.
    """
    draft = data.root / "catalog.db.rebuilding"
    for path in _with_journals(draft):
        path.unlink(missing_ok=True)
    result = Rebuilt()
    with Catalog(draft, clock=clock) as catalog:
        run_id = catalog.start_run("reindex")
        with catalog.atomic():
            catalog.db.execute("PRAGMA defer_foreign_keys = ON")
            shelf = Shelf(data.warc)
            reader = Reader(catalog, shelf, result)
            for name in in_order(shelf):
                reader.read_file(name)
                step(name)
            reader.finish()
            _carry_over(data.catalog, catalog, result)
        figures = {"captures": result.captures, "problems": len(result.problems)}
        catalog.finish_run(
            run_id, "attention" if result.problems else "complete", figures
        )
        catalog.db.execute("PRAGMA journal_mode = DELETE")
    result.kept_as = _swap(data, draft, run_id)
    return result


def in_order(shelf: Shelf) -> list[str]:
    """WARC files in the order in which they were written.

    Names begin with the second; of runs within one second the ids tell the order.
    """
    found: list[str] = []
    for _, group in groupby(shelf.closed(), key=lambda name: name.split("-")[:2]):
        files = list(group)
        in_turn = len(files) == 1
        found += files if in_turn else sorted(files, key=lambda f: _run_of(shelf, f))
    return found


def _run_of(shelf: Shelf, name: str) -> str:
    with shelf.opened(name, LOOK) as data:
        first = next(iter(members(data)), None)
        try:
            head = parse(first.data) if first and first.data else None
        except BadRecord:
            head = None
    return _fields(head).get("isPartOf", "") if head else ""


def _fields(warcinfo: RawRecord) -> dict[str, str]:
    """Fields of the block of a ``warcinfo``."""
    return dict(
        line.split(": ", 1)
        for line in warcinfo.block.decode("utf-8", "replace").splitlines()
        if ": " in line
    )


@dataclass(frozen=True, slots=True)
class FileHead:
    """What the ``warcinfo`` of a file says about the records behind it."""

    run_id: str
    series: str = ""


class Reader:
    """Turns records into rows; revisits wait until all files were read."""

    def __init__(self, catalog: Catalog, shelf: Shelf, result: Rebuilt) -> None:
        self.catalog = catalog
        self.shelf = shelf
        self.result = result
        self._revisits: list[Described] = []
        self._told: set[str] = set()  # runs that a ledger tells of

    def read_file(self, name: str) -> None:
        """Take in every record of a file that can be read; name the others."""
        self.result.files += 1
        head = FileHead(f"unknown-{name}")
        with self.shelf.opened(name) as data:
            for member in members(data):
                place = WarcLocation(name, member.offset, member.length)
                try:
                    if member.data is None:
                        raise BadRecord(member.problem)
                    record = parse(member.data)
                    if problem := verify_block(record):
                        raise BadRecord(problem)
                    if member.offset == 0:
                        head = self._head(record, head)
                    self._take(record, place, head)
                    self.result.records += 1
                except BadRecord as error:
                    self.result.problems.append(
                        f"{name} at offset {member.offset}: {error}"
                    )

    def _head(self, record: RawRecord, unknown: FileHead) -> FileHead:
        if record.kind != "warcinfo":
            return unknown
        fields = _fields(record)
        head = FileHead(
            fields.get("isPartOf") or unknown.run_id, fields.get(SERIES_FIELD, "")
        )
        self._run(head.run_id, timestamp(record.header("WARC-Date")))
        return head

    def _run(self, run_id: str, moment: str) -> None:
        row = {"run_id": run_id, "started_at": moment, "command": UNKNOWN_RUN}
        self._insert("runs", row)

    def _take(self, record: RawRecord, place: WarcLocation, head: FileHead) -> None:
        if head.series == ledger.SERIES:
            self._told.add(head.run_id)
            for table, row in ledger.read(record):
                self._tell(table, row, place.file, head)
            return
        ours = head.series != IMPORTED
        described = describe(record, place, head.run_id, ours=ours)
        if described is None:
            return
        if described.refers_to is not None:
            self._revisits.append(described)
        else:
            self._add(described.capture, described.validators)

    def _tell(
        self, table: str, row: Mapping[str, Any], file: str, head: FileHead
    ) -> None:
        columns = tables()[table].column_names
        known = {name: row[name] for name in columns if name in row}
        if table == "runs":
            self._told.add(str(row["run_id"]))
            if row["run_id"] == head.run_id:
                known["ledger_file"] = file
        try:
            self._put(table, known)
        except sqlite3.IntegrityError as error:
            raise BadRecord(f"a row of {table} cannot be stored: {error}") from error

    def _put(self, table: str, row: Mapping[str, Any]) -> None:
        """Enter a row that a ledger tells; what is told later is nearer the end."""
        self.catalog.upsert(table, row)

    def _add(self, capture: Capture, extra: Mapping[str, str | None]) -> None:
        self._run(capture.run_id, capture.captured_at)
        self._insert("captures", asdict(capture) | dict(extra))
        self.result.captures += 1

    def _insert(self, table: str, row: Mapping[str, Any]) -> None:
        self.catalog.db.table(table).insert(dict(row), ignore=True)

    # --------------------------------------------------------------- at the end

    def finish(self) -> None:
        """Resolve revisits and fill in what no ledger told."""
        for described in self._revisits:
            assert described.refers_to is not None
            original = find_original(self.catalog, described.refers_to)
            capture = described.capture
            if original is not None:
                capture = resolved(capture, original)
            else:
                self.result.problems.append(
                    f"{capture.warc_file} at offset {capture.warc_offset}: revisit of "
                    f"a record that is not here ({described.refers_to.record_id})"
                )
            self._add(capture, described.validators)
        self._fill_sources()
        self._fill_candidates()
        self._drop_dangling()
        self.result.candidates = self.catalog.count("triage")

    def _fill_sources(self) -> None:
        for row in self.catalog.rows(
            "SELECT source_id, min(url) AS url FROM (SELECT source_id, url FROM"
            " captures UNION ALL SELECT source_id, url FROM frontier)"
            " WHERE source_id NOT IN (SELECT source_id FROM sources)"
            " GROUP BY source_id"
        ):
            home = "/".join(row["url"].split("/", 3)[:3]) + "/"
            self._insert(
                "sources",
                {
                    "source_id": row["source_id"],
                    "name": row["source_id"],
                    "home": home,
                    "state": "untried",
                    "note": "known from its captures only",
                },
            )

    def _fill_candidates(self) -> None:
        """Whole captures of runs without a ledger: any may be a document."""
        orphans = [
            capture
            for capture in self.catalog.rows(
                "SELECT * FROM captures WHERE sha256 IS NOT NULL AND bytes > 0"
                " AND outcome IN ('ok', 'revisit') ORDER BY captured_at, rowid"
            )
            if capture["run_id"] not in self._told
            and capture["http_status"] in (None, 200)
        ]
        runs = sorted({capture["run_id"] for capture in orphans})
        self.result.problems += [
            f"run {run_id} left no ledger: its captures are taken for candidates"
            for run_id in runs
        ]
        for capture in orphans:
            self._insert("documents", _unread_document(capture))
            self._insert("triage", _unread_candidate(capture))

    def _drop_dangling(self) -> None:
        """Rows that refer to what a damaged ledger no longer tells are left out."""
        for table, rowid, parent, _ in self.catalog.db.execute(
            "PRAGMA foreign_key_check"
        ).fetchall():
            self.catalog.db.execute(f'DELETE FROM "{table}" WHERE rowid = ?', [rowid])
            self.result.problems.append(
                f"a row of {table} was left out: it refers to {parent} that are lost"
            )


def _unread_document(capture: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "sha256": capture["sha256"],
        "media_type": "",  # not known before it is read
        "form": "text",
        "bytes": capture["bytes"],
        "first_captured_at": capture["captured_at"],
    }


def _unread_candidate(capture: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "sha256": capture["sha256"],
        "url": capture["url"],
        "kind": "other",
        "reason": NOT_READ,
        "extracted_at": capture["captured_at"],
        "found_at": capture["captured_at"],
    }


def find_original(catalog: Catalog, reference: Reference) -> Capture | None:
    """The capture a revisit refers to: by record, by address and date, by digest."""
    if reference.record_id:
        found = catalog.capture(reference.record_id)
        if found is not None:
            return found
    if reference.url and reference.date:
        try:
            moment = timestamp(reference.date)
        except BadRecord:
            return None
        row = catalog.one(
            "SELECT capture_id FROM captures WHERE url = ? AND captured_at = ?"
            " AND outcome <> 'revisit'",
            [reference.url, moment],
        )
        return catalog.capture(row["capture_id"]) if row else None
    return None


def _carry_over(path: Path, catalog: Catalog, result: Rebuilt) -> None:
    """Copy what cannot be made again out of the old catalogue, if it can be read."""
    if not path.exists():
        return
    for table, rows in _old_rows(path, result.problems.append):
        columns = tables()[table].column_names
        carried = 0
        for row in rows:
            known = {name: row[name] for name in columns if name in row}
            if table == "runs":
                known.pop("ledger_file", None)
            cursor = catalog.db.execute(
                f'INSERT OR IGNORE INTO "{table}" ({", ".join(known)})'
                f" VALUES ({', '.join('?' * len(known))})",
                list(known.values()),
            )
            carried += cursor.rowcount
        result.carried[table] = carried


def _old_rows(
    path: Path, complain: Callable[[str], None]
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    except sqlite3.Error as error:
        complain(f"the old catalogue cannot be read: {error}")
        return
    connection.row_factory = sqlite3.Row
    try:
        for table in CARRIED:
            try:
                rows = connection.execute(f'SELECT * FROM "{table}"').fetchall()
            except sqlite3.OperationalError as error:
                if "no such table" not in str(error):
                    complain(f"the old catalogue: {table} cannot be read: {error}")
                continue
            except sqlite3.DatabaseError as error:
                complain(f"the old catalogue: {table} cannot be read: {error}")
                continue
            yield table, [dict(row) for row in rows]
    finally:
        connection.close()


def _with_journals(path: Path) -> list[Path]:
    return [path.with_name(path.name + end) for end in ("", "-wal", "-shm", "-journal")]


def _swap(data: DataDir, draft: Path, run_id: str) -> str | None:
    """Put the draft in place; the old catalogue keeps its log and gets a new name."""
    kept = data.root / f"{data.catalog.name}.before-{run_id}"
    try:
        existed = data.catalog.exists()
        for old, new in zip(
            _with_journals(data.catalog), _with_journals(kept), strict=True
        ):
            if old.name.endswith("-shm") or (old.exists() and not old.stat().st_size):
                old.unlink(missing_ok=True)  # SQLite makes it again
            elif old.exists():
                old.rename(new)
        with draft.open("rb") as stream:
            os.fsync(stream.fileno())
        draft.rename(data.catalog)
        descriptor = os.open(data.root, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise StorageError(
            f"cannot put the new catalogue in place in {data.root}: {error.strerror}"
        ) from error
    return kept.name if existed else None


def summary(result: Rebuilt) -> str:
    """The last line of the command."""
    old = f"; the old catalogue is {result.kept_as}" if result.kept_as else ""
    return (
        f"{result.captures} captures and {result.candidates} candidates from "
        f"{result.files} files{old}; go on with `nianbao extract --all`"
    )
