"""Which division a name begins with: the longest chain of divisions before an organ.

Names of all years since 2007 are known; the year of the report decides between them,
and what was found is followed to the division of today. Where several divisions share
a name the portal decides; when it cannot, all of them are listed and none is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from archive.authority import (
    Division,
    counties_with,
    current,
    division,
    divisions,
    every_division,
    lineage,
)
from archive.records import PageContext
from pipelines.lookups import lookup
from pipelines.normalise import squash

PORTAL = re.compile(r"(?:人民政府|政府)?(?:门户网站|政府网|网站)?$")
#: Autonomous places are also called without their nations: 昌吉州, 前郭县.
NATIONS = re.compile(
    r"(?:各族|蒙古|藏|回|维吾尔|哈萨克|柯尔克孜|锡伯|塔吉克|土家|哈尼|布依|侗|苗|彝|壮|"
    r"傣|白|羌|满|朝鲜|瑶|黎|畲|水|土|傈僳|佤|拉祜|纳西|景颇|仡佬|东乡|撒拉|保安|裕固|"
    r"达斡尔|鄂温克|鄂伦春|布朗|阿昌|普米|怒|独龙|德昂|毛南|仫佬|族)+自治(?P<kind>[州县旗])$"
)
#: The seat of a vertical body in its name, without 市.
SEAT = re.compile(
    r"^(?:国家统计局|中国人民银行|中华人民共和国)?(?P<seat>[\u4e00-\u9fff]{2,4}?)"
    r"(?:调查队|海关|海事局|分行|中心支行|支行)$"
)
#: A zone before one of its streets: 西咸新区底张街道.
ZONE = re.compile(r"^.{2,8}?(?:新区|开发区|高新区|示范区|管理区)(?=.{2,})")
#: 县人民政府办公室, 政府办公室, 市财政局: the place is left out.
SHORTENED = re.compile(
    r"^(?P<kind>[省市县区州盟旗]?)(?=人民政府|政府)"
    r"|^(?P<place>[省市县区州盟旗])(?!场|政|容|域|划|委)(?=.{2,}[局厅委会室]$)"
)


@dataclass(frozen=True, slots=True)
class Place:
    """The division of a name: its code of today, and how much of the name it is."""

    adcode: str | None
    level: str | None
    name: str | None  # of the division today
    length: int  # of the prefix of the agency's name
    evidence: str
    printed: Division | None = None  # the division under the name that is printed
    candidates: tuple[str, ...] = ()  # codes of the divisions that it may be

    @property
    def code(self) -> str | None:
        """The code as ids have it: with its last year when another has it today."""
        now = division(self.adcode) if self.adcode else None
        old = self.printed
        if now is None or old is None or self.name == now.name or not old.valid_to:
            return self.adcode
        return f"{self.adcode}_{old.valid_to}"

    @property
    def former(self) -> bool:
        """Whether the name is one the division does not have any more."""
        return self.printed is not None and self.printed.name != self.name


NOWHERE = Place(None, None, None, 0, "no division in the name")


def place(name: str, context: PageContext, year: int | None) -> Place:
    """The division a name begins with, as of a year."""
    length, found = longest(name)
    skipped = 0
    if not length:
        for prefix in lookup("kinds")["prefixes"]:
            if name.startswith(prefix):
                skipped = len(prefix)
                length, found = longest(name[skipped:])
                break
    if length:
        return _chosen(name[: skipped + length], found, context, year)
    own = PORTAL.sub("", squash(context.source_name or ""))
    if own and name.startswith(own) and context.source_adcode:
        portal = of_portal(context)
        return Place(portal.adcode, portal.level, own, len(own), portal.evidence)
    return NOWHERE


def _chosen(
    prefix: str, found: list[Division], context: PageContext, year: int | None
) -> Place:
    now = {c: d for d in _of_year(found, year) if (c := current(d.adcode, d.name))}
    if len(now) > 1:
        near = [here for here in now if _near(here, context.source_adcode)]
        if len(near) == 1:
            now = {near[0]: now[near[0]]}
    if len(now) != 1:
        listed = "; ".join(
            f"{code} {''.join(x.name for x in lineage(code))}"
            for code in sorted(here.adcode for here in now)
        )
        why = f"{prefix} is the name of several divisions: {listed}"
        open_ = tuple(sorted(here.adcode for here in now))
        return Place(None, None, None, len(prefix), why, candidates=open_)
    ((here, printed),) = now.items()
    evidence = f"{prefix} is {here.adcode}"
    if here.valid_to is not None:
        after = ", ".join(here.successors)
        evidence += f" (until {here.valid_to}; then {after})"
    elif printed.name != here.name or printed.adcode != here.adcode:
        evidence += f" ({here.name}; until {printed.valid_to} {printed.adcode})"
    return Place(here.adcode, here.level, here.name, len(prefix), evidence, printed)


def _of_year(found: list[Division], year: int | None) -> list[Division]:
    """Those in force when the report was made; all when none was.

    Reports are written early in the next year: of two in the year of a change, the
    one that goes on counts.
    """
    if year is None:
        return [d for d in found if d.valid_to is None] or found
    return (
        [d for d in found if d.in_force(year) and d.in_force(year + 1)]
        or [d for d in found if d.in_force(year)]
        or [d for d in found if d.in_force(year + 1)]
        or found
    )


def completed(name: str, context: PageContext) -> str:
    """A name that only says what kind of place, with the portal's: 市政府办公室.

    The portal must be of that kind: 县人民政府 on the portal of a city stays open.
    """
    match = SHORTENED.match(name)
    own = of_portal(context).name if match and context.source_adcode else None
    if match is None or not own:
        return name
    kind = match["kind"] or match["place"] or ""
    return own + name[len(kind) :] if own.endswith(kind) else name


def of_portal(context: PageContext) -> Place:
    """The division whose portal carries the page."""
    if not context.source_adcode:
        return Place(None, None, None, 0, f"{NOWHERE.evidence}, no portal known")
    evidence = f"the portal of {context.source_name} ({context.source_adcode})"
    here = division(context.source_adcode)
    name = here.name if here else PORTAL.sub("", squash(context.source_name or ""))
    return Place(context.source_adcode, context.source_level, name, 0, evidence)


def of_code(adcode: str, where: str) -> Place | None:
    """The division an identifier names, if it is in the lists."""
    here = current(adcode)
    if here is None:
        return None
    return Place(here.adcode, here.level, None, 0, f"{where} is of {here.adcode}")


def of_seat(name: str) -> Place | None:
    """The city that a vertical body is named after: 国家统计局昆山调查队, 济南海关."""
    match = SEAT.match(name)
    if match is None:
        return None
    cities = [d for d in divisions().values() if d.name == f"{match['seat']}市"]
    if len(cities) != 1:
        return None
    (here,) = cities
    evidence = f"{match['seat']} is {here.adcode} ({here.name})"
    return Place(here.adcode, here.level, here.name, 0, evidence)


def of_township(name: str, area: Place, context: PageContext) -> Place:
    """The county a township lies in, looked for inside a place or the portal's.

    One county with a township of that name is taken when the place or the portal is
    above it; of several, or without either, all are listed.
    """
    around = area.adcode or context.source_adcode
    above = area.candidates or ((around,) if around else ())
    counties = counties_with(name) or counties_with(ZONE.sub("", name))
    inside = [c for c in counties if c.startswith(tuple(map(significant, above)))]
    if len(inside) == 1:
        here = division(inside[0])
        if here is not None:
            evidence = f"{area.evidence}; {name} is a township of {here.adcode}"
            return Place(here.adcode, here.level, here.name, area.length, evidence)
    listed = ", ".join((inside or counties)[:8])
    more = f" and {len(counties) - 8} more" if len(inside or counties) > 8 else ""
    why = f"{area.evidence}; counties with a township {name}: {listed or 'none'}{more}"
    return replace(area, evidence=why)


def _near(here: Division, adcode: str | None) -> bool:
    """Whether a division is the portal's, or below or above it."""
    if not adcode:
        return False
    own = significant(adcode)
    return here.adcode.startswith(own) or own.startswith(significant(here.adcode))


def significant(adcode: str) -> str:
    """The digits that say something: 370000 → 37, 370600 → 3706."""
    return re.sub(r"(?:00){1,2}$", "", adcode)


@lru_cache(maxsize=4096)
def longest(name: str) -> tuple[int, list[Division]]:
    """Length of the longest chain of divisions before a name, and where it may end."""
    ends: dict[int, dict[tuple[str, str], Division]] = {}
    for end, here in _chains(name):
        ends.setdefault(end, {})[here.adcode, here.name] = here
    if not ends:
        return 0, []
    most = max(ends)
    return most, list(ends[most].values())


def _chains(name: str) -> Iterator[tuple[int, Division]]:
    open_ends = _starting(name)
    while open_ends:
        end, here, whole = open_ends.pop()
        if whole:
            yield end, here
        open_ends += [
            (end + more, below, known)
            for more, below, known in _starting(name[end:])
            if below.adcode != here.adcode
            and any(above.adcode == here.adcode for above in lineage(below.adcode))
        ]


def _starting(text: str) -> list[tuple[int, Division, bool]]:
    """Divisions whose name or short name a text begins with: (end, division, whole).

    Not whole are names that count only when a division below follows: 山东莱州市.
    """
    return [
        (len(known), d, whole)
        for known, d, whole in _by_start().get(text[:2], ())
        if text.startswith(known) and (whole or not text.startswith(d.name))
    ]


@lru_cache(maxsize=1)
def _by_start() -> dict[str, list[tuple[str, Division, bool]]]:
    found: dict[str, list[tuple[str, Division, bool]]] = {}
    short_names = lookup("kinds")["short_names"]
    short = {full: known for known, full in short_names.items()}
    for d in every_division():
        names = [(d.name, True)]
        if match := NATIONS.search(d.name):
            stem = d.name[: match.start()]
            if len(stem) > 1:
                names.append((stem + match["kind"], True))
        if d.level in ("province", "city"):
            bare = short.get(d.name) or re.sub(r"[省市]$", "", d.name)
            if bare != d.name and len(bare) > 1:
                names.append((bare, False))
        for known, whole in names:
            found.setdefault(known[:2], []).append((known, d, whole))
    return found
