"""WARC records as bytes: split into headers and block, digests verified.

Reads WARC 1.0 and 1.1 (ISO 28500) of any writer. Known habits of others are accepted:
targets in angle brackets (wget), digests in hexadecimal or of other algorithms
(Browsertrix), payload digests over the body with its transfer coding (warcio, wpull),
the block digest of nothing at all on revisits (wget 1.21).
"""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Iterable
from dataclasses import dataclass

from archive.http import parse_response, split_head

END = b"\r\n\r\n"
#: Digest algorithms that are verified; a digest in another one is left alone.
ALGORITHMS = ("md5", "sha1", "sha256", "sha512")
#: Record types that hold an HTTP response.
RESPONSES = ("response", "revisit")


class BadRecord(ValueError):
    """The bytes are no whole WARC record; the message says why."""


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One record: its named fields as they stand, its block, its length in bytes."""

    headers: tuple[tuple[str, str], ...]
    block: bytes
    size: int

    def header(self, name: str) -> str | None:
        """First field of that name, case-insensitively."""
        wanted = name.lower()
        return next((v for k, v in self.headers if k.lower() == wanted), None)

    @property
    def kind(self) -> str:
        return (self.header("WARC-Type") or "unknown").lower()

    @property
    def record_id(self) -> str:
        return (self.header("WARC-Record-ID") or "").strip("<>")

    @property
    def target_uri(self) -> str:
        return (self.header("WARC-Target-URI") or "").strip("<>")

    @property
    def is_http(self) -> bool:
        """Whether the block is an HTTP message."""
        declared = (self.header("Content-Type") or "").replace(" ", "").lower()
        return declared.startswith("application/http")


def parse_headers(data: bytes) -> tuple[tuple[tuple[str, str], ...], int]:
    """Named fields of a record, and where its block begins.

    Raises BadRecord when ``data`` does not begin with the head of a record.
    """
    if not data.startswith(b"WARC/"):
        raise BadRecord(f"expected WARC/1.x, found {data[:16]!r}")
    end = data.find(END)
    if end < 0:
        raise BadRecord("the head of the record has no end")
    headers: list[tuple[str, str]] = []
    for line in data[:end].decode("utf-8", "replace").split("\r\n")[1:]:
        if line[:1] in (" ", "\t") and headers:
            key, value = headers[-1]
            headers[-1] = (key, f"{value} {line.strip()}")
            continue
        key, colon, value = line.partition(":")
        if not colon:
            raise BadRecord(f"not a named field: {line[:60]!r}")
        headers.append((key.strip(), value.strip()))
    return tuple(headers), end + len(END)


def content_length(headers: Iterable[tuple[str, str]]) -> int:
    """The length of the block, as declared. Raises BadRecord without one."""
    for key, value in headers:
        if key.lower() == "content-length" and value.isdecimal():
            return int(value)
    raise BadRecord("no Content-Length")


def parse(data: bytes) -> RawRecord:
    """The record at the start of ``data``. Raises BadRecord."""
    headers, start = parse_headers(data)
    end = start + content_length(headers)
    if len(data) < end:
        raise BadRecord(f"the block has {len(data) - start} of {end - start} bytes")
    if data[end : end + len(END)] != END:
        raise BadRecord(f"the record does not end where it says, after {end} bytes")
    return RawRecord(headers, data[start:end], end + len(END))


def disagreement(declared: str | None, *contents: bytes) -> str | None:
    """Why none of ``contents`` has the declared digest, None when one has.

    >>> disagreement("sha1:2jmj7l5rSw0yVb/vlWAYkK/YBwk=", b"") is None
    False
    >>> disagreement("sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ", b"")
    >>> disagreement("blake9:00", b"")
    """
    if not declared:
        return None
    algorithm, _, value = declared.strip().partition(":")
    algorithm = algorithm.lower().replace("-", "")
    if algorithm not in ALGORITHMS:
        return None
    found = ""
    for content in contents:
        digest = hashlib.new(algorithm, content, usedforsecurity=False)
        found = b32encode(digest.digest()).decode().rstrip("=")
        if value.rstrip("=").upper() == found or value.lower() == digest.hexdigest():
            return None
    return f"{algorithm}:{found}, not {declared}"


def verify_block(record: RawRecord) -> str | None:
    """Why the block digest is wrong, None when it is right or absent."""
    contents = (record.block, b"") if record.kind == "revisit" else (record.block,)
    problem = disagreement(record.header("WARC-Block-Digest"), *contents)
    return f"block digest is {problem}" if problem else None


def verify_payload(record: RawRecord) -> str | None:
    """Why the payload digest is wrong, None when right, absent or not here.

    A revisit names the digest of a payload that lies elsewhere. Writers differ about
    whether a transfer coding counts, so both are accepted.
    """
    declared = record.header("WARC-Payload-Digest")
    if declared is None or record.kind == "revisit":
        return None
    if record.kind == "response" and record.is_http:
        _, rest = split_head(record.block)
        problem = disagreement(declared, parse_response(record.block).body, rest)
    elif record.kind == "request":
        _, rest = split_head(record.block)
        problem = disagreement(declared, rest)
    else:
        problem = disagreement(declared, record.block)
    return f"payload digest is {problem}" if problem else None
