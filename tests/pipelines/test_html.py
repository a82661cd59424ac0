"""Pages are taken apart: article, tables, card, titles."""

import pytest

from archive.errors import DocumentError
from pipelines.extract.html import cut_off, extract
from pipelines.grid import Grid


def body(html: str) -> str:
    return f"<html><head><title>甲局年报</title></head><body>{html}</body></html>"


def grid(html: str) -> list[list[str]]:
    blocks = extract(body(f"<p>二、主动公开政府信息情况</p>{html}")).blocks
    (found,) = [b for b in blocks if isinstance(b, Grid)]
    return [[c.text for c in row] for row in found.rows]


def test_numbers_split_over_spans_are_one_number():
    html = "<table><tr><td>许可</td><td><b>44</b><span>1025</span></td></tr></table>"
    assert grid(html) == [["许可", "441025"]]


def test_white_space_of_the_source_collapses_and_content_blanks_stay():
    html = "<table><tr><td>\n  新\n制作 </td><td>&nbsp;0　</td></tr></table>"
    assert grid(html) == [["新 制作", "\u00a00　"]]


def test_paragraphs_and_breaks_in_a_cell_are_line_breaks():
    html = "<table><tr><td><p>结果</p><p>维持</p></td><td>总<br>计</td></tr></table>"
    assert grid(html) == [["结果\n维持", "总\n计"]]


def test_merged_cells_stand_once_and_know_their_column():
    page = extract(body(
        "<p>一、总体情况</p><table>"
        "<tr><td rowspan=2>甲</td><td colspan='2'>乙</td></tr>"
        "<tr><td>丙</td><td>丁</td></tr></table>"
    ))  # fmt: skip
    rows = page.grids[0].rows
    assert [[(c.text, c.column) for c in row] for row in rows] == [
        [("甲", 0), ("乙", 1)],
        [("丙", 1), ("丁", 2)],
    ]
    assert rows[1][1].locator == "table 1 row 2 cell 2"


@pytest.mark.parametrize(
    "row",
    [
        '<tr height="0"><td></td><td></td></tr>',
        '<tr style="height:0pt"><td></td><td>&nbsp;</td></tr>',
        '<tr style="display:none"><td>9</td><td>9</td></tr>',
    ],
)
def test_rows_that_are_not_shown_are_left_out(row):
    assert grid(f"<table><tr><td>甲</td><td>1</td></tr>{row}</table>") == [["甲", "1"]]


def test_tables_that_lay_out_the_page_are_text():
    page = extract(
        body("<table><tr><td><p>一、总体情况</p><p>好。</p></td></tr></table>")
    )
    assert page.grids == ()
    assert [line.text for line in page.lines] == ["一、总体情况", "好。"]


def test_the_article_of_a_known_system_is_the_content():
    page = extract(body(
        "<p>一、首页</p><div id='zoom'><p>一、总体情况</p><p>好。</p>"
        "<p>六、其他需要报告的事项</p></div><p>网站标识码</p>"
    ))  # fmt: skip
    assert page.content == "content element #zoom"
    assert [line.text for line in page.lines] == [
        "一、总体情况", "好。", "六、其他需要报告的事项",
    ]  # fmt: skip
    assert [line.text for line in page.frame] == ["一、首页", "网站标识码"]


def test_an_unknown_system_is_read_from_the_smallest_element_that_holds_the_report():
    page = extract(body(
        "<div>导航</div><main><div><p>一、总体情况</p><p>好。</p></div>"
        "<div><p>六、其他需要报告的事项</p><p>无。</p></div></main><div>底部</div>"
    ))  # fmt: skip
    assert page.content == "smallest element with chapters and tables: <main>"
    assert page.lines[-1].text == "无。"


def test_a_card_is_read_and_is_no_table_of_the_report():
    page = extract(body(
        "<table><tr><td>索 引 号</td><td>0143/2024</td>"
        "<td>发布机构</td><td>甲局</td></tr>"
        "<tr><td>名称</td><td colspan=3>甲局年报</td></tr></table><p>一、总体情况</p>"
    ))  # fmt: skip
    assert page.card == {"index": "0143/2024", "agency": "甲局", "title": "甲局年报"}
    assert page.grids == ()


def test_labels_with_values_on_a_line_are_a_card_too():
    page = extract(
        body("<p>发布机构：甲局 发布日期：2024-01-17</p><p>一、总体情况</p>")
    )
    assert page.card == {"agency": "甲局", "published": "2024-01-17"}


def test_titles_come_with_their_place():
    page = extract(body("<meta name='ArticleTitle' content='乙'><h1>丙</h1>"))
    assert page.titles == (
        ("h1", "丙"),
        ("meta articletitle", "乙"),
        ("title", "甲局年报"),
    )


def test_prose_without_chapters_is_found_by_its_density():
    text = "<p>市政府办公室公布了年度报告的编制要求，各部门应当按时完成。</p>" * 12
    page = extract(body(f"<ul><li><a href='/'>首页</a></li></ul><div>{text}</div>"))
    assert page.content == "prose found by trafilatura"
    assert "编制要求" in page.lines[0].text


def test_deeply_nested_pages_are_read():
    deep = "<div>" * 1000 + "<p>一、总体情况</p><p>好。</p>" + "</div>" * 1000
    assert [line.text for line in extract(body(deep)).lines] == ["一、总体情况", "好。"]


def test_nesting_beyond_all_reason_is_an_error():
    with pytest.raises(DocumentError, match="nested 3001 deep; 2000 levels are read"):
        extract(body("<div>" * 3000 + "一、总体情况"))


def test_a_page_whose_text_is_in_scripts_is_an_error():
    script = f"<script>var text = '{'政府信息公开' * 50}'</script>"
    with pytest.raises(DocumentError, match="300 Chinese characters"):
        extract(f"<html><body>{script}</body></html>")


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        (body("<table><tr><td>1</td></tr></table>"), ""),
        ("<p>甲</p><table><tr><td>1</td></tr></table>", ""),
        (body("<table><tr><td>1</td>"), ""),
        ("<html><body><table><tr><td>1</td>", "it ends inside a table"),
        ("<html><body><p>甲</p><p cla", "it ends inside a tag"),
    ],
)
def test_pages_that_were_cut_off_are_told(html, reason):
    assert cut_off(html).endswith(reason)
    assert bool(cut_off(html)) == bool(reason)


def test_huge_spans_cost_nothing():
    rows = "<tr><td rowspan=65534 colspan=1000>a</td><td>b</td></tr>" * 500
    page = extract(body(f"<p>一、总体情况</p><table>{rows}</table>"))
    assert page.grids == ()
    assert "spreads to" in page.notes[0]
