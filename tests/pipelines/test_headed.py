"""Headings inside tables open their chapters; groups of rows are no headings."""

from archive.records import PageContext
from pipelines.extract.headed import cut
from pipelines.grid import Grid, GridCell, Line
from pipelines.reading import read
from tests.pipelines import office_files as office
from tests.pipelines.printed_form import CHAPTERS
from tests.pipelines.test_statistics import rows as annex_rows

CONTEXT = PageContext("http://a.example/b", "2026-01-31T08:00:00Z")


def grid(*rows: tuple[str, ...]) -> Grid:
    cells = tuple(
        tuple(GridCell(text, x, f"row {y} cell {x}") for x, text in enumerate(row))
        for y, row in enumerate(rows, 1)
    )
    return Grid("table 1", cells, "\n".join("\t".join(row) for row in rows))


def test_a_grid_is_cut_at_a_heading_and_its_prose_becomes_lines():
    parts = list(
        cut(
            grid(
                ("行政许可", "3"),
                ("四、政府信息公开行政复议、行政诉讼情况", ""),
                ("结果维持", "结果纠正"),
                ("五、存在的主要问题及改进情况", ""),
                ("人手不足。", ""),
            )
        )
    )
    assert [type(part) for part in parts] == [Grid, Line, Grid, Line, Line]
    assert [part.text for part in parts] == [
        "行政许可\t3", "四、政府信息公开行政复议、行政诉讼情况", "结果维持\t结果纠正",
        "五、存在的主要问题及改进情况", "人手不足。",
    ]  # fmt: skip
    assert parts[1].locator == "row 2 cell 0"


def test_a_grid_without_headings_is_the_same_grid():
    whole = grid(
        ("一、本年新收政府信息公开申请数量", "3"),
        ("二、上年结转政府信息公开申请数量", ""),
        ("四、结转下年度继续办理", ""),
    )
    assert list(cut(whole)) == [whole]


def test_groups_of_the_annex_are_no_chapters():
    blank = {"——": ""}  # no unit: a group stands alone in its row
    whole = grid(*(tuple(blank.get(c, c) for c in row) for row in annex_rows()))
    assert any(row[0].text == "三、依申请公开情况" for row in whole.rows)
    assert list(cut(whole)) == [whole]


def test_a_word_file_that_is_one_table_has_its_chapters():
    values = office.values_of("gk2021")
    one, two, three = office.tables_of("gk2021", values)
    table = [
        [(CHAPTERS[1], 1, 15)], *one, [(CHAPTERS[2], 1, 15)], *two,
        [(CHAPTERS[3], 1, 15)], *three,
    ]  # fmt: skip
    head = [office.paragraph(t) for t in (*CHAPTERS[:1], "", "", "", *CHAPTERS[4:])]
    body = office.body([office.word_table(office.spread(table)), "", ""], 2023, head)
    report = read(office.package(body), CONTEXT).report
    # Here the table stands behind the first heading, its chapters inside it.
    assert [c.heading for c in report.chapters[1:]] == CHAPTERS
    assert {c.key: c.raw for c in report.cells} == values
    assert report.leftovers == ()
