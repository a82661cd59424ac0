"""HTTP/1.x responses as bytes: parsed leniently, decoded, never guessed at.

One parser serves the writer (which needs digests) and the reader (which needs the
payload), so both always mean the same bytes by "payload": the body without transfer
coding (RFC 9112 §7) and without content coding (RFC 9110 §8.4).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from archive.codings import GZIP_MAGIC, decode_content

INTERIM = re.compile(rb"HTTP/1\.[01] 1\d\d\b", re.IGNORECASE)
HEXADECIMAL = re.compile(rb"[0-9A-Fa-f]*")
PARTIAL = 206
#: Answers whose Content-Length speaks of a body that is not sent.
BODILESS = (204, 304)


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
    end = raw.find(b"\r\n\r\n") + 4
    if end < 4:
        end = len(raw)
    bare = raw.find(b"\n\n", 0, end) + 2
    if bare >= 2:
        end = bare
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


def _looks_chunked(body: bytes) -> bool:
    """Whether the first line may be the size of a chunk, or the beginning of one."""
    line = body.partition(b"\n")[0].partition(b";")[0].strip()
    return bool(HEXADECIMAL.fullmatch(line))


def parse_response(raw: bytes) -> HttpResponse:
    """Parse the bytes of a response. Never raises; see ``problems``."""
    head, rest = split_head(raw)
    while INTERIM.match(head) and rest:
        head, rest = split_head(rest)  # 1xx answers come before the real one
    # Not splitlines(): a reason phrase in GBK has bytes that it takes for line ends.
    lines = head.decode("latin-1").replace("\r\n", "\n").split("\n")
    parts = lines[0].split(None, 2)
    problems: list[str] = []
    status = _number(parts[1]) if len(parts) > 1 else None
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
    if status == PARTIAL:
        problems.append("HTTP 206: a part was sent that was not asked for")
    if coded and rest and not _looks_chunked(rest):
        # pywb and others store the body without its coding and leave the header.
        problems.append("not chunked, though declared")
    elif coded:
        body, problem = dechunk(rest)
        if problem:
            problems.append(problem)
    elif (length := _number(first("content-length"))) is not None:
        if len(rest) < length and status not in BODILESS:
            problems.append(f"body has {len(rest)} of {length} bytes")
        elif len(rest) > length:
            problems.append(f"{len(rest) - length} bytes after the end of the body")
        body = rest[:length]
    payload, found = _decoded(
        body, first("content-encoding"), first("content-type").lower()
    )
    return HttpResponse(
        status,
        parts[2] if len(parts) > 2 else "",
        tuple(headers),
        head,
        body,
        payload,
        coded,
        tuple(problems + found),
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() else None


def _decoded(body: bytes, codings: str, kind: str) -> tuple[bytes, list[str]]:
    """The payload, and what was odd about its content codings."""
    payload, problems = body, []
    for coding in reversed(codings.split(",")):
        payload, problem = decode_content(payload, coding)
        if problem:
            problems.append(problem)
    # A page is never gzip itself: a server or a proxy has packed it unasked.
    if payload.startswith(GZIP_MAGIC) and ("text" in kind or "html" in kind):
        inner, problem = decode_content(payload, "gzip")
        if problem is None:
            packed = "gzip within gzip" if codings else "gzip"
            return inner, [*problems, f"{packed}, not declared"]
    return payload, problems
