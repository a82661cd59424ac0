"""Content codings (RFC 9110 §8.4) undone: gzip, deflate, br, zstd. Never raises.

What cannot be decoded comes back as it is, with the problem. A bomb stays bounded: at
most :data:`MAX_RATIO` times the coded size and never more than :data:`MAX_DECODED`.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import brotli  # type: ignore[import-untyped]

try:
    from backports import zstd
except ImportError:  # Python 3.14 has it in the standard library
    from compression import zstd  # type: ignore[import-not-found,no-redef]

MAX_DECODED = 64 * 1024 * 1024
#: Text packs up to some fifty times; what promises more is a bomb.
MAX_RATIO = 100
#: … unless it is small in any case.
FREE_BYTES = 8 * 1024 * 1024
GZIP_MAGIC = b"\x1f\x8b\x08"
#: A damaged body is read again in steps of this size, to keep what is whole.
STEP = 512

#: Coded bytes and the limit → decoded bytes, and what went wrong.
Decoder = Callable[[bytes, int], tuple[bytes, str | None]]


class NotThisCoding(Exception):
    """The bytes do not begin as this coding does."""


def limit_for(size: int) -> int:
    """How many bytes a coded body of ``size`` bytes may become.

    >>> limit_for(200_000), limit_for(10), limit_for(10**9) == MAX_DECODED
    (20000000, 8388608, True)
    """
    return min(MAX_DECODED, max(FREE_BYTES, MAX_RATIO * size))


def decode_content(body: bytes, coding: str) -> tuple[bytes, str | None]:
    """Undo one content coding.

    >>> decode_content(b"abc", "identity")
    (b'abc', None)
    >>> decode_content(b"abc", "gzip")
    (b'abc', 'not really gzip')
    """
    coding = coding.strip().lower()
    if not body or coding in ("", "identity", "none"):
        return body, None
    if coding not in DECODERS:
        return body, f"content coding {coding[:20]} left as it is"
    limit = limit_for(len(body))
    try:
        data, problem = DECODERS[coding](body, limit)
    except NotThisCoding:
        return body, f"not really {coding}"
    if len(data) >= limit and problem is None:
        problem = f"decoded payload cut at {limit} bytes"
    return data, f"{coding} body {problem}" if problem in PROBLEMS else problem


CUT, DAMAGED = "cut short", "damaged"
PROBLEMS = (CUT, DAMAGED)


def _members(
    body: bytes, limit: int, new: Callable[[], Any], error: type[Exception]
) -> tuple[bytes, str | None]:
    """Decode one stream after the other, as gzip and zstd files may hold several."""
    out, rest = bytearray(), body
    while rest and len(out) < limit:
        machine = new()
        try:
            data = machine.decompress(rest, limit - len(out))
        except error:
            data = _what_is_whole(new(), rest, limit - len(out), error)
            if not data and not out:
                raise NotThisCoding from None
            # Bytes behind a whole member are padding, not damage.
            return bytes(out + data), DAMAGED if data or not out else None
        out += data
        if not machine.eof:
            return bytes(out), None if len(out) >= limit else CUT
        rest = machine.unused_data
    return bytes(out), None


def _what_is_whole(
    machine: Any, body: bytes, limit: int, error: type[Exception]
) -> bytes:
    out = bytearray()
    try:
        for at in range(0, len(body), STEP):
            if len(out) >= limit or machine.eof:
                break
            out += machine.decompress(body[at : at + STEP], limit - len(out))
    except error:
        pass
    return bytes(out)


def _gzip(body: bytes, limit: int) -> tuple[bytes, str | None]:
    return _members(body, limit, lambda: zlib.decompressobj(31), zlib.error)


def _deflate(body: bytes, limit: int) -> tuple[bytes, str | None]:
    """Zlib as the standard says, or bare deflate as old servers send it."""
    for wbits in (15, -15):
        machine = zlib.decompressobj(wbits)
        try:
            data = machine.decompress(body, limit)
        except zlib.error:
            continue
        whole = machine.eof or len(data) >= limit
        if not data and not whole:
            continue
        return data, None if whole else CUT
    raise NotThisCoding


def _zstd(body: bytes, limit: int) -> tuple[bytes, str | None]:
    return _members(body, limit, zstd.ZstdDecompressor, zstd.ZstdError)


def _brotli(body: bytes, limit: int) -> tuple[bytes, str | None]:
    machine: Any = brotli.Decompressor()
    out, feed = bytearray(), body
    try:
        while len(out) < limit and not machine.is_finished():
            part = machine.process(feed, output_buffer_limit=limit - len(out))
            feed = b""
            out += part
            if not part and machine.can_accept_more_data():
                break
    except brotli.error:
        if not out:
            raise NotThisCoding from None
        return bytes(out), DAMAGED
    if not out and not machine.is_finished():
        raise NotThisCoding
    whole = machine.is_finished() or len(out) >= limit
    return bytes(out[:limit]), None if whole else CUT


DECODERS: dict[str, Decoder] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
