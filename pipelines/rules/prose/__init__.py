"""Prose against tables: a small grammar of statements, then a comparison (X1–X7).

Precision over recall. FAIL needs a sentence that can only be about the same quantity,
year and organ; anything that merely looks different is UNCERTAIN, silence is
NOT_ASSESSABLE.
"""

from __future__ import annotations

from dataclasses import dataclass

from archive.records import Report
from pipelines.rules.finding import Finding
from pipelines.rules.kinds import Prose
from pipelines.rules.prose.compare_remedies import counts, existence
from pipelines.rules.prose.compare_requests import requests
from pipelines.rules.prose.documents import DocumentClaim, document_claims, issued
from pipelines.rules.prose.parts import PartList, part_lists, parts
from pipelines.rules.prose.remedies import RemedyClaim, remedy_claims
from pipelines.rules.prose.requests import RequestClaim, request_claims
from pipelines.rules.prose.sentences import sentences
from pipelines.rules.prose.years import YearClaim, year, year_claims
from pipelines.rules.tables import Tables


@dataclass(frozen=True, slots=True)
class Statements:
    """What the text of a report says about the quantities of its tables."""

    received: tuple[RequestClaim, ...]
    answered: tuple[RequestClaim, ...]
    remedies: tuple[RemedyClaim, ...]
    documents: tuple[DocumentClaim, ...]
    lists: tuple[PartList, ...]
    years: tuple[YearClaim, ...]
    report_year: int


def statements(report: Report) -> Statements:
    """Read the prose of a report once, for all rules."""
    read = list(sentences(report))
    of, aggregate = report.report_year, report.scope == "government_aggregate"
    return Statements(
        tuple(request_claims(read, "received", of, aggregate)),
        tuple(request_claims(read, "answered", of, aggregate)),
        tuple(remedy_claims(read, of)),
        tuple(document_claims(read, of, aggregate)),
        tuple(part_lists(read)),
        tuple(year_claims(read)),
        of,
    )


def evaluate(test: Prose, said: Statements, tables: Tables) -> Finding:
    """The one finding of a rule on prose (scope '')."""
    if test.claim == "received":
        return requests(said.received, test.readings, tables, "received")
    if test.claim == "answered":
        return requests(said.answered, test.readings, tables, "answered")
    if test.claim == "issued":
        return issued(said.documents, tables)
    if test.claim == "parts":
        return parts(said.lists)
    if test.claim == "year":
        return year(said.years, said.report_year)
    compare = existence if test.claim == "existence" else counts
    return compare(said.remedies, tables)
