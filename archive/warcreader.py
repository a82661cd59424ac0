"""Reading originals back out of their records, verified on every read."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from dataclasses import dataclass
from pathlib import Path

from fastwarc.warc import WarcRecord

from archive.errors import ArchiveDamaged, RecordNotFound
from archive.http import HttpResponse, parse_response
from archive.storage import Shelf
from archive.warcparse import disagreement


@dataclass(frozen=True, slots=True)
class Original:
    """A payload read back from its record, digest verified."""

    payload: bytes
    record_type: str
    record_id: str
    target_uri: str
    date: str
    media_type: str | None
    response: HttpResponse | None


class WarcReader:
    """Reads single records by offset, of files in ``directory`` or moved from it."""

    def __init__(self, directory: Path) -> None:
        self.directory = Path(directory)
        self.shelf = Shelf(self.directory)

    def read(
        self, file: str, offset: int, length: int, sha256: str | None = None
    ) -> bytes:
        """Decoded payload of the record at that place; see :meth:`read_original`."""
        return self.read_original(file, offset, length, sha256).payload

    def read_original(
        self, file: str, offset: int, length: int, sha256: str | None = None
    ) -> Original:
        """Read one record, verify its block digest and the payload's SHA-256.

        Raises ArchiveDamaged (with file, offset and both digests) rather than hand out
        bytes that are not the ones captured; StorageError when the file lies elsewhere
        and cannot be had.
        """
        where = f"{file} at offset {offset}"
        try:
            member = self.shelf.read(file, offset, length)
            record = WarcRecord.from_bytes(gzip.decompress(member))
        except (OSError, EOFError, zlib.error) as error:
            raise RecordNotFound(f"{where}: no readable record: {error}") from error
        assert record.reader is not None
        block = record.reader.read()
        # Records of other writers may have no digest, or one of another kind.
        kind = record.headers.get("WARC-Type")
        # wget gives its revisits the digest of nothing, see warcparse
        contents = (block, b"") if kind == "revisit" else (block,)
        problem = disagreement(record.headers.get("WARC-Block-Digest"), *contents)
        if problem:
            raise ArchiveDamaged(f"{where}: block digest is {problem}")
        response = parse_response(block) if kind in ("response", "revisit") else None
        payload = response.payload if response else block
        found = hashlib.sha256(payload).hexdigest()
        if sha256 is not None and found != sha256:
            raise ArchiveDamaged(f"{where}: SHA-256 is {found}, not {sha256}")
        declared = record.headers.get("Content-Type")
        media_type = response.media_type if response else declared
        return Original(
            payload,
            kind or "unknown",
            (record.record_id or "").strip("<>"),
            (record.headers.get("WARC-Target-URI") or "").strip("<>"),
            record.headers.get("WARC-Date") or "",
            media_type,
            response,
        )
