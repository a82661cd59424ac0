"""``/originals/<sha256>``: the bytes as captured, read out of their WARC record.

The digest is verified before anything is sent, and bytes that do not agree with it are
never handed out. What comes from the Web stays inert here: downloads by default, a
sandbox policy on everything that could run, and only sniffed types of a short list are
shown. What was withheld is answered with 451, the date and the reason.
"""

from __future__ import annotations

import asyncio
import codecs
import logging
import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from datasette.utils.asgi import Response

from archive.datadir import DataDir
from archive.errors import ArchiveDamaged, StorageError
from archive.site import byterange
from archive.site.payloads import Payloads
from archive.site.query import Row, one, rows
from archive.site.streaming import Stream, slices
from archive.site.web import DATABASE, not_found, page, read, segment
from archive.warc import WarcStore

logger = logging.getLogger(__name__)

#: Media types a browser may show, and the file name ending of each.
INLINE = {
    "text/html": "html",
    "text/plain": "txt",
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
}
#: Further types that are named as they are when they are downloaded.
DOWNLOAD = {
    "application/msword": "doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/zip": "zip",
    "application/ofd": "ofd",
    "application/vnd.ms-works": "wps",
    "application/rtf": "rtf",
}
SANDBOX = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:;"
    " form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)
#: The viewers of browsers do not start inside a sandbox; a PDF gets no other rights.
PDF_POLICY = (
    "default-src 'none'; object-src 'self'; style-src 'unsafe-inline';"
    " frame-ancestors 'self'"
)
#: The bytes never change, but they may be withheld, and caches are to hear of it.
KEPT = "public, max-age=86400"
WITHHELD = 451  # RFC 7725
UNSAFE_IN_NAMES = re.compile(r'[\x00-\x1f\x7f"\\/:*?<>|\u200e\u200f\u202a-\u202e]+')


@dataclass(frozen=True, slots=True)
class Holding:
    """A payload we hold: what it is, and the records it can be read from."""

    sha256: str
    media_type: str
    charset: str | None
    title: str | None
    report_id: str | None
    records: tuple[Row, ...]
    withheld: Row | None = None  # reason and decided_at

    @property
    def extension(self) -> str:
        """Ending of the file name, from the sniffed type."""
        return (INLINE | DOWNLOAD).get(self.media_type, "bin")

    @property
    def ascii_name(self) -> str:
        """A file name for clients that read no other."""
        return f"{ascii_stem(self.report_id or self.sha256[:16])}.{self.extension}"

    @property
    def name(self) -> str:
        """The file name people see, without what file systems or readers trip over."""
        title = UNSAFE_IN_NAMES.sub(" ", self.title or "").strip(" .")[:80]
        return f"{title}.{self.extension}" if title else self.ascii_name


def ascii_stem(name: str) -> str:
    """A name in characters that every client and file system knows.

    >>> ascii_stem("370683-gov-2020"), ascii_stem("机关 1/2")
    ('370683-gov-2020', '-1-2')
    """
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name)


def find(connection: sqlite3.Connection, sha256: str) -> Holding | None:
    """The payload with that digest, None if nothing captured has it."""
    records = rows(
        connection,
        "SELECT capture_id, url, captured_at, warc_file, warc_offset, warc_length"
        " FROM captures WHERE sha256 = ? AND outcome <> 'revisit'"
        " ORDER BY outcome <> 'ok', captured_at LIMIT 5",
        [sha256],
    )
    if not records:
        return None
    document = one(
        connection,
        "SELECT media_type, charset, filename FROM documents WHERE sha256 = ?",
        [sha256],
    ) or {"media_type": "application/octet-stream", "charset": None, "filename": None}
    report = one(
        connection,
        "SELECT r.report_id, r.title, l.role FROM report_documents l"
        " JOIN reports r USING (report_id) WHERE l.sha256 = ?"
        " ORDER BY l.role <> 'main' LIMIT 1",
        [sha256],
    ) or {"report_id": None, "title": None, "role": "main"}
    stem = Path((document["filename"] or "").replace("\\", "/")).stem
    return Holding(
        sha256,
        document["media_type"],
        document["charset"],
        # Attachments of a report are told apart by their own names.
        (report["title"] or stem if report["role"] == "main" else stem) or None,
        report["report_id"],
        tuple(records),
        withholding(connection, sha256),
    )


def withholding(connection: sqlite3.Connection, sha256: str | None) -> Row | None:
    """Reason and date where the payload is not handed out, else None."""
    return one(
        connection,
        "SELECT reason, decided_at FROM withholdings"
        " WHERE sha256 = ? AND decision = 'withheld'",
        [sha256],
    )


def load_payload(warc: Path, holding: Holding) -> bytes:
    """The verified bytes, from the first record that gives them.

    Raises ArchiveDamaged with the reason of every record that does not, StorageError
    when they cannot be had now.
    """
    store, reasons = WarcStore(warc), []
    for record in holding.records:
        try:
            return store.read(
                record["warc_file"],
                record["warc_offset"],
                record["warc_length"],
                holding.sha256,
            )
        except ArchiveDamaged as error:
            reasons.append(f"{record['capture_id']}: {error}")
    raise ArchiveDamaged("; ".join(reasons))


def content_type(holding: Holding) -> str:
    """Media type to send: as sniffed if it is a known one; text with a charset.

    >>> content_type(Holding("", "text/html", "gb2312", None, None, ()))
    'text/html; charset=gb2312'
    >>> content_type(Holding("", "image/svg+xml", None, None, None, ()))
    'application/octet-stream'
    """
    if holding.media_type not in INLINE | DOWNLOAD:
        return "application/octet-stream"
    if not holding.media_type.startswith("text/"):
        return holding.media_type
    return f"{holding.media_type}; charset={known_charset(holding.charset)}"


def known_charset(name: str | None) -> str:
    """``name`` if it is a character set, else UTF-8: never left for sniffing."""
    try:
        codecs.lookup(name or "")
    except (LookupError, ValueError):
        return "utf-8"
    return name if name and re.fullmatch(r"[\w.-]+", name, re.ASCII) else "utf-8"


def headers(holding: Holding, *, inline: bool) -> dict[str, str]:
    """Headers of a response that hands out this payload."""
    shown = inline and holding.media_type in INLINE
    is_pdf = shown and holding.media_type == "application/pdf"
    names = (
        f"filename=\"{holding.ascii_name}\"; filename*=UTF-8''"
        f"{quote(holding.name, safe='')}"
    )
    return {
        "content-disposition": f"{'inline' if shown else 'attachment'}; {names}",
        "content-security-policy": PDF_POLICY if is_pdf else SANDBOX,
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
        "x-robots-tag": "noindex",
        "etag": f'"{holding.sha256}"',
        "cache-control": KEPT,
        "accept-ranges": "bytes",
    }


def warc_directory(datasette: Any) -> Path:
    """Where the WARC files lie: beside the published database."""
    return DataDir(Path(datasette.get_database(DATABASE).path).parent.parent).warc


async def view(datasette: Any, request: Any) -> Any:
    """Serve one original.

    200, 206, 304, 404, 416, 451 for one that is withheld, 500 for a damaged record,
    503 while the place where the WARC files are kept cannot be reached.
    """
    sha256 = segment(request, "sha256").lower()
    holding = await read(datasette, lambda connection: find(connection, sha256))
    if holding is None:
        return await not_found(datasette, request, "original", sha256)
    if holding.withheld:
        context = {"sha256": sha256, **holding.withheld, "holding": holding}
        return await page(datasette, request, "withheld", context, WITHHELD)
    sent = headers(holding, inline=request.args.get("view") == "inline")
    kind = content_type(holding)
    if byterange.matches(request.headers.get("if-none-match"), sent["etag"]):
        return Response(b"", 304, sent, kind)
    warc = warc_directory(datasette)
    try:
        payload = await asyncio.to_thread(
            _payloads.get, (warc, sha256), lambda: load_payload(warc, holding)
        )
    except ArchiveDamaged as error:
        told = str(error).replace(f"{warc}/", "")  # where it lies is nobody's business
        context = {"sha256": sha256, "records": holding.records, "error": told}
        return await page(datasette, request, "damaged", context, 500)
    except StorageError as error:  # what it says is for those who run the site
        logger.warning("%s: %s", sha256, error)
        response = await page(datasette, request, "away", {"sha256": sha256}, 503)
        response.headers |= {"cache-control": "no-store", "retry-after": "60"}
        return response
    wanted = request.headers.get("range") if request.method == "GET" else None
    if request.headers.get("if-range") not in (None, sent["etag"]):
        wanted = None
    size, status = len(payload), 200
    first, last = 0, size - 1
    try:
        part = byterange.parse(wanted, size)
    except byterange.Unsatisfiable:
        sent |= {"content-range": f"bytes */{size}", "content-length": "0"}
        return Response(b"", 416, sent, kind)
    if part:
        first, last = part
        sent["content-range"] = f"bytes {first}-{last}/{size}"
        status = 206
    sent["content-length"] = str(last + 1 - first)
    return Stream(request, slices(payload, first, last + 1), status, sent, kind)


_payloads = Payloads()
