"""From facts to rows of ``coverage``."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from operator import attrgetter

from archive.authority import lineage
from archive.coverage.evidence import Look, Trace, looked, traces
from archive.coverage.expected import Expectation, expectations
from archive.coverage.facts import Authority, Facts, Found, Portal, read
from archive.phrases import Phrase, phrase


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of ``coverage``."""

    agency_id: str
    report_year: int
    state: str  # codes.COVERAGE_STATES
    basis: str  # codes.COVERAGE_BASES
    due_on: str
    days_late: int | None = None
    reason: str | None = None  # codes.COVERAGE_REASONS
    note: str | None = None
    url: str | None = None
    capture_id: str | None = None
    report_id: str | None = None
    column_found: int | None = None
    column_known: int | None = None
    note_zh: str | None = None

    def noted(self, note: Phrase) -> Entry:
        """The same with a remark, in both languages."""
        return replace(self, note=note.en, note_zh=note.zh)


ENTRY_FIELDS = tuple(f.name for f in fields(Entry))
_row = attrgetter(*ENTRY_FIELDS)


def judge(facts: Facts, today: date) -> list[Entry]:
    """Every authority and year that was looked for. Pure; ``today`` is China's date."""
    reports: dict[tuple[str, int], list[Found]] = defaultdict(list)
    for report in facts.reports:
        reports[report.agency_id, report.report_year].append(report)
    told = traces(facts)
    portals = _portals(facts)
    found = []
    for one in expectations(facts, today):
        key = (one.agency_id, one.report_year)
        if one.basis == "report":
            found.append(_here(one, reports[key], facts))
        elif (entry := _not_here(one, told.get(key), portals, today)) is not None:
            found.append(entry)
    return sorted(found, key=lambda entry: (entry.agency_id, entry.report_year))


def _here(one: Expectation, reports: Sequence[Found], facts: Facts) -> Entry:
    best = min(
        reports,
        key=lambda r: (
            r.status == "unreadable",
            r.days_late is None,
            r.days_late or 0,
            r.report_id,
        ),
    )
    entry = Entry(
        one.agency_id,
        one.report_year,
        "late" if (best.days_late or 0) > 0 else "found",
        one.basis,
        best.due_on or one.due_on,
        best.days_late,
        url=best.url,
        report_id=best.report_id,
    )
    if best.days_late is None:
        entry = entry.noted(phrase("coverage.no_date"))
    if best.status == "unreadable":
        entry = replace(entry, state="unreadable", reason="not_read")
    gone = facts.vanished.get(best.report_id)
    if gone is None:
        return entry
    entry = entry.noted(phrase("coverage.left", day=gone.since[:10]))
    return replace(entry, reason="vanished", capture_id=gone.capture_id)


def _not_here(
    one: Expectation,
    trace: Trace | None,
    portals: dict[str, list[Portal]],
    today: date,
) -> Entry | None:
    entry = Entry(
        one.agency_id,
        one.report_year,
        "missing",
        one.basis,
        one.due_on,
        column_found=one.found,
        column_known=one.known,
    )
    watched = portals.get(one.agency_id, [])
    if today.isoformat() <= one.due_on and not (trace and trace.reason == "not_read"):
        return replace(entry, state="not_due") if watched else None
    if trace is not None:
        return _traced(entry, trace)
    look = looked(watched, one.due_on)
    if look is not None:
        return _sought(entry, look)
    if one.basis == "years":
        return replace(entry, reason="never_found").noted(phrase("coverage.between"))
    return None


def _traced(entry: Entry, trace: Trace) -> Entry | None:
    if trace.reason is None:
        return None  # there is one; it was not asked for yet
    state = {"not_read": "unreadable", "not_found": "missing"}.get(
        trace.reason, "blocked"
    )
    return replace(
        entry,
        state=state,
        reason=trace.reason,
        url=trace.url,
        capture_id=trace.capture_id,
    ).noted(trace.note)


def _sought(entry: Entry, look: Look) -> Entry:
    portal = look.portal
    if look.reason in ("never_found", "no_column"):
        day = (portal.last_ok_at or "").partition("T")[0]
        note = phrase(f"coverage.{look.reason}", portal=portal.name, day=day)
        url = portal.column_url or portal.home
        return replace(entry, reason=look.reason, url=url).noted(note)
    note = phrase(
        "coverage.shut_note" if portal.note else "coverage.shut",
        portal=portal.name,
        state=phrase(f"state.{portal.state}"),
        note=portal.note,
    )
    entry = replace(entry, state="blocked", reason=look.reason, url=portal.home)
    return entry.noted(note)


def _portals(facts: Facts) -> dict[str, list[Portal]]:
    """Portals on which each authority's reports would stand."""
    by_code: dict[str, set[str]] = defaultdict(set)
    for portal in facts.portals.values():
        if portal.adcode and portal.state != "untried":
            by_code[portal.adcode[:6]].add(portal.source_id)
    return {
        agency_id: [
            facts.portals[source_id]
            for source_id in sorted(
                by_code.get((authority.adcode or "")[:6], set())
                | facts.seen_on.get(agency_id, frozenset())
            )
            if source_id in facts.portals
        ]
        for agency_id, authority in facts.authorities.items()
    }


def fill(connection: sqlite3.Connection, today: date, catalog: str = "catalog") -> None:
    """Fill ``main.coverage`` from the attached catalogue.

    Governments of portals of which no report is here become rows of ``agencies``.
    """
    facts = read(connection, catalog)
    entries = judge(facts, today)
    needed = {entry.agency_id for entry in entries}
    connection.executemany(
        "INSERT OR IGNORE INTO main.agencies (agency_id, name, kind, level, adcode,"
        " province, city, county, parent_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (_agency(a) for a in facts.authorities.values() if a.agency_id in needed),
    )
    connection.executemany(
        f"INSERT INTO main.coverage ({', '.join(ENTRY_FIELDS)})"
        f" VALUES ({', '.join('?' * len(ENTRY_FIELDS))})",
        map(_row, entries),
    )


def _agency(authority: Authority) -> tuple[str | None, ...]:
    above = lineage(authority.adcode or "")
    names = {d.level: d.name for d in above}
    parent = f"{above[-2].adcode}-gov" if len(above) > 1 else None
    return (
        authority.agency_id,
        authority.name,
        authority.kind,
        authority.level,
        authority.adcode,
        authority.province or names.get("province"),
        authority.city or names.get("city"),
        authority.county or names.get("county"),
        authority.parent_id or parent,
    )
