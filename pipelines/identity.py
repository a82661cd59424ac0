"""Whose report it is: names of authorities, the division they act in, their id.

The division is the longest prefix of the name that is one (or a chain of them). Where
several divisions share a name the portal decides; when it cannot, the adcode stays
empty: it is never guessed. A government and its office are two agencies.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from archive.authority import Division, divisions, lineage
from archive.records import Agency, PageContext
from pipelines.lookups import lookup
from pipelines.normalise import squash

PORTAL = re.compile(r"(?:人民政府|政府)?(?:门户网站|政府网|网站)?$")

UNLISTED = re.compile(r"^.{1,10}?[市县区州盟旗](?=人民政府)")


@dataclass(frozen=True, slots=True)
class Identity:
    """An agency, the usual scope of its reports, and how it was concluded."""

    agency: Agency
    scope: str  # government_aggregate | own_organ
    evidence: str


@dataclass(frozen=True, slots=True)
class _Place:
    adcode: str | None
    level: str | None
    name: str | None  # of the division
    length: int  # of the prefix of the agency's name
    evidence: str


def identify(name: str, context: PageContext) -> Identity:
    """The authority record behind a printed name.

    A bare place name is its government: 济宁市兖州区 is 济宁市兖州区人民政府.
    """
    name = squash(name)
    rules = lookup("kinds")
    place = _place(name, context)
    if place.length and (deeper := UNLISTED.match(name[place.length :])):
        # A division that the list does not have: its parent is not it.
        evidence = f"{name[: place.length] + deeper[0]} is in no list of divisions"
        place = _Place(None, None, None, place.length + len(deeper[0]), evidence)
    rest = name[place.length :] if place.length else name
    kind = _kind(name, rest, found=bool(place.length))
    endings = rules["complete_ends"].get(kind)
    if (kind == "government" and not rest) or (
        endings and not name.endswith(tuple(endings))
    ):
        name, rest = (text + rules["complete"][kind] for text in (name, rest))
    if kind == "township" and place.adcode is None and _from_county(context):
        place = _portal_place(context)
    elif kind == "department" and not place.length and not _national(name):
        place = _portal_place(context) if context.source_level != "national" else place
    level = "township" if kind in ("township", "street") else place.level
    if _national(name) and not place.length:
        level = "national"
    names = {d.level: d.name for d in lineage(place.adcode)} if place.adcode else {}
    agency = Agency(
        agency_id=_agency_id(kind, place, name, rest),
        name=name,
        kind=kind,
        level=level,
        adcode=place.adcode,
        province=names.get("province"),
        city=names.get("city"),
        county=names.get("county"),
        parent_id=_parent(kind, place.adcode),
    )
    scope = "government_aggregate" if kind == "government" else "own_organ"
    return Identity(agency, scope, place.evidence)


def report_id(agency: Agency, year: int, scope: str) -> str:
    """The id of a report: agency and year, and the scope when it is not the usual."""
    usual = "government_aggregate" if agency.kind == "government" else "own_organ"
    return f"{agency.agency_id}-{year}" + ("" if scope == usual else f"-{scope}")


def is_name(text: str) -> bool:
    """Whether a text can be the name of an authority: a place, or a known ending."""
    name = squash(text)
    if not 3 <= len(name) <= 40 or re.search(r"[，。；：:,;0-9]", name):
        return False
    length, _ = _longest(name)
    return _kind(name, name[length:], found=bool(length)) != "other"


def is_placed(name: str) -> bool:
    """Whether a name says of which division it is, or that it is of the state."""
    return bool(_longest(squash(name))[0]) or _national(squash(name))


def _kind(name: str, rest: str, *, found: bool) -> str:
    for entry in lookup("kinds")["kinds"]:
        text = rest if entry["of"] == "rest" else name
        if entry["of"] == "rest" and not found and not _governs(name):
            continue
        if entry["of"] == "rest" and not found:
            text = name[name.index("人民政府") :]
        if re.search(entry["pattern"], text):
            return str(entry["kind"])
    return "other"


def _governs(name: str) -> bool:
    """An unknown place with its government: 云州县人民政府, and no town or street."""
    place, word, _ = name.partition("人民政府")
    return bool(word) and place.endswith(("省", "市", "县", "区", "州", "盟", "旗"))


def _national(name: str) -> bool:
    return bool(re.match(lookup("kinds")["national"], name))


def _place(name: str, context: PageContext) -> _Place:
    length, found = _longest(name)
    skipped = 0
    if not length:
        for prefix in lookup("kinds")["prefixes"]:
            if name.startswith(prefix):
                skipped = len(prefix)
                length, found = _longest(name[skipped:])
                break
    if length:
        prefix = name[: skipped + length]
        if len(found) > 1:
            found = _near(found, context.source_adcode) or found
        if len(found) > 1:
            names = ", ".join(sorted(d.adcode for d in found))
            return _Place(None, None, None, skipped + length, f"{prefix}: {names}")
        division = found[0]
        return _Place(
            division.adcode,
            division.level,
            division.name,
            skipped + length,
            f"{prefix} is {division.adcode}",
        )
    own = PORTAL.sub("", squash(context.source_name or ""))
    if own and name.startswith(own) and context.source_adcode:
        portal = _portal_place(context)
        return _Place(portal.adcode, portal.level, own, len(own), portal.evidence)
    return _Place(None, None, None, 0, "no division in the name")


def _portal_place(context: PageContext) -> _Place:
    if not context.source_adcode:
        return _Place(None, None, None, 0, "no division in the name, no portal known")
    evidence = f"the portal of {context.source_name} ({context.source_adcode})"
    return _Place(context.source_adcode, context.source_level, None, 0, evidence)


def _from_county(context: PageContext) -> bool:
    return context.source_level == "county"


def _near(found: list[Division], adcode: str | None) -> list[Division]:
    """Those of several divisions that are the portal's, or below or above it."""
    if not adcode:
        return []
    own = _prefix(adcode)
    near = [
        d
        for d in found
        if d.adcode.startswith(own) or own.startswith(_prefix(d.adcode))
    ]
    return near if len(near) == 1 else []


def _prefix(adcode: str) -> str:
    """The digits that say something: 370000 → 37, 370600 → 3706."""
    return re.sub(r"(?:00){1,2}$", "", adcode)


@lru_cache(maxsize=4096)
def _longest(name: str) -> tuple[int, list[Division]]:
    """Length of the longest chain of divisions before a name, and where it may end."""
    ends: dict[int, dict[str, Division]] = {}
    for end, division in _chains(name):
        ends.setdefault(end, {})[division.adcode] = division
    if not ends:
        return 0, []
    longest = max(ends)
    return longest, list(ends[longest].values())


def _chains(name: str) -> Iterator[tuple[int, Division]]:
    open_ends = [(len(d.name), d) for d in _starting(name)]
    for short, full in lookup("kinds")["short_names"].items():
        if name.startswith(short) and not name.startswith(full):
            (province,) = [d for d in _starting(full) if d.name == full]
            open_ends += _below(name, len(short), province)
    for province in (d for d in divisions().values() if d.level == "province"):
        short = re.sub(r"[省市]$", "", province.name)
        if name.startswith(short) and not name.startswith(province.name):
            open_ends += _below(name, len(short), province)
    while open_ends:
        end, division = open_ends.pop()
        yield end, division
        open_ends += _below(name, end, division)


def _below(name: str, at: int, above: Division) -> list[tuple[int, Division]]:
    """Divisions inside ``above`` whose name stands at ``at``."""
    return [
        (at + len(d.name), d)
        for d in _starting(name[at:])
        if d.adcode != above.adcode and above in lineage(d.adcode)
    ]


def _starting(text: str) -> list[Division]:
    return [d for d in _by_start().get(text[:2], ()) if text.startswith(d.name)]


@lru_cache(maxsize=1)
def _by_start() -> dict[str, list[Division]]:
    found: dict[str, list[Division]] = {}
    for division in divisions().values():
        found.setdefault(division.name[:2], []).append(division)
    return found


def _agency_id(kind: str, place: _Place, name: str, rest: str) -> str:
    """``<adcode>-gov``, ``<adcode>-office``, or with a digest of the canonical name.

    The canonical name has the division once, so that 济宁市兖州区教育局 and
    兖州区教育局 are one agency. Without a division the digest tells governments apart.
    """
    word = lookup("kinds")["id_words"][kind]
    adcode = place.adcode or "unknown"
    if place.adcode and kind in ("government", "government_office"):
        return f"{adcode}-{word}"
    canonical = f"{place.name or ''}{rest}" if place.adcode and place.length else name
    digest = hashlib.sha256(canonical.encode()).hexdigest()[:8]
    return f"{adcode}-{word}-{digest}"


def _parent(kind: str, adcode: str | None) -> str | None:
    """The government an agency belongs to; vertical bodies answer to their ministry."""
    if adcode is None or kind == "vertical":
        return None
    if kind != "government":
        return f"{adcode}-gov"
    above = lineage(adcode)[:-1]
    return f"{above[-1].adcode}-gov" if above else None
