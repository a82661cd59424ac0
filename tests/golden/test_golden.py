"""Every golden case is read as it was checked to say."""

import json
from dataclasses import replace

import pytest

from archive.records import Check
from tests.golden.cases import Score, golden, names, score, summary
from tests.golden.new import render
from tests.golden.typeset import RECIPES


@pytest.mark.parametrize("name", names())
def test_a_document_is_read_as_expected_by_somebody_who_checked(name):
    case = golden(name)
    assert case.expected, f"python -m tests.golden.new {name} writes what is read"
    assert case.expected["checked"] in ("eye", "inputs"), "not checked yet"
    expected = {k: v for k, v in case.expected.items() if k != "checked"}
    extraction = case.extraction()
    assert summary(extraction) == expected
    found = score(case, extraction)
    assert (found.exact, found.silent) == (found.expected, ())


def test_the_cases_say_why_they_are_kept_and_cover_the_generations():
    cases = [golden(name) for name in names()]
    assert all(len(case.about["why"]) > 20 and case.about["traps"] for case in cases)
    templates = {case.expected.get("template") for case in cases}
    assert {"free2008", "stat2014", "gk2019", "gk2021"} <= templates
    assert len(cases) >= 42
    forms = {case.expected["form"] for case in cases}
    forms |= {case.document.suffix[1:] for case in cases}
    assert {"html", "pdf", "docx", "doc", "wps", "xls", "xlsx", "ofd", "text", "zip",
            "scan"} <= forms  # fmt: skip


def test_what_was_typed_is_expected_wherever_a_case_was_typeset():
    for name, make in RECIPES.items():
        case, made = golden(name), make()
        assert case.expected.get("tables", {}) == made.tables(), name
        assert list(made.traps) == case.about["traps"], name


def test_a_wrong_value_that_nothing_warns_of_is_silent():
    case = golden("html-2021-nested-tables")
    extraction = case.extraction()
    found = extraction.report
    assert score(case, extraction) == Score(200, 200, ())
    key = ("proactive", "admin_license", "decisions")
    wrong = replace({c.key: c for c in found.cells}[key], value=5.0, raw="5")
    others = tuple(c for c in found.cells if c.key != key)

    def read_as(cell, *checks):
        order = {c.key: i for i, c in enumerate(found.cells)}
        cells = tuple(sorted((*others, cell), key=lambda c: order[c.key]))
        report = replace(found, cells=cells, checks=checks)
        return score(case, replace(extraction, report=report))

    assert read_as(wrong) == Score(199, 200, (key,))
    assert read_as(replace(wrong, method="aligned")).silent == ()
    failed = Check("P6", "admin_license/decisions", "odd", "FAIL", None, None, "")
    assert read_as(wrong, failed).silent == ()


def test_a_rendered_case_is_the_same_data():
    found = {
        "checked": "",
        "year": 2020,
        "notes": [],
        "tables": {"a": {"r": ["1", None]}, "b": {"s": [["12", 1.0, "x", "y"]]}},
    }
    assert json.loads(render(found)) == found
    assert json.loads(render({"error": None})) == {"error": None}
