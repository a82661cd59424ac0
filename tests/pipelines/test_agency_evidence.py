"""Reports whose title names nobody: what else on and around the page does."""

import pytest

from archive.records import PageContext
from pipelines import titles
from pipelines.evidence import agency_name, breadcrumb
from pipelines.extract.page import Page
from pipelines.grid import Line

NAMELESS = titles.parse("我局2023年政府信息公开工作年度报告")


def context(url: str = "http://a.example/", name: str | None = None) -> PageContext:
    return PageContext(url=url, captured_at="2024-01-31T08:00:00Z", source_name=name)


def page(*lines: str, frame: tuple[str, ...] = (), **meta: str) -> Page:
    return Page(
        blocks=tuple(Line(text, "") for text in lines),
        frame=tuple(Line(text, "") for text in frame),
        meta=meta,
    )


@pytest.mark.parametrize(
    ("shown", "name", "where"),
    [
        (page("一、总体情况", "莱州市财政局", "2024年1月18日"),
         "莱州市财政局", "signature block"),
        (page("一、总体情况", "莱州市财政局 2024年1月18日"),
         "莱州市财政局", "signature block"),
        (page("本报告由莱州市财政局编制。"), "莱州市财政局", "preamble (compiled by)"),
        (page("2023年，莱州市财政局坚持以人民为中心，推进公开。"),
         "莱州市财政局", "first sentences"),
        (page(contentsource="莱州市财政局"), "莱州市财政局", "meta ContentSource"),
        (page(frame=("当前位置：首页 > 政府信息公开 > 市财政局 > 年报",)),
         "市财政局", "breadcrumb"),
        (page(columnname="莱州市财政局"), "莱州市财政局", "meta ColumnName"),
        (page(sitename="莱州市财政局门户网站"), "莱州市财政局", "meta SiteName"),
    ],
    ids=["signature", "signature in one line", "preamble", "sentence", "source",
         "breadcrumb", "column", "site"],
)  # fmt: skip
def test_the_organ_is_named_elsewhere(shown, name, where):
    assert NAMELESS is not None
    assert NAMELESS.agency == ""
    assert agency_name(shown, NAMELESS, context()) == (name, where)


def test_the_host_of_a_department_names_it():
    url = "https://czj.taian.gov.cn/2024/1.html"
    assert agency_name(page(), NAMELESS, context(url)) == ("财政局", "host (czj)")


def test_the_portal_of_a_department_names_it():
    found = agency_name(page(), NAMELESS, context(name="沭阳县发展和改革局"))
    assert found == ("沭阳县发展和改革局", "portal")


@pytest.mark.parametrize(
    "shown",
    [
        page(sitename="莱州市人民政府"),
        page(columnname="政府信息公开年报"),
        page(frame=("首页 > 莱州市人民政府 > 政府信息公开 > 年报",)),
        page("2023年，全局上下认真落实各项要求。"),
    ],
    ids=["site", "column", "breadcrumb", "sentence"],
)
def test_a_portal_of_a_government_does_not_make_a_report_its_own(shown):
    name, _ = agency_name(shown, NAMELESS, context(name="莱州市人民政府"))
    assert name == ""


def test_a_breadcrumb_is_a_line_with_a_home_and_two_steps():
    line = "您当前的位置：首页>政府信息公开>法定主动公开内容"
    assert breadcrumb(page(frame=(line,))) == [
        "首页", "政府信息公开", "法定主动公开内容",
    ]  # fmt: skip
    assert breadcrumb(page(frame=("上一篇 > 下一篇", "字号 大/中/小"))) == []
