"""Golden PDF files: rules, page breaks, white boxes, vertical text, scans."""

from __future__ import annotations

from collections.abc import Sequence

from tests.golden.figures import Typed, figures, relabelled, typed
from tests.golden.recipes import Recipe, parts, recipe
from tests.golden.word_cases import annex
from tests.pipelines import pdf_maker as pdf
from tests.pipelines.printed_form import CHAPTERS, Row
from tests.pipelines.test_statistics import rows

WIDTHS_2021 = {**pdf.WIDTHS, "requests": [24.0, 46, 170, 34, 34, 34, 34, 34, 34, 34]}


def printed(
    report: Typed,
    maker: pdf.Maker,
    chapters: Sequence[str] = CHAPTERS,
    wide: Sequence[float] = WIDTHS_2021["requests"],
    **how: object,
) -> bytes:
    """A report as PDF; ``wide``, ``breaks`` and ``header`` of the table of requests."""
    widths = iter((WIDTHS_2021 | {"requests": list(wide)}).values())
    for part in parts(report, chapters):
        if part == report.title:
            maker.paragraph(part, 18, 1)
        elif isinstance(part, str):
            maker.paragraph(part)
        else:
            options = how if part is report.tables[1] else {}
            maker.table(part, next(widths), **options)
    return maker.done()


@recipe("pdf-2021-header-repeated")
def header_repeated() -> Recipe:
    report = typed("gk2021", "青川市教育局", 2023, 31)
    data = printed(report, pdf.Maker(), breaks=[14], header=3)
    return Recipe("the header of the table of requests stands again on the next page",
                  ("header repeated after page break",), "pdf", data,
                  report.values)  # fmt: skip


@recipe("pdf-2019-row-cut-in-two")
def row_cut() -> Recipe:
    report = typed("gk2019", "云州县人力资源和社会保障局", 2020, 32)
    cut = pdf.cut(report.tables[1], at=16, label=0, after=6)
    report = report.with_tables(requests=cut)
    return Recipe("a page break cuts a row: 2.没有现成 above, 信息需要另行制作 and the "
                  "figures below", ("row cut in two",), "pdf",
                  printed(report, pdf.Maker(closed=False), breaks=[17]),
                  report.values)  # fmt: skip


@recipe("pdf-2021-numbers-cut-by-page")
def numbers_cut() -> Recipe:
    values = figures("gk2021", 36, most=90)
    report = typed("gk2021", "云州县民政局", 2024, 36, values=values)
    rows = report.tables[1]
    at = len(rows) - 2  # （七）总计
    cut = pdf.cut(rows, at=at, label=0, after=3)
    upper, lower = cut[at], cut[at + 1]
    for i, (text, _, _) in enumerate(lower[1:], 1):
        upper[i], lower[i] = (text[:2], 1, 1), (text[2:], 1, 1)
    report = report.with_tables(requests=cut)
    narrow = [24.0, 46, 170, *[17.0] * 7]
    return Recipe("columns with room for two digits: longer figures go on below, those "
                  "of （七）总计 on the next page", ("numbers broken over lines",
                  "row cut in two"), "pdf",
                  printed(report, pdf.Maker(), breaks=[at + 1], wide=narrow),
                  report.values)  # fmt: skip


@recipe("pdf-2021-notes-without-rules")
def notes_without_rules() -> Recipe:
    noted = {
        ("requests", "granted", "business"): "7（其\n中修订\n4件）",
        ("requests", "rejected_duplicate", "other_org"): "3（含\n上年）",
        ("review_litigation", "litigation_direct", "upheld"): "2(含\n上年)",
    }
    report = typed("gk2021", "青川市统计局", 2022, 37, values=noted)
    expected = {key: "".join(text.split()) for key, text in noted.items()}
    return Recipe("tables without any rule; notes behind numbers stand on three lines",
                  ("table without rules", "notes in cells"), "pdf",
                  printed(report, pdf.Maker(rules="none")),
                  {**report.values, **expected})  # fmt: skip


@recipe("pdf-2021-white-boxes")
def white_boxes() -> Recipe:
    report = typed("gk2021", "云州县卫生健康局", 2022, 33)
    maker = pdf.Maker(white_boxes=True, thin_boxes=True, head="某门户")
    return Recipe("white boxes behind every text, rules as thin boxes, a running head",
                  ("WPS white boxes",), "pdf", printed(report, maker, breaks=[12]),
                  report.values)  # fmt: skip


@recipe("pdf-2019-vertical-text")
def vertical() -> Recipe:
    report = typed("gk2019", "青川市应急管理局", 2019, 34)
    top = "三、本年度办理结果"
    maker = pdf.Maker()
    blank = report.with_tables(requests=relabelled(report.tables[1], {top: ""}))
    for part in parts(blank):
        if isinstance(part, str):
            maker.paragraph(part, 18 if part == report.title else 12)
        elif part is blank.tables[1]:
            maker.turn()
            above = maker.y
            maker.table(part, pdf.WIDTHS["requests"])
            maker.downwards(pdf.LEFT + 12, above + 140, top)
        else:
            which = "proactive" if part is blank.tables[0] else "review"
            maker.table(part, pdf.WIDTHS[which])
    return Recipe("the label of the outcomes runs downwards in a narrow column",
                  ("vertical text",), "pdf", maker.done(), report.values)  # fmt: skip


@recipe("pdf-2008-free-prose")
def pdf_prose() -> Recipe:
    maker = pdf.Maker()
    for text in ("云州县教育局2015年政府信息公开工作年度报告", "一、概述",
                 "全年公开信息1,204条，比上年多17条。" * 8, "二、主动公开政府信息情况",
                 "通过网站公开980条。", "三、依申请公开政府信息情况", "收到申请3件。",
                 "四、收费及减免情况", "无。"):  # fmt: skip
        maker.paragraph(text)
    return Recipe("a report of the first generation as PDF: chapters, and no number "
                  "made into a cell", ("prose only",), "pdf", maker.done())  # fmt: skip


@recipe("pdf-2014-annex")
def pdf_annex() -> Recipe:
    maker = pdf.Maker()
    for text in ("青川市粮食局2016年政府信息公开工作年度报告", "一、概述",
                 "全年公开信息12条。", "二、主动公开政府信息情况", "多渠道公开。",
                 "三、依申请公开政府信息情况", "收到申请3件。",
                 "附：政府信息公开情况统计表"):  # fmt: skip
        maker.paragraph(text)
    printed_rows: list[Row] = [[(t, 1, 1) for t in row] for row in rows()]
    maker.table(printed_rows, [300.0, 60, 80])
    return Recipe("the statistics annex as a ruled table over three pages",
                  ("statistics annex", "page break"), "pdf", maker.done(),
                  annex())  # fmt: skip


@recipe("scan-2022-pages-of-pictures")
def scan() -> Recipe:
    maker = pdf.Maker(numbers=False)
    maker.picture()
    maker.turn()
    maker.picture()
    name = "青川市教育局2022年政府信息公开工作年度报告"
    return Recipe("a scanned report without text: an unreadable report by the name of "
                  "its link, and no cell invented", ("scan",), "pdf", maker.done(),
                  about={"link_text": name})  # fmt: skip
