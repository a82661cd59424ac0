"""``/checks``: every rule with its verdicts, and the findings one by one."""

from __future__ import annotations

import sqlite3
from typing import Any

from archive.site.findings import SHOWN
from archive.site.query import Row, count, rows
from archive.site.web import PAGE_SIZE, page, page_number, read, read_once


def load_rules(connection: sqlite3.Connection) -> list[Row]:
    """Every rule with its verdicts, and the reports assessed and failing."""
    return rows(
        connection,
        "SELECT r.*, sum(c.verdict = 'FAIL') AS failed,"
        " sum(c.verdict = 'UNCERTAIN') AS uncertain,"
        " sum(c.verdict = 'PASS') AS passed,"
        " sum(c.verdict = 'NOT_ASSESSABLE') AS unassessed,"
        " count(DISTINCT CASE WHEN c.verdict <> 'NOT_ASSESSABLE'"
        "  THEN c.report_id END) AS reports,"
        " count(DISTINCT CASE WHEN c.verdict = 'FAIL'"
        "  THEN c.report_id END) AS reports_failed"
        " FROM rules r LEFT JOIN checks c USING (rule_id)"
        " GROUP BY r.rule_id ORDER BY r.rule_id",
    )


def load(
    connection: sqlite3.Connection, verdict: str, rule_id: str, number: int
) -> dict[str, Any]:
    """One page of findings of a verdict (and a rule)."""
    where, params = "c.verdict = ?", [verdict]
    if rule_id:
        where, params = where + " AND c.rule_id = ?", [verdict, rule_id]
    total = count(connection, f"SELECT count(*) FROM checks c WHERE {where}", params)
    return {
        "findings": rows(
            connection,
            "SELECT c.*, r.title, r.report_year, a.name AS agency, v.decision, v.note"
            " FROM checks c JOIN reports r USING (report_id)"
            " JOIN agencies a USING (agency_id)"
            " LEFT JOIN check_reviews v USING (fingerprint)"
            f" WHERE {where} ORDER BY r.report_year DESC, c.report_id, c.rule_id,"
            " c.scope LIMIT ? OFFSET ?",
            [*params, PAGE_SIZE, (number - 1) * PAGE_SIZE],
        ),
        "total": total,
        "verdict": verdict,
        "rule_id": rule_id,
        "page_number": number,
        "more": total > number * PAGE_SIZE,
    }


async def view(datasette: Any, request: Any) -> Any:
    """The checks page."""
    asked = request.args.get("verdict")
    verdict = asked if asked in SHOWN else SHOWN[0]
    rule_id = request.args.get("rule") or ""
    number = page_number(request)
    found = await read(datasette, lambda c: load(c, verdict, rule_id, number))
    rules = await read_once(datasette, load_rules)
    return await page(datasette, request, "checks", found | {"rules": rules})
