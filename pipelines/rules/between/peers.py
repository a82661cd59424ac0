"""An authority beside others of the same year (G1, G3), and beside itself (G5)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.filings import Filing, Key
from pipelines.rules import labels
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

#: Members that a message names; the rest are counted.
NAMED = 3
NO_MEMBERS = "没有收到这一年任何成员机关的报告，无法核对"


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
    told = f"与 {len(members)} 个成员机关的报告逐格核对"
    if not compared:
        yield Finding("", NOT_ASSESSABLE, None, None, f"{told}，没有可比的数字")
    elif not broken:
        said = f"{told}（{compared} 格有数字），没有一格小于成员"
        yield Finding("", PASS, None, None, said)


def _number(whole: Filing, member: Filing, key: Key) -> tuple[float, bool] | None:
    """A member's number for a cell of the aggregate, and whether it was simply read.

    Where the member uses another generation of the form, by the crosswalk.
    """
    keys: tuple[Key, ...] = (key,)
    if whole.template != member.template:
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
    shown = "、".join(
        f"{a.member.agency.name} {number(a.value)}" for a in above[:NAMED]
    )
    more = f"等 {len(above)} 个成员" if len(above) > NAMED else ""
    said = (
        f"{whole.report_year} 年“{labels.row(key[1])}”的{labels.column(key[2])}："
        f"{whole.agency.name}汇总为 {number(value)}，小于成员{shown}{more}"
    )
    verdict, why = FAIL, ""
    if not plain or not all(a.plain for a in above):
        verdict, why = UNCERTAIN, f"；{MISREADING}"
    elif narrow:
        verdict, why = UNCERTAIN, "；多个成员大于汇总，这份报告可能只含政府本级"
    pair = (number(above[0].value), number(value))
    return Finding(f"{key[1]}/{key[2]}", verdict, *pair, said + why, plus=(key,))


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
        said = (
            f"不为 0 的数字不足 {test.least_cells} 个（或只有不到 "
            f"{test.least_values} 种），相同也不足为奇"
        )
        return Finding("", NOT_ASSESSABLE, None, None, said)
    if not others:
        said = f"{year} 年没有另一机关的数字与此完全相同"
        return Finding("", PASS, None, None, said)
    names = "、".join(name for name, _ in others[:NAMED])
    more = f"等 {len(others)} 个机关" if len(others) > NAMED else ""
    why = "可能是抄录"
    if any(related for _, related in others):
        why = "上下级之间相同，可能放错了报告，或其余成员全部为 0"
    said = f"{year} 年{names}{more}的表格数字与此完全相同，{why}，值得一看"
    return Finding("", UNCERTAIN, None, names, said)


# -------------------------------------------------------------------------- versions


def versions(filing: Filing) -> Finding:
    """G5: whether figures were replaced since the first publication."""
    count = filing.n_versions
    if filing.figure_changes:
        said = (
            f"{filing.report_year} 年报告先后有 {count} 个版本，其中 "
            f"{filing.figure_changes} 次改动了数字，各版本都已保存"
        )
        return Finding("", UNCERTAIN, "1", str(filing.figure_changes + 1), said)
    told = "只有一个版本" if count == 1 else f"{count} 个版本的数字相同"
    return Finding("", PASS, "1", "1", f"{filing.report_year} 年报告{told}")
