"""Taking in local files: each becomes a ``resource`` record and goes the common way.

WARC and WACZ files are not documents but hold captures: :mod:`pipelines.intake_warc`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from archive.catalog import Catalog
from archive.console import Step
from archive.copies import is_whole
from archive.errors import UsageError
from archive.records import PageContext
from archive.warc import WarcStore
from pipelines import stages
from pipelines.intake_warc import Taken, take_container
from pipelines.load import Loaded, load
from pipelines.sniff import sniff
from pipelines.unpack import is_zip, take_members

#: Containers that hold captures made by others; they are not documents.
CONTAINERS = (".warc", ".warc.gz", ".wacz")


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of one file."""

    name: str
    loaded: Loaded | None
    reason: str  # why it is no report, '' when it is one
    inside: Taken | None = None  # what a container held


def walk(paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Files under ``paths`` with the name each is known by; hidden files are left out.

    Names are relative to the argument's parent, so that no path of the machine enters
    the archive. A folder that may not be opened is among them: it is listed like a file
    that cannot be read. Raises UsageError for a path that does not exist.
    """
    for path in paths:
        try:
            is_file = path.is_file()
            there = is_file or path.exists()
        except OSError as error:
            raise UsageError(f"cannot look at {path}: {error.strerror}") from error
        if not there:
            raise UsageError(f"no such file or folder: {path}")
        if is_file:
            yield path, legible(path.name)
            continue
        top = path.name if path.name not in ("", "..") else path.resolve().name
        for file in sorted(_inside(path)):
            relative = file.relative_to(path)
            if not any(p.startswith(".") for p in relative.parts):
                yield file, "/".join(map(legible, (top, *relative.parts)))


def _inside(folder: Path) -> Iterator[Path]:
    """Files under ``folder``, and the folders in it that may not be opened."""
    closed: list[Path] = []
    for here, _, names in os.walk(
        folder, onerror=lambda error: closed.append(Path(error.filename))
    ):
        yield from (file for name in names if (file := Path(here, name)).is_file())
    yield from closed


def legible(name: str) -> str:
    """A file name as text: bytes that are no UTF-8 are those of GB 18030.

    >>> legible(os.fsdecode("年报.txt".encode("gb18030")))
    '年报.txt'
    """
    raw = os.fsencode(name)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def ingest(
    catalog: Catalog,
    store: WarcStore,
    files: Iterable[tuple[Path, str]],
    step: Step = lambda what="": None,
) -> list[Intake]:
    """Take in files; one that cannot be read is listed and stops nothing.

    A file whose bytes are here already adds no record: it is only read again.
    """
    taken: list[Intake] = []
    for path, name in files:
        taken += _ingest_one(catalog, store, path, name)
        step(name)
    return taken


def _ingest_one(
    catalog: Catalog, store: WarcStore, path: Path, name: str
) -> list[Intake]:
    if name.lower().endswith(CONTAINERS):
        inside = take_container(catalog, store.directory, store.run_id, path, name)
        return [Intake(name, None, "", inside)]
    try:
        data = path.read_bytes()
    except OSError as error:
        return [Intake(name, None, f"cannot be read: {error.strerror}")]
    if not data:
        return [Intake(name, None, "the file is empty (0 bytes)")]
    url = f"file:///{quote(name)}"
    sha256 = hashlib.sha256(data).hexdigest()
    capture = catalog.holder(sha256)
    if capture is None or not is_whole(catalog, store, sha256):
        capture = store.append_resource(url, data, sniff(data).media_type)
        store.sync()
        catalog.add_capture(capture)
    filename = name.rpartition("/")[2]
    context = PageContext(url=url, captured_at=capture.captured_at, filename=filename)
    extraction = stages.read(data, context)
    loaded = load(catalog, capture, extraction, context)
    if is_zip(data):
        return [
            Intake(f"{name}#{member.name}", member.loaded, member.reason)
            for member in take_members(catalog, store, data, context)
        ]
    reason = ""
    if loaded.report_id is None:
        verdict = extraction.verdict
        reason = extraction.error or f"{verdict.kind}: {verdict.reason}"
    return [Intake(name, loaded, reason)]
