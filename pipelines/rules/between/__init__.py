"""Rules between the years of one authority, and between authorities of one year.

They look at :class:`archive.filings.Filing`, numbers straight from the rows. Rules are
data (``between.yml``); before anything is held against last year's report,
:mod:`guard` asks whether it is the same body with the same scope::

    spec         what a rule compares; between.yml read strictly
    comparable   one generation's cell in another, by the crosswalk
    guard        mergers, splits, changed scope, missing reports
    years        this year's tables against last year's   Y1–Y5
    told         growth told in the prose                 Y6
    peers        members, equal numbers, versions         G1 G3 G5
    aggregates   the sum over members                     G2
    repetition   repeated text                            Y7 G4
    punctuality  published by the legal date              D1
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.filings import Filing, Known
from archive.records import Check, Report, Rule
from pipelines.rules.between import (
    aggregates,
    guard,
    peers,
    punctuality,
    told,
    years,
)
from pipelines.rules.between.aggregates import Total
from pipelines.rules.between.comparable import generation
from pipelines.rules.between.spec import (
    AddsUp,
    Between,
    Contains,
    Identical,
    Punctual,
    Repeated,
    Told,
    Versions,
    Years,
    between_book,
)
from pipelines.rules.finding import (
    FAIL,
    UNCERTAIN,
    Finding,
    as_check,
)
from pipelines.rules.origin import READING, REPORT
from pipelines.rules.prose.place import place_of

__all__ = ["Checked", "Company", "evaluate", "load_rules"]


@dataclass(frozen=True, slots=True)
class Company:
    """A report and those it is held against.

    ``members`` are the own reports of the members of an aggregate for the same year,
    ``known`` how many members ever reported, ``related`` the bodies of the same line
    of work in the same division.
    """

    filing: Filing
    reading: Report
    before: Filing | None = None
    members: Sequence[Filing] = ()
    known: int = 0
    related: Sequence[Known] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """Verdicts on one report, the sums over its members, and its numbers' digest."""

    checks: list[Check]
    totals: list[Total]
    vector: str | None


def load_rules() -> list[Rule]:
    """Every rule between reports, as published beside its findings."""
    return [spec.rule for spec in between_book().specs]


def evaluate(company: Company) -> Checked:
    """The verdicts that need only the company of a report, in the order of the book.

    Left out are those that need all reports (G3) or the measured likeness of texts
    (Y7, G4). Pure: same reports, same checks.
    """
    filing = company.filing
    whole = filing.scope == "government_aggregate"
    members = company.members if whole else ()
    sums = aggregates.totals(filing, members, company.known)
    digest: str | None = None
    checks = []
    for spec in between_book().specs:
        if isinstance(spec.test, Identical):
            digest = peers.vector(spec.test, filing)
        for finding in _findings(spec, company, members, sums):
            checks.append(check_of(finding, spec, company))
    return Checked(checks, sums, digest)


def check_of(finding: Finding, spec: Between, company: Company) -> Check:
    """A finding as it is stored; whose error it would be, by how cells were read."""
    origin = None
    if finding.verdict in (FAIL, UNCERTAIN):
        figures = [company.filing.cells.get(key) for key in finding.looked_at]
        read = all(figure is None or figure[2] == "read" for figure in figures)
        origin = REPORT if read and not finding.misread else READING
    place = place_of(finding.quotes, company.reading.chapters)
    return as_check(finding, spec.rule, company.filing.report_id, origin, None, place)


def _findings(
    spec: Between, company: Company, members: Sequence[Filing], sums: Sequence[Total]
) -> Iterator[Finding]:
    test, filing, before = spec.test, company.filing, company.before
    if isinstance(test, Years):
        why = guard.obstacle(filing, before, company.related)
        yield from years.evaluate(spec, test, filing, before, why)
        return
    table = test.table if isinstance(test, Contains | AddsUp) else ""
    if (generation(filing, table) if table else filing.template) not in spec.templates:
        return
    if isinstance(test, Told):
        why = guard.obstacle(filing, before, company.related)
        said = list(told.trends(company.reading))
        yield told.evaluate(said, filing, before, why)
    elif isinstance(test, Contains):
        if filing.scope == "government_aggregate":
            yield from peers.contained(test, filing, members)
    elif isinstance(test, AddsUp):
        if filing.scope == "government_aggregate":
            yield aggregates.adds_up(test, filing, members, sums)
    elif isinstance(test, Versions):
        yield peers.versions(filing)
    elif isinstance(test, Punctual):
        yield punctuality.punctual(test, filing)
    else:
        assert isinstance(test, Identical | Repeated)
