"""Whose report it is: names of authorities, the division they act in, their id.

The id is ``<division>-<kind>``, with a digest of the canonical name where a division
has several of a kind: ``370683-gov``, ``370683-office``, ``370683-dept-7b0e…``. The
division has the code of today, so that the years of 兖州市 and 兖州区 are one series;
townships have their nine digits where they are known (``522729101-town``), bodies of
the State a word (``cn-csrc``). What is not certain has no code: ``unknown-…``.

Names are matched in this order: the name as it is written today; then abbreviations and
names before a reform, which the evidence tells. A credit code settles the division
where the name does not. Merged bodies are never one agency. A government and its office
are two agencies.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from archive.authority import Division, division, former, lineage, townships
from archive.records import Agency, AgencyName, PageContext
from pipelines import uscc
from pipelines.kinds import (
    is_government,
    is_name,
    is_placed,
    of_the_state,
)
from pipelines.lookups import lookup
from pipelines.named import BODIES, SMALL, Named, settled, taken_apart
from pipelines.normalise import squash
from pipelines.organs import National, national

__all__ = [
    "Identity",
    "codes_of",
    "identify",
    "is_government",
    "is_name",
    "is_placed",
    "report_id",
]


@dataclass(frozen=True, slots=True)
class Identity:
    """An agency, the usual scope of its reports, and how it was concluded."""

    agency: Agency
    scope: str  # government_aggregate | own_organ
    evidence: str
    ambiguous: bool = False  # the evidence lists what it may be


def identify(
    name: str,
    context: PageContext,
    year: int | None = None,
    codes: tuple[uscc.Code, ...] = (),
) -> Identity:
    """The authority record behind a printed name, as of the year of a report.

    A bare place name is its government: 济宁市兖州区 is 济宁市兖州区人民政府. ``codes``
    are credit codes found beside the name (:func:`codes_of`).
    """
    printed = squash(name)
    local = context.source_level not in (None, "national")
    state = national(printed, local=local)
    if state is not None:
        return _of_state(state, printed, year, codes)
    found = settled(taken_apart(printed, context, year), context, codes)
    at = found.place
    level = "township" if found.kind in SMALL else at.level
    if found.rest.endswith("管理区") and found.kind == "zone":
        level = "township"
    if of_the_state(found.full) and not at.length and at.adcode is None:
        level = "national"
    small = _small_code(found)
    above = {d.level: d.name for d in lineage(at.adcode)} if at.adcode else {}
    if at.level in above and at.name:
        above[at.level] = at.name
    notes = [at.evidence, *found.notes]
    notes += [text for _, text in found.own.steps]
    notes += [f"{c.kind} {c.code} ({c.where}): {c.fault}" for c in codes if c.fault]
    agency = Agency(
        agency_id=small or _agency_id(found),
        name=_name_today(found),
        kind=found.kind,
        level=level,
        adcode=at.adcode,
        province=above.get("province"),
        city=above.get("city"),
        county=above.get("county"),
        parent_id=_parent(found),
        uscc=_credit_code(codes),
        family=found.own.family,
        names=tuple(_names(found, printed, year)),
    )
    scope = "government_aggregate" if found.kind == "government" else "own_organ"
    unclear = at.adcode is None and level != "national"
    if found.kind == "other":
        notes.append(f"{found.rest} is no known kind of name")
        unclear = True
    return Identity(agency, scope, "; ".join(notes), found.ambiguous or unclear)


def codes_of(card: Mapping[str, str], url: str) -> tuple[uscc.Code, ...]:
    """Credit and organisation codes beside a document: its index number, its address.

    ``card`` has the index number as ``index``. Codes with wrong check characters are
    among them, with their fault.
    """
    found = [uscc.in_index(card["index"]) if "index" in card else None]
    found.append(uscc.in_address(url))
    return tuple(code for code in found if code)


def report_id(agency: Agency, year: int, scope: str) -> str:
    """The id of a report: agency and year, and the scope when it is not the usual."""
    usual = "government_aggregate" if agency.kind == "government" else "own_organ"
    return f"{agency.agency_id}-{year}" + ("" if scope == usual else f"-{scope}")


def _of_state(
    body: National, printed: str, year: int | None, codes: tuple[uscc.Code, ...]
) -> Identity:
    notes = [f"{printed} is a body of the State"]
    names = [AgencyName(printed, "printed", year, year, "printed in a report")]
    if printed != body.name:
        notes.append(f"{printed} is {body.name}")
        names.append(AgencyName(body.name, "full", None, body.until, "list of bodies"))
    if body.until and body.successors:
        after = ", ".join(f"cn-{slug}" for slug in body.successors)
        notes.append(f"until {body.until}; then {after}")
    agency = Agency(
        agency_id=f"cn-{body.slug}",
        name=body.name,
        kind="government_office" if body.slug.endswith("-office") else "department",
        level="national",
        adcode=None,
        parent_id=None if body.slug == "state-council" else "cn-state-council",
        uscc=_credit_code(codes),
        names=tuple(names),
    )
    return Identity(agency, "own_organ", "; ".join(notes))


def _small_code(found: Named) -> str | None:
    """Nine digits of a township and the word of its kind, where they are known."""
    if found.kind not in SMALL or found.place.adcode is None:
        return None
    code = townships(found.place.adcode).get(found.own.name)
    return f"{code}-{lookup('kinds')['id_words'][found.kind]}" if code else None


def _agency_id(found: Named) -> str:
    """``<adcode>-gov``, ``<adcode>-office``, or with a digest of the canonical name.

    The canonical name has the division once, so that 济宁市兖州区教育局 and
    兖州区教育局 are one agency. Without a division the digest tells governments apart.
    """
    word, at = lookup("kinds")["id_words"][found.kind], found.place
    adcode = at.code or ("cn" if of_the_state(found.full) else "unknown")
    if at.adcode and found.kind in BODIES:
        return f"{adcode}-{word}"
    canonical = found.full
    if at.adcode:
        canonical = f"{at.name or ''}{found.own.name}"
    digest = hashlib.sha256(canonical.encode()).hexdigest()[:8]
    return f"{adcode}-{word}-{digest}"


def _name_today(found: Named) -> str:
    """The name with the division and the organ as they are called today."""
    at, full = found.place, found.full
    before = full[: at.length]
    if at.former and at.name and at.printed:
        before = before.removesuffix(at.printed.name) + at.name
    changed = any(relation in ("short", "former") for relation, _ in found.own.steps)
    if not changed and before == full[: at.length]:
        return full
    return before + (found.own.name if changed else found.rest)


def _names(found: Named, printed: str, year: int | None) -> list[AgencyName]:
    """The name as printed, the one of today, and those of the division before."""
    today = _name_today(found)
    names = [AgencyName(printed, "printed", year, year, "printed in a report")]
    if today != printed:
        relations = [relation for relation, _ in found.own.steps]
        why = "; ".join(text for _, text in found.own.steps)
        names.append(AgencyName(today, "full", None, None, why or "completed"))
        if "former" in relations:
            names.append(AgencyName(printed, "former", None, None, why))
    if found.place.adcode and found.kind in BODIES:
        known = division(found.place.adcode)
        names += [_former(d, found) for d in former(known.adcode if known else "")]
    return names


def _former(old: Division, found: Named) -> AgencyName:
    name = f"{old.name}{found.rest}"
    return AgencyName(name, "former", old.valid_from, old.valid_to, old.adcode)


def _credit_code(codes: tuple[uscc.Code, ...]) -> str | None:
    return next((c.code for c in codes if c.kind == "uscc" and not c.fault), None)


def _parent(found: Named) -> str | None:
    """The authority above: the government of the place, a bureau, a ministry."""
    adcode = found.place.code
    if found.kind == "vertical":
        ministry = next(
            (n for n in lookup("kinds")["prefixes"] if found.full.startswith(n)), ""
        )
        body = national(ministry, local=False)
        return f"cn-{body.slug}" if body else None
    if adcode is None:
        return None
    if found.kind != "government":
        return f"{adcode}-gov"
    above = lineage(found.place.adcode or "")[:-1]
    return f"{above[-1].adcode}-gov" if above else None
