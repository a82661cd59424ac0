"""What pages show, as CSV and JSON: the cells of a report, sources, measures, pairs.

``/report/<id>.csv``, ``/sources.csv``, ``/dictionary.csv``, ``/compare.csv?a=&b=`` and
``.json`` of each; the site makes ``.excel.csv`` by itself. JSON is ``{"rows": […]}``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from datasette.utils.asgi import Response

from archive.site.charts.table import csv_of
from archive.site.comparison import Pair
from archive.site.language import current
from archive.site.pages.compare import compare, find
from archive.site.query import Row, one, rows
from archive.site.web import HEADERS, not_found, read, segment

CELLS = (
    "SELECT c.table_code, c.row_code, c.col_code,"
    " coalesce(m.label_zh, c.label) AS label_zh, m.label_en, c.raw,"
    " c.value, c.unit, c.state, c.method, c.locator"
    " FROM reports r JOIN cells c USING (report_id)"
    " LEFT JOIN metrics m ON m.template = r.template AND m.table_code = c.table_code"
    " AND m.row_code = c.row_code AND m.col_code = c.col_code"
    " WHERE r.report_id = ?"
    " ORDER BY m.position IS NULL, m.table_code, m.position, c.row_code, c.col_code"
)
SOURCES = "SELECT * FROM sources WHERE ? IN ('', state) ORDER BY source_id"
METRICS = "SELECT * FROM metrics ORDER BY template, table_code, position"
PAIR = (
    "table_code",
    "label",
    "a_raw",
    "a_value",
    "b_raw",
    "b_value",
    "difference",
    "comparable",
    "reason",
)


def answer(
    request: Any, name: str, found: Sequence[Row], columns: Sequence[str] = ()
) -> Response:
    """Rows in the form that the address asks for; ``columns`` for none of them."""
    if request.url_vars["form"] == "json":
        return Response.json({"rows": list(found)}, headers=dict(HEADERS))
    columns = list(found[0]) if found else columns
    sent = HEADERS | {"content-disposition": f'attachment; filename="{name}.csv"'}
    kind = "text/csv; charset=utf-8"
    return Response(csv_of(columns, found), headers=sent, content_type=kind)


async def report(datasette: Any, request: Any) -> Any:
    """The cells of the current version of a report."""
    report_id = segment(request, "report_id")

    def load(connection: sqlite3.Connection) -> list[Row] | None:
        sql = "SELECT 1 FROM reports WHERE report_id = ?"
        if one(connection, sql, [report_id]) is None:
            return None
        return rows(connection, CELLS, [report_id])

    found = await read(datasette, load)
    if found is None:
        return await not_found(datasette, request, "report", report_id)
    return answer(request, "cells", found)


async def sources(datasette: Any, request: Any) -> Any:
    """Portals and their health; ``?state=`` as on the page."""
    state = request.args.get("state") or ""
    found = await read(datasette, lambda c: rows(c, SOURCES, [state]))
    return answer(request, "sources", found)


async def dictionary(datasette: Any, request: Any) -> Any:
    """Every measure of every form, with labels and units."""
    return answer(request, "dictionary", await read(datasette, _metrics))


def _metrics(connection: sqlite3.Connection) -> list[Row]:
    return rows(connection, METRICS)


async def pairs(datasette: Any, request: Any) -> Any:
    """The cells of two reports or versions side by side."""
    lang = current.get()
    a, b = (request.args.get(key) or "" for key in ("a", "b"))

    def load(connection: sqlite3.Connection) -> list[Row] | str:
        one, other = find(connection, a), find(connection, b)
        if one is None or other is None:
            return a if one is None else b
        return [_row(pair) for pair in compare(connection, one, other, lang).pairs]

    found = await read(datasette, load)
    if isinstance(found, str):
        return await not_found(datasette, request, "version", found)
    return answer(request, "compare", found, PAIR)


def _row(pair: Pair) -> Row:
    values = (
        pair.table_code,
        pair.label,
        *((s.raw, s.value) if (s := pair.a) else (None, None)),
        *((s.raw, s.value) if (s := pair.b) else (None, None)),
        pair.difference,
        pair.comparable,
        pair.reason,
    )
    return dict(zip(PAIR, values, strict=True))
