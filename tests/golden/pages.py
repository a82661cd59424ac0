"""Golden pages: the printed form in the many ways pages are made."""

from __future__ import annotations

from collections.abc import Sequence

from tests.golden.figures import typed
from tests.golden.recipes import (
    Recipe,
    article,
    framed,
    pieces,
    recipe,
    split,
    table,
    word,
)
from tests.pipelines.printed_form import APPLICANTS, CHAPTERS, Row


@recipe("html-2021-nested-tables")
def nested() -> Recipe:
    report = typed("gk2021", "青川市水利局", 2023, 1)
    boxed = "<table><tr><td><p>单位：件</p>{}</td></tr></table>"
    parts = [table(report.tables[0]), boxed.format(table(report.tables[1]))]
    layout = (
        "<table><tr><td width='20%'><ul><li>导航</li><li>机构职能</li></ul></td><td>"
        "<table><tr><td>{}</td></tr></table></td></tr></table>"
    )
    return Recipe(
        "tables of layout around the article, and one more around the table of "
        "requests",
        ("nested tables",), "html", framed(layout.format(article(report, parts))),
        report.values,
    )  # fmt: skip


@recipe("html-2021-mobile-copy")
def mobile() -> Recipe:
    report = typed("gk2021", "云州县财政局", 2022, 2)
    wrong = typed("gk2021", "云州县财政局", 2022, 99)
    hidden = f"<div class='m' style='display:none'>{article(wrong)}</div>"
    return Recipe(
        "a hidden copy for telephones, with figures of an older draft, comes first",
        ("hidden mobile copy",), "html", framed(hidden + article(report)),
        report.values,
    )  # fmt: skip


@recipe("html-2019-split-in-three")
def in_three() -> Recipe:
    report = typed("gk2019", "青川市人民政府", 2019, 3)
    first, second, third = split(report.tables[1], (9, 16), (7, 5))
    # After a break the group of a row stands blank beside the blank group above it.
    second = second.replace('<tr><td rowspan="7">', '<tr><td rowspan="7"></td><td>', 1)
    third = third.replace('<tr><td rowspan="5">', '<tr><td rowspan="5"></td><td '
                          'rowspan="4">', 1)  # fmt: skip
    parts = [table(report.tables[0]), f"{first}<p>&nbsp;</p>{second}<p></p>{third}"]
    return Recipe(
        "page breaks of the Word file cut the table of requests into three tables",
        ("table split in three",), "html", framed(article(report, parts)),
        report.values,
    )  # fmt: skip


@recipe("html-2019-gbk-word-paste")
def gbk() -> Recipe:
    report = typed("gk2019", "云州县公安局", 2020, 4)
    for key in [("requests", "granted_partial", c) for c in APPLICANTS[1:6]]:
        report.values[key] = ""
    report = typed("gk2019", "云州县公安局", 2020, 4, values=report.values)
    return Recipe(
        "a GBK page pasted from a word processor; blank cells hold a no-break space",
        ("GBK page", "Word paste", "blank cells"), "html",
        framed(article(report, cell=word), "gbk"),
        {k: v or "\xa0" for k, v in report.values.items()},
    )  # fmt: skip


@recipe("html-2021-paragraph-cells")
def paragraphs() -> Recipe:
    report = typed("gk2021", "青川市审计局", 2021, 5)
    return Recipe(
        "every cell is made of several paragraphs and line breaks",
        ("one paragraph per cell", "labels broken over lines"), "html",
        framed(article(report, cell=pieces)), report.values,
    )  # fmt: skip


@recipe("html-2021-cells-without-table")
def no_tables() -> Recipe:
    report = typed("gk2021", "青川市统计局", 2021, 6)

    def flat(rows: Sequence[Row]) -> str:
        return "".join(f"<p>{text}</p>\n" for row in rows for text, _, _ in row)

    return Recipe(
        "a converter has dropped the tables: every cell is a paragraph of the page, "
        "and the figures go in the order of the form",
        ("one paragraph per cell",), "html",
        framed(article(report, [flat(t) for t in report.tables])), report.values,
    )  # fmt: skip


@recipe("html-2019-wide-digits")
def wide() -> Recipe:
    values = typed("gk2019", "云州县自然资源局", 2020, 7).values
    table_ = str.maketrans("0123456789", "０１２３４５６７８９")
    for col in APPLICANTS:
        for row in ("new_received", "carried_in", "granted"):
            values["requests", row, col] = values["requests", row, col].translate(
                table_
            )
    own = {
        ("proactive", "admin_license", "items_prev_year"): "1,256",
        ("proactive", "admin_license", "items_change"): "－17",
        ("proactive", "admin_license", "decisions"): "12，345",
        ("proactive", "admin_penalty", "items_prev_year"): " 3 015 ".replace(" ", ""),
        ("proactive", "admin_penalty", "items_change"): "+975",
        ("proactive", "admin_penalty", "decisions"): "202,340件",
        ("proactive", "gov_procurement", "purchase_amount"): "１，２３４．５０万元",
    }
    report = typed("gk2019", "云州县自然资源局", 2020, 7, values=values | own)
    return Recipe(
        "digits of full width, thousands separators of both widths, a sign before",
        ("full-width digits", "thousands separators"), "html",
        framed(article(report)), report.values,
    )  # fmt: skip


@recipe("html-2019-amount-in-yuan")
def yuan() -> Recipe:
    own = {
        ("proactive", "gov_procurement", "purchase_amount"): "2,510,000元",
        ("proactive", "admin_fees", "items_change"): "∕",
        ("proactive", "rules", "made_this_year"): "",
        ("proactive", "rules", "newly_published_this_year"): "/",
        ("proactive", "rules", "published_total"): "无",
        ("proactive", "other_services", "items_change"): "——",
    }
    report = typed("gk2019", "青川市体育局", 2019, 8, values=own)
    return Recipe(
        "an amount in 元, and four ways to say nothing: blank, slash, 无 and a dash",
        ("units", "dash, blank, slash"), "html", framed(article(report)),
        report.values,
    )  # fmt: skip


@recipe("html-2021-headings-in-table")
def headings_inside() -> Recipe:
    report = typed("gk2021", "云州县林业局", 2024, 9)
    rows: list[Row] = []
    for chapter, part in zip(CHAPTERS[1:4], report.tables, strict=True):
        widest = 15
        rows.append([(chapter, 1, widest)])
        rows += part
    chapters = [CHAPTERS[0], "", "", "", *CHAPTERS[4:]]
    return Recipe(
        "one table holds all three tables and the headings of their chapters",
        ("headings inside a table", "joined tables"), "html",
        framed(article(report, [table(rows), "", ""], chapters=chapters)),
        report.values,
    )  # fmt: skip


@recipe("html-2021-scrambled-title")
def scrambled() -> Recipe:
    report = typed("gk2021", "青川市七里镇人民政府", 2023, 10)
    title = "青川市七里镇人民政府2023年政府信息公开 工作告年度报"
    return Recipe(
        "words of the title stand in the wrong order; the page still is a report",
        ("scrambled title",), "html",
        framed(article(report, title=title)), report.values,
    )  # fmt: skip


@recipe("html-2021-stub")
def stub() -> Recipe:
    name = "青川市商务局2023年政府信息公开工作年度报告"
    inside = (
        f"<h1>{name}</h1><p>发布日期：2024-01-20</p><p>附件：<a "
        f"href='./P020240120.pdf'>{name}.pdf</a></p>"
    )
    return Recipe(
        "a page with nothing but a link to the report: no tables and none invented",
        ("stub page with attachment",), "html", framed(inside),
    )  # fmt: skip


@recipe("html-2021-two-reports")
def two_reports() -> Recipe:
    first = typed("gk2021", "青川市七里镇人民政府", 2022, 11)
    second = typed("gk2021", "青川市八里镇人民政府", 2022, 12)
    return Recipe(
        "two towns publish on one page: each is a report, and figures of one are never "
        "given to the other; this is the first",
        ("several reports on one page",), "html",
        framed(article(first) + article(second)), first.values,
    )  # fmt: skip
