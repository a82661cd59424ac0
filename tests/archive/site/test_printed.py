"""Cells of a report and rows of a table, written as text."""

from __future__ import annotations

from archive.records import Cell
from archive.site.forms import FormCell
from archive.site.grid import grid
from archive.site.language import current
from archive.site.printed import listed_cells, printed_cells

GRANTED = Cell(
    "requests", "granted", "total", "72", 72, "count", "number", "read", "t1"
)
EVIL = "<b>\"'&"


def test_a_cell_tells_its_label_text_state_and_place() -> None:
    assert printed_cells([FormCell(GRANTED, "予以公开 · 总计")]) == (
        '<td id="cell-requests-granted-total" class="s-number"'
        ' title="予以公开 · 总计\n原文: “72”\n状态: 数字 · 照读\n位置: t1">72</td>'
    )


def test_the_list_of_cells_gives_number_and_unit() -> None:
    assert listed_cells([FormCell(GRANTED, "予以公开 · 总计")]) == (
        '<tr><th scope="row"><a href="#cell-requests-granted-total">'
        '予以公开 · 总计</a></th><td class="raw">72</td><td class="num">72 件/项</td>'
        "<td>数字</td><td>照读</td><td>t1</td></tr>"
    )


def test_findings_outline_a_cell_and_are_linked() -> None:
    html = printed_cells([FormCell(GRANTED, "x", (1, 21), doubtful=False)])
    assert 'class="s-number bad"' in html
    assert 'href="#finding-1"' in html
    assert "①</a>" in html
    assert "(21)</a></td>" in html
    assert 'class="s-number doubt"' in printed_cells([FormCell(GRANTED, "x", (1,))])


def test_a_blank_an_absence_and_another_way_of_reading_are_told_in_words() -> None:
    def shown(state: str, method: str = "read") -> str:
        cell = Cell("requests", "a", "b", "", None, None, state, method, "")
        return str(printed_cells([FormCell(cell, "x", colspan=2)]))

    assert '<span class="nb-sr">空白</span></td>' in shown("blank")
    assert 'colspan="2"' in shown("blank")
    assert '<span class="nb-absent">无此格</span></td>' in shown("missing")
    assert "位置: —" in shown("missing")
    assert '<sup class="nb-method">' in shown("blank", "aligned")


def test_nothing_of_a_document_is_markup() -> None:
    cell = Cell(EVIL, EVIL, EVIL, EVIL, 1, EVIL, "text", "read", EVIL)
    for html in (
        printed_cells([FormCell(cell, EVIL)]),
        listed_cells([FormCell(cell, EVIL)]),
        grid([[{"column": EVIL, "value_type": EVIL, "value": EVIL}]]),
    ):
        assert "<b>" not in html
        assert "&lt;b&gt;" in html
        assert "\"'" not in html


def test_chinese_data_are_marked_on_an_english_page() -> None:
    cell = Cell("requests", "a", "b", "6229.95万元", 6229.95, "wan_cny", "number")
    token = current.set("en")
    try:
        html = printed_cells([FormCell(cell, "x")]) + listed_cells(
            [FormCell(cell, "x")]
        )
    finally:
        current.reset(token)
    assert '<td id="cell-requests-a-b" class="s-number" lang="zh-CN"' in html
    assert '<td class="raw" lang="zh-CN">' in html
    assert "Read" in html or "read" in html


def test_rows_of_a_table_keep_links_and_put_numbers_to_the_right() -> None:
    from markupsafe import Markup

    row = [
        {"column": "report_id", "value_type": "pk", "value": Markup("<a>1</a>")},
        {"column": "report_year", "value_type": "int", "value": "2020"},
    ]
    assert grid([row, row[:1]]) == (
        '<tr><td class="col-report_id type-pk"><a>1</a></td>'
        '<td class="col-report_year type-int num">2020</td></tr>\n'
        '<tr><td class="col-report_id type-pk"><a>1</a></td></tr>\n'
    )
