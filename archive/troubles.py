"""What is the matter with an archive, as its catalogue tells it.

Each function looks for one sort of trouble and names it by kind and subject, so that it
is the same trouble in every run for as long as it lasts (:mod:`archive.alarms`).

============= ========================== ==========================================
kind          subject                    what is the matter
============= ========================== ==========================================
unreachable   portal                     it could not be reached
blocked       portal                     it is behind a wall
robots        portal                     robots.txt closes it
empty         portal                     it yielded no link to a report
home_fails    portal                     only pages known from before answer
column_moved  portal, address            the report column is elsewhere now
column_lost   portal, address            it fails and nothing is in its place
wall          portal                     some of its pages are behind a wall
fewer         portal, report year        far fewer reports than the year before
unreadable    address                    a document could not be read
fixity        file and offset            stored bytes are not what they were
============= ========================== ==========================================
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from archive.alarms import Trouble
from archive.catalog import Catalog
from archive.phrases import phrase

#: States of a portal that are trouble; ``phrases.yml`` says how they are said.
STATES = ("unreachable", "blocked", "robots", "empty")
#: Kinds that this module finds; others are told by the run in which they happened.
KINDS = (
    *STATES,
    "home_fails",
    "column_moved",
    "column_lost",
    "wall",
    "fewer",
    "unreadable",
    "fixity",
)
#: From when on a year's reports should all be there: two weeks after 31 March, by
#: which governments publish (Decree 711, art. 49).
COMPLETE = (4, 15)
#: Portals with fewer reports than this tell nothing by having half of them.
ENOUGH = 4


def find(catalog: Catalog, today: date) -> tuple[Trouble, ...]:
    """All trouble that the catalogue shows; ``today`` is China's date."""
    return (
        *_portals(catalog),
        *_columns(catalog),
        *_walls(catalog),
        *_fewer(catalog, complete_year(today)),
        *_unreadable(catalog),
        *_fixity(catalog),
    )


def complete_year(today: date) -> int:
    """The last report year whose reports should all be there.

    >>> complete_year(date(2026, 4, 14)), complete_year(date(2026, 4, 15))
    (2024, 2025)
    """
    return today.year - (1 if today >= date(today.year, *COMPLETE) else 2)


def _trouble(kind: str, subject: str, **told: object) -> Trouble:
    return Trouble.of(kind, subject, phrase(f"trouble.{kind}", **told))


def _name(row: dict[str, str]) -> str:
    return f"{row['source_id']} {row['name']}"


def _portals(catalog: Catalog) -> Iterator[Trouble]:
    """Portals in a state that a person should look at; the home page tells why."""
    for row in catalog.rows(
        "SELECT s.source_id, s.name, s.state, coalesce("
        " (SELECT reason FROM frontier f WHERE f.source_id = s.source_id"
        "  AND f.role = 'home' AND f.state = 'failed' AND reason IS NOT NULL),"
        " (SELECT reason FROM frontier f WHERE f.source_id = s.source_id"
        "  AND f.role IN ('column', 'list') AND f.state = 'failed'"
        "  AND reason IS NOT NULL ORDER BY f.rowid LIMIT 1), '') AS why,"
        " EXISTS (SELECT 1 FROM frontier f WHERE f.source_id = s.source_id"
        "  AND f.role = 'home' AND f.state = 'failed') AS homeless"
        " FROM sources s ORDER BY s.source_id"
    ):
        why = phrase("trouble.why", reason=row["why"]) if row["why"] else ""
        if row["state"] in STATES:
            yield _trouble(row["state"], row["source_id"], portal=_name(row), why=why)
        elif row["homeless"] and row["state"] in ("ok", "moved"):
            yield _trouble("home_fails", row["source_id"], portal=_name(row), why=why)


def _columns(catalog: Catalog) -> Iterator[Trouble]:
    """Report columns that fail; those of a portal that is wholly in trouble aside."""
    marks = ", ".join("?" * len(STATES))
    for row in catalog.rows(
        "SELECT c.*, s.name FROM report_columns c JOIN sources s USING (source_id)"
        f" WHERE c.failed_at IS NOT NULL AND s.state NOT IN ({marks})"
        " ORDER BY c.source_id, c.url",
        STATES,
    ):
        yield _trouble(
            "column_moved" if row["moved_to"] else "column_lost",
            f"{row['source_id']} {row['url']}",
            portal=_name(row),
            url=row["url"],
            reason=row["reason"],
            moved_to=row["moved_to"],
        )


def _walls(catalog: Catalog) -> Iterator[Trouble]:
    for row in catalog.rows(
        "SELECT s.source_id, s.name, count(*) AS n, min(f.reason) AS why"
        " FROM frontier f JOIN sources s USING (source_id)"
        " WHERE f.state = 'failed' AND f.reason GLOB 'blocked*'"
        " AND s.state <> 'blocked' GROUP BY s.source_id ORDER BY s.source_id"
    ):
        told = {"portal": _name(row), "n": row["n"], "reason": row["why"]}
        yield _trouble("wall", row["source_id"], **told)


def _fewer(catalog: Catalog, year: int) -> Iterator[Trouble]:
    """Portals with less than half of the reports of the year before.

    A portal that is not read to its end yet is not judged.
    """
    for row in catalog.rows(
        "SELECT s.source_id, s.name,"
        " count(DISTINCT CASE WHEN r.report_year = ?1 THEN r.report_id END) AS now,"
        " count(DISTINCT CASE WHEN r.report_year = ?1 - 1 THEN r.report_id END) AS was"
        " FROM frontier f JOIN sources s USING (source_id)"
        " JOIN report_documents d ON d.url = f.url"
        " JOIN reports r ON r.report_id = d.report_id"
        " WHERE r.report_year IN (?1, ?1 - 1)"
        " AND f.source_id NOT IN"
        "  (SELECT source_id FROM frontier WHERE state = 'pending')"
        " GROUP BY s.source_id HAVING was >= ?2 AND now * 2 < was ORDER BY s.source_id",
        [year, ENOUGH],
    ):
        subject = f"{row['source_id']} {year}"
        told = {"now": row["now"], "was": row["was"], "year": year}
        yield _trouble("fewer", subject, portal=_name(row), **told)


def _unreadable(catalog: Catalog) -> Iterator[Trouble]:
    found = {
        row["url"]: row["why"]
        for row in catalog.rows(
            "SELECT url, reason AS why FROM frontier WHERE state = 'failed'"
            " AND reason GLOB 'unreadable:*'"
            " UNION ALL SELECT url, error AS why FROM triage WHERE error IS NOT NULL"
        )
    }
    for url, why in sorted(found.items()):
        yield _trouble("unreadable", url, url=url, reason=why)


def _fixity(catalog: Catalog) -> Iterator[Trouble]:
    """Damage found since the last time that the whole file was read.

    A sample reads some records of a file and clears nothing but what it saw fail.
    """
    for row in catalog.rows(
        "WITH whole AS (SELECT file, max(run_id) AS run_id FROM fixity_events e"
        "  WHERE object = 'file' AND records = (SELECT max(records)"
        "   FROM fixity_events w WHERE w.file = e.file AND w.object = 'file')"
        "  GROUP BY file)"
        " SELECT e.object, e.file, e.warc_offset, max(e.detail) AS why"
        " FROM fixity_events e LEFT JOIN whole w ON w.file = e.file"
        " WHERE e.outcome = 'fail' AND e.detail IS NOT NULL"
        " AND e.run_id >= coalesce(CASE e.object WHEN 'database'"
        "  THEN (SELECT max(run_id) FROM whole) ELSE w.run_id END, '')"
        " GROUP BY e.file, e.warc_offset ORDER BY e.file, e.warc_offset"
    ):
        place = row["file"]
        if row["warc_offset"] is not None:
            place += f":{row['warc_offset']}"
        yield _trouble("fixity", place, place=place, reason=row["why"])
