"""Golden pages: forms that authorities changed."""

from __future__ import annotations

from tests.golden.figures import entries, local, relabelled, requests, typed
from tests.golden.recipes import Recipe, article, framed, recipe, table
from tests.pipelines import printed_form
from tests.pipelines.printed_form import APPLICANTS, Row


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
    moved = {
        k: [v, float(v), "number" if float(v) else "zero", "aligned"]
        for k, v in report.values.items()
        if k[0] == "requests"
    }
    return Recipe(
        "the column 总计 was left out: the six others stay in their columns",
        ("total column missing",), "html", framed(article(report)),
        report.values | moved | missing,
    )  # fmt: skip


@recipe("html-2021-transposed-review")
def transposed() -> Recipe:
    report = typed("gk2021", "青川市司法局", 2022, 16)
    results = printed_form.RESULTS
    kinds = printed_form.REVIEW_ROWS
    words = ("行政复议", "未经复议直接起诉", "复议后起诉")
    rows: list[Row] = [[("", 1, 1), *((w, 1, 1) for w in words)]]
    for name, col in zip(results, printed_form.REVIEW_COLS, strict=True):
        cells = ((report.values["review_litigation", k, col], 1, 1) for k in kinds)
        rows.append([(name, 1, 1), *cells])
    missing = {k: None for k in report.values if k[0] == "review_litigation"}
    return Recipe(
        "table 4 turned on its side: no row of the form, so nothing is put in a wrong "
        "place and the table is named",
        ("transposed table",), "html",
        framed(article(report.with_tables(review=rows))), report.values | missing,
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
