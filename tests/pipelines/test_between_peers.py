"""A government beside its members, authorities alike, versions, punctuality."""

from dataclasses import replace

import pytest

from archive.records import Agency
from archive.site.strings import strings
from pipelines.rules import between, labels
from pipelines.rules.between import peers, repetition
from pipelines.rules.between.repetition import Likeness
from pipelines.rules.between.spec import between_book
from tests.pipelines.filed import BUREAU, CITY, checks, filing, reading, verdicts

OFFICE = Agency(
    "370683-office", "莱州市人民政府办公室", "government_office", "county", "370683",
    parent_id="370683-gov",
)  # fmt: skip
NEW, TOTAL = "requests/new_received/natural_person", "requests/new_received/total"


def rule(rule_id):
    return next(s.test for s in between_book().specs if s.rule.rule_id == rule_id)


def test_an_aggregate_that_is_no_less_than_its_members_passes_once():
    members = [
        filing(2023, {NEW: 3, TOTAL: 3}),
        filing(2023, {NEW: 2, TOTAL: 2}, OFFICE),
    ]
    whole = filing(2023, {NEW: 5, TOTAL: 5}, CITY)
    assert verdicts("G1", whole, members=members) == [("", "PASS", None, None)]


def test_a_member_above_the_aggregate_is_named_with_its_cell():
    members = [
        filing(2023, {NEW: 3, TOTAL: 3}),
        filing(2023, {NEW: 9, TOTAL: 3}, OFFICE),
    ]
    whole = filing(2023, {NEW: 5, TOTAL: 5}, CITY)
    found = checks("G1", whole, members=members)
    assert [(c.scope, c.verdict, c.expected, c.actual, c.message) for c in found] == [
        (
            "new_received/natural_person",
            "FAIL",
            "9",
            "5",
            "2023 年“一、本年新收政府信息公开申请数量”的自然人："
            "莱州市人民政府汇总为 5，小于其成员莱州市人民政府办公室 9",
        )
    ]


def test_a_blank_of_the_aggregate_is_not_smaller_than_anything():
    whole = filing(2023, {NEW: "", TOTAL: 5}, CITY)
    members = [filing(2023, {NEW: 3, TOTAL: 3})]
    assert verdicts("G1", whole, members=members) == [("", "PASS", None, None)]


def test_several_members_above_the_whole_mean_that_it_may_be_no_aggregate():
    members = [filing(2023, {TOTAL: 6}), filing(2023, {TOTAL: 7}, OFFICE)]
    whole = filing(2023, {TOTAL: 5}, CITY)
    found = checks("G1", whole, members=members)
    assert [(c.scope, c.verdict, c.actual) for c in found] == [
        ("new_received/total", "UNCERTAIN", "5")
    ]
    assert found[0].message.endswith("可能只含政府本级")


def test_members_on_the_older_form_are_compared_by_the_crosswalk():
    old = filing(2021, {"requests/granted/total": 8}, template="gk2019")
    whole = filing(2021, {"requests/granted/total": 5}, CITY)
    assert verdicts("G1", whole, members=[old]) == [("granted/total", "FAIL", "8", "5")]


def test_without_members_nothing_is_said_of_an_aggregate():
    whole = filing(2023, {TOTAL: 5}, CITY)
    assert verdicts("G1", whole) == [("", "NOT_ASSESSABLE", None, None)]
    assert verdicts("G2", whole) == [("", "NOT_ASSESSABLE", None, None)]


def test_an_own_report_is_no_aggregate():
    assert verdicts("G1", filing(2023, {TOTAL: 5}, OFFICE)) == []


def test_a_sum_of_some_members_is_a_difference_of_coverage():
    whole = filing(2023, {TOTAL: 12}, CITY)
    found = checks("G2", whole, members=[filing(2023, {TOTAL: 5})], known=4)[0]
    assert (found.verdict, found.severity) == ("NOT_ASSESSABLE", "note")
    assert (found.expected, found.actual) == ("5", "12")
    assert found.message == (
        "2023 年“一、本年新收政府信息公开申请数量”的总计：莱州市人民政府为 12，"
        "各成员合计 5；收到 1 个成员机关的报告（已知 4 个）；1 格中 0 格相符，"
        "1 格成员之和较小，0 格成员之和较大：差额来自尚未收到的成员报告，"
        "或未单独报告的成员，不是错误"
    )


@pytest.mark.parametrize(
    ("office", "verdict"), [(7, "PASS"), (6, "UNCERTAIN"), (8, "UNCERTAIN")]
)
def test_with_all_known_members_the_sum_is_held_against_the_whole(office, verdict):
    members = [filing(2023, {TOTAL: 5}), filing(2023, {TOTAL: office}, OFFICE)]
    whole = filing(2023, {TOTAL: 12}, CITY)
    found = checks("G2", whole, members=members, known=2)[0]
    assert (found.verdict, found.expected) == (verdict, str(5 + office))
    assert ("互相矛盾" in found.message) is (office == 8)


def test_sums_over_members_keep_count_of_who_filled_the_cell():
    members = [
        filing(2023, {NEW: 3, TOTAL: 3}),
        filing(2023, {NEW: "", TOTAL: 4}, OFFICE),
    ]
    whole = filing(2023, {NEW: 3, TOTAL: 5, "requests/granted/total": 0}, CITY)
    company = between.Company(whole, reading(whole), None, members, 6)
    assert [
        (f"{t.row_code}/{t.col_code}", t.value, t.members_sum, t.difference, t.state)
        for t in between.evaluate(company).totals
    ] == [
        ("new_received/natural_person", 3.0, 3.0, 0.0, "agrees"),
        ("new_received/total", 5.0, 7.0, -2.0, "exceeds"),
    ]
    assert [
        (t.members_filled, t.members_found, t.members_known)
        for t in between.evaluate(company).totals
    ] == [
        (1, 2, 6),
        (2, 2, 6),
    ]


# ------------------------------------------------------------------------ same numbers


def many(year, **changed):
    numbers = {f"requests/row{n}/total": n for n in range(1, 12)}
    return filing(year, numbers | changed)


def test_equal_numbers_have_an_equal_digest_whatever_is_zero_or_blank():
    test = rule("G3")
    one = peers.vector(test, many(2023))
    other = many(2023, **{"requests/zero/total": 0, "requests/blank/total": ""})
    assert one == peers.vector(test, other)
    assert one != peers.vector(test, many(2023, **{"requests/row1/total": 2}))


def test_a_few_numbers_are_too_few_to_wonder_at():
    few = filing(2023, {f"requests/row{n}/total": n for n in range(1, 10)})
    ones = filing(2023, {f"requests/row{n}/total": 1 for n in range(1, 30)})
    assert peers.vector(rule("G3"), few) is None
    assert peers.vector(rule("G3"), ones) is None


@pytest.mark.parametrize(
    ("known", "others", "verdict"),
    [
        (False, [], "NOT_ASSESSABLE"),
        (True, [], "PASS"),
        (True, [("莱州市财政局", False)], "UNCERTAIN"),
    ],
)
def test_an_authority_with_the_same_numbers_is_named(known, others, verdict):
    found = peers.identical(rule("G3"), 2023, known, others)
    assert (found.verdict, found.actual) == (verdict, others[0][0] if others else None)


# ------------------------------------------------------------- versions, repeated text


@pytest.mark.parametrize(
    ("changes", "verdict", "actual"), [(0, "PASS", "1"), (2, "UNCERTAIN", "3")]
)
def test_replaced_figures_are_noted(changes, verdict, actual):
    filed = filing(2023, {TOTAL: 1}, n_versions=4, figure_changes=changes)
    assert verdicts("G5", filed) == [("", verdict, "1", actual)]


def test_a_chapter_that_repeats_last_year_is_worth_a_look():
    like = [Likeness(1, 2022, 0.9), Likeness(5, 2022, 0.97)]
    found = repetition.repeated(rule("Y7"), True, like)
    assert (found.verdict, found.actual) == ("UNCERTAIN", "0.97")
    assert (
        found.message
        == "第五章与 2022 年报告相似度 0.97（数字不计），内容雷同，值得一看"
    )
    assert repetition.repeated(rule("Y7"), True, like[:1]).verdict == "PASS"
    assert repetition.repeated(rule("Y7"), True, []).verdict == "NOT_ASSESSABLE"


def test_a_fifth_chapter_like_no_other_passes_only_where_it_was_measured():
    assert repetition.repeated(rule("G4"), True, []).verdict == "PASS"
    assert repetition.repeated(rule("G4"), False, []).verdict == "NOT_ASSESSABLE"
    like = [Likeness(5, "莱州市财政局", 0.8)]
    assert repetition.repeated(rule("G4"), True, like).verdict == "UNCERTAIN"


# -------------------------------------------------------------------------- punctuality

DATED = {"due_on": "2024-01-31", "published_on_source": "visible"}


@pytest.mark.parametrize(
    ("more", "verdict", "actual"),
    [
        ({"published_on": "2024-01-31"}, "PASS", "2024-01-31"),
        ({"published_on": "2024-02-01"}, "FAIL", "2024-02-01"),
        ({}, "NOT_ASSESSABLE", None),
        # an address proves nothing, a capture does
        ({"published_on": "2024-02-09", "published_on_source": "url"},
         "NOT_ASSESSABLE", "2024-02-09"),
        ({"published_on": "2024-02-09", "first_captured_at": "2024-01-20T03:00:00Z"},
         "PASS", "2024-01-20"),
        ({"first_captured_at": "2024-01-31T17:00:00Z"}, "NOT_ASSESSABLE", None),
        # a later version, a rebuilt site
        ({"published_on": "2024-02-09", "n_versions": 2}, "UNCERTAIN", "2024-02-09"),
        ({"published_on": "2026-02-09"}, "UNCERTAIN", "2026-02-09"),
        ({"due_on": None}, "NOT_ASSESSABLE", None),
    ],
)  # fmt: skip
def test_lateness_rests_on_a_date_that_can_be_believed(more, verdict, actual):
    found = checks("D1", filing(2023, {}, **(DATED | more)))
    assert [(c.verdict, c.actual) for c in found] == [(verdict, actual)]


def test_for_a_township_the_date_is_local_practice():
    town = replace(BUREAU, kind="township", level="township")
    filed = filing(2023, {}, town, published_on="2024-02-09", **DATED)
    found = checks("D1", filed)[0]
    assert found.verdict == "UNCERTAIN"
    assert found.message == (
        "当地惯例期限 2024-01-31，2024-02-09 公布（据页面所示日期），逾期 9 天；"
        "条例没有规定乡镇、街道的期限"
    )


@pytest.mark.parametrize(
    "code", ["meta_pubdate", "visible", "info_card", "list", "url"]
)
def test_messages_call_the_source_of_a_date_as_the_site_does(code):
    """Codes as `test_dates` has them; the site adds a remark to some."""
    shown = strings()[f"date_source.{code}"]["zh"]
    assert shown.startswith(labels.date_source(code))
