"""Joined digits: cut apart where one reading remains, said to be joined elsewhere."""

from dataclasses import replace

import pytest

from archive.records import PageContext
from pipelines import rules
from pipelines.reading import read
from pipelines.splits import agreed, summed, ways
from tests.pipelines import printed_2021 as form

TITLE = "莱州市教育局2021年政府信息公开工作年度报告"
CONTEXT = PageContext(
    url="http://a.example/b", captured_at="2022-01-31T08:00:00Z", link_text=TITLE
)
APPLICANTS = (
    "申请人情况自然人法人或其他组织总计商业企业科研机构社会公益组织法律服务机构其他"
)
LABELS = [
    "一、本年新收政府信息公开申请数量", "二、上年结转政府信息公开申请数量",
    "三、本年度办理结果（一）予以公开",
    "（二）部分公开（区分处理的，只计这一情形，不计其他情形）",
    "（三）不予公开1.属于国家秘密", "2.其他法律行政法规禁止公开",
    "3.危及“三安全一稳定”", "4.保护第三方合法权益", "5.属于三类内部事务信息",
    "6.属于四类过程性信息", "7.属于行政执法案卷", "8.属于行政查询事项",
    "（四）无法提供1.本机关不掌握相关政府信息", "2.没有现成信息需要另行制作",
    "3.补正后申请内容仍不明确", "（五）不予处理1.信访举报投诉类申请", "2.重复申请",
    "3.要求提供公开出版物", "4.无正当理由大量反复申请",
    "5.要求行政机关确认或重新出具已获取信息",
    "（六）其他处理1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请",
    "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请",
    "3.其他", "（七）总计", "四、结转下年度继续办理",
]  # fmt: skip
RESULTS = "结果维持结果纠正其他结果尚未审结总计"


def dump(rows: dict[int, str], review: str = "0" * 15, docs: str = "8112") -> bytes:
    """A report without any delimiter; ``rows``: joined numbers by place of the row."""
    requests = "".join(label + rows.get(i, "0000000") for i, label in enumerate(LABELS))
    return (
        "一、总体情况2021年情况良好。二、主动公开政府信息情况第二十条第（一）项信息内容"
        f"本年制发件数本年废止件数现行有效件数规章000行政规范性文件{docs}"
        "第二十条第（五）项信息内容本年处理决定数量行政许可16"
        "第二十条第（六）项信息内容本年处理决定数量行政处罚0行政强制0"
        "第二十条第（八）项信息内容本年收费金额（单位：万元）行政事业性收费1.5"
        f"三、收到和处理政府信息公开申请情况{APPLICANTS}{requests}"
        "四、政府信息公开行政复议、行政诉讼情况行政复议行政诉讼"
        f"{RESULTS}未经复议直接起诉复议后起诉{RESULTS}{RESULTS}{review}"
        "五、存在的主要问题及改进情况人手不足。六、其他需要报告的事项无。"
    ).encode()


def row(report, code):
    return [c for c in report.cells if c.row_code == code]


def test_rows_are_cut_apart_by_their_sum():
    # 12+0+0+0+0+3 = 15; 1,2,0,… and 120,0,… do not add up.
    report = read(
        dump({0: "120000315", 2: "120000315", 23: "120000315"}), CONTEXT
    ).report
    assert [c.value for c in row(report, "new_received")] == [12, 0, 0, 0, 0, 3, 15]
    assert {c.raw for c in row(report, "new_received")} == {"120000315"}
    assert {c.method for c in row(report, "new_received")} == {"recovered"}


def test_a_row_sum_that_was_used_proves_nothing_and_the_columns_still_do():
    report = read(
        dump({0: "120000315", 2: "120000315", 23: "120000315"}), CONTEXT
    ).report
    verdicts = {(c.rule_id, c.scope): c.verdict for c in rules.evaluate(report)}
    assert verdicts["Q3", "new_received"] == "NOT_ASSESSABLE"
    assert verdicts["Q2", "natural_person"] == "PASS"


def test_a_row_with_two_sums_stays_joined_where_they_differ():
    # 1+10 = 11, or 11+0 = 11: two sums, in two columns.
    joined = {0: "110000011", 2: "110000011", 23: "110000011"}
    both = {w for w in ways("110000011", 7) if sum(map(int, w[:-1])) == int(w[-1])}
    assert len(both) == 2
    report = read(dump(joined), CONTEXT).report
    unsure = row(report, "granted")
    assert [c.state for c in unsure[:2]] == ["text", "text"]
    assert [c.value for c in unsure[2:]] == [0, 0, 0, 0, 11]
    assert {c.raw for c in unsure} == {"110000011"}
    assert any("several readings" in note for note in report.notes)


def test_one_known_row_of_a_column_decides_the_others():
    # handled 11 = granted 10 (one reading) + not held 1: so it is 11, not 1 and 10.
    joined = {0: "110000011", 2: "100000010", 12: "1000001", 23: "110000011"}
    report = read(dump(joined), CONTEXT).report
    handled = row(report, "handled_total")
    assert [c.value for c in handled] == [11, 0, 0, 0, 0, 0, 11]
    verdicts = {(c.rule_id, c.scope): c.verdict for c in rules.evaluate(report)}
    assert verdicts["Q2", "natural_person"] == "NOT_ASSESSABLE"


def test_seven_digits_for_seven_columns_are_kept_though_they_do_not_add_up():
    report = read(dump({0: "1000000"}), CONTEXT).report
    assert [c.value for c in row(report, "new_received")] == [1, 0, 0, 0, 0, 0, 0]
    verdicts = {(c.rule_id, c.scope): c.verdict for c in rules.evaluate(report)}
    assert verdicts["Q3", "new_received"] == "UNCERTAIN"


def test_one_row_too_short_for_its_columns_leaves_the_table_unread():
    report = read(dump({0: "22"}), CONTEXT).report
    assert report.status == "partial"
    cells = [c for c in report.cells if c.table_code == "requests"]
    assert {c.state for c in cells} == {"missing"}
    why = "blank cells are lost (一、本年新收政府信息公开申请数量: '22' for 7 columns)"
    assert report.notes[1].startswith(f"table requests: {why}, so the columns")
    assert report.template == "gk2021"


def test_single_values_and_numbers_with_spaces_between_are_read_not_chosen():
    report = read(dump({}, docs="8　11　2"), CONTEXT).report
    docs = row(report, "normative_docs")
    assert [(c.raw, c.value, c.method) for c in docs] == [
        ("8", 8.0, "read"), ("11", 11.0, "read"), ("2", 2.0, "read"),
    ]  # fmt: skip
    (fee,) = row(report, "admin_fees")
    assert (fee.raw, fee.value, fee.unit, fee.method) == ("1.5", 1.5, "wan_cny", "read")


def test_lawsuits_are_cut_into_groups_that_add_up():
    report = read(dump({}, review="10001" + "00000" + "1200012"), CONTEXT).report
    after = row(report, "litigation_after_reconsideration")
    assert [c.value for c in after] == [12, 0, 0, 0, 12]
    assert [c.value for c in row(report, "reconsideration")] == [1, 0, 0, 0, 1]


def test_a_dump_without_title_does_not_invent_an_authority():
    extraction = read(dump({}), replace(CONTEXT, link_text=None))
    assert extraction.report is None
    assert extraction.error == "a report, but nothing in it tells whose it is"


def test_the_form_of_these_tests_is_the_official_one():
    printed = {label for _, labels in form.REQUESTS for label, *_ in labels}
    joined = "".join(LABELS)
    assert [label for label in printed if label not in joined] == []


@pytest.mark.parametrize(
    ("digits", "n", "expected"),
    [
        ("000", 3, [("0", "0", "0")]),
        ("1000", 3, [("10", "0", "0")]),
        ("123", 2, [("1", "23"), ("12", "3")]),
        ("105", 2, [("10", "5")]),
        ("22", 7, []),
        ("1-5", 2, []),
        ("", 1, []),
    ],
)
def test_every_way_to_cut_digits(digits, n, expected):
    assert list(ways(digits, n)) == expected


def test_too_many_ways_are_none():
    assert ways("1" * 40, 7) == ()
    assert summed("1" * 60, (5, 5, 5)) == ()


def test_numbers_all_ways_share_are_certain():
    assert agreed([("1", "10", "0"), ("11", "0", "0")], 3) == [None, None, "0"]
    assert agreed([], 2) == [None, None]
