"""``/``: how much is in here, out of how much, and the ways in."""

from __future__ import annotations

import sqlite3
from typing import Any

from archive.codes import VERDICTS
from archive.site.charts.view import chart, charts, province_map, snapshot
from archive.site.query import Row, count, one, rows
from archive.site.web import page, read_once

LATEST = 10


def load(connection: sqlite3.Connection) -> dict[str, Any]:
    """Totals with their denominators."""
    reports = one(
        connection,
        "SELECT count(*) AS n, sum(status = 'extracted') AS whole,"
        " sum(status = 'partial') AS partial, count(DISTINCT agency_id) AS agencies,"
        " min(report_year) AS first_year, max(report_year) AS last_year,"
        " sum(checks_failed > 0) AS failing FROM report_index",
    )
    states = rows(connection, "SELECT state, count(*) AS n FROM sources GROUP BY 1")
    found = rows(connection, "SELECT name, value FROM totals")
    totals = {row["name"]: row["value"] for row in found}
    verdicts = {v: totals.get(f"checks_{v}", 0) for v in VERDICTS}
    return {
        "reports": reports,
        "cells": {
            "n": totals["cells"],
            "numbers": totals["cells_number"],
            "blanks": totals["cells_blank"],
            "repaired": totals["cells_repaired"],
        },
        "failed": verdicts["FAIL"],
        "uncertain": verdicts["UNCERTAIN"],
        "assessed": sum(verdicts.values()) - verdicts["NOT_ASSESSABLE"],
        "documents": count(connection, "SELECT count(*) FROM documents"),
        "captures": count(connection, "SELECT count(*) FROM captures"),
        "sources": sum(row["n"] for row in states),
        "sources_ok": sum(row["n"] for row in states if row["state"] == "ok"),
    }


def lists(connection: sqlite3.Connection) -> dict[str, Any]:
    """Reports by year, the newest, the newly corrected, the findings."""
    years = by_year(connection)
    return {
        "years": years,
        "most": max((row["n"] for row in years), default=1),
        "latest": latest(connection),
        "corrected": corrected(connection),
        "findings": failing(connection),
    }


def by_year(connection: sqlite3.Connection) -> list[Row]:
    """Reports, agencies and failing reports of each year, newest first."""
    return rows(
        connection,
        "SELECT report_year, count(*) AS n, sum(checks_failed > 0) AS failing,"
        " sum(status <> 'extracted') AS unread, sum(new_received) AS received,"
        " count(new_received) AS with_received"
        " FROM report_index GROUP BY report_year ORDER BY report_year DESC",
    )


def latest(connection: sqlite3.Connection) -> list[Row]:
    """The reports taken in last, by the capture of their current version."""
    return rows(
        connection,
        "SELECT r.report_id, r.title, r.report_year, r.published_on, r.status,"
        " a.name AS agency, r.agency_id, v.first_captured_at AS captured_at,"
        " i.checks_failed"
        " FROM reports r JOIN agencies a USING (agency_id)"
        " JOIN report_index i USING (report_id)"
        " JOIN report_versions v"
        " ON v.report_id = r.report_id AND v.version_no = r.version_no"
        " ORDER BY v.first_captured_at DESC, r.report_id LIMIT ?",
        [LATEST],
    )


def corrected(connection: sqlite3.Connection) -> list[Row]:
    """Reports that came out in another version, the last change first."""
    return rows(
        connection,
        "SELECT r.report_id, r.title, r.report_year, a.name AS agency, r.agency_id,"
        " v.version_no, v.change, v.first_captured_at AS captured_at"
        " FROM report_versions v JOIN reports r USING (report_id)"
        " JOIN agencies a USING (agency_id)"
        " WHERE v.version_no > 1 AND r.status <> 'quarantined'"
        " ORDER BY v.first_captured_at DESC, r.report_id, v.version_no DESC LIMIT ?",
        [LATEST],
    )


def failing(connection: sqlite3.Connection) -> list[Row]:
    """Contradictions in the newest reports."""
    return rows(
        connection,
        "SELECT c.rule_id, c.message, c.message_en, c.scope, r.report_id, r.title,"
        " r.report_year, a.name AS agency FROM (SELECT report_id FROM report_index"
        "  WHERE checks_failed > 0 ORDER BY report_year DESC, report_id LIMIT :most) i"
        " JOIN checks c USING (report_id) JOIN reports r USING (report_id)"
        " JOIN agencies a USING (agency_id) WHERE c.verdict = 'FAIL'"
        " ORDER BY r.report_year DESC, r.report_id, c.rule_id, c.scope LIMIT :most",
        {"most": LATEST},
    )


async def view(datasette: Any, request: Any) -> Any:
    """The home page."""
    by_years = await chart(datasette, "coverage")
    tiles = await province_map(datasette)
    shown = await charts(datasette, "requests", "outcomes")
    if (len(shown) + (tiles is not None)) % 2 == 0:
        # Beside the chart of coverage they stand in two columns: no gap at the end.
        shown += await charts(datasette, "grounds")
    context = {
        **await read_once(datasette, load),
        **await read_once(datasette, lists),
        "by_years": by_years,
        "provinces": await chart(datasette, "provinces"),
        "map": tiles,
        "charts": shown,
        "snapshot": snapshot(datasette),
    }
    return await page(datasette, request, "home", context)
