"""This year's report against last year's: Y1 to Y6, and when they say nothing."""

from dataclasses import replace

import pytest

from archive.filings import Known
from tests.pipelines.filed import BUREAU, CITY, checks, filing, verdicts

COLUMNS = (
    "natural_person",
    "business",
    "research",
    "public_interest_org",
    "legal_service",
    "other_org",
    "total",
)


def carried(row, *numbers):
    return dict(zip((f"requests/{row}/{c}" for c in COLUMNS), numbers, strict=True))


def test_what_is_carried_in_equals_what_last_year_carried_out():
    before = filing(2022, carried("carried_out", 5, 0, 0, 0, 0, 0, 5))
    now = filing(2023, carried("carried_in", 5, 0, 0, 0, 0, 0, 5))
    assert verdicts("Y1", now, before=before) == [
        ("natural_person", "PASS", "5", "5"),
        ("business", "PASS", "0", "0"),
        ("research", "PASS", "0", "0"),
        ("public_interest_org", "PASS", "0", "0"),
        ("legal_service", "PASS", "0", "0"),
        ("other_org", "PASS", "0", "0"),
        ("total", "PASS", "5", "5"),
    ]


def test_a_broken_carry_over_names_both_years_and_both_rows():
    before = filing(2022, carried("carried_out", 5, 0, 0, 0, 0, 0, 5))
    now = filing(2023, carried("carried_in", 3, 0, 0, 0, 0, 0, 3))
    found = checks("Y1", now, before=before)
    assert [(c.scope, c.verdict) for c in found if c.verdict != "PASS"] == [
        ("natural_person", "FAIL"),
        ("total", "FAIL"),
    ]
    assert found[0].message == (
        "自然人列：2022 年“四、结转下年度继续办理” 5，"
        "2023 年“二、上年结转政府信息公开申请数量” 3，相差 2"
    )
    assert found[0].origin == "report"


def test_carry_over_is_compared_across_the_two_forms():
    before = filing(2020, {"requests/carried_out/total": 4}, template="gk2019")
    now = filing(2021, {"requests/carried_in/total": 4})
    assert ("total", "PASS", "4", "4") in verdicts("Y1", now, before=before)


@pytest.mark.parametrize("blank", ["", "不适用"])
def test_a_blank_or_a_word_on_one_side_is_no_pass_and_no_failure(blank):
    before = filing(2022, {"requests/carried_out/total": blank})
    now = filing(2023, {"requests/carried_in/total": 0})
    assert verdicts("Y1", now, before=before)[-1] == (
        "total", "NOT_ASSESSABLE", None, None
    )  # fmt: skip


def test_a_cell_that_was_not_simply_read_makes_a_break_a_doubt():
    before = filing(2022, {"requests/carried_out/total": (5, "ocr")})
    now = filing(2023, {"requests/carried_in/total": 6})
    found = checks("Y1", now, before=before)[-1]
    assert (found.verdict, found.origin) == ("UNCERTAIN", "reading")
    assert found.message.endswith("可能是误读，请对照原件")


def test_without_last_years_report_there_is_one_finding_that_says_so():
    now = filing(2023, {"requests/carried_in/total": 6})
    found = checks("Y1", now)
    assert [(c.scope, c.verdict, c.message) for c in found] == [
        ("", "NOT_ASSESSABLE", "没有收到 2022 年报告，无法核对")
    ]


def test_a_changed_scope_stops_the_rules_between_years():
    before = filing(2022, {"requests/carried_out/total": 5}, CITY, scope="own_organ")
    now = filing(2023, {"requests/carried_in/total": 9}, CITY)
    found = checks("Y1", now, before=before)
    assert [(c.verdict, c.message) for c in found] == [
        (
            "NOT_ASSESSABLE",
            "2022 年报告的口径是本机关，2023 年是全辖区汇总，不可比",
        )
    ]


def test_a_body_of_the_same_line_that_stopped_reporting_may_have_been_merged_in():
    gone = Known("370683-dept-2", "莱州市教育体育局", "370683", "education", 2019, 2022)
    before = filing(2022, {"requests/carried_out/total": 5})
    now = filing(2023, {"requests/carried_in/total": 9})
    found = checks("Y1", now, before=before, related=[gone])
    assert [(c.verdict, c.message) for c in found] == [
        (
            "NOT_ASSESSABLE",
            "同一职能条线的莱州市教育体育局报告到 2022 年为止，"
            "可能已并入莱州市教育局，不可比",
        )
    ]
    still = replace(gone, last=2024)
    assert checks("Y1", now, before=before, related=[still])[-1].verdict == "FAIL"


@pytest.mark.parametrize(
    ("year", "verdict"), [(2020, "NOT_ASSESSABLE"), (2023, "FAIL")]
)
def test_a_merged_county_is_not_compared_with_itself_before(year, verdict):
    # 蓬莱区 370614 was made of 蓬莱市 and 长岛县 in 2020
    penglai = replace(BUREAU, agency_id="370614-dept-1", adcode="370614", family=None)
    before = filing(year - 1, {"requests/carried_out/total": 5}, penglai)
    now = filing(year, {"requests/carried_in/total": 9}, penglai)
    assert checks("Y1", now, before=before)[-1].verdict == verdict


def test_a_reform_that_merged_bodies_makes_a_break_a_doubt():
    # bodies for poverty relief went into those for agriculture
    farming = replace(BUREAU, name="莱州市农业农村局", family="agriculture")
    before = filing(2022, {"requests/carried_out/total": 5}, farming)
    now = filing(2023, {"requests/carried_in/total": 9}, farming)
    found = checks("Y1", now, before=before)[-1]
    assert (found.verdict, found.message[-19:]) == (
        "UNCERTAIN", "2023 年有机构改革，可能有机构并入",
    )  # fmt: skip


DOCS = "proactive/normative_docs/"


@pytest.mark.parametrize(("in_force", "verdict"), [(14, "PASS"), (15, "UNCERTAIN")])
def test_documents_in_force_follow_from_last_year_issued_and_repealed(
    in_force, verdict
):
    before = filing(2022, {DOCS + "in_force": 10})
    now = filing(
        2023,
        {
            DOCS + "in_force": in_force,
            DOCS + "issued_this_year": 6,
            DOCS + "repealed_this_year": 2,
        },
    )
    found = checks("Y2", now, before=before)[-1]
    assert (found.scope, found.verdict) == ("normative_docs", verdict)
    assert (found.expected, found.actual) == ("14", str(in_force))
    assert found.message.startswith(
        "“规范性文件”一行：2022 年“现行有效件数” 10，"
        "2023 年“本年制发件数” 6 减 “本年废止件数” 2，合计 4，"
    )


def test_stocks_of_the_two_forms_are_not_comparable():
    before = filing(2020, {DOCS + "published_total": 10}, template="gk2019")
    now = filing(2021, {DOCS + "in_force": 3, DOCS + "issued_this_year": 1})
    found = checks("Y2", now, before=before)[-1]
    assert found.verdict == "NOT_ASSESSABLE"
    assert "口径不可比" in found.message


def test_items_of_the_previous_year_are_last_years_with_their_change():
    row = "proactive/admin_license/"
    before = filing(
        2019,
        {row + "items_prev_year": 40, row + "items_change": -3},
        template="gk2019",
    )
    for printed, verdict in ((37, "PASS"), (40, "FAIL")):
        now = filing(2020, {row + "items_prev_year": printed}, template="gk2019")
        assert verdicts("Y3", now, before=before)[0] == (
            "admin_license", verdict, "37", str(printed)
        )  # fmt: skip


def test_documents_published_in_all_grow_by_those_newly_published():
    before = filing(2019, {DOCS + "published_total": 30}, template="gk2019")
    now = filing(
        2020,
        {DOCS + "published_total": 40, DOCS + "newly_published_this_year": 4},
        template="gk2019",
    )
    assert verdicts("Y4", now, before=before)[-1] == (
        "normative_docs", "UNCERTAIN", "34", "40"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("pending", "decided", "verdict"),
    [(4, 0, "PASS"), (20, 10, "PASS"), (20, 9, "UNCERTAIN")],
)
def test_far_fewer_decisions_than_cases_pending_are_worth_a_look(
    pending, decided, verdict
):
    row = "review_litigation/reconsideration/"
    before = filing(2022, {row + "pending": pending})
    now = filing(
        2023,
        {row + "upheld": decided, row + "corrected": 0, row + "other_result": 0},
    )
    assert verdicts("Y5", now, before=before)[0] == (
        "reconsideration", verdict, str(pending), str(decided)
    )  # fmt: skip


# ----------------------------------------------------------------- growth as it is told


def asked(year, new, carried_in=0):
    return filing(
        year,
        {
            "requests/new_received/total": new,
            "requests/carried_in/total": carried_in,
        },
        CITY,
    )


@pytest.mark.parametrize(
    ("prose", "verdict", "told"),
    [
        ("全市共收到信息公开申请件106件，总数较去年增加23件。", "PASS", "+23"),
        ("全市共收到政府信息公开申请106件，同比增长27.7%。", "PASS", "+27.7%"),
        ("全市共收到政府信息公开申请106件，较上年增加23件，增长28%。", "PASS", "+23"),
        ("全市共收到政府信息公开申请106件，较2022年增长27.71%。", "PASS", "+27.71%"),
        ("全市共收到政府信息公开申请106件，较上年增加13件。", "UNCERTAIN", "+13"),
        ("全市共收到政府信息公开申请106件，同比下降27.7%。", "UNCERTAIN", "-27.7%"),
        ("全市收到信息公开申请106件，较上年增加23件，增长17%。", "UNCERTAIN", "+17%"),
        # other years, other subjects and parts are left alone
        ("全市共收到政府信息公开申请106件，较2019年增加50件。", "NOT_ASSESSABLE", None),
        ("主动公开信息2000条，较去年增加23件。", "NOT_ASSESSABLE", None),
        ("教育局收到政府信息公开申请6件，较去年增加5件。", "NOT_ASSESSABLE", None),
        ("全市共收到政府信息公开申请106件。", "NOT_ASSESSABLE", None),
    ],
)  # fmt: skip
def test_growth_told_in_the_text_is_held_against_both_tables(prose, verdict, told):
    found = checks("Y6", asked(2023, 106), prose, before=asked(2022, 83))
    assert [(c.verdict, c.actual) for c in found] == [(verdict, told)]


def test_the_words_about_growth_are_quoted_with_their_place():
    prose = "全市共收到政府信息公开申请106件，较上年增加13件。"
    found = checks("Y6", asked(2023, 106), prose, before=asked(2022, 83))[0]
    assert found.message == (
        "“一、总体情况”写道“较上年增加13件”；两年表中新收总计为 2022 年 83、"
        "2023 年 106，+23（+27.7%），与文字不同，口径可能不一，值得一看"
    )
    assert found.place == "1:18-26"
