"""HTTP/1.x responses as bytes: parsed leniently, decoded, never guessed at.

One parser serves the writer (which needs digests) and the reader (which needs the
payload), so both always mean the same bytes by "payload": the body without transfer
coding (RFC 9112 §7) and without content coding (RFC 9110 §8.4).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

#: Decompressed payloads are cut here: a bomb of 200 kB can hold 200 MB.
MAX_DECODED = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A parsed response.

    ``body`` is the message body without transfer coding, ``payload`` the same without
    content coding. ``problems`` names what did not go by the standard.
    """

    status: int | None
    reason: str
    headers: tuple[tuple[str, str], ...]
    head: bytes  # status line and headers up to and with the empty line
    body: bytes
    payload: bytes
    transfer_coded: bool = False
    problems: tuple[str, ...] = field(default=())

    def header(self, name: str) -> str | None:
        """First header of that name, case-insensitively."""
        wanted = name.lower()
        return next((v for k, v in self.headers if k.lower() == wanted), None)

    @property
    def media_type(self) -> str | None:
        """Declared media type without parameters, lower case."""
        value = self.header("content-type")
        return value.split(";")[0].strip().lower() or None if value else None

    @property
    def charset(self) -> str | None:
        """Declared charset parameter."""
        for part in (self.header("content-type") or "").split(";")[1:]:
            key, _, value = part.partition("=")
            if key.strip().lower() == "charset":
                return value.strip().strip("\"'") or None
        return None


def split_head(raw: bytes) -> tuple[bytes, bytes]:
    """Head (with the empty line) and the rest; LF-only heads are accepted."""
    ends = [
        (at, at + len(mark))
        for mark in (b"\r\n\r\n", b"\n\n")
        if (at := raw.find(mark)) >= 0
    ]
    if not ends:
        return raw, b""
    end = min(ends)[1]
    return raw[:end], raw[end:]


def dechunk(body: bytes) -> tuple[bytes, str | None]:
    """Undo chunked transfer coding; what is whole is kept when the rest is broken.

    >>> dechunk(b"3\\r\\nabc\\r\\n0\\r\\n\\r\\n")
    (b'abc', None)
    >>> dechunk(b"5\\r\\nab")
    (b'ab', 'chunk cut short')
    """
    out, at = bytearray(), 0
    while True:
        end = body.find(b"\n", at)
        if end < 0:
            return bytes(out), "last chunk missing"
        size_text = body[at:end].split(b";")[0].strip()
        try:
            size = int(size_text, 16)
        except ValueError:
            return bytes(out), f"bad chunk size {size_text[:20]!r}"
        at = end + 1
        if size == 0:
            return bytes(out), None
        chunk = body[at : at + size]
        out += chunk
        if len(chunk) < size:
            return bytes(out), "chunk cut short"
        at += size
        at += 2 if body[at : at + 2] == b"\r\n" else body[at : at + 1] == b"\n"


def decode_content(body: bytes, coding: str) -> tuple[bytes, str | None]:
    """Undo one content coding; undecodable bodies come back as they are."""
    coding = coding.strip().lower()
    if coding in ("", "identity"):
        return body, None
    if coding not in ("gzip", "x-gzip", "deflate"):
        return body, f"content coding {coding} left as it is"
    attempts = (47,) if coding != "deflate" else (15, -15)
    for wbits in attempts:
        decoder = zlib.decompressobj(wbits)
        try:
            data = decoder.decompress(body, MAX_DECODED)
        except zlib.error:
            continue
        if decoder.unconsumed_tail:
            return data, f"decoded payload cut at {MAX_DECODED} bytes"
        return data, None if decoder.eof else f"{coding} body cut short"
    return body, f"not really {coding}"


def parse_response(raw: bytes) -> HttpResponse:
    """Parse the bytes of a response. Never raises; see ``problems``."""
    head, rest = split_head(raw)
    while head[:9] in (b"HTTP/1.1 ", b"HTTP/1.0 ") and head[9:10] == b"1" and rest:
        next_head, next_rest = split_head(rest)  # 1xx answers come before the real one
        head, rest = next_head, next_rest
    lines = head.decode("latin-1").splitlines()
    parts = lines[0].split(None, 2) if lines else []
    problems: list[str] = []
    status = int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else None
    if status is None:
        problems.append("no status line")
    headers: list[tuple[str, str]] = []
    for line in lines[1:]:
        if line[:1] in (" ", "\t") and headers:
            key, value = headers[-1]
            headers[-1] = (key, f"{value} {line.strip()}")
        elif ":" in line:
            key, _, value = line.partition(":")
            headers.append((key.strip(), value.strip()))
        elif line.strip():
            problems.append(f"bad header line {line[:40]!r}")

    def first(name: str) -> str:
        return next((v for k, v in headers if k.lower() == name), "")

    body, coded = rest, "chunked" in first("transfer-encoding").lower()
    if coded:
        body, problem = dechunk(rest)
        if problem:
            problems.append(problem)
    elif (length := first("content-length")).isdigit():
        if len(rest) < int(length):
            problems.append(f"body has {len(rest)} of {length} bytes")
        body = rest[: int(length)]
    payload = body
    for coding in reversed(first("content-encoding").split(",")):
        payload, problem = decode_content(payload, coding)
        if problem:
            problems.append(problem)
    return HttpResponse(
        status,
        parts[2] if len(parts) > 2 else "",
        tuple(headers),
        head,
        body,
        payload,
        coded,
        tuple(problems),
    )
