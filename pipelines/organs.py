"""Names of organs as they are compared: abbreviations, reforms, bodies of the State.

A department's name is a stem and an ending. Abbreviations are spelt out; a body that
went on under a new name is known under the new one; bodies that were merged keep their
own names and say so. All of it is data: ``lookups/reorganisations.yml`` and
``national.yml``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from pipelines.lookups import lookup

ANOTHER_WORD = str.maketrans({"与": "和", "及": "和"})


@dataclass(frozen=True, slots=True)
class Organ:
    """The part of a name behind the division, as it is compared."""

    name: str
    family: str | None = None
    steps: tuple[tuple[str, str], ...] = ()  # (relation, what was done and its basis)


@dataclass(frozen=True, slots=True)
class National:
    """A body of the State as a whole; ``until`` is the year in which it ceased."""

    slug: str
    name: str
    until: int | None = None
    successors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Family:
    code: str
    basis: str
    short: dict[str, str] = field(default_factory=dict)
    renamed: dict[str, tuple[str, int]] = field(default_factory=dict)
    merged: dict[str, int] = field(default_factory=dict)


@lru_cache(maxsize=2048)
def organ(rest: str) -> Organ:
    """The canonical form of a department's own name.

    >>> organ("环保局").name, organ("卫健委").name
    ('生态环境局', '卫生健康委员会')
    >>> organ("工商局").name, organ("工商局").family
    ('工商行政管理局', 'market')
    """
    plain = re.sub(lookup("kinds")["of_government"], "", rest)
    stem, ending = _taken_apart(plain)
    if not stem:
        return Organ(plain)
    same = stem.translate(ANOTHER_WORD)
    family = _families().get(same) or _families().get(stem)
    if family is None:
        return Organ(plain)
    steps: list[tuple[str, str]] = []
    full = family.short.get(same, same)
    if full + ending != plain:
        steps.append(("short", f"{plain} is {full}{ending}"))
    if full in family.renamed:
        new, year = family.renamed[full]
        steps.append(
            ("former", f"{full}{ending} has been {new}{ending} since {year} "
             f"(reform of {family.basis})")
        )  # fmt: skip
        full = new
    if full in family.merged:
        year = family.merged[full]
        steps.append(("merged", f"{full}{ending} was merged with others in {year}"))
    return Organ(full + ending, family.code, tuple(steps))


def _taken_apart(name: str) -> tuple[str, str]:
    """Stem and ending in full; ('', '') for a name that has neither."""
    endings: dict[str, str] = lookup("reorganisations")["endings"]
    for short in sorted(endings, key=len, reverse=True):
        if name.endswith(short) and len(name) > len(short):
            return name[: -len(short)], endings[short]
    if name.endswith("联"):  # 残联 is 残疾人联合会
        return name, "会"
    return "", ""


@lru_cache(maxsize=1)
def _families() -> dict[str, _Family]:
    """Families by every stem that belongs to them."""
    found: dict[str, _Family] = {}
    for raw in lookup("reorganisations")["families"]:
        family = _Family(
            raw["family"],
            str(raw["basis"]),
            raw.get("short", {}),
            {old: (new, year) for old, (new, year) in raw.get("renamed", {}).items()},
            raw.get("merged", {}),
        )
        stems = [*raw.get("today", ()), *family.short, *family.renamed, *family.merged]
        for stem in [*stems, *raw.get("beside", ())]:
            found[stem] = family
    return found


@lru_cache(maxsize=1)
def _national() -> dict[str, National]:
    found: dict[str, National] = {}
    for raw in lookup("national"):
        body = National(
            raw["id"],
            raw["names"][0],
            raw.get("until"),
            tuple(raw.get("successors", ())),
        )
        found |= dict.fromkeys(raw["names"], body)
    return found


def national(name: str, *, local: bool) -> National | None:
    """The body of the State that a name is of, or None.

    On the portal of a place only the full name counts: 国资委 may be the place's own.

    >>> national("中国证监会", local=False).slug, national("国资委", local=True)
    ('csrc', None)
    """
    bare = name.removeprefix("中华人民共和国")
    body = _national().get(bare)
    if body is None or (local and bare != body.name):
        return None
    return body
