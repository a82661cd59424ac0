"""Administrative divisions: GB/T 2260 codes of provinces, prefectures and counties.

``divisions.csv`` holds the list of 2023 (adcode, name, level, parent_adcode). Codes
change over the years; an old report may name a division that is not in here, and then
its agency has no adcode rather than a guessed one.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Division:
    """One division: six digits, official name, province | city | county."""

    adcode: str
    name: str
    level: str
    parent_adcode: str | None


@lru_cache(maxsize=1)
def divisions() -> Mapping[str, Division]:
    """Every division by adcode, in the order of the codes."""
    text = files(__package__).joinpath("divisions.csv").read_text("utf-8")
    return {
        row["adcode"]: Division(
            row["adcode"], row["name"], row["level"], row["parent_adcode"] or None
        )
        for row in csv.DictReader(text.splitlines())
    }


def lineage(adcode: str) -> tuple[Division, ...]:
    """The division and those above it, the province first; empty if unknown.

    >>> [d.name for d in lineage("370812")]
    ['山东省', '济宁市', '兖州区']
    """
    found: list[Division] = []
    code: str | None = adcode
    while code and (division := divisions().get(code)):
        found.append(division)
        code = division.parent_adcode
    return tuple(reversed(found))
