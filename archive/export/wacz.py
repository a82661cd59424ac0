"""WACZ 1.1.1: captures, their index and a list of pages in one file for replay.

A ZIP whose WARC members are stored, not compressed again, so that a player can read
single records out of it. Written here, because the packaged writer brings thirty
dependencies, one of them under the AGPL.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from fastwarc.warc import WarcRecordType

from archive import __version__, cdxj
from archive.catalog import Catalog
from archive.clock import Clock, iso, new_record_id, utc_now
from archive.console import Step, note
from archive.datadir import DataDir
from archive.errors import ArchiveDamaged, StorageError
from archive.export.colophon import Made
from archive.export.records import Records, holders, lost_in, lost_with_files, problems
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
from archive.warcparse import parse
from archive.warcrecord import serialise

VERSION = "1.1.1"
SELECTED = "selection.warc.gz"
#: What is said of a damaged record that is left out.
REPLACED = "damaged, another copy is taken"


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    path: Path
    records: int  # lines of the index
    pages: int
    bytes: int
    problems: tuple[str, ...] = ()  # originals of which no record is whole


def write(
    data: DataDir,
    catalog: Catalog,
    dest: Path,
    selection: Selection,
    *,
    clock: Clock = utc_now,
) -> Exported:
    """Write the WACZ file ``dest``; a folder gets one named after the selection.

    Originals of which no record is whole are not in it, and named in the result.
    Raises UsageError when no report passes, StorageError when ``dest`` cannot be
    written.
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


#: Files that go with an export, by name: given what is in it.
Enclose = Callable[["Package"], dict[str, bytes]]


def fill(
    path: Path,
    warc: Path,
    source: Source,
    selection: Selection,
    *,
    whole: bool | None = None,
    enclose: Enclose = lambda package: {},
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
        package = Package(archive, clock())
        if whole:
            adding = _add_collection(package, warc, source)
        else:
            captures = selected(source, reports)
            adding = _add_selected(package, Records(warc, holders(source)), captures)
        pages = [*_pages(source, reports)]
        for _ in _finish(package, adding, pages, selection, enclose):
            step()
    for reason in package.replaced:
        note(f"{REPLACED}: {reason}")
    return Exported(
        path, package.records, package.pages, path.stat().st_size, package.problems
    )


def stream(
    warc: Path, source: Source, selection: Selection, *, clock: Clock = utc_now
) -> Iterator[bytes]:
    """The same file piece by piece, for a selection.

    Raises UsageError at once when no report passes; ArchiveDamaged on the way when of
    an original no record is whole.
    """
    reports = chosen_reports(source, selection)
    captures = selected(source, reports)
    pages = [*_pages(source, reports)]
    # Looked for now: the source may be closed before all is sent.
    held = {c.sha256: [*holders(source)(c.sha256)] for c in captures}

    def pieces() -> Iterator[bytes]:
        sink = Sink()
        with zipfile.ZipFile(sink, "w") as archive:
            package = Package(archive, clock())
            adding = _add_selected(package, Records(warc, held.__getitem__), captures)
            for _ in _finish(package, adding, pages, selection):
                yield sink.drain()
        if package.problems:  # nobody takes a part for the whole
            raise ArchiveDamaged("; ".join(package.problems))
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


class Package:
    """The ZIP under construction, with the digest of every member."""

    def __init__(self, archive: zipfile.ZipFile, moment: datetime) -> None:
        self._zip = archive
        self.moment = moment
        self.members: list[dict[str, Any]] = []
        self.records = 0  # lines of the index
        self.pages = 0
        self.problems: tuple[str, ...] = ()
        self.replaced: list[str] = []  # what is wrong with records that are left out

    @property
    def made(self) -> Made:
        """For its manifest."""
        counts = {"records": self.records, "pages": self.pages}
        return Made(counts, problems=self.problems)

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


#: The index, and the captures that are in it by their ids; None for all there are.
_Replayed = tuple[list[cdxj.Entry], Mapping[str, Stored] | None]


#: Adds the WARC files step by step; says in the end what that was.
Adding = Generator[None, None, _Replayed]


def _finish(
    package: Package,
    adding: Adding,
    offered: Iterable[_Page],
    selection: Selection,
    enclose: Enclose = lambda package: {},
) -> Iterator[None]:
    """Fill the package, step by step."""
    index, captures = yield from adding
    pages = [line for page in offered if (line := page.line(captures))]
    package.add("indexes/index.cdxj", cdxj.text(index).encode())
    package.add("pages/pages.jsonl", _page_list(pages))
    package.records, package.pages = len(index), len(pages)
    for name, content in enclose(package).items():
        # py-wacz wants members in folders, and Frictionless names without capitals.
        package.add(f"nianbao/{name.lower()}", content)
    package.finish(_title(selection), pages)


def _add_collection(package: Package, directory: Path, source: Source) -> Adding:
    """All WARC files as they are."""
    shelf, index = Shelf(directory), list[cdxj.Entry]()
    closed = shelf.closed()
    lost = lost_with_files(source, directory, closed)
    for name in closed:
        yield from package.add_parts(f"archive/{name}", shelf.parts(name))
        readable: set[int] = set()
        with shelf.opened(name) as data:
            index += cdxj.entries_of(data, name, readable)
        lost |= lost_in(source, directory, name, readable)
    package.problems = problems(lost)
    return index, None


def selected(source: Source, reports: list[dict[str, Any]]) -> list[Stored]:
    """The captures that the reports rest on, each once."""
    captures: dict[str, Stored] = {}
    for report in reports:
        for capture in captures_of_report(source, report["report_id"]):
            captures[capture.capture_id] = capture
    return list(captures.values())


def _add_selected(package: Package, records: Records, captures: list[Stored]) -> Adding:
    """The records of the captures, byte for byte, in a file of their own."""
    index: list[cdxj.Entry] = []

    def parts() -> Iterator[bytes]:
        head = _warcinfo(package.moment, SELECTED)
        yield head
        at = len(head)
        for found in records.of(captures):
            own, request = found.own, found.request
            made = cdxj.entry(found.parsed, SELECTED, at, len(own.packed))
            if made is not None and request.data:
                method, query = request_query(parse(request.data).block) or ("", "")
                made = replace(made, method=method, query=query)
            if made is not None:
                index.append(made)
            yield own.packed
            yield request.packed
            at += len(own.packed) + len(request.packed)

    yield from package.add_parts(f"archive/{SELECTED}", parts())
    package.problems, package.replaced = problems(records.lost), records.replaced
    return index, records.given


def write_records(
    dest: Path,
    records: Records,
    captures: list[Stored],
    *,
    step: Step = lambda what="": None,
    clock: Clock = utc_now,
) -> tuple[str, ...]:
    """Write a WARC file with the records of the captures.

    Returns a line for every original of which none is whole.
    """
    with dest.open("xb") as stream:
        stream.write(_warcinfo(clock(), dest.name))
        for found in records.of(captures):
            stream.write(found.own.packed)
            stream.write(found.request.packed)
            step(found.capture.url)
    for reason in records.replaced:
        note(f"{REPLACED}: {reason}")
    return problems(records.lost)


def _warcinfo(moment: datetime, name: str) -> bytes:
    block = f"software: nianbao/{__version__}\r\nformat: WARC File Format 1.1\r\n"
    headers = {
        "WARC-Date": iso(moment),
        "WARC-Filename": name,
        "Content-Type": "application/warc-fields",
    }
    return serialise(WarcRecordType.warcinfo, block.encode(), new_record_id(), headers)


@dataclass(frozen=True, slots=True)
class _Page:
    """The main document of a report and the captures of it, oldest first."""

    report: dict[str, Any]
    captures: list[Stored]

    def line(self, given: Mapping[str, Stored] | None) -> dict[str, Any] | None:
        """Its line: the last capture of those that are given, None without any.

        Where none is, the same page may be there from another address.
        """
        report, captures = self.report, self.captures
        if given is not None and captures:
            captures = [c for c in captures if c.capture_id in given] or [
                c for c in given.values() if c.sha256 == report["sha256"]
            ]
        if not captures:
            return None
        return {
            "id": report["report_id"],
            "url": captures[-1].url,
            "ts": captures[-1].captured_at,
            "title": f"{report['name']} {report['report_year']} {report['title']}",
        }


def _pages(source: Source, reports: list[dict[str, Any]]) -> Iterator[_Page]:
    for report in reports:
        captures = captures_of(source, report["source_url"], report["sha256"])
        yield _Page(report, captures)


def _page_list(pages: list[dict[str, Any]]) -> bytes:
    head = {"format": "json-pages-1.0", "id": "pages", "title": "Reports"}
    lines = [json.dumps(line, ensure_ascii=False) for line in (head, *pages)]
    return ("\n".join(lines) + "\n").encode()
