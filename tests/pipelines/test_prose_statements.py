"""Precision and recall of X1–X4 on labelled statements."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from archive.records import Agency, Cell, Chapter, Report
from pipelines import rules

DATA = yaml.safe_load(Path(__file__).with_name("prose_statements.yml").read_text())
DECIDED = ("upheld", "corrected", "other_result", "pending", "total")
RULES = ("X1", "X2", "X3", "X4")
HEADINGS = {1: "一、总体情况", 4: "四、政府信息公开行政复议、行政诉讼情况"}


def counted(table: str, row: str, column: str, value: int) -> Cell:
    state = "number" if value else "zero"
    return Cell(table, row, column, str(value), value, "count", state)


def cells(entry: dict) -> list[Cell]:
    said = {**DATA["defaults"], **entry}
    rows = ("new_received", "carried_in", "handled_total", "carried_out")
    found = [
        counted("requests", row, "total", value)
        for row, value in zip(rows, said["requests"], strict=True)
    ]
    for row in (
        "reconsideration",
        "litigation_direct",
        "litigation_after_reconsideration",
    ):
        values = [0] * 5 if entry.get("none") else said[row]
        found += [
            counted("review_litigation", row, column, value)
            for column, value in zip(DECIDED, values, strict=True)
        ]
    return found


def verdicts(entry: dict) -> dict[str, str]:
    aggregate = entry.get("scope") == "all"
    number = entry.get("chapter", 1)
    report = Report(
        "r",
        Agency(
            "a",
            "甲市人民政府" if aggregate else "甲市财政局",
            "government" if aggregate else "department",
            "city",
            None,
        ),
        2020,
        "government_aggregate" if aggregate else "own_organ",
        "2020年政府信息公开工作年度报告",
        "gk2019",
        "extracted",
        (Chapter(number, HEADINGS[number], entry["text"], entry["text"]),),
        tuple(cells(entry)),
    )
    return {c.rule_id: c.verdict for c in rules.evaluate(report) if c.rule_id in RULES}


@pytest.fixture(scope="module")
def judged() -> list[tuple[str, str, str, str]]:
    """(statement, rule, what a reader concludes, verdict)."""
    return [
        (entry["text"], rule, entry["truth"].get(rule, "silent"), verdict)
        for entry in DATA["statements"]
        for rule, verdict in verdicts(entry).items()
    ]


def test_the_set_has_at_least_a_hundred_statements_and_every_label_for_every_rule():
    assert len(DATA["statements"]) >= 100
    labels = Counter(
        (rule, label)
        for entry in DATA["statements"]
        for rule, label in entry["truth"].items()
    )
    assert {label for _, label in labels} == {"agrees", "differs", "unclear"}
    for rule in RULES:
        assert labels[rule, "differs"] >= 2
        assert labels[rule, "agrees"] >= 3


def test_no_statement_fails_unless_a_reader_sees_a_difference(judged):
    wrong = [row for row in judged if row[3] == "FAIL" and row[2] != "differs"]
    assert wrong == []
    assert sum(row[3] == "FAIL" for row in judged) >= 40


def test_no_difference_is_passed_as_agreement(judged):
    wrong = [row for row in judged if row[3] == "PASS" and row[2] == "differs"]
    assert wrong == []


def test_silence_is_not_assessable(judged):
    spoken = [r for r in judged if r[2] == "silent" and r[3] != "NOT_ASSESSABLE"]
    assert spoken == []


@pytest.mark.parametrize(
    ("rule", "floor"), [("X1", 0.9), ("X2", 1.0), ("X3", 1.0), ("X4", 1.0)]
)
def test_most_differences_are_found(judged, rule, floor):
    differing = [r for r in judged if r[1] == rule and r[2] == "differs"]
    found = [row for row in differing if row[3] == "FAIL"]
    assert len(found) / len(differing) >= floor, set(differing) - set(found)


def test_most_agreements_pass(judged):
    agreeing = [row for row in judged if row[2] == "agrees"]
    passed = [row for row in agreeing if row[3] == "PASS"]
    assert len(passed) / len(agreeing) >= 0.95, set(agreeing) - set(passed)
