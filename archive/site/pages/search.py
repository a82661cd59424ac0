"""``/search?q=``: chapters that hold the words, and authorities of that name."""

from __future__ import annotations

import sqlite3
from typing import Any

from archive.site.fts import match
from archive.site.query import Row, count, rows
from archive.site.snippet import cjk_snippet
from archive.site.web import page, page_number, read

HITS_A_PAGE = 20
LONGEST_QUERY = 200
#: Conditions that narrow a search: parameter and column of report_index.
NARROW = {"year": "report_year", "level": "level", "province": "province"}
FROM = (
    " FROM chapters c JOIN reports r USING (report_id)"
    " JOIN report_index i USING (report_id)"
    " WHERE c.id IN (SELECT rowid FROM chapters_fts WHERE chapters_fts MATCH :match)"
)


def load(
    connection: sqlite3.Connection, query: str, number: int, chosen: dict[str, str]
) -> dict[str, Any]:
    """Hits, how many there are, and how they spread over years and levels.

    Prose comes before the chapters of tables, whose labels are the same in every
    report; then the newest year first.
    """
    total = count(connection, "SELECT count(*) FROM reports")
    empty = {"query": query, "total": total, "chosen": chosen, "page_number": number}
    expression = match(query)
    if expression == '""':
        return empty | {"asked": bool(query)}
    narrow = "".join(f" AND i.{NARROW[key]} = :{key}" for key in chosen)
    params = {"match": expression, **chosen}
    spread = rows(
        connection,
        "SELECT i.report_year AS year, i.level, count(*) AS hits,"
        f" count(DISTINCT report_id) AS reports{FROM}{narrow} GROUP BY 1, 2",
        params,
    )
    hits = sum(row["hits"] for row in spread)
    found = rows(
        connection,
        "SELECT c.id, c.report_id, c.chapter_no, c.heading, c.text, r.title,"
        f" r.report_year, i.agency, i.agency_id{FROM}{narrow}"
        " ORDER BY c.chapter_no IN (2, 3, 4), r.report_year DESC, r.report_id,"
        " c.chapter_no, c.id"
        " LIMIT :size OFFSET :skip",
        params | {"size": HITS_A_PAGE, "skip": (number - 1) * HITS_A_PAGE},
    )
    for row in found:
        row["snippet"] = cjk_snippet(row.pop("text"), query)
        row["heading_pieces"] = cjk_snippet(
            (row["heading"] or "").lstrip("# "), query, width=80
        )
    return empty | {
        "asked": True,
        "hits": hits,
        "reports": sum(row["reports"] for row in spread),
        "found": found,
        "more": hits > number * HITS_A_PAGE,
        "years": _reports_by(spread, "year"),
        "levels": _reports_by(spread, "level"),
        "agencies": _agencies(connection, query) if number == 1 else [],
    }


def _reports_by(spread: list[Row], column: str) -> list[Row]:
    """Number of reports with a hit by year or level, largest value first."""
    sums: dict[Any, int] = {}
    for row in spread:
        if row[column] is not None:
            sums[row[column]] = sums.get(row[column], 0) + row["reports"]
    return [{"value": value, "n": sums[value]} for value in sorted(sums, reverse=True)]


def _agencies(connection: sqlite3.Connection, query: str) -> list[Row]:
    """Authorities whose name contains the query."""
    return rows(
        connection,
        "SELECT a.agency_id, a.name, count(r.report_id) AS reports"
        " FROM agencies a LEFT JOIN reports r USING (agency_id)"
        " WHERE instr(a.name, ?) > 0"
        " GROUP BY a.agency_id ORDER BY length(a.name), a.name LIMIT 8",
        [query.strip().strip('"')],
    )


async def view(datasette: Any, request: Any) -> Any:
    """The search page."""
    query = (request.args.get("q") or "").strip()[:LONGEST_QUERY]
    chosen = {key: v for key in NARROW if (v := request.args.get(key))}
    number = page_number(request)
    found = await read(datasette, lambda c: load(c, query, number, chosen))
    return await page(datasette, request, "search", found)
