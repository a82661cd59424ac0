"""``/search?q=``: chapters that hold the words, and authorities of that name."""

from __future__ import annotations

import sqlite3
from typing import Any

from datasette.utils.asgi import Response

from archive.site.charts.table import csv_of
from archive.site.fts import match, normalise
from archive.site.hits import FACETS, Places, Results, texts
from archive.site.query import Row, count, rows
from archive.site.snippet import cjk_snippet
from archive.site.web import HEADERS, page, page_number, read, read_once

HITS_A_PAGE = 20
LONGEST_QUERY = 200
AGENCIES = 8
#: Rows of the table for other programs; the whole archive is a download.
ROWS = 1000
FIELDS = (
    "report_id", "report_year", "agency_id", "agency", "title", "chapter_no",
    "heading", "passage",
)  # fmt: skip


def overall(connection: sqlite3.Connection) -> int:
    """How many reports a search looks through."""
    return count(connection, "SELECT count(*) FROM reports")


def load(
    connection: sqlite3.Connection,
    places: Places,
    query: str,
    number: int,
    chosen: dict[str, str],
    size: int = HITS_A_PAGE,
) -> dict[str, Any]:
    """Hits, how many there are, and how they spread over the facets."""
    given = {"query": query, "chosen": chosen, "page_number": number}
    expression = match(query)
    if expression == '""':
        return given | {"asked": bool(query)}
    results = places.search(connection, expression, chosen, size, (number - 1) * size)
    return given | {
        "asked": True,
        "hits": results.hits,
        "reports": results.reports,
        "found": _found(connection, results, query),
        "more": results.hits > number * size,
        "facets": results.facets,
        "agencies": agencies(connection, query) if number == 1 else [],
    }


def _found(connection: sqlite3.Connection, results: Results, query: str) -> list[Row]:
    found = texts(connection, results.chapters)
    for row in found:
        row["snippet"] = cjk_snippet(row.pop("text"), query)
        row["heading_pieces"] = cjk_snippet(
            (row["heading"] or "").lstrip("# "), query, width=80
        )
    return found


def agencies(connection: sqlite3.Connection, query: str) -> list[Row]:
    """Authorities whose name, or a name they are or were known by, holds the query.

    ``alias`` is that other name where the present one does not hold it.
    """
    wanted = "".join(normalise(query).replace('"', "").split())
    return rows(
        connection,
        "WITH named AS ("
        " SELECT agency_id, NULL AS alias FROM agencies WHERE instr(name, :q)"
        " UNION ALL SELECT agency_id, name FROM agency_names WHERE instr(name, :q))"
        " SELECT a.agency_id, a.name, a.province, a.city,"
        " CASE WHEN count(n.alias) = count(*) THEN min(n.alias) END AS alias,"
        " (SELECT count(*) FROM reports r WHERE r.agency_id = a.agency_id) AS reports"
        " FROM named n JOIN agencies a USING (agency_id) GROUP BY a.agency_id"
        f" ORDER BY a.name <> :q, alias IS NOT NULL, length(a.name), a.name, 1"
        f" LIMIT {AGENCIES}",
        {"q": wanted},
    )


async def _asked(datasette: Any, request: Any, size: int) -> dict[str, Any]:
    query = (request.args.get("q") or "").replace("\0", "").strip()[:LONGEST_QUERY]
    chosen = {key: v for key in FACETS if (v := request.args.get(key))}
    number = page_number(request)
    places = await read_once(datasette, Places.read)
    return await read(datasette, lambda c: load(c, places, query, number, chosen, size))


async def view(datasette: Any, request: Any) -> Any:
    """The search page."""
    found = await _asked(datasette, request, HITS_A_PAGE)
    found["total"] = await read_once(datasette, overall)
    return await page(datasette, request, "search", found)


async def as_data(datasette: Any, request: Any) -> Any:
    """``/search.csv`` and ``/search.json``: the same hits, 1,000 a page."""
    found = await _asked(datasette, request, ROWS)
    table = [
        {key: hit[key] for key in FIELDS if key != "passage"}
        | {"passage": "".join(piece.text for piece in hit["snippet"])}
        for hit in found.get("found", ())
    ]
    if request.url_vars["form"] == "csv":
        body, kind = csv_of(FIELDS, table), "text/csv; charset=utf-8"
        return Response(body, headers=dict(HEADERS), content_type=kind)
    answer = {
        "query": found["query"],
        "hits": found.get("hits", 0),
        "reports": found.get("reports", 0),
        "facets": found.get("facets", {}),
        "page": found["page_number"],
        "more": found.get("more", False),
        "rows": table,
    }
    return Response.json(answer, headers=dict(HEADERS))
