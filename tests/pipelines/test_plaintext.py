"""Tables come out of text dumps in each of the three serialisations."""

from pipelines.extract.plaintext import extract
from pipelines.grid import Grid


def shape(text: str) -> list[list[list[str]]]:
    blocks = extract(text).blocks
    return [[[c.text for c in row] for row in b.rows] for b in blocks
            if isinstance(b, Grid)]  # fmt: skip


def test_rows_with_tabs_are_one_grid_across_a_page_break():
    text = "前文\n规章\t0\t\t2\n\n规范性文件\t1\t1\t4\n后文"
    page = extract(text)
    assert shape(text) == [[["规章", "0", "", "2"], ["规范性文件", "1", "1", "4"]]]
    (grid,) = page.grids
    assert grid.lossy
    assert grid.rows[1][3].locator == "line 4 cell 4"
    assert [line.text for line in page.lines] == ["前文", "后文"]


def test_cells_on_lines_of_their_own_end_a_row_with_a_blank_line():
    text = (
        "二、主动公开政府信息情况\n\t规章\n\t0\n\t\n\n\t规范性文件\n\t1　\n\t2\n\n无。"
    )
    assert shape(text) == [[["规章", "0", ""], ["规范性文件", "1　", "2"]]]
    page = extract(text)
    assert page.grids[0].rows[1][1].locator == "line 7 cell 2"
    assert not page.grids[0].lossy
    assert page.lines[-1].text == "无。"


def test_a_blank_line_inside_a_cell_does_not_end_its_row():
    text = "\t结果\n\n维持\n\t总\n计\n\t未经复议\n\n\t1\n\t2\n\t3\n"
    assert shape(text) == [[["结果\n\n维持", "总\n计", "未经复议"], ["1", "2", "3"]]]


def test_a_heading_right_behind_a_cell_is_no_part_of_it():
    text = "\t规章\n\t1\n 五、存在的主要问题及改进情况\n\n正文\n\t甲\n\t乙\n"
    page = extract(text)
    assert shape(text) == [[["规章", "1"]], [["甲", "乙"]]]
    assert page.lines[0].text == " 五、存在的主要问题及改进情况"


def test_paragraphs_with_generous_spacing_are_cells_and_blank_ones_come_back():
    blank = "\n" * 3  # what a blank cell adds
    cell, end = "\n" * 3, "\n" * 5
    first = cell.join(["一、本年新收政府信息公开申请数量", *"0123456"])
    second = f"（二）部分公开{cell}{blank * 7}"
    third = cell.join(["（七）总计", *"7654321"])
    text = f"二、正文\n{end}{first}{end}{second.rstrip()}{blank * 7}{end}{third}{end}"
    (grid,) = shape(text)
    assert grid == [
        ["一、本年新收政府信息公开申请数量", *"0123456"],
        ["（二）部分公开", *[""] * 7],
        ["（七）总计", *"7654321"],
    ]


def test_ordinary_prose_has_no_tables():
    page = extract("标题\n\n\n\n第一段。\n\n\n第二段。\n第三段。")
    assert page.grids == ()
    assert page.content == "text, serialisation: no tables"
    assert [line.text for line in page.lines] == [
        "标题", "第一段。", "第二段。", "第三段。",
    ]  # fmt: skip


def test_windows_line_ends_are_line_ends():
    assert shape("甲\t1\r\n乙\t2\r\n") == [[["甲", "1"], ["乙", "2"]]]
