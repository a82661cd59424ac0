"""Headings are found by their words; rows of tables and lists are none."""

import pytest

from pipelines.chapters import heading, split
from pipelines.grid import Grid, GridCell, Line


def lines(*texts: str) -> list[Line]:
    return [Line(text, f"line {i}") for i, text in enumerate(texts, start=1)]


@pytest.mark.parametrize(
    ("line", "chapter"),
    [
        ("一、总体情况", 1),
        ("1、 总体情况", 1),
        ("### 三、收到和处理政府信息公开申请情况", 3),
        ("[bookmark: _GoBack]四、政府信息公开行政复议、行政诉讼情况", 4),
        ("四、因政府信息公开工作被申请行政复议、提起行政诉讼情况", 4),
        (" 五、存在的主要问题及改进情况", 5),
        ("第五部分 存在问题及改进措施", 5),
        ("六、其他需要报告的事项", 6),
        ("二．主动公开政府信息情况", 2),
        ("一、本年新收政府信息公开申请数量", None),
        ("四、结转下年度继续办理", None),
        ("三、 本年 度办 理结 果", None),
        ("1、推进决策公开", None),
        ("2、针对缺少专门信息管理维护人员问题，下一步将组织有关人员进行培训。", None),
        ("（一）主动公开情况", None),
        ("一是重视程度不够，工作衔接不顺。", None),
        ("2020年，莱州市共收到申请106件", None),
        ("三、" + "收到和处理政府信息公开申请情况" * 3, None),
    ],
)
def test_headings(line, chapter):
    found = heading(line)
    assert (found.chapter_no if found else None) == chapter


def test_body_keeps_tables_and_prose_does_not():
    table = Grid(
        "line 3", ((GridCell("规章", 0, ""), GridCell("0", 1, "")),), "规章\t0"
    )
    found = split([
        *lines("标题", "二、主动公开政府信息情况"), table,
        *lines("说明。", "六、其他需要报告的事项", "无。"),
    ])  # fmt: skip
    assert [(c.chapter_no, c.heading, c.text, c.prose) for c in found] == [
        (0, None, "标题", "标题"),
        (2, "二、主动公开政府信息情况", "规章\t0\n说明。", "说明。"),
        (6, "六、其他需要报告的事项", "无。", "无。"),
    ]


def test_chapters_never_go_back():
    found = split(
        lines("一、总体情况", "五、存在的主要问题及改进情况", "二、主动公开的问题")
    )
    assert [c.chapter_no for c in found] == [0, 1, 5]


def test_a_chapter_with_another_name_is_accepted_in_its_place():
    found = split(lines("四、行政复议和行政诉讼情况", "五、下一步工作打算", "加强。"))
    assert [(c.chapter_no, c.heading) for c in found[1:]] == [
        (4, "四、行政复议和行政诉讼情况"),
        (5, "五、下一步工作打算"),
    ]


def test_older_reports_are_numbered_as_printed():
    texts = ("一、概述", "二、主动公开情况", "三、收费及减免情况", "四、复议和诉讼情况")
    found = split(lines(*texts), official=False)
    assert [(c.chapter_no, c.heading) for c in found[1:]] == list(
        enumerate(texts, start=1)
    )
