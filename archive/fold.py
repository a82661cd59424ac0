"""Folding: what workers wrote into folders of their own becomes part of the archive.

A worker's folder is a data directory of its own. Its closed WARC files are linked into
``warc/`` of the archive (copied where it is another file system) under the names they
have, and what they tell is entered into the catalogue in one transaction: captures,
and from the ledgers portals, frontier and candidates. Documents are read afterwards
like any that were never read.

Nothing is moved or replaced, so the worker's folder stays one that can be resumed.
Which files are entered is noted in the folder after the transaction; a fold that is
killed before enters the same rows again, and they are the same. Of a row that both
sides have the one seen later stays.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive import ledger
from archive.catalog import Catalog
from archive.console import Step
from archive.datadir import DataDir
from archive.errors import LockHeld, StorageError, UsageError
from archive.records import WarcLocation
from archive.reindex import FileHead, Reader, Rebuilt, in_order
from archive.storage import Shelf
from archive.warcparse import RawRecord
from archive.warcrepair import recover

#: Names of the files of a worker's folder whose rows are in the archive.
NOTE = "folded"
#: Suffix of a file that is still copied.
UNFINISHED = ".folding"
#: Column that tells which of two rows was seen later.
LATER = {
    "sources": "last_ok_at",
    "frontier": "visited_at",
    "report_columns": "updated_at",
    "aliases": "last_seen_at",
    "tombstones": "updated_at",
    "alarms": "updated_at",
    "check_reviews": "reviewed_at",
    "withholdings": "decided_at",
}
#: Records that are captures where a row names them.
CAPTURES = ("response", "resource", "revisit")
#: What a worker starts with, of the portals it crawls.
LENT = ("sources", "frontier", "report_columns", "aliases", "tombstones")


@dataclass(slots=True)
class Folded:
    """What a fold brought. ``busy``: folders that a worker is writing now."""

    folders: int = 0
    files: int = 0
    captures: int = 0
    candidates: int = 0
    unnamed: int = 0  # records that a kill left without a row
    busy: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """The last line of the command."""
        said = (
            f"{self.folders} folders: {self.files} WARC files taken in, "
            f"{self.captures} new captures, {self.candidates} new candidates"
        )
        if self.unnamed:
            said += f"; {self.unnamed} records of killed workers stay as evidence"
        return said


def fold(
    data: DataDir,
    catalog: Catalog,
    folders: Iterable[Path],
    step: Step = lambda what="": None,
) -> Folded:
    """Take what ``folders`` hold into the archive. Call it under the lock of ``data``.

    Raises UsageError for a folder that is none of a worker, StorageError for a file
    whose name is taken by another one.
    """
    done, shelf = Folded(), Shelf(data.warc)
    with ExitStack() as held:
        brought: dict[Path, list[str]] = {}
        named: dict[str, set[int]] = {}
        for folder in folders:
            worker = _worker(data, folder)
            try:
                held.enter_context(worker.lock())
            except LockHeld:
                done.busy.append(f"{folder}: a worker is writing there; fold it later")
                continue
            _conclude(worker)
            done.folders += 1
            names = _unfolded(worker, shelf)
            named |= _named(worker, names)
            for name in names:
                _bring(worker.warc / name, data.warc)
            brought[folder] = names
            step(folder.name)
        names = [name for some in brought.values() for name in some]
        if names:
            _sync(data.warc)
            _enter(catalog, data, set(names), named, done)
        for folder, some in brought.items():
            if some:
                _note(folder, some)
    return done


def unread(catalog: Catalog) -> list[str]:
    """SHA-256 of candidates that nobody has read here."""
    rows = catalog.rows(
        "SELECT DISTINCT sha256 FROM triage WHERE extractor IS NULL ORDER BY sha256"
    )
    return [row["sha256"] for row in rows]


def _worker(data: DataDir, folder: Path) -> DataDir:
    worker = DataDir(folder)
    if not worker.warc.is_dir():
        raise UsageError(
            f"{folder} is no worker's folder: expected {worker.warc} (folders of "
            f"`crawl --shard` and `crawl --cluster` are in {data.root / 'shards'})"
        )
    if worker.root.resolve() == data.root.resolve():
        raise UsageError(f"{folder} is the archive itself")
    return worker


def _conclude(worker: DataDir) -> None:
    """Close what a killed worker left open, and have its last runs written down."""
    if not worker.catalog.exists():
        recover(worker.warc)
        return
    with Catalog(worker.catalog) as catalog:
        catalog.close_killed_runs()
        recover(worker.warc, catalog.known_end)
        untold = catalog.one(
            "SELECT max(run_id) AS id FROM runs WHERE outcome = 'killed' AND run_id >"
            " coalesce((SELECT max(run_id) FROM runs WHERE ledger_file IS NOT NULL),"
            " '')"
        )
        if untold and untold["id"]:
            ledger.keep(catalog, worker.warc)
            # the tag of the runs before, which names the folder
            tag = str(untold["id"]).rpartition("-")[2].rpartition(".")[0]
            run_id = catalog.start_run("fold", tag and f"{tag}.")
            catalog.finish_run(run_id, "complete", {})


def _unfolded(worker: DataDir, shelf: Shelf) -> list[str]:
    """Closed files that are not in the archive, or whose rows may not be."""
    try:
        noted = set((worker.root / NOTE).read_text("utf-8").split())
    except FileNotFoundError:
        noted = set()
    entered = noted & shelf.names()
    return sorted(
        path.name for path in worker.warc.glob("*.warc.gz") if path.name not in entered
    )


def _bring(path: Path, directory: Path) -> None:
    """Have a file in ``directory`` under its name; never in the place of another."""
    target = directory / path.name
    try:
        if not target.exists():
            _link(path, target)
        elif not (target.samefile(path) or _same(target, path)):
            raise StorageError(f"cannot take in {path}: {target} is another file")
    except OSError as error:
        raise StorageError(f"cannot take in {path}: {error.strerror}") from error


def _link(path: Path, target: Path) -> None:
    try:
        os.link(path, target)
    except OSError as error:
        if error.errno not in (errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EMLINK):
            raise
        draft = target.with_name(target.name + UNFINISHED)
        shutil.copyfile(path, draft)
        with draft.open("rb") as stream:
            os.fsync(stream.fileno())
        os.link(draft, target)  # fails where a file came to be meanwhile
        draft.unlink()


def _same(one: Path, other: Path) -> bool:
    if one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as left, other.open("rb") as right:
        while piece := left.read(1 << 20):
            if piece != right.read(1 << 20):
                return False
    return True


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _note(folder: Path, names: Sequence[str]) -> None:
    """Note that files are entered; the transaction that did so is committed."""
    path = folder / NOTE
    known = set(path.read_text("utf-8").split()) if path.exists() else set()
    draft = path.with_name(f"{NOTE}.new")
    draft.write_text("".join(f"{name}\n" for name in sorted({*known, *names})))
    draft.replace(path)


def _named(worker: DataDir, names: Iterable[str]) -> dict[str, set[int]]:
    """Offsets of the records that rows of the worker name, by file.

    A kill between record and row leaves a record that none names. The page was asked
    for again, so it is evidence and no capture, here as in the worker's own catalogue.
    """
    if not worker.catalog.exists():
        return {}
    found: dict[str, set[int]] = {}
    with Catalog(worker.catalog) as catalog:
        for row in catalog.rows(
            "SELECT warc_file, warc_offset FROM captures"
            " WHERE warc_file IN (SELECT value FROM json_each(?))",
            [json.dumps(sorted(names))],
        ):
            found.setdefault(row["warc_file"], set()).add(row["warc_offset"])
    return found


def _enter(
    catalog: Catalog,
    data: DataDir,
    names: set[str],
    named: Mapping[str, set[int]],
    done: Folded,
) -> None:
    """Enter what files tell, in one transaction."""
    result, shelf = Rebuilt(), Shelf(data.warc)
    with catalog.atomic():
        catalog.db.execute("PRAGMA defer_foreign_keys = ON")
        before = catalog.count("captures"), catalog.count("triage")
        reader = _Later(catalog, shelf, result, named)
        for name in in_order(shelf):
            if name in names:
                reader.read_file(name)
        reader.finish()
        done.unnamed = reader.unnamed
        done.captures = catalog.count("captures") - before[0]
        done.candidates = catalog.count("triage") - before[1]
    done.files = len(names)
    done.problems = result.problems


class _Later(Reader):
    """Enters rows into a catalogue that may know them, and later ones."""

    def __init__(
        self,
        catalog: Catalog,
        shelf: Shelf,
        result: Rebuilt,
        named: Mapping[str, set[int]],
    ) -> None:
        super().__init__(catalog, shelf, result)
        self.named = named
        self.unnamed = 0
        self._told |= {r["run_id"] for r in catalog.rows("SELECT run_id FROM runs")}

    def _take(self, record: RawRecord, place: WarcLocation, head: FileHead) -> None:
        named = self.named.get(place.file)
        if record.kind in CAPTURES and named and place.offset not in named:
            self.unnamed += 1
            return
        super()._take(record, place, head)

    def _put(self, table: str, row: Mapping[str, Any]) -> None:
        known = self._known(table, row)
        if known is None:
            self.catalog.db.table(table).insert(dict(row))
        elif table == "runs":
            if known["finished_at"] is None:
                self.catalog.upsert(table, row)
        elif (column := LATER.get(table)) and (
            (row.get(column) or "") >= (known[column] or "")
        ):
            self.catalog.upsert(table, row)

    def _known(self, table: str, row: Mapping[str, Any]) -> dict[str, Any] | None:
        keys = self.catalog.db.table(table).pks
        where = " AND ".join(f'"{key}" = ?' for key in keys)
        return self.catalog.one(
            f'SELECT * FROM "{table}" WHERE {where}', [row[key] for key in keys]
        )


def lend(data: DataDir, worker: Catalog, source_ids: Sequence[str]) -> None:
    """Let a worker start with what the archive knows of its portals.

    Only what the archive has seen later than the worker is taken, with the captures
    that it refers to. Raises StorageError.
    """
    if not data.catalog.exists() or not source_ids:
        return
    try:
        worker.db.execute(
            "ATTACH ? AS lender", [f"{data.catalog.resolve().as_uri()}?mode=ro"]
        )
        try:
            with worker.atomic():
                _lend(worker, source_ids)
        finally:
            worker.db.execute("DETACH lender")
    except sqlite3.Error as error:
        raise StorageError(f"cannot read {data.catalog}: {error}") from error


def _lend(worker: Catalog, source_ids: Sequence[str]) -> None:
    worker.db.execute("CREATE TEMP TABLE wanted (source_id TEXT PRIMARY KEY)")
    worker.db.conn.executemany(
        "INSERT INTO temp.wanted VALUES (?)", [(name,) for name in source_ids]
    )
    mine = "source_id IN (SELECT source_id FROM temp.wanted)"
    named = (
        f"SELECT capture_id FROM lender.frontier WHERE {mine}"
        f" UNION SELECT good_capture_id FROM lender.frontier WHERE {mine}"
    )
    for table in LENT:
        keys, columns = worker.db.table(table).pks, _shared(worker, table)
        same = " AND ".join(f'm."{key}" = l."{key}"' for key in keys)
        later = LATER[table]
        worker.db.execute(
            f'INSERT OR REPLACE INTO main."{table}" ({columns}) SELECT {columns}'
            f' FROM lender."{table}" l WHERE l.{mine} AND NOT EXISTS (SELECT 1 FROM'
            f' main."{table}" m WHERE {same}'
            f" AND coalesce(m.{later}, '') >= coalesce(l.{later}, ''))"
        )
    for table, where in (
        ("runs", f"run_id IN (SELECT run_id FROM lender.captures WHERE"
                 f" capture_id IN ({named}))"),
        ("captures", f"capture_id IN ({named})"),
    ):  # fmt: skip
        columns = _shared(worker, table)
        worker.db.execute(
            f'INSERT OR IGNORE INTO main."{table}" ({columns})'
            f' SELECT {columns} FROM lender."{table}" WHERE {where}'
        )
    worker.db.execute("DROP TABLE temp.wanted")


def _shared(worker: Catalog, table: str) -> str:
    """Columns that both catalogues have: the archive may be of an older version."""
    theirs = {
        row[1]
        for row in worker.db.execute(f'PRAGMA lender.table_info("{table}")').fetchall()
    }
    ours = [column.name for column in worker.db.table(table).columns]
    return ", ".join(f'"{name}"' for name in ours if name in theirs)
