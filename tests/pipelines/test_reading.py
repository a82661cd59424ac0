"""Reading is total: every document gives a verdict, and a reason when no report."""

import random
import zipfile
from dataclasses import replace

import pytest

from archive.records import PageContext
from pipelines.explain import render
from pipelines.reading import extractor_version, read
from tests.pipelines import printed_form as form

CONTEXT = PageContext(url="http://a.example/b", captured_at="2026-01-31T08:00:00Z")
VALUES = form.invented()
TABLES = [
    form.table(rows)
    for rows in (form.proactive(VALUES), form.requests(VALUES), form.review(VALUES))
]
TITLE = "莱州市教育局2020年政府信息公开工作年度报告"
PAGE = form.page(TABLES)


def page(content: str, title: str = TITLE) -> bytes:
    return f"<html><body><h1>{title}</h1>{content}</body></html>".encode()


def test_a_report_is_read_as_a_whole():
    extraction = read(PAGE.encode(), CONTEXT)
    report = extraction.report
    assert (extraction.form, extraction.charset) == ("html", "utf-8")
    assert extraction.verdict.reason == "3 tables of the form, 6 chapters"
    assert extraction.error is None
    assert report.report_id.startswith("370683-dept-")
    assert report.report_id.endswith("-2020")
    assert (report.title, report.report_year) == (TITLE, 2020)
    assert (report.agency.name, report.scope) == ("莱州市教育局", "own_organ")
    assert (report.published_on, report.published_on_source) == (
        "2021-01-20", "visible",
    )  # fmt: skip
    assert (report.due_on, report.days_late) == ("2021-01-31", -11)


def test_reading_twice_gives_the_same():
    assert read(PAGE.encode(), CONTEXT) == read(PAGE.encode(), CONTEXT)


def test_a_date_in_the_address_calls_no_report_late():
    context = replace(CONTEXT, url="http://a.example/202305/t20230501_1.html")
    report = read(PAGE.replace("发布日期：2021-01-20", "").encode(), context).report
    assert (report.published_on, report.published_on_source) == ("2023-05-01", "url")
    assert report.days_late is None


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", "the file is empty"),
        (b" \r\n\t ", "the file holds white space only"),
        (b"%PDF-1.7\n%...", "the file is cut off: it does not end with %%EOF"),
        (b"\xff\xd8\xff\xe0" + bytes(99), "picture"),
        (b"PK\x03\x04" + bytes(99), "the ZIP file is no whole ZIP package"),
        (random.Random(7).randbytes(3000), "application/octet-stream"),
        (PAGE.encode()[: len(PAGE) // 2], "the page is cut off"),
        (page("<div>" * 2500 + TABLES[0]), "levels are read"),
        (b"<html>" + b"a" * 6_000_000, "no more than 5000000 are parsed"),
    ],
)
def test_what_cannot_be_read_says_why(data, error):
    extraction = read(data, CONTEXT)
    assert extraction.report is None
    assert error in extraction.error
    assert error in extraction.verdict.reason
    assert extraction.verdict.kind == "other"


@pytest.mark.parametrize(
    ("data", "kind", "reason"),
    [
        (page("<img src='a.jpg'>"), "explainer", "1 pictures, no chapters or tables"),
        (page(PAGE, "一图读懂莱州市2020年政府信息公开工作年度报告"), "explainer",
         "title"),
        (page(PAGE, "关于做好2020年政府信息公开工作年度报告编制工作的通知"), "circular",
         "title"),
        (page("<p>一、总体情况</p>", "莱州市2020年政府网站工作年度报表"),
         "website_report", "title"),
        (page("<p>一、总体情况</p>", "莱州市2020年法治政府建设年度报告"), "law_report",
         "title"),
        (page("".join(f"<a href='/{y}'>{TITLE.replace('2020', str(y))}</a>"
                      for y in range(2015, 2021)), "政府信息公开年报"),
         "list", "6 links"),
        (page("<a href='a.pdf'>附件</a>"), "other", "1 attachments"),
        (page("<p>正文</p>"), "other", "0 chapters and no tables"),
        ("今天天气很好。".encode(), "other", "no title of a report"),
    ],
)  # fmt: skip
def test_the_title_alone_makes_no_report(data, kind, reason):
    verdict = read(data, CONTEXT).verdict
    assert verdict.kind == kind
    assert reason in verdict.reason


def test_without_a_title_the_signature_and_the_preamble_tell():
    text = PAGE.replace(TITLE, "年报").replace(
        "<p>无。</p>", "<p>无。</p><p>莱州市教育局</p><p>2021年1月18日</p>"
    )
    extraction = read(text.encode(), CONTEXT)
    assert (extraction.report.agency.name, extraction.report.report_year) == (
        "莱州市教育局", 2020,
    )  # fmt: skip
    assert extraction.report.signed_on == "2021-01-18"
    assert extraction.trace["agency"]["evidence"] == "signature block"
    assert extraction.trace["year"]["evidence"].startswith("period")


def test_a_report_of_nobody_is_an_error_and_not_a_guess():
    extraction = read(PAGE.replace(TITLE, "年报").encode(), CONTEXT)
    assert (extraction.report, extraction.verdict.kind) == (None, "report")
    assert extraction.error == "a report, but nothing in it tells whose it is"


def test_the_link_that_led_here_tells_when_the_page_does_not():
    context = replace(CONTEXT, link_text=TITLE)
    report = read(PAGE.replace(TITLE, "年报").encode(), context).report
    assert (report.agency.name, report.title) == ("莱州市教育局", TITLE)


def test_tables_without_cells_are_said_to_be_unreadable():
    text = (
        f"{TITLE}。一、总体情况二、主动公开政府信息情况信息内容本年新制作数量"
        "本年新公开数量对外公开总数量规章000规范性文件101077"
        "其他对外管理服务事项00"
    )
    context = replace(CONTEXT, filename=f"{TITLE}.txt")
    extraction = read(text.encode(), context)
    report = extraction.report
    assert (report.status, report.template, report.cells) == (
        "unreadable",
        "gk2019",
        (),
    )
    assert report.notes == (
        "table proactive: blank cells are lost (其他对外管理服务事项: '00' for 3 "
        "columns), so the columns of its numbers are not recoverable",
        "the tables are printed without cells: no column can be told",
    )


def test_a_prose_report_of_before_2019_has_chapters_and_no_cells():
    text = (
        "莱州市教育局2016年政府信息公开工作年度报告\n一、概述\n好。\n二、主动公开情况\n"
        "多。\n三、收费及减免情况\n无。\n四、复议和诉讼情况\n无。"
    )
    report = read(text.encode(), CONTEXT).report
    assert (report.template, report.status, report.cells) == (
        "free2008", "extracted", (),
    )  # fmt: skip
    assert [c.heading for c in report.chapters[1:]] == [
        "一、概述", "二、主动公开情况", "三、收费及减免情况", "四、复议和诉讼情况",
    ]  # fmt: skip
    assert report.due_on == "2017-03-31"


@pytest.mark.parametrize("seed", range(40))
def test_damaged_pages_never_raise(seed):
    rng = random.Random(seed)
    data = bytearray(PAGE.encode())
    for _ in range(rng.randrange(1, 60)):
        at = rng.randrange(len(data))
        match rng.randrange(3):
            case 0:
                data[at] = rng.randrange(256)
            case 1:
                del data[at : at + rng.randrange(1, 400)]
            case _:
                data[at:at] = rng.choice(
                    [b"<table>", b"</td>", b"<td colspan=9>", b"\0"]
                )
    extraction = read(bytes(data), CONTEXT)
    assert extraction.verdict.kind
    assert not (extraction.error or "").startswith("the reader failed")
    assert render(extraction)


def test_versions_of_readers_are_known_by_name():
    assert extractor_version("html/0") == "html/2"
    assert extractor_version("none/1") == "none/1"
    assert extractor_version(None) == "none/1"


def test_explain_shows_decisions_tables_cells_and_leftovers():
    shown = render(read(PAGE.replace("2.重复申请", "2.别的").encode(), CONTEXT))
    for part in (
        "verdict    report: 3 tables of the form, 6 chapters",
        f"title      {TITLE}  [h1]",
        "division   莱州市 is 370683",
        "date       2021-01-20  [visible: 发布日期：2021-01-20]",
        "table requests as gk2019: 23 of 23 rows, from table 2",
        "table 2 row 6 cell 3",
        "between its neighbours",
        "chapter 6",
    ):
        assert part in shown, part


def test_explain_of_an_unreadable_document_is_short():
    assert "error      the file is empty" in render(read(b"", CONTEXT))


def test_containers_are_named_by_their_content(tmp_path):
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    extraction = read(path.read_bytes(), CONTEXT)
    assert (extraction.form, extraction.extractor) == ("docx", "docx/2")
