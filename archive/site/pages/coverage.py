"""``/coverage``: authorities by year, the gaps shown as plainly as the finds."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from datasette.utils.asgi import Response

from archive.codes import COVERAGE_STATES
from archive.site.charts import series
from archive.site.charts.figure import province_name
from archive.site.charts.table import csv_of
from archive.site.charts.view import chart, province_map, snapshot
from archive.site.query import Row, count, one, rows
from archive.site.web import HEADERS, PAGE_SIZE, page, page_number, read, read_once

#: What narrows the list, apart from the year: parameter and column of agencies.
COLUMNS = {"province": "province", "level": "level", "kind": "kind"}
#: The value of a filter that asks for authorities without one.
NONE = "-"
FIELDS = (
    "agency_id", "agency", "kind", "level", "adcode", "province", "city", "county",
    "report_year", "state", "days_late", "note", "note_zh", "report_id",
)  # fmt: skip
REPORT = (
    "(SELECT min(report_id) FROM reports r WHERE r.agency_id = c.agency_id"
    " AND r.report_year = c.report_year AND r.status <> 'quarantined') AS report_id"
)


_COVERED = "(SELECT agency_id FROM coverage"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which authorities are asked for; '' leaves a question open."""

    province: str = ""
    level: str = ""
    kind: str = ""
    state: str = ""
    year: str = ""

    @classmethod
    def of(cls, args: Any) -> Filter:
        """From the query string; what is no state or no year asks for nothing."""
        state, year = args.get("state") or "", args.get("year") or ""
        where = {key: (args.get(key) or "").strip() for key in COLUMNS}
        return cls(
            **where,
            state=state if state in COVERAGE_STATES else "",
            year=year if re.fullmatch(r"[0-9]{4}", year) else "",
        )

    @property
    def given(self) -> dict[str, str]:
        """The filters that are set, by parameter."""
        return {key: v for key in self.__slots__ if (v := getattr(self, key))}

    @property
    def query(self) -> str:
        """The same as a query string."""
        return urlencode(self.given)

    def where(self) -> tuple[str, dict[str, str]]:
        """Condition on ``agencies a``, and its parameters."""
        parts, given = ["1"], self.given
        for key, column in COLUMNS.items():
            if given.get(key) == NONE:
                parts.append(f"a.{column} IS NULL")
            elif key in given:
                parts.append(f"a.{column} = :{key}")
        within = [
            f"s.{column} = :{key}"
            for key, column in (("state", "state"), ("year", "report_year"))
            if key in given
        ]
        if within:
            parts.append(f"a.agency_id IN {_COVERED} s WHERE {' AND '.join(within)})")
        return " AND ".join(parts), given


def load(connection: sqlite3.Connection, chosen: Filter, number: int) -> dict[str, Any]:
    """One page of authorities with their states by year, and how many there are."""
    where, params = chosen.where()
    found = f"FROM agencies a WHERE {where} AND a.agency_id IN {_COVERED})"
    agencies = rows(
        connection,
        f"SELECT a.agency_id, a.name, a.province, a.city, a.level {found}"
        " ORDER BY coalesce(a.adcode, '9'), a.agency_id LIMIT :size OFFSET :skip",
        params | {"size": PAGE_SIZE, "skip": (number - 1) * PAGE_SIZE},
    )
    by_agency = _cells(connection, [a["agency_id"] for a in agencies])
    for agency in agencies:
        agency["years"] = by_agency[agency["agency_id"]]
    counted = one(connection, f"SELECT count(*) AS n {found}", params)
    total = counted["n"] if counted else 0
    return {
        "chosen": chosen,
        "agencies": agencies,
        "total": total,
        "page_number": number,
        "more": total > number * PAGE_SIZE,
    }


def counts(connection: sqlite3.Connection, chosen: Filter) -> dict[str, Any]:
    """States by year of all authorities asked for."""
    return tally(_by_year(connection, *chosen.where()))


def all_counts(connection: sqlite3.Connection) -> dict[str, Any]:
    """States by year of all authorities."""
    return counts(connection, Filter())


def _cells(
    connection: sqlite3.Connection, agencies: list[str]
) -> dict[str, dict[int, Row]]:
    """The states of some authorities by year."""
    found: dict[str, dict[int, Row]] = {agency: {} for agency in agencies}
    for row in rows(
        connection,
        f"SELECT c.agency_id, c.report_year, c.state, c.days_late, c.reason, {REPORT}"
        f" FROM coverage c WHERE c.agency_id IN ({', '.join('?' * len(agencies))})",
        agencies,
    ):
        found[row["agency_id"]][row["report_year"]] = row
    return found


def _by_year(
    connection: sqlite3.Connection, where: str, params: Mapping[str, str]
) -> list[Row]:
    return rows(
        connection,
        f"SELECT c.report_year, count(*) AS n, {series.STATES} FROM coverage c"
        f" JOIN agencies a USING (agency_id) WHERE {where} GROUP BY 1 ORDER BY 1",
        dict(params),
    )


def tally(by_year: list[Row]) -> dict[str, Any]:
    """Years, and how many authority × year are in each state, all and by year."""
    states = [
        {"state": state, "n": sum(row[state] for row in by_year)}
        for state in COVERAGE_STATES
    ]
    return {
        "by_year": [row | {"held": row["found"] + row["late"]} for row in by_year],
        "years": [row["report_year"] for row in by_year],
        "states": states,
        "cells": sum(row["n"] for row in by_year),
    }


def overall(connection: sqlite3.Connection) -> dict[str, Any]:
    """What the filters may ask for, and the denominators of the whole archive."""
    known = "FROM agencies WHERE agency_id IN (SELECT agency_id FROM coverage)"
    choices = {
        key: [
            row["value"]
            for row in rows(
                connection,
                f"SELECT {column} AS value, min(adcode) {known} AND {column}"
                " IS NOT NULL GROUP BY 1 ORDER BY 2, 1",
            )
        ]
        for key, column in COLUMNS.items()
    }
    years = rows(
        connection, "SELECT DISTINCT report_year AS y FROM coverage ORDER BY 1"
    )
    return {
        "choices": choices,
        "all_years": [row["y"] for row in years],
        "all_agencies": count(connection, f"SELECT count(*) {known}"),
        "timely": one(
            connection,
            "SELECT count(days_late) AS known, sum(days_late <= 0) AS in_time,"
            " count(*) AS n FROM reports",
        ),
    }


def listed(connection: sqlite3.Connection, chosen: Filter) -> list[Row]:
    """Authority × year of all authorities asked for, one row each."""
    where, params = chosen.where()
    return rows(
        connection,
        "SELECT c.agency_id, a.name AS agency, a.kind, a.level, a.adcode, a.province,"
        f" a.city, a.county, c.report_year, c.state, c.days_late, c.note, c.note_zh,"
        f" {REPORT}"
        f" FROM coverage c JOIN agencies a USING (agency_id) WHERE {where}"
        " ORDER BY coalesce(a.adcode, '9'), c.agency_id, c.report_year",
        params,
    )


async def view(datasette: Any, request: Any) -> Any:
    """The coverage page."""
    chosen, number = Filter.of(request.args), page_number(request)
    if chosen.given:
        counted = await read(datasette, lambda connection: counts(connection, chosen))
    else:
        counted = await read_once(datasette, all_counts)
    context = {
        **await read_once(datasette, overall),
        **await read(datasette, lambda connection: load(connection, chosen, number)),
        **counted,
        "province_name": province_name,
        "snapshot": snapshot(datasette),
    }
    if number == 1 and not chosen.given:
        context["provinces"] = await chart(datasette, "provinces")
        context["map"] = await province_map(datasette)
        context["by_years"] = await chart(datasette, "coverage")
    return await page(datasette, request, "coverage", context)


async def as_data(datasette: Any, request: Any) -> Any:
    """``/coverage.csv`` and ``.json``: what the filters leave, without pages."""
    chosen = Filter.of(request.args)
    found = await read(datasette, lambda connection: listed(connection, chosen))
    if request.url_vars["form"] == "json":
        kept = [{key: row[key] for key in FIELDS} for row in found]
        return Response.json({"rows": kept}, headers=dict(HEADERS))
    headers = HEADERS | {"content-disposition": 'attachment; filename="coverage.csv"'}
    return Response(
        csv_of(FIELDS, found), headers=headers, content_type="text/csv; charset=utf-8"
    )
