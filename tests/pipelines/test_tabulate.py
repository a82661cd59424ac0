"""The same report typeset in many ways gives the same cells."""

import re

import pytest

from archive.records import Extraction, PageContext
from pipelines.reading import read
from tests.pipelines import printed_form as form

CONTEXT = PageContext(url="http://a.example/b", captured_at="2026-01-31T08:00:00Z")
VALUES = form.invented()
TABLES = [form.proactive(VALUES), form.requests(VALUES), form.review(VALUES)]


def tables(**options) -> list[str]:
    return [form.table(rows, **options) for rows in TABLES]


def reading(html: str, charset: str = "utf-8") -> Extraction:
    return read(html.encode(charset), CONTEXT)


def raws(extraction: Extraction) -> dict[form.Key, str]:
    assert extraction.report is not None, extraction.error
    return {c.key: c.raw.strip() for c in extraction.report.cells}


def word(text: str) -> str:
    """A cell as a word processor pastes it: a span per piece, blanks as &nbsp;."""
    pieces = "".join(
        f'<span lang="EN-US" style="font-size:12pt">{c}</span>' for c in text
    )
    return (
        '<p class="MsoNormal" style="text-align:center">'
        f"{pieces}<span><o:p>{'' if text else '&nbsp;'}</o:p></span></p>"
    )


def broken(text: str) -> str:
    """Labels broken over lines and paragraphs, numbers left alone."""
    if len(text) < 4 or (text[0].isdigit() and text[1] != "."):
        return text
    return f"<p>{text[:2]}</p>\n<p>{text[2:4]}<br>{text[4:]}</p>"


PHANTOM = '<tr height="0">' + "<td style='border:none'></td>" * 15 + "</tr>"


@pytest.mark.parametrize(
    "html",
    [
        pytest.param(form.page(tables()), id="plain"),
        pytest.param(form.page(tables(cell=word, end=PHANTOM)), id="word paste"),
        pytest.param(form.page(tables(cell=broken)), id="labels broken over lines"),
        pytest.param(
            form.page(
                tables(),
                "<table><tr><td><ul><li>导航</li></ul></td><td>"
                "<table><tr><td>{}</td></tr></table></td></tr></table>",
            ),
            id="inside layout tables",
        ),
        pytest.param(
            form.page(tables(), "<div class='page-footer'>{}</div>"),
            id="inside what looks like a footer",
        ),
        pytest.param(
            form.page(["".join(tables()), "", ""]), id="all tables in one chapter"
        ),
        pytest.param(
            form.page([form.table([*TABLES[0], *TABLES[1], *TABLES[2]]), "", ""]),
            id="all tables in one",
        ),
        pytest.param(re.sub(r"<p>[一二三四五六]、.*?</p>", "", form.page(tables())),
                     id="without chapter headings"),
        pytest.param(
            form.page(tables()).replace("危及“三安全一稳定”", "危及三安全一稳足")
            .replace("重复申请", "重復申请").replace("规范性文件", "行政规范性文件"),
            id="labels misspelt or renamed",
        ),
    ],
)  # fmt: skip
def test_every_cell_is_found_however_the_page_is_made(html):
    extraction = reading(html)
    assert raws(extraction) == VALUES
    assert extraction.report.status == "extracted"
    assert {c.method for c in extraction.report.cells} == {"read"}
    assert {c.state for c in extraction.report.cells} == {"number", "blank"}


@pytest.mark.parametrize("declared", ["", "utf-8", "gb2312"])
def test_gbk_pages_are_read_whatever_they_declare(declared):
    html = form.page(tables()).replace(
        "<meta charset='utf-8'>", f"<meta charset='{declared}'>" if declared else ""
    )
    extraction = reading(html, "gbk")
    assert raws(extraction) == VALUES
    assert extraction.charset == "gb18030"


def test_utf8_that_declares_gbk_is_read_as_utf8():
    extraction = reading(form.page(tables()).replace("charset='utf-8'", "charset=gbk"))
    assert (raws(extraction), extraction.charset) == (VALUES, "utf-8")


def split_pages() -> str:
    """Tables cut by page breaks: spans end at the break, headers are repeated."""
    one, two, three = TABLES
    head, rest = two[:3], two[3:]
    first, second = rest[:9], [list(row) for row in rest[9:]]
    second[0].insert(0, ("", 14, 1))
    second[0].insert(1, ("", 3, 1))
    return form.page(
        [
            form.table(one[:8]) + "<p></p>" + form.table(one[8:]),
            form.table([*head, *first]) + form.table([*head, *second]),
            form.table(three[:3]) + form.table(three[1:]),
        ]
    )


def test_tables_split_over_pages_are_put_together():
    extraction = reading(split_pages())
    assert raws(extraction) == VALUES


@pytest.mark.parametrize("style", ["display:none", "display: block"])
def test_a_second_copy_of_the_tables_is_set_aside(style):
    other = dict.fromkeys(VALUES, "9")
    copy = form.table(form.requests(other))
    shown, first, last = tables()
    extraction = reading(
        form.page([shown, f"{first}<div style='{style}'>{copy}</div>", last])
    )
    assert raws(extraction) == VALUES


def test_columns_of_rows_shifted_in_a_row_dump_are_found_by_their_labels():
    rows = [
        [text for text, _, colspan in row for text in (text, *[""] * (colspan - 1))]
        for row in TABLES[1]
    ]
    rows[8] = rows[8][1:]  # one label column lost, as after a page break
    lines = ["莱州市教育局2020年政府信息公开工作年度报告", "一、总体情况", "无。"]
    lines += [form.CHAPTERS[2], *("\t".join(row) for row in rows)]
    report = read("\n".join(lines).encode(), CONTEXT).report
    found = {c.key: c.raw for c in report.cells if c.table_code == "requests"}
    expected = {k: v for k, v in VALUES.items() if k[0] == "requests"}
    assert found == expected


def test_a_row_of_blanks_that_no_form_has_does_not_end_the_reading_of_a_dump():
    rows = [
        [text for text, _, colspan in row for text in (text, *[""] * (colspan - 1))]
        for row in TABLES[1]
    ]
    rows.insert(-2, ["备注栏说明事项", "", "填表人员", *[""] * 7])
    lines = ["莱州市教育局2020年政府信息公开工作年度报告", "一、总体情况", "无。"]
    lines += [form.CHAPTERS[2], *("\t".join(row) for row in rows)]
    extraction = read("\n".join(lines).encode(), CONTEXT)
    assert extraction.error is None
    found = {
        c.key: c.raw for c in extraction.report.cells if c.table_code == "requests"
    }
    expected = {k: v for k, v in VALUES.items() if k[0] == "requests"}
    assert found == expected


def test_a_row_the_document_lacks_is_missing_and_said_so():
    rows = [row for row in TABLES[1] if row[0][0] != "2.重复申请"]
    shown, _, last = tables()
    report = reading(form.page([shown, form.table(rows), last])).report
    missing = [c.key for c in report.cells if c.state == "missing"]
    assert missing == [
        ("requests", "rejected_duplicate", col) for col in form.APPLICANTS
    ]
    assert ("unmatched_spec", "2.重复申请") in [
        (left.kind, left.text) for left in report.leftovers
    ]
    assert (len(report.cells), report.status) == (198, "partial")
    others = {c.key: c.raw for c in report.cells if c.state != "missing"}
    assert others == {k: v for k, v in VALUES.items() if k not in missing}


def test_a_table_the_document_lacks_gives_missing_cells():
    shown, _, last = tables()
    report = reading(form.page([shown, "<p>见附件。</p>", last])).report
    states = [c.state for c in report.cells if c.table_code == "requests"]
    assert states == ["missing"] * 161
    assert report.status == "partial"


def test_a_row_the_form_does_not_have_is_a_leftover():
    extra = [("（八）小计", 1, 3), *[(str(n), 1, 1) for n in (1, 2, 3, 4, 5, 6, 7)]]
    rows = [*TABLES[1][:-2], extra, *TABLES[1][-2:]]
    shown, _, last = tables()
    extraction = reading(form.page([shown, form.table(rows), last]))
    assert raws(extraction) == VALUES
    (left,) = extraction.report.leftovers
    assert (left.kind, left.table_code) == ("unmatched_row", "requests")
    assert left.text == "（八）小计 | 1 | 2 | 3 | 4 | 5 | 6 | 7"


@pytest.mark.parametrize(
    ("row", "code", "label", "raw"),
    [
        (
            [("2020年本部门政府信息公开发布总数量（非新闻类）：15", 1, 4)],
            "local_published_total",
            "2020年本部门政府信息公开发布总数量（非新闻类）",
            "2020年本部门政府信息公开发布总数量（非新闻类）：15",
        ),
        (
            [("其他主动公开文件", 1, 1), ("15件", 1, 3)],
            "local_other_documents",
            "其他主动公开文件",
            "15件",
        ),
    ],
)
def test_a_local_row_keeps_its_label_and_value(row, code, label, raw):
    _, middle, last = tables()
    report = reading(form.page([form.table([*TABLES[0], row]), middle, last])).report
    (cell,) = [c for c in report.cells if c.table_code == "extra"]
    assert (cell.row_code, cell.col_code, cell.label) == (code, "value", label)
    assert (cell.raw, cell.value, cell.unit) == (raw, 15, "count")


def test_a_value_in_words_stays_a_value():
    values = VALUES | {("requests", "granted", "natural_person"): "见附件"}
    shown, _, last = tables()
    page = form.page([shown, form.table(form.requests(values)), last])
    cells = {c.key: c for c in reading(page).report.cells}
    cell = cells["requests", "granted", "natural_person"]
    assert (cell.raw, cell.value, cell.state) == ("见附件", None, "text")
    assert cells["requests", "granted", "business"].raw == VALUES[
        "requests", "granted", "business"
    ]  # fmt: skip


def test_a_row_with_too_few_cells_is_placed_by_its_header_and_marked():
    rows = [list(row) for row in TABLES[1]]
    rows[3] = [rows[3][0], ("5", 1, 1), ("", 1, 5), ("5", 1, 1)]
    shown, _, last = tables()
    cells = {
        c.key[1:]: c
        for c in reading(form.page([shown, form.table(rows), last])).report.cells
    }
    person, total = (cells["new_received", c] for c in ("natural_person", "total"))
    assert [(c.raw, c.method) for c in (person, total)] == [("5", "aligned")] * 2
    assert cells["new_received", "business"].state == "missing"


def test_newer_and_older_tables_in_one_report_keep_their_own_rows():
    newer = [
        [("第二十条第（一）项", 1, 4)],
        [("信息内容", 1, 1), *[(t, 1, 1) for t in
                              ("本年制发件数", "本年废止件数", "现行有效件数")]],
        [("规章", 1, 1), ("0", 1, 1), ("0", 1, 1), ("0", 1, 1)],
        [("行政规范性文件", 1, 1), ("7", 1, 1), ("25", 1, 1), ("181", 1, 1)],
    ]  # fmt: skip
    _, middle, last = tables()
    report = reading(form.page([form.table(newer), middle, last])).report
    cells = {c.key: c.raw for c in report.cells}
    assert report.template == "gk2021"
    assert cells["proactive", "normative_docs", "in_force"] == "181"
    assert len([k for k in cells if k[0] == "requests"]) == 161
    assert report.notes == ("mixed_template: proactive: gk2021, requests: gk2019",)


def test_a_table_that_only_names_some_rows_is_not_the_form():
    other = "<table><tr><td>行政许可</td><td>12</td></tr></table>"
    shown, middle, last = tables()
    extraction = reading(form.page([shown, middle, f"{last}{other}"]))
    assert raws(extraction) == VALUES
    assert [left.kind for left in extraction.report.leftovers] == ["ignored_table"]


def test_cells_know_where_they_stand():
    cells = {c.key: c for c in reading(form.page(tables())).report.cells}
    assert cells["requests", "granted", "natural_person"].locator == (
        "table 2 row 6 cell 3"
    )
    assert cells["proactive", "rules", "made_this_year"].locator == (
        "table 1 row 3 cell 2"
    )


def test_the_frame_of_the_site_stays_out_of_the_chapters():
    report = reading(form.page(tables())).report
    everything = "".join(c.text for c in report.chapters)
    assert "版权所有" not in everything
    assert "走进我们" not in everything
    assert [c.heading for c in report.chapters[1:]] == form.CHAPTERS
    assert report.chapters[6].text == "无。"
    assert report.chapters[3].prose == ""


@pytest.mark.parametrize(
    ("labels", "code"),
    [
        ("一、本年新收政府信息公开申请数量", "new_received"),
        ("5.属于三类内部事务信息", "denied_internal_affairs"),
        ("四、结转下年度继续办理", "carried_out"),
    ],
)
def test_a_row_with_an_unreadable_label_is_known_by_its_neighbours(labels, code):
    extraction = reading(form.page(tables()).replace(labels, "□□□"))
    assert raws(extraction) == VALUES
    marked = {c.row_code for c in extraction.report.cells if c.method == "aligned"}
    assert marked == {code}
