"""``/agency/<agency_id>``: one authority's reports, and its figures over the years."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from datasette.utils.asgi import Response

from archive.site.charts.table import csv_of
from archive.site.charts.view import chart, snapshot
from archive.site.labels import measures
from archive.site.language import current
from archive.site.peers import Peers, peers
from archive.site.query import Row, one, read_metrics, rows
from archive.site.web import HEADERS, not_found, page, read, read_once, segment

#: Measures of the crosswalk that are shown first.
MAIN = (
    "new_received", "carried_in", "granted", "granted_partial", "handled_total",
    "carried_out", "reconsideration_total", "litigation_total",
    "normative_docs_issued", "admin_license_decisions", "admin_penalty_decisions",
)  # fmt: skip
#: Columns of ``series`` for the page; the other notes take as long as all figures.
TOTALS = (
    "report_year, measure, value, comparable, report_id, scope, template,"
    " CASE comparable WHEN 'no' THEN note END AS note"
)
FIELDS = (
    "agency_id", "report_year", "measure", "label", "value", "comparable", "note",
    "template", "scope", "report_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A measure through the reports of an authority, by report."""

    measure: str
    label: str
    values: Mapping[str, Row]

    @property
    def filled(self) -> bool:
        """Whether any report gives it."""
        return any(row["value"] is not None for row in self.values.values())


@dataclass(frozen=True, slots=True)
class Series:
    """The measures of an authority; ``columns`` are its reports, oldest first."""

    columns: Sequence[Row]
    lines: Sequence[Line]

    @property
    def main(self) -> list[Line]:
        """The lines shown first."""
        by_code = {line.measure: line for line in self.lines}
        return [by_code[m] for m in MAIN if m in by_code and by_code[m].filled]

    @property
    def others(self) -> list[Line]:
        """All other lines with a figure, without those of single applicants."""
        return [
            line
            for line in self.lines
            if line.filled and line.measure not in MAIN and "/" not in line.measure
        ]

    @property
    def reasons(self) -> list[str]:
        """Why measures of the lines shown do not compare, each once."""
        found = {
            row["note"]
            for line in (*self.main, *self.others)
            for row in line.values.values()
            if row["comparable"] == "no" and row["note"]
        }
        return sorted(found)


def names_zh(connection: sqlite3.Connection) -> dict[str, str]:
    """Names of all measures in Chinese; the same as long as the snapshot is served."""
    return _measures(connection, "zh")


def names_en(connection: sqlite3.Connection) -> dict[str, str]:
    """Names of all measures in English, likewise."""
    return _measures(connection, "en")


NAMES = {"zh": names_zh, "en": names_en}


def _measures(connection: sqlite3.Connection, lang: str) -> dict[str, str]:
    crosswalk = rows(connection, "SELECT * FROM crosswalk ORDER BY rowid")
    return measures(crosswalk, read_metrics(connection), lang)


def series(
    connection: sqlite3.Connection,
    agency_id: str,
    names: Mapping[str, str],
    *,
    totals: bool = False,
) -> Series:
    """The measures of every report of an authority, in the order of ``names``.

    ``totals``: without those of single kinds of applicants, and with notes only where
    figures do not compare.
    """
    chosen = f"{TOTALS} FROM series WHERE instr(measure, '/') = 0 AND"
    if not totals:
        chosen = "* FROM series WHERE"
    found = rows(connection, f"SELECT {chosen} agency_id = ?", [agency_id])
    values: dict[str, dict[str, Row]] = {}
    for row in found:
        values.setdefault(row["measure"], {})[row["report_id"]] = row
    columns = {row["report_id"]: row for row in found}
    ordered = sorted(columns.values(), key=lambda r: (r["report_year"], r["report_id"]))
    return Series(
        ordered, [Line(m, n, values[m]) for m, n in names.items() if m in values]
    )


def load(
    connection: sqlite3.Connection,
    agency_id: str,
    names: Mapping[str, str],
    year: str = "",
) -> dict[str, Any] | None:
    """The authority, its years and figures, its names, and those that belong to it."""
    agency = one(connection, "SELECT * FROM agencies WHERE agency_id = ?", [agency_id])
    if agency is None:
        return None
    years = _years(connection, agency_id)
    reported = [y["report_year"] for y in years if y["report_id"]]
    shown = int(year) if year in map(str, reported) else None
    beside: Peers | None = None
    if reported:
        beside = peers(connection, agency, shown or max(reported))
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
        "years": years,
        "reported": sorted(set(reported)),
        "names": _names(connection, agency_id),
        "related": _related(connection, agency),
        "peers": beside,
        "series": series(connection, agency_id, names, totals=True)
        if reported
        else None,
    }


def _years(connection: sqlite3.Connection, agency_id: str) -> list[Row]:
    return rows(
        connection,
        "SELECT v.report_year, v.state, v.note, v.note_zh, v.reason, v.url,"
        " v.capture_id, v.due_on, v.basis, i.report_id, i.status,"
        " i.checks_failed, i.published_on, i.days_late, i.new_received,"
        " i.handled_total, i.granted, i.granted_partial, i.carried_out,"
        " i.reconsideration_total, i.litigation_total"
        " FROM coverage v LEFT JOIN report_index i"
        " ON i.agency_id = v.agency_id AND i.report_year = v.report_year"
        " WHERE v.agency_id = ? ORDER BY v.report_year DESC, i.report_id",
        [agency_id],
    )


def _names(connection: sqlite3.Connection, agency_id: str) -> list[Row]:
    return rows(
        connection,
        "SELECT name, relation, valid_from, valid_to, basis FROM agency_names"
        " WHERE agency_id = ? ORDER BY coalesce(valid_from, 0), relation, name",
        [agency_id],
    )


def _related(connection: sqlite3.Connection, agency: Row) -> list[Row]:
    """Authorities of the same line of work in the division: before or after it."""
    if not agency["family"] or not agency["adcode"]:
        return []
    return rows(
        connection,
        "SELECT a.agency_id, a.name, min(r.report_year) AS first,"
        " max(r.report_year) AS last FROM agencies a"
        " LEFT JOIN reports r USING (agency_id)"
        " WHERE a.adcode = ? AND a.family = ? AND a.agency_id <> ?"
        " GROUP BY a.agency_id ORDER BY first, a.name",
        [agency["adcode"], agency["family"], agency["agency_id"]],
    )


async def view(datasette: Any, request: Any) -> Any:
    """The page of one authority; ``?year=`` chooses the year set beside others."""
    agency_id = segment(request, "agency_id")
    year = request.args.get("year") or ""
    names = await read_once(datasette, NAMES[current.get()])
    found = await read(datasette, lambda c: load(c, agency_id, names, year))
    if found is None:
        return await not_found(datasette, request, "agency", agency_id)
    found["chart"] = await chart(datasette, "agency", agency_id)
    found["snapshot"] = snapshot(datasette)
    return await page(datasette, request, "agency", found)


async def as_data(datasette: Any, request: Any) -> Any:
    """``/agency/<agency_id>.csv``, ``.json``: every measure of every year, long."""
    agency_id = segment(request, "agency_id")
    names = await read_once(datasette, NAMES[current.get()])

    def rows_of(connection: sqlite3.Connection) -> list[Row] | None:
        sql = "SELECT 1 FROM agencies WHERE agency_id = ?"
        if one(connection, sql, [agency_id]) is None:
            return None
        found = series(connection, agency_id, names)
        return [
            line.values[column["report_id"]] | {"label": line.label}
            for column in found.columns
            for line in found.lines
            if column["report_id"] in line.values
        ]

    found = await read(datasette, rows_of)
    if found is None:
        return await not_found(datasette, request, "agency", agency_id)
    if request.url_vars["form"] == "json":
        kept = [{key: row[key] for key in FIELDS} for row in found]
        return Response.json({"rows": kept}, headers=dict(HEADERS))
    headers = HEADERS | {"content-disposition": 'attachment; filename="series.csv"'}
    return Response(
        csv_of(FIELDS, found), headers=headers, content_type="text/csv; charset=utf-8"
    )
