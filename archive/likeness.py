"""Where the likeness of texts is kept: tables ``similar_chapters`` and ``sketches``.

A sketch is what the search for near-copies goes by; with it a new report is held
against the others of its year without reading them all again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter


@dataclass(frozen=True, slots=True)
class Prose:
    """One chapter of a report without its tables, and what is masked in it."""

    report_id: str
    version_no: int
    report_year: int
    agency_id: str
    scope: str
    names: tuple[str, ...]  # of the authority and its division
    chapter_no: int
    text: str


@dataclass(frozen=True, slots=True)
class Sketch:
    """A row of ``sketches``; chapter 0 says that the report was measured."""

    report_id: str
    chapter_no: int
    version_no: int
    report_year: int
    agency_id: str
    bands: str
    method: str


@dataclass(frozen=True, slots=True, order=True)
class Similar:
    """A row of ``similar_chapters``."""

    report_id: str
    version_no: int
    chapter_no: int
    other_report_id: str
    kind: str  # previous_year | other_agency
    similarity: float
    shared_chars: int


SIMILAR_FIELDS = tuple(f.name for f in fields(Similar))
SKETCH_FIELDS = tuple(f.name for f in fields(Sketch))
_similar_row, _sketch_row = attrgetter(*SIMILAR_FIELDS), attrgetter(*SKETCH_FIELDS)

#: Bands of one search; more take longer than reading all sketches.
MOST_BANDS = 120

_CURRENT = "FROM reports r JOIN agencies a USING (agency_id)"
_SOUND = "r.status <> 'quarantined'"


def years(connection: sqlite3.Connection) -> list[int]:
    """Years of which reports are here."""
    sql = f"SELECT DISTINCT r.report_year FROM reports r WHERE {_SOUND} ORDER BY 1"
    return [row[0] for row in connection.execute(sql)]


def count(connection: sqlite3.Connection) -> int:
    """Number of reports whose texts are compared."""
    sql = f"SELECT count(*) FROM reports r WHERE {_SOUND}"
    return int(connection.execute(sql).fetchone()[0])


def of_year(connection: sqlite3.Connection, year: int) -> Iterator[Prose]:
    """Chapters of all reports of a year; one without any has an empty chapter 0."""
    return _prose(connection, "r.report_year = ?", [year])


def of_reports(
    connection: sqlite3.Connection, report_ids: Iterable[str]
) -> Iterator[Prose]:
    """Chapters of the named reports."""
    where = "r.report_id IN (SELECT value FROM json_each(?))"
    return _prose(connection, where, [_json(report_ids)])


def _prose(
    connection: sqlite3.Connection, where: str, params: Sequence[object]
) -> Iterator[Prose]:
    for row in connection.execute(
        "SELECT r.report_id, r.version_no, r.report_year, r.agency_id, r.scope,"
        " a.name, a.county, a.city, a.province,"
        " coalesce(c.chapter_no, 0), coalesce(group_concat(c.prose, ''), '')"
        f" {_CURRENT} LEFT JOIN chapters c ON c.report_id = r.report_id"
        " AND c.version_no = r.version_no AND c.chapter_no > 0"
        f" WHERE {where} AND {_SOUND}"
        " GROUP BY r.report_id, c.chapter_no ORDER BY r.report_id, c.chapter_no",
        params,
    ):
        names = tuple(name for name in row[5:9] if name)
        chapter_no, text = row[9:]
        report_id, version_no, year, agency_id, scope = row[:5]
        head = (report_id, version_no, year, agency_id, scope)
        yield Prose(*head, names, chapter_no, text)


def unmeasured(connection: sqlite3.Connection, method: str) -> set[str]:
    """Reports never measured by this method as they are, or read anew since.

    The catalogue blots the method out when a report is read again.
    """
    sql = (
        "SELECT r.report_id FROM reports r"
        " LEFT JOIN sketches s ON s.report_id = r.report_id AND s.chapter_no = 0"
        f" WHERE {_SOUND} AND (s.report_id IS NULL OR s.method <> ?"
        " OR s.version_no <> r.version_no)"
    )
    return {row[0] for row in connection.execute(sql, [method])}


def departed(connection: sqlite3.Connection, due: set[str], total: int) -> set[str]:
    """Reports that were measured and are withdrawn or in quarantine since.

    They are looked for only when there are more sketches than ``total`` reports can
    explain, less those that are ``due`` and have none.
    """
    marks = "SELECT count(*) FROM sketches WHERE chapter_no = 0"
    old = f"{marks} AND report_id IN (SELECT value FROM json_each(?))"
    known = connection.execute(old, [_json(due)]).fetchone()[0]
    if connection.execute(marks).fetchone()[0] == total - len(due) + known:
        return set()
    sql = (
        "SELECT s.report_id FROM sketches s"
        f" LEFT JOIN reports r ON r.report_id = s.report_id AND {_SOUND}"
        " WHERE s.chapter_no = 0 AND r.report_id IS NULL"
    )
    return {row[0] for row in connection.execute(sql)}


def beside(
    connection: sqlite3.Connection, report_ids: Iterable[str], step: int
) -> set[tuple[str, str]]:
    """Pairs (report, report of the same authority and scope ``step`` years on)."""
    sql = (
        "SELECT r.report_id, o.report_id FROM json_each(?) j"
        " JOIN reports r ON r.report_id = j.value"
        " JOIN reports o ON o.agency_id = r.agency_id AND o.scope = r.scope"
        " AND o.report_year = r.report_year + ? AND o.status <> 'quarantined'"
        f" WHERE {_SOUND}"
    )
    return set(connection.execute(sql, [_json(report_ids), step]))


def sketches(
    connection: sqlite3.Connection,
    year: int,
    chapter_no: int,
    sharing: Iterable[tuple[int, str]] = (),
) -> Iterator[tuple[str, str, str]]:
    """Report, authority and bands of the sketches of a chapter in a year.

    ``sharing`` names bands, each with its place: only sketches with one of them. Up to
    ``MOST_BANDS`` are looked for by the database, of more all sketches are given.
    """
    bands = list(sharing)[: MOST_BANDS + 1]
    where, params = "", []
    if 0 < len(bands) <= MOST_BANDS:
        same = " OR ".join("substr(bands, ?, ?) = ?" for _ in bands)
        where = f" AND ({same})"
        params = [part for at, band in bands for part in (at + 1, len(band), band)]
    yield from connection.execute(
        "SELECT report_id, agency_id, bands FROM sketches"
        f" WHERE report_year = ? AND chapter_no = ?{where} ORDER BY report_id",
        [year, chapter_no, *params],
    )


def rows_about(
    connection: sqlite3.Connection, report_ids: Iterable[str]
) -> set[Similar]:
    """Rows in which one of the named reports is either side."""
    names = ", ".join(SIMILAR_FIELDS)
    ids = _json(report_ids)
    listed = "IN (SELECT value FROM json_each(?))"
    sql = (
        f"SELECT {names} FROM similar_chapters WHERE report_id {listed}"
        f" UNION SELECT {names} FROM similar_chapters WHERE other_report_id {listed}"
    )
    return {Similar(*row) for row in connection.execute(sql, [ids, ids])}


def all_rows(connection: sqlite3.Connection) -> set[Similar]:
    """Every row of ``similar_chapters``."""
    names = ", ".join(SIMILAR_FIELDS)
    sql = f"SELECT {names} FROM similar_chapters"
    return {Similar(*row) for row in connection.execute(sql)}


def replace(
    connection: sqlite3.Connection, before: set[Similar], now: set[Similar]
) -> set[str]:
    """Write what differs between two sets of rows; returns the reports it is about."""
    names = SIMILAR_FIELDS
    connection.executemany(
        "DELETE FROM similar_chapters WHERE report_id = ? AND version_no = ?"
        " AND chapter_no = ? AND other_report_id = ? AND kind = ?",
        [_similar_row(row)[:5] for row in sorted(before - now)],
    )
    connection.executemany(
        f"INSERT INTO similar_chapters ({', '.join(names)})"
        f" VALUES ({', '.join('?' * len(names))})",
        [_similar_row(row) for row in sorted(now - before)],
    )
    return {row.report_id for row in before ^ now}


def put_sketches(connection: sqlite3.Connection, rows: Iterable[Sketch]) -> None:
    """Store sketches; those of the same reports must be dropped before."""
    names = SKETCH_FIELDS
    connection.executemany(
        f"INSERT INTO sketches ({', '.join(names)})"
        f" VALUES ({', '.join('?' * len(names))})",
        [_sketch_row(row) for row in rows],
    )


def drop_sketches(
    connection: sqlite3.Connection, report_ids: Iterable[str] | None = None
) -> None:
    """Forget the sketches of the named reports, or all."""
    if report_ids is None:
        connection.execute("DELETE FROM sketches")
    else:
        connection.executemany(
            "DELETE FROM sketches WHERE report_id = ?", [(i,) for i in report_ids]
        )


def _json(values: Iterable[str]) -> str:
    return json.dumps(sorted(set(values)))
