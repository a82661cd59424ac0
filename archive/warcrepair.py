"""Files that a killed run left open: cut back to their last whole record and closed.

What the catalogue names was durable before it was named, so only what lies behind the
last named record can be torn, and only that is looked at and cut. Whole records that
no row names (the run was killed between record and row) stay: they are evidence, and
the URL is still pending, so the next run captures it anew.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from archive.errors import ArchiveDamaged, StorageError
from archive.storage.shelf import OPEN_SUFFIX

STEP = 1 << 16  # what is thrown away at a time: at most a thousand times as much
GZIP = 31  # zlib's wbits for one gzip member

#: Where the last record ends that the catalogue names in a file; 0 if it names none.
KnownEnd = Callable[[str], int]


def finish(path: Path) -> Path:
    """Rename an ``.open`` file to its final name, durably. StorageError if it fails.

    A file that is closed is never replaced.
    """
    final = path.with_name(path.name.removesuffix(OPEN_SUFFIX))
    if final.exists():
        raise StorageError(f"cannot close {path}: {final.name} is there already")
    try:
        path.rename(final)
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise StorageError(f"cannot close {path}: {error.strerror}") from error
    return final


def whole_members(path: Path, start: int = 0) -> int:
    """Where the whole gzip members end that follow one another from ``start`` on."""
    whole = fed = start
    with path.open("rb") as stream:
        stream.seek(start)
        decoder, data = zlib.decompressobj(GZIP), stream.read(STEP)
        while data:
            try:
                decoder.decompress(data)
            except zlib.error:
                return whole
            rest = decoder.unused_data
            fed += len(data) - len(rest)
            if decoder.eof:
                whole, decoder = fed, zlib.decompressobj(GZIP)
            data = rest or stream.read(STEP)
    return whole


@dataclass(frozen=True, slots=True)
class Repair:
    """What was done to a file that an earlier run left open."""

    file: str
    kept: int
    cut: int


def recover(directory: Path, known_end: KnownEnd = lambda file: 0) -> list[Repair]:
    """Close files that a killed run left open, cutting a torn last record.

    Call it under the lock of the data directory. Raises ArchiveDamaged when a file ends
    before the last record that the catalogue names in it: then nothing is changed.
    """
    repairs = []
    for path in sorted(directory.glob(f"*.warc.gz{OPEN_SUFFIX}")):
        name, size = path.name.removesuffix(OPEN_SUFFIX), path.stat().st_size
        known = known_end(name)
        if size < known:
            raise ArchiveDamaged(
                f"{path} ends at {size}, but the catalogue names records up to {known}"
            )
        whole = whole_members(path, known)
        try:
            if whole == 0:
                path.unlink()
            elif whole < size:
                _cut(path, whole)
        except OSError as error:
            raise StorageError(f"cannot repair {path}: {error.strerror}") from error
        if whole:
            finish(path)
        repairs.append(Repair(name, whole, size - whole))
    return repairs


def _cut(path: Path, size: int) -> None:
    with path.open("r+b") as stream:
        stream.truncate(size)
        os.fsync(stream.fileno())
