"""Reconsiderations and lawsuits of the text against table 4 (X3, X4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipelines.rules import labels
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
from pipelines.rules.prose.compare_requests import chapter_name
from pipelines.rules.prose.remedies import LITIGATION, RECONSIDERATION, RemedyClaim
from pipelines.rules.tables import Tables

TABLE = "review_litigation"
ROWS = {
    RECONSIDERATION: ("reconsideration",),
    LITIGATION: ("litigation_direct", "litigation_after_reconsideration"),
}
NAMES = {RECONSIDERATION: "行政复议", LITIGATION: "行政诉讼"}


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

    def side(self, value: float) -> str:
        """A quantity by its official names: 行政复议结果维持 5."""
        kinds = "、".join(NAMES[kind] for kind in self.claim.kinds)
        outcome = labels.column(self.claim.outcome) if self.claim.outcome else ""
        return f"{kinds}{outcome} {number(value)}"


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
    return _finding(
        compared, "文字中没有写明是否发生行政复议、行政诉讼，或表中没有数字"
    )


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
    return _finding(
        compared, "文字中没有写明行政复议、行政诉讼的件数和结果，或表中没有数字"
    )


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


def _finding(compared: Sequence[Comparison], silence: str) -> Finding:
    """One finding for the rule: what fails, else what is doubtful, else what agrees."""
    for verdict in (FAIL, UNCERTAIN, PASS):
        chosen = [one for one in compared if one.verdict == verdict]
        if chosen:
            return Finding(
                "",
                verdict,
                _joined("；", [one.side(one.table.value or 0) for one in chosen]),
                _joined("；", [one.side(one.claim.value) for one in chosen]),
                _message(chosen, verdict),
                cells=tuple(dict.fromkeys(k for one in chosen for k in one.table.keys)),
                quotes=tuple(
                    dict.fromkeys(
                        (one.claim.chapter.chapter_no, one.claim.quote)
                        for one in chosen
                    )
                ),
            )
    return Finding("", NOT_ASSESSABLE, None, None, silence)


def _message(chosen: Sequence[Comparison], verdict: str) -> str:
    """Every quotation once, with what the table says of what is quoted."""
    quotes = [one.claim.quote for one in chosen]
    said: dict[str, list[str]] = {}
    for one in chosen:
        longest = max((q for q in quotes if one.claim.quote in q), key=len)
        place = f"{chapter_name(one.claim.chapter)}写道“{longest}”"
        said.setdefault(place, []).append(f"{one.side(one.table.value or 0)} 件")
    ends = {PASS: "相符", FAIL: "文字与表不符"}
    end = ends.get(verdict, "文字与表不同，口径可能不一，值得一看")
    if verdict == UNCERTAIN and any(one.table.misread for one in chosen):
        end = f"文字与表不同；{MISREADING}"
    return "；".join(
        f"{place}，表中{_joined('、', numbers)}，{end}"
        for place, numbers in said.items()
    )


def _joined(separator: str, texts: Iterable[str]) -> str:
    """Distinct texts in their order, as one."""
    return separator.join(dict.fromkeys(texts))
