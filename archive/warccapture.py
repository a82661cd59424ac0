"""From a WARC record to the row of ``captures`` that describes it.

What follows from the bytes is derived; what a crawl decided (whose portal, that a page
is a wall, whether the certificate was good) stands in ``WARC-Nianbao-…`` fields, which
the WARC standard allows and other readers ignore.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from archive.clock import iso
from archive.http import PARTIAL, HttpResponse, parse_response
from archive.records import Capture, WarcLocation
from archive.warcparse import RESPONSES, BadRecord, RawRecord

PREFIX = "warc-nianbao-"
SOURCE = "WARC-Nianbao-Source"
OUTCOME = "WARC-Nianbao-Outcome"
REASON = "WARC-Nianbao-Reason"
TLS = "WARC-Nianbao-TLS-Verified"
FIDELITY = "WARC-Nianbao-Fidelity"
ASKED = "WARC-Nianbao-Asked"

USUAL_OUTCOMES = {404: "not_found", 410: "not_found"}


def usual_outcome(status: int | None, truncated: str | None) -> str:
    """What a response is taken for when nobody knows better."""
    if status is None:
        return "error"
    if truncated or status == PARTIAL:
        return "truncated"
    if status < 400:
        return "ok"
    return USUAL_OUTCOMES.get(status, "error")


def decisions(
    source_id: str | None,
    outcome: str | None,
    reason: str | None,
    tls_verified: bool | None,
    fidelity: str,
    asked: str | None = None,
) -> dict[str, str]:
    """The fields of a record that say what its bytes do not."""
    fields = {
        SOURCE: source_id,
        OUTCOME: outcome,
        REASON: reason,
        TLS: None if tls_verified is None else str(int(tls_verified)),
        FIDELITY: None if fidelity == "exact" else fidelity,
        ASKED: asked,
    }
    return {name: value for name, value in fields.items() if value}


@dataclass(frozen=True, slots=True)
class Reference:
    """What a revisit says about the record that holds its payload."""

    record_id: str | None
    url: str | None
    date: str | None
    digest: str | None


@dataclass(frozen=True, slots=True)
class Described:
    """A capture made from its record.

    ``refers_to`` is set for a revisit, whose payload is not here: its ``sha256`` and
    ``bytes`` are those of the record it refers to, see :func:`resolved`.
    """

    capture: Capture
    validators: Mapping[str, str | None]
    digest: str | None  # WARC-Payload-Digest
    refers_to: Reference | None = None


def timestamp(date: str | None) -> str:
    """A WARC-Date in the notation of the catalogue. Raises BadRecord."""
    try:
        moment = datetime.fromisoformat(date or "")
    except ValueError as error:
        raise BadRecord(f"WARC-Date is {date!r}, not a time in ISO 8601") from error
    return iso(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def describe(
    record: RawRecord, place: WarcLocation, run_id: str, *, ours: bool = True
) -> Described | None:
    """The capture a record stands for; None for records that are no captures.

    Captures are HTTP responses, their revisits, and resources. Of a record that is not
    ``ours`` only what follows from the bytes is believed. Raises BadRecord.
    """
    if not ours:
        kept = tuple(f for f in record.headers if not f[0].lower().startswith(PREFIX))
        record = replace(record, headers=kept)
    if not record.record_id:
        raise BadRecord("no WARC-Record-ID")
    if record.kind == "resource":
        return _resource(record, place, run_id)
    if record.kind not in RESPONSES or not (record.is_http or record.kind == "revisit"):
        return None
    response = parse_response(record.block)
    capture = _response(record, response, place, run_id)
    validators = {
        "etag": response.header("etag"),
        "last_modified": response.header("last-modified"),
    }
    digest = record.header("WARC-Payload-Digest")
    reference = None
    if record.kind == "revisit":
        reference = Reference(
            (record.header("WARC-Refers-To") or "").strip("<>") or None,
            (record.header("WARC-Refers-To-Target-URI") or "").strip("<>") or None,
            record.header("WARC-Refers-To-Date"),
            digest,
        )
        capture = replace(capture, sha256=None, bytes=0)
    return Described(capture, validators, digest, reference)


def resolved(capture: Capture, original: Capture) -> Capture:
    """A revisit with the payload of the record it refers to."""
    return replace(capture, sha256=original.sha256, bytes=original.bytes)


def _resource(record: RawRecord, place: WarcLocation, run_id: str) -> Described:
    capture = Capture(
        capture_id=record.record_id,
        url=record.target_uri,
        captured_at=timestamp(record.header("WARC-Date")),
        http_status=None,
        outcome="ok",
        sha256=hashlib.sha256(record.block).hexdigest(),
        warc_file=place.file,
        warc_offset=place.offset,
        warc_length=place.length,
        run_id=run_id,
        source_id=record.header(SOURCE),
        media_type=record.header("Content-Type"),
        bytes=len(record.block),
    )
    return Described(capture, {}, record.header("WARC-Payload-Digest"))


def _response(
    record: RawRecord, response: HttpResponse, place: WarcLocation, run_id: str
) -> Capture:
    outcome = usual_outcome(response.status, record.header("WARC-Truncated"))
    if record.kind == "revisit":
        outcome = "revisit"
    tls = record.header(TLS)
    # A revisit has no body by design, which is no problem of the response.
    problems = () if record.kind == "revisit" else response.problems
    return Capture(
        capture_id=record.record_id,
        url=record.header(ASKED) or record.target_uri,
        captured_at=timestamp(record.header("WARC-Date")),
        http_status=response.status,
        outcome=record.header(OUTCOME) or outcome,
        sha256=hashlib.sha256(response.payload).hexdigest(),
        warc_file=place.file,
        warc_offset=place.offset,
        warc_length=place.length,
        run_id=run_id,
        source_id=record.header(SOURCE),
        media_type=response.media_type,
        bytes=len(response.payload),
        ip=record.header("WARC-IP-Address"),
        tls_verified=None if tls is None else tls == "1",
        fidelity=record.header(FIDELITY) or "exact",
        reason=record.header(REASON) or "; ".join(problems) or None,
    )
