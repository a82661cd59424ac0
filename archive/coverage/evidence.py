"""What links and portals say about a year of an authority. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from archive.coverage.facts import Authority, Facts, Link, Portal, government_of
from archive.phrases import Phrase, phrase

YEAR = re.compile(r"(?<!\d)(20[0-3]\d)\s*(?:年|度|[)）])")
#: Words of which a link text consists that names no authority.
COMMON = re.compile(
    r"[\W\d_]|年度|年|政府|信息|公开|工作|情况|报告|年报|关于|发布|通知|公告|的|本|html?|pdf|docx?"
)
#: How the crawl's reasons begin, and what they mean here.
KINDS = {"not_found": "not_found", "blocked": "wall", "robots": "robots"}
#: States of portals that could not be looked at.
SHUT = {"blocked": "wall", "robots": "robots", "unreachable": "unreachable"}


@dataclass(frozen=True, slots=True)
class Trace:
    """Something that shows what became of a report."""

    reason: str | None  # of codes.COVERAGE_REASONS; None: not asked for yet
    note: Phrase
    url: str
    capture_id: str | None = None


def traces(facts: Facts) -> dict[tuple[str, int], Trace]:
    """Links that name an authority and a year, the most telling one of each.

    A document that is here but was not read tells most, then a link that waits, one
    that is barred, one that fails.
    """
    names = _names(facts)
    found: dict[tuple[str, int], Trace] = {}
    for link in facts.links:
        year = YEAR.search(link.text or "")
        owner = owner_of(link, facts, names) if year else None
        if year and owner:
            key, trace = (owner, int(year[1])), _trace(link)
            if key not in found or RANK[trace.reason] < RANK[found[key].reason]:
                found[key] = trace
    return found


#: The most telling first.
TELLING = ("not_read", None, "wall", "robots", "unreachable", "not_found")
RANK = {reason: at for at, reason in enumerate(TELLING)}


def _trace(link: Link) -> Trace:
    if link.read:
        note = phrase("coverage.not_read", reason=link.reason)
        return Trace("not_read", note, link.url, link.capture_id)
    if link.reason is None:
        return Trace(None, phrase("coverage.waits"), link.url)
    reason = KINDS.get(link.reason.partition(":")[0], "unreachable")
    note = phrase("coverage.link_fails", reason=link.reason)
    return Trace(reason, note, link.url, link.capture_id)


Names = Mapping[str, Mapping[str, str]]  # by portal: name, authority


def _names(facts: Facts) -> Names:
    """Names of the authorities that each portal shows, full and without the place."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for agency_id, portals in facts.seen_on.items():
        authority = facts.authorities.get(agency_id)
        if authority:
            for portal in portals:
                for name in _called(authority, facts.names.get(agency_id, ())):
                    found[portal].setdefault(name, agency_id)
    for source_id, entry in facts.portals.items():
        if own := government_of(entry):
            found[source_id].setdefault(own.name, own.agency_id)
    return found


def _called(authority: Authority, names: Iterable[str]) -> set[str]:
    found = {authority.name, *names}
    for name in tuple(found):
        for place in (authority.county, authority.city, authority.province):
            if place and name.startswith(place) and authority.kind != "government":
                found.add(name.removeprefix(place))
    return {name for name in found if len(name) > 2}


def owner_of(link: Link, facts: Facts, names: Names) -> str | None:
    """Whose report a link names: by its text, else by the list it stands in."""
    text, portal = link.text or "", link.source_id or ""
    named = [name for name in names.get(portal, ()) if name in text]
    if named:
        return names[portal][max(named, key=len)]
    if COMMON.sub("", text):
        return None  # another authority, of which no report is here
    listed = facts.lists.get((portal, link.via or ""), frozenset())
    if len(listed) == 1:
        return next(iter(listed))
    own = government_of(facts.portals[portal]) if portal in facts.portals else None
    return own.agency_id if own and not listed else None


@dataclass(frozen=True, slots=True)
class Look:
    """Whether somebody looked for a report after its legal date."""

    reason: str  # never_found | no_column | wall | robots | unreachable
    portal: Portal


def looked(portals: Iterable[Portal], due_on: str) -> Look | None:
    """The portal that was looked at since, or why it could not be; None: nobody did."""
    portals = list(portals)
    open_to_us = [p for p in portals if p.state not in SHUT]
    good = [p for p in open_to_us if (p.last_ok_at or "")[:10] > due_on]
    if good:
        portal = max(good, key=lambda p: (p.state == "ok", p.last_ok_at or ""))
        lost = portal.state == "empty" and portal.column_url is None
        return Look("no_column" if lost else "never_found", portal)
    for portal in portals:
        if portal.state in SHUT:
            return Look(SHUT[portal.state], portal)
    return None
