"""What was checked, by which version of the rules, and what a change bears upon.

A report whose rules version is not today's, or whose current version is another than
the one that was checked, is stale. With it those are checked again that were held
against it: the same authority's next year, the government above, bodies of the same
line of work. Findings that did not change are not written again.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

from archive.dictionary import tables
from archive.records import Check

CHECK_FIELDS = tuple(f.name for f in fields(Check))
as_row = attrgetter(*CHECK_FIELDS)
AGGREGATE_FIELDS = (
    "table_code",
    "row_code",
    "col_code",
    "value",
    "members_sum",
    "difference",
    "members_filled",
    "members_found",
    "members_known",
    "state",
)
Row = tuple[Any, ...]

_MARK = (
    "SELECT r.report_id, r.version_no, r.agency_id, a.parent_id, r.report_year,"
    " CASE WHEN a.kind = 'government' THEN a.agency_id"
    " ELSE coalesce(a.parent_id, a.agency_id) END, r.template, k.vector"
    " FROM reports r JOIN agencies a USING (agency_id)"
    " LEFT JOIN checked k USING (report_id) WHERE r.status <> 'quarantined'"
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A report as the bookkeeping of checks knows it.

    ``house`` is the government that it, or its authority, belongs to: reports of a
    house are read together. ``vector`` is the digest of its numbers when last checked.
    """

    report_id: str
    version_no: int
    agency_id: str
    parent_id: str | None
    report_year: int
    house: str
    template: str = ""
    vector: str | None = None


def every(connection: sqlite3.Connection) -> list[Mark]:
    """All reports that are checked, house by house."""
    return [Mark(*row) for row in connection.execute(f"{_MARK} ORDER BY 6, 1")]


def named(connection: sqlite3.Connection, report_ids: Iterable[str]) -> list[Mark]:
    """The named reports, house by house."""
    sql = f"{_MARK} AND r.report_id IN (SELECT value FROM json_each(?)) ORDER BY 6, 1"
    return [Mark(*row) for row in connection.execute(sql, [_json(report_ids)])]


def count(connection: sqlite3.Connection) -> int:
    """Number of reports that rules are applied to."""
    sql = "SELECT count(*) FROM reports WHERE status <> 'quarantined'"
    return int(connection.execute(sql).fetchone()[0])


def stale(connection: sqlite3.Connection, rules_version: str) -> list[Mark]:
    """Reports that were never checked in their current version by these rules."""
    sql = (
        f"{_MARK} AND (k.report_id IS NULL OR k.rules_version <> ?"
        " OR k.version_no <> r.version_no OR k.parent_id IS NOT a.parent_id)"
        " ORDER BY 6, 1"
    )
    return [Mark(*row) for row in connection.execute(sql, [rules_version])]


def vanished(
    connection: sqlite3.Connection, stale: Collection[Mark], total: int
) -> list[Mark]:
    """Reports that were checked and are withdrawn or in quarantine since.

    They are looked for only when the books hold more than ``total`` reports can
    explain, those less that are ``stale`` and on no book yet.
    """
    on_books = "SELECT count(*) FROM checked"
    known = connection.execute(
        f"{on_books} WHERE report_id IN (SELECT value FROM json_each(?))",
        [_json(mark.report_id for mark in stale)],
    ).fetchone()[0]
    if connection.execute(on_books).fetchone()[0] == total - len(stale) + known:
        return []
    return [
        Mark(*row)
        for row in connection.execute(
            "SELECT k.report_id, k.version_no, k.agency_id, k.parent_id, k.report_year,"
            " coalesce(k.parent_id, k.agency_id), '', k.vector FROM checked k"
            " LEFT JOIN reports r USING (report_id)"
            " WHERE r.report_id IS NULL OR r.status = 'quarantined' ORDER BY 1"
        )
    ]


def bearing(connection: sqlite3.Connection, marks: Iterable[Mark]) -> set[str]:
    """Reports whose findings rest on one of ``marks``: next year, above, in line.

    Both the present and the former place of each mark count.
    """
    marks = list(marks)
    ids = _json(mark.report_id for mark in marks)
    places = {(mark.agency_id, mark.report_year, mark.parent_id) for mark in marks}
    places |= {
        tuple(row)
        for row in connection.execute(
            "SELECT agency_id, report_year, parent_id FROM checked"
            " WHERE report_id IN (SELECT value FROM json_each(?))",
            [ids],
        )
    }
    at = json.dumps(sorted(places, key=str))
    agency, year, parent = (f"json_extract(j.value, '$[{n}]')" for n in range(3))
    queries = (
        f"JOIN reports r ON r.agency_id = {agency} AND +r.report_year = {year} + 1",
        f"JOIN reports r ON r.agency_id = {parent} AND +r.report_year = {year}"
        " AND r.scope = 'government_aggregate'",
        f"JOIN agencies a ON a.agency_id = {agency} AND a.family IS NOT NULL"
        " JOIN agencies o ON o.adcode = a.adcode AND o.family = a.family"
        " AND o.agency_id <> a.agency_id JOIN reports r ON r.agency_id = o.agency_id",
        # a government whose members became known: the denominator of all its years
        f"JOIN reports r ON r.agency_id = {parent}"
        " AND r.scope = 'government_aggregate' AND (SELECT count(*) FROM reports own"
        f" WHERE own.agency_id = {agency}) = 1",
    )
    found: set[str] = set()
    for query in queries:
        sql = f"SELECT r.report_id FROM json_each(?) j {query}"
        found |= {row[0] for row in connection.execute(sql, [at])}
    return found


# ----------------------------------------------------------------------------- writing


def put_checks(
    connection: sqlite3.Connection,
    report_id: str,
    version_no: int,
    rows: Sequence[Row],
    rules: Collection[str],
    *,
    inside: bool,
) -> int:
    """Make the findings of a version by some rules those given; rows written.

    ``rules`` are the ones meant (``inside``) or the ones left alone. A finding that is
    stored already is not touched.
    """
    names = ", ".join(CHECK_FIELDS)
    gone = []
    stored = connection.execute(
        f"SELECT id, {names} FROM checks WHERE report_id = ? AND version_no = ?"
        f" AND rule_id {'IN' if inside else 'NOT IN'} (SELECT value FROM json_each(?))",
        [report_id, version_no, _json(rules)],
    ).fetchall()
    kept = Counter(rows) if stored else Counter[Row]()
    for row_id, *row in stored:
        if kept[tuple(row)]:
            kept[tuple(row)] -= 1
        else:
            gone.append((row_id,))
    connection.executemany("DELETE FROM checks WHERE id = ?", gone)
    new = []
    for one in rows:
        if not stored:
            new.append((report_id, version_no, *one))
        elif kept[one]:
            kept[one] -= 1
            new.append((report_id, version_no, *one))
    marks = ", ".join("?" * (len(CHECK_FIELDS) + 2))
    connection.executemany(
        f"INSERT INTO checks (report_id, version_no, {names}) VALUES ({marks})", new
    )
    return len(new) + len(gone)


def put_totals(
    connection: sqlite3.Connection, report_id: str, version_no: int, rows: Sequence[Row]
) -> None:
    """Make the sums over members of a version those given."""
    names = ", ".join(AGGREGATE_FIELDS)
    before = connection.execute(
        f"SELECT {names} FROM aggregates WHERE report_id = ? AND version_no = ?",
        [report_id, version_no],
    ).fetchall()
    if sorted(before, key=str) == sorted(rows, key=str):
        return
    connection.execute(
        "DELETE FROM aggregates WHERE report_id = ? AND version_no = ?",
        [report_id, version_no],
    )
    marks = ", ".join("?" * (len(AGGREGATE_FIELDS) + 2))
    connection.executemany(
        f"INSERT INTO aggregates (report_id, version_no, {names}) VALUES ({marks})",
        [(report_id, version_no, *row) for row in rows],
    )


def put_mark(
    connection: sqlite3.Connection, mark: Mark, rules_version: str, at: str
) -> None:
    """Note that a report was checked."""
    connection.execute(
        "INSERT OR REPLACE INTO checked (report_id, version_no, agency_id, parent_id,"
        " report_year, rules_version, vector, checked_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            mark.report_id,
            mark.version_no,
            mark.agency_id,
            mark.parent_id,
            mark.report_year,
            rules_version,
            mark.vector,
            at,
        ],
    )


def slow_indexes() -> dict[str, str]:
    """Indexes of ``checks`` that cost most while very many rows come: name, statement.

    The one that findings of a report are looked up by is not among them.
    """
    statements = [sql for sql in tables()["checks"].ddl(tables()) if "INDEX" in sql]
    return {
        sql.split('"')[1]: sql
        for sql in statements
        if "report_id" not in sql.partition(" ON ")[2]
    }


def forget(connection: sqlite3.Connection, marks: Iterable[Mark]) -> None:
    """Take reports off the books that are withdrawn or in quarantine."""
    ids = [(mark.report_id,) for mark in marks]
    connection.executemany("DELETE FROM checked WHERE report_id = ?", ids)
    connection.executemany("DELETE FROM aggregates WHERE report_id = ?", ids)


# ------------------------------------------------------------- what needs all reports


def same_numbers(
    connection: sqlite3.Connection, places: Iterable[tuple[int, str]]
) -> list[str]:
    """Reports of a year with a digest of their numbers, for each (year, digest)."""
    return [
        row[0]
        for row in connection.execute(
            "SELECT DISTINCT k.report_id FROM json_each(?) j JOIN checked k"
            " ON k.report_year = json_extract(j.value, '$[0]')"
            " AND k.vector = json_extract(j.value, '$[1]')",
            [json.dumps(sorted(set(places)))],
        )
    ]


def alike(
    connection: sqlite3.Connection, report_ids: Iterable[str]
) -> dict[str, list[tuple[str, bool]]]:
    """Other authorities with the same numbers for the year: name, whether related."""
    found: dict[str, list[tuple[str, bool]]] = {}
    for report_id, name, related in connection.execute(
        "SELECT k.report_id, a.name,"
        " o.parent_id IS k.agency_id OR k.parent_id IS o.agency_id"
        " FROM json_each(?) j JOIN checked k ON k.report_id = j.value"
        " JOIN checked o ON o.report_year = k.report_year AND o.vector = k.vector"
        " AND o.agency_id <> k.agency_id JOIN agencies a ON a.agency_id = o.agency_id"
        " ORDER BY k.report_id, o.agency_id",
        [_json(report_ids)],
    ):
        found.setdefault(report_id, []).append((name, bool(related)))
    return found


def likeness(
    connection: sqlite3.Connection, report_ids: Iterable[str], kind: str
) -> dict[str, list[tuple[int, str, int, float]]]:
    """Chapter, name and year of the other report, similarity; by report.

    Of other authorities only reports of the same year. The order of the joins is said:
    left to itself the planner may start with all rows of the kind.
    """
    found: dict[str, list[tuple[int, str, int, float]]] = {}
    for report_id, *row in connection.execute(
        "SELECT r.report_id, s.chapter_no, a.name, o.report_year, s.similarity"
        " FROM json_each(?) j CROSS JOIN reports r ON r.report_id = j.value"
        " CROSS JOIN similar_chapters s ON s.report_id = r.report_id"
        " AND s.version_no = r.version_no AND s.kind = ?"
        " CROSS JOIN reports o ON o.report_id = s.other_report_id"
        " CROSS JOIN agencies a ON a.agency_id = o.agency_id"
        " WHERE s.kind <> 'other_agency' OR o.report_year = r.report_year"
        " ORDER BY r.report_id, s.chapter_no, o.report_id",
        [_json(report_ids), kind],
    ):
        found.setdefault(report_id, []).append(tuple(row))
    return found


def measured(
    connection: sqlite3.Connection, report_ids: Iterable[str], chapters: Sequence[int]
) -> set[str]:
    """Reports with one of the chapters long enough to have been compared."""
    return {
        row[0]
        for row in connection.execute(
            "SELECT DISTINCT s.report_id FROM json_each(?) j"
            " CROSS JOIN sketches s ON s.report_id = j.value"
            " JOIN json_each(?) c ON s.chapter_no = c.value",
            [_json(report_ids), json.dumps(list(chapters))],
        )
    }


def _json(values: Iterable[str]) -> str:
    return json.dumps(sorted(set(values)))
