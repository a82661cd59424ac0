"""ZIP files with reports inside: their members, each a document of its own.

Names are shown and give titles; they are never used as paths. Members of Chinese
archivers have names in GBK without saying so.
"""

from __future__ import annotations

import zipfile as archives
from collections.abc import Iterator
from dataclasses import dataclass

from archive.errors import DocumentError, DocumentTooLarge, EmptyDocument
from pipelines.extract.package import Package, open_package

#: Members of one file that are taken, and the bytes of the largest.
MOST, LARGEST = 500, 64_000_000
UTF_8, UNICODE_PATH = 0x800, 0x7075
#: What archivers and desktops leave behind.
LEFT_BEHIND = ("__macosx", "thumbs.db", ".ds_store", "desktop.ini")
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Member:
    """One file inside: its name without folders, its bytes or why there are none."""

    name: str
    data: bytes
    error: str = ""


def names(data: bytes) -> list[str]:
    """Names of the files of a ZIP, in its order; nothing is unpacked.

    Raises DocumentError for a bomb, for too many files and for what is no ZIP.
    """
    return [name for _, name in _files(open_package(data, "ZIP file"))]


def members(data: bytes) -> Iterator[Member]:
    """Files of a ZIP in its order, one at a time. Raises DocumentError as ``names``.

    A member that is damaged or too large has an ``error`` and no bytes. A ZIP inside
    is a member like others: opening it is another call, and its caller's decision.
    """
    package = open_package(data, "ZIP file")
    for info, name in _files(package):
        yield _member(package, info, name)


def _files(package: Package) -> list[tuple[archives.ZipInfo, str]]:
    found = [
        (info, name)
        for info in package.archive.infolist()
        if info.filename
        and not info.is_dir()
        and not _is_left_behind(info)
        and (name := shown_name(info))
    ]
    if not found:
        raise EmptyDocument("the ZIP file has no files in it")
    if len(found) > MOST:
        raise DocumentTooLarge(
            f"the ZIP file has {len(found)} files, and no more than {MOST} are taken"
        )
    return found


def _member(package: Package, info: archives.ZipInfo, name: str) -> Member:
    try:
        return Member(name, package.inflate(info, name, LARGEST))
    except DocumentError as error:
        return Member(name, b"", str(error))


def shown_name(info: archives.ZipInfo) -> str:
    """The name of a member as people see it: decoded, without folders and controls."""
    decoded = _unicode_path(info.extra) or info.filename
    if not info.flag_bits & UTF_8 and decoded is info.filename:
        raw = info.orig_filename.encode("cp437", "replace")
        decoded = _decoded(raw)
    last = decoded.replace("\\", "/").rstrip("/").rpartition("/")[2]
    kept = "".join(c for c in last if c.isprintable() and c not in ':*?"<>|')
    return kept.strip(". ")[:LONGEST_NAME]


def _decoded(raw: bytes) -> str:
    """Bytes of a name: UTF-8 when they can be, else GB 18030."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def _unicode_path(extra: bytes) -> str:
    """The name in the field of Info-ZIP for it, '' without one."""
    at = 0
    while at + 4 <= len(extra):
        kind = int.from_bytes(extra[at : at + 2], "little")
        size = int.from_bytes(extra[at + 2 : at + 4], "little")
        if kind == UNICODE_PATH and size > 5:
            return extra[at + 9 : at + 4 + size].decode("utf-8", "replace")
        at += 4 + size
    return ""


def _is_left_behind(info: archives.ZipInfo) -> bool:
    parts = info.filename.replace("\\", "/").lower().split("/")
    return any(part in LEFT_BEHIND or part.startswith("._") for part in parts)
