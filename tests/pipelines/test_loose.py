"""Tables whose delimiters are lost, and numbers that the layout broke."""

from pipelines.extract import loose, stitch
from pipelines.extract.box import Box
from pipelines.extract.page import Page
from pipelines.extract.ruling import PieceCell
from pipelines.extract.wrapped import number
from pipelines.grid import Grid, Line
from pipelines.tabulate import tabulate

HEADER = ["申请人情况", "自然人", "法人或其他组织", "总计", "商业企业", "科研机构",
          "社会公益组织", "法律服务机构", "其他"]  # fmt: skip
OVERDUE = "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请"


def gathered(*texts):
    page = Page(tuple(Line(t, f"line {i}") for i, t in enumerate(texts, 1)))
    return loose.gathered(page)


def row(page, code):
    cells = tabulate(page.grids).cells
    return [c.value for c in cells if (c.table_code, c.row_code) == ("requests", code)]


def test_a_cell_a_paragraph_becomes_a_row_behind_each_label():
    page = gathered(
        *HEADER, "（一）予以公开", *"1234560", OVERDUE, *"0000077",
        "四、结转下年度继续办理", *"7654321", "五、存在的主要问题及改进情况",
    )  # fmt: skip
    assert row(page, "granted") == [1, 2, 3, 4, 5, 6, 0]
    assert row(page, "other_correction_overdue") == [0, 0, 0, 0, 0, 7, 7]
    assert row(page, "carried_out") == [7, 6, 5, 4, 3, 2, 1]
    assert page.blocks[-1] == Line("五、存在的主要问题及改进情况", "line 34")


def test_a_row_a_line_is_cut_into_its_label_and_its_values():
    page = gathered(
        "申请人情况", "三、本年度办理结果   （一）予以公开   1 2 3 4 5 6 21",
        f"{OVERDUE}  0 0 0 0 0 7（注1） 7", "（七）总计 1 2 3 4 5 13 28",
    )  # fmt: skip
    assert row(page, "granted") == [1, 2, 3, 4, 5, 6, 21]
    assert row(page, "other_correction_overdue") == [0, 0, 0, 0, 0, 7, 7]
    assert row(page, "handled_total") == [1, 2, 3, 4, 5, 13, 28]


def test_a_row_that_lost_its_blanks_gives_no_number():
    page = gathered(*HEADER, "（一）予以公开", *"123", OVERDUE, *"0000077")
    assert row(page, "granted") == [None] * 7
    left = [x.text for x in tabulate(page.grids).leftovers if x.kind == "unmatched_row"]
    assert "3 cells for 7 columns: （一）予以公开 | 1 | 2 | 3" in left


def test_prose_and_pages_with_tables_stay_as_they_are():
    prose = "全年收到申请12件，其中申请人无正当理由逾期不补正1件。"
    assert gathered(prose, "3", "4").grids == ()


def drawn(text, x, top):
    return [
        {"text": c, "x0": x + 5 * i, "x1": x + 5 * i + 5, "top": top, "bottom": top + 9}
        for i, c in enumerate(text)
    ]


def test_a_number_that_fills_its_line_goes_on_below():
    assert number(Box(0, 0, 25, 40), drawn("1234", 2, 5) + drawn("56", 2, 15), 2.0) == (
        "123456"
    )


def test_a_line_with_room_left_ends_its_number():
    assert (
        number(Box(0, 0, 40, 40), drawn("1234", 2, 5) + drawn("56", 2, 15), 2.0) is None
    )


def piece(*texts):
    return tuple(
        PieceCell(t, Box(40 * i, 0, 40 * i + 40, 10), f"cell {i}")
        for i, t in enumerate(texts)
    )


def test_a_page_break_through_a_number_is_mended():
    whole = stitch.joined(piece("（七", "19", "0", "204"), piece("）总计", "3", "", ""))
    assert [c.text for c in whole] == ["（七\n）总计", "193", "0", "204"]


def test_a_row_with_as_many_numbers_is_one_of_its_own():
    assert stitch.joined(piece("", "19", "0"), piece("", "3", "4")) is None
    upper, lower = piece("2.重复申请", "19", "0"), piece("3.要求提供公开出版物", "", "")
    assert stitch.joined(upper, lower) is None


def test_a_grid_keeps_the_words_of_its_lines():
    page = gathered(*HEADER, "（一）予以公开", *"1234560", OVERDUE, *"0000077")
    (block,) = page.blocks
    assert isinstance(block, Grid)
    assert block.text.split("\n")[:2] == ["申请人情况", "自然人"]
