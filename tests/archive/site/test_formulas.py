"""The formulas of the data dictionary say what the rules test."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

import pytest

from archive.site.formulas import formulas, rules_of
from pipelines.rules.kinds import Compare
from pipelines.rules.spec import RuleSpec, rule_book
from pipelines.templates import metrics

FORMS = metrics()
COMPARED = [spec for spec in rule_book().specs if isinstance(spec.test, Compare)]


@pytest.mark.parametrize("spec", COMPARED, ids=lambda spec: spec.rule.rule_id)
def test_a_formula_names_the_codes_that_the_rule_compares(spec: RuleSpec) -> None:
    test, book = spec.test, rule_book()
    assert isinstance(test, Compare)
    formula = formulas()[spec.rule.rule_id]
    assert (formula.table, formula.each) == (test.table, test.each)
    for template in spec.templates:
        own = [m for m in FORMS if (m.template, m.table_code) == (template, test.table)]
        known = {m.row_code if test.each == "column" else m.col_code for m in own}
        operands = set(book.codes((*test.expected, *test.actual), template)) & known
        words = re.findall(r"[a-z_]+\*?", formula.formula)
        named = {c for c in known for word in words if fnmatchcase(c, word)}
        assert named == operands
        rows = {m.row_code for m in own if formula.uses(test.table, m.row_code)}
        over = set(book.codes(test.over, template)) & {m.row_code for m in own}
        assert rows == (operands if test.each == "column" else over)


def test_every_code_of_a_formula_is_a_code_of_its_table() -> None:
    for formula in formulas().values():
        own = [m for m in FORMS if m.table_code == formula.table]
        codes = {m.row_code for m in own} | {m.col_code for m in own} | {"chapters"}
        for word in re.findall(r"[a-z_]{2,}\*?", formula.formula):
            assert any(fnmatchcase(code, word) for code in codes), (formula, word)


def test_a_row_knows_its_rules() -> None:
    assert rules_of("requests", "handled_total") == ["Q1", "Q2", "Q3", "X2"]
    assert rules_of("review_litigation", "reconsideration") == ["L1", "X3", "X4"]
    assert rules_of("proactive", "admin_fees") == ["P4"]
    assert rules_of("statistics", "handled_total") == []
