"""Rows of a dump that moved go back where the sums want them, and nowhere else."""

import pytest

from archive.records import PageContext
from pipelines import rules
from pipelines.reading import read
from tests.pipelines import printed_form as form

TITLE = "莱州市教育局2020年政府信息公开工作年度报告"
CONTEXT = PageContext(
    url="http://a.example/b", captured_at="2021-01-31T08:00:00Z", link_text=TITLE
)
#: A table that adds up: 20 + 3 = 21 + 2, and so in every column. Other rows are blank.
FIGURES = {
    "new_received": [12, 3, 0, 0, 1, 4, 20],
    "carried_in": [2, 0, 0, 0, 0, 1, 3],
    "granted": [8, 2, 0, 0, 1, 3, 14],
    "granted_partial": [1, 0, 0, 0, 0, 0, 1],
    "denied_law_prohibits": [2, 0, 0, 0, 0, 1, 3],
    "unable_not_held": [1, 1, 0, 0, 0, 0, 2],
    "rejected_petition": [1, 0, 0, 0, 0, 0, 1],
    "handled_total": [13, 3, 0, 0, 1, 4, 21],
    "carried_out": [1, 0, 0, 0, 0, 1, 2],
}


def cells(code: str) -> list[str]:
    """A row as printed: zeros of the filled rows are blank."""
    return [str(v) if v else "" for v in FIGURES.get(code, [0] * 7)]


def dump(moved: dict[str, list[str]]) -> bytes:
    """A report, a table row a line; ``moved``: rows with other cells."""
    one, two, three, four, five, six = form.CHAPTERS
    head = "\t自然人\t" + "\t".join(
        ["商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]
    )
    rows = [
        "\t".join([labels[-1][0], *(moved.get(code) or cells(code))])
        for code, labels in form.REQUESTS
    ]
    lines = [TITLE, one, "全年公开信息12条。", two, three, head, *rows, four, "无。",
             five, "人手不足。", six, "无。"]  # fmt: skip
    return "\n".join(lines).encode()


def requests(data: bytes):
    report = read(data, CONTEXT).report
    found = {}
    for cell in report.cells:
        if cell.table_code == "requests":
            found.setdefault(cell.row_code, []).append(cell)
    return report, found


def raws(found):
    return {code: [c.raw for c in row] for code, row in found.items()}


EXPECTED = {code: cells(code) for code, _ in form.REQUESTS}


def test_a_table_where_nothing_moved_is_only_read():
    _, found = requests(dump({}))
    assert raws(found) == EXPECTED
    assert {c.method for row in found.values() for c in row} == {"read"}


@pytest.mark.parametrize(
    ("code", "printed"),
    [
        ("granted", ["8", "2", "", "1", "3", "14"]),  # a blank was lost
        ("granted", ["8", "2", "1", "3", "14"]),  # two were
        ("granted", ["8", "", "2", "", "", "1", "3", "14"]),  # one came from nowhere
        ("granted", ["", "8", "2", "", "1", "3", "14"]),  # one column to the right
        ("handled_total", ["13", "3", "", "1", "4", "21", ""]),  # to the left
        ("carried_out", ["1", "", "", "", "1", "2"]),
    ],
)
def test_a_row_that_moved_is_put_back_by_the_sums(code, printed):
    _, found = requests(dump({code: printed}))
    assert raws(found) == EXPECTED
    assert {c.method for c in found[code]} == {"aligned"}
    others = {c.method for other, row in found.items() if other != code for c in row}
    assert others == {"read"}


def test_several_rows_behind_a_page_break_are_put_back_together():
    _, found = requests(dump({
        "unable_not_held": ["1", "1", "", "", "2"],
        "rejected_petition": ["1", "", "", "1"],
        "handled_total": ["13", "3", "", "1", "4", "21"],
    }))  # fmt: skip
    assert raws(found) == EXPECTED


def test_a_row_with_several_places_stays_open_where_they_differ():
    """Two rows without blanks of which each may have either column."""
    _, found = requests(dump({
        "denied_law_prohibits": ["2", "1", "3"], "carried_in": ["2", "1", "3"],
        "carried_out": ["1", "1", "2"],
    }))  # fmt: skip
    printed = {code: [c.state for c in found[code]] for code in ("carried_in",)}
    assert printed["carried_in"][0] == "number"
    assert printed["carried_in"][6] == "number"
    for row in found.values():
        for cell, right in zip(row, FIGURES.get(row[0].row_code, [0] * 7), strict=True):
            # open, or right: never a number in a column it does not belong to
            assert cell.state in ("text", "blank") or cell.value == right


def test_a_sum_that_one_move_would_mend_is_left_broken():
    """The authority may have erred: one sum is no proof that a cell moved."""
    printed = ["1", "", "", "", "", "", ""]
    report, found = requests(dump({"rejected_reconfirm": printed}))
    assert [c.raw for c in found["rejected_reconfirm"]] == printed
    assert {c.method for c in found["rejected_reconfirm"]} == {"read"}
    assert report.status == "partial"  # the other tables are not there


def test_sums_that_placed_a_row_are_no_confirmation_of_it():
    report, _ = requests(dump({"granted": ["8", "2", "1", "3", "14"]}))
    verdicts = {(c.rule_id, c.scope): c.verdict for c in rules.evaluate(report)}
    assert verdicts["Q3", "granted"] == "NOT_ASSESSABLE"
    assert verdicts["Q3", "new_received"] == "PASS"
