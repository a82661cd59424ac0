"""Whose error a finding is, which cells are suspect, and notes on how it was read."""

import json
from dataclasses import replace

import pytest

from archive.records import Chapter, PageContext, Report
from pipelines import rules, stages
from tests.pipelines import printed_2021 as form
from tests.pipelines import printed_form
from tests.pipelines.test_joined import CONTEXT, dump
from tests.pipelines.test_rules_arithmetic import (
    COLUMNS,
    cell,
    changed,
    check,
    report,
    sound,
)


def suspects(subject: Report, rule: str, scope: str) -> list[dict[str, float | None]]:
    """Alternatives, each as {row/column: fitting number}."""
    stored = check(subject, rule, scope).suspects
    return [
        {s["cell"].partition("/")[2]: s["fits"] for s in together}
        for together in json.loads(stored or "[]")
    ]


# ------------------------------------------------------------------------------- origin


def test_a_sum_broken_between_plainly_read_cells_is_broken_in_the_report():
    subject = changed(("handled_total", "total", "8"))
    origins = {c.origin for c in rules.evaluate(subject) if c.verdict == "FAIL"}
    assert origins == {"report"}


def test_what_holds_or_cannot_be_assessed_has_no_origin():
    checks = rules.evaluate(report(sound()))
    assert {c.origin for c in checks if c.verdict in ("PASS", "NOT_ASSESSABLE")} == {
        None
    }


@pytest.mark.parametrize("method", ["ocr", "aligned", "recovered"])
def test_a_sum_broken_by_a_doubtful_cell_may_be_a_misreading(method):
    found = check(changed(("granted", "total", "9"), method=method), "Q3", "granted")
    assert (found.verdict, found.origin) == ("UNCERTAIN", "reading")


def test_a_doubtful_cell_that_no_change_would_mend_leaves_the_origin_open():
    cells = sound()
    moved = cell("requests", "granted", "research", "0", "aligned")
    cells[moved.key] = moved
    wrong = cell("requests", "granted", "total", "9")
    cells[wrong.key] = wrong
    found = check(report(cells), "Q3", "granted")
    assert suspects(report(cells), "Q3", "granted") == [{"granted/total": 4.0}]
    assert (found.verdict, found.origin) == ("UNCERTAIN", "unclear")


@pytest.mark.parametrize("form_of_document", ["scan", "image"])
def test_nothing_read_from_a_picture_is_claimed_of_the_report(form_of_document):
    subject = changed(("granted", "total", "9"))
    found = rules.evaluate(subject, form_of_document)
    doubts = [c for c in found if c.verdict in ("FAIL", "UNCERTAIN")]
    assert {(c.verdict, c.origin) for c in doubts} == {("UNCERTAIN", "reading")}
    assert any("可能是误读" in c.message for c in doubts)


def test_one_recognised_cell_shows_that_the_prose_was_recognised_too():
    subject = changed(("granted", "total", "4"), method="ocr")
    words = "2020年，我局共收到政府信息公开申请99件。"
    spoken = replace(subject, chapters=(Chapter(1, "一、总体情况", words, words),))
    found = check(spoken, "X1", "")
    assert (found.verdict, found.origin) == ("UNCERTAIN", "reading")
    plain = replace(spoken, cells=report(sound()).cells)
    found = check(plain, "X1", "")
    assert (found.verdict, found.origin) == ("FAIL", "report")


# ----------------------------------------------------------------------------- suspects


def test_one_slip_that_breaks_three_sums_is_found():
    subject = changed(("handled_total", "total", "8"))
    for rule, scope in (("Q1", "total"), ("Q2", "total"), ("Q3", "handled_total")):
        assert suspects(subject, rule, scope) == [{"handled_total/total": 7.0}]


def test_one_slip_inside_the_table_is_found_by_row_and_column():
    subject = changed(("unable_not_held", "natural_person", "5"))
    expected = [{"unable_not_held/natural_person": 2.0}]
    assert suspects(subject, "Q3", "unable_not_held") == expected
    assert suspects(subject, "Q2", "natural_person") == expected


def test_two_slips_far_apart_have_each_their_own_suspects():
    subject = changed(
        ("granted", "business", "6"), ("denied_third_party", "natural_person", "3")
    )
    assert suspects(subject, "Q3", "granted") == [{"granted/business": 1.0}]
    assert suspects(subject, "Q3", "denied_third_party") == [
        {"denied_third_party/natural_person": 1.0}
    ]


def test_every_cell_that_alone_would_mend_a_group_is_named_doubtful_ones_first():
    cells = sound()
    for column, raw, method in (("total", "5", "read"), ("pending", "1", "ocr")):
        made = cell("review_litigation", "reconsideration", column, raw, method)
        cells[made.key] = made
    assert suspects(report(cells), "L1", "reconsideration") == [
        {"reconsideration/pending": 2.0},
        {"reconsideration/upheld": 3.0},
        {"reconsideration/corrected": 2.0},
        {"reconsideration/other_result": 1.0},
        {"reconsideration/total": 4.0},
    ]


def test_a_change_below_zero_mends_nothing():
    subject = changed(("reconsideration", "total", "1"))
    assert suspects(subject, "L1", "reconsideration") == [
        {"reconsideration/total": 4.0}
    ]


def test_where_everything_is_broken_nothing_is_suspected():
    slips = [
        (row, column, str(50 + i))
        for i, column in enumerate(COLUMNS)
        for row in ("granted", "new_received", "carried_out", "unable_not_held")
    ]
    assert suspects(changed(*slips), "Q3", "granted") == []


# ------------------------------------------------------- a printed total that is no sum


def page(**rows: str) -> bytes:
    """A page whose request table is 0 but for some rows of seven numbers."""
    values = dict.fromkeys(form.keys(), "0")
    for row, numbers in rows.items():
        for column, number in zip(COLUMNS, numbers.split(), strict=True):
            values["requests", row, column] = number
    tables = (
        form.proactive(values),
        form.requests(values),
        printed_form.review(values),
    )
    return printed_form.page([printed_form.table(rows) for rows in tables]).encode()


def test_a_printed_total_row_that_is_no_sum_is_an_error_of_the_report():
    data = page(
        new_received="11 0 0 0 0 0 11",
        granted="2 0 0 0 0 0 2",
        unable_not_held="9 0 0 0 0 0 9",
        handled_total="2 0 0 0 0 0 11",
    )
    context = PageContext(
        url="http://a.example/b",
        captured_at="2022-01-31T08:00:00.000000Z",
    )
    subject = stages.read_here(data, context).report
    assert subject is not None
    failed = {
        (c.rule_id, c.scope): (c.expected, c.actual, c.origin)
        for c in subject.checks
        if c.verdict == "FAIL"
    }
    assert failed == {
        ("Q1", "natural_person"): ("11", "2", "report"),
        ("Q2", "natural_person"): ("11", "2", "report"),
        ("Q3", "handled_total"): ("2", "11", "report"),
    }
    assert suspects(subject, "Q3", "handled_total") == [
        {"handled_total/natural_person": 11.0}
    ]


def test_joined_digits_that_no_cut_makes_add_up_are_an_error_of_the_report():
    data = dump({0: "2000002", 2: "2000002", 23: "20000011"})
    subject = stages.read_here(data, CONTEXT).report
    assert subject is not None
    (found,) = [c for c in subject.checks if c.verdict == "FAIL"]
    assert (found.rule_id, found.scope, found.origin, found.actual) == (
        "Q3",
        "handled_total",
        "report",
        "20000011",
    )
    assert "连写的“20000011”无论怎样分成各列，总计都不等于其余各列之和" in found.message


def test_joined_digits_that_some_cut_makes_add_up_are_no_finding_about_the_report():
    subject = stages.read_here(dump({0: "110000011"}), CONTEXT).report
    assert subject is not None
    joined = [c for c in subject.checks if c.scope == "new_received"]
    assert [(c.rule_id, c.verdict, c.origin) for c in joined] == [
        ("Q3", "NOT_ASSESSABLE", None),
        ("T1", "UNCERTAIN", "reading"),
    ]
    assert joined[1].message.endswith("连写的“110000011”未能分开，没有读成数字")


# ------------------------------------------------------------------------------- B1, A1


def test_a_row_of_which_only_the_total_is_filled_is_noted_with_the_share_of_blanks():
    blanks = [("granted_partial", column, "") for column in COLUMNS[:6]]
    found = check(changed(*blanks), "B1", "")
    assert (found.verdict, found.severity, found.actual) == (
        "UNCERTAIN",
        "note",
        "requests 6/161；review_litigation 0/15",
    )
    assert found.message == (
        "申请表 161 格中 6 格空白（4%）；复议诉讼表 15 格中 0 格空白（0%）；"
        "只填了总计、分项空白：“（二）部分公开”（空白不等于 0）"
    )


def test_a_row_of_which_only_parts_are_filled_is_noted():
    found = check(changed(("granted", "total", "")), "B1", "")
    assert found.verdict == "UNCERTAIN"
    assert "填了分项、总计空白：“（一）予以公开”" in found.message


def test_blanks_in_a_row_with_parts_and_total_are_only_counted():
    found = check(changed(("granted", "research", "")), "B1", "")
    assert (found.verdict, found.actual) == (
        "PASS",
        "requests 1/161；review_litigation 0/15",
    )


def test_tables_of_which_nothing_is_filled_are_not_passed():
    cells = {key: cell(*key, "") for key in sound()}
    found = check(report(cells), "B1", "")
    assert (found.verdict, found.actual) == (
        "NOT_ASSESSABLE",
        "requests 161/161；review_litigation 15/15",
    )
    assert found.message.endswith("没有一格填写，无法核对")


def test_cells_that_were_not_simply_read_are_listed_by_method():
    cells = sound()
    for row, method in (("granted", "aligned"), ("carried_in", "ocr")):
        made = cell("requests", row, "total", "4", method)
        cells[made.key] = made
    found = check(report(cells), "A1", "")
    assert (found.verdict, found.severity, found.actual) == (
        "UNCERTAIN",
        "note",
        "aligned 1；ocr 1",
    )
    assert found.message == (
        "1 格由版面修复归位：“（一）予以公开”的总计；"
        "1 格由图像识别：“二、上年结转政府信息公开申请数量”的总计"
    )
    assert check(report(sound()), "A1", "").verdict == "PASS"
    assert check(report({}), "A1", "").verdict == "NOT_ASSESSABLE"
