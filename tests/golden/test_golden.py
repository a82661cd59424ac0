"""Every golden case is read as it was checked to say."""

import json

import pytest

from tests.golden.cases import golden, names, score, summary
from tests.golden.new import render


@pytest.mark.parametrize("name", names())
def test_a_document_is_read_as_expected_by_somebody_who_checked(name):
    case = golden(name)
    assert case.expected, f"python -m tests.golden.new {name} writes what is read"
    assert case.expected["checked"] in ("eye", "inputs"), "not checked yet"
    expected = {k: v for k, v in case.expected.items() if k != "checked"}
    assert summary(case.extraction()) == expected
    good, of = score(case)
    assert good == of


def test_the_cases_say_why_they_are_kept_and_cover_the_generations():
    cases = [golden(name) for name in names()]
    assert all(len(case.about["why"]) > 20 and case.about["traps"] for case in cases)
    templates = {case.expected.get("template") for case in cases}
    assert {"free2008", "stat2014", "gk2019", "gk2021"} <= templates


def test_a_rendered_case_is_the_same_data():
    found = {
        "checked": "",
        "year": 2020,
        "notes": [],
        "tables": {"a": {"r": ["1", None]}, "b": {"s": [["12", 1.0, "x", "y"]]}},
    }
    assert json.loads(render(found)) == found
    assert json.loads(render({"error": None})) == {"error": None}
