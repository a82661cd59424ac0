"""Taking in captures made by others: WARC and WACZ files become part of the collection.

Records are copied as they stand, with their ids and dates, into WARC files of ours
that begin with a note of where they come from. Responses, revisits and resources
become captures; documents among them are read like any other. A capture that is here
already is not copied again, so the same file can be taken in twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from archive.catalog import Catalog
from archive.copies import read_copy
from archive.fixity import PAYLOAD_DOUBT
from archive.frontier import Frontier
from archive.portals import Portals
from archive.records import Capture, PageContext
from archive.reindex import find_original
from archive.succession import is_return
from archive.warc import IMPORTED, WarcStore
from archive.warccapture import Described, describe, resolved
from archive.warcforeign import Piece, parts_of_wacz, records
from archive.warcparse import RESPONSES, BadRecord, RawRecord, verify_payload
from pipelines import clones, stages
from pipelines.load import load
from pipelines.sniff import sniff

#: Declared types that accompany pages and are no documents.
ACCESSORIES = (
    "image/",
    "video/",
    "audio/",
    "font/",
    "text/css",
    "text/javascript",
    "application/javascript",
    "application/x-javascript",
    "application/json",
    "application/xml",
    "application/rss",
    "application/atom",
    "text/xml",
    "application/font",
    "application/x-font",
    "application/vnd.ms-fontobject",
)
#: Sniffed type of bytes without any known structure.
OPAQUE = "application/octet-stream"


@dataclass(slots=True)
class Taken:
    """What became of one container.

    ``problems`` names what is damaged in it, ``unreadable`` documents that could not be
    read, ``refused`` reports that are clones. ``known`` counts captures that were here
    before.
    """

    records: int = 0
    captures: int = 0
    known: int = 0
    documents: int = 0
    reports: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def take_container(
    catalog: Catalog, directory: Path, run_id: str, path: Path, name: str
) -> Taken:
    """Take in a WARC or WACZ file. Raises StorageError when ours cannot be written."""
    taken = Taken()
    store = WarcStore(directory, run_id=run_id, series=IMPORTED)
    with store:
        if not name.lower().endswith(".wacz"):
            _Importer(catalog, store, taken).take(path, name)
            return taken
        with parts_of_wacz(path) as parts:
            for part in parts:
                if part.problem:
                    taken.problems.append(f"{part.name}: {part.problem}")
                if part.path is not None:
                    inner = f"{name}/{part.name}"
                    _Importer(catalog, store, taken).take(part.path, inner)
    return taken


@dataclass(slots=True)
class _Listing:
    """Pass one: what a file holds, by record id."""

    captures: list[str] = field(default_factory=list)
    partners: dict[str, set[str]] = field(default_factory=dict)

    def note(self, record: RawRecord) -> None:
        if is_capture(record):
            self.captures.append(record.record_id)
        for name in ("WARC-Concurrent-To", "WARC-Refers-To"):
            for key, value in record.headers:
                other = value.strip("<>")
                if key.lower() == name.lower() and record.kind != "revisit":
                    self.partners.setdefault(record.record_id, set()).add(other)
                    self.partners.setdefault(other, set()).add(record.record_id)


def is_capture(record: RawRecord) -> bool:
    """Whether a record becomes a row of ``captures``."""
    if record.kind == "resource":
        return True
    return record.kind in RESPONSES and (record.is_http or record.kind == "revisit")


class _Importer:
    """Takes in one WARC file."""

    def __init__(self, catalog: Catalog, store: WarcStore, taken: Taken) -> None:
        self.catalog = catalog
        self.store = store
        self.taken = taken
        self._by_digest: dict[str, Capture] = {}

    def take(self, path: Path, name: str) -> None:
        listing = _Listing()
        for piece in records(path):
            if piece.record is not None:
                listing.note(piece.record)
            else:
                self._complain(name, piece.offset, str(piece.problem))
        fresh = {i for i in listing.captures if self.catalog.capture(i) is None}
        self.taken.known += len(listing.captures) - len(fresh)
        if fresh:
            self._note_origin(path, name)
            self._copy(path, name, listing, fresh)
        self._read_documents(listing.captures)

    def _complain(self, name: str, offset: int, problem: str) -> None:
        self.taken.problems.append(f"{name} at offset {offset}: {problem}")

    def _note_origin(self, path: Path, name: str) -> None:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        origin = {"taken_from": name, "bytes": path.stat().st_size, "sha256": digest}
        self.store.append_metadata(
            origin, {"WARC-Target-URI": f"file:///{quote(name)}"}
        )

    # ----------------------------------------------------------------- copying

    def _copy(self, path: Path, name: str, listing: _Listing, fresh: set[str]) -> None:
        captures = set(listing.captures)
        found: list[Described] = []
        done: set[str] = set()
        for piece in records(path):
            if piece.record is None or not self._wanted(
                piece.record, listing, fresh, captures
            ):
                continue
            if piece.record.record_id in done & captures:
                continue  # one id twice in a file: the first counts
            done.add(piece.record.record_id)
            described = self._copy_one(piece, name)
            if described is not None:
                found.append(described)
        self.store.sync()
        with self.catalog.atomic():
            for described in sorted(found, key=lambda d: d.refers_to is not None):
                self._add(described)

    @staticmethod
    def _wanted(
        record: RawRecord, listing: _Listing, fresh: set[str], captures: set[str]
    ) -> bool:
        if record.record_id in captures:
            return record.record_id in fresh
        related = listing.partners.get(record.record_id, set()) & captures
        return not related or bool(related & fresh)

    def _copy_one(self, piece: Piece, name: str) -> Described | None:
        assert piece.record is not None
        place = self.store.append_copy(piece.raw)
        self.taken.records += 1
        try:
            described = describe(piece.record, place, self.store.run_id, ours=False)
        except BadRecord as error:
            self._complain(name, piece.offset, str(error))
            return None
        if described is not None and (problem := verify_payload(piece.record)):
            reason = f"{PAYLOAD_DOUBT}: {problem}"
            capture = replace(described.capture, reason=reason)
            described = replace(described, capture=capture)
        return described

    def _add(self, described: Described) -> None:
        capture = described.capture
        if described.refers_to is not None:
            original = find_original(self.catalog, described.refers_to)
            if original is None and described.refers_to.digest:
                original = self._by_digest.get(described.refers_to.digest)
            if original is not None:
                capture = resolved(capture, original)
            else:
                capture = replace(capture, reason="the record revisited is not here")
        elif described.digest:
            self._by_digest.setdefault(described.digest, capture)
        self.catalog.add_capture(capture, **described.validators)
        self.taken.captures += 1

    # ----------------------------------------------------------------- reading

    def _read_documents(self, ids: list[str]) -> None:
        """Read what may be a document and was not judged before."""
        frontier, portals = Frontier(self.catalog), Portals(self.catalog)
        for capture in self._whole(ids):
            assert capture.sha256 is not None
            again = frontier.was_read(capture.sha256, capture.url)
            if again and portals.named(capture.url):  # perhaps only since then
                refused = frontier.was_judged(
                    capture.sha256, capture.url, clones.REFUSED
                )
                again = not refused
            if again and not is_return(self.catalog, capture, capture.url):
                continue
            original = read_copy(self.catalog, self.store, capture.sha256)
            if original is None:
                continue
            if not original.payload or not is_document(
                capture.media_type, original.payload
            ):
                continue
            charset = original.response.charset if original.response else None
            context = PageContext(
                url=capture.url,
                captured_at=capture.captured_at,
                charset=charset,
                filename=unquote(urlsplit(capture.url).path.rpartition("/")[2]) or None,
                named_hosts=portals.named(capture.url),
            )
            extraction = stages.read(original.payload, context)
            loaded = load(self.catalog, capture, extraction, context)
            self.taken.documents += 1
            if extraction.error:
                self.taken.unreadable.append(f"{capture.url}: {extraction.error}")
            if clones.is_finding(extraction):
                self.taken.refused.append(f"{capture.url}: {extraction.verdict.reason}")
            elif loaded.report_id is not None:
                found = (one.report_id for one in loaded.all)
                self.taken.reports.update(report for report in found if report)

    def _whole(self, ids: list[str]) -> Iterator[Capture]:
        for capture_id in ids:
            capture = self.catalog.capture(capture_id)
            if (
                capture is not None
                and capture.sha256 is not None
                and capture.outcome in ("ok", "revisit")
                and capture.http_status in (None, 200)
            ):
                yield capture


def is_document(declared: str | None, payload: bytes) -> bool:
    """Whether a payload may be a report or a page that leads to one."""
    if (declared or "").lower().startswith(ACCESSORIES):
        return False
    found = sniff(payload)
    return found.form != "image" and found.media_type != OPAQUE
