"""``/agency/<agency_id>``: one authority's reports by year."""

from __future__ import annotations

import sqlite3
from typing import Any

from archive.site.query import one, rows
from archive.site.web import not_found, page, read, segment


def load(connection: sqlite3.Connection, agency_id: str) -> dict[str, Any] | None:
    """The authority, its years, and the authorities that belong to it."""
    agency = one(connection, "SELECT * FROM agencies WHERE agency_id = ?", [agency_id])
    if agency is None:
        return None
    return {
        "agency": agency,
        "parent": one(
            connection,
            "SELECT agency_id, name FROM agencies WHERE agency_id = ?",
            [agency["parent_id"]],
        ),
        "members": rows(
            connection,
            "SELECT a.agency_id, a.name, count(r.report_id) AS reports"
            " FROM agencies a LEFT JOIN reports r USING (agency_id)"
            " WHERE a.parent_id = ? GROUP BY a.agency_id ORDER BY a.name LIMIT 200",
            [agency_id],
        ),
        "years": rows(
            connection,
            "SELECT v.report_year, v.state, v.note, i.report_id, i.status,"
            " i.checks_failed, i.published_on, i.days_late, i.new_received,"
            " i.handled_total, i.granted, i.granted_partial, i.carried_out,"
            " i.reconsideration_total, i.litigation_total"
            " FROM coverage v LEFT JOIN report_index i"
            " ON i.agency_id = v.agency_id AND i.report_year = v.report_year"
            " WHERE v.agency_id = ? ORDER BY v.report_year DESC, i.report_id",
            [agency_id],
        ),
    }


async def view(datasette: Any, request: Any) -> Any:
    """The page of one authority."""
    agency_id = segment(request, "agency_id")
    found = await read(datasette, lambda connection: load(connection, agency_id))
    if found is None:
        return await not_found(datasette, request, "agency", agency_id)
    return await page(datasette, request, "agency", found)
