"""Sums over rows and columns: what holds, what does not, what cannot be said."""

from dataclasses import replace

import pytest

from archive.records import Agency, Cell, Check, Report
from pipelines import rules

COLUMNS = (
    "natural_person",
    "business",
    "research",
    "public_interest_org",
    "legal_service",
    "other_org",
    "total",
)
DENIED = [
    "denied_state_secret",
    "denied_law_prohibits",
    "denied_security_stability",
    "denied_third_party",
    "denied_internal_affairs",
    "denied_deliberative",
    "denied_enforcement_file",
    "denied_admin_query",
]
UNABLE = ["unable_not_held", "unable_needs_creation", "unable_unclear_after_correction"]
REJECTED = [
    "rejected_petition",
    "rejected_duplicate",
    "rejected_publication",
    "rejected_abusive_volume",
    "rejected_reconfirm",
]
OTHER = {
    "gk2019": ["other_handling"],
    "gk2021": ["other_correction_overdue", "other_fee_unpaid", "other_misc"],
}
DECIDED = ("upheld", "corrected", "other_result", "pending", "total")
REMEDIES = ("reconsideration", "litigation_direct", "litigation_after_reconsideration")


def cell(table: str, row: str, column: str, raw: str, method: str = "read") -> Cell:
    try:
        value = float(raw)
    except ValueError:
        state = "blank" if not raw.strip() else "dash" if raw == "-" else "text"
        return Cell(table, row, column, raw, None, "count", state, method)
    return Cell(
        table, row, column, raw, value, "count", "number" if value else "zero", method
    )


def sound(template: str = "gk2019") -> dict[tuple[str, str, str], Cell]:
    """Seven requests of persons, one of a business: all sums hold."""
    rows = [
        "new_received",
        "carried_in",
        "granted",
        "granted_partial",
        *DENIED,
        *UNABLE,
        *REJECTED,
        *OTHER[template],
        "handled_total",
        "carried_out",
    ]
    persons = {
        "new_received": 6,
        "carried_in": 1,
        "granted": 3,
        "denied_third_party": 1,
        "unable_not_held": 2,
        "handled_total": 6,
        "carried_out": 1,
    }
    business = {"new_received": 1, "granted": 1, "handled_total": 1}
    found = {}
    for row in rows:
        p, b = persons.get(row, 0), business.get(row, 0)
        for column, value in zip(COLUMNS, (p, b, 0, 0, 0, 0, p + b), strict=True):
            made = cell("requests", row, column, str(value))
            found[made.key] = made
    for row in REMEDIES:
        for column, value in zip(DECIDED, (2, 1, 0, 1, 4), strict=True):
            made = cell("review_litigation", row, column, str(value))
            found[made.key] = made
    return found


def report(cells: dict[tuple[str, str, str], Cell], template: str = "gk2019") -> Report:
    return Report(
        "r1",
        Agency("a1", "甲县财政局", "department", "county", None),
        2020,
        "own_organ",
        "2020年政府信息公开工作年度报告",
        template,
        "extracted",
        (),
        tuple(cells.values()),
    )


def changed(
    *changes: tuple[str, str, str], template: str = "gk2019", method: str = "read"
) -> Report:
    """The sound report with some cells of the request or remedy table replaced."""
    cells = sound(template)
    for row, column, raw in changes:
        table = "review_litigation" if row in REMEDIES else "requests"
        cells[table, row, column] = cell(table, row, column, raw, method)
    return report(cells, template)


def check(subject: Report, rule: str, scope: str) -> Check:
    (found,) = [
        c for c in rules.evaluate(subject) if (c.rule_id, c.scope) == (rule, scope)
    ]
    return found


def failures(subject: Report) -> set[tuple[str, str]]:
    return {
        (c.rule_id, c.scope) for c in rules.evaluate(subject) if c.verdict == "FAIL"
    }


@pytest.mark.parametrize(("template", "rows"), [("gk2019", 23), ("gk2021", 25)])
def test_a_sound_report_passes_one_check_per_column_row_and_group(template, rows):
    checks = rules.evaluate(report(sound(template), template))
    count = {
        rule: [c.verdict for c in checks if c.rule_id == rule]
        for rule in ("Q1", "Q2", "Q3", "L1", "T1")
    }
    assert count == {
        "Q1": ["PASS"] * 7,
        "Q2": ["PASS"] * 7,
        "Q3": ["PASS"] * rows,
        "L1": ["PASS"] * 3,
        "T1": ["PASS"],
    }


def test_requests_that_come_in_must_go_out():
    found = check(
        changed(("carried_out", "natural_person", "2")), "Q1", "natural_person"
    )
    assert (found.verdict, found.expected, found.actual) == ("FAIL", "7", "8")
    assert found.message == (
        "自然人列：一、本年新收政府信息公开申请数量 6 加"
        " 二、上年结转政府信息公开申请数量 1 合计 7，"
        "（七）总计 6 加 四、结转下年度继续办理 2 合计 8，相差 1"
    )


def test_outcomes_add_up_to_the_handled_total_in_every_column():
    found = check(changed(("handled_total", "total", "8")), "Q2", "total")
    assert (found.verdict, found.expected, found.actual) == ("FAIL", "7", "8")
    assert found.message == "总计列：各项办理结果合计 7，（七）总计为 8，相差 1"


def test_one_slip_is_reported_by_every_sum_it_breaks():
    subject = changed(("handled_total", "total", "8"))
    assert failures(subject) == {
        ("Q1", "total"),
        ("Q2", "total"),
        ("Q3", "handled_total"),
    }


@pytest.mark.parametrize("template", ["gk2019", "gk2021"])
def test_every_cell_of_the_request_table_is_under_the_sums_it_belongs_to(template):
    balance = ("new_received", "carried_in", "carried_out")
    for table, row, column in sound(template):
        if table == "requests":
            broken = {("Q3", row)}
            if row in (*balance, "handled_total"):
                broken.add(("Q1", column))
            if row not in balance:
                broken.add(("Q2", column))
            subject = changed((row, column, "50"), template=template)
            assert failures(subject) == broken, (row, column)


@pytest.mark.parametrize("row", ["other_fee_unpaid", "other_misc"])
def test_all_three_rows_of_other_handling_count_since_2021(row):
    subject = changed((row, "business", "1"), template="gk2021")
    assert failures(subject) == {("Q2", "business"), ("Q3", row)}


def test_the_generation_of_the_request_table_is_read_from_its_own_rows():
    cells = sound("gk2021")
    cells["proactive", "rules", "published_total"] = cell(
        "proactive", "rules", "published_total", "0"
    )
    checks = rules.evaluate(report(cells, "gk2019"))
    assert sum(c.rule_id == "Q3" for c in checks) == 25
    assert sum(c.rule_id == "P2" for c in checks) == 2


def test_a_group_of_remedies_adds_up_to_its_total():
    found = check(
        changed(("litigation_direct", "total", "5")), "L1", "litigation_direct"
    )
    assert (found.verdict, found.expected, found.actual) == ("FAIL", "4", "5")
    assert "“行政诉讼（未经复议直接起诉）”一行" in found.message


def test_blanks_beside_a_filled_cell_count_as_zero_and_the_message_says_so():
    blanks = [("granted", column, "") for column in COLUMNS[2:6]]
    found = check(changed(*blanks), "Q3", "granted")
    assert (found.verdict, found.expected, found.actual) == ("PASS", "4", "4")
    assert found.message.endswith("相符（4 处空白按 0 计）")


def test_a_sum_that_is_broken_beside_blanks_says_that_they_count_as_zero():
    found = check(
        changed(("granted", "business", "-"), ("granted", "total", "5")),
        "Q3",
        "granted",
    )
    assert found.verdict == "FAIL"
    assert found.message.endswith("相差 2（1 处空白或横线按 0 计）")


def test_a_dash_is_told_as_printed_and_not_called_a_blank():
    found = check(
        changed(("carried_out", "natural_person", "-")), "Q1", "natural_person"
    )
    assert "四、结转下年度继续办理 “-” 合计" in found.message
    assert found.message.endswith("（1 处空白或横线按 0 计）")
    alone = check(changed(("granted", "total", "/")), "Q3", "granted")
    assert alone.verdict == "NOT_ASSESSABLE"
    assert alone.message == (
        "“（一）予以公开”一行：“总计”写的是“/”，不是数字，无法核对"
    )


def test_a_blank_total_cannot_be_assessed():
    found = check(changed(("granted", "total", "")), "Q3", "granted")
    assert (found.verdict, found.expected, found.actual) == (
        "NOT_ASSESSABLE",
        "4",
        None,
    )
    assert found.message == "“（一）予以公开”一行：“总计”空白，无法核对"


def test_a_row_of_blanks_under_a_zero_total_cannot_be_assessed():
    blanks = [("granted_partial", column, "\u3000") for column in COLUMNS[:6]]
    found = check(changed(*blanks), "Q3", "granted_partial")
    assert found.verdict == "NOT_ASSESSABLE"
    assert "相加各项全部空白" in found.message


def test_a_blank_total_over_filled_parts_is_not_taken_for_zero():
    found = check(changed(("granted", "total", "")), "Q2", "total")
    assert found.verdict == "NOT_ASSESSABLE"
    assert "“（一）予以公开”空白而其组成项不为 0" in found.message


def test_a_missing_cell_is_never_a_pass():
    cells = sound()
    del cells["requests", "rejected_petition", "business"]
    cells["requests", "rejected_petition", "research"] = Cell(
        "requests", "rejected_petition", "research", "", None, None, "missing"
    )
    subject = report(cells)
    for rule, scope in [
        ("Q2", "business"),
        ("Q2", "research"),
        ("Q3", "rejected_petition"),
    ]:
        found = check(subject, rule, scope)
        assert found.verdict == "NOT_ASSESSABLE"
        assert "没有对应的单元格" in found.message


def test_words_in_a_cell_end_the_sum_and_are_quoted():
    found = check(changed(("granted", "business", "见附件")), "Q3", "granted")
    assert found.verdict == "NOT_ASSESSABLE"
    assert "写的是“见附件”，不是数字" in found.message


def test_a_report_without_tables_passes_nothing():
    verdicts = {c.verdict for c in rules.evaluate(report({}))}
    assert verdicts == {"NOT_ASSESSABLE"}


@pytest.mark.parametrize("method", ["aligned", "recovered", "ocr"])
def test_a_sum_broken_by_an_uncertain_reading_may_be_a_misreading(method):
    subject = changed(("granted", "total", "9"), method=method)
    found = check(subject, "Q3", "granted")
    assert found.verdict == "UNCERTAIN"
    assert "可能是误读" in found.message


def test_readings_chosen_by_the_row_sum_are_no_proof_of_the_row_sum():
    subject = changed(("granted", "total", "4"), method="recovered")
    assert check(subject, "Q3", "granted").verdict == "NOT_ASSESSABLE"
    assert check(subject, "Q2", "total").verdict == "PASS"


@pytest.mark.parametrize("template", ["free2008", "stat2014"])
def test_older_generations_have_rules_on_text_and_reading_only(template):
    found = rules.evaluate(replace(report({}), template=template))
    assert [c.rule_id for c in found] == ["A1", "X6", "X7"]


# --------------------------------------------------------------------------- proactive


def proactive(*given: tuple[str, str, str]) -> Report:
    cells = sound()
    for row, column, raw in given:
        cells["proactive", row, column] = cell("proactive", row, column, raw)
    return report(cells)


def test_newly_published_documents_are_no_more_than_all_published():
    subject = proactive(
        ("normative_docs", "newly_published_this_year", "5"),
        ("normative_docs", "published_total", "4"),
        ("rules", "newly_published_this_year", "2"),
        ("rules", "published_total", "2"),
    )
    found = check(subject, "P2", "normative_docs")
    assert (found.verdict, found.expected, found.actual) == ("FAIL", "4", "5")
    assert found.message == (
        "“规范性文件”一行：对外公开总数量为 4，本年新公开数量为 5，后者大于前者"
    )
    assert check(subject, "P2", "rules").verdict == "PASS"


def test_a_power_list_cannot_shrink_below_nothing():
    subject = proactive(
        ("admin_license", "items_prev_year", "5"),
        ("admin_license", "items_change", "-6"),
        ("admin_penalty", "items_prev_year", "6"),
        ("admin_penalty", "items_change", "-6"),
        ("admin_fees", "items_prev_year", ""),
        ("admin_fees", "items_change", "-1"),
    )
    found = check(subject, "P4", "admin_license")
    assert (found.verdict, found.expected, found.actual) == ("FAIL", "0", "-1")
    assert found.message == (
        "“行政许可”一行：上一年项目数量 5 加 本年增/减 -6 合计 -1，小于 0"
    )
    assert check(subject, "P4", "admin_penalty").verdict == "PASS"
    assert check(subject, "P4", "admin_fees").verdict == "NOT_ASSESSABLE"


# ---------------------------------------------------------------------------- integers


def test_fractions_and_negative_counts_are_named_cell_by_cell():
    subject = changed(("granted", "business", "1.5"), ("carried_in", "total", "-1"))
    found = [c for c in rules.evaluate(subject) if c.rule_id == "T1"]
    assert {(c.scope, c.verdict, c.actual) for c in found} == {
        ("granted/business", "FAIL", "1.5"),
        ("carried_in/total", "FAIL", "-1"),
    }


def test_words_instead_of_a_count_are_worth_a_look():
    found = check(changed(("granted", "business", "若干")), "T1", "granted/business")
    assert (found.verdict, found.actual) == ("UNCERTAIN", "若干")


def test_a_dash_or_a_blank_is_no_bad_number():
    subject = changed(("granted", "business", "-"), ("granted", "research", ""))
    assert check(subject, "T1", "").verdict == "PASS"


# ------------------------------------------------------------------------- fingerprints


def test_the_same_finding_has_the_same_fingerprint_after_every_reading():
    one = changed(("handled_total", "total", "8"))
    again = changed(("handled_total", "total", "８"))  # as printed; value differs not
    wide = again.cells
    assert any(c.raw == "８" for c in wide)
    assert check(one, "Q2", "total") == check(again, "Q2", "total")


def test_fingerprints_differ_by_report_rule_scope_and_sides():
    subject = changed(("handled_total", "total", "8"))
    prints = [c.fingerprint for c in rules.evaluate(subject)]
    assert len(set(prints)) == len(prints)
    other = replace(subject, report_id="r2")
    assert not set(prints) & {c.fingerprint for c in rules.evaluate(other)}
