"""``/capture/<capture_id>``: one response, where it lies, and what became of it."""

from __future__ import annotations

import sqlite3
from typing import Any

from archive.site.originals import withholding
from archive.site.query import one, rows
from archive.site.web import not_found, page, read, segment


def load(connection: sqlite3.Connection, capture_id: str) -> dict[str, Any] | None:
    """The capture, its document, other captures of the same bytes, its reports."""
    capture = one(
        connection,
        "SELECT c.*, s.name AS source FROM captures c"
        " LEFT JOIN sources s USING (source_id) WHERE c.capture_id = ?",
        [capture_id],
    )
    if capture is None:
        return None
    sha256 = [capture["sha256"]]
    return {
        "capture": capture,
        "document": one(connection, "SELECT * FROM documents WHERE sha256 = ?", sha256),
        "held": one(
            connection,
            "SELECT capture_id FROM captures WHERE sha256 = ?"
            " AND outcome <> 'revisit' LIMIT 1",
            sha256,
        ),
        "withheld": withholding(connection, capture["sha256"]),
        "same": rows(
            connection,
            "SELECT capture_id, url, captured_at, outcome FROM captures"
            " WHERE sha256 = ? AND capture_id <> ? ORDER BY captured_at LIMIT 50",
            [*sha256, capture_id],
        ),
        "reports": rows(
            connection,
            "SELECT DISTINCT r.report_id, r.title FROM report_documents l"
            " JOIN reports r USING (report_id) WHERE l.sha256 = ?",
            sha256,
        ),
        "triage": rows(
            connection,
            "SELECT kind, reason, title, error FROM triage WHERE sha256 = ?"
            " AND url = ?",
            [*sha256, capture["url"]],
        ),
    }


async def view(datasette: Any, request: Any) -> Any:
    """The page of one capture."""
    capture_id = segment(request, "capture_id")
    found = await read(datasette, lambda connection: load(connection, capture_id))
    if found is None:
        return await not_found(datasette, request, "capture", capture_id)
    return await page(datasette, request, "capture", found)
