"""The WARC store: append-only files of WARC 1.1 records, one gzip member each.

Layout. A run writes ``nianbao-<time>-<run>-<serial>.warc.gz.open`` into ``warc/``.
The first record is a ``warcinfo``; an exchange becomes a ``response`` and a ``request``
with the same date, an identical payload a ``revisit``, a local file a ``resource``. A
file is closed by fsync and rename to ``.warc.gz`` and never touched again; catalogue
rows use the final name, and the reader knows the ``.open`` one.

What the bytes do not say stands beside them: a response carries what the crawl decided
about it (:mod:`archive.warccapture`), and every run ends with ``metadata`` records that
hold what a catalogue knows beyond its captures (:mod:`archive.ledger`). So the
catalogue can be made again from this directory alone (:mod:`archive.reindex`).

Digests are SHA-1 in Base32, as the readers of the field expect.
``WARC-Payload-Digest`` is left out where a transfer coding is in the way: warcio 1.8.1
and FastWARC 2.0.1 both verify it over the coded body, and a digest that standard tools
call broken is worse than none. The catalogue keeps the SHA-256 of the decoded payload
for every record.

Order. :meth:`WarcStore.append` writes; :meth:`WarcStore.sync` makes it durable and must
be called before the transaction that names the records.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from fastwarc.warc import WarcRecordType

from archive import __version__
from archive.clock import Clock, iso, new_record_id, utc_now
from archive.errors import ArchiveDamaged, StorageError
from archive.http import parse_response
from archive.records import Capture, Exchange, WarcLocation
from archive.storage.shelf import OPEN_SUFFIX
from archive.warccapture import decisions, usual_outcome
from archive.warcreader import WarcReader
from archive.warcrecord import member, serialise, sha1
from archive.warcrepair import finish

ROLL_BYTES = 1_000_000_000
#: How many written payloads are remembered where there is no catalogue to ask.
FRESH_PAYLOADS = 2000
#: Below this size a revisit record saves nothing and hides short error pages.
MIN_REVISIT_BYTES = 1024
REVISIT_PROFILE = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED_PROFILE = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"

#: Field of a warcinfo that says what kind of file it heads, see ``series``.
SERIES_FIELD = "nianbao-series"
#: Series of the files that hold captures made by others.
IMPORTED = "import"

#: Finds the capture that holds a payload (SHA-256) already, if any.
Seen = Callable[[str], Capture | None]


class WarcStore(WarcReader):
    """Appends exchanges and files to ``directory`` and reads them back.

    ``series`` tells apart the files of one run that different stores write.
    """

    def __init__(
        self,
        directory: Path,
        *,
        run_id: str = "",
        series: str = "",
        seen: Seen | None = None,
        clock: Clock = utc_now,
        new_id: Callable[[], str] = new_record_id,
        roll_bytes: int = ROLL_BYTES,
        info: dict[str, str] | None = None,
    ) -> None:
        super().__init__(directory)
        self.run_id = run_id
        self._series = series
        self._clock = clock
        self._new_id = new_id
        self._roll_bytes = roll_bytes
        self._info = info or {}
        self._file: io.FileIO | None = None
        self._name = ""
        self._serial = 0
        self._offset = 0
        self._dirty = False
        self._broken = ""  # why nothing more may be appended to the open file
        self._fresh: dict[str, Capture] = {}  # the latest payloads written
        # A catalogue knows only what is committed: where there is one, no revisit
        # refers to a record that a kill may leave without a row.
        self._seen = seen or self._fresh.get

    # ------------------------------------------------------------------ writing

    def append(
        self,
        exchange: Exchange,
        *,
        source_id: str | None = None,
        outcome: str | None = None,
        reason: str | None = None,
        unchanged: Capture | None = None,
    ) -> Capture:
        """Write an exchange and return its capture. Durable after :meth:`sync`.

        ``outcome`` overrides what the status says (blocked, robots, error).
        ``unchanged`` is the capture that holds what an answer of 304 confirms.
        """
        response = parse_response(exchange.response)
        sha256 = hashlib.sha256(response.payload).hexdigest()
        decided, explained = outcome, " ".join((reason or "").split()) or None
        reason = explained or "; ".join(response.problems) or None
        outcome = outcome or usual_outcome(response.status, exchange.truncated)
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
        if not response.transfer_coded:
            extra["WARC-Payload-Digest"] = sha1(response.body)
        block, kind = exchange.response, WarcRecordType.response
        earlier = None
        if outcome == "ok" and len(response.payload) >= MIN_REVISIT_BYTES:
            earlier = self._whole(self._seen(sha256))
        if exchange.asked or (earlier and "__wb_method=" in earlier.url):
            earlier = None  # replay finds what a revisit refers to by its address alone
        if unchanged is not None:
            earlier, sha256 = unchanged, unchanged.sha256 or sha256
            extra.pop("WARC-Payload-Digest", None)  # that of an empty body says nothing
            if digest := self._payload_digest(unchanged):
                extra["WARC-Payload-Digest"] = digest
        if earlier is not None:
            outcome, block, kind = "revisit", response.head, WarcRecordType.revisit
            extra |= {
                "WARC-Profile": NOT_MODIFIED_PROFILE if unchanged else REVISIT_PROFILE,
                "WARC-Refers-To": f"<{earlier.capture_id}>",
                "WARC-Refers-To-Target-URI": earlier.url,
                "WARC-Refers-To-Date": earlier.captured_at,
            }
            explained = reason  # the block it was seen in is not stored
        extra |= decisions(
            source_id,
            decided,
            explained,
            exchange.tls_verified,
            exchange.fidelity,
            exchange.asked,
        )
        offset, length = self._write(kind, block, capture_id, extra, http=True)
        request = common | {"WARC-Concurrent-To": f"<{capture_id}>"}
        self._put(
            serialise(
                WarcRecordType.request,
                exchange.request,
                self._new_id(),
                request,
                http=True,
            ),
            roll=False,  # an exchange stays in one file
        )
        capture = Capture(
            capture_id=capture_id,
            url=exchange.asked or exchange.url,
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
            bytes=unchanged.bytes if unchanged else len(response.payload),
            ip=exchange.ip,
            tls_verified=exchange.tls_verified,
            fidelity=exchange.fidelity,
            reason=reason,
        )
        if outcome == "ok":
            self._remember(sha256, capture)
        return capture

    def _whole(self, held: Capture | None) -> Capture | None:
        """A capture that a revisit may refer to: not one whose record is damaged here.

        What lies elsewhere is not fetched for this; its checks are those of fixity.
        """
        if held is None or not self.shelf.locate(held.warc_file).exists():
            return held
        try:
            self.read_original(
                held.warc_file, held.warc_offset, held.warc_length, held.sha256
            )
        except ArchiveDamaged:
            return None
        return held

    def _remember(self, sha256: str, capture: Capture) -> None:
        self._fresh[sha256] = capture
        if len(self._fresh) > FRESH_PAYLOADS:
            del self._fresh[next(iter(self._fresh))]

    def _payload_digest(self, capture: Capture) -> str | None:
        """The payload digest as the record of a capture has it, None without one."""
        try:
            response = self.read_original(
                capture.warc_file, capture.warc_offset, capture.warc_length
            ).response
        # fixity names damage, the end of the run an absent store; the crawl goes on
        except (ArchiveDamaged, StorageError):
            return None
        if response is None or response.transfer_coded:
            return None
        return sha1(response.body)

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

    def append_metadata(self, content: Any, fields: dict[str, str]) -> WarcLocation:
        """Write a ``metadata`` record of JSON with further named fields."""
        block = json.dumps(content, ensure_ascii=False).encode()
        headers = {
            "WARC-Date": iso(self._clock()),
            "Content-Type": "application/json",
        } | fields
        offset, length = self._write(
            WarcRecordType.metadata, block, self._new_id(), headers
        )
        return WarcLocation(self._name, offset, length)

    def append_copy(self, record: bytes) -> WarcLocation:
        """Write a whole record of another writer exactly as it stands."""
        offset, length = self._put(member(record))
        return WarcLocation(self._name, offset, length)

    def _write(
        self,
        kind: WarcRecordType,
        block: bytes,
        record_id: str,
        headers: dict[str, str],
        http: bool = False,
    ) -> tuple[int, int]:
        return self._put(serialise(kind, block, record_id, headers, http=http))

    def _put(self, data: bytes, roll: bool = True) -> tuple[int, int]:
        if self._broken:
            raise StorageError(self._broken)
        if self._file is None or (roll and self._offset >= self._roll_bytes):
            self._roll()
        assert self._file is not None
        offset = self._offset
        try:
            written = 0
            while written < len(data):
                written += self._file.write(data[written:]) or 0
        except OSError as error:
            # Whatever came after half a record could not be read. Cutting it off takes
            # no space; where even that fails, the next run's repair does it.
            with suppress(OSError):
                self._file.truncate(offset)
            self._broken = (
                f"cannot write to {self.directory / self._name}: {error.strerror}"
            )
            raise StorageError(self._broken) from error
        self._offset += len(data)
        self._dirty = True
        return offset, len(data)

    def _roll(self) -> None:
        self.close()
        moment = self._clock()
        run = self.run_id.rpartition("-")[2] or "run"
        self._name = ""
        # Another store of this run may have closed a file in the same second.
        while not self._name or (self.directory / self._name).exists():
            self._serial += 1
            serial = f"{self._series}{self._serial:05d}"
            self._name = f"nianbao-{moment:%Y%m%d%H%M%S}-{run}-{serial}.warc.gz"
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
        if self._series:
            fields[SERIES_FIELD] = self._series
        block = "".join(f"{k}: {v}\r\n" for k, v in fields.items()).encode()
        headers = {
            "WARC-Date": iso(moment),
            "WARC-Filename": self._name,
            "Content-Type": "application/warc-fields",
        }
        self._write(WarcRecordType.warcinfo, block, self._new_id(), headers)

    def sync(self) -> None:
        """Make everything appended so far durable."""
        if self._broken:
            raise StorageError(self._broken)
        if self._dirty and self._file is not None:
            self._sync(self._file)

    def _sync(self, file: io.FileIO) -> None:
        try:
            os.fsync(file.fileno())
        except OSError as error:
            # A second fsync would report success without having written anything.
            path = self.directory / self._name
            self._broken = f"cannot sync {path}: {error.strerror}"
            raise StorageError(self._broken) from error
        self._dirty = False

    def close(self) -> None:
        """Finish the open file: fsync, rename. The store can go on with a new one.

        A file that could not be written keeps its ``.open`` for the next run's repair.
        """
        if self._file is None:
            return
        file, self._file = self._file, None
        try:
            if self._dirty and not self._broken:
                self._sync(file)
        finally:
            file.close()
        if not self._broken:
            finish(self.directory / (self._name + OPEN_SUFFIX))

    def __enter__(self) -> WarcStore:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
