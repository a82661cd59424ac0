"""A new entry of the registry, derived from what a portal says of itself. Pure.

What cannot be derived without doubt is asked for: an UsageError names the option.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import yaml

from archive.authority import divisions, lineage
from archive.errors import UsageError
from archive.records import Source
from crawler.urls import host_of
from pipelines.clones import region_of

#: The State Council and its bodies have no division of their own.
NATION = "100000"
#: What portals put around the name of their authority.
AROUND = re.compile(
    r"^(?:欢迎(?:访问|光临|来到)|中国[·•\-—])|门户(?:网站|网)?$|(?:官方)?网站(?:首页)?$"
    r"|官网$|首页$|网$"
)
SEPARATOR = re.compile(r"[-_|—－\s]+")
TOWNSHIP = re.compile(r"(?:镇|乡|街道|街道办事处|苏木)(?:人民政府|办事处)?$")
LOCAL_GOVERNMENT = re.compile(r"(?:人民)?政府$")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a portal says of itself."""

    home: str
    site_name: str = ""
    site_code: str = ""


def slug_of(home: str) -> str:
    """An id from the host.

    >>> slug_of("https://www.laizhou.gov.cn/"), slug_of("http://rsj.km.gov.cn/")
    ('laizhou', 'rsj-km')
    >>> slug_of("http://122.137.242.24:8080/")
    '122-137-242-24-8080'
    """
    host = host_of(home).removeprefix("www.")
    host = re.sub(r"\.gov\.cn(?=:|$)", "", host)
    return re.sub(r"[^a-z0-9]+", "-", host).strip("-")


def plain_name(site_name: str) -> str:
    """A name without what portals put around it.

    >>> plain_name("莱州市人民政府门户网站"), plain_name("首页-昆明市民政局")
    ('莱州市人民政府', '昆明市民政局')
    """
    parts = [_bare(part) for part in SEPARATOR.split(site_name)]
    return max(parts, key=len, default="")


def _bare(name: str) -> str:
    before = None
    while before != name:
        before, name = name, AROUND.sub("", name.strip())
    return name


def places_in(name: str) -> list[str]:
    """Codes of the divisions whose name a name begins with, the longest names only.

    A chain of divisions (烟台市莱州市…) is followed to its end.

    >>> places_in("莱州市人民政府"), len(places_in("朝阳区人民政府"))
    (['370683'], 2)
    """
    found: list[str] = []
    rest, above = name, None
    while True:
        here = [
            d
            for d in divisions().values()
            if rest.startswith(d.name)
            and (above is None or above in (a.adcode for a in lineage(d.adcode)))
        ]
        if not here:
            return found
        longest = max(len(d.name) for d in here)
        here = [d for d in here if len(d.name) == longest]
        found = [d.adcode for d in here]
        if len(here) > 1:
            return found
        rest, above = rest[longest:], found[0]


def adcode_of(claims: Claims, name: str) -> str:
    """The division of a portal. Raises UsageError when what it says is not enough.

    The code of the site (政府网站标识码) and the name must not contradict each other.
    """
    region, places = region_of(claims.site_code), places_in(name)
    if region == "bm":
        return NATION
    if region is not None and region not in divisions():
        named = ", ".join(places) or "none"
        raise UsageError(
            f"SiteIDCode {claims.site_code} names division {region}, which is not in "
            f"today's list (by the name {name!r}: {named}); give --adcode"
        )
    if region is not None:
        fits = [p for p in places if _related(p, region)]
        if places and not fits:
            raise UsageError(
                f"SiteIDCode {claims.site_code} is of {_named(region)}, the name "
                f"{name!r} of {_all_named(places)}; give --adcode"
            )
        return fits[0] if len(fits) == 1 and len(places) == 1 else region
    if len(places) == 1:
        return places[0]
    if not places:
        raise UsageError(
            f"the page has no SiteIDCode and {name!r} begins with no division; "
            "give --adcode"
        )
    raise UsageError(
        f"{name!r} may be of {_all_named(places)}, and the page has no SiteIDCode; "
        "give --adcode"
    )


def _related(one: str, other: str) -> bool:
    above = {d.adcode for d in lineage(one)}
    return other in above or one in {d.adcode for d in lineage(other)}


def _named(code: str) -> str:
    return f"{code} ({''.join(d.name for d in lineage(code))})"


def _all_named(codes: list[str]) -> str:
    return " or ".join(map(_named, codes))


def level_of(name: str, adcode: str) -> str:
    """The level of a portal by its name and division.

    >>> level_of("莱州市人民政府", "370683"), level_of("莱州市城港路街道", "370683")
    ('county', 'township')
    """
    if adcode == NATION:
        return "national"
    if TOWNSHIP.search(name) or len(adcode) > 6:
        return "township"
    division = divisions().get(adcode)
    if division is None:
        raise UsageError(f"{adcode} is not in today's list of divisions; give --level")
    return division.level


def full_name(name: str, adcode: str) -> str:
    """The official name of a government that is named by its place.

    >>> full_name("莱州市政府", "370683"), full_name("莱州市", "370683")
    ('莱州市人民政府', '莱州市人民政府')
    >>> full_name("莱州市教育局", "370683")
    '莱州市教育局'
    """
    chain = [d.name for d in lineage(adcode)]
    place = LOCAL_GOVERNMENT.sub("", name)
    if chain and place in (chain[-1], chain[-1][:-1], "".join(chain[-2:])):
        return f"{chain[-1]}人民政府"
    return name


def entry_for(
    claims: Claims,
    *,
    source_id: str | None = None,
    name: str | None = None,
    adcode: str | None = None,
    level: str | None = None,
    accepted: str | None = None,
) -> Source:
    """The entry of a portal; what is given goes before what it says of itself.

    ``accepted`` is why a person believes a page that speaks against itself; it is
    written into the note.
    """
    said = name or plain_name(claims.site_name)
    if not said:
        raise UsageError("the page has neither SiteName nor title; give --name")
    code = adcode or adcode_of(claims, said)
    return Source(
        source_id=source_id or slug_of(claims.home),
        name=name or full_name(said, code),
        adcode=code,
        level=level or level_of(said, code),
        home=claims.home,
        note="untried" + (f"; accepted by hand: {accepted}" if accepted else ""),
    )


def to_yaml(source: Source) -> str:
    """An entry as it is written into a registry file; read back it is the same."""
    entry: dict[str, object] = {
        "id": source.source_id,
        "name": source.name,
        "adcode": source.adcode,
        "level": source.level,
        "home": source.home,
    }
    more = {
        "seeds": list(source.seeds),
        "hosts": list(source.hosts),
        "delay_seconds": None if source.delay_seconds == 2 else source.delay_seconds,
        "group": source.group,
        "note": source.note,
    }
    entry |= {key: value for key, value in more.items() if value not in (None, [], "")}
    return yaml.safe_dump([entry], allow_unicode=True, sort_keys=False, width=1000)
