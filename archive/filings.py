"""Many reports read at once, as plainly as rules between reports need them.

A :class:`Filing` is the current version of a report with its numbers as tuples straight
from the rows: no object for each cell. :func:`readings` gives whole reports for the
rules within a report. Both read a connection of the caller, which may be read-only.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields

from archive.catalog import CELL_FIELDS, REPORT_FIELDS
from archive.records import Agency, Cell, Chapter, Report

Key = tuple[str, str, str]
#: value, state, method, raw
Figure = tuple[float | None, str, str, str]

AGENCY_FIELDS = tuple(f.name for f in fields(Agency) if f.name != "names")
#: In the queries a + before a column keeps SQLite from the index on it: there are few
#: reports of an authority and thousands of a year.
#: Reports named in a parameter as a JSON array; those in quarantine say nothing.
_NAMED = (
    " FROM json_each(?) j JOIN reports r ON r.report_id = j.value"
    " AND r.status <> 'quarantined'"
)


@dataclass(frozen=True, slots=True)
class Filing:
    """The current version of a report as rules between reports look at it.

    ``first_captured_at`` is the first capture of any version, ``figure_changes`` the
    number of versions whose figures differ from those before. ``cells`` has no cells
    that the document lacks.
    """

    report_id: str
    version_no: int
    report_year: int
    scope: str
    template: str
    agency: Agency
    published_on: str | None = None
    published_on_source: str | None = None
    due_on: str | None = None
    n_versions: int = 1
    first_captured_at: str | None = None
    figure_changes: int = 0
    cells: Mapping[Key, Figure] = field(default_factory=dict)


def connect(path: str) -> sqlite3.Connection:
    """A connection that reads the catalogue and cannot write it."""
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)


_FILING_FIELDS = (
    "report_id",
    "version_no",
    "report_year",
    "scope",
    "template",
    "published_on",
    "published_on_source",
    "due_on",
    "n_versions",
)


def filings(
    connection: sqlite3.Connection,
    report_ids: Iterable[str],
    read: Mapping[str, Report] | None = None,
) -> dict[str, Filing]:
    """The named reports with their figures; those in quarantine are left out.

    Figures of reports that were ``read`` already are taken from there.
    """
    wanted, read = set(report_ids), read or {}
    figures = {report_id: _plain(read[report_id]) for report_id in wanted & set(read)}
    figures |= _figures(connection, _json(wanted - set(read)))
    own = ", ".join(f"r.{name}" for name in _FILING_FIELDS)
    agencies = ", ".join(f"a.{name}" for name in AGENCY_FIELDS)
    width = len(_FILING_FIELDS)
    found = {}
    for row in connection.execute(
        f"SELECT {own}, {agencies},"
        " (SELECT min(v.first_captured_at) FROM report_versions v"
        "  WHERE v.report_id = r.report_id),"
        " (SELECT count(*) FROM report_versions v WHERE v.report_id = r.report_id"
        "  AND v.change LIKE '%figures%')"
        f" {_NAMED} JOIN agencies a USING (agency_id) ORDER BY r.report_id",
        [_json(wanted)],
    ):
        found[row[0]] = Filing(
            agency=Agency(**dict(zip(AGENCY_FIELDS, row[width:-2], strict=True))),
            first_captured_at=row[-2],
            figure_changes=row[-1],
            cells=figures.get(row[0], {}),
            **dict(zip(_FILING_FIELDS, row[:width], strict=True)),
        )
    return found


def _plain(report: Report) -> dict[Key, Figure]:
    return {
        (c.table_code, c.row_code, c.col_code): (c.value, c.state, c.method, c.raw)
        for c in report.cells
        if c.state != "missing"
    }


def _figures(connection: sqlite3.Connection, ids: str) -> dict[str, dict[Key, Figure]]:
    found: dict[str, dict[Key, Figure]] = {}
    for report_id, table, row, column, value, state, method, raw in connection.execute(
        "SELECT c.report_id, c.table_code, c.row_code, c.col_code,"
        f" c.value, c.state, c.method, c.raw {_NAMED}"
        " CROSS JOIN cells c ON c.report_id = r.report_id"
        " AND c.version_no = r.version_no WHERE c.state <> 'missing'",
        [ids],
    ):
        cells = found.setdefault(report_id, {})
        cells[table, row, column] = (value, state, method, raw)
    return found


def readings(
    connection: sqlite3.Connection, report_ids: Iterable[str]
) -> dict[str, tuple[Report, str]]:
    """The named reports as they were read, with the form of their document."""
    ids = _json(report_ids)
    cells: dict[str, list[Cell]] = {}
    for row in connection.execute(
        f"SELECT c.report_id, {', '.join(f'c.{n}' for n in CELL_FIELDS)} {_NAMED}"
        " CROSS JOIN cells c ON c.report_id = r.report_id"
        " AND c.version_no = r.version_no",
        [ids],
    ):
        cells.setdefault(row[0], []).append(Cell(*row[1:]))
    chapters: dict[str, list[Chapter]] = {}
    for row in connection.execute(
        f"SELECT c.report_id, c.chapter_no, c.heading, c.text, c.prose {_NAMED}"
        " CROSS JOIN chapters c ON c.report_id = r.report_id"
        " AND c.version_no = r.version_no ORDER BY c.report_id, c.id",
        [ids],
    ):
        chapters.setdefault(row[0], []).append(Chapter(*row[1:]))
    own = ", ".join(f"r.{name}" for name in REPORT_FIELDS)
    agencies = ", ".join(f"a.{name}" for name in AGENCY_FIELDS)
    width = len(REPORT_FIELDS)
    found = {}
    for row in connection.execute(
        f"SELECT {own}, {agencies}, d.form {_NAMED}"
        " JOIN agencies a USING (agency_id) JOIN documents d ON d.sha256 = r.sha256"
        " ORDER BY r.report_id",
        [ids],
    ):
        report = Report(
            agency=Agency(**dict(zip(AGENCY_FIELDS, row[width:-1], strict=True))),
            chapters=tuple(chapters.get(row[0], ())),
            cells=tuple(cells.get(row[0], ())),
            **dict(zip(REPORT_FIELDS, row[:width], strict=True)),
        )
        found[row[0]] = (report, str(row[-1]))
    return found


# ----------------------------------------------------------------------- who is related


@dataclass(frozen=True, slots=True)
class Known:
    """An authority and the first and last year of which a report is here."""

    agency_id: str
    name: str
    adcode: str | None
    family: str | None
    first: int
    last: int


def previous(connection: sqlite3.Connection, report_ids: Iterable[str]) -> list[str]:
    """Reports of the same authorities for the year before each named one."""
    return _ids(
        connection,
        f"SELECT p.report_id {_NAMED} JOIN reports p ON p.agency_id = r.agency_id"
        " AND +p.report_year = r.report_year - 1 AND p.status <> 'quarantined'",
        report_ids,
    )


def members(
    connection: sqlite3.Connection, report_ids: Iterable[str], kinds: Sequence[str]
) -> list[str]:
    """Own reports of the members of each named aggregate, for the same year."""
    marks = ", ".join("?" for _ in kinds)
    return _ids(
        connection,
        f"SELECT m.report_id {_NAMED} AND r.scope = 'government_aggregate'"
        " JOIN agencies a ON a.parent_id = r.agency_id"
        f" JOIN reports m ON m.agency_id = a.agency_id AND a.kind IN ({marks})"
        " AND +m.report_year = r.report_year AND m.scope = 'own_organ'"
        " AND m.status <> 'quarantined'",
        report_ids,
        *kinds,
    )


def known_members(
    connection: sqlite3.Connection, agency_ids: Iterable[str], kinds: Sequence[str]
) -> dict[str, int]:
    """How many members of each authority ever reported: the denominator."""
    marks = ", ".join("?" for _ in kinds)
    return dict(
        connection.execute(
            "SELECT a.parent_id, count(*) FROM json_each(?) j"
            " JOIN agencies a ON a.parent_id = j.value"
            f" WHERE a.kind IN ({marks}) AND EXISTS (SELECT 1 FROM reports r"
            "  WHERE r.agency_id = a.agency_id AND r.scope = 'own_organ'"
            "  AND r.status <> 'quarantined') GROUP BY a.parent_id",
            [_json(agency_ids), *kinds],
        ).fetchall()
    )


def related(
    connection: sqlite3.Connection, agency_ids: Iterable[str]
) -> dict[str, list[Known]]:
    """For each authority the others of its division in the same line of work."""
    found: dict[str, list[Known]] = {}
    for agency_id, *other in connection.execute(
        "SELECT a.agency_id, o.agency_id, o.name, o.adcode, o.family,"
        " min(r.report_year), max(r.report_year) FROM json_each(?) j"
        " JOIN agencies a ON a.agency_id = j.value AND a.family IS NOT NULL"
        " JOIN agencies o ON o.adcode = a.adcode AND o.family = a.family"
        " AND o.agency_id <> a.agency_id"
        " JOIN reports r ON r.agency_id = o.agency_id AND r.status <> 'quarantined'"
        " GROUP BY a.agency_id, o.agency_id ORDER BY a.agency_id, o.agency_id",
        [_json(agency_ids)],
    ):
        found.setdefault(agency_id, []).append(Known(*other))
    return found


def _ids(
    connection: sqlite3.Connection, sql: str, report_ids: Iterable[str], *more: str
) -> list[str]:
    return [row[0] for row in connection.execute(sql, [_json(report_ids), *more])]


def _json(values: Iterable[str]) -> str:
    return json.dumps(sorted(set(values)))
