"""``/coverage``: authorities by year, the gaps shown as plainly as the finds."""

from __future__ import annotations

import sqlite3
from typing import Any

from archive.site.query import Row, count, one, rows
from archive.site.web import PAGE_SIZE, page, page_number, read


def load(connection: sqlite3.Connection, number: int) -> dict[str, Any]:
    """One page of authorities, each with its state in every year."""
    years = [
        row["report_year"]
        for row in rows(
            connection, "SELECT DISTINCT report_year FROM coverage ORDER BY 1"
        )
    ]
    agencies = rows(
        connection,
        "SELECT agency_id, name, province, city FROM agencies WHERE agency_id IN"
        " (SELECT agency_id FROM coverage)"
        " ORDER BY coalesce(adcode, '9'), agency_id LIMIT ? OFFSET ?",
        [PAGE_SIZE, (number - 1) * PAGE_SIZE],
    )
    for agency in agencies:
        agency["years"] = _years(connection, agency["agency_id"])
    total = count(connection, "SELECT count(DISTINCT agency_id) FROM coverage")
    return {
        "years": years,
        "agencies": agencies,
        "total": total,
        "states": rows(
            connection,
            "SELECT state, count(*) AS n FROM coverage GROUP BY 1 ORDER BY 2 DESC",
        ),
        "timely": one(
            connection,
            "SELECT count(days_late) AS known, sum(days_late <= 0) AS in_time,"
            " count(*) AS n FROM reports",
        ),
        "page_number": number,
        "more": total > number * PAGE_SIZE,
    }


def _years(connection: sqlite3.Connection, agency_id: str) -> dict[int, Row]:
    found = rows(
        connection,
        "SELECT c.report_year, c.state, c.days_late, c.note,"
        " (SELECT min(report_id) FROM reports r WHERE r.agency_id = c.agency_id"
        "  AND r.report_year = c.report_year) AS report_id"
        " FROM coverage c WHERE c.agency_id = ?",
        [agency_id],
    )
    return {row["report_year"]: row for row in found}


async def view(datasette: Any, request: Any) -> Any:
    """The coverage page."""
    number = page_number(request)
    found = await read(datasette, lambda connection: load(connection, number))
    return await page(datasette, request, "coverage", found)
