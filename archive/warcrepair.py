"""Files that a killed run left open: cut back to their last whole record and closed."""

from __future__ import annotations

import os
import zlib
from dataclasses import dataclass
from pathlib import Path

from archive.warcreader import OPEN_SUFFIX


def finish(path: Path) -> Path:
    """Rename an ``.open`` file to its final name, durably."""
    final = path.with_name(path.name.removesuffix(OPEN_SUFFIX))
    path.rename(final)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return final


def whole_members(path: Path) -> int:
    """Length in bytes of the leading whole gzip members of a file."""
    whole = 0
    with path.open("rb") as stream:
        decoder, fed = zlib.decompressobj(47), 0
        pending = b""
        while True:
            data = pending or stream.read(1 << 20)
            pending = b""
            if not data:
                return whole
            try:
                decoder.decompress(data)
            except zlib.error:
                return whole
            fed += len(data) - len(decoder.unused_data)
            if decoder.eof:
                whole, pending = fed, decoder.unused_data
                decoder = zlib.decompressobj(47)


@dataclass(frozen=True, slots=True)
class Repair:
    """What was done to a file that an earlier run left open."""

    file: str
    kept: int
    cut: int


def recover(directory: Path) -> list[Repair]:
    """Close files that a killed run left open, cutting a torn last record.

    Only whole records are kept. Call it under the lock of the data directory.
    """
    repairs = []
    for path in sorted(directory.glob(f"*.warc.gz{OPEN_SUFFIX}")):
        size, whole = path.stat().st_size, whole_members(path)
        if whole < size:
            os.truncate(path, whole)
        if whole == 0:
            path.unlink()
            repairs.append(Repair(path.name, 0, size))
            continue
        repairs.append(Repair(finish(path).name, whole, size - whole))
    return repairs
