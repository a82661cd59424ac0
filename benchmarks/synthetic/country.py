"""Who reports: the authorities of counties, with invented departments and towns."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from archive.authority import Division, divisions, lineage
from archive.records import Agency
from benchmarks.synthetic.figures import YEARS, Year, history, together

DEPARTMENTS = ("教育局", "公安局", "民政局", "财政局", "自然资源局", "住房和城乡建设局")
TOWNS = ("东河镇", "西岭镇")
#: Reports of one county: government, office, departments, towns; six years each.
PER_COUNTY = (2 + len(DEPARTMENTS) + len(TOWNS)) * len(YEARS)


@dataclass(frozen=True, slots=True)
class Authority:
    """An agency with its reports, oldest first."""

    agency: Agency
    years: tuple[Year, ...]


def counties(number: int) -> list[Division]:
    """Counties from all over the list, always the same ones for a number."""
    found = [d for d in divisions().values() if d.level == "county"]
    step = max(1, len(found) // max(1, number))
    return found[::step][:number]


def authorities(county: Division, rng: random.Random) -> Iterator[Authority]:
    """The authorities of a county, the members first, the government last."""
    members = [_agency(county, "government_office", "人民政府办公室", "office")]
    for number, word in enumerate(DEPARTMENTS, 1):
        members.append(_agency(county, "department", word, f"dept-{number:08x}"))
    for number, word in enumerate(TOWNS, 1):
        members.append(
            _agency(county, "township", f"{word}人民政府", f"town-{number:08x}")
        )
    told = []
    for agency in members:
        size = 30 if agency.kind == "government_office" else rng.choice((1, 3, 8, 20))
        told.append(Authority(agency, tuple(history(rng, size))))
        yield told[-1]
    government = _agency(county, "government", "人民政府", "gov")
    sums = (
        together((member.years[at] for member in told), year)
        for at, year in enumerate(YEARS)
    )
    yield Authority(government, tuple(sums))


def _agency(county: Division, kind: str, word: str, slug: str) -> Agency:
    names = {d.level: d.name for d in lineage(county.adcode)}
    level = "township" if kind == "township" else "county"
    above = lineage(county.adcode)[:-1]
    parent = f"{above[-1].adcode}-gov" if above else None
    return Agency(
        agency_id=f"{county.adcode}-{slug}",
        name=f"{county.name}{word}",
        kind=kind,
        level=level,
        adcode=county.adcode,
        province=names.get("province"),
        city=names.get("city"),
        county=names.get("county"),
        parent_id=parent if kind == "government" else f"{county.adcode}-gov",
    )
