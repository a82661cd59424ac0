"""Reconsiderations and lawsuits of the text against table 4 (X3, X4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from pipelines.rules.finding import (
    FAIL,
    MISREADING,
    NOT_ASSESSABLE,
    PASS,
    UNCERTAIN,
    Finding,
    number,
)
from pipelines.rules.keys import Key
from pipelines.rules.prose.compare_requests import wrote
from pipelines.rules.prose.remedies import LITIGATION, RECONSIDERATION, RemedyClaim
from pipelines.rules.tables import Tables
from pipelines.rules.wording import (
    Sayable,
    Tell,
    Words,
    column,
    listed,
    phrase,
    words,
)

TABLE = "review_litigation"
ROWS = {
    RECONSIDERATION: ("reconsideration",),
    LITIGATION: ("litigation_direct", "litigation_after_reconsideration"),
}


@dataclass(frozen=True, slots=True)
class Printed:
    """What table 4 says of one quantity; ``value`` is None where it says nothing.

    ``sure``: every cell that was added is filled and was read plainly.
    """

    value: float | None
    sure: bool
    misread: bool
    keys: tuple[Key, ...] = ()


def printed(tables: Tables, kinds: Sequence[str], outcome: str | None) -> Printed:
    """Cases of some kinds, with one outcome or in all, added up over table 4."""
    rows = [row for kind in kinds for row in ROWS[kind]]
    cells = [tables.cell(TABLE, row, outcome or "total") for row in rows]
    filled = [cell.value for cell in cells if cell and cell.value is not None]
    misread = any(cell.method != "read" for cell in cells if cell)
    if not filled:
        return Printed(None, False, misread)
    at = tuple(cell.key for cell in cells if cell)
    return Printed(sum(filled), len(filled) == len(cells), misread, at)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One statement beside table 4."""

    claim: RemedyClaim
    table: Printed
    verdict: str

    def side(self, value: float) -> Tell:
        """A quantity by its official names: 行政复议结果维持 5."""
        named = (phrase(f"remedies.{kind}") for kind in self.claim.kinds)
        kinds = listed(named, "and")
        outcome: Sayable = ""
        if self.claim.outcome:
            outcome = phrase("remedies.outcome", outcome=column(self.claim.outcome))
        return phrase("remedies.side", kinds=kinds, outcome=outcome, n=number(value))


def existence(claims: Sequence[RemedyClaim], tables: Tables) -> Finding:
    """X3: cases denied by the text and printed in the table, or the reverse."""
    totals = [claim for claim in claims if claim.outcome is None]
    compared = []
    for claim in totals:
        table = printed(tables, claim.kinds, None)
        if table.value is not None:
            agrees = bool(claim.value) == bool(table.value)
            contradicted = any(
                bool(other.value) != bool(claim.value)
                for other in totals
                if set(other.kinds) & set(claim.kinds)
            )
            compared.append(_compare(claim, table, agrees, contradicted))
    return _finding(compared, phrase("remedies.silent_existence"))


def counts(claims: Sequence[RemedyClaim], tables: Tables) -> Finding:
    """X4: numbers and outcomes of the text against those of the table."""
    stated = [claim for claim in claims if claim.value or claim.outcome]
    compared = []
    for claim in stated:
        table = printed(tables, claim.kinds, claim.outcome)
        if table.value is not None:
            agrees = claim.value == table.value
            contradicted = any(
                other.value != claim.value
                for other in stated
                if (other.kinds, other.outcome) == (claim.kinds, claim.outcome)
            )
            compared.append(_compare(claim, table, agrees, contradicted))
    return _finding(compared, phrase("remedies.silent_counts"))


def _compare(
    claim: RemedyClaim, table: Printed, agrees: bool, contradicted: bool
) -> Comparison:
    """A difference fails only when text and table both say what they say plainly.

    A blank beside a filled cell counts as 0; where only zeros are filled it could hide
    the very cases the text speaks of.
    """
    if agrees:
        return Comparison(claim, table, PASS)
    plain = (table.sure or bool(table.value)) and not table.misread
    sure = plain and claim.firm and not contradicted
    return Comparison(claim, table, FAIL if sure else UNCERTAIN)


def _finding(compared: Sequence[Comparison], silence: Tell) -> Finding:
    """One finding for the rule: what fails, else what is doubtful, else what agrees."""
    for verdict in (FAIL, UNCERTAIN, PASS):
        chosen = [one for one in compared if one.verdict == verdict]
        if chosen:
            return Finding(
                "",
                verdict,
                _pair([one.side(one.table.value or 0) for one in chosen]),
                _pair([one.side(one.claim.value) for one in chosen]),
                partial(_message, chosen, verdict),
                cells=tuple(dict.fromkeys(k for one in chosen for k in one.table.keys)),
                quotes=tuple(
                    dict.fromkeys(
                        (one.claim.chapter.chapter_no, one.claim.quote)
                        for one in chosen
                    )
                ),
            )
    return Finding("", NOT_ASSESSABLE, None, None, silence)


def _message(chosen: Sequence[Comparison], verdict: str, told: Words) -> str:
    """Every quotation once, with what the table says of what is quoted."""
    quotes = [one.claim.quote for one in chosen]
    said: dict[str, list[str]] = {}
    for one in chosen:
        longest = max((q for q in quotes if one.claim.quote in q), key=len)
        place = wrote(one.claim.chapter, longest)(told)
        cases = phrase("remedies.cases", side=one.side(one.table.value or 0))
        said.setdefault(place, []).append(cases(told))
    ends = {PASS: "agrees", FAIL: "contradicts"}
    end = phrase(f"remedies.{ends.get(verdict, 'perhaps')}")
    if verdict == UNCERTAIN and any(one.table.misread for one in chosen):
        end = phrase("remedies.misread", misreading=MISREADING)
    sentences = (
        phrase(
            "remedies.compared",
            wrote=place,
            numbers=listed(dict.fromkeys(numbers)),
            end=end,
        )
        for place, numbers in said.items()
    )
    return listed(sentences, "clause")(told)


def _pair(sides: Iterable[Tell]) -> str:
    """One side of the comparisons, as it is stored: distinct ones, in Chinese."""
    return "；".join(dict.fromkeys(side(words("zh")) for side in sides))
