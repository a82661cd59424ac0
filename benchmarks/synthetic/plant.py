"""Contradictions put into consistent figures on purpose, each known by its rule."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.synthetic.country import Authority

OFF_BY = 7


@dataclass(frozen=True, slots=True)
class Planted:
    """What a check of this report must find."""

    report_id: str
    rule_id: str
    scope: str


def plant(
    rng: random.Random, county: Sequence[Authority], number: int, so_far: int = 0
) -> list[Planted]:
    """Change figures of a county in place; each authority is hit at most once.

    ``so_far`` is how many were planted before: the kinds take turns. A contradiction
    may imply others, in the sums of the government or in the next year; those are not
    listed.

    Q3: the total of a row; Y1: what is carried in differs from what was carried out,
    all sums kept; G1: the government reports fewer new requests than a member.
    """
    *members, government = county
    chosen = rng.sample(members, min(number, len(members)))
    found = []
    for turn, who in enumerate(chosen, so_far):
        rule = ("Q3", "Y1", "G1")[turn % 3]
        if rule == "G1":
            found.append(_below(government, who))
            continue
        report = who.years[rng.randrange(1, len(who.years))]
        cells = report.cells
        report_id = f"{who.agency.agency_id}-{report.year}"
        if rule == "Q3":
            cells["requests", "granted_partial", "total"] += OFF_BY
            found.append(Planted(report_id, "Q3", "granted_partial"))
            continue
        for column in ("business", "total"):
            cells["requests", "carried_in", column] += OFF_BY
            cells["requests", "handled_total", column] += OFF_BY
            cells["requests", "granted", column] += OFF_BY
        found.append(Planted(report_id, "Y1", "business"))
    return found


def _below(government: Authority, member: Authority) -> Planted:
    """A member asked more often by researchers than the whole government says."""
    at = len(member.years) - 1
    cells, whole = member.years[at].cells, government.years[at].cells
    more = whole["requests", "new_received", "research"] + OFF_BY
    for row in ("new_received", "handled_total", "granted"):
        for column in ("research", "total"):
            cells["requests", row, column] += more
    return Planted(
        f"{government.agency.agency_id}-{member.years[at].year}",
        "G1",
        "new_received/research",
    )
