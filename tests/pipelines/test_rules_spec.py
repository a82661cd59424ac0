"""rules.yml is read strictly, and names only cells and labels that there are."""

import re

import pytest

from archive.errors import TemplateError
from archive.records import Metric
from pipelines import rules, templates
from pipelines.rules import labels
from pipelines.rules.spec import Compare, parse, rule_book
from pipelines.rules.tables import place

RULE = """
generations: {requests: {gk2019: [other_handling]}}
groups:
  parts: {name: 各列, codes: [natural_person]}
rules:
  Q9:
    basis: official
    severity: fail
    templates: [gk2019]
    text_zh: 甲
    text_en: A
    compare:
      table: requests
      each: row
      over: [granted]
      expected: [$parts]
      actual: [total]
"""


def test_every_rule_within_a_report_is_published_with_basis_and_severity():
    specs = rule_book().specs
    assert {(s.rule.rule_id, s.rule.basis, s.rule.severity) for s in specs} == {
        ("Q1", "official", "fail"),
        ("Q2", "definitional", "fail"),
        ("Q3", "definitional", "fail"),
        ("L1", "definitional", "fail"),
        ("T1", "definitional", "fail"),
        ("K1", "definitional", "fail"),
        ("P1", "heuristic", "odd"),
        ("P2", "definitional", "fail"),
        ("P3", "heuristic", "odd"),
        ("P4", "definitional", "fail"),
        ("P5", "heuristic", "odd"),
        ("P6", "heuristic", "odd"),
        ("P7", "heuristic", "odd"),
        ("P8", "heuristic", "odd"),
        ("B1", "heuristic", "note"),
        ("A1", "heuristic", "note"),
        ("S1", "official", "fail"),
        ("S2", "heuristic", "odd"),
        ("X1", "heuristic", "fail"),
        ("X2", "heuristic", "odd"),
        ("X3", "heuristic", "fail"),
        ("X4", "heuristic", "fail"),
        ("X5", "heuristic", "odd"),
        ("X6", "heuristic", "odd"),
        ("X7", "heuristic", "fail"),
    }


def test_rules_are_told_in_two_languages():
    for rule in rules.load_rules():
        assert re.search(r"[一-鿿]", rule.text_zh)
        assert rule.text_en.isascii() or "一 to 六" in rule.text_en


def test_a_small_rule_book_is_read():
    book = parse(RULE)
    assert book.specs[0].test == Compare(
        "requests", "row", ("granted",), ("$parts",), ("total",)
    )
    assert book.codes(("$parts", "total"), "gk2019") == ("natural_person", "total")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("basis: official", "basis: rumour", "Q9.basis: expected one of"),
        ("severity: fail", "severity: bad", "Q9.severity: expected one of"),
        ("text_en: A", "text_fr: A", "unknown key 'text_fr'"),
        ("    text_en: A\n", "", "key 'text_en' is missing"),
        ("each: row", "each: cell", "each: expected one of"),
        ("$parts]", "$whole]", "group $whole is used but not defined"),
        ("actual: [total]", "actual: [total]\n      tolerance: 1", "unknown key"),
        (
            "[gk2019]\n    text_zh",
            "[gk1999]\n    text_zh",
            "templates: expected one of",
        ),
        (
            "compare:",
            "chapters: present\n    compare:",
            "expected one test of",
        ),
    ],
)
def test_a_bad_rule_book_says_where_and_what(old, new, complaint):
    assert old in RULE
    with pytest.raises(TemplateError, match=re.escape(complaint)):
        parse(RULE.replace(old, new), "mine.yml")


KINDS = """
generations: {requests: {gk2019: [other_handling]}}
groups: {}
rules:
  Q9:
    basis: heuristic
    severity: odd
    templates: [gk2019]
    text_zh: 甲
    text_en: A
    %s
"""


@pytest.mark.parametrize(
    ("test", "complaint"),
    [
        ("methods: some", "methods: expected one of ['all'], found 'some'"),
        ("blanks: {tables: [rows]}", "blanks.tables: expected one of"),
        ("items: {aspect: growth, over: [a]}", "items.aspect: expected one of"),
        ("items: {aspect: change}", "items: key 'over' is missing"),
        (
            "lawmakers: {table: proactive, row: a, columns: [b], may: {king: [city]}}",
            "lawmakers.may: expected one of",
        ),
        (
            "lawmakers: {table: proactive, row: a, columns: [$c], may: {}}",
            "group $c is used but not defined",
        ),
        (
            "amount: {table: extra, row: a, items: b, amount: c, least: 1, most: 2}",
            "amount: key 'slip' is missing",
        ),
        ("prose: {claim: weather}", "prose.claim: expected one of"),
    ],
)
def test_a_bad_test_of_any_kind_says_where_and_what(test, complaint):
    with pytest.raises(TemplateError, match=re.escape(complaint)):
        parse(KINDS % test)


def test_a_file_that_is_no_mapping_is_refused():
    with pytest.raises(TemplateError, match=r"mine\.yml: expected a mapping"):
        parse("- Q1", "mine.yml")


def test_outcome_rows_are_19_and_since_2021_21():
    book = rule_book()
    assert len(book.codes(("$outcomes",), "gk2019")) == 19
    assert len(book.codes(("$outcomes",), "gk2021")) == 21
    assert len(book.codes(("$request_columns",), "gk2021")) == 7


@pytest.mark.parametrize("template", ["gk2019", "gk2021"])
def test_every_code_of_the_rules_has_a_printed_label(template):
    book = rule_book()
    for spec in book.specs:
        test = spec.test
        if isinstance(test, Compare) and template in spec.templates:
            scopes = book.codes(test.over, template)
            operands = book.codes((*test.expected, *test.actual), template)
            rows, columns = scopes, operands
            if test.each == "column":
                rows, columns = operands, scopes
            assert [code for code in rows if labels.row(code) == code] == []
            assert [code for code in columns if labels.column(code) == code] == []


@pytest.mark.parametrize("template", ["gk2019", "gk2021"])
def test_every_operand_is_a_cell_of_the_form(template):
    book = rule_book()
    form = {m[1:] for m in map(key, templates.metrics()) if m[0] == template}
    for spec in book.specs:
        test = spec.test
        if isinstance(test, Compare) and template in spec.templates:
            for scope in book.codes(test.over, template):
                for code in book.codes((*test.expected, *test.actual), template):
                    assert place(test, scope, code) in form


def test_codes_that_tell_a_generation_belong_to_no_other():
    form = list(map(key, templates.metrics()))
    for table, marks in rule_book().generations.items():
        for generation, codes in marks.items():
            found = {m[0] for m in form if m[1] == table and codes & set(m[2:])}
            assert found == {generation}


def key(metric: Metric) -> tuple[str, str, str, str]:
    return metric.template, metric.table_code, metric.row_code, metric.col_code
