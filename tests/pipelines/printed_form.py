"""The form of 2019 typeset by the tests themselves, in the ways pages typeset it.

Labels and spans are written out here, apart from the templates of the reader.
"""

from collections.abc import Callable

Key = tuple[str, str, str]

PROACTIVE = [
    ("第二十条第（一）项", ["本年新制作数量", "本年新公开数量", "对外公开总数量"], [
        ("rules", "规章"), ("normative_docs", "规范性文件"),
    ], ["made_this_year", "newly_published_this_year", "published_total"]),
    ("第二十条第（五）项", ["上一年项目数量", "本年增/减", "处理决定数量"], [
        ("admin_license", "行政许可"), ("other_services", "其他对外管理服务事项"),
    ], ["items_prev_year", "items_change", "decisions"]),
    ("第二十条第（六）项", ["上一年项目数量", "本年增/减", "处理决定数量"], [
        ("admin_penalty", "行政处罚"), ("admin_coercion", "行政强制"),
    ], ["items_prev_year", "items_change", "decisions"]),
    ("第二十条第（八）项", ["上一年项目数量", "本年增/减"], [
        ("admin_fees", "行政事业性收费"),
    ], ["items_prev_year", "items_change"]),
    ("第二十条第（九）项", ["采购项目数量", "采购总金额"], [
        ("gov_procurement", "政府集中采购"),
    ], ["purchase_items", "purchase_amount"]),
]  # fmt: skip
#: row code, label cells as (text, rowspan, colspan)
REQUESTS = [
    ("new_received", [("一、本年新收政府信息公开申请数量", 1, 3)]),
    ("carried_in", [("二、上年结转政府信息公开申请数量", 1, 3)]),
    ("granted", [("三、本年度办理结果", 20, 1), ("（一）予以公开", 1, 2)]),
    ("granted_partial",
     [("（二）部分公开（区分处理的，只计这一情形，不计其他情形）", 1, 2)]),
    ("denied_state_secret", [("（三）不予公开", 8, 1), ("1.属于国家秘密", 1, 1)]),
    ("denied_law_prohibits", [("2.其他法律行政法规禁止公开", 1, 1)]),
    ("denied_security_stability", [("3.危及“三安全一稳定”", 1, 1)]),
    ("denied_third_party", [("4.保护第三方合法权益", 1, 1)]),
    ("denied_internal_affairs", [("5.属于三类内部事务信息", 1, 1)]),
    ("denied_deliberative", [("6.属于四类过程性信息", 1, 1)]),
    ("denied_enforcement_file", [("7.属于行政执法案卷", 1, 1)]),
    ("denied_admin_query", [("8.属于行政查询事项", 1, 1)]),
    ("unable_not_held",
     [("（四）无法提供", 3, 1), ("1.本机关不掌握相关政府信息", 1, 1)]),
    ("unable_needs_creation", [("2.没有现成信息需要另行制作", 1, 1)]),
    ("unable_unclear_after_correction", [("3.补正后申请内容仍不明确", 1, 1)]),
    ("rejected_petition", [("（五）不予处理", 5, 1), ("1.信访举报投诉类申请", 1, 1)]),
    ("rejected_duplicate", [("2.重复申请", 1, 1)]),
    ("rejected_publication", [("3.要求提供公开出版物", 1, 1)]),
    ("rejected_abusive_volume", [("4.无正当理由大量反复申请", 1, 1)]),
    ("rejected_reconfirm", [("5.要求行政机关确认或重新出具已获取信息", 1, 1)]),
    ("other_handling", [("（六）其他处理", 1, 2)]),
    ("handled_total", [("（七）总计", 1, 2)]),
    ("carried_out", [("四、结转下年度继续办理", 1, 3)]),
]  # fmt: skip
APPLICANTS = [
    "natural_person", "business", "research", "public_interest_org", "legal_service",
    "other_org", "total",
]  # fmt: skip
REVIEW_ROWS = [
    "reconsideration",
    "litigation_direct",
    "litigation_after_reconsideration",
]
REVIEW_COLS = ["upheld", "corrected", "other_result", "pending", "total"]
CORNER = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
RESULTS = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"]
CHAPTERS = [
    "一、总体情况", "二、主动公开政府信息情况", "三、收到和处理政府信息公开申请情况",
    "四、政府信息公开行政复议、行政诉讼情况", "五、存在的主要问题及改进情况",
    "六、其他需要报告的事项",
]  # fmt: skip

Row = list[tuple[str, int, int]]


def keys() -> list[Key]:
    """The 198 cells of the form, in printed order."""
    found = [
        ("proactive", row, col)
        for _, _, rows, cols in PROACTIVE
        for row, _ in rows
        for col in cols
    ]
    found += [("requests", row, col) for row, _ in REQUESTS for col in APPLICANTS]
    return found + [
        ("review_litigation", row, col) for row in REVIEW_ROWS for col in REVIEW_COLS
    ]


def invented() -> dict[Key, str]:
    """A value for each cell, all different, some blank; no sum holds on purpose."""
    values = {key: str(1000 + 7 * i) for i, key in enumerate(keys())}
    for i, key in enumerate(keys()):
        if i % 11 == 5:
            values[key] = ""
    values["proactive", "gov_procurement", "purchase_amount"] = "83.82万元"
    values["proactive", "other_services", "items_change"] = "-6"
    return values


def proactive(values: dict[Key, str]) -> list[Row]:
    rows: list[Row] = []
    for heading, labels, data, cols in PROACTIVE:
        wide = 1 if len(cols) == 3 else 2
        spans = [1] * (len(cols) - 1) + [wide]
        rows.append([(heading, 1, 4)])
        rows.append([("信息内容", 1, 1), *zip(labels, [1] * 4, spans, strict=False)])
        for code, label in data:
            cells = [values["proactive", code, col] for col in cols]
            rows.append([(label, 1, 1), *zip(cells, [1] * 4, spans, strict=False)])
    return rows


def requests(values: dict[Key, str]) -> list[Row]:
    names = ["商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他"]
    rows: list[Row] = [
        [(CORNER, 3, 3), ("申请人情况", 1, 7)],
        [("自然人", 2, 1), ("法人或其他组织", 1, 5), ("总计", 2, 1)],
        [(name, 1, 1) for name in names],
    ]
    for code, labels in REQUESTS:
        cells = [(values["requests", code, col], 1, 1) for col in APPLICANTS]
        rows.append([*labels, *cells])
    return rows


def review(values: dict[Key, str]) -> list[Row]:
    cells = [
        (values["review_litigation", row, col], 1, 1)
        for row in REVIEW_ROWS
        for col in REVIEW_COLS
    ]
    return [
        [("行政复议", 1, 5), ("行政诉讼", 1, 10)],
        [
            *[(name, 2, 1) for name in RESULTS],
            ("未经复议直接起诉", 1, 5),
            ("复议后起诉", 1, 5),
        ],
        [(name, 1, 1) for name in [*RESULTS, *RESULTS]],
        cells,
    ]


def plain(text: str) -> str:
    return text


def table(rows: list[Row], cell: Callable[[str], str] = plain, end: str = "") -> str:
    """One HTML table with real row and column spans."""
    html = "".join(
        "<tr>"
        + "".join(
            f'<td rowspan="{rowspan}" colspan="{colspan}">{cell(text)}</td>'
            for text, rowspan, colspan in row
        )
        + "</tr>"
        for row in rows
    )
    return f"<table>{html}{end}</table>"


def page(tables: list[str], around: str = "{}", agency: str = "莱州市教育局") -> str:
    """A report of 2020 on a page with a frame around it."""
    title = f"{agency}2020年政府信息公开工作年度报告"
    one, two, three, four, five, six = (f"<p>{text}</p>" for text in CHAPTERS)
    article = "".join(
        [
            f"<h1>{title}</h1><p>发布日期：2021-01-20</p>",
            "<p>本报告所列数据的统计期限为2020年1月1日至2020年12月31日。</p>",
            one, "<p>全年公开信息12条。</p>", two, tables[0], three, tables[1],
            four, tables[2], five, "<p>人手不足，今后改进。</p>", six, "<p>无。</p>",
        ]
    )  # fmt: skip
    return (
        "<!DOCTYPE html><html><head><meta charset='utf-8'><title>某门户</title></head>"
        "<body><div class='header-nav'><a href='/'>首页</a><p>走进我们</p></div>"
        f"{around.format(article)}"
        "<div class='footer'><p>版权所有：某门户 政府网站标识码 3706830001</p></div>"
        "</body></html>"
    )
