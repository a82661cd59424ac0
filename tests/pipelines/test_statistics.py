"""The statistics annex of 2014: rows by label, whatever provinces add."""

import pytest

from pipelines import templates
from pipelines.extract.plaintext import extract
from pipelines.reading import read
from pipelines.tabulate import tabulate
from tests.pipelines import printed_form as form
from tests.pipelines.test_reading import CONTEXT

ANNEX = templates.annex().tables["statistics"]
CODES = [row.code for row in ANNEX.rows]
HEADER = ["统计指标", "单位", "统计数"]
PROSE = "".join(
    f"<p>{text}</p>"
    for text in (
        "一、概述", "全年公开信息12条。", "二、主动公开政府信息情况", "多。",
        "三、依申请公开政府信息情况", "收到申请3件。", "四、收费及减免情况", "无。",
    )
)  # fmt: skip


def rows() -> list[list[str]]:
    """The annex with a number of its own in each row: 100, 101, …"""
    found, groups = [HEADER], []
    for i, row in enumerate(ANNEX.rows):
        for group in row.groups:
            if group.zh not in groups:
                groups.append(group.zh)
                found.append([group.zh, "——", ""])
        unit = "万元" if row.unit == "wan_cny" else "件"
        found.append([row.zh, unit, str(100 + i)])
    return found


def page(*tables: list[list[str]], agency: str = "莱州市教育局") -> bytes:
    body = "".join(
        form.table([[(text, 1, 1) for text in row] for row in rows]) for rows in tables
    )
    title = f"{agency}2016年政府信息公开工作年度报告"
    return f"<html><body><h1>{title}</h1>{PROSE}{body}</body></html>".encode()


def values(report, table: str = "statistics"):
    return {c.row_code: c.value for c in report.cells if c.table_code == table}


EXPECTED = {code: 100.0 + i for i, code in enumerate(CODES)}


def test_the_annex_has_58_numbers_in_65_rows():
    printed = rows()
    assert (len(printed) - 1, len(CODES)) == (65, 58)
    report = read(page(printed), CONTEXT).report
    assert (report.template, report.status) == ("stat2014", "extracted")
    assert values(report) == EXPECTED
    assert report.leftovers == ()
    assert [c.heading for c in report.chapters[1:]] == [
        "一、概述", "二、主动公开政府信息情况", "三、依申请公开政府信息情况",
        "四、收费及减免情况",
    ]  # fmt: skip


def test_the_unit_is_taken_from_its_column():
    printed = rows()
    place = next(i for i, row in enumerate(printed) if row[0].startswith("七、"))
    printed[place][1:] = ["元", "1,250"]
    report = read(page(printed), CONTEXT).report
    cells = {c.row_code: c for c in report.cells}
    fees = cells["fees_collected"]
    assert (fees.value, fees.unit) == (1250.0, "cny")
    assert cells["dedicated_budget"].unit == "wan_cny"
    assert cells["trainees"].unit == "count"


def test_typing_errors_and_deleted_rows_leave_the_others_right():
    printed = [
        row for row in rows() if "传真" not in row[0] and "诉讼数量" not in row[0]
    ]
    for row in printed:
        row[0] = row[0].replace("新闻发布会", "新闻发部会").replace("办结", "办接")
    report = read(page(printed), CONTEXT).report
    missing = {c.row_code for c in report.cells if c.state == "missing"}
    assert missing == {"received_fax", "litigation_total"}
    found = {k: v for k, v in values(report).items() if k not in missing}
    assert found == {k: v for k, v in EXPECTED.items() if k not in missing}
    assert report.status == "partial"
    assert [left.text for left in report.leftovers] == [
        "2.传真申请数",
        "五、行政诉讼数量",
    ]


def test_rows_of_a_province_are_kept_with_their_label():
    printed = rows()
    printed.insert(5, ["机构领导信息公开数", "条", "7"])
    printed.insert(40, ["行政执法信息公开数", "条", "8"])
    report = read(page(printed), CONTEXT).report
    assert values(report) == EXPECTED
    extra = [c for c in report.cells if c.table_code == "extra"]
    assert [(c.label, c.value, c.unit) for c in extra] == [
        ("机构领导信息公开数", 7.0, "count"), ("行政执法信息公开数", 8.0, "count"),
    ]  # fmt: skip


def test_a_local_row_in_the_place_of_a_deleted_one_does_not_take_its_name():
    printed = rows()
    place = next(i for i, row in enumerate(printed) if "政务微博公开" in row[0])
    printed[place] = ["重点领域政府信息条目", "条", "9"]
    report = read(page(printed), CONTEXT).report
    assert values(report)["via_weibo"] is None
    assert [c.value for c in report.cells if c.table_code == "extra"] == [9.0]


def test_columns_of_a_province_stand_beside_the_total():
    printed = [[*HEADER[:2], "合计", "区政府统计数", "乡镇街道统计数"]]
    for row in rows()[1:]:
        total = row[2]
        printed.append([*row, *(["1", str(int(total) - 1)] if total else ["", ""])])
    report = read(page(printed), CONTEXT).report
    assert values(report) == EXPECTED
    extra = [c for c in report.cells if c.table_code == "extra"]
    assert len(extra) == 116
    first = next(c for c in extra if c.row_code == "via_gazette")
    assert (first.label, first.value, first.col_code) == (
        "1.政府公报公开政府信息数 · 区政府统计数", 1.0, "local_2",
    )  # fmt: skip


def test_several_columns_without_a_total_are_not_added_up_or_chosen_from():
    printed = [[*HEADER[:2], "区政府统计数", "乡镇街道统计数"]]
    printed += [[*row, "5"] for row in rows()[1:]]
    report = read(page(printed), CONTEXT).report
    assert set(values(report).values()) == {None}
    assert report.status == "partial"


def test_blanks_and_dashes_are_no_zeros():
    printed = rows()
    printed[2][2], printed[3][2] = "", "—"
    cells = {c.row_code: c for c in read(page(printed), CONTEXT).report.cells}
    assert cells["proactive_total"].state == "blank"
    assert cells["proactive_normative_docs"].state == "dash"


def test_a_page_break_splits_the_annex_and_a_copy_is_set_aside():
    printed = rows()
    report = read(page(printed[:30], [HEADER, *printed[30:]]), CONTEXT).report
    assert values(report) == EXPECTED
    twice = read(page(printed, printed), CONTEXT).report
    assert values(twice) == EXPECTED
    assert [left.text for left in twice.leftovers] == ["second copy of this table"]


def test_an_annex_beside_the_form_of_2019_is_a_mixed_report():
    given = form.invented()
    tables = [
        form.table(r)
        for r in (form.proactive(given), form.requests(given), form.review(given))
    ]
    annex = form.table([[(text, 1, 1) for text in row] for row in rows()])
    html = form.page(tables).replace("<p>无。</p>", f"<p>无。</p>{annex}")
    report = read(html.encode(), CONTEXT).report
    assert report.template == "gk2019"
    assert values(report) == EXPECTED
    assert report.notes == (
        "mixed_template: proactive: gk2019, requests: gk2019, "
        "review_litigation: gk2019, statistics: stat2014",
    )


def test_a_table_with_one_word_of_the_annex_is_none():
    text = page([["会议数", "次", "3"], ["培训班数", "次", "2"]])
    report = read(text, CONTEXT).report
    assert report.template == "free2008"
    assert report.cells == ()


def test_an_annex_printed_as_running_text_is_said_to_be_unread():
    text = (
        page()
        .decode()
        .replace("收到申请3件", "统计指标单位统计数主动公开政府信息数条12")
    )
    report = read(text.encode(), CONTEXT).report
    assert (report.template, report.cells) == ("stat2014", ())
    assert report.notes == (
        "the statistics annex is printed without cells: none can be told",
    )


@pytest.mark.parametrize("gap", ["\n\n", "\n\n\n"])
def test_a_dump_with_a_cell_a_line_keeps_wrapped_labels_and_prose(gap):
    printed = gap.join("\n".join(cell for cell in row if cell) for row in rows())
    after = (
        "以上数据截至年底，特此说明，并向社会公布，欢迎公众监督指导本局的各项信息公开"
        "工作，来信请寄本局办公室收。"
    )
    text = f"莱州市教育局2016年报告\n\n{printed}{gap}{after}\n"
    dump = text.replace("政府信息数（不同", "政府信息数\n（不同").replace("——", "")
    found = extract(dump)
    assert found.content == "text, serialisation: annex, cells"
    table = tabulate(found.grids)
    assert {c.row_code: c.value for c in table.cells} == EXPECTED
    assert table.leftovers == ()
    assert found.lines[0].text == "莱州市教育局2016年报告"
    assert found.lines[-2].text.startswith("以上数据截至年底")


def test_behind_a_label_stands_the_value_where_the_header_has_no_units():
    # 统计指标 | 统计数 | 备注: a dash is the value, the blank behind it the remark.
    head, *lines = rows()
    table = [[head[0], head[2], "备注"], *([a, c, ""] for a, _, c in lines)]
    table[2][1] = "—"
    report = read(page(table), CONTEXT).report
    states = [c.state for c in report.cells if c.table_code == "statistics"]
    assert (states[0], states[1:]) == ("dash", ["number"] * 57)


def test_halves_side_by_side_are_read_one_below_the_other():
    head, *lines = rows()
    right = [*lines[33:], ["", "", ""]]
    both = [[*head, *head], *([*a, *b] for a, b in zip(lines, right, strict=False))]
    assert values(read(page(both), CONTEXT).report) == EXPECTED


def test_cells_that_begin_with_tabs_keep_their_delimiters():
    dump = "\n\n".join("\n".join(f"\t{cell}" for cell in row) for row in rows())
    found = extract(f"莱州市教育局2016年报告\n\n{dump}\n")
    assert found.content == "text, serialisation: cells"
    table = tabulate(found.grids)
    assert {c.row_code: c.value for c in table.cells} == EXPECTED
