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
from archive.warcparse import disagreement

#: A file that is still written, or was when its run was killed, ends in this.
OPEN_SUFFIX = ".open"


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
    """Reads single records of the files in ``directory`` by offset."""

    def __init__(self, directory: Path) -> None:
        self.directory = Path(directory)

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
        bytes that are not the ones captured.
        """
        where = f"{file} at offset {offset}"
        path = self.locate(file)
        try:
            with path.open("rb") as stream:
                stream.seek(offset)
                member = stream.read(length)
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

    def locate(self, file: str) -> Path:
        """Path of a WARC file, closed or still open. Names never leave ``warc/``."""
        if Path(file).name != file:
            raise RecordNotFound(f"not a WARC file name: {file!r}")
        path = self.directory / file
        open_path = self.directory / (file + OPEN_SUFFIX)
        return open_path if not path.exists() and open_path.exists() else path
