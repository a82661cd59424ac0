"""The form of 2021 typeset by the tests: what differs from that of 2019."""

from tests.pipelines.printed_form import (
    APPLICANTS,
    CORNER,
    REQUESTS,
    REVIEW_COLS,
    REVIEW_ROWS,
    Key,
    Row,
)

PROACTIVE = [
    ("第二十条第（一）项", ["本年制发件数", "本年废止件数", "现行有效件数"], [
        ("rules", "规章"), ("normative_docs", "行政规范性文件"),
    ], ["issued_this_year", "repealed_this_year", "in_force"]),
    ("第二十条第（五）项", ["本年处理决定数量"], [
        ("admin_license", "行政许可"),
    ], ["decisions"]),
    ("第二十条第（六）项", ["本年处理决定数量"], [
        ("admin_penalty", "行政处罚"), ("admin_coercion", "行政强制"),
    ], ["decisions"]),
    ("第二十条第（八）项", ["本年收费金额（单位：万元）"], [
        ("admin_fees", "行政事业性收费"),
    ], ["fee_amount"]),
]  # fmt: skip
OTHER = [
    ("other_correction_overdue",
     [("（六）其他处理", 3, 1), ("1.申请人无正当理由逾期不补正、行政机关不再处理"
                                 "其政府信息公开申请", 1, 1)]),
    ("other_fee_unpaid",
     [("2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请",
       1, 1)]),
    ("other_misc", [("3.其他", 1, 1)]),
]  # fmt: skip


def labels() -> list[tuple[str, list[tuple[str, int, int]]]]:
    """Rows of the table of requests: other handling in three rows, 22 outcomes."""
    found = []
    for code, cells in REQUESTS:
        if code == "other_handling":
            found += OTHER
        elif code == "granted":
            found.append((code, [("三、本年度办理结果", 22, 1), cells[1]]))
        else:
            found.append((code, cells))
    return found


def keys() -> list[Key]:
    """The 200 cells of the form, in printed order."""
    found = [
        ("proactive", row, col)
        for _, _, rows, cols in PROACTIVE
        for row, _ in rows
        for col in cols
    ]
    found += [("requests", row, col) for row, _ in labels() for col in APPLICANTS]
    return found + [
        ("review_litigation", row, col) for row in REVIEW_ROWS for col in REVIEW_COLS
    ]


def invented() -> dict[Key, str]:
    """A value for each cell, all different, some blank; no sum holds on purpose."""
    values = {
        key: "" if i % 13 == 4 else str(2000 + 3 * i) for i, key in enumerate(keys())
    }
    values["proactive", "admin_fees", "fee_amount"] = "1276.5534"
    return values


def proactive(values: dict[Key, str]) -> list[Row]:
    rows: list[Row] = []
    for heading, names, data, cols in PROACTIVE:
        wide = 1 if len(cols) == 3 else 3
        rows.append([(heading, 1, 4)])
        rows.append([("信息内容", 1, 1), *[(name, 1, wide) for name in names]])
        for code, label in data:
            cells = [(values["proactive", code, col], 1, wide) for col in cols]
            rows.append([(label, 1, 1), *cells])
    return rows


def requests(values: dict[Key, str]) -> list[Row]:
    names = ["商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他"]
    rows: list[Row] = [
        [(CORNER, 3, 3), ("申请人情况", 1, 7)],
        [("自然人", 2, 1), ("法人或其他组织", 1, 5), ("总计", 2, 1)],
        [(name, 1, 1) for name in names],
    ]
    for code, cells in labels():
        figures = [(values["requests", code, col], 1, 1) for col in APPLICANTS]
        rows.append([*cells, *figures])
    return rows
