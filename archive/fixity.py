"""Fixity: every stored record read again and compared with what is known about it.

Per record: CRC-32 and length of its gzip member, block digest, payload digest, and for
captures the record id, offset, length and SHA-256 of the catalogue. Per file: the
SHA-256 and the CRC-32 of every compressed record, taken when the file was first
verified (``warc_files``): bits of the gzip framing that no digest of the content covers
are found by these. Per catalogue: SQLite's ``integrity_check``, and that every capture
resolves. The outcome is kept as events (``fixity_events``), in the sense of PREMIS.
Pages of which no copy is whole are asked for in full at their next visit.
"""

from __future__ import annotations

import hashlib
import json
import random
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.catalog import Catalog
from archive.clock import Clock, iso, utc_now
from archive.console import Step
from archive.copies import is_whole
from archive.errors import ArchiveDamaged, StorageError
from archive.frontier import Frontier
from archive.http import parse_response
from archive.ranged import LOOK
from archive.records import Capture
from archive.storage import Shelf
from archive.warcparse import (
    RESPONSES,
    BadRecord,
    RawRecord,
    parse,
    parse_headers,
    verify_block,
    verify_payload,
)
from archive.warcreader import WarcReader
from archive.warcscan import Bytes, Member, members, read_member

#: Begins the reason of a capture whose maker wrote a payload digest of his own kind.
PAYLOAD_DOUBT = "payload digest of its maker disagrees"


@dataclass(frozen=True, slots=True)
class Damage:
    """Something that is not as it was stored. ``offset`` is None for a whole file."""

    file: str
    offset: int | None
    record_id: str | None
    reason: str

    def __str__(self) -> str:
        place = self.file if self.offset is None else f"{self.file}:{self.offset}"
        return f"{place} {self.record_id or '(record id not readable)'}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Baseline:
    """A file as it was when it was first verified."""

    bytes: int
    sha256: str
    members: Mapping[int, int]  # offset → CRC-32 of the compressed record


@dataclass(frozen=True, slots=True)
class FileCheck:
    """What reading a file, or some of its records, gave.

    ``unlisted`` counts captures that no row of the catalogue knows.
    """

    file: str
    records: int
    damages: tuple[Damage, ...]
    unlisted: int = 0
    found: Baseline | None = None  # of the whole file


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of a run over the archive."""

    files: tuple[FileCheck, ...]
    missing: tuple[str, ...]  # files that rows point into
    extra: tuple[str, ...]  # files that nothing points into
    database: tuple[str, ...]  # complaints of integrity_check
    registered: int  # files seen for the first time

    @property
    def damages(self) -> tuple[Damage, ...]:
        found = [Damage(f, None, "-", "the file is missing") for f in self.missing]
        found += [Damage("catalog.db", None, "-", text) for text in self.database]
        return (*found, *(d for check in self.files for d in check.damages))

    @property
    def records(self) -> int:
        return sum(check.records for check in self.files)


# ------------------------------------------------------------------------- one record


def _record_id(member: Member, row: Capture | None) -> str | None:
    """The id of a record, from the catalogue or what can still be decompressed."""
    if row is not None:
        return row.capture_id
    try:
        headers, _ = parse_headers(member.data or member.start)
    except BadRecord:
        return None
    found = next((v for k, v in headers if k.lower() == "warc-record-id"), "")
    return found.strip("<>") or None


def payload_sha256(record: RawRecord) -> str:
    """SHA-256 of what a record holds, of a response without its transfer coding."""
    block = record.block
    payload = parse_response(block).payload if record.kind == "response" else block
    return hashlib.sha256(payload).hexdigest()


def problem_of(member: Member, row: Capture | None, crc: int | None) -> str | None:
    """Why a member is not the record it was, None when it is.

    ``row`` is the capture that points at it, ``crc`` the CRC-32 it had, if known.
    """
    if member.data is None:
        return member.problem
    try:
        record = parse(member.data)
    except BadRecord as error:
        return str(error)
    if record.size != len(member.data):
        return f"{len(member.data) - record.size} bytes behind the record"
    if problem := verify_block(record):
        return problem
    known_doubt = row is not None and (row.reason or "").startswith(PAYLOAD_DOUBT)
    if not known_doubt and (problem := verify_payload(record)):
        return problem
    if row is not None and (problem := _against_row(member, record, row)):
        return problem
    if crc is not None and member.crc != crc:
        return "its compressed bytes have changed, its content has not"
    return None


def _against_row(member: Member, record: RawRecord, row: Capture) -> str | None:
    if record.record_id != row.capture_id:
        return f"holds {record.record_id}, the catalogue says {row.capture_id}"
    if member.length != row.warc_length:
        return f"has {member.length} bytes, the catalogue says {row.warc_length}"
    if record.kind in RESPONSES and row.outcome == "revisit":
        return None
    if row.sha256 is not None and (found := payload_sha256(record)) != row.sha256:
        return f"SHA-256 is {found}, the catalogue says {row.sha256}"
    return None


# --------------------------------------------------------------------------- one file


def check_file(
    file: str,
    data: Bytes,
    rows: Iterable[Capture] = (),
    baseline: Baseline | None = None,
) -> FileCheck:
    """Verify every record of a file.

    ``rows`` are the captures that point into it. Damage hides nothing behind it.
    """
    by_offset = {row.warc_offset: row for row in rows}
    known = baseline.members if baseline else {}
    damages: list[Damage] = []
    found: dict[int, int] = {}
    unlisted, whole = 0, hashlib.sha256()
    for member in members(data, sorted({*by_offset, *known})):
        whole.update(data[member.offset : member.offset + member.length])
        row = by_offset.pop(member.offset, None)
        found[member.offset] = member.crc
        problem = problem_of(member, row, known.get(member.offset))
        if problem is not None:
            record_id = _record_id(member, row)
            damages.append(Damage(file, member.offset, record_id, problem))
        elif row is None and _is_capture(member):
            unlisted += 1
    for offset, row in sorted(by_offset.items()):
        text = "no record begins where the catalogue says"
        damages.append(Damage(file, offset, row.capture_id, text))
    digest = whole.hexdigest()
    if baseline is not None and digest != baseline.sha256 and not damages:
        text = f"the file has {len(data)} bytes, it had {baseline.bytes}"
        damages.append(Damage(file, None, "-", text))
    baseline = Baseline(len(data), digest, found)
    return FileCheck(file, len(found), tuple(damages), unlisted, baseline)


def _is_capture(member: Member) -> bool:
    assert member.data is not None
    return parse(member.data).kind in (*RESPONSES, "resource")


def check_records(
    file: str,
    data: Bytes,
    rows: Sequence[Capture],
    baseline: Baseline | None = None,
) -> FileCheck:
    """Verify the records that ``rows`` point at, and no others."""
    damages = []
    known = baseline.members if baseline else {}
    for row in rows:
        if row.warc_offset >= len(data):
            problem: str | None = f"the file has only {len(data)} bytes"
        else:
            member = read_member(data, row.warc_offset)
            problem = problem_of(member, row, known.get(row.warc_offset))
        if problem is not None:
            damages.append(Damage(file, row.warc_offset, row.capture_id, problem))
    return FileCheck(file, len(rows), tuple(damages))


# ------------------------------------------------------------------------ the archive


def check_database(path: Path) -> tuple[str, ...]:
    """Complaints of SQLite about a database file; nothing when it is in order."""
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            rows = connection.execute("PRAGMA integrity_check").fetchall()
        finally:
            connection.close()
    except sqlite3.Error as error:
        return (str(error),)
    return tuple(str(row[0]) for row in rows if row[0] != "ok")


def verify(
    catalog: Catalog,
    directory: Path,
    run_id: str,
    *,
    sample: int | None = None,
    clock: Clock = utc_now,
    choose: random.Random | None = None,
    step: Step = lambda what="": None,
) -> Verification:
    """Verify the archive, or ``sample`` random captures of it, and store the events.

    Call it under the lock, after open files were closed. Files that lie elsewhere are
    read there, for a sample only its records.
    """
    registered = {r["file"] for r in catalog.rows("SELECT file FROM warc_files")}
    known = registered | set(catalog.warc_files())
    shelf, checks = Shelf(directory), []
    present = shelf.names()
    missing = tuple(sorted(known - present))
    extra = tuple(sorted(present - known - _ledgers(catalog)))
    if sample is None:
        names = sorted(p for p in present if p.endswith(".warc.gz"))
        for name in names:
            with shelf.opened(name) as data:
                rows = catalog.captures_in(name)
                checks.append(check_file(name, data, rows, _baseline(catalog, name)))
            step(name)
    else:
        for name, rows in _sample(catalog, sample, choose or random.Random()).items():
            if name in present:
                with shelf.opened(name, LOOK) as data:
                    baseline = _baseline(catalog, name)
                    checks.append(check_records(name, data, rows, baseline))
            step(name)
    fresh = [
        c for c in checks if c.found and c.file not in registered and not c.damages
    ]
    database = check_database(catalog.path)
    result = Verification(tuple(checks), missing, extra, database, len(fresh))
    with catalog.atomic():
        moment = iso(clock())
        for check in fresh:
            _register(catalog, check, moment)
        for event in _events(result, run_id, moment):
            catalog.db.table("fixity_events").insert(event)
        if lost := _lost(catalog, directory, result):
            Frontier(catalog).distrust(lost)
    return result


def _lost(catalog: Catalog, directory: Path, result: Verification) -> list[str]:
    """Payloads of damaged records of which no other copy is known to be whole."""
    reader, lost = WarcReader(directory), []
    for sha256 in sorted(_damaged(catalog, result)):
        try:
            if not is_whole(catalog, reader, sha256):
                lost.append(sha256)
        except StorageError:  # a copy that lies elsewhere may be whole: it is seen then
            continue
    return lost


def _damaged(catalog: Catalog, result: Verification) -> set[str]:
    """Payloads of the records that are damaged or not there."""
    files = set(result.missing)
    files |= {d.file for d in result.damages if d.offset is not None}
    places = {(damage.file, damage.offset) for damage in result.damages}
    return {
        capture.sha256
        for file in files
        for capture in catalog.captures_in(file)
        if capture.outcome == "ok"
        and capture.sha256
        and ((file, capture.warc_offset) in places or file in result.missing)
    }


def _ledgers(catalog: Catalog) -> set[str]:
    sql = "SELECT ledger_file AS file FROM runs WHERE ledger_file IS NOT NULL"
    return {row["file"] for row in catalog.rows(sql)}


def _baseline(catalog: Catalog, file: str) -> Baseline | None:
    row = catalog.one("SELECT * FROM warc_files WHERE file = ?", [file])
    if row is None:
        return None
    return Baseline(row["bytes"], row["sha256"], dict(json.loads(row["members"])))


def _sample(
    catalog: Catalog, size: int, choose: random.Random
) -> dict[str, list[Capture]]:
    ids = [r["capture_id"] for r in catalog.rows("SELECT capture_id FROM captures")]
    chosen: dict[str, list[Capture]] = defaultdict(list)
    for capture_id in choose.sample(sorted(ids), min(size, len(ids))):
        capture = catalog.capture(capture_id)
        assert capture is not None
        chosen[capture.warc_file].append(capture)
    return dict(sorted(chosen.items()))


def _register(catalog: Catalog, check: FileCheck, moment: str) -> None:
    assert check.found is not None
    catalog.db.table("warc_files").insert(
        {
            "file": check.file,
            "bytes": check.found.bytes,
            "sha256": check.found.sha256,
            "records": check.records,
            "registered_at": moment,
            "members": json.dumps(list(check.found.members.items())),
        }
    )


def _events(result: Verification, run_id: str, moment: str) -> list[dict[str, Any]]:
    common = {"run_id": run_id, "checked_at": moment}
    events: list[dict[str, Any]] = [
        common
        | {
            "object": "file",
            "file": check.file,
            "outcome": "fail" if check.damages else "pass",
            "records": check.records,
            "damaged": len(check.damages),
        }
        for check in result.files
    ]
    for damage in result.damages:
        whole = "database" if damage.file == "catalog.db" else "file"
        events.append(
            common
            | {
                "object": whole if damage.offset is None else "record",
                "file": damage.file,
                "warc_offset": damage.offset,
                "record_id": damage.record_id if damage.offset is not None else None,
                "outcome": "fail",
                "detail": damage.reason,
            }
        )
    return events


def require_readable(path: Path) -> None:
    """Raise ArchiveDamaged when SQLite finds the catalogue itself damaged."""
    if complaints := check_database(path):
        raise ArchiveDamaged(
            f"{path.name} is damaged ({complaints[0]}); `nianbao reindex` makes it "
            "again from the WARC files"
        )
