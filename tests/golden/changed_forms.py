"""Golden pages: forms that authorities changed."""

from __future__ import annotations

from tests.golden.figures import entries, local, relabelled, requests, typed
from tests.golden.recipes import Recipe, article, framed, recipe, table
from tests.golden.word_cases import annex
from tests.pipelines import printed_form
from tests.pipelines.printed_form import APPLICANTS, Row
from tests.pipelines.test_statistics import rows


@recipe("html-2021-table-is-picture")
def picture() -> Recipe:
    report = typed("gk2021", "青川市气象局", 2022, 13)
    parts = [table(report.tables[0]), "<p><img src='t3.png' alt=''></p>",
             table(report.tables[2])]  # fmt: skip
    missing = {k: None for k in report.values if k[0] == "requests"}
    return Recipe(
        "the table of requests is a picture: its cells are missing, and the report "
        "says so; the others are read",
        ("table as a picture",), "html", framed(article(report, parts)),
        report.values | missing,
    )  # fmt: skip


@recipe("html-2021-renamed-rows")
def renamed() -> Recipe:
    report = typed("gk2021", "青川市税务局", 2022, 14)
    names = {
        "本年制发件数": "本年度制发数", "本年废止件数": "本年度废止数",
        "现行有效件数": "现行有效", "行政规范性文件": "规范性文件",
        "规章": "规章（设区的市以上政府填写）", "行政处罚": "行政处罚（含简易程序）",
        "结果维持": "维持", "结果纠正": "结果 纠正", "总计": "合计",
    }  # fmt: skip
    tables = [relabelled(t, names) for t in report.tables]
    report = report.with_tables(proactive=tables[0], requests=tables[1],
                                review=tables[2])  # fmt: skip
    return Recipe(
        "rows and columns under names of their own: 本年度制发数, 合计, notes "
        "in brackets",
        ("renamed rows",), "html", framed(article(report)), report.values,
    )  # fmt: skip


@recipe("html-2019-no-total-column")
def no_total() -> Recipe:
    report = typed("gk2019", "青川市民政局", 2020, 15)
    head, data = report.tables[1][:3], report.tables[1][3:]
    rows = [[head[0][0], ("申请人情况", 1, 6)], head[1][:-1], head[2],
            *(row[:-1] for row in data)]  # fmt: skip
    report = report.with_tables(requests=rows)
    missing = {k: None for k in report.values if k[0] == "requests" and k[2] == "total"}
    return Recipe(
        "the column 总计 was left out, and the header says so: the six others are read",
        ("total column missing",), "html", framed(article(report)),
        report.values | missing,
    )  # fmt: skip


@recipe("html-2021-transposed-review")
def transposed() -> Recipe:
    report = typed("gk2021", "青川市司法局", 2022, 16)
    results = printed_form.RESULTS
    kinds = printed_form.REVIEW_ROWS
    words = ("行政复议", "未经复议直接起诉", "复议后起诉")
    lying: list[Row] = [[("", 1, 1), *((w, 1, 1) for w in words)]]
    for name, col in zip(results, printed_form.REVIEW_COLS, strict=True):
        cells = ((report.values["review_litigation", k, col], 1, 1) for k in kinds)
        lying.append([(name, 1, 1), *cells])
    return Recipe(
        "table 4 turned on its side: its labels still say what each number is",
        ("transposed table",), "html",
        framed(article(report.with_tables(review=lying))), report.values,
    )  # fmt: skip


@recipe("html-2021-local-rows")
def local_rows() -> Recipe:
    report = typed("gk2021", "吉林省青川市人民政府办公室", 2021, 17)
    label = "2021年本行政区域（或本部门）政府信息公开发布总数量（非新闻类、消息类）"
    rows = [*report.tables[0], [(f"{label}：215", 1, 4)],
            [("其他主动公开文件", 1, 1), ("38", 1, 3)]]  # fmt: skip
    return Recipe(
        "two rows of the province below table 2 are kept as rows of their own",
        ("local rows",), "html", framed(article(report.with_tables(proactive=rows))),
        report.values,
        {("extra", "local_published_total", "value"):
            [f"{label}：215", 215.0, "number", "read"],
         ("extra", "local_other_documents", "value"): "38"},
    )  # fmt: skip


@recipe("html-2021-typos-and-subtotal")
def subtotal() -> Recipe:
    report = typed("gk2021", "云州县交通运输局", 2025, 18)
    listed = entries("gk2021")
    place = next(i for i, e in enumerate(listed) if e[0] == "unable_not_held")
    sums = [
        str(sum(int(v) for k, v in report.values.items()
                if k[1].startswith("denied_") and k[2] == col))
        for col in APPLICANTS
    ]  # fmt: skip
    listed.insert(place, local(("三、本年度办理结果", "（三）不予公开", "小计"), sums))
    rows = relabelled(
        requests(listed, report.values),
        {"2.重复申请": "2.重夏申清", "4.保护第三方合法权益": "4.保沪第三方合发权益"},
    )
    # Half of a short label is lost: its row is known by its neighbours, and says so.
    placed = {
        k: [v, float(v), "number" if float(v) else "zero", "aligned"]
        for k, v in report.values.items()
        if k[1] == "rejected_duplicate"
    }
    return Recipe(
        "a subtotal among the reasons for refusal and two labels with two typos each",
        ("extra subtotal row", "label with two typos"), "html",
        framed(article(report.with_tables(requests=rows))), report.values | placed,
    )  # fmt: skip


@recipe("html-2021-columns-in-another-order")
def columns() -> Recipe:
    report = typed("gk2021", "青川市水利局", 2023, 31)
    first, second, third = report.tables
    stacked = [first[0], *(_ordered(row, (0, 3, 1, 2)) for row in first[1:4])]
    # 总计 stands first, below it the rows that span the group of organisations.
    head = [[second[0][0], second[0][1]], _ordered(second[1], (2, 0, 1)),
            _ordered(second[2], (4, 0, 3, 1, 2))]  # fmt: skip
    data = [[*row[:-7], *_ordered(row[-7:], (6, 0, 5, 1, 4, 2, 3))]
            for row in second[3:]]  # fmt: skip
    five = (4, 2, 0, 1, 3)
    threes = [_ordered(third[3][i : i + 5], five) for i in (0, 5, 10)]
    results = [
        third[0],
        [*_ordered(third[1][:5], five), *third[1][5:]],
        [*_ordered(third[2][:5], five), *_ordered(third[2][5:], five)],
        [cell for three in threes for cell in three],
    ]
    report = report.with_tables(
        proactive=[*stacked, *first[4:]], requests=[*head, *data], review=results
    )
    return Recipe(
        "the columns of all three tables stand in another order than the form has "
        "them, each number under its label",
        ("columns in another order",), "html", framed(article(report)), report.values,
    )  # fmt: skip


def _ordered(row: Row, places: tuple[int, ...]) -> Row:
    return [row[i] for i in places]


@recipe("html-2021-rows-in-another-order")
def rows_moved() -> Recipe:
    report = typed("gk2021", "青川市林业局", 2022, 32)
    first, second, _ = report.tables
    rows = list(second)
    # 四、结转下年度 stands behind 二、上年结转; 2. and 3. of （五） change places.
    rows.insert(5, rows.pop())
    at = next(i for i, row in enumerate(rows) if row[0][0].startswith("2.重复"))
    rows[at], rows[at + 1] = rows[at + 1], rows[at]
    report = report.with_tables(
        proactive=[*first[:2], first[3], first[2], *first[4:]], requests=rows
    )
    return Recipe(
        "rows stand in another order than the form has them: labels that name one row "
        "alone say which",
        ("rows in another order",), "html", framed(article(report)), report.values,
    )  # fmt: skip


@recipe("html-2021-last-year-first")
def last_year() -> Recipe:
    report = typed("gk2021", "青川市商务局", 2023, 33)
    before = typed("gk2021", "青川市商务局", 2022, 34)
    both = [
        f"<p>2022年</p>\n{table(old)}<p>2023年</p>\n{table(new)}"
        for old, new in zip(before.tables, report.tables, strict=True)
    ]
    return Recipe(
        "each table of the year before stands above that of the year, with the year "
        "as its caption",
        ("last year's tables in the same document",), "html",
        framed(article(report, both)), report.values,
    )  # fmt: skip


@recipe("html-2014-annex-two-halves")
def annex_halves() -> Recipe:
    head, *lines = rows()
    middle = (len(lines) + 1) // 2
    left, right = lines[:middle], lines[middle:]
    right += [("", "", "")] * (len(left) - len(right))
    both = [[*head, *head], *([*a, *b] for a, b in zip(left, right, strict=True))]
    printed = table([[(text, 1, 1) for text in line] for line in both])
    return Recipe(
        "the statistics annex printed in two halves side by side, each with the titles "
        "of its columns",
        ("statistics annex", "halves side by side"), "html",
        framed(
            "<h1>青川市粮食局2016年政府信息公开工作年度报告</h1>"
            "<p>一、概述</p><p>全年公开信息12条。</p><p>二、主动公开政府信息情况</p>"
            "<p>多渠道公开。</p><p>三、依申请公开政府信息情况</p><p>收到申请3件。</p>"
            f"<p>附：政府信息公开情况统计表</p>{printed}"
        ),
        annex(),
    )  # fmt: skip


@recipe("html-2021-column-of-its-own")
def own_column() -> Recipe:
    values = typed("gk2021", "青川市民族宗教局", 2022, 35).values
    blank = {("requests", "granted", "natural_person"): "",
             ("requests", "granted", "business"): ""}  # fmt: skip
    report = typed("gk2021", "青川市民族宗教局", 2022, 35, values=values | blank)
    second = report.tables[1]
    head = [[*second[0], ("上年总计", 3, 1)], *second[1:3]]
    data = [[*row, (str(900 + i), 1, 1)] for i, row in enumerate(second[3:])]
    report = report.with_tables(requests=[*head, *data])
    return Recipe(
        "a column of the authority's own beside the form's: each number stays under "
        "its label where a row has blanks, and the others are leftovers",
        ("local column",), "html", framed(article(report)), report.values,
    )  # fmt: skip
