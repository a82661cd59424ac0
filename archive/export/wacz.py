"""WACZ 1.1.1: captures, their index and a list of pages in one file for replay.

A ZIP whose WARC members are stored, not compressed again, so that a player can read
single records out of it. Written here, because the packaged writer brings thirty
dependencies, one of them under the AGPL.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from fastwarc.warc import WarcRecordType

from archive import __version__, cdxj
from archive.catalog import Catalog
from archive.clock import Clock, iso, new_record_id, utc_now
from archive.console import Step
from archive.datadir import DataDir
from archive.errors import ArchiveDamaged, RecordNotFound, StorageError
from archive.export.selection import (
    Selection,
    Source,
    Stored,
    captures_of,
    captures_of_report,
    chosen_reports,
)
from archive.export.sink import Sink
from archive.methodquery import request_query
from archive.storage import Shelf
from archive.warcparse import BadRecord, RawRecord, parse, parse_headers
from archive.warcrecord import serialise
from archive.warcscan import TORN, read_member

VERSION = "1.1.1"
SELECTED = "selection.warc.gz"
#: Read together with a record: the request behind it, nearly always.
REQUEST_ROOM = 1 << 14
#: A request that does not fit is asked for by itself, up to this size.
MAX_REQUEST = 1 << 24


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    path: Path
    records: int  # lines of the index
    pages: int
    bytes: int


def write(
    data: DataDir,
    catalog: Catalog,
    dest: Path,
    selection: Selection,
    *,
    clock: Clock = utc_now,
) -> Exported:
    """Write the WACZ file ``dest``; a folder gets one named after the selection.

    Raises UsageError when no report passes, ArchiveDamaged for an unreadable record,
    StorageError when ``dest`` cannot be written.
    """
    if dest.is_dir():
        dest /= file_name(selection)
    draft = dest.with_name(dest.name + ".new")
    try:
        made = fill(draft, data.warc, catalog, selection, clock=clock)
        draft.replace(dest)
        return replace(made, path=dest)
    except OSError as error:
        raise StorageError(f"cannot write {dest}: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)


#: Files that go with an export, by name: given its records, pages and members.
Enclose = Callable[[int, int, list[dict[str, Any]]], dict[str, bytes]]


def fill(
    path: Path,
    warc: Path,
    source: Source,
    selection: Selection,
    *,
    whole: bool | None = None,
    enclose: Enclose = lambda records, pages, members: {},
    step: Step = lambda what="": None,
    clock: Clock = utc_now,
) -> Exported:
    """Write a WACZ file where nothing is yet.

    ``whole``: all WARC files as they stand; False: the records that the reports rest
    on; None: whole unless something is filtered.
    """
    reports = chosen_reports(source, selection)
    if whole is None:
        whole = not selection
    with zipfile.ZipFile(path, "x") as archive:
        package = _Package(archive, clock())
        if whole:
            adding = _add_collection(package, warc)
        else:
            adding = _add_selected(package, warc, selected(source, reports))
        pages = [*_pages(source, reports)]
        for _ in _finish(package, adding, pages, selection, enclose):
            step()
    return Exported(path, package.records, package.pages, path.stat().st_size)


def stream(
    warc: Path, source: Source, selection: Selection, *, clock: Clock = utc_now
) -> Iterator[bytes]:
    """The same file piece by piece, for a selection.

    Raises UsageError at once when no report passes; ArchiveDamaged on the way.
    """
    reports = chosen_reports(source, selection)
    captures = selected(source, reports)
    pages = [*_pages(source, reports)]

    def pieces() -> Iterator[bytes]:
        sink = Sink()
        with zipfile.ZipFile(sink, "w") as archive:
            package = _Package(archive, clock())
            adding = _add_selected(package, warc, captures)
            for _ in _finish(package, adding, pages, selection):
                yield sink.drain()
        yield sink.drain()

    return pieces()


def file_name(selection: Selection) -> str:
    """Name of the file for a selection."""
    parts = (selection.report_id, selection.adcode, selection.year)
    given = [str(part) for part in parts if part] or ["collection"]
    return "-".join(["nianbao", *given]).replace("/", "_") + ".wacz"


def _title(selection: Selection) -> str:
    parts = {
        "report": selection.report_id,
        "division": selection.adcode,
        "year": selection.year,
    }
    named = ", ".join(f"{k} {v}" for k, v in parts.items() if v)
    return f"政府信息公开工作年度报告 ({named or 'all'})"


class _Package:
    """The ZIP under construction, with the digest of every member."""

    def __init__(self, archive: zipfile.ZipFile, moment: datetime) -> None:
        self._zip = archive
        self.moment = moment
        self.members: list[dict[str, Any]] = []
        self.records = 0  # lines of the index
        self.pages = 0

    def _info(self, path: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(path, self.moment.timetuple()[:6])
        info.compress_type = zipfile.ZIP_STORED
        return info

    def _describe(self, path: str, digest: str, size: int) -> None:
        self.members.append(
            {
                "name": path.rpartition("/")[2],
                "path": path,
                "hash": f"sha256:{digest}",
                "bytes": size,
            }
        )

    def add(self, path: str, content: bytes) -> None:
        self._zip.writestr(self._info(path), content)
        self._describe(path, hashlib.sha256(content).hexdigest(), len(content))

    def add_parts(self, path: str, parts: Iterable[bytes]) -> Iterator[None]:
        """Add a member that need not fit into memory; stops after every part."""
        digest, size = hashlib.sha256(), 0
        with self._zip.open(self._info(path), "w", force_zip64=True) as member:
            for part in parts:
                member.write(part)
                digest.update(part)
                size += len(part)
                yield
        self._describe(path, digest.hexdigest(), size)

    def finish(self, title: str, pages: list[dict[str, Any]]) -> None:
        """Write the list of members and its digest, which come last."""
        package: dict[str, Any] = {
            "profile": "data-package",
            "wacz_version": VERSION,
            "title": title,
            "software": f"nianbao/{__version__}",
            "created": iso(self.moment),
            "resources": self.members,
        }
        if pages:
            package["mainPageUrl"] = pages[0]["url"]
            package["mainPageDate"] = pages[0]["ts"]
        text = json.dumps(package, ensure_ascii=False, indent=2).encode()
        self._zip.writestr(self._info("datapackage.json"), text)
        digest = {
            "path": "datapackage.json",
            "hash": f"sha256:{hashlib.sha256(text).hexdigest()}",
        }
        name = self._info("datapackage-digest.json")
        self._zip.writestr(name, json.dumps(digest, indent=2).encode())


#: Adds the WARC files step by step; gives the index in the end.
Adding = Generator[None, None, list[cdxj.Entry]]


def _finish(
    package: _Package,
    adding: Adding,
    pages: list[dict[str, Any]],
    selection: Selection,
    enclose: Enclose = lambda records, pages, members: {},
) -> Iterator[None]:
    """Fill the package, step by step."""
    index = yield from adding
    package.add("indexes/index.cdxj", cdxj.text(index).encode())
    package.add("pages/pages.jsonl", _page_list(pages))
    package.records, package.pages = len(index), len(pages)
    for name, content in enclose(len(index), len(pages), package.members).items():
        # py-wacz wants members in folders, and Frictionless names without capitals.
        package.add(f"nianbao/{name.lower()}", content)
    package.finish(_title(selection), pages)


def _add_collection(package: _Package, directory: Path) -> Adding:
    """All WARC files as they are."""
    shelf, index = Shelf(directory), list[cdxj.Entry]()
    for name in shelf.closed():
        yield from package.add_parts(f"archive/{name}", shelf.parts(name))
        with shelf.opened(name) as data:
            index += cdxj.entries_of(data, name)
    return index


def selected(source: Source, reports: list[dict[str, Any]]) -> list[Stored]:
    """The captures that the reports rest on, each once."""
    captures: dict[str, Stored] = {}
    for report in reports:
        for capture in captures_of_report(source, report["report_id"]):
            captures[capture.capture_id] = capture
    return list(captures.values())


def _add_selected(package: _Package, directory: Path, captures: list[Stored]) -> Adding:
    """The records of the captures, byte for byte, in a file of their own."""
    index: list[cdxj.Entry] = []

    def parts() -> Iterator[bytes]:
        head = _warcinfo(package.moment, SELECTED)
        yield head
        at = len(head)
        for capture in captures:
            own, request = _members(directory, capture)
            made = cdxj.entry(parse(own.data), SELECTED, at, len(own.packed))
            if made is not None and request.data:
                method, query = request_query(parse(request.data).block) or ("", "")
                made = replace(made, method=method, query=query)
            if made is not None:
                index.append(made)
            yield own.packed
            yield request.packed
            at += len(own.packed) + len(request.packed)

    yield from package.add_parts(f"archive/{SELECTED}", parts())
    return index


def write_records(
    dest: Path,
    directory: Path,
    captures: list[Stored],
    *,
    step: Step = lambda what="": None,
    clock: Clock = utc_now,
) -> int:
    """Write a WARC file with the records of the captures; returns their number."""
    with dest.open("xb") as stream:
        stream.write(_warcinfo(clock(), dest.name))
        for capture in captures:
            own, request = _members(directory, capture)
            stream.write(own.packed)
            stream.write(request.packed)
            step(capture.url)
    return len(captures)


def _warcinfo(moment: datetime, name: str) -> bytes:
    block = f"software: nianbao/{__version__}\r\nformat: WARC File Format 1.1\r\n"
    headers = {
        "WARC-Date": iso(moment),
        "WARC-Filename": name,
        "Content-Type": "application/warc-fields",
    }
    return serialise(WarcRecordType.warcinfo, block.encode(), new_record_id(), headers)


@dataclass(frozen=True, slots=True)
class _Record:
    """A record as it lies in its file, and what it unpacks to."""

    packed: bytes = b""
    data: bytes = b""


def _members(directory: Path, capture: Stored) -> tuple[_Record, _Record]:
    """The record of a capture, and its request where there is one."""
    where = f"{capture.warc_file} at offset {capture.warc_offset}"
    shelf, offset = Shelf(directory), capture.warc_offset
    length = capture.warc_length + REQUEST_ROOM
    try:
        data = shelf.read(capture.warc_file, offset, length)
        own = read_member(data, 0)
        if own.data is None:
            raise ArchiveDamaged(f"{where}: {own.problem}")
        found = _Record(data[: own.length], own.data)
        data = data[own.length :]
        behind = read_member(data, 0)
        if behind.problem == TORN and _belongs(behind.start, capture):
            data = shelf.read(capture.warc_file, offset + own.length, MAX_REQUEST)
            behind = read_member(data, 0)
    except FileNotFoundError as error:
        raise RecordNotFound(f"{where}: {error}") from error
    if behind.data is not None and _belongs(behind.data, capture):
        return found, _Record(data[: behind.length], behind.data)
    return found, _Record()


def _belongs(data: bytes, capture: Stored) -> bool:
    """Whether a record, or its beginning, is the request of a capture."""
    try:
        headers, _ = parse_headers(data)
    except BadRecord:
        return False
    record = RawRecord(headers, b"", 0)
    partner = (record.header("WARC-Concurrent-To") or "").strip("<>")
    return record.kind == "request" and partner == capture.capture_id


def _pages(source: Source, reports: list[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """The main document of every report, as last captured."""
    for report in reports:
        captures = captures_of(source, report["source_url"], report["sha256"])
        if captures:
            yield {
                "id": report["report_id"],
                "url": report["source_url"],
                "ts": captures[-1].captured_at,
                "title": f"{report['name']} {report['report_year']} {report['title']}",
            }


def _page_list(pages: list[dict[str, Any]]) -> bytes:
    head = {"format": "json-pages-1.0", "id": "pages", "title": "Reports"}
    lines = [json.dumps(line, ensure_ascii=False) for line in (head, *pages)]
    return ("\n".join(lines) + "\n").encode()
