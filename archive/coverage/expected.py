"""Which years are expected of whom. Pure.

A division that began or ended bounds what is expected of its authorities; a body whose
line of work another of the division took over is expected no longer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from archive.authority import current, division, former
from archive.coverage.facts import Authority, Facts, government_of
from archive.duty import due

#: First year expected of a portal's government only because the registry lists it:
#: the uniform form and the duty to publish of the Regulation of 2019.
REGISTRY_SINCE = 2019
#: A year is expected of all in a column that has it from this many of them …
COLUMN_LEAST = 3
#: … and from this share.
COLUMN_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Expectation:
    """A year that is expected of an authority.

    ``found`` of ``known`` members of the column have a report of that year; given
    where that is the ground.
    """

    agency_id: str
    report_year: int
    basis: str  # report | years | since | column | registry
    due_on: str
    found: int | None = None
    known: int | None = None


@dataclass(frozen=True, slots=True)
class Life:
    """Years in which an authority could report for; None: not bounded."""

    first: int | None = None
    last: int | None = None

    def __contains__(self, year: int) -> bool:
        begun = self.first is None or self.first <= year
        return begun and (self.last is None or year <= self.last)


@lru_cache(maxsize=4096)
def life(adcode: str | None) -> Life:
    """Of a division's authorities: for the year of its end the successor reports.

    >>> life("370684"), life("370812"), life("370614").first
    (Life(first=None, last=2019), Life(first=None, last=None), 2020)
    """
    at = division(adcode[:6]) if adcode else None
    if at is None:
        return Life()
    starts = [d.valid_from for d in (at, *former(at.adcode))]
    first = None if None in starts else min(s for s in starts if s is not None)
    now = current(at.adcode, at.name)
    ended = now is not None and now.valid_to is not None
    last = now.valid_to - 1 if now and now.valid_to and ended else None
    return Life(first, last)


def expectations(facts: Facts, today: date) -> Iterator[Expectation]:
    """Every expected year of every authority, those with a report included."""
    years: dict[str, set[int]] = defaultdict(set)
    for report in facts.reports:
        years[report.agency_id].add(report.report_year)
    columns = _columns(facts, years)
    registered = {
        government.agency_id
        for portal in facts.portals.values()
        if portal.state != "untried" and (government := government_of(portal))
    }
    heirs = _heirs(facts.authorities, years)
    for agency_id, authority in facts.authorities.items():
        own = years.get(agency_id, set())
        if not own and agency_id not in registered:
            continue
        yield from _of(
            authority,
            own,
            columns.get(agency_id, {}),
            agency_id in registered,
            heirs.get(agency_id),
            today,
        )


def _of(
    authority: Authority,
    own: set[int],
    column: Mapping[int, tuple[int, int]],
    registered: bool,
    heir: int | None,
    today: date,
) -> Iterator[Expectation]:
    span = life(authority.adcode)
    first, last = (min(own), max(own)) if own else (None, None)
    start = min([*own, *column, *([REGISTRY_SINCE] if registered else [])])
    for year in range(start, max([today.year - 1, *own]) + 1):
        found, known = None, None
        if year in own:
            basis = "report"
        elif year not in span:
            continue
        elif first is not None and last is not None and first < year < last:
            basis = "years"
        elif last is not None and year > last:
            if heir is not None and year >= heir:
                continue
            basis = "since"
        elif year in column:
            basis, (found, known) = "column", column[year]
        elif registered and year >= REGISTRY_SINCE:
            basis = "registry"
        else:
            continue
        due_on = due(year, authority.kind)
        yield Expectation(authority.agency_id, year, basis, due_on, found, known)


def _columns(
    facts: Facts, years: Mapping[str, set[int]]
) -> dict[str, dict[int, tuple[int, int]]]:
    """By authority: years that its column has from most of its members.

    A column is what one portal shows of one government and its members. Of bodies of
    one line of work in a division only the one that reported counts: the other may
    not have existed.
    """
    columns: dict[tuple[str, str], set[str]] = defaultdict(set)
    for agency_id, portals in facts.seen_on.items():
        authority = facts.authorities.get(agency_id)
        if authority:
            for portal in portals:
                columns[portal, house(authority)].add(agency_id)
    found: dict[str, dict[int, tuple[int, int]]] = {}
    for members in columns.values():
        counts: dict[int, int] = defaultdict(int)
        for member in members:
            for year in years[member]:
                counts[year] += 1
        shown = {
            year: (n, len(members))
            for year, n in counts.items()
            if n >= COLUMN_LEAST and n >= COLUMN_SHARE * len(members)
        }
        lines = {
            (authority.adcode, authority.family)
            for authority in _related(facts.authorities[m] for m in members)
        }
        for member in members:
            authority = facts.authorities[member]
            if (authority.adcode, authority.family) not in lines:
                found[member] = found.get(member, {}) | shown
    return found


def _related(members: Iterator[Authority]) -> list[Authority]:
    """Members that share their line of work with another of the same division."""
    lines: dict[tuple[str | None, str], list[Authority]] = defaultdict(list)
    for authority in members:
        if authority.family:
            lines[authority.adcode, authority.family].append(authority)
    return [a for line in lines.values() if len(line) > 1 for a in line]


def house(authority: Authority) -> str:
    """The government that an authority is or belongs to."""
    if authority.kind == "government":
        return authority.agency_id
    return authority.parent_id or authority.agency_id


def _heirs(
    authorities: Mapping[str, Authority], years: Mapping[str, set[int]]
) -> dict[str, int]:
    """From which year on another body of the line of work reports instead.

    One that began to report, or alone went on, after the last report of the authority.
    """
    lines: dict[tuple[str, str], list[str]] = defaultdict(list)
    for agency_id, authority in authorities.items():
        if authority.family and authority.adcode and years.get(agency_id):
            lines[authority.adcode, authority.family].append(agency_id)
    found: dict[str, int] = {}
    for line in lines.values():
        for agency_id in line:
            last = max(years[agency_id])
            later = _after(last, [years[other] for other in line if other != agency_id])
            if later is not None:
                found[agency_id] = later
    return found


def _after(last: int, others: Sequence[set[int]]) -> int | None:
    later = [year for own in others for year in own if year > last]
    return min(later) if later else None
