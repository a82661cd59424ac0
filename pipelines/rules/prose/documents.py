"""Normative documents issued, as told in the text, against table 2 (X5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from archive.records import Chapter
from pipelines.rules.finding import (
    FAIL,
    MISREADING,
    NOT_ASSESSABLE,
    PASS,
    UNCERTAIN,
    Finding,
    number,
)
from pipelines.rules.prose.compare_requests import wrote
from pipelines.rules.prose.lexicon import pattern, words
from pipelines.rules.prose.sentences import PART, WHOLE, Clause, Sentence
from pipelines.rules.prose.spans import Count, counts
from pipelines.rules.tables import Tables
from pipelines.rules.wording import Tell, column, phrase, row

TABLE, ROW = "proactive", "normative_docs"
#: Number issued this year, and other columns that a number may stand for.
ISSUED = {"gk2019": "made_this_year", "gk2021": "issued_this_year"}
PUBLISHED = {"gk2019": "newly_published_this_year"}
STOCK = {"gk2019": "published_total", "gk2021": "in_force"}


@dataclass(frozen=True, slots=True)
class DocumentClaim:
    """The text says that ``value`` normative documents were issued (or published).

    ``firm``: a verb of issuing, the words 规范性文件 and one exact number, of the year
    and the organ of the report.
    """

    value: float
    firm: bool
    quote: str
    chapter: Chapter


def document_claims(
    sentences: Iterable[Sentence], year: int, aggregate: bool
) -> Iterator[DocumentClaim]:
    """Statements in reading order; those on other years or organs are left out."""
    for sentence in sentences:
        if sentence.year not in (None, year):
            continue
        organ = sentence.subject
        alone = sum(_claim(c) is not None or _told(c) for c in sentence.clauses) == 1
        for clause in sentence.clauses:
            organ = clause.subject or organ
            found = _claim(clause)
            if found is None or (clause.subject == PART and not aggregate):
                continue
            value, sure = found
            own = organ == WHOLE if aggregate else organ != PART
            quote = sentence.quote(clause)
            firm = sure and own and alone and not clause.in_part
            firm = firm and not pattern("not_firm_documents").search(quote)
            yield DocumentClaim(value, firm, quote, sentence.chapter)


def _claim(clause: Clause) -> tuple[float, bool] | None:
    """Number of normative documents in a clause, and whether they were issued."""
    text = clause.text
    named = pattern("normative").search(text)
    if not named or pattern("not_issued").search(text):
        return None
    numbers = [c for c in counts(text) if c.unit in ("件", "个", "份", "部", "项")]
    chosen = _beside(text, named, numbers)
    if chosen is None or not chosen.exact:
        return None
    verb = pattern("issued").search(text)
    sure = verb is not None and len(numbers) == 1 and _plain(text, verb, chosen)
    return chosen.value, sure


def _told(clause: Clause) -> bool:
    """Whether a clause counts normative documents in whatever way."""
    return bool(pattern("normative").search(clause.text)) and any(counts(clause.text))


def _beside(text: str, named: re.Match[str], numbers: Sequence[Count]) -> Count | None:
    """规范性文件16件, or 16个规范性文件."""
    for count in numbers:
        behind = text[named.end() : count.start]
        if count.start >= named.end() and re.fullmatch(
            f"{words('document_behind')}*+", behind
        ):
            return count
        ahead = text[count.end : named.start()]
        if count.end <= named.start() and re.fullmatch(
            f"{words('document_ahead')}*+", ahead
        ):
            return count
    return None


def _plain(text: str, verb: re.Match[str], count: Count) -> bool:
    """Whether verb, number and 规范性文件 are joined by nothing but small words."""
    start, end = min(verb.start(), count.start), max(verb.end(), count.end)
    small = "|".join(
        map(words, ("issued", "normative", "document_behind", "document_ahead"))
    )
    inside = text[start : count.start] + text[count.end : end]
    behind = text[count.end :] if verb.start() < count.start else ""
    return bool(
        re.fullmatch(f"(?:{small})*+", inside)
        and re.fullmatch(f"(?:{small})*+", behind)
    )


def issued(claims: Sequence[DocumentClaim], tables: Tables) -> Finding:
    """The verdict on all statements about normative documents."""
    template = tables.template_of(TABLE)
    cell = tables.cell(TABLE, ROW, ISSUED.get(template, ""))
    if not claims:
        said = phrase("issued.silent")
        return Finding("", NOT_ASSESSABLE, None, None, said)
    if cell is None or cell.value is None:
        said = phrase("issued.no_figure", name=row(ROW))
        return Finding("", NOT_ASSESSABLE, None, None, said)
    chosen, verdict, end = _judged(
        claims,
        {cell.value} | _values(tables, PUBLISHED),
        _values(tables, STOCK),
        cell.method,
    )
    stated, printed = number(chosen.value), number(cell.value)
    said = phrase(
        "issued.compared",
        wrote=wrote(chosen.chapter, chosen.quote),
        row=row(ROW),
        column=column(cell.col_code),
        printed=printed,
        stated=stated,
        end=end,
    )
    quotes = ((chosen.chapter.chapter_no, chosen.quote),)
    return Finding("", verdict, printed, stated, said, cells=(cell.key,), quotes=quotes)


def _judged(
    claims: Sequence[DocumentClaim],
    agreeing: set[float],
    near: set[float],
    method: str,
) -> tuple[DocumentClaim, str, Tell]:
    """The statement that decides, its verdict, and how a message ends."""
    differing = [claim for claim in claims if claim.value not in agreeing]
    firm = [claim for claim in differing if claim.firm]
    if not firm:
        same = [claim for claim in claims if claim.value in agreeing]
        if same:
            return same[0], PASS, phrase("requests.agrees")
        return differing[0], NOT_ASSESSABLE, phrase("issued.not_all")
    if method != "read":
        said = phrase("requests.misread", misreading=MISREADING)
        return firm[0], UNCERTAIN, said
    if firm[0].value in near or len(claims) > 1:
        return firm[0], UNCERTAIN, phrase("requests.perhaps")
    return firm[0], FAIL, phrase("requests.contradicts")


def _values(tables: Tables, columns: dict[str, str]) -> set[float]:
    code = columns.get(tables.template_of(TABLE), "")
    cell = tables.cell(TABLE, ROW, code)
    return set() if cell is None or cell.value is None else {cell.value}
