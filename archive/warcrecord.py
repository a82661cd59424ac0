"""One WARC 1.1 record as one gzip member, and the digests its headers carry."""

from __future__ import annotations

import gzip
import hashlib
import io
from base64 import b32encode

from fastwarc.stream_io import GzipWriter
from fastwarc.warc import WarcRecord, WarcRecordType


def sha1(data: bytes) -> str:
    """Digest in the notation of WARC headers."""
    digest = hashlib.sha1(data, usedforsecurity=False).digest()
    return "sha1:" + b32encode(digest).decode()


def serialise(
    kind: WarcRecordType,
    block: bytes,
    record_id: str,
    headers: dict[str, str],
    *,
    http: bool = False,
) -> bytes:
    """One WARC record as one gzip member."""
    record = WarcRecord()
    record.init_headers(kind, record_id.removeprefix("urn:").encode())
    for key, value in headers.items():
        record.headers[key] = value
    record.headers["WARC-Block-Digest"] = sha1(block)
    record.set_bytes_content(block)
    if http:
        record.is_http = True
    buffer = io.BytesIO()
    writer = GzipWriter(buffer, compression_level=6)
    record.write(writer)
    writer.finish()
    return buffer.getvalue()


def member(record: bytes) -> bytes:
    """A record that exists already, as one gzip member."""
    return gzip.compress(record, 6, mtime=0)
