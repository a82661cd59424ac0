"""A printed name taken apart: division, organ and kind, and what settles them.

The place is in the name or in a part of it; where it is not, a credit code tells, the
counties that have such a township, the seat of a vertical body, or the portal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from archive.authority import division, former, lineage
from archive.records import PageContext
from pipelines import places, uscc
from pipelines.kinds import bare, kind_of, of_the_state
from pipelines.lookups import lookup
from pipelines.organs import Organ, organ
from pipelines.places import Place

BODIES = ("government", "government_office")
SMALL = ("township", "street")
UNLISTED = re.compile(r"^.{1,10}?[市县区州盟旗](?=人民政府)")
#: A branch of a bureau in a part of its place: 公安局渝中区分局.
BRANCH = re.compile(r"^(?P<bureau>.{2,12}?)局(?P<part>.{2,12}?[市县区旗])分局$")


@dataclass(frozen=True, slots=True)
class Named:
    """A name taken apart."""

    full: str  # as printed, completed
    kind: str
    place: Place
    rest: str  # behind the division
    own: Organ  # what the rest is compared as
    notes: tuple[str, ...] = ()
    ambiguous: bool = False


def taken_apart(name: str, context: PageContext, year: int | None) -> Named:
    """Division, kind and organ of a name, completed: 兖州区 is 兖州区人民政府."""
    rules = lookup("kinds")
    notes: list[str] = []
    name = places.completed(name, context)
    if bracket := re.match(rules["bracketed"], name):
        notes.append(f"{bracket['other']} stands in brackets: which of the two is open")
        name = bracket["name"]
    at = places.place(name, context, year)
    if at.length and (deeper := UNLISTED.match(name[at.length :])):
        # A division that the list does not have: its parent is not it.
        evidence = f"{name[: at.length] + deeper[0]} is in no list of divisions"
        at = Place(None, None, None, at.length + len(deeper[0]), evidence)
    rest = name[at.length :]
    kind = kind_of(name, rest, found=bool(at.length))
    endings = rules["complete_ends"].get(kind)
    if (kind == "government" and not rest) or (
        endings and not name.endswith(tuple(endings))
    ):
        ending = rules["complete"][kind]
        if kind == "street" and rest.endswith("街"):
            ending = f"道{ending}"
        name, rest = name + ending, rest + ending
    own = organ(rest) if kind in ("department", "other") else Organ(rest)
    if kind in SMALL:
        own = Organ(bare(rest))
    return Named(name, kind, at, rest, own, tuple(notes), bool(notes))


def settled(found: Named, context: PageContext, codes: tuple[uscc.Code, ...]) -> Named:
    """The same with its division: from a part of the name, a code, or the portal."""
    at, notes = found.place, list(found.notes)
    if branch := BRANCH.match(found.rest):
        inner = places.place(branch["part"], context, None)
        above, below = at.adcode, inner.adcode
        if above and below and below.startswith(places.significant(above)):
            here = replace(inner, length=at.length, printed=None)
            own = Organ(f"{branch['bureau']}分局", found.own.family)
            notes.append(f"branch of {found.full[: at.length]}{branch['bureau']}局")
            return replace(found, place=here, own=own, notes=tuple(notes))
    told = _told(codes)
    if at.adcode is None and told is not None:
        where = f"{told.kind} {told.code} ({told.where})"
        if known := places.of_code(str(told.adcode), where):
            at = replace(known, length=at.length, printed=None)
    if found.kind == "vertical" and at.adcode is None:
        at = places.of_seat(found.full) or at
    if found.kind in SMALL and (at.adcode is None or at.level != "county"):
        if context.source_level == "county" and not at.length:
            at = places.of_portal(context)
        else:
            at = places.of_township(found.own.name, at, context)
    elif (
        found.kind not in (*SMALL, *BODIES)
        and not at.length
        and at.adcode is None
        and not of_the_state(found.full)
        and context.source_level != "national"
    ):
        at = places.of_portal(context)
    if told is not None and at.adcode and not _agrees(str(told.adcode), at.adcode):
        notes.append(
            f"{told.kind} {told.code} was given in {told.adcode}, which is "
            + ("another division" if division(str(told.adcode)) else "in no list")
        )
    return replace(found, place=at, notes=tuple(notes))


def _told(codes: tuple[uscc.Code, ...]) -> uscc.Code | None:
    return next((code for code in codes if code.adcode), None)


def _agrees(code: str, adcode: str) -> bool:
    """Whether a code was given in the division, one above it, or an earlier one."""
    own = {d.adcode for d in (*lineage(adcode), *former(adcode))}
    return code in own or code.startswith(places.significant(adcode))
