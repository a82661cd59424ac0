"""``/checks``: every rule with its verdicts, and the findings one by one."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from datasette.utils.asgi import Response

from archive.site.charts.table import csv_of
from archive.site.findings import SHOWN
from archive.site.query import Row, count, rows
from archive.site.web import (
    HEADERS,
    PAGE_SIZE,
    page,
    page_number,
    read,
    read_once,
)

#: Rows of the table for other programs.
ROWS = 1000
FIELDS = (
    "report_id", "report_year", "agency", "title", "rule_id", "scope", "severity",
    "verdict", "expected", "actual", "message", "message_en", "fingerprint",
    "decision", "note",
)  # fmt: skip


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


@dataclass(frozen=True, slots=True)
class Filter:
    """Which findings are asked for; '' leaves a question open."""

    verdict: str
    rule_id: str = ""
    year: str = ""

    @classmethod
    def of(cls, args: Any) -> Filter:
        """From the query string; an unknown verdict is the first, no year is none."""
        asked, year = args.get("verdict"), args.get("year") or ""
        return cls(
            asked if asked in SHOWN else SHOWN[0],
            args.get("rule") or "",
            year if re.fullmatch(r"[0-9]{4}", year) else "",
        )

    @property
    def query(self) -> str:
        """The same as a query string."""
        given = {"verdict": self.verdict, "rule": self.rule_id, "year": self.year}
        return urlencode({key: value for key, value in given.items() if value})

    def where(self) -> tuple[str, list[Any]]:
        """Condition on ``checks c`` and ``reports r``, and its parameters."""
        parts, params = ["c.verdict = ?"], [self.verdict]
        for column, value in (
            ("c.rule_id", self.rule_id),
            ("r.report_year", self.year),
        ):
            if value:
                parts.append(f"{column} = ?")
                params.append(value)
        return " AND ".join(parts), params


def load(
    connection: sqlite3.Connection, chosen: Filter, number: int, size: int = PAGE_SIZE
) -> dict[str, Any]:
    """One page of findings, and how many there are.

    First the keys in order, which takes narrow rows alone; then what is shown.
    """
    where, params = chosen.where()
    joined = f"FROM checks c JOIN reports r USING (report_id) WHERE {where}"
    total = count(connection, f"SELECT count(*) {joined}", params)
    page = (
        f"SELECT c.id {joined} ORDER BY r.report_year DESC, c.report_id, c.rule_id,"
        " c.scope, c.id LIMIT ? OFFSET ?"
    )
    return {
        "findings": rows(
            connection,
            "SELECT c.*, r.title, r.report_year, a.name AS agency, v.decision, v.note"
            f" FROM ({page}) p JOIN checks c USING (id)"
            " JOIN reports r USING (report_id) JOIN agencies a USING (agency_id)"
            " LEFT JOIN check_reviews v USING (fingerprint)"
            " ORDER BY r.report_year DESC, c.report_id, c.rule_id, c.scope, c.id",
            [*params, size, (number - 1) * size],
        ),
        "total": total,
        "verdict": chosen.verdict,
        "rule_id": chosen.rule_id,
        "year": chosen.year,
        "asked": chosen.query,
        "page_number": number,
        "more": total > number * size,
    }


def load_years(connection: sqlite3.Connection) -> list[int]:
    """Years with reports, the newest first."""
    found = rows(connection, "SELECT DISTINCT report_year AS y FROM reports ORDER BY 1")
    return [row["y"] for row in reversed(found)]


def load_obsolete(connection: sqlite3.Connection) -> list[Row]:
    """Decisions whose finding occurs no more, the latest first."""
    return rows(
        connection,
        "SELECT v.*, r.report_id IS NOT NULL AS known FROM check_reviews v"
        " LEFT JOIN reports r USING (report_id) WHERE v.fingerprint NOT IN"
        " (SELECT fingerprint FROM checks WHERE verdict IN ('FAIL', 'UNCERTAIN'))"
        " ORDER BY v.reviewed_at DESC, v.fingerprint LIMIT 200",
    )


async def view(datasette: Any, request: Any) -> Any:
    """The checks page."""
    chosen, number = Filter.of(request.args), page_number(request)
    found = await read(datasette, lambda c: load(c, chosen, number))
    known = {
        "rules": await read_once(datasette, load_rules),
        "obsolete": await read_once(datasette, load_obsolete),
        "years": await read_once(datasette, load_years),
    }
    return await page(datasette, request, "checks", found | known)


async def as_data(datasette: Any, request: Any) -> Any:
    """``/checks.csv`` and ``/checks.json``: the same findings, 1,000 a page."""
    chosen, number = Filter.of(request.args), page_number(request)
    found = await read(datasette, lambda c: load(c, chosen, number, ROWS))
    table = [{key: row[key] for key in FIELDS} for row in found["findings"]]
    if request.url_vars["form"] == "csv":
        body, kind = csv_of(FIELDS, table), "text/csv; charset=utf-8"
        return Response(body, headers=dict(HEADERS), content_type=kind)
    answer = {key: found[key] for key in ("total", "page_number", "more")}
    return Response.json(answer | {"rows": table}, headers=dict(HEADERS))
