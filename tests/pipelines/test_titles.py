"""Titles say whose report of which year, and what is no report."""

import pytest

from pipelines.titles import excluded, parse


@pytest.mark.parametrize(
    ("text", "agency", "year"),
    [
        ("山东省机关事务管理局 2020年政府信息公开工作年度报告",
         "山东省机关事务管理局", 2020),
        ("济宁市兖州区2020年政府信息公开工作年度报告", "济宁市兖州区", 2020),
        ("2019年上海市人民政府办公厅政府信息公开工作年度报告",
         "上海市人民政府办公厅", 2019),
        ("2018年武汉市政府信息公开工作年度报告", "武汉市", 2018),
        ("云林街道2019年度政府信息公开工作报告", "云林街道", 2019),
        ("长顺县广顺镇2023年度政府信息公开工作年度报告", "长顺县广顺镇", 2023),
        ("宿迁市2017年政府信息公开年度报告", "宿迁市", 2017),
        ("舒兰市市场监督管理局2016年政务信息公开年度报告",
         "舒兰市市场监督管理局", 2016),
        ("高岭镇_2017年_政府信息公开工作年度报告", "高岭镇", 2017),
        ("二〇二〇年莱州市政府信息公开工作年度报告", "莱州市", 2020),
        ("莱州市二零二一年度政府信息公开工作情况报告", "莱州市", 2021),
        ("莱州市教育局政府信息公开工作年度报告（2020年度）", "莱州市教育局", 2020),
        ("２０２０年莱州市政府信息公开年报", "莱州市", 2020),
        ("《莱州市教育局2020年政府信息公开工作年度报告》", "莱州市教育局", 2020),
        ("莱州市教育局2020年政府信息公开工作年度报告.pdf", "莱州市教育局", 2020),
        ("知识产权局2013年政府信息公开工作年度报告_中国政府网", "知识产权局", 2013),
        ("2020年政府信息公开工作年度报告", "", 2020),
        ("政府信息公开年报", "", None),
        ("四平市公安局政府信息公开工作2021年度报告", "四平市公安局", 2021),
        ("2015年兴县人民政府信息公开年度报告", "兴县人民政府", 2015),
        ("缙云县三溪乡2018年度政务公开年度报告", "缙云县三溪乡", 2018),
        ("广东省生态环境厅关于报送2020年政府信息公开工作年度报告的函",
         "广东省生态环境厅", 2020),
        ("关于公布《莱州市教育局2020年政府信息公开工作年度报告》的公告",
         "莱州市教育局", 2020),
    ],
)  # fmt: skip
def test_title_of_a_report(text, agency, year):
    title = parse(text)
    assert title is not None
    assert (title.agency, title.year) == (agency, year)


def test_the_site_behind_a_title_is_left_out():
    title = parse("沭阳县发展和改革局 2023年政府信息公开年度报告-沭阳县发改局")
    assert title.text == "沭阳县发展和改革局2023年政府信息公开年度报告"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("关于做好2025年政府信息公开工作年度报告编制和发布工作的通知", "circular"),
        ("国务院办公厅政府信息与政务公开办公室关于印发政府信息公开工作年度报告格式的通知",
         "circular"),
        ("莱州市2020年政府网站工作年度报表", "website_report"),
        ("莱州市2020年度法治政府建设年度报告", "law_report"),
        ("一图读懂莱州市2020年政府信息公开工作年度报告", "explainer"),
        ("《莱州市2020年政府信息公开工作年度报告》解读", "explainer"),
        ("莱州市2020年上半年政府信息公开工作情况报告", "other"),
        ("莱州市政府信息公开指南", "other"),
    ],
)  # fmt: skip
def test_titles_of_other_documents_are_excluded_first(text, kind):
    assert excluded(text)[0] == kind
    assert parse(text) is None


@pytest.mark.parametrize(
    "text",
    ["", "政府信息公开", "莱州市2020年政府工作报告", "关于信息公开",
     "全年认真贯彻条例，按要求编制了2020年政府信息公开工作年度报告，" * 4],
)  # fmt: skip
def test_other_lines_are_no_titles(text):
    assert parse(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "文字解读：济南市历下区大明湖街道办事处2022年政府信息公开工作年度报告",
        "关于报送2020年政府信息公开工作年度报告的通知要求解读",
        "关于报送2020年政府网站工作年度报表的函",
        "国办公开办函〔2021〕30号",
    ],
)
def test_letters_and_explainers_of_other_things_stay_excluded(text):
    assert excluded(text) is not None
    assert parse(text) is None
