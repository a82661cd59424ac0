"""Findings on prose quote the words, and say where they stand (X1, X5–X7)."""

import pytest

from archive.records import Agency, Cell, Chapter, Check, Report
from pipelines import rules
from pipelines.rules.prose.place import find
from tests.eval import prose as evaluation

OFFICE = Agency("a", "甲市财政局", "department", "city", None)
CITY = Agency("a", "甲市人民政府", "government", "city", None)


def count(row: str, column: str, value: int, table: str = "requests") -> Cell:
    state = "number" if value else "zero"
    return Cell(table, row, column, str(value), value, "count", state)


def report(text: str, *cells: Cell, chapter: int = 1, whole: bool = False) -> Report:
    heading = "一、总体情况" if chapter else None
    return Report(
        "r",
        CITY if whole else OFFICE,
        2020,
        "government_aggregate" if whole else "own_organ",
        "2020年政府信息公开工作年度报告",
        "gk2019",
        "extracted",
        (Chapter(chapter, heading, text, text),),
        cells,
    )


def check(subject: Report, rule: str) -> Check:
    (found,) = [c for c in rules.evaluate(subject) if c.rule_id == rule]
    return found


# ------------------------------------------------------------------------------- places


def test_the_place_of_a_quotation_counts_characters_of_the_published_text():
    text = "（二）依申请公开。\n2020年，\n我局共收到 政府信息\n公开申请 ４０ 件。"
    found = check(report(text, count("new_received", "total", 30)), "X1")
    assert found.verdict == "FAIL"
    assert "“我局共收到政府信息公开申请40件”" in found.message
    assert found.place == "1:17-37"
    assert text[17:37] == "我局共收到 政府信息\n公开申请 ４０ 件"


def test_agreement_needs_no_place():
    found = check(
        report("我局共收到政府信息公开申请30件。", count("new_received", "total", 30)),
        "X1",
    )
    assert (found.verdict, found.place) == ("PASS", None)


@pytest.mark.parametrize(
    ("text", "quote", "expected"),
    [
        ("共收到１０件", "10件", (3, 6)),
        ("**收到**\n十件，", "收到十件", (2, 9)),
        ("㈠收到", "(一)", (0, 1)),
        ("收到", "答复", None),
        ("收到", "", None),
    ],
)
def test_width_and_whitespace_do_not_hide_a_quotation(text, quote, expected):
    assert find(text, quote) == expected


# ------------------------------------------------------------------------ X1: the parts


def test_a_whole_and_the_parts_that_make_it_are_told_together():
    subject = report(
        "全市受理依申请公开92件，其中市政府受理依申请公开20件，均已答复；"
        "各部门受理依申请公开72件。",
        count("new_received", "total", 92),
        whole=True,
    )
    found = check(subject, "X1")
    assert (found.verdict, found.actual) == ("PASS", "92")
    assert found.message.endswith("文字的 92 与表相符（92 = 20 + 72）")


# ----------------------------------------------------------------------------------- X5


def test_documents_issued_are_held_against_the_table_of_their_generation():
    subject = report(
        "2020年，我局制定行政规范性文件9件。",
        count("normative_docs", "made_this_year", 6, "proactive"),
        count("normative_docs", "newly_published_this_year", 5, "proactive"),
        count("normative_docs", "published_total", 40, "proactive"),
    )
    found = check(subject, "X5")
    assert (found.verdict, found.expected, found.actual) == ("FAIL", "6", "9")
    assert found.message == (
        "“一、总体情况”写道“我局制定行政规范性文件9件”，"
        "表中“规范性文件”本年新制作数量为 6；文字的 9 与表不符"
    )


def test_documents_as_many_as_are_in_force_are_only_doubted():
    subject = report(
        "2020年，我局制定行政规范性文件40件。",
        count("normative_docs", "made_this_year", 6, "proactive"),
        count("normative_docs", "published_total", 40, "proactive"),
    )
    assert check(subject, "X5").verdict == "UNCERTAIN"


# ----------------------------------------------------------------------------------- X6


def test_a_list_with_a_rest_that_misses_the_whole_is_told_with_its_sum():
    text = "全年公开信息500条，其中政策文件120条，财政信息80条，其他信息200条。"
    found = check(report(text), "X6")
    assert (found.verdict, found.expected, found.actual) == ("FAIL", "500", "400")
    assert found.message == (
        "“一、总体情况”写道“全年公开信息500条，其中政策文件120条，财政信息80条，"
        "其他信息200条”，分项 120 + 80 + 200 = 400，相差 100"
    )
    assert found.place == "1:0-38"
    assert text[0:38] == text[:-1]


def test_a_list_that_may_be_open_contradicts_nothing():
    found = check(report("公开信息500条，其中政策文件120条，财政信息80条。"), "X6")
    assert found.verdict == "NOT_ASSESSABLE"


def test_a_list_in_a_sentence_of_its_own_can_confirm_and_never_contradicts():
    text = "公开信息90条。全年公开政策30条，规划20条，其他信息{}条。"
    assert check(report(text.format(40)), "X6").verdict == "PASS"
    assert check(report(text.format(30)), "X6").verdict == "NOT_ASSESSABLE"


def test_outcomes_of_cases_are_no_list_of_parts():
    text = "行政复议351件，其中结果维持72件，结果纠正64件，其他结果178件。"
    assert check(report(text), "X6").verdict == "NOT_ASSESSABLE"


def test_a_difference_to_last_year_is_no_whole():
    text = "申请106件，总数较去年增加23件，其中，信函申请79件，网上申请27件。"
    found = check(report(text), "X6")
    assert (found.verdict, found.expected) == ("PASS", "106")


# ----------------------------------------------------------------------------------- X7


def test_the_period_of_another_year_is_quoted():
    text = "本报告所列数据的统计期限自2019年1月1日起至2019年12月31日止。"
    found = check(report(text, chapter=0), "X7")
    assert (found.verdict, found.expected, found.actual) == ("FAIL", "2020", "2019")
    assert found.message == (
        "报告开头写道“本报告所列数据的统计期限自2019年1月1日起至2019年12月31日”，"
        "而报告年度是 2020 年，可能沿用了以前的文字"
    )


@pytest.mark.parametrize(
    "text",
    [
        "统计期限为2020年1月1日至12月31日。申请较2019年增加3件。",
        "条例自2019年5月15日起施行。",
        "依据国办公开办函〔2019〕60号编制。",
        "报告中所列数据的统计期限为2018年11日至2018年1231日。",
        "项目执行期为2019年1月1日至2019年12月31日。",
    ],
)
def test_years_of_laws_projects_and_comparisons_are_no_copy_of_last_year(text):
    assert check(report(text, chapter=0), "X7").verdict in ("PASS", "NOT_ASSESSABLE")


def test_one_old_year_at_the_head_beside_the_right_one_is_only_doubted():
    text = "2019年，我局扎实推进政务公开工作。2020年，我局开展主动公开。"
    assert check(report(text), "X7").verdict == "UNCERTAIN"


# ------------------------------------------------------------------- the labelled set


@pytest.fixture(scope="module")
def judged() -> list[evaluation.Judged]:
    return list(evaluation.judged())


def test_the_set_has_120_sentences_of_which_60_contradict_their_table(judged):
    texts = {(row.text, row.rule) for row in judged}
    assert len({text for text, _ in texts}) >= 120
    assert len({row.text for row in judged if row.truth == "differs"}) >= 60


def test_precision_is_at_least_98_and_recall_at_least_85_percent(judged):
    total = evaluation.score(judged)
    assert total.precision >= 0.98
    assert total.recall >= 0.85


@pytest.mark.parametrize("rule", evaluation.RULES)
def test_every_rule_alone_finds_most_contradictions_and_invents_none(judged, rule):
    alone = evaluation.score([row for row in judged if row.rule == rule])
    assert alone.failed == alone.hits
    assert alone.recall >= 0.85
