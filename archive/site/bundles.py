"""Originals to take away: a ZIP of many with a manifest, a WACZ of one report.

``/originals.zip`` holds what its address asks for: the originals of an authority
(``agency=``), of one report (``report=``), of a search (``q=``, ``year=``, ``level=``,
``province=``), of a ready question (``query=NAME`` with its parameters) or of an SQL
query (``sql=``) that gives a column ``report_id`` or ``sha256``. It is packed while it
is sent. ``manifest.csv`` comes last, because only then is it known what could be read.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from datasette.database import QueryInterrupted
from datasette.utils import InvalidSql, validate_sql_select

from archive.errors import ArchiveDamaged, StorageError, UsageError
from archive.export.selection import Selection
from archive.export.sink import Sink
from archive.export.wacz import stream
from archive.site import originals
from archive.site.fts import match
from archive.site.originals import Holding, load_payload
from archive.site.query import Row, one, rows
from archive.site.streaming import CHUNK, Stream, slices
from archive.site.web import DATABASE, not_found, page, read, segment

#: More than this is what exports are for: `nianbao export originals`.
MAX_FILES = 500
MAX_BYTES = 500 * 2**20
#: Columns of report_index that narrow a selection, by parameter.
FILTERS = {
    "agency": "agency_id",
    "report": "report_id",
    "year": "report_year",
    "level": "level",
    "province": "province",
}
MANIFEST = "manifest.csv"
COLUMNS = (
    "file", "sha256", "status", "url", "captured_at", "report_id", "agency",
    "report_year", "version_no", "role", "media_type", "bytes",
)  # fmt: skip
EPOCH = (1980, 1, 1, 0, 0, 0)  # ZIP knows no earlier time
BOM = "\ufeff"  # without it Excel takes the manifest for GBK
HEADERS = {
    "content-security-policy": "sandbox; default-src 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
    "cache-control": "public, max-age=60",
}


class Refused(Exception):
    """A bundle that is not made: key of the strings, its values, HTTP status."""

    def __init__(self, key: str, status: int, **values: Any) -> None:
        super().__init__(key)
        self.key = key
        self.status = status
        self.values = values


@dataclass(frozen=True, slots=True)
class Bundle:
    """What goes into a ZIP: lines of the manifest, and the payloads they name."""

    lines: tuple[Row, ...]
    holdings: dict[str, Holding]


# ----------------------------------------------------------------------------- choosing


def by_filters(connection: sqlite3.Connection, given: dict[str, str]) -> list[str]:
    """Reports that pass the filters and, with ``q``, hold the words."""
    wanted = {key: given[key] for key in FILTERS if given.get(key)}
    conditions = [f"CAST({FILTERS[key]} AS TEXT) = :{key}" for key in wanted]
    params: dict[str, Any] = dict(wanted)
    if given.get("q"):
        params["match"] = match(given["q"])
        conditions.append(
            "report_id IN (SELECT report_id FROM chapters WHERE id IN"
            " (SELECT rowid FROM chapters_fts WHERE chapters_fts MATCH :match))"
        )
    if not conditions:
        raise Refused("bundle.nothing_asked", 400)
    found = rows(
        connection,
        f"SELECT report_id FROM report_index WHERE {' AND '.join(conditions)}"
        " ORDER BY report_id",
        params,
    )
    return [row["report_id"] for row in found]


async def by_sql(
    datasette: Any, request: Any, sql: str, params: dict[str, str]
) -> tuple[list[str], list[str]]:
    """Reports and digests that a SELECT gives."""
    if not await datasette.permission_allowed(
        request.actor, "execute-sql", DATABASE, default=True
    ):
        raise Refused("bundle.bad_query", 403, error="execute-sql")
    try:
        validate_sql_select(sql)
        found = await datasette.get_database(DATABASE).execute(
            sql, _named(sql, params), truncate=True, page_size=MAX_FILES + 1
        )
    except QueryInterrupted as error:
        raise Refused("bundle.bad_query", 400, error="time limit") from error
    except (InvalidSql, sqlite3.Error) as error:
        raise Refused("bundle.bad_query", 400, error=str(error)) from error
    if not {"report_id", "sha256"} & set(found.columns):
        raise Refused("bundle.no_column", 400)
    if found.truncated or len(found.rows) > MAX_FILES:
        raise Refused("bundle.too_many", 413, files=MAX_FILES, found=f"> {MAX_FILES}")
    picked: dict[str, list[str]] = {"report_id": [], "sha256": []}
    # Both columns name the same originals; the digest is the narrower one.
    name = "sha256" if "sha256" in found.columns else "report_id"
    picked[name] = [str(row[name]) for row in found.rows if row[name]]
    return picked["report_id"], picked["sha256"]


def _named(sql: str, params: dict[str, str]) -> dict[str, str]:
    """The given parameters; those of the query that were not given are empty."""

    class Missing(dict[str, str]):
        def __missing__(self, key: str) -> str:
            return ""

    return Missing(params)


def collect(
    connection: sqlite3.Connection, report_ids: Iterable[str], digests: Iterable[str]
) -> Bundle:
    """The originals of those reports and with those digests, within the limits."""
    lines = rows(
        connection,
        "SELECT l.sha256, l.url, min(c.captured_at) AS captured_at, l.report_id,"
        " a.name AS agency, r.report_year, l.version_no, l.role, d.media_type, d.bytes"
        " FROM report_documents l JOIN reports r USING (report_id)"
        " JOIN agencies a USING (agency_id) JOIN documents d ON d.sha256 = l.sha256"
        " LEFT JOIN captures c ON c.sha256 = l.sha256 AND c.url = l.url"
        " WHERE l.report_id IN (SELECT value FROM json_each(?1))"
        " OR l.sha256 IN (SELECT value FROM json_each(?2))"
        " GROUP BY l.report_id, l.version_no, l.sha256, l.url"
        " ORDER BY l.report_id, l.version_no, l.role <> 'main', l.url",
        [json.dumps([*report_ids]), json.dumps([*digests])],
    )
    sizes = {line["sha256"]: line["bytes"] for line in lines}
    if not sizes:
        raise Refused("bundle.empty", 404)
    if len(sizes) > MAX_FILES:
        raise Refused("bundle.too_many", 413, files=MAX_FILES, found=len(sizes))
    if sum(sizes.values()) > MAX_BYTES:
        found = sum(sizes.values()) // 2**20
        raise Refused("bundle.too_large", 413, limit=MAX_BYTES // 2**20, found=found)
    found_holdings = {sha256: originals.find(connection, sha256) for sha256 in sizes}
    return Bundle(
        tuple(lines), {k: v for k, v in found_holdings.items() if v is not None}
    )


# ------------------------------------------------------------------------------ packing


def pack(warc: Path, bundle: Bundle) -> Iterator[bytes]:
    """The ZIP, piece by piece: the originals by report, then the manifest.

    One that cannot be read or is withheld is named there with the reason.
    """
    sink = Sink()
    names: dict[str, str] = {}
    status: dict[str, str] = {}
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for line in bundle.lines:
            sha256 = line["sha256"]
            if sha256 in status:
                continue
            holding = bundle.holdings.get(sha256)
            status[sha256], payload = _payload(warc, holding)
            if payload is None or holding is None:
                continue
            names[sha256] = _free(line["report_id"], holding, set(names.values()))
            info = _info(names[sha256], line["captured_at"])
            # What is packed already only costs time.
            info._compresslevel = 6 if holding.media_type.startswith("text/") else 1  # type: ignore[attr-defined]
            with archive.open(info, "w") as member:
                for piece in slices(payload, 0, len(payload)):
                    member.write(piece)
                    yield sink.drain()
        lines = [
            {
                **line,
                "file": names.get(line["sha256"], ""),
                "status": status[line["sha256"]],
            }
            for line in bundle.lines
        ]
        latest = max((line["captured_at"] or "" for line in lines), default="")
        archive.writestr(_info(MANIFEST, latest), manifest(lines))
    yield sink.drain()


def _payload(warc: Path, holding: Holding | None) -> tuple[str, bytes | None]:
    if holding is None:
        return "not held", None
    if holding.withheld:
        day = holding.withheld["decided_at"][:10]
        return f"withheld {day}: {holding.withheld['reason']}", None
    try:
        return "ok", load_payload(warc, holding)
    except ArchiveDamaged as error:
        return f"damaged: {error}", None
    except StorageError:
        return "not to be had at the time: ask again later", None


def _free(folder: str, holding: Holding, taken: set[str]) -> str:
    """A path inside the ZIP that no other original has."""
    folder = originals.UNSAFE_IN_NAMES.sub("-", folder).strip(" .") or "report"
    stem, _, ending = holding.name.rpartition(".")
    for number in range(1, len(taken) + 2):
        mark = f" ({number})" if number > 1 else ""
        path = f"{folder}/{stem}{mark}.{ending}"
        if path not in taken:
            return path
    raise AssertionError("more names tried than there are")


def _info(path: str, captured_at: str | None) -> zipfile.ZipInfo:
    """A member dated by its capture: the same selection gives the same bytes."""
    date = EPOCH
    if captured_at and captured_at >= "1980":
        moment = datetime.fromisoformat(captured_at)
        date = (*moment.timetuple()[:5], moment.second)
    info = zipfile.ZipInfo(path, date)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info


def manifest(lines: Iterable[Row]) -> bytes:
    """One line for every address at which an original of a report was found."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    for line in lines:
        writer.writerow({key: inert(line[key]) for key in COLUMNS})
    return (BOM + text.getvalue()).encode()


def inert(value: Any) -> Any:
    """A value that no spreadsheet takes for a formula.

    >>> inert("=HYPERLINK(1)"), inert("甲州市"), inert(-1), inert(None)
    ("'=HYPERLINK(1)", '甲州市', -1, '')
    """
    if value is None:
        return ""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value


# ---------------------------------------------------------------------------- answering


def disposition(name: str, ascii_name: str) -> str:
    """An attachment by both its names (RFC 6266)."""
    extended = quote(name, safe="")
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{extended}"


async def view(datasette: Any, request: Any) -> Any:
    """``/originals.zip``: 200, or a page that says why not."""
    given = {key: request.args.get(key) or "" for key in request.args}
    try:
        report_ids, digests, name = await _choose(datasette, request, given)
        bundle = await read(datasette, lambda c: collect(c, report_ids, digests))
    except Refused as refused:
        context = {"key": refused.key, "values": refused.values}
        return await page(datasette, request, "no_bundle", context, refused.status)
    warc = originals.warc_directory(datasette)
    sent = HEADERS | {
        "content-disposition": disposition(
            f"{name}-originals.zip", f"{originals.ascii_stem(name)}-originals.zip"
        )
    }
    pieces = (p for p in pack(warc, bundle) if p)
    return Stream(request, pieces, 200, sent, "application/zip", blocking=True)


async def _choose(
    datasette: Any, request: Any, given: dict[str, str]
) -> tuple[list[str], list[str], str]:
    """Reports, digests, and what to call them."""
    if given.get("query"):
        canned = await datasette.get_canned_query(
            DATABASE, given["query"], request.actor
        )
        if canned is None:
            raise Refused("bundle.no_query", 404, name=given["query"])
        chosen = await by_sql(datasette, request, canned["sql"], given)
        return *chosen, given["query"]
    if given.get("sql"):
        chosen = await by_sql(datasette, request, given["sql"], given)
        return *chosen, "nianbao"
    found = await read(datasette, lambda connection: by_filters(connection, given))
    return found, [], given.get("agency") or given.get("report") or "nianbao"


@dataclass(frozen=True, slots=True)
class _Published:
    """The published database as a source of selections."""

    connection: sqlite3.Connection

    def rows(self, sql: str, params: Iterable[Any] = ()) -> list[Row]:
        """Rows of a SELECT as dictionaries."""
        return rows(self.connection, sql, params)


async def wacz(datasette: Any, request: Any) -> Any:
    """``/report/<id>.wacz``: the captures of one report for replay elsewhere."""
    report_id = segment(request, "report_id")
    warc = originals.warc_directory(datasette)

    def start(connection: sqlite3.Connection) -> Iterator[bytes] | Row | None:
        report = one(
            connection,
            "SELECT r.sha256, w.reason, w.decided_at FROM reports r"
            " LEFT JOIN withholdings w ON w.sha256 = r.sha256"
            " AND w.decision = 'withheld' WHERE report_id = ?",
            [report_id],
        )
        if report is None or report["reason"]:
            return report
        return stream(warc, _Published(connection), Selection(report_id=report_id))

    try:
        found = await read(datasette, start)
    except UsageError:
        found = None
    if found is None:
        return await not_found(datasette, request, "report", report_id)
    if isinstance(found, dict):
        context = found | {"holding": {"report_id": report_id}}
        return await page(datasette, request, "withheld", context, originals.WITHHELD)
    name = f"{report_id}.wacz"
    sent = HEADERS | {
        "content-disposition": disposition(
            name, f"{originals.ascii_stem(report_id)}.wacz"
        )
    }
    kind = "application/wacz+zip"
    return Stream(request, _gathered(found), 200, sent, kind, blocking=True)


def _gathered(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Small pieces together, so that each is worth a turn in a thread."""
    held = bytearray()
    for piece in pieces:
        held += piece
        if len(held) >= CHUNK:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)
