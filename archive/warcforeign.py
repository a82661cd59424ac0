"""Reading WARC and WACZ files of other writers, as far as they are whole.

Files may hold one gzip member per record, one for all of them, or plain records. What
is torn or damaged is named and passed over; the rest comes out byte for byte.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive.warcparse import (
    END,
    BadRecord,
    RawRecord,
    content_length,
    parse,
    parse_headers,
    verify_block,
)
from archive.warcscan import MAX_RECORD, TORN, Bytes, mapped, members

GZIP = b"\x1f\x8b"
#: The head of a record is not longer than this.
MAX_HEAD = 1 << 16
#: Unpacked size of a member of a WACZ file that is still read.
MAX_MEMBER = 20 << 30


@dataclass(frozen=True, slots=True)
class Piece:
    """A whole record, or the problem with what stands in its place."""

    offset: int
    raw: bytes = b""
    record: RawRecord | None = None
    problem: str | None = None


def split(data: Bytes, base: int = 0) -> Iterator[Piece]:
    """The records that stand one after the other in uncompressed ``data``.

    ``base`` is added to their offsets.
    """
    at = 0
    while at < len(data):
        try:
            headers, start = parse_headers(bytes(data[at : at + MAX_HEAD]))
            size = start + content_length(headers) + len(END)
            if size > MAX_RECORD:
                raise BadRecord(f"larger than {MAX_RECORD} bytes")
            raw = bytes(data[at : at + size])
            record = parse(raw)
            if problem := verify_block(record):
                raise BadRecord(problem)
        except BadRecord as error:
            yield Piece(base + at, problem=str(error))
            found = data.find(END + b"WARC/1.", at)
            at = found + len(END) if found >= 0 else len(data)
            continue
        yield Piece(base + at, raw, record)
        at += size


def records(path: Path) -> Iterator[Piece]:
    """Every record of a WARC file, compressed or not. Raises StorageError."""
    with mapped(path) as data:
        if bytes(data[:2]) != GZIP:
            yield from split(data)
            return
        for member in members(data):
            if member.data is not None:
                yield from split(member.data, member.offset)
                continue
            # What comes before the end of a torn file is as it was written; of a
            # member whose checksum is wrong nothing is certain.
            if member.problem == TORN:
                yield from (p for p in split(member.start, member.offset) if p.record)
            yield Piece(member.offset, problem=member.problem)


@dataclass(frozen=True, slots=True)
class Part:
    """A WARC file inside a WACZ, unpacked, or the problem with it."""

    name: str
    path: Path | None = None
    problem: str | None = None


@contextmanager
def parts_of_wacz(path: Path) -> Iterator[Iterator[Part]]:
    """The WARC files of a WACZ one by one, each gone when the next is asked for."""
    with tempfile.TemporaryDirectory(prefix="nianbao-") as folder:
        yield _parts(path, Path(folder) / "part.warc.gz")


def _parts(path: Path, spool: Path) -> Iterator[Part]:
    try:
        with zipfile.ZipFile(path) as archive:
            declared, problem = _declared(archive)
            if problem:
                yield Part("datapackage.json", problem=problem)
            names = [i for i in archive.infolist() if _is_warc(i.filename)]
            if not names:
                yield Part(path.name, problem="no WARC file under archive/")
            for info in names:
                yield from _unpack(archive, info, spool, declared.get(info.filename))
    except (zipfile.BadZipFile, OSError) as error:
        yield Part(path.name, problem=f"not a readable ZIP file: {error}")


def _is_warc(name: str) -> bool:
    return name.startswith("archive/") and name.endswith((".warc", ".warc.gz"))


def _declared(archive: zipfile.ZipFile) -> tuple[dict[str, str], str | None]:
    """Digests of the members as ``datapackage.json`` gives them."""
    try:
        package = json.loads(archive.read("datapackage.json"))
        return {r["path"]: str(r["hash"]) for r in package["resources"]}, None
    except KeyError as error:
        return {}, f"missing: {error}"
    except (ValueError, TypeError, zipfile.BadZipFile, zlib.error) as error:
        return {}, f"cannot be read: {error}"


def _unpack(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, spool: Path, declared: str | None
) -> Iterator[Part]:
    if info.file_size > MAX_MEMBER:
        yield Part(info.filename, problem=f"larger than {MAX_MEMBER} bytes")
        return
    digest, problem = hashlib.sha256(), None
    try:
        with archive.open(info) as member, spool.open("wb") as out:
            while block := member.read(1 << 20):
                out.write(block)
                digest.update(block)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        problem = f"damaged: {error}"
    found = f"sha256:{digest.hexdigest()}"
    if problem is None and declared not in (None, found):
        problem = f"{found}, datapackage.json says {declared}"
    if problem:
        yield Part(info.filename, problem=problem)
    yield Part(info.filename, spool)
