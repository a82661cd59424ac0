"""Columns as their header prints them, and rows that stand elsewhere."""

from pipelines import templates
from pipelines.grid import Grid, GridCell, Line
from pipelines.tabulate import captions, headers
from pipelines.tabulate.align import align
from pipelines.tabulate.rows import printed
from pipelines.tabulate.transposed import upright

REQUESTS = templates.get("gk2021").tables["requests"]
COLS = REQUESTS.blocks[0].cols


def cells(*texts, at=0):
    return tuple(GridCell(t, at + i, f"cell {i}") for i, t in enumerate(texts))


def grid(*rows, locator="table 1"):
    text = "\n".join("\t".join(c.text for c in row) for row in rows)
    return Grid(locator, tuple(rows), text)


def ordered(*rows, values=7):
    data = [cells(*["1"] * values, at=3)]
    header = headers.Header(tuple(rows))
    found = headers.order(header, COLS, data, REQUESTS.over)
    return found and [col.code for col in found]


STANDARD = [col.code for col in COLS]


def test_labels_of_one_row_stand_as_they_are_printed():
    row = cells("总计", "自然人", "商业企业", "科研机构", "社会公益组织",
                "法律服务机构", "其他")  # fmt: skip
    assert ordered(row) == ["total", *STANDARD[:-1]]


def test_a_row_below_stands_in_the_place_of_the_label_over_it():
    upper = cells("总计", "法人或其他组织", "自然人")
    lower = cells("其他", "商业企业", "科研机构", "社会公益组织", "法律服务机构")
    assert ordered(cells("申请人情况"), upper, lower) == [
        "total", "other_org", "business", "research", "public_interest_org",
        "legal_service", "natural_person",
    ]  # fmt: skip


def test_a_header_that_has_lost_its_levels_says_nothing_of_the_order():
    row = cells("自然人", "法人或其他组织", "总计", "商业企业", "科研机构",
                "社会公益组织", "法律服务机构", "其他")  # fmt: skip
    assert ordered(row) == STANDARD


def test_a_column_that_was_left_out_is_left_out():
    row = cells(
        "自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他"
    )
    assert ordered(row, values=6) == STANDARD[:-1]
    # Seven values: the label of one column is lost, not the column.
    assert ordered(row, values=7) == STANDARD


def test_no_order_is_told_where_a_label_is_lost_and_others_have_moved():
    row = cells("总计", "自然人", "商业企业", "科研机构", "社会公益组织", "▒▒", "其他")
    assert ordered(row) is None


def test_a_row_that_moved_is_known_by_a_label_that_names_it_alone():
    labels = ["一、本年新收政府信息公开申请数量", "四、结转下年度继续办理",
              "（一）予以公开", "1.属于国家秘密"]  # fmt: skip
    found = align([(label,) for label in labels], REQUESTS.rows)
    assert [m and m.row.code for m in found] == [
        "new_received", "carried_out", "granted", "denied_state_secret",
    ]  # fmt: skip
    assert all(m.score >= 100 for m in found)


def test_a_label_that_can_be_read_is_never_taken_for_a_lost_one():
    # 8. stands twice: the second is no 2.其他法律行政法规禁止公开 without its label.
    labels = ["1.属于国家秘密", "8.属于行政查询事项", "3.危及“三安全一稳定”",
              "8.属于行政查询事项"]  # fmt: skip
    found = align([(label,) for label in labels], REQUESTS.rows)
    assert [m and m.row.code for m in found] == [
        "denied_state_secret", None, "denied_security_stability", "denied_admin_query",
    ]  # fmt: skip


def test_a_table_on_its_side_is_set_upright_and_keeps_its_places():
    names = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"]
    lying = grid(
        cells("", "行政复议", "未经复议直接起诉", "复议后起诉"),
        *(cells(n, f"{i}", f"1{i}", f"2{i}") for i, n in enumerate(names)),
    )
    found = upright(lying)
    assert [[c.text for c in row] for row in found.rows] == [
        ["", *names],
        ["行政复议", "0", "1", "2", "3", "4"],
        ["未经复议直接起诉", "10", "11", "12", "13", "14"],
        ["复议后起诉", "20", "21", "22", "23", "24"],
    ]
    assert found.rows[1][1].locator == lying.rows[1][1].locator
    assert upright(found) is found


def test_a_caption_says_the_year_and_what_goes_on_below_has_it_too():
    one, two, three = (grid(cells("a", "b"), locator=f"table {i}") for i in (1, 2, 3))
    blocks = [Line("2022年政府信息公开申请情况", ""), one, two,
              Line("本年度情况", ""), three]  # fmt: skip
    assert captions.years(blocks, 2023) == {one: 2022, two: 2022, three: 2023}


def test_prose_and_labels_of_the_form_are_no_captions():
    one, two = grid(cells("a", "b")), grid(cells("上年结转", "1"), locator="table 2")
    blocks = [Line("较2022年增加了十二件。", ""), one, Line("上年结转情况", ""), two]
    assert captions.years(blocks, 2023) == {}


def test_values_find_their_group_by_the_last_part_of_its_label():
    groups = templates.get("gk2021").tables["review_litigation"].blocks[0].rows
    texts = ("行政复议", "复议后起诉", "行政诉讼（未经复议直接起诉）", "行政诉讼")
    named = [headers.group_of(t, groups) for t in texts]
    assert [g and g.code for g in named] == [
        "reconsideration", "litigation_after_reconsideration", "litigation_direct",
        None,
    ]  # fmt: skip


def test_the_header_above_a_row_is_the_last_that_names_a_column():
    rows = [printed(r) for r in (
        cells("自然人", "总计"), cells("（一）予以公开", "1"),
        cells("三、本年度办理结果", ""), cells("1.属于国家秘密", "2"),
    )]  # fmt: skip
    above = headers.above(rows, COLS)
    assert [len(h.rows) for h in above] == [0, 1, 1, 1]
