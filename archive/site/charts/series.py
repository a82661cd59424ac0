"""What the charts show: rows of the published database, each with its denominator.

Every function reads one series, as rows whose keys are the columns of its CSV. Years
without enough to speak about are left out of rates, never shown as zero.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from archive.codes import COVERAGE_STATES
from archive.dictionary import WIDE_TABLES
from archive.site.query import Row, rows

#: A rate is given where at least this many requests were handled.
LEAST = 10
#: Outcomes of requests: columns of report_index, in the order of the form.
OUTCOMES = (
    "granted", "granted_partial", "denied_all", "unable_all", "rejected_all",
    "other_all",
)  # fmt: skip
#: What the chart of one authority follows; ``grant_rate`` is a percentage.
AGENCY = (
    "new_received", "handled_total", "grant_rate", "carried_out",
    "reconsideration_total", "litigation_total",
)  # fmt: skip
HELD = ("found", "late")
STATES = ", ".join(f"sum(c.state = '{s}') AS {s}" for s in COVERAGE_STATES)


def rate(row: Row) -> float | None:
    """Reports that are here, in percent of those that were due; None for none due.

    >>> rate({"n": 12, "not_due": 2, "found": 4, "late": 1})
    50.0
    """
    due = row["n"] - row["not_due"]
    return round(100 * sum(row[s] for s in HELD) / due, 1) if due else None


def coverage(connection: sqlite3.Connection) -> list[Row]:
    """Authorities by year and state; ``n`` is all that were looked for."""
    found = rows(
        connection,
        f"SELECT c.report_year, count(*) AS n, {STATES} FROM coverage c"
        " GROUP BY 1 ORDER BY 1",
    )
    return [row | {"rate": rate(row)} for row in found]


def provinces(connection: sqlite3.Connection) -> list[Row]:
    """Authorities × years by province; '' is those of no province."""
    found = rows(
        connection,
        "SELECT coalesce(a.province, '') AS province, count(DISTINCT c.agency_id)"
        f" AS agencies, count(*) AS n, {STATES} FROM coverage c"
        " JOIN agencies a USING (agency_id) GROUP BY 1 ORDER BY min(a.adcode), 1",
    )
    return [row | {"rate": rate(row)} for row in found]


def requests(connection: sqlite3.Connection) -> list[Row]:
    """Requests received by year, over the reports that fill the cell."""
    return rows(
        connection,
        "SELECT report_year, sum(new_received) AS requests,"
        " count(new_received) AS reports, count(*) AS of_reports,"
        " round(avg(new_received), 1) AS per_report"
        " FROM report_index GROUP BY 1 HAVING count(new_received) > 0 ORDER BY 1",
    )


def outcomes(connection: sqlite3.Connection) -> list[Row]:
    """Outcomes by year, in percent of all requests handled."""
    shares = ", ".join(
        f"round(100.0 * sum({c}) / sum(handled_total), 2) AS {c}" for c in OUTCOMES
    )
    return rows(
        connection,
        f"SELECT report_year, {shares}, sum(handled_total) AS handled,"
        " count(*) AS reports FROM report_index WHERE handled_total IS NOT NULL"
        " GROUP BY 1 HAVING sum(handled_total) >= ? ORDER BY 1",
        [LEAST],
    )


def grounds(connection: sqlite3.Connection) -> list[Row]:
    """Grounds of refusal by year, in percent of the requests handled.

    ``handled`` is counted over the reports that fill the row of this ground.
    """
    sums: dict[tuple[int, str], list[float]] = {}
    labels: dict[str, Row] = {}
    for table, (templates, table_code) in WIDE_TABLES.items():
        if table_code != "requests":
            continue
        metrics = rows(
            connection,
            "SELECT row_code, row_label_zh, label_en, position FROM metrics"
            " WHERE template = ? AND table_code = 'requests' AND col_code = 'total'"
            " AND row_code GLOB 'denied_*' ORDER BY position",
            [templates[0]],
        )
        for metric in metrics:
            labels.setdefault(metric["row_code"], metric)
        for year, code, *numbers in _ground_sums(connection, table, metrics):
            total = sums.setdefault((year, code), [0, 0, 0])
            total[:] = [a + b for a, b in zip(total, numbers, strict=True)]
    return [
        {
            "report_year": year,
            "row_code": code,
            "label_zh": labels[code]["row_label_zh"].split(".", 1)[-1],
            "label_en": _english(labels[code]["label_en"]),
            "refused": refused,
            "handled": handled,
            "reports": reports,
            "percent": round(100 * refused / handled, 2),
        }
        for code in labels
        for (year, its), (reports, refused, handled) in sorted(sums.items())
        if its == code and handled >= LEAST
    ]


def _ground_sums(
    connection: sqlite3.Connection, table: str, metrics: list[Row]
) -> list[tuple[Any, ...]]:
    """(year, ground, reports, refused, handled) from one wide table, in one pass."""
    if not metrics:
        return []
    picks = ", ".join(
        f'count(w."{c}__total"), sum(w."{c}__total"),'
        f' sum(CASE WHEN w."{c}__total" IS NOT NULL THEN i.handled_total END)'
        for c in (m["row_code"] for m in metrics)
    )
    found = connection.execute(
        f'SELECT i.report_year, {picks} FROM "{table}" w JOIN report_index i'
        " USING (report_id) WHERE i.handled_total IS NOT NULL GROUP BY 1"
    )
    return [
        (year, metric["row_code"], *(n or 0 for n in numbers[at * 3 : at * 3 + 3]))
        for year, *numbers in found
        for at, metric in enumerate(metrics)
    ]


def _english(label: str) -> str:
    """The row's own name.

    >>> _english("Outcome: Denied: State secret · total")
    'State secret'
    """
    return label.rpartition(" · ")[0].rpartition(": ")[2]


def agency(connection: sqlite3.Connection, agency_id: str) -> list[Row]:
    """The figures of one authority by year, gaps included as rows without figures."""
    return rows(
        connection,
        "SELECT v.report_year, v.state, i.template, i.new_received, i.handled_total,"
        " CASE WHEN i.handled_total >= ?"
        "  AND coalesce(i.granted, i.granted_partial) IS NOT NULL"
        "  THEN round(100.0 * (coalesce(i.granted, 0)"
        "  + coalesce(i.granted_partial, 0)) / i.handled_total, 1) END AS grant_rate,"
        " i.carried_out, i.reconsideration_total, i.litigation_total, i.checks_failed"
        " FROM coverage v LEFT JOIN report_index i ON i.report_id ="
        "  (SELECT min(r.report_id) FROM report_index r"
        "   WHERE r.agency_id = v.agency_id AND r.report_year = v.report_year)"
        " WHERE v.agency_id = ? ORDER BY 1",
        [LEAST, agency_id],
    )
