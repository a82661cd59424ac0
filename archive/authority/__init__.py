"""Administrative divisions: GB/T 2260 codes of provinces, prefectures and counties.

``divisions.csv`` holds every division since 2007, one row for each name a code has had,
with the years in which it was in force and the codes that took over. A county that
becomes a district gets a new code: :func:`current` follows the code as long as one
division goes on as one other. Where a division was merged with others or split, the
chain ends: those that came after it are its successors and not itself.

``townships.csv.gz`` holds nine digit codes of townships and streets (2023). Sources,
licences and how to write the files anew: README.md of this folder.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

FIRST_YEAR = 2007  # the lists begin; earlier divisions are not known


@dataclass(frozen=True, slots=True)
class Division:
    """One division: six digits, official name, province | city | county.

    ``valid_from`` and ``valid_to`` are the years of the changes, both inclusive: in
    the year of a change the old and the new division are in force. None: since before
    the first list, or today.
    """

    adcode: str
    name: str
    level: str
    parent_adcode: str | None
    valid_from: int | None = None
    valid_to: int | None = None
    successors: tuple[str, ...] = ()

    def in_force(self, year: int) -> bool:
        """Whether it existed for at least a part of a year."""
        begun = self.valid_from is None or self.valid_from <= year
        return begun and (self.valid_to is None or year <= self.valid_to)


@lru_cache(maxsize=1)
def every_division() -> tuple[Division, ...]:
    """All divisions since 2007 in the order of the codes, older names first."""
    text = files(__package__).joinpath("divisions.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    codes = {row["adcode"] for row in rows}
    return tuple(
        Division(
            adcode=row["adcode"],
            name=row["name"],
            level=_level(row["adcode"]),
            parent_adcode=_parent(row["adcode"], codes),
            valid_from=int(row["valid_from"]) if row["valid_from"] else None,
            valid_to=int(row["valid_to"]) if row["valid_to"] else None,
            successors=tuple(row["successors"].split(";")) if row["successors"] else (),
        )
        for row in rows
    )


@lru_cache(maxsize=32)
def divisions(year: int | None = None) -> Mapping[str, Division]:
    """Divisions by adcode, in the order of the codes: today's, or those of a year.

    Of two names of one code in the year of the change it is the later one.

    >>> divisions(2012)["370882"].name, "370882" in divisions()
    ('兖州市', False)
    """
    if year is None:
        return {d.adcode: d for d in every_division() if d.valid_to is None}
    return {d.adcode: d for d in every_division() if d.in_force(max(year, FIRST_YEAR))}


def division(adcode: str) -> Division | None:
    """The division of a code today, or the last one that had it."""
    return _last().get(adcode)


@lru_cache(maxsize=1)
def _last() -> Mapping[str, Division]:
    return {d.adcode: d for d in every_division()} | dict(divisions())


@lru_cache(maxsize=1)
def _predecessors() -> Mapping[str, frozenset[str]]:
    """Codes that ended in each code, its own earlier names left out."""
    found: dict[str, set[str]] = {}
    for old in every_division():
        for code in old.successors:
            if code != old.adcode:
                found.setdefault(code, set()).add(old.adcode)
    return {code: frozenset(old) for code, old in found.items()}


def predecessors(adcode: str) -> tuple[str, ...]:
    """Codes of the divisions that became this one, or parts of it.

    >>> predecessors("370614")
    ('370634', '370684')
    """
    return tuple(sorted(_predecessors().get(adcode, ())))


@lru_cache(maxsize=4096)
def current(adcode: str, name: str | None = None) -> Division | None:
    """What a division is today, as long as it is one and the same.

    A change of code or name counts as the same when one division became one new one;
    after a merger or a split the division is the last that it was. ``name`` tells
    divisions apart that had one code after another (500110: 万盛区, then 綦江区).

    >>> current("370882").name, current("370684").name
    ('兖州区', '蓬莱市')
    >>> current("500110").name, current("500110", "万盛区").valid_to
    ('綦江区', 2011)
    """
    named = [d for d in _rows().get(adcode, ()) if d.name == name]
    at = named[-1] if named else division(adcode)
    while at is not None and at.valid_to is not None and len(at.successors) == 1:
        after = _whole(at.successors[0], at.valid_to, at)
        if after is None:
            break
        at = after
    return at


def _whole(adcode: str, year: int, old: Division) -> Division | None:
    """The division that began in a year, if ``old`` and no other went into it whole."""
    begun = [d for d in _rows().get(adcode, ()) if d.valid_from == year]
    into = [d for d in _ended().get(year, ()) if d.successors == (adcode,)]
    return begun[0] if begun and into == [old] else None


@lru_cache(maxsize=1)
def _rows() -> Mapping[str, tuple[Division, ...]]:
    found: dict[str, tuple[Division, ...]] = {}
    for d in every_division():
        found[d.adcode] = (*found.get(d.adcode, ()), d)
    return found


@lru_cache(maxsize=1)
def _ended() -> Mapping[int, tuple[Division, ...]]:
    found: dict[int, tuple[Division, ...]] = {}
    for d in every_division():
        if d.valid_to is not None:
            found[d.valid_to] = (*found.get(d.valid_to, ()), d)
    return found


def former(adcode: str) -> tuple[Division, ...]:
    """Earlier names and codes of a division of today, the oldest first.

    >>> [d.name for d in former("370812")]
    ['兖州市']
    """
    return tuple(
        d
        for d in every_division()
        if d.valid_to is not None
        and (now := current(d.adcode, d.name))
        and (now.adcode, now.valid_to) == (adcode, None)
        and (d.adcode, d.name) != (now.adcode, now.name)
    )


def lineage(adcode: str) -> tuple[Division, ...]:
    """The division and those above it, the province first; empty if unknown.

    >>> [d.name for d in lineage("370812")]
    ['山东省', '济宁市', '兖州区']
    """
    found: list[Division] = []
    code: str | None = adcode
    while code and (at := division(code)):
        found.append(at)
        code = at.parent_adcode
    return tuple(reversed(found))


@lru_cache(maxsize=1)
def _townships() -> Mapping[str, Mapping[str, str]]:
    data = files(__package__).joinpath("townships.csv.gz").read_bytes()
    found: dict[str, dict[str, str]] = {}
    for line in gzip.decompress(data).decode("utf-8").splitlines():
        code, _, name = line.partition(",")
        found.setdefault(code[:6], {})[name] = code
    return found


def townships(adcode: str) -> Mapping[str, str]:
    """Nine digit codes by name of the townships and streets of a county (2023).

    >>> townships("522729")["广顺镇"]
    '522729101'
    """
    return _townships().get(adcode, {})


@lru_cache(maxsize=1024)
def counties_with(township: str) -> tuple[str, ...]:
    """Codes of all counties that have a township of this name (2023)."""
    return tuple(code for code, names in _townships().items() if township in names)


def _level(adcode: str) -> str:
    if adcode.endswith("0000"):
        return "province"
    return "city" if adcode.endswith("00") else "county"


def _parent(adcode: str, codes: set[str]) -> str | None:
    if adcode.endswith("0000"):
        return None
    city = f"{adcode[:4]}00"
    return city if city != adcode and city in codes else f"{adcode[:2]}0000"
