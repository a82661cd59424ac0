"""Consistency rules (勾稽关系): cells and prose in, verdicts out.

A report that does not add up is a finding about the report, never an error of ours and
never corrected. A missing operand is NOT_ASSESSABLE: absence of evidence is no pass.
Rules are data (``rules.yml``); this package only knows the kinds of test.
"""

from __future__ import annotations

from collections.abc import Iterator

from archive.records import Check, Report, Rule
from pipelines.rules import arithmetic, chapters, integers, prose
from pipelines.rules.finding import Finding, as_check, fingerprint
from pipelines.rules.spec import Chapters, Compare, Integers, RuleSpec, rule_book
from pipelines.rules.tables import Tables, tables_of

__all__ = ["evaluate", "fingerprint", "load_rules"]


def load_rules() -> list[Rule]:
    """Every rule of this version, as published beside its findings.

    Raises:
        TemplateError: ``rules.yml`` is not as it must be.

    """
    return [spec.rule for spec in rule_book().specs]


def evaluate(report: Report) -> list[Check]:
    """The verdict of every rule that applies, in the order of ``rules.yml``.

    Pure: same report, same checks, same fingerprints. Rules on a table follow the
    generation of that table, since reports mix them.
    """
    tables = tables_of(report, rule_book())
    said = prose.statements(report)
    return [
        as_check(finding, spec.rule, report.report_id)
        for spec in rule_book().specs
        for finding in _findings(spec, report, tables, said)
    ]


def _findings(
    spec: RuleSpec, report: Report, tables: Tables, said: prose.Statements
) -> Iterator[Finding]:
    test = spec.test
    table = test.table if isinstance(test, Compare) else ""
    if tables.template_of(table) not in spec.templates:
        return
    if isinstance(test, Compare):
        yield from arithmetic.evaluate(test, tables)
    elif isinstance(test, Integers):
        yield from integers.evaluate(test, tables)
    elif isinstance(test, Chapters):
        yield from chapters.evaluate(test, report.chapters)
    else:
        yield prose.evaluate(test, said, tables)
