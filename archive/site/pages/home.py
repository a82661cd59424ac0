"""``/``: how much is in here, out of how much, and the ways in."""

from __future__ import annotations

import sqlite3
from typing import Any

from archive.site.query import Row, count, one, rows
from archive.site.web import page, read_once

LATEST = 10


def load(connection: sqlite3.Connection) -> dict[str, Any]:
    """Totals with their denominators, reports by year, the newest, the findings."""
    reports = one(
        connection,
        "SELECT count(*) AS n, sum(status = 'extracted') AS whole,"
        " sum(status = 'partial') AS partial, count(DISTINCT agency_id) AS agencies,"
        " min(report_year) AS first_year, max(report_year) AS last_year,"
        " sum(checks_failed > 0) AS failing FROM report_index",
    )
    verdicts = rows(connection, "SELECT verdict, count(*) AS n FROM checks GROUP BY 1")
    by_verdict = {row["verdict"]: row["n"] for row in verdicts}
    states = rows(connection, "SELECT state, count(*) AS n FROM sources GROUP BY 1")
    cells = one(
        connection,
        "SELECT count(*) AS n, sum(state IN ('number', 'zero')) AS numbers,"
        " sum(state = 'blank') AS blanks, sum(method <> 'read') AS repaired FROM cells",
    )
    years = by_year(connection)
    return {
        "reports": reports,
        "cells": cells,
        "failed": by_verdict.get("FAIL", 0),
        "uncertain": by_verdict.get("UNCERTAIN", 0),
        "assessed": sum(n for v, n in by_verdict.items() if v != "NOT_ASSESSABLE"),
        "documents": count(connection, "SELECT count(*) FROM documents"),
        "captures": count(connection, "SELECT count(*) FROM captures"),
        "sources": sum(row["n"] for row in states),
        "sources_ok": sum(row["n"] for row in states if row["state"] == "ok"),
        "years": years,
        "most": max((row["n"] for row in years), default=1),
        "latest": latest(connection),
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


def failing(connection: sqlite3.Connection) -> list[Row]:
    """Contradictions in the newest reports."""
    return rows(
        connection,
        "SELECT c.rule_id, c.message, c.scope, r.report_id, r.title, r.report_year,"
        " a.name AS agency FROM checks c JOIN reports r USING (report_id)"
        " JOIN agencies a USING (agency_id) WHERE c.verdict = 'FAIL'"
        " ORDER BY r.report_year DESC, r.report_id, c.rule_id, c.scope LIMIT ?",
        [LATEST],
    )


async def view(datasette: Any, request: Any) -> Any:
    """The home page."""
    return await page(datasette, request, "home", await read_once(datasette, load))
