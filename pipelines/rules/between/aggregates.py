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
from pipelines.rules.between.comparable import counterpart, generation
from pipelines.rules.between.peers import NO_MEMBERS
from pipelines.rules.between.spec import AddsUp
from pipelines.rules.finding import NOT_ASSESSABLE, PASS, UNCERTAIN, Finding, number
from pipelines.rules.wording import Sayable, also, phrase, row

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
    who: dict[str, Sayable] = {"year": whole.report_year, "agency": whole.agency.name}
    found = phrase("members.found", n=len(members), known=known)
    if not inside:
        said = phrase("members.all_zero", found=found, **who)
        return Finding("", PASS, "0", "0", said)
    pair: tuple[str | None, str | None] = (None, None)
    head = found
    if shown and shown.value is not None and shown.members_sum is not None:
        members_sum, value = number(shown.members_sum), number(shown.value)
        pair = (members_sum, value)
        told = phrase(
            "members.shown", row=row(test.shown), value=value, total=members_sum, **who
        )
        head = also(told, found)
    states = Counter(one.state for one in inside)
    if states[AGREES] == len(inside):
        said = phrase("members.all_agree", head=head, n=len(inside))
        return Finding("", PASS, *pair, said)
    counts = phrase(
        "members.counts",
        n=len(inside),
        same=states[AGREES],
        less=states[COVERAGE],
        more=states[EXCEEDS],
    )
    verdict, end = NOT_ASSESSABLE, "coverage"
    if states[EXCEEDS]:
        verdict, end = UNCERTAIN, "contradiction"
    elif not states[COVERAGE]:
        end = "unknown"
    elif len(members) >= known:
        verdict = UNCERTAIN
    said = phrase(f"members.{end}", head=head, counts=counts)
    return Finding("", verdict, *pair, said)
