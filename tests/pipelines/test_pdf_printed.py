"""PDF tables as word processors print them: narrow columns, hanging marks, no rules."""

import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth

from archive.records import PageContext
from pipelines.explain import render
from pipelines.extract.box import Box
from pipelines.extract.hanging import pulled
from pipelines.extract.pdf import extract
from pipelines.reading import read
from tests.pipelines import printed_form as form
from tests.pipelines.pdf_maker import FONT, LEFT, SIZE, WIDTHS, Maker, report

CONTEXT = PageContext(url="file:///a.pdf", captured_at="2021-02-01T00:00:00.000000Z")
#: Room for two digits of eight points beside the padding, and for no third.
NARROW = 17.0


def texts(maker):
    (grid,) = extract(maker.done()).grids
    return [tuple(cell.text for cell in row) for row in grid.rows]


def table(rows, wide, **how):
    maker = Maker()
    maker.table(
        [[(text, 1, 1) for text in row] for row in rows], [80.0, *[wide] * 3], **how
    )
    return maker


def test_numbers_that_fill_narrow_columns_are_whole_and_their_row_is_one():
    maker = table(
        [("项目", "甲", "乙", "丙"), ("（七）\n总计", "1560", "2613", "3514")], NARROW
    )
    assert texts(maker)[1] == ("（七）\n总计", "1560", "2613", "3514")


def test_numbers_below_one_another_beside_one_label_are_not_two_rows():
    """Columns wide enough for four digits: nobody can tell what 19 above 3 means."""
    maker = table([("项目", "甲", "乙", "丙"), ("总计", *["19\n3"] * 3)], 40.0)
    assert texts(maker)[1] == ("总计", "19\n3", "19\n3", "19\n3")


def test_an_enumerator_above_its_label_is_no_row_of_its_own():
    maker = table([("项目", "甲", "乙", "丙"), ("（七）\n总计", *["19\n3"] * 3)], 40.0)
    assert texts(maker)[1] == ("（七）\n总计", "19\n3", "19\n3", "19\n3")


def test_a_number_that_may_be_two_is_text_and_a_leftover_says_so():
    values = form.invented() | {("requests", "granted", "total"): "19\n3"}
    found = read(report(Maker(), values), CONTEXT).report
    cell = next(c for c in found.cells if c.key == ("requests", "granted", "total"))
    assert (cell.value, cell.state, cell.raw) == (None, "text", "19\n3")
    (left,) = found.leftovers
    assert left.text == "（一）予以公开, 总计: no number, as it stands: 19 3"
    assert left.locator == cell.locator


def test_a_page_break_between_the_digits_of_full_columns_hides_no_digit():
    maker = table(
        [("项目", "甲", "乙", "丙"), ("规章", "1", "2", "3"),
         ("（七）", "35", "29", "17"), ("总计", "14", "0", "842")],
        NARROW, breaks=[3],
    )  # fmt: skip
    assert texts(maker)[2] == ("（七）\n总计", "3514", "290", "17842")


def test_an_amount_is_whole_where_the_column_breaks_its_unit():
    maker = table(
        [("项目", "甲", "乙", "丙"), ("规章", "6118.32 万\n元", "1", "2")], 80.0
    )
    assert texts(maker)[1] == ("规章", "6118.32 万元", "1", "2")


def test_rows_behind_a_page_break_with_room_in_their_cells_stay_apart():
    maker = table(
        [("项目", "甲", "乙", "丙"), ("行政处罚", "35", "29", "17"),
         ("行政强制", "14", "0", "842")], 40.0, breaks=[2],
    )  # fmt: skip
    assert texts(maker)[1:] == [
        ("行政处罚", "35", "29", "17"), ("行政强制", "14", "0", "842"),
    ]  # fmt: skip


@pytest.mark.parametrize(("upper", "lower", "whole"), [
    ("1\n（\n其\n中", "修\n订\n4\n件\n）", "1（其中修订4件）"),
    ("369", "(含\n上\n年)", "369(含上年)"),
    ("2", "8\n（注\n1）", "28（注1）"),
    ("25", "件", "25件"),
])  # fmt: skip
def test_a_note_that_a_page_break_cuts_off_stays_with_its_number(upper, lower, whole):
    maker = table(
        [("项目", "甲", "乙", "丙"), ("行政处罚", upper, "0", "3"),
         ("", lower, "", ""), ("行政强制", "4", "5", "6")], 40.0, breaks=[2],
    )  # fmt: skip
    assert texts(maker)[1:] == [
        ("行政处罚", whole, "0", "3"), ("行政强制", "4", "5", "6"),
    ]  # fmt: skip


def test_a_label_cut_inside_its_brackets_takes_the_last_digit_along():
    maker = table(
        [("项目", "甲", "乙", "丙"),
         ("（二）部分公开（区分处理的，只计这一情形，不计其他", "35", "2", "17"),
         ("情形）", "", "", "6"), ("行政强制", "4", "5", "6")],
        NARROW, breaks=[2],
    )  # fmt: skip
    assert texts(maker)[1][1:] == ("35", "2", "176")


def test_a_closing_bracket_over_the_rule_belongs_to_what_it_follows():
    """56（注1 with its bracket in the next cell, before 117."""
    maker = Maker()
    rows = [("项目", "甲", "乙"), ("规章", "", "117")]
    maker.table([[(t, 1, 1) for t in row] for row in rows], [80.0, 60.0, 60.0])
    ends = LEFT + 140 - 1
    wide = stringWidth("56(注1", FONT, SIZE)
    maker.write(ends - wide, maker.y - 14, "56(注1")
    maker.write(ends, maker.y - 14, "）")
    assert texts(maker)[1] == ("规章", "56(注1）", "117")


def test_a_bracket_that_begins_its_own_cell_stays_there():
    def char(text, x):
        return {"text": text, "x0": x, "x1": x + 8, "top": 2.0, "bottom": 10.0}

    cells = [Box(0, 0, 40, 12), Box(40, 0, 80, 12)]
    apart = [char("1", 2), char("）", 44)]
    assert pulled(cells, apart) == apart
    (_, hung) = pulled(cells, [char("1", 30), char("）", 38)])
    assert cells[0].holds(hung)


def test_notes_on_several_lines_are_read_where_no_rule_is_drawn():
    values = form.invented() | {
        ("requests", "granted", "business"): "7（其\n中修订\n4件）",
        ("review_litigation", "reconsideration", "pending"): "12(\n含上\n年)",
    }
    found = read(report(Maker(rules="none"), values), CONTEXT).report
    read_as = {c.key: (c.value, c.state) for c in found.cells}
    assert read_as["requests", "granted", "business"] == (7.0, "number")
    assert read_as["review_litigation", "reconsideration", "pending"] == (
        12.0, "number",
    )  # fmt: skip


def test_a_heading_like_label_beside_rows_ends_no_table_without_rules():
    """三、本年度 above 办理结果 is set in the middle of its rows, off their lines."""
    maker = Maker(rules="none")
    for x, text in ((60, "项目"), (300, "自然人"), (380, "商业企业"), (460, "总计")):
        maker.write(x, 100, text)
    lines = [
        (
            110,
            [
                (60, "一、本年新收政府信息公开申请数量"),
                (300, "8"),
                (380, "1"),
                (460, "9"),
            ],
        ),
        (126, [(60, "三、本年度")]),
        (132, [(140, "（一）予以公开"), (300, "5"), (380, "0"), (460, "5")]),
        (138, [(60, "办理结果")]),
        (150, [(140, "（七）总计"), (300, "8"), (380, "1"), (460, "9")]),
    ]
    for y, line in lines:
        for x, text in line:
            maker.write(x, y, text)
    rows = texts(maker)
    assert [row[-3:] for row in rows[1:]] == [
        ("8", "1", "9"), ("5", "0", "5"), ("8", "1", "9"),
    ]  # fmt: skip


def test_explain_says_which_columns_stand_in_another_order():
    values = form.invented()
    rows = [list(row) for row in form.proactive(values)]
    for row in rows[1:4]:  # 本年新制作数量 and 本年新公开数量 change places
        row[1], row[2] = row[2], row[1]
    maker = Maker()
    maker.paragraph("2020年政府信息公开工作年度报告", 18, 3)
    maker.table(rows, WIDTHS["proactive"])
    shown = render(read(maker.done(), CONTEXT))
    (line,) = [li for li in shown.splitlines() if "columns not as in the form" in li]
    assert line.strip() == (
        "columns not as in the form, in 2 rows (rules … normative_docs): "
        "newly_published_this_year, made_this_year, published_total"
    )
