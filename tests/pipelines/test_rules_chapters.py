"""The six chapters: all there, in order, numbered as the form numbers them."""

from archive.records import Agency, Chapter, Check, Report
from pipelines import rules

HEADINGS = (
    "一、总体情况",
    "二、主动公开政府信息情况",
    "三、收到和处理政府信息公开申请情况",
    "四、政府信息公开行政复议、行政诉讼情况",
    "五、存在的主要问题及改进情况",
    "六、其他需要报告的事项",
)


def checked(rule: str, chapters: list[tuple[int, str | None, str]]) -> Check:
    report = Report(
        "r",
        Agency("a", "甲县财政局", "department", "county", None),
        2020,
        "own_organ",
        "2020年政府信息公开工作年度报告",
        "gk2019",
        "extracted",
        tuple(Chapter(no, heading, text, text) for no, heading, text in chapters),
    )
    (found,) = [c for c in rules.evaluate(report) if c.rule_id == rule]
    return found


def form(**headings: str | None) -> list[tuple[int, str | None, str]]:
    """The six chapters, some with another heading (c5=…) or without one (None)."""
    return [
        (no, headings.get(f"c{no}", heading), "无。")
        for no, heading in enumerate(HEADINGS, 1)
    ]


def test_six_chapters_in_order_pass():
    found = checked("S1", [(0, None, "前言"), *form()])
    assert (found.verdict, found.scope, found.actual) == ("PASS", "", "1,2,3,4,5,6")


def test_an_absent_chapter_is_named_by_number_and_title():
    found = checked("S1", form()[:5])
    assert (found.verdict, found.severity) == ("FAIL", "fail")
    assert (found.expected, found.actual) == ("1,2,3,4,5,6", "1,2,3,4,5")
    assert found.message == "报告应有六章，没有第六章“其他需要报告的事项”"


def test_a_list_of_the_chapters_in_the_preamble_is_no_chapter():
    preamble = "本报告包括总体情况、其他需要报告的事项等六个部分。"
    assert checked("S1", [(0, None, preamble), *form()[:5]]).verdict == "FAIL"


def test_a_heading_hidden_in_running_text_makes_the_absence_uncertain():
    chapters = form()[:5]
    chapters[4] = (5, HEADINGS[4], "持续改进。六、其他需要报告的事项 无。")
    assert checked("S1", chapters).verdict == "UNCERTAIN"


def test_chapters_in_another_order_fail():
    chapters = form()
    chapters[4], chapters[5] = chapters[5], chapters[4]
    found = checked("S1", chapters)
    assert (found.verdict, found.actual) == ("FAIL", "1,2,3,4,6,5")


def test_without_any_heading_nothing_can_be_said():
    chapters: list[tuple[int, str | None, str]] = [(0, None, "全文")]
    assert checked("S1", chapters).verdict == "NOT_ASSESSABLE"
    assert checked("S2", chapters).verdict == "NOT_ASSESSABLE"


def test_arabic_numbers_are_odd_and_no_contradiction():
    found = checked("S2", form(c1="1、 总体情况", c5="5、 存在的主要问题及改进情况"))
    assert (found.verdict, found.severity) == ("UNCERTAIN", "odd")
    assert (found.expected, found.actual) == ("一二三四五六", "1二三四5六")
    assert "第一章“1、 总体情况”编号为“1”" in found.message


def test_a_heading_without_number_is_odd():
    found = checked("S2", form(c4="因政府信息公开被申请行政复议情况"))
    assert (found.verdict, found.actual) == ("UNCERTAIN", "一二三·五六")


def test_marks_of_markdown_and_word_are_not_part_of_a_heading():
    found = checked(
        "S2",
        form(
            c1="### 一、总体情况",
            c2="**二、主动公开政府信息情况**",
            c4="[bookmark: _GoBack]四、政府信息公开行政复议、行政诉讼情况",
            c6="第六部分 其他需要报告的事项",
        ),
    )
    assert found.verdict == "PASS"
