"""Consistency rules (勾稽关系): cells and prose in, verdicts out.

A report that does not add up is a finding about the report, never an error of ours and
never corrected. A missing operand is NOT_ASSESSABLE: absence of evidence is no pass.
Rules are data (``rules.yml``); this package only knows the kinds of test::

    kinds, spec    what a rule compares; rules.yml read strictly
    arithmetic     sums over rows and columns            Q1–Q3 L1 P1 P2 P4
    integers       whole numbers, 0 or more              T1 K1
    proactive      plausible numbers of table 2          P3 P5–P8
    provenance     blanks and methods of reading         B1 A1
    chapters       the six chapters and their numbers    S1 S2
    prose          the text against tables and itself    X1–X7
    suspects       the fewest cells that explain all broken sums
    origin         whether report or reading is at fault
    wording        what findings say (messages.yml, labels.yml), in Chinese and English
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from archive.records import Check, Report, Rule
from pipelines.rules import (
    arithmetic,
    chapters,
    integers,
    proactive,
    prose,
    provenance,
)
from pipelines.rules.finding import (
    EXCUSE,
    FAIL,
    MISREADING,
    UNCERTAIN,
    Finding,
    as_check,
    fingerprint,
)
from pipelines.rules.kinds import (
    Amount,
    Blanks,
    Chapters,
    Compare,
    Integers,
    Items,
    Lawmakers,
    Methods,
)
from pipelines.rules.origin import origin, recognised
from pipelines.rules.prose.place import place_of
from pipelines.rules.spec import RuleSpec, rule_book
from pipelines.rules.suspects import as_json, least_suspects
from pipelines.rules.tables import Tables, tables_of
from pipelines.rules.wording import also

__all__ = ["evaluate", "fingerprint", "load_rules"]


def load_rules() -> list[Rule]:
    """Every rule of this version, as published beside its findings.

    Raises:
        TemplateError: ``rules.yml`` is not as it must be.

    """
    return [spec.rule for spec in rule_book().specs]


def evaluate(report: Report, form: str = "") -> list[Check]:
    """The verdict of every rule that applies, in the order of ``rules.yml``.

    Pure: same report, same checks, same fingerprints. Rules on a table follow the
    generation of that table, since reports mix them. ``form`` is that of the document
    (``codes.FORMS``): whatever is read from a picture may be misread, prose included.
    """
    tables = tables_of(report, rule_book())
    picture = recognised(form, tables.cells)
    said = prose.statements(report)
    found = [
        (_weighed(finding, spec, picture), spec)
        for spec in rule_book().specs
        for finding in _findings(spec, report, tables, said)
    ]
    sums = [f for f, spec in found if _is_sum(f, spec)]
    suspects = least_suspects(sums, tables.cells)
    return [
        as_check(
            finding,
            spec.rule,
            report.report_id,
            origin(finding, tables.cells, suspects.get(finding, ()), picture),
            as_json(suspects[finding], tables.cells) if finding in suspects else None,
            _place(finding, report),
        )
        for finding, spec in found
    ]


def _place(finding: Finding, report: Report) -> str | None:
    """Where the words of something to look at stand; nobody looks up agreement."""
    shown = finding.verdict in (FAIL, UNCERTAIN)
    return place_of(finding.quotes, report.chapters) if shown else None


def _is_sum(finding: Finding, spec: RuleSpec) -> bool:
    equal = isinstance(spec.test, Compare) and spec.test.relation == "="
    return equal and None not in (finding.expected, finding.actual)


def _weighed(finding: Finding, spec: RuleSpec, picture: bool) -> Finding:
    """A contradiction is claimed only by rules that may, of what was surely read."""
    if finding.verdict != FAIL:
        return finding
    if picture:
        said = also(finding.tell, MISREADING)
        return replace(finding, verdict=UNCERTAIN, tell=said, misread=True)
    if isinstance(spec.test, Compare) and spec.rule.severity != "fail":
        said = also(finding.tell, EXCUSE)
        return replace(finding, verdict=UNCERTAIN, tell=said)
    return finding


def _findings(
    spec: RuleSpec, report: Report, tables: Tables, said: prose.Statements
) -> Iterator[Finding]:
    test = spec.test
    if tables.template_of(test.table) not in spec.templates:
        return
    if isinstance(test, Compare):
        yield from arithmetic.evaluate(test, tables)
    elif isinstance(test, Integers):
        yield from integers.evaluate(test, tables)
    elif isinstance(test, Lawmakers):
        yield proactive.lawmakers(test, tables, report.agency)
    elif isinstance(test, Items):
        yield from proactive.items(test, tables)
    elif isinstance(test, Amount):
        yield proactive.amount(test, tables)
    elif isinstance(test, Blanks):
        yield provenance.blanks(test, tables)
    elif isinstance(test, Methods):
        yield provenance.methods(tables)
    elif isinstance(test, Chapters):
        yield from chapters.evaluate(test, report.chapters)
    else:
        yield prose.evaluate(test, said, tables)
