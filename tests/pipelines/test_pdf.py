"""PDF files: ruled tables over pages, paragraphs, and files that cannot be read."""

import re

import pytest

from archive.records import PageContext
from pipelines import ocr
from pipelines.extract.pdf import extract
from pipelines.normalise import squash
from pipelines.reading import read
from tests.pipelines import printed_form as form
from tests.pipelines.pdf_maker import LEFT, TOP, Maker, cut, report

CONTEXT = PageContext(url="file:///x.pdf", captured_at="2026-01-31T08:00:00Z")

HUAIAN_PROACTIVE = """
rules 1 0 11
normative_docs 8 26 66
admin_license 447228
admin_penalty 3985758
admin_coercion 88283
admin_fees 96171.6
"""
HUAIAN_REQUESTS = """
new_received 3001 53 0 0 61 4 3119
carried_in 34 0 0 0 0 0 34
granted 1288 21 0 0 50 3 1362
granted_partial 447 7 0 0 0 0 454
denied_state_secret 2 0 0 0 0 0 2
denied_law_prohibits 30 1 0 0 0 0 31
denied_security_stability 5 0 0 0 0 0 5
denied_third_party 6 0 0 0 0 0 6
denied_internal_affairs 7 1 0 0 0 0 8
denied_deliberative 12 0 0 0 0 0 12
denied_enforcement_file 9 0 0 0 0 0 9
denied_admin_query 105 0 0 0 0 0 105
unable_not_held 746 12 0 0 10 1 769
unable_needs_creation 11 0 0 0 0 0 11
unable_unclear_after_correction 1 0 0 0 0 0 1
rejected_petition 56 6 0 0 0 0 62
rejected_duplicate 25 0 0 0 0 0 25
rejected_publication 0 0 0 0 0 0 0
rejected_abusive_volume 0 0 0 0 0 0 0
rejected_reconfirm 1 0 0 0 0 0 1
other_correction_overdue 67 3 0 0 1 0 71
other_fee_unpaid 6 0 0 0 0 0 6
other_misc 108 2 0 0 0 0 110
handled_total 2932 53 0 0 61 4 3050
carried_out 103 0 0 0 0 0 103
"""
HUAIAN_REVIEW = """
reconsideration 72 64 178 37 351
litigation_direct 13 4 8 1 26
litigation_after_reconsideration 12 1 1 6 20
"""


@pytest.fixture(scope="module")
def huaian(corpus):
    return read((corpus / "real" / "huaian_2024.pdf").read_bytes(), CONTEXT)


def rows(text: str) -> dict[str, list[str]]:
    return {code: v for code, *v in (line.split() for line in text.strip().split("\n"))}


def printed(found, table: str) -> dict[str, list[str]]:
    cells: dict[str, list[str]] = {}
    for cell in found.cells:
        if cell.table_code == table:
            cells.setdefault(cell.row_code, []).append(cell.raw)
    return cells


def test_huaian_2024_is_read_cell_by_cell(huaian):
    found = huaian.report
    assert printed(found, "proactive") == rows(HUAIAN_PROACTIVE)
    assert printed(found, "requests") == rows(HUAIAN_REQUESTS)
    assert printed(found, "review_litigation") == rows(HUAIAN_REVIEW)
    assert (found.template, found.status, len(found.cells)) == (
        "gk2021", "extracted", 200,
    )  # fmt: skip
    assert {c.method for c in found.cells} == {"read"}
    assert (found.leftovers, found.notes) == ((), ())


def test_huaian_2024_is_the_report_of_the_city(huaian):
    found = huaian.report
    assert (huaian.form, huaian.extractor, huaian.error) == ("pdf", "pdf/4", None)
    assert (found.agency.name, found.agency.kind, found.agency.agency_id) == (
        "淮安市人民政府", "government", "320800-gov",
    )  # fmt: skip
    assert (found.report_year, found.scope) == (2024, "government_aggregate")
    assert [c.heading for c in found.chapters[1:]] == [
        "一、总体情况",
        "二、主动公开政府信息情况",
        "三、收到和处理政府信息公开申请情况",
        "四、政府信息公开行政复议、行政诉讼情况",
        "五、存在的主要问题及改进情况",
        "六、其他需要报告的事项",
    ]
    assert found.chapters[6].text == (
        "2024 年，市政府严格落实《政府信息公开信息处理费管理办法》，"
        "全年收取政府信息公开信息处理费 3940 元。"
    )
    assert "- 5 -" not in "".join(c.text for c in found.chapters)


def test_cells_of_huaian_2024_tell_page_table_row_cell_and_box(huaian):
    cells = {c.key: c.locator for c in huaian.report.cells}
    assert cells["proactive", "rules", "issued_this_year"] == (
        "page 3 table 1 row 3 cell 2 box 244,539,336,574"
    )
    assert cells["requests", "carried_out", "total"].startswith(
        "page 5 table 1 row 12 cell 8 box "
    )


def assert_exact(data: bytes):
    """All 198 cells as typeset, none repaired."""
    values = form.invented()
    found = read(data, CONTEXT).report
    cells = {c.key: c for c in found.cells}
    assert {k: cells[k].raw for k in values} == values
    assert {c.method for c in found.cells} == {"read"}
    assert (found.leftovers, found.status) == ((), "extracted")
    assert found.agency.name == "莱州市教育局"
    return found


@pytest.mark.parametrize(
    "style",
    [
        {},
        {"white_boxes": True},
        {"thin_boxes": True},
        {"white_boxes": True, "thin_boxes": True, "closed": False},
    ],
    ids=["ruled", "white boxes behind the text", "rules as boxes", "open at breaks"],
)
def test_a_table_over_two_pages_is_read_whatever_draws_its_rules(style):
    assert_exact(report(Maker(**style), form.invented(), breaks=[9]))


@pytest.mark.parametrize("closed", [True, False], ids=["closed", "open"])
def test_a_row_cut_in_two_by_a_page_break_is_one_row(closed):
    values = form.invented()
    row = cut(form.requests(values), at=16, label=0, after=6)
    assert (row[16][0][0], row[17][0][0]) == ("2.没有现成", "信息需要另行制作")
    maker = Maker(closed=closed)
    assert_exact(report(maker, values, requests=row, breaks=[17]))


def test_a_header_repeated_after_the_break_hides_no_row_and_no_cut():
    values = form.invented()
    assert_exact(report(Maker(), values, breaks=[12], header=3))
    row = cut(form.requests(values), at=16, label=0, after=6)
    assert_exact(report(Maker(), values, requests=row, breaks=[17], header=3))


def test_rows_of_their_own_are_not_joined_at_a_page_break():
    values = form.invented()
    found = assert_exact(report(Maker(), values, breaks=[20]))
    cells = {c.key: c.locator.partition(" table")[0] for c in found.cells}
    assert [
        cells["requests", row, "total"]
        for row in (
            "rejected_petition", "rejected_duplicate",
            "rejected_publication", "carried_out",
        )
    ] == ["page 2", "page 2", "page 3", "page 3"]  # fmt: skip


def test_page_numbers_and_running_heads_stay_out_of_chapters():
    data = report(Maker(head="某门户 内部资料"), form.invented(), breaks=[9, 14])
    page = extract(data)
    assert [line.text for line in page.frame] == [
        "某门户 内部资料", "- 1 -",
        "某门户 内部资料", "- 2 -",
        "某门户 内部资料", "- 3 -",
    ]  # fmt: skip
    text = "".join(c.text for c in assert_exact(data).chapters)
    assert "内部资料" not in text


def test_wrapped_lines_are_one_paragraph_and_headings_stand_alone():
    maker = Maker()
    maker.paragraph("一、总体情况")
    maker.paragraph("甲" * 70)
    maker.paragraph("乙" * 5)
    maker.turn()
    maker.paragraph("二、主动公开政府信息情况")
    assert [line.text for line in extract(maker.done()).lines] == [
        "一、总体情况", "甲" * 70, "乙" * 5, "二、主动公开政府信息情况",
    ]  # fmt: skip


def test_a_paragraph_goes_on_over_the_page_break():
    maker = Maker()
    maker.paragraph("丙" * 37)
    maker.turn()
    maker.paragraph("丁" * 10, indent=0)
    maker.paragraph("戊" * 10)
    lines = extract(maker.done()).lines
    assert [line.text for line in lines] == ["丙" * 37 + "丁" * 10, "戊" * 10]
    assert [line.locator for line in lines] == ["page 1 line 1", "page 2 line 2"]


def test_a_frame_around_text_is_text_and_a_lone_line_no_table():
    maker = Maker()
    maker.table([[("本报告由某局编制", 1, 1)]], [300.0])
    maker.rule(LEFT, 400, 500, 400)
    page = extract(maker.done())
    assert page.grids == ()
    assert [line.text for line in page.lines] == ["本报告由某局编制"]


def test_a_slanted_stroke_through_a_table_is_no_rule_of_it():
    maker = Maker()
    maker.table([[("甲", 1, 1), ("乙", 1, 1)], [("1", 1, 1), ("2", 1, 1)]], [90.0, 90])
    maker.canvas.line(LEFT, 300, LEFT + 150, 700)
    (grid,) = extract(maker.done()).grids
    assert [[cell.text for cell in row] for row in grid.rows] == [
        ["甲", "乙"],
        ["1", "2"],
    ]


def test_type_printed_twice_for_boldness_is_read_once_and_11_stays_11():
    maker = Maker()
    for shift in (0, 0.4):
        maker.write(LEFT + shift, 100, "一、总体情况", 12)
    maker.write(LEFT, 120, "111 件 11", 4)
    lines = extract(maker.done()).lines
    assert [line.text for line in lines] == ["一、总体情况", "111 件 11"]


def test_vertical_writing_in_a_narrow_column_is_read_downwards():
    maker = Maker()
    maker.table([[("", 1, 1), ("（一）予以公开\n\n\n\n\n\n", 1, 1)]], [24.0, 120])
    maker.downwards(LEFT + 12, TOP + 2, "三、本年度办理结果")
    (grid,) = extract(maker.done()).grids
    assert [squash(c.text) for c in grid.rows[0]] == [
        "三、本年度办理结果", "(一)予以公开",
    ]  # fmt: skip


def test_pictures_of_pages_are_a_scan_with_the_way_out(monkeypatch):
    monkeypatch.setattr(ocr, "available", lambda: False)
    maker = Maker()
    maker.picture()
    maker.turn()
    maker.picture()
    done = read(maker.done(), CONTEXT)
    assert (done.form, done.report, done.extractor) == ("scan", None, "scan/0")
    assert done.error == (
        "a scan: 2 pages of pictures with 6 characters of text; "
        "install the extra `[ocr]` (pip install 'nianbao[ocr]') to have it read"
    )


def test_a_scan_with_a_telling_name_is_an_unreadable_report_not_a_missing_one():
    maker = Maker()
    maker.picture()
    name = "莱州市教育局2022年政府信息公开工作年度报告.pdf"
    context = PageContext("file:///x.pdf", "2026-01-31T08:00:00Z", filename=name)
    found = read(maker.done(), context).report
    assert (found.report_year, found.status, found.template) == (
        2022, "unreadable", "gk2021",
    )  # fmt: skip
    assert (found.agency.name, found.cells, found.chapters) == ("莱州市教育局", (), ())


def test_fonts_that_do_not_tell_their_characters_make_no_text(monkeypatch):
    monkeypatch.setattr(ocr, "available", lambda: False)
    maker = Maker(numbers=False)
    maker.paragraph("\u0416\u0429\u042f" * 80)
    done = read(maker.done(), CONTEXT)
    assert done.form == "scan"
    assert "the fonts do not tell their characters: 0 of 240" in done.error


def test_one_page_that_is_a_picture_is_noted(monkeypatch):
    monkeypatch.setattr(ocr, "available", lambda: False)
    maker = Maker()
    for text in ("一、总体情况", "己" * 200):
        maker.paragraph(text)
    maker.turn()
    maker.picture()
    assert extract(maker.done()).notes == (
        "page 2 is a picture: what stands on it was not read",
    )


def blank() -> bytes:
    maker = Maker(numbers=False)
    maker.turn()
    maker.canvas.showPage()
    return maker.done()


def whole() -> bytes:
    return report(Maker(), form.invented())


def _nowhere(size: re.Match[bytes]) -> bytes:
    """A reference to an object that is not there, as long as what it replaces."""
    return b"/MediaBox 99 0 R".ljust(len(size[0]))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (lambda: whole()[:9000], "cut off: it does not end with %%EOF"),
        (lambda: b"%PDF-1.4\n%%EOF\n", "a damaged PDF: "),
        (lambda: report(Maker(encrypt="secret"), form.invented()),
         "the PDF is encrypted: a password is needed to open it"),
        (blank, "the PDF has 2 pages and nothing on them"),
        (lambda: re.sub(rb"/MediaBox \[[^]]*\]", _nowhere, whole()),
         "a damaged PDF: "),
    ],
    ids=["truncated", "without pages", "encrypted", "blank", "without a size"],
)  # fmt: skip
def test_what_cannot_be_read_is_named(data, reason):
    done = read(data(), CONTEXT)
    assert done.report is None
    assert reason in done.error


def test_pages_that_the_file_promises_and_does_not_have_are_noted():
    data = whole()
    assert data.count(b"/Count 2") == 1
    found = read(data.replace(b"/Count 2", b"/Count 5"), CONTEXT).report
    assert found.notes == ("the file has 5 pages, 2 were found",)


def test_too_many_pages_are_not_read():
    maker = Maker()
    for _ in range(300):
        maker.turn()
    assert read(maker.done(), CONTEXT).error == (
        "301 pages, and no more than 300 are read"
    )
