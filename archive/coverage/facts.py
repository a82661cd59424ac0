"""What the catalogue knows that bears on coverage, read once.

Works on ``catalog.db``, opened or attached: ``schema`` is the name it goes by.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority of which reports are here, or the government of a portal."""

    agency_id: str
    name: str
    kind: str
    level: str | None = None
    adcode: str | None = None
    parent_id: str | None = None
    family: str | None = None
    province: str | None = None
    city: str | None = None
    county: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A report that is here."""

    agency_id: str
    report_year: int
    report_id: str
    status: str
    days_late: int | None
    due_on: str | None
    url: str


@dataclass(frozen=True, slots=True)
class Portal:
    """A source with its health."""

    source_id: str
    name: str
    adcode: str | None
    level: str | None
    home: str
    state: str
    last_ok_at: str | None
    column_url: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a document that is no report here: it failed, waits or was not read.

    ``reason`` is what the crawl or the reader says; None: it was not asked for yet.
    """

    source_id: str | None
    url: str
    text: str | None
    via: str | None
    reason: str | None
    capture_id: str | None = None
    read: bool = False  # the document is here, the reading failed


@dataclass(frozen=True, slots=True)
class Vanished:
    """A page of a report that left the portal."""

    report_id: str
    since: str
    capture_id: str | None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything :func:`archive.coverage.judge.judge` looks at."""

    authorities: Mapping[str, Authority]
    reports: Sequence[Found] = ()
    portals: Mapping[str, Portal] = field(default_factory=dict)
    #: Portals on which an authority's reports were found.
    seen_on: Mapping[str, frozenset[str]] = field(default_factory=dict)
    links: Sequence[Link] = ()
    #: Authorities whose reports a list page led to, by (portal, list page).
    lists: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    #: Further names of authorities.
    names: Mapping[str, frozenset[str]] = field(default_factory=dict)
    vanished: Mapping[str, Vanished] = field(default_factory=dict)


_SOUND = "r.status <> 'quarantined'"
GOVERNMENTS = ("province", "city", "county", "township")


def read(connection: sqlite3.Connection, schema: str = "main") -> Facts:
    """Read the facts from the catalogue."""

    def rows(sql: str) -> Iterator[tuple[object, ...]]:
        return connection.execute(sql.replace("@", f"{schema}."))

    def sets(sql: str) -> dict[object, frozenset[str]]:
        found: dict[object, set[str]] = defaultdict(set)
        for *key, value in rows(sql):
            found[key[0] if len(key) == 1 else tuple(key)].add(str(value))
        return {key: frozenset(values) for key, values in found.items()}

    portals = {
        str(row[0]): Portal(*row)  # type: ignore[arg-type]
        for row in rows(
            "SELECT source_id, name, adcode, level, home, state, last_ok_at,"
            " column_url, note FROM @sources ORDER BY source_id"
        )
    }
    known = {
        str(row[0]): Authority(*row)  # type: ignore[arg-type]
        for row in rows(
            "SELECT agency_id, name, kind, level, adcode, parent_id, family, province,"
            " city, county FROM @agencies WHERE agency_id IN"
            f" (SELECT agency_id FROM @reports r WHERE {_SOUND}) ORDER BY agency_id"
        )
    }
    for portal in portals.values():
        if own := government_of(portal):
            known.setdefault(own.agency_id, own)
    return Facts(
        authorities=known,
        reports=[
            Found(*row)  # type: ignore[arg-type]
            for row in rows(
                "SELECT agency_id, report_year, report_id, status, days_late, due_on,"
                f" source_url FROM @reports r WHERE {_SOUND} ORDER BY report_id"
            )
        ],
        portals=portals,
        seen_on=sets(  # type: ignore[arg-type]
            "SELECT DISTINCT r.agency_id, c.source_id FROM @reports r"
            " JOIN @report_documents d USING (report_id)"
            " JOIN @captures c ON c.url = d.url"
            f" WHERE c.source_id IS NOT NULL AND {_SOUND}"
        ),
        links=[
            Link(*row)  # type: ignore[arg-type]
            for row in rows(
                "SELECT source_id, url, link_text, via,"
                " CASE state WHEN 'failed' THEN coalesce(reason, 'error') END,"
                " capture_id, 0 FROM @frontier"
                " WHERE role IN ('report', 'attachment') AND state <> 'done'"
                " AND url NOT IN (SELECT url FROM @report_documents)"
                " UNION ALL SELECT f.source_id, t.url, coalesce(t.title, f.link_text),"
                " f.via, t.error, f.good_capture_id, 1 FROM @triage t"
                " LEFT JOIN @frontier f ON f.url = t.url"
                " WHERE t.error IS NOT NULL AND t.report_id IS NULL ORDER BY 2"
            )
        ],
        lists=sets(  # type: ignore[arg-type]
            "SELECT DISTINCT f.source_id, f.via, r.agency_id FROM @frontier f"
            " JOIN @report_documents d ON d.url = f.url"
            " JOIN @reports r USING (report_id)"
            f" WHERE f.via IS NOT NULL AND {_SOUND}"
        ),
        names=sets("SELECT agency_id, name FROM @agency_names"),  # type: ignore[arg-type]
        vanished={
            str(row[0]): Vanished(*row)  # type: ignore[arg-type]
            for row in rows(
                "SELECT d.report_id, min(t.gone_since), max(t.error_capture_id)"
                " FROM @tombstones t JOIN @report_documents d ON d.url = t.url"
                " JOIN @reports r ON r.report_id = d.report_id"
                " AND r.version_no = d.version_no"
                " WHERE t.state = 'gone' AND t.moved_to IS NULL AND d.role = 'main'"
                " AND NOT EXISTS (SELECT 1 FROM @report_documents o"
                "  WHERE o.report_id = d.report_id AND o.version_no = d.version_no"
                "  AND o.role <> 'attachment' AND o.url NOT IN"
                "  (SELECT url FROM @tombstones WHERE state = 'gone'))"
                " GROUP BY d.report_id"
            )
        },
    )


def government_of(portal: Portal) -> Authority | None:
    """The government whose portal it is, with the id that its reports would have."""
    if portal.adcode is None or portal.level not in GOVERNMENTS[:3]:
        return None
    code = portal.adcode[:6]
    return Authority(f"{code}-gov", portal.name, "government", portal.level, code)
