"""The WARC store: append-only files of WARC 1.1 records, one gzip member each.

Layout. A run writes ``nianbao-<time>-<run>-<serial>.warc.gz.open`` into ``warc/``.
The first record is a ``warcinfo``; an exchange becomes a ``response`` and a ``request``
with the same date, an identical payload a ``revisit``, a local file a ``resource``. A
file is closed by fsync and rename to ``.warc.gz`` and never touched again; catalogue
rows use the final name, and the reader knows the ``.open`` one.

Digests are SHA-1 in Base32, as the readers of the field expect.
``WARC-Payload-Digest`` is left out where a transfer coding is in the way: warcio 1.8.1
and FastWARC 2.0.1 both verify it over the coded body, and a digest that standard tools
call broken is worse than none. The catalogue keeps the SHA-256 of the decoded payload
for every record.

Order. :meth:`WarcStore.append` writes; :meth:`WarcStore.sync` makes it durable and must
be called before the transaction that names the records.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import zlib
from base64 import b32encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fastwarc.stream_io import GzipWriter
from fastwarc.warc import WarcRecord, WarcRecordType

from archive import __version__
from archive.clock import Clock, iso, new_record_id, utc_now
from archive.errors import ArchiveDamaged, RecordNotFound, StorageError
from archive.http import HttpResponse, parse_response
from archive.records import Capture, Exchange

OPEN_SUFFIX = ".open"
ROLL_BYTES = 1_000_000_000
#: How many written payloads are remembered beside the catalogue's own memory.
FRESH_PAYLOADS = 2000
#: Below this size a revisit record saves nothing and hides short error pages.
MIN_REVISIT_BYTES = 1024
REVISIT_PROFILE = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
USUAL_OUTCOMES = {404: "not_found", 410: "not_found"}

#: Finds the capture that holds a payload (SHA-256) already, if any.
Seen = Callable[[str], Capture | None]


def sha1(data: bytes) -> str:
    """Digest in the notation of WARC headers."""
    digest = hashlib.sha1(data, usedforsecurity=False).digest()
    return "sha1:" + b32encode(digest).decode()


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


class WarcStore:
    """Appends exchanges and files to ``directory`` and reads them back."""

    def __init__(
        self,
        directory: Path,
        *,
        run_id: str = "",
        seen: Seen | None = None,
        clock: Clock = utc_now,
        new_id: Callable[[], str] = new_record_id,
        roll_bytes: int = ROLL_BYTES,
        info: dict[str, str] | None = None,
    ) -> None:
        self.directory = Path(directory)
        self.run_id = run_id
        self._seen = seen or (lambda sha256: None)
        self._clock = clock
        self._new_id = new_id
        self._roll_bytes = roll_bytes
        self._info = info or {}
        self._file: io.FileIO | None = None
        self._name = ""
        self._serial = 0
        self._offset = 0
        self._dirty = False
        # the latest payloads written, which the catalogue may not know yet
        self._fresh: dict[str, Capture] = {}

    # ------------------------------------------------------------------ writing

    def append(
        self,
        exchange: Exchange,
        *,
        source_id: str | None = None,
        outcome: str | None = None,
        reason: str | None = None,
    ) -> Capture:
        """Write an exchange and return its capture. Durable after :meth:`sync`.

        ``outcome`` overrides what the status says (blocked, robots, error).
        """
        response = parse_response(exchange.response)
        sha256 = hashlib.sha256(response.payload).hexdigest()
        outcome = outcome or self._outcome(exchange, response)
        if response.problems and not reason:
            reason = "; ".join(response.problems)
        capture_id = self._new_id()
        common = {
            "WARC-Target-URI": exchange.url,
            "WARC-Date": exchange.started_at,
        }
        if exchange.ip:
            common["WARC-IP-Address"] = exchange.ip
        extra = dict(common)
        if exchange.truncated:
            extra["WARC-Truncated"] = exchange.truncated
        if exchange.fidelity != "exact":
            extra["WARC-Nianbao-Fidelity"] = exchange.fidelity
        if not response.transfer_coded:
            extra["WARC-Payload-Digest"] = sha1(response.body)
        block, kind = exchange.response, WarcRecordType.response
        earlier = None
        if outcome == "ok" and len(response.payload) >= MIN_REVISIT_BYTES:
            earlier = self._fresh.get(sha256) or self._seen(sha256)
        if earlier is not None:
            outcome, block, kind = "revisit", response.head, WarcRecordType.revisit
            extra |= {
                "WARC-Profile": REVISIT_PROFILE,
                "WARC-Refers-To": f"<{earlier.capture_id}>",
                "WARC-Refers-To-Target-URI": earlier.url,
                "WARC-Refers-To-Date": earlier.captured_at,
            }
        offset, length = self._write(kind, block, capture_id, extra, http=True)
        request = common | {"WARC-Concurrent-To": f"<{capture_id}>"}
        self._write(
            WarcRecordType.request, exchange.request, self._new_id(), request, http=True
        )
        capture = Capture(
            capture_id=capture_id,
            url=exchange.url,
            captured_at=exchange.started_at,
            http_status=response.status,
            outcome=outcome,
            sha256=sha256,
            warc_file=self._name,
            warc_offset=offset,
            warc_length=length,
            run_id=self.run_id,
            source_id=source_id,
            media_type=response.media_type,
            bytes=len(response.payload),
            ip=exchange.ip,
            tls_verified=exchange.tls_verified,
            fidelity=exchange.fidelity,
            reason=reason,
        )
        if outcome == "ok":
            self._remember(sha256, capture)
        return capture

    def _remember(self, sha256: str, capture: Capture) -> None:
        self._fresh[sha256] = capture
        if len(self._fresh) > FRESH_PAYLOADS:
            del self._fresh[next(iter(self._fresh))]

    def append_resource(self, url: str, data: bytes, media_type: str) -> Capture:
        """Write a local file as a ``resource`` record and return its capture."""
        sha256 = hashlib.sha256(data).hexdigest()
        capture_id, date = self._new_id(), iso(self._clock())
        headers = {
            "WARC-Target-URI": url,
            "WARC-Date": date,
            "Content-Type": media_type,
        }
        offset, length = self._write(WarcRecordType.resource, data, capture_id, headers)
        return Capture(
            capture_id=capture_id,
            url=url,
            captured_at=date,
            http_status=None,
            outcome="ok",
            sha256=sha256,
            warc_file=self._name,
            warc_offset=offset,
            warc_length=length,
            run_id=self.run_id,
            media_type=media_type,
            bytes=len(data),
        )

    @staticmethod
    def _outcome(exchange: Exchange, response: HttpResponse) -> str:
        if response.status is None:
            return "error"
        if exchange.truncated:
            return "truncated"
        if response.status < 400:
            return "ok"
        return USUAL_OUTCOMES.get(response.status, "error")

    def _write(
        self,
        kind: WarcRecordType,
        block: bytes,
        record_id: str,
        headers: dict[str, str],
        http: bool = False,
    ) -> tuple[int, int]:
        if self._file is None or self._offset >= self._roll_bytes:
            self._roll()
        data = serialise(kind, block, record_id, headers, http=http)
        offset = self._offset
        try:
            assert self._file is not None
            written = 0
            while written < len(data):
                written += self._file.write(data[written:]) or 0
        except OSError as error:
            raise StorageError(
                f"cannot write to {self.directory / self._name}: {error.strerror}"
            ) from error
        self._offset += len(data)
        self._dirty = True
        return offset, len(data)

    def _roll(self) -> None:
        self.close()
        self._serial += 1
        moment = self._clock()
        run = self.run_id.rpartition("-")[2] or "run"
        self._name = f"nianbao-{moment:%Y%m%d%H%M%S}-{run}-{self._serial:05d}.warc.gz"
        path = self.directory / (self._name + OPEN_SUFFIX)
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            self._file = open(path, "xb", buffering=0)  # noqa: SIM115 - kept open
        except OSError as error:
            raise StorageError(f"cannot create {path}: {error.strerror}") from error
        self._offset = 0
        fields = {
            "software": f"nianbao/{__version__}",
            "format": "WARC File Format 1.1",
            "conformsTo": "http://iipc.github.io/warc-specifications/"
            "specifications/warc-format/warc-1.1/",
            "isPartOf": self.run_id,
        } | self._info
        block = "".join(f"{k}: {v}\r\n" for k, v in fields.items()).encode()
        headers = {
            "WARC-Date": iso(moment),
            "WARC-Filename": self._name,
            "Content-Type": "application/warc-fields",
        }
        self._write(WarcRecordType.warcinfo, block, self._new_id(), headers)

    def sync(self) -> None:
        """Make everything appended so far durable."""
        if self._dirty and self._file is not None:
            try:
                os.fsync(self._file.fileno())
            except OSError as error:
                raise StorageError(f"cannot sync {self._name}: {error}") from error
            self._dirty = False

    def close(self) -> None:
        """Finish the open file: fsync, rename. The store can go on with a new one."""
        if self._file is None:
            return
        self.sync()
        self._file.close()
        self._file = None
        finish(self.directory / (self._name + OPEN_SUFFIX))

    def __enter__(self) -> WarcStore:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # ------------------------------------------------------------------ reading

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
        expected, digest = record.headers.get("WARC-Block-Digest"), sha1(block)
        if expected != digest:
            raise ArchiveDamaged(f"{where}: block digest is {digest}, not {expected}")
        kind = record.headers.get("WARC-Type")
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
            record.headers.get("WARC-Target-URI") or "",
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
