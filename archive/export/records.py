"""The records of selected captures, byte for byte, as far as they are whole.

A record that is damaged goes into no export. Where another capture holds the same
payload its record goes in instead; a payload of which no record is whole is lost, and
is named. A record is whole when it unpacks, and its block and payload have the digests
they were stored under.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from archive.copies import MAX_TRIED
from archive.errors import ArchiveDamaged, RecordNotFound
from archive.export.selection import Source, Stored, holders_of
from archive.fixity import payload_sha256
from archive.storage import Shelf
from archive.warcparse import BadRecord, RawRecord, parse, parse_headers, verify_block
from archive.warcscan import TORN, read_member

#: Read together with a record: the request behind it, nearly always.
REQUEST_ROOM = 1 << 14
#: A request that does not fit is asked for by itself, up to this size.
MAX_REQUEST = 1 << 24


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it lies in its file, and what it unpacks to."""

    packed: bytes = b""
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Found:
    """A capture with its record, and the request behind it where there is one."""

    capture: Stored
    own: Record
    request: Record
    parsed: RawRecord  # its own record


#: Gives the captures whose records hold a payload, by its SHA-256.
Holders = Callable[[str], Iterable[Stored]]


def holders(source: Source) -> Holders:
    """Those that the source knows, looked for when they are wanted."""
    return lambda sha256: holders_of(source, sha256, MAX_TRIED)


class Records:
    """Reads the records of captures for one export, and remembers what it could not."""

    def __init__(self, directory: Path, holders: Holders) -> None:
        self._shelf = Shelf(directory)
        self._holders = holders
        #: Captures that were handed out, by id.
        self.given: dict[str, Stored] = {}
        #: What is wrong with records whose payload another record gave.
        self.replaced: list[str] = []
        #: Payloads that no record gave, each with what is wrong with all of them.
        self.lost: dict[str, list[str]] = {}
        self._whole: set[str] = set()  # payloads that were given

    def of(self, captures: Iterable[Stored]) -> Iterator[Found]:
        """The captures whose records are whole, then those in the place of others.

        Raises StorageError when a file lies elsewhere and cannot be had.
        """
        damaged: dict[str, list[str]] = {}
        tried: set[str] = set()
        for capture in captures:
            tried.add(capture.capture_id)
            try:
                yield self._give(capture)
            except ArchiveDamaged as error:
                damaged.setdefault(capture.sha256, []).append(str(error))
        for sha256, reasons in damaged.items():
            if sha256 not in self._whole:
                yield from self._another(sha256, tried, reasons)
            if sha256 in self._whole:
                self.replaced += reasons
            else:
                self.lost[sha256] = reasons

    def _another(
        self, sha256: str, tried: set[str], reasons: list[str]
    ) -> Iterator[Found]:
        for capture in self._holders(sha256):
            if capture.capture_id in tried:
                continue
            try:
                yield self._give(capture)
                return
            except ArchiveDamaged as error:
                reasons.append(str(error))

    def _give(self, capture: Stored) -> Found:
        found = read(self._shelf, capture)
        self.given[capture.capture_id] = capture
        if found.parsed.kind != "revisit":
            self._whole.add(capture.sha256)
        return found


def lost_in(
    source: Source, directory: Path, name: str, readable: Container[int]
) -> dict[str, list[str]]:
    """Payloads that no record gives, of those that a file should hold.

    For files that are handed on as they stand. ``readable`` are the offsets of the
    records in it that can be read. Returns what is wrong, by SHA-256.
    """
    rows = source.rows(
        "SELECT warc_offset, sha256 FROM captures WHERE warc_file = ?"
        " AND outcome = 'ok' AND sha256 IS NOT NULL ORDER BY warc_offset",
        [name],
    )
    damaged = [row["sha256"] for row in rows if row["warc_offset"] not in readable]
    lost: dict[str, list[str]] = {}
    for sha256 in dict.fromkeys(damaged):
        records = Records(directory, lambda sha256: [])
        next(records.of(holders_of(source, sha256, MAX_TRIED)), None)
        lost |= records.lost
    return lost


def lost_with_files(
    source: Source, directory: Path, present: Container[str]
) -> dict[str, list[str]]:
    """The same of the files that captures are in and that are not there at all."""
    lost: dict[str, list[str]] = {}
    for row in source.rows("SELECT DISTINCT warc_file AS name FROM captures"):
        if row["name"] not in present:
            lost |= lost_in(source, directory, row["name"], ())
    return lost


def problems(lost: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """A line for every payload that no record gives."""
    return tuple(f"{sha256} damaged: {'; '.join(why)}" for sha256, why in lost.items())


def read(shelf: Shelf, capture: Stored) -> Found:
    """The record of a capture, and its request where there is one.

    Raises ArchiveDamaged when it is not what was captured, StorageError when the file
    lies elsewhere and cannot be had.
    """
    where = f"{capture.warc_file} at offset {capture.warc_offset}"
    offset, length = capture.warc_offset, capture.warc_length + REQUEST_ROOM
    try:
        data = shelf.read(capture.warc_file, offset, length)
        own = read_member(data, 0)
        if own.data is None:
            raise ArchiveDamaged(f"{where}: {own.problem}")
        parsed = _checked(own.data, capture.sha256)
        found = Record(data[: own.length], own.data)
        data = data[own.length :]
        behind = read_member(data, 0)
        if behind.problem == TORN and _belongs(behind.start, capture):
            data = shelf.read(capture.warc_file, offset + own.length, MAX_REQUEST)
            behind = read_member(data, 0)
    except BadRecord as error:
        raise ArchiveDamaged(f"{where}: {error}") from error
    except OSError as error:
        raise RecordNotFound(f"{where}: no readable record: {error}") from error
    request = Record()
    if behind.data is not None and _belongs(behind.data, capture):
        request = Record(data[: behind.length], behind.data)
    return Found(capture, found, request, parsed)


def _checked(data: bytes, sha256: str) -> RawRecord:
    """The record a member unpacks to. Raises BadRecord unless it is that capture's."""
    record = parse(data)
    if problem := verify_block(record):
        raise BadRecord(problem)
    if record.kind != "revisit" and (found := payload_sha256(record)) != sha256:
        raise BadRecord(f"SHA-256 is {found}, not {sha256}")
    return record


def _belongs(data: bytes, capture: Stored) -> bool:
    """Whether a record, or its beginning, is the request of a capture."""
    try:
        headers, _ = parse_headers(data)
    except BadRecord:
        return False
    record = RawRecord(headers, b"", 0)
    partner = (record.header("WARC-Concurrent-To") or "").strip("<>")
    return record.kind == "request" and partner == capture.capture_id
