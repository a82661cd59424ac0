"""Table 2 is held to what is plausible, and doubted, never failed, where it is not."""

import pytest

from archive.records import Agency, Cell, Check, Report
from pipelines import numbers, rules

COUNTY = Agency("a", "甲县财政局", "department", "county", None)


def cell(row: str, column: str, raw: str, unit: str | None = "count") -> Cell:
    read = numbers.read(raw)
    return Cell(
        "proactive", row, column, raw, read.value, read.unit or unit, read.state
    )


def report(*cells: Cell, template: str = "gk2019", agency: Agency = COUNTY) -> Report:
    return Report(
        "r", agency, 2020, "own_organ", "报告", template, "extracted", (), cells
    )


def check(subject: Report, rule: str, scope: str) -> Check:
    (found,) = [
        c for c in rules.evaluate(subject) if (c.rule_id, c.scope) == (rule, scope)
    ]
    return found


def power_list(stock: str, change: str, decisions: str = "") -> Report:
    return report(
        cell("admin_license", "items_prev_year", stock),
        cell("admin_license", "items_change", change),
        cell("admin_license", "decisions", decisions),
    )


def verdict(subject: Report, rule: str, scope: str = "admin_license") -> str:
    return check(subject, rule, scope).verdict


# ------------------------------------------------------------------------------- P1, P2


def documents(made: str, newly: str, total: str) -> Report:
    return report(
        cell("normative_docs", "made_this_year", made),
        cell("normative_docs", "newly_published_this_year", newly),
        cell("normative_docs", "published_total", total),
    )


def test_more_documents_published_than_made_is_only_doubted():
    found = check(documents("3", "5", "9"), "P1", "normative_docs")
    assert (found.verdict, found.expected, found.actual) == ("UNCERTAIN", "3", "5")
    assert found.message == (
        "“规范性文件”一行：本年新制作数量为 3，本年新公开数量为 5，后者大于前者；"
        "可能有正当理由，值得一看"
    )
    assert verdict(documents("5", "5", "9"), "P1", "normative_docs") == "PASS"


def test_more_documents_made_than_published_in_all_is_only_doubted():
    subject = documents("7", "2", "6")
    found = check(subject, "P2", "normative_docs/made_this_year")
    assert (found.verdict, found.expected, found.actual) == ("UNCERTAIN", "6", "7")
    assert verdict(subject, "P2", "normative_docs") == "PASS"


def test_what_is_only_likely_is_not_told_of_where_it_holds():
    scopes = [
        c.scope
        for c in rules.evaluate(documents("5", "2", "6"))
        if c.rule_id == "P2" and c.scope.startswith("normative_docs")
    ]
    assert scopes == ["normative_docs"]


# ----------------------------------------------------------------------------------- P3


@pytest.mark.parametrize(
    ("name", "kind", "level", "expected"),
    [
        ("甲省人民政府", "government", "province", "PASS"),
        ("甲市人民政府", "government", "city", "PASS"),
        ("甲市人民政府办公室", "government_office", "city", "PASS"),
        ("财政部", "department", "national", "PASS"),
        ("甲县人民政府", "government", "county", "UNCERTAIN"),
        ("甲省财政厅", "department", "province", "UNCERTAIN"),
        ("甲市财政局", "department", "city", "UNCERTAIN"),
        ("甲镇人民政府", "township", "township", "UNCERTAIN"),
        ("某局", "department", None, "NOT_ASSESSABLE"),
    ],
)
def test_rules_are_made_by_ministries_provinces_and_cities(name, kind, level, expected):
    subject = report(
        cell("rules", "made_this_year", "0"),
        cell("rules", "published_total", "2"),
        agency=Agency("a", name, kind, level, None),
    )
    assert verdict(subject, "P3", "rules") == expected


def test_rules_of_a_department_are_named_with_their_columns():
    subject = report(
        cell("rules", "issued_this_year", "1"),
        cell("rules", "repealed_this_year", "0"),
        cell("rules", "in_force", "4"),
        template="gk2021",
    )
    found = check(subject, "P3", "rules")
    assert (found.verdict, found.severity, found.actual) == (
        "UNCERTAIN",
        "odd",
        "1,0,4",
    )
    assert found.message.startswith("“规章”一行：本年制发件数 1、现行有效件数 4；")


def test_no_rules_are_fine_for_everybody_and_no_cells_prove_nothing():
    columns = ("made_this_year", "newly_published_this_year", "published_total")
    zeros = [cell("rules", column, "0") for column in columns]
    assert verdict(report(*zeros), "P3", "rules") == "PASS"
    assert verdict(report(), "P3", "rules") == "NOT_ASSESSABLE"
    found = check(report(*zeros[:2], cell("rules", columns[2], "")), "P3", "rules")
    assert (found.verdict, found.message) == (
        "NOT_ASSESSABLE",
        "“规章”一行没有都填写，填写的都是 0，无法核对",
    )


def test_no_decisions_on_no_items_are_no_misread_stock():
    assert verdict(power_list("10", "-10", "0"), "P8") == "PASS"
    assert verdict(power_list("21", "19", "40"), "P8") == "UNCERTAIN"


def test_an_average_above_the_most_is_written_in_full():
    found = check(
        report(
            cell("gov_procurement", "purchase_items", "10"),
            cell("gov_procurement", "purchase_amount", "50001万元"),
        ),
        "P7",
        "gov_procurement",
    )
    assert found.verdict == "UNCERTAIN"
    assert "每项平均 5000.1 万元" in found.message


def test_what_is_no_larger_is_not_said_to_agree():
    found = check(
        report(
            cell("normative_docs", "newly_published_this_year", "2"),
            cell("normative_docs", "published_total", "3"),
        ),
        "P2",
        "normative_docs",
    )
    assert (found.verdict, found.message) == (
        "PASS",
        "“规范性文件”一行：对外公开总数量为 3，本年新公开数量为 2，后者不大于前者",
    )


# --------------------------------------------------------------------------- P5, P6, P8


@pytest.mark.parametrize(
    ("stock", "change", "expected"),
    [
        ("580", "27067", "UNCERTAIN"),
        ("236", "346", "UNCERTAIN"),
        ("3015", "975", "PASS"),
        ("12", "-13", "UNCERTAIN"),
        ("12", "-12", "PASS"),
        ("0", "30", "PASS"),
        ("0", "10001", "UNCERTAIN"),
        ("20000", "10000", "PASS"),
        ("", "5", "NOT_ASSESSABLE"),
    ],
)
def test_a_power_list_does_not_change_by_more_than_it_was(stock, change, expected):
    assert verdict(power_list(stock, change), "P5") == expected


def test_a_change_by_cases_is_told_with_both_numbers():
    found = check(power_list("236", "346"), "P5", "admin_license")
    assert (found.expected, found.actual, found.severity) == ("236", "346", "odd")
    assert found.message == (
        "“行政许可”一行：上一年项目数量 236，本年增/减 346，增减大于原有项目，"
        "可能填的是办件数量"
    )


@pytest.mark.parametrize(
    ("stock", "change", "decisions", "expected"),
    [
        ("0", "0", "16", "UNCERTAIN"),
        ("5", "-5", "1", "UNCERTAIN"),
        ("5", "0", "16", "PASS"),
        ("0", "0", "0", "PASS"),
        ("0", "", "16", "NOT_ASSESSABLE"),
    ],
)
def test_decisions_need_items_to_decide_on(stock, change, decisions, expected):
    assert verdict(power_list(stock, change, decisions), "P6") == expected


@pytest.mark.parametrize(
    ("stock", "change", "decisions", "expected"),
    [
        ("21", "19", "40", "UNCERTAIN"),
        ("1168", "173", "1341", "UNCERTAIN"),
        ("22", "0", "22", "PASS"),
        ("22", "1", "24", "PASS"),
        ("22", "1", "", "NOT_ASSESSABLE"),
    ],
)
def test_decisions_that_restate_the_stock_are_doubted(
    stock, change, decisions, expected
):
    assert verdict(power_list(stock, change, decisions), "P8") == expected


# ----------------------------------------------------------------------------------- P7


@pytest.mark.parametrize(
    ("items", "amount", "expected", "said"),
    [
        ("544", "47212 万元", "PASS", "每项平均 86.79 万元"),
        ("22", "6118.32 万元", "PASS", "每项平均 278.1 万元"),
        ("1", "83.82万元", "PASS", "每项平均 83.82 万元"),
        ("4", "251000元", "PASS", "每项平均 6.275 万元"),
        ("2", "1.5亿元", "UNCERTAIN", "不在 0.1 至 5000 万元之间"),
        ("3", "251000万元", "UNCERTAIN", "可能以元为单位而标成了万元"),
        ("40", "200500万元", "UNCERTAIN", "可能以元为单位而标成了万元"),
        ("3", "251元", "UNCERTAIN", "可能以万元为单位而标成了元"),
        ("22", "256146", "NOT_ASSESSABLE", "没有写明金额的单位"),
        ("0", "5万元", "UNCERTAIN", "一项为 0 而另一项不为 0"),
        ("0", "0", "NOT_ASSESSABLE", "本年没有采购"),
        ("", "5万元", "NOT_ASSESSABLE", "没有都写明"),
    ],
)
def test_an_amount_per_purchase_is_plausible_in_its_unit(items, amount, expected, said):
    subject = report(
        cell("gov_procurement", "purchase_items", items),
        cell("gov_procurement", "purchase_amount", amount, None),
    )
    found = check(subject, "P7", "gov_procurement")
    assert (found.verdict, said in found.message) == (expected, True)


# ----------------------------------------------------------------------------------- K1


def test_fees_may_have_a_fraction_and_counts_may_not():
    subject = report(
        cell("admin_fees", "fee_amount", "1163.54", "wan_cny"),
        cell("admin_penalty", "decisions", "19.5"),
        cell("normative_docs", "in_force", "-1"),
        template="gk2021",
    )
    found = {c.scope: c.verdict for c in rules.evaluate(subject) if c.rule_id == "K1"}
    assert found == {
        "admin_penalty/decisions": "FAIL",
        "normative_docs/in_force": "FAIL",
    }
    fees = report(
        cell("admin_fees", "fee_amount", "1163.54", "wan_cny"), template="gk2021"
    )
    assert verdict(fees, "K1", "") == "PASS"


def test_a_fee_below_zero_is_no_fee():
    subject = report(
        cell("admin_fees", "fee_amount", "-3", "wan_cny"), template="gk2021"
    )
    found = check(subject, "K1", "admin_fees/fee_amount")
    assert (found.verdict, found.expected) == ("FAIL", "不小于 0 的数")
