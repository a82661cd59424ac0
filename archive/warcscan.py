"""Walking a WARC file member by member, past whatever is damaged.

A gzip member that cannot be read must not hide those behind it: the walk goes on at the
next place where a record is known to begin, or looks like one.
"""

from __future__ import annotations

import mmap
import zlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.errors import StorageError
from archive.ranged import Ranged

MAGIC = b"\x1f\x8b\x08"
GZIP = 31  # zlib's wbits for one gzip member with its CRC-32 and length
STEP = 1 << 16
TORN = "the file ends inside the record"
#: A record larger than this once decompressed is not one of ours.
MAX_RECORD = 1 << 30

Bytes = bytes | bytearray | mmap.mmap | Ranged


@dataclass(frozen=True, slots=True)
class Member:
    """One gzip member. ``data`` is None when it cannot be read; ``problem`` says why.

    ``length`` of an unreadable member reaches to where the walk goes on. ``start``
    holds what could be decompressed before the damage.
    """

    offset: int
    length: int
    crc: int  # CRC-32 of the compressed bytes
    data: bytes | None
    problem: str | None = None
    start: bytes = b""


@contextmanager
def mapped(path: Path) -> Iterator[Bytes]:
    """The bytes of a file without reading them all at once."""
    try:
        with path.open("rb") as stream:
            if not path.stat().st_size:
                yield b""
                return
            with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as view:
                yield view
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}") from error


def inflate(data: Bytes, offset: int) -> tuple[bytes, int, str | None]:
    """Decompress the member at ``offset``: (bytes, its length, problem)."""
    decoder, at, total = zlib.decompressobj(GZIP), offset, 0
    out: list[bytes] = []
    while not decoder.eof:
        piece = data[at : at + STEP]
        if not piece:
            return b"".join(out), at - offset, TORN
        spare = decoder.copy()
        try:
            out.append(decoder.decompress(piece))
        except zlib.error as error:
            out.append(_until_damage(spare, piece))
            return b"".join(out), at - offset, f"not readable: {error}"
        at += len(piece)
        total += len(out[-1])
        if total > MAX_RECORD:
            return b"".join(out), at - offset, f"larger than {MAX_RECORD} bytes"
    return b"".join(out), at - len(decoder.unused_data) - offset, None


def _until_damage(decoder: Any, piece: bytes | bytearray) -> bytes:
    """What a piece gives before its damage stops the decoder."""
    out = []
    with suppress(zlib.error):
        for byte in piece:
            out.append(decoder.decompress(bytes((byte,))))
    return b"".join(out)


def _looks_like_record(data: Bytes, offset: int) -> bool:
    try:
        start = zlib.decompressobj(GZIP).decompress(data[offset : offset + 512], 5)
    except zlib.error:
        return False
    return start == b"WARC/"


def resume_at(data: Bytes, offset: int, known: Sequence[int]) -> int:
    """Where to go on after damage at ``offset``: a known record or one found."""
    place = bisect_right(known, offset)
    limit = min(known[place], len(data)) if place < len(known) else len(data)
    at = offset
    while (at := data.find(MAGIC, at + 1, limit + len(MAGIC))) >= 0:
        if at < limit and _looks_like_record(data, at):
            return at
    return limit


def read_member(data: Bytes, offset: int, known: Sequence[int] = ()) -> Member:
    """The member at ``offset``."""
    content, length, problem = inflate(data, offset)
    if problem is not None:
        length = resume_at(data, offset, known) - offset
    crc = zlib.crc32(data[offset : offset + length])
    if problem is not None:
        return Member(offset, length, crc, None, problem, content)
    return Member(offset, length, crc, content)


def members(data: Bytes, known: Sequence[int] = ()) -> Iterator[Member]:
    """Every member of a file, readable or not, in order and without gaps.

    ``known`` are offsets, sorted, at which records are known to begin.
    """
    at = 0
    while at < len(data):
        member = read_member(data, at, known)
        yield member
        at += member.length
