"""A government beside the sum of its members (G2), cell by cell.

The aggregate has the government's office as one of its members; reports of the office
are never taken for those of the government. A sum that is smaller may lack members:
that is a difference of coverage. A sum that is larger is a contradiction.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from archive.filings import Filing, Key
from pipelines.rules import labels
from pipelines.rules.between.comparable import counterpart, generation
from pipelines.rules.between.peers import NO_MEMBERS
from pipelines.rules.between.spec import AddsUp
from pipelines.rules.finding import NOT_ASSESSABLE, PASS, UNCERTAIN, Finding, number

AGREES, COVERAGE, EXCEEDS, UNKNOWN = "agrees", "coverage", "exceeds", "unknown"
#: Tables whose cells can be added up over authorities.
TABLES = ("proactive", "requests", "review_litigation")


@dataclass(frozen=True, slots=True)
class Total:
    """One cell of an aggregate and the sum over those members that fill it.

    ``known`` counts the members of which a report of any year is here: the denominator.
    """

    table_code: str
    row_code: str
    col_code: str
    value: float | None
    members_sum: float | None
    difference: float | None
    members_filled: int
    members_found: int
    members_known: int
    state: str


def totals(whole: Filing, members: Sequence[Filing], known: int) -> list[Total]:
    """Every cell where the aggregate or the sum is not 0; nothing without members."""
    if not members:
        return []
    sums: defaultdict[Key, float] = defaultdict(float)
    filled: Counter[Key] = Counter()
    generations = {t: generation(whole, t) for t in TABLES}
    for member in members:
        same = member.template == whole.template
        for key, value in _mapped(whole, member, generations, same):
            sums[key] += value
            filled[key] += 1
    found = []
    for key in sorted({*whole.cells, *sums}):
        if key[0] not in TABLES:
            continue
        figure = whole.cells.get(key)
        printed = figure[0] if figure else None
        total = sums[key] if filled[key] else None
        if printed or total:
            found.append(_total(key, printed, total, filled[key], len(members), known))
    return found


def _mapped(
    whole: Filing, member: Filing, generations: Mapping[str, str], same: bool
) -> Iterator[tuple[Key, float]]:
    """Numbers of a member under the keys of the aggregate's form."""
    if same:
        for key, (value, *_) in member.cells.items():
            if value is not None:
                yield key, value
        return
    theirs = {t: generation(member, t) for t in TABLES}
    for key in whole.cells:
        if key[0] in TABLES:
            other = counterpart(key, generations[key[0]], theirs[key[0]])
            parts = [member.cells.get(k) for k in other.keys]
            values = [p[0] for p in parts if p is not None and p[0] is not None]
            if other.same and values and len(values) == len(parts):
                yield key, sum(values)


def _total(
    key: Key,
    value: float | None,
    total: float | None,
    filled: int,
    found: int,
    known: int,
) -> Total:
    gap = None if value is None or total is None else round(value - total, 6)
    state = UNKNOWN
    if gap is not None:
        state = AGREES if gap == 0 else COVERAGE if gap > 0 else EXCEEDS
    return Total(*key, value, total, gap, filled, found, known, state)


def adds_up(
    test: AddsUp, whole: Filing, members: Sequence[Filing], sums: Sequence[Total]
) -> Finding:
    """G2: one finding on the whole table, with its total of new requests shown."""
    if not members or not sums:
        return Finding("", NOT_ASSESSABLE, None, None, NO_MEMBERS)
    known = max(sums[0].members_known, len(members))
    inside = [one for one in sums if one.table_code == test.table]
    shown = next(
        (o for o in inside if (o.row_code, o.col_code) == (test.shown, "total")), None
    )
    who = f"{whole.report_year} 年{whole.agency.name}"
    found = f"收到 {len(members)} 个成员机关的报告（已知 {known} 个）"
    if not inside:
        return Finding("", PASS, "0", "0", f"{who}与各成员的申请都是 0；{found}")
    pair: tuple[str | None, str | None] = (None, None)
    told = ""
    if shown and shown.value is not None and shown.members_sum is not None:
        pair = (number(shown.members_sum), number(shown.value))
        told = (
            f"{whole.report_year} 年“{labels.row(test.shown)}”的总计："
            f"{whole.agency.name}为 {pair[1]}，各成员合计 {pair[0]}"
        )
    states = Counter(one.state for one in inside)
    head = "；".join(part for part in (told, found) if part)
    if states[AGREES] == len(inside):
        return Finding("", PASS, *pair, f"{head}；{len(inside)} 格全部相符")
    counts = (
        f"{len(inside)} 格中 {states[AGREES]} 格相符，"
        f"{states[COVERAGE]} 格成员之和较小，{states[EXCEEDS]} 格成员之和较大"
    )
    if states[EXCEEDS]:
        said = f"{head}；{counts}：成员之和大于汇总，口径或数字互相矛盾，值得一看"
        return Finding("", UNCERTAIN, *pair, said)
    if not states[COVERAGE]:
        return Finding("", NOT_ASSESSABLE, *pair, f"{head}；{counts}，其余没有数字")
    said = f"{head}；{counts}：差额来自尚未收到的成员报告，或未单独报告的成员，不是错误"
    if len(members) < known:
        return Finding("", NOT_ASSESSABLE, *pair, said)
    return Finding("", UNCERTAIN, *pair, said)
