"""WACZ 1.1.1: captures, their index and a list of pages in one file for replay.

A ZIP whose WARC members are stored, not compressed again, so that a player can read
single records out of it. Written here, because the packaged writer brings thirty
dependencies, one of them under the AGPL.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from fastwarc.warc import WarcRecordType

from archive import __version__, cdxj
from archive.catalog import Catalog
from archive.clock import Clock, iso, new_record_id, utc_now
from archive.datadir import DataDir
from archive.errors import ArchiveDamaged, StorageError
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
from archive.warcparse import BadRecord, parse
from archive.warcreader import WarcReader
from archive.warcrecord import serialise
from archive.warcscan import mapped, read_member

VERSION = "1.1.1"
SELECTED = "selection.warc.gz"


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
    reports = chosen_reports(catalog, selection)
    if dest.is_dir():
        dest /= _name(selection)
    draft = dest.with_name(dest.name + ".new")
    try:
        with zipfile.ZipFile(draft, "x") as archive:
            package = _Package(archive, clock())
            if selection:
                adding = _add_selected(package, data.warc, _selected(catalog, reports))
            else:
                adding = _add_collection(package, data.warc)
            for _ in _finish(package, adding, [*_pages(catalog, reports)], selection):
                pass
        draft.replace(dest)
        return Exported(dest, package.records, package.pages, dest.stat().st_size)
    except OSError as error:
        raise StorageError(f"cannot write {dest}: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)


def stream(
    warc: Path, source: Source, selection: Selection, *, clock: Clock = utc_now
) -> Iterator[bytes]:
    """The same file piece by piece, for a selection.

    Raises UsageError at once when no report passes; ArchiveDamaged on the way.
    """
    reports = chosen_reports(source, selection)
    captures = _selected(source, reports)
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


def _name(selection: Selection) -> str:
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
        self._moment = moment
        self._resources: list[dict[str, Any]] = []
        self.records = 0  # lines of the index
        self.pages = 0

    def _info(self, path: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(path, self._moment.timetuple()[:6])
        info.compress_type = zipfile.ZIP_STORED
        return info

    def _describe(self, path: str, digest: str, size: int) -> None:
        self._resources.append(
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
            "created": iso(self._moment),
            "resources": self._resources,
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
    package: _Package, adding: Adding, pages: list[dict[str, Any]], selection: Selection
) -> Iterator[None]:
    """Fill the package, step by step."""
    index = yield from adding
    package.add("indexes/index.cdxj", cdxj.text(index).encode())
    package.add("pages/pages.jsonl", _page_list(pages))
    package.finish(_title(selection), pages)
    package.records, package.pages = len(index), len(pages)


def _add_collection(package: _Package, directory: Path) -> Adding:
    """All WARC files as they are."""
    index = []
    for path in sorted(directory.glob("*.warc.gz")):
        yield from package.add_parts(f"archive/{path.name}", _parts(path))
        index += [*cdxj.entries(path)]
    return index


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while part := stream.read(1 << 20):
            yield part


def _selected(source: Source, reports: list[dict[str, Any]]) -> list[Stored]:
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
        head = _warcinfo(package)
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


def _warcinfo(package: _Package) -> bytes:
    block = f"software: nianbao/{__version__}\r\nformat: WARC File Format 1.1\r\n"
    headers = {
        "WARC-Date": iso(package._moment),
        "WARC-Filename": SELECTED,
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
    path = WarcReader(directory).locate(capture.warc_file)
    with mapped(path) as data:
        own = read_member(data, capture.warc_offset)
        if own.data is None:
            raise ArchiveDamaged(
                f"{capture.warc_file} at offset {capture.warc_offset}: {own.problem}"
            )
        end = own.offset + own.length
        found = _Record(bytes(data[own.offset : end]), own.data)
        if end < len(data):
            behind = read_member(data, end)
            if behind.data is not None and _belongs(behind.data, capture):
                packed = bytes(data[end : end + behind.length])
                return found, _Record(packed, behind.data)
    return found, _Record()


def _belongs(data: bytes, capture: Stored) -> bool:
    try:
        record = parse(data)
    except BadRecord:
        return False
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
