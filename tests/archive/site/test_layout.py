"""The printed form, line by line, from the metrics of the real forms."""

from __future__ import annotations

from archive.records import Cell, Metric
from archive.site.findings import cells_of, findings, marks
from archive.site.forms import Block, Form
from archive.site.layout import lay_out


def filled(metrics: list[Metric], template: str) -> list[Cell]:
    return [
        Cell(m.table_code, m.row_code, m.col_code, "0", 0, m.unit, "zero")
        for m in metrics
        if m.template == template
    ]


def form(metrics: list[Metric], template: str, table: str) -> Form:
    forms = lay_out(metrics, filled(metrics, template))
    return next(f for f in forms if f.table_code == table)


def head(block: Block) -> list[list[tuple[str, int, int]]]:
    return [[(x.text, x.rowspan, x.colspan) for x in line] for line in block.head]


def test_the_tables_come_in_the_order_of_the_report(forms: list[Metric]) -> None:
    made = lay_out(forms, filled(forms, "gk2019"), prefer="gk2019")
    assert [(f.table_code, f.template, len(f.cells)) for f in made] == [
        ("proactive", "gk2019", 22),
        ("requests", "gk2019", 161),
        ("review_litigation", "gk2019", 15),
    ]


def test_proactive_2021_stretches_short_blocks(forms: list[Metric]) -> None:
    blocks = form(forms, "gk2021", "proactive").blocks
    assert [b.heading for b in blocks] == [
        "第二十条第（一）项",
        "第二十条第（五）项",
        "第二十条第（六）项",
        "第二十条第（八）项",
    ]
    assert head(blocks[0]) == [
        [
            ("信息内容", 1, 1),
            ("本年制发件数", 1, 1),
            ("本年废止件数", 1, 1),
            ("现行有效件数", 1, 1),
        ]
    ]
    assert head(blocks[1]) == [[("信息内容", 1, 1), ("本年处理决定数量", 1, 3)]]
    assert [c.colspan for line in blocks[2].lines for c in line.cells] == [3, 3]


def test_requests_has_three_header_lines_and_nested_row_labels(
    forms: list[Metric],
) -> None:
    (block,) = form(forms, "gk2019", "requests").blocks
    corner = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
    assert head(block) == [
        [(corner, 3, 3), ("申请人情况", 1, 7)],
        [("自然人", 2, 1), ("法人或其他组织", 1, 5), ("总计", 2, 1)],
        [
            ("商业企业", 1, 1),
            ("科研机构", 1, 1),
            ("社会公益组织", 1, 1),
            ("法律服务机构", 1, 1),
            ("其他", 1, 1),
        ],
    ]
    labels = [[(x.text, x.rowspan, x.colspan) for x in ln.labels] for ln in block.lines]
    assert labels[0] == [("一、本年新收政府信息公开申请数量", 1, 3)]
    assert labels[2] == [("三、本年度办理结果", 20, 1), ("（一）予以公开", 1, 2)]
    assert labels[4] == [("（三）不予公开", 8, 1), ("1.属于国家秘密", 1, 1)]
    assert labels[5] == [("2.其他法律行政法规禁止公开", 1, 1)]
    assert labels[20] == [("（六）其他处理", 1, 2)]
    assert labels[22] == [("四、结转下年度继续办理", 1, 3)]
    widths = {sum(x.colspan for x in ln.labels) for ln in block.lines[:2]}
    assert widths == {3}


def test_review_and_litigation_stand_side_by_side_in_one_line(
    forms: list[Metric],
) -> None:
    (block,) = form(forms, "gk2021", "review_litigation").blocks
    results = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"]
    assert head(block) == [
        [("行政复议", 1, 5), ("行政诉讼", 1, 10)],
        [(x, 2, 1) for x in results]
        + [("未经复议直接起诉", 1, 5), ("复议后起诉", 1, 5)],
        [(x, 1, 1) for x in results * 2],
    ]
    (line,) = block.lines
    assert [c.cell.row_code for c in line.cells[::5]] == [
        "reconsideration",
        "litigation_direct",
        "litigation_after_reconsideration",
    ]


def test_a_cell_that_is_not_in_the_catalogue_is_missing(forms: list[Metric]) -> None:
    cells = filled(forms, "gk2019")[:-1]
    (block,) = next(
        f for f in lay_out(forms, cells) if f.table_code == "review_litigation"
    ).blocks
    assert [c.cell.state for c in block.lines[0].cells[-2:]] == ["zero", "missing"]


def test_a_table_of_another_generation_is_laid_out_as_that(forms: list[Metric]) -> None:
    cells = [c for c in filled(forms, "gk2019") if c.table_code == "proactive"]
    cells += [c for c in filled(forms, "gk2021") if c.table_code == "requests"]
    made = lay_out(forms, cells, prefer="gk2021")
    assert [(f.table_code, f.template) for f in made] == [
        ("proactive", "gk2019"),
        ("requests", "gk2021"),
    ]


def test_a_cell_without_a_place_is_still_shown(forms: list[Metric]) -> None:
    stray = Cell("requests", "unheard_of", "total", "7", 7, "count", "number")
    made = lay_out(forms, [*filled(forms, "gk2019"), stray])
    odd = next(f for f in made if f.table_code == "requests").odd
    assert [(c.label, c.text) for c in odd] == [("unheard_of · total", "7")]


CHECK = {
    "severity": "fail",
    "message": "m",
    "expected": "1",
    "actual": "2",
    "basis": "official",
    "text_zh": "规则",
    "text_en": "rule",
    "fingerprint": "f",
    "decision": None,
    "note": None,
}


def test_failures_come_before_doubts_and_the_rest_is_not_listed() -> None:
    checks = [
        CHECK | {"rule_id": "X2", "scope": "", "verdict": "UNCERTAIN"},
        CHECK | {"rule_id": "Q3", "scope": "granted", "verdict": "PASS"},
        CHECK | {"rule_id": "Q2", "scope": "total", "verdict": "FAIL"},
        CHECK | {"rule_id": "S1", "scope": "", "verdict": "NOT_ASSESSABLE"},
    ]
    known = {("requests", "handled_total", "total")}
    found = findings(checks, known)
    assert [(f.number, f.rule_id) for f in found] == [(1, "Q2"), (2, "X2")]
    assert marks(found) == {("requests", "handled_total", "total"): ((1, 2), False)}


def test_a_rule_marks_the_cells_it_speaks_about() -> None:
    known = [
        ("requests", row, "total")
        for row in ("new_received", "carried_in", "handled_total", "carried_out")
    ] + [("review_litigation", "reconsideration", "total")]
    assert cells_of("Q1", "total", known) == tuple(known[:4])
    assert cells_of("L1", "reconsideration", known) == (known[4],)
    assert cells_of("T1", "carried_in/total", known) == (known[1],)
    assert cells_of("Q2", "no_such_column", known) == ()
