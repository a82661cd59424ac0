"""Odd but real ways to answer a request, and what a reader should make of each."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass

import brotli

BODY = "<p>政府信息公开</p>".encode()


@dataclass(frozen=True)
class Odd:
    """``sent`` is what the server sends, ``payload`` what it means by it.

    ``outcome`` is that of the capture, ``problem`` what its reason says. ``closes``:
    the server closes the connection when it has sent everything.
    """

    sent: bytes
    payload: bytes = BODY
    outcome: str = "ok"
    problem: str | None = None
    closes: bool = False


def answer(
    body: bytes = BODY,
    *lines: bytes,
    start: bytes = b"HTTP/1.1 200 OK",
    length: int | None = None,
) -> bytes:
    """An answer with a Content-Length (of the body unless it is given)."""
    size = len(body) if length is None else length
    head = [start, b"Content-Type: text/html", *lines, b"Content-Length: %d" % size]
    return b"\r\n".join([*head, b"", body])


def chunked(chunks: bytes, *lines: bytes, name: bytes = b"chunked") -> bytes:
    """An answer in chunks."""
    head = [b"HTTP/1.1 200 OK", b"Content-Type: text/html", *lines]
    return b"\r\n".join([*head, b"Transfer-Encoding: " + name, b"", chunks])


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def zstandard(data: bytes) -> bytes:
    from backports.zstd import compress

    packed: bytes = compress(data)
    return packed


GZIPPED = gzip.compress(BODY, mtime=0)
CHUNKS = b"5\r\n" + BODY[:5] + b"\r\n%x\r\n" % (len(BODY) - 5) + BODY[5:]
LAST = b"\r\n0\r\n\r\n"
CODED = b"Content-Encoding: "

ODD: dict[str, Odd] = {
    "fake-gzip": Odd(answer(BODY, CODED + b"gzip"), problem="not really gzip"),
    "double-gzip": Odd(
        answer(gzip.compress(GZIPPED, mtime=0), CODED + b"gzip"),
        problem="gzip within gzip, not declared",
    ),
    "brotli-unasked": Odd(answer(brotli.compress(BODY), CODED + b"br")),
    "zstd-unasked": Odd(answer(zstandard(BODY), CODED + b"zstd")),
    "deflate-raw": Odd(answer(raw_deflate(BODY), CODED + b"deflate")),
    "deflate-zlib": Odd(answer(zlib.compress(BODY), CODED + b"deflate")),
    "length-too-long": Odd(
        answer(length=1000),
        outcome="truncated",
        problem=f"body has {len(BODY)} of 1000 bytes",
        closes=True,
    ),
    "length-too-short": Odd(
        answer(length=11),
        payload=BODY[:11],
        problem=f"{len(BODY) - 11} bytes after the end of the body",
        closes=True,
    ),
    "lf-only": Odd(
        b"HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: %d\n\n" % len(BODY)
        + BODY,
    ),
    "bad-header-line": Odd(
        answer(BODY, b"this line has no colon"),
        problem="bad header line 'this line has no colon'",
    ),
    "folded-header": Odd(answer(BODY, b"X-Folded: one\r\n\ttwo")),
    "repeated-headers": Odd(answer(BODY, b"X-A: 1", b"x-a: 2", b"X-A: 1")),
    "http-1.0-close": Odd(
        b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + BODY, closes=True
    ),
    "204": Odd(b"HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n", payload=b""),
    "205": Odd(b"HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n", payload=b""),
    "304-unasked": Odd(b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n", payload=b""),
    "206-unasked": Odd(
        answer(
            BODY, b"Content-Range: bytes 0-1/9", start=b"HTTP/1.1 206 Partial Content"
        ),
        outcome="truncated",
        problem="HTTP 206: a part was sent that was not asked for",
    ),
    "100-continue-first": Odd(b"HTTP/1.1 100 Continue\r\n\r\n" + answer()),
    "empty-body": Odd(answer(b""), payload=b""),
    "chunk-extensions": Odd(
        chunked(b'%x;name="a b";c\r\n' % len(BODY) + BODY + b"\r\n0;last\r\n\r\n")
    ),
    "trailers": Odd(chunked(CHUNKS + b"\r\n0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n")),
    "upper-case-chunked": Odd(chunked(CHUNKS + LAST, name=b"CHUNKED")),
    "very-long-header": Odd(answer(BODY, b"X-Long: " + b"a" * 15_000)),
    "nul-in-header": Odd(answer(BODY, b"X-Nul: a\0b")),
    "gbk-reason": Odd(answer(start="HTTP/1.1 200 成功 \u4e02".encode("gbk"))),
    "status-999": Odd(answer(start=b"HTTP/1.1 999 Denied"), outcome="error"),
    "no-reason": Odd(answer(start=b"HTTP/1.1 200")),
    "lower-case-version": Odd(answer(start=b"http/1.1 200 ok")),
    "length-zero-with-body": Odd(
        answer(length=0),
        payload=b"",
        problem=f"{len(BODY)} bytes after the end of the body",
        closes=True,
    ),
    "gzip-in-two-members": Odd(
        answer(
            gzip.compress(BODY[:9], mtime=0) + gzip.compress(BODY[9:], mtime=0),
            CODED + b"gzip",
        )
    ),
    "gzip-undeclared": Odd(answer(GZIPPED), problem="gzip, not declared"),
}
