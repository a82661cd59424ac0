"""An authority beside others of the same year (G1, G3), and beside itself (G5)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.filings import Filing, Key
from pipelines.rules.between.comparable import counterpart, generation
from pipelines.rules.between.spec import Contains, Identical
from pipelines.rules.finding import (
    FAIL,
    MISREADING,
    NOT_ASSESSABLE,
    PASS,
    UNCERTAIN,
    Finding,
    number,
)
from pipelines.rules.wording import also, column, listed, phrase, row

#: Members that a message names; the rest are counted.
NAMED = 3
NO_MEMBERS = phrase("members.none")


@dataclass(frozen=True, slots=True)
class Above:
    """A member whose number is larger than that of the aggregate."""

    member: Filing
    value: float
    plain: bool


def contained(
    test: Contains, whole: Filing, members: Sequence[Filing]
) -> Iterator[Finding]:
    """G1: one finding for every cell where a member exceeds, else one that none does.

    Where two members and more were asked more often than the whole, the report may
    speak for the government's own level alone: then nothing is claimed.
    """
    if not members:
        yield Finding("", NOT_ASSESSABLE, None, None, NO_MEMBERS)
        return
    asked = (test.table, test.ask, "total")
    limit = whole.cells[asked][0] if asked in whole.cells else None
    more = [one for m in members if (one := _number(whole, m, asked))]
    narrow = limit is not None and sum(n > limit for n, _ in more) > 1
    compared, broken = 0, 0
    for key, (value, _, method, _) in whole.cells.items():
        if key[0] != test.table or value is None:
            continue
        found = [(m, _number(whole, m, key)) for m in members]
        filled = [(m, one) for m, one in found if one is not None]
        compared += bool(filled)
        above = [Above(m, *one) for m, one in filled if one[0] > value]
        if above:
            broken += 1
            yield _exceeded(whole, key, value, method == "read", above, narrow)
    told = phrase("members.compared", n=len(members))
    if not compared:
        said = phrase("members.nothing", told=told)
        yield Finding("", NOT_ASSESSABLE, None, None, said)
    elif not broken:
        said = phrase("members.none_exceeds", told=told, n=compared)
        yield Finding("", PASS, None, None, said)


def _number(whole: Filing, member: Filing, key: Key) -> tuple[float, bool] | None:
    """A member's number for a cell of the aggregate, and whether it was simply read.

    Where the member uses another generation of the form, by the crosswalk.
    """
    if whole.template == member.template:
        figure = member.cells.get(key)
        if figure is None or figure[0] is None:
            return None
        return figure[0], figure[2] == "read"
    mine, theirs = generation(whole, key[0]), generation(member, key[0])
    other = counterpart(key, mine, theirs)
    keys = other.keys if other.same else ()
    total, plain = 0.0, True
    for place in keys:
        figure = member.cells.get(place)
        if figure is None or figure[0] is None:
            return None
        total += figure[0]
        plain = plain and figure[2] == "read"
    return (total, plain) if keys else None


def _exceeded(
    whole: Filing,
    key: Key,
    value: float,
    plain: bool,
    above: Sequence[Above],
    narrow: bool,
) -> Finding:
    above = sorted(above, key=lambda a: (-a.value, a.member.report_id))
    names = listed(
        phrase("members.member", name=a.member.agency.name, value=number(a.value))
        for a in above[:NAMED]
    )
    if len(above) > NAMED:
        names = phrase("members.and_others", names=names, n=len(above))
    pair = (number(above[0].value), number(value))
    said = phrase(
        "members.exceeded",
        year=whole.report_year,
        cell=phrase("named.quoted_cell", row=row(key[1]), column=column(key[2])),
        agency=whole.agency.name,
        value=pair[1],
        members=names,
    )
    verdict, misread = FAIL, not plain or not all(a.plain for a in above)
    if misread:
        verdict, said = UNCERTAIN, also(said, MISREADING)
    elif narrow:
        verdict, said = UNCERTAIN, also(said, phrase("members.narrow"))
    scope = f"{key[1]}/{key[2]}"
    return Finding(scope, verdict, *pair, said, plus=(key,), misread=misread)


# ---------------------------------------------------------------------- same numbers


def vector(test: Identical, filing: Filing) -> str | None:
    """SHA-256 of all cells that are not 0, None when too few of them to wonder.

    Local rows that no form has, and the generation of the form, are left out.
    """
    found = sorted(
        (key, figure[0])
        for key, figure in filing.cells.items()
        if figure[0] and key[0] != "extra"
    )
    if len(found) < test.least_cells:
        return None
    if len({value for _, value in found}) < test.least_values:
        return None
    return hashlib.sha256(json.dumps(found).encode()).hexdigest()


def identical(
    test: Identical, year: int, known: bool, others: Sequence[tuple[str, bool]]
) -> Finding:
    """G3: ``others`` are names of the authorities alike, and whether related.

    Related are a government and its member: two reports of which one may stand in the
    place of the other. ``known`` is False where there are too few numbers to compare.
    """
    if not known:
        said = phrase("identical.few", cells=test.least_cells, values=test.least_values)
        return Finding("", NOT_ASSESSABLE, None, None, said)
    if not others:
        said = phrase("identical.none", year=year)
        return Finding("", PASS, None, None, said)
    first = [name for name, _ in others[:NAMED]]
    names = listed(first)
    if len(others) > NAMED:
        names = phrase("identical.and_others", names=names, n=len(others))
    related = any(kin for _, kin in others)
    why = phrase("identical.related" if related else "identical.copied")
    said = phrase("identical.found", year=year, names=names, why=why)
    return Finding("", UNCERTAIN, None, "、".join(first), said)


# -------------------------------------------------------------------------- versions


def versions(filing: Filing) -> Finding:
    """G5: whether figures were replaced since the first publication."""
    count, year = filing.n_versions, filing.report_year
    if filing.figure_changes:
        changes = filing.figure_changes
        said = phrase("versions.replaced", year=year, n=count, changes=changes)
        return Finding("", UNCERTAIN, "1", str(changes + 1), said)
    key = "versions.one" if count == 1 else "versions.same"
    return Finding("", PASS, "1", "1", phrase(key, year=year, n=count))
