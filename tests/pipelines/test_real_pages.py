"""Real pages and dumps from the Web, read against what their source shows."""

from dataclasses import replace

import pytest

from archive.records import PageContext
from pipelines.reading import read

CONTEXT = PageContext(url="file:///x", captured_at="2026-01-31T08:00:00Z")
COLS = (
    "natural_person", "business", "research", "public_interest_org", "legal_service",
    "other_org", "total",
)  # fmt: skip

SHANGHAI_PROACTIVE = """
rules 13 13 524
normative_docs 60 60 368
admin_license 0 0 0
other_services 0 0 0
admin_penalty 0 0 0
admin_coercion 0 0 0
admin_fees 0 0
gov_procurement 6 251000元
"""
#: Rows as printed, `.` for a cell that holds a no-break space only.
SHANGHAI_REQUESTS = """
new_received 821 35 . . 2 1 859
carried_in 18 . . . . . 18
granted 258 12 . . 1 1 .
granted_partial 3 . . . . . .
denied_state_secret 14 . . . . . .
denied_law_prohibits . . . . . . .
denied_security_stability . . . . . . .
denied_third_party . . . . . . .
denied_internal_affairs 5 . . . . . .
denied_deliberative 3 1 . . . . .
denied_enforcement_file . . . . . . .
denied_admin_query 10 2 . . . . .
unable_not_held 252 12 . . 1 . .
unable_needs_creation 44 3 . . . . .
unable_unclear_after_correction 25 . . . . . .
rejected_petition 148 1 . . . . .
rejected_duplicate 5 4 . . . . .
rejected_publication . . . . . . .
rejected_abusive_volume . . . . . . .
rejected_reconfirm . . . . . . .
other_handling . . . . . . .
handled_total 767 35 . . 2 1 805
carried_out 72 . . . . . 72
"""
SHANGHAI_REVIEW = """
reconsideration 5 . . 2 7
litigation_direct 8 . . 1 9
litigation_after_reconsideration . . . . .
"""
SHUYANG_PROACTIVE = """
rules 0 0 0
normative_docs 8 0 18
admin_license 0
admin_penalty 0
admin_coercion 0
admin_fees 0
"""
SHUYANG_ROWS = (
    "new_received", "carried_in", "granted", "granted_partial", "denied_state_secret",
    "denied_law_prohibits", "denied_security_stability", "denied_third_party",
    "denied_internal_affairs", "denied_deliberative", "denied_enforcement_file",
    "denied_admin_query", "unable_not_held", "unable_needs_creation",
    "unable_unclear_after_correction", "rejected_petition", "rejected_duplicate",
    "rejected_publication", "rejected_abusive_volume", "rejected_reconfirm",
    "other_correction_overdue", "other_fee_unpaid", "other_misc", "handled_total",
    "carried_out",
)  # fmt: skip
#: Rows with 26 requests of natural persons; in all others both numbers are 0.
SHUYANG_26 = ("new_received", "granted", "handled_total")
SHUYANG_REVIEW = """
reconsideration 0 0 0 1 1
litigation_direct 0 0 0 0 0
litigation_after_reconsideration 0 0 0 0 0
"""


def rows(text: str) -> dict[str, list[str]]:
    """Literal rows: a code and its values; `.` is blank."""
    return {
        code: ["" if v == "." else v for v in values]
        for code, *values in (line.split() for line in text.strip().split("\n"))
    }


@pytest.fixture(scope="module")
def report(corpus):
    def one(name: str, **known: str):
        context = replace(CONTEXT, **known)
        return read((corpus / "real" / name).read_bytes(), context).report

    return one


def printed(report, table: str) -> dict[str, list[str]]:
    """Raw values by row, in the order of the columns; only cells that were read."""
    found: dict[str, list[str]] = {}
    for cell in report.cells:
        if cell.table_code == table:
            assert cell.method == "read"
            assert cell.state != "missing"
            found.setdefault(cell.row_code, []).append(cell.raw.strip())
    return found


def test_shanghai_2019_is_read_cell_by_cell(report):
    found = report("shanghai_bgt_2019.html")
    assert printed(found, "proactive") == rows(SHANGHAI_PROACTIVE)
    assert printed(found, "requests") == rows(SHANGHAI_REQUESTS)
    assert printed(found, "review_litigation") == rows(SHANGHAI_REVIEW)
    assert (found.template, len(found.cells)) == ("gk2019", 198)
    assert found.leftovers == ()


def test_shanghai_2019_keeps_blanks_and_units(report):
    cells = {c.key: c for c in report("shanghai_bgt_2019.html").cells}
    amount = cells["proactive", "gov_procurement", "purchase_amount"]
    assert (amount.value, amount.unit) == (251000, "cny")
    blank = cells["requests", "granted", "total"]
    assert (blank.raw, blank.value, blank.state) == ("\u00a0", None, "blank")


def test_shanghai_2019_is_the_report_of_the_office(report):
    found = report("shanghai_bgt_2019.html")
    assert (found.agency.name, found.agency.kind, found.agency.agency_id) == (
        "上海市人民政府办公厅", "government_office", "310000-office",
    )  # fmt: skip
    assert (found.report_year, found.scope) == (2019, "own_organ")
    assert (found.published_on, found.published_on_source, found.days_late) == (
        "2020-01-31", "visible", 0,
    )  # fmt: skip
    assert [c.heading for c in found.chapters[1:]] == [
        "一、总体情况",
        "二、主动公开政府信息情况",
        "三、收到和处理政府信息公开申请情况",
        "四、政府信息公开行政复议、行政诉讼情况",
        "五、政府信息公开工作存在的主要问题及改进情况",
        "六、其他需要报告的事项",
    ]


def test_shuyang_2023_is_read_cell_by_cell(report):
    found = report("shuyang_fgj_2023.html")
    requests = {
        row: ["26" if row in SHUYANG_26 else "0", *[""] * 5,
              "26" if row in SHUYANG_26 else "0"]
        for row in SHUYANG_ROWS
    }  # fmt: skip
    assert printed(found, "proactive") == rows(SHUYANG_PROACTIVE)
    assert printed(found, "requests") == requests
    assert printed(found, "review_litigation") == rows(SHUYANG_REVIEW)
    assert (found.template, len(found.cells)) == ("gk2021", 200)
    assert found.leftovers == ()


def test_shuyang_2023_is_told_from_its_portal(report):
    found = report("shuyang_fgj_2023.html")
    assert found.title == "沭阳县发展和改革局2023年政府信息公开年度报告"
    assert (found.agency.name, found.agency.adcode) == ("沭阳县发展和改革局", "321322")
    assert (found.published_on, found.published_on_source, found.signed_on) == (
        "2024-01-17", "info_card", "2024-01-17",
    )  # fmt: skip
    text = "".join(c.text for c in found.chapters)
    for word in ("繁體版", "智能问答", "采集时间", "索引号"):
        assert word not in text
    assert found.chapters[5].heading == "五、存在的主要问题及整改措施"


def test_a_cell_a_paragraph_is_read_and_blank_cells_come_back(report):
    found = report("hebei_jyt_2021.txt")
    assert (found.agency.name, found.report_year) == ("河北省教育厅", 2021)
    assert printed(found, "proactive")["normative_docs"] == ["7", "25", "181"]
    requests = printed(found, "requests")
    assert requests["new_received"] == ["34", "1", "0", "0", "2", "0", "37"]
    assert requests["carried_in"] == ["0", "0", "0", "0", "0", "0", ""]
    assert requests["rejected_petition"] == ["14", "1", "0", "0", "0", "0", "15"]
    assert requests["handled_total"] == ["34", "1", "0", "0", "2", "0", "37"]
    assert printed(found, "review_litigation") == {
        "reconsideration": ["0", "0", "0", "0", "0"],
        "litigation_direct": ["6", "0", "0", "0", "6"],
        "litigation_after_reconsideration": ["2", "0", "0", "0", "2"],
    }
    older = report("hebei_jyt_2019.txt")
    assert printed(older, "requests")["unable_not_held"] == [
        "3", "0", "0", "0", "0", "0", "3",
    ]  # fmt: skip
    assert printed(older, "requests")["granted_partial"] == [""] * 7
    assert printed(older, "review_litigation") == {
        row: ["", "", "", "", "0"] for row in rows(SHANGHAI_REVIEW)
    }


def test_joined_cells_that_lost_their_blanks_are_unreadable_and_not_guessed(report):
    found = report("hebei_gxt_2019.txt")
    assert (found.status, found.cells) == ("unreadable", ())
    assert [note[:36] for note in found.notes] == [
        "table proactive: blank cells are los",
        "table requests: blank cells are lost",
        "the tables are printed without cells",
    ]
    assert [c.chapter_no for c in found.chapters] == [0, 1, 2, 3, 4, 5]


#: Rows of the request table that hold a number other than 0, as the dump prints them.
KJT_REQUESTS = {
    "new_received": "2000002",
    "granted": "1000001",
    "denied_internal_affairs": "1000001",
    "handled_total": "2000002",
}


def test_joined_digits_are_recovered_where_one_reading_remains(report):
    name = "河北省科学技术厅2021年政府信息公开工作年度报告"
    found = report("hebei_kjt_2021.txt", link_text=name)
    assert (found.template, found.status) == ("gk2021", "extracted")
    cells = {cell.key: cell for cell in found.cells}
    requests = [c for c in found.cells if c.table_code == "requests"]
    assert len(requests) == 175
    for cell in requests:
        joined = KJT_REQUESTS.get(cell.row_code, "0000000")
        value = float(joined[COLS.index(cell.col_code)])
        assert (cell.raw, cell.value, cell.method) == (joined, value, "recovered")
    review = [c for c in found.cells if c.table_code == "review_litigation"]
    assert {(c.raw, c.value, c.method) for c in review} == {
        ("0" * 15, 0.0, "recovered")
    }
    where = cells["requests", "new_received", "total"].locator
    assert where == (
        "line 2 character 1285, in line 2 characters 1279–1285: number 7 of 7"
    )
    licence = cells["proactive", "admin_license", "decisions"]
    assert (licence.value, licence.method) == (1689.0, "read")
    assert cells["proactive", "admin_coercion", "decisions"].state == "blank"


def test_joined_digits_with_several_readings_stay_joined_and_say_so(report):
    name = "河北省科学技术厅2021年政府信息公开工作年度报告"
    found = report("hebei_kjt_2021.txt", link_text=name)
    row = [c for c in found.cells if c.row_code == "normative_docs"]
    assert [(c.raw, c.value, c.state) for c in row] == [("81153", None, "text")] * 3
    assert found.notes == (
        "table proactive: joined numbers with several readings: 行政规范性文件 81153",
    )
    assert [left.kind for left in found.leftovers] == ["text"]


#: The numbers of the statistics annex, from the top of the page to its foot.
JYT_2018 = """
1683 4 4 0 1683 0 1057 575 4 2 2 2 2 50 1 0
1 0 0 0 1 1 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
1 1 0 0 5 5 0 0 0 0 0 2 2 0 2 0 2 0 0
"""


def test_the_statistics_annex_of_2018_is_exact(report):
    name = "河北省教育厅2018年政府信息公开工作年度报告"
    found = report("hebei_jyt_2018_statistics.txt", link_text=name)
    assert (found.template, found.status, found.notes) == ("stat2014", "extracted", ())
    assert [c.raw for c in found.cells] == JYT_2018.split()
    assert [c.value for c in found.cells] == [float(n) for n in JYT_2018.split()]
    assert {c.method for c in found.cells} == {"read"}
    units = {c.row_code: c.unit for c in found.cells}
    assert [row for row, unit in units.items() if unit == "wan_cny"] == [
        "fees_collected", "dedicated_budget",
    ]  # fmt: skip
    cells = {c.row_code: c for c in found.cells}
    assert cells["via_wechat"].value == 1057
    assert cells["policy_explainers"].value == 50
    assert cells["received_letter"].value == 1
    assert cells["litigation_upheld"].value == 5
    assert cells["staff_part_time"].value == 2
    assert cells["meetings"].value == 2
    assert cells["meetings"].locator == "line 325"
    assert [left.kind for left in found.leftovers] == []


def test_prose_of_2013_has_chapters_and_no_cells(report):
    found = report("sipo_2013.html")
    assert (found.template, found.agency.name, found.report_year) == (
        "free2008", "国家知识产权局", 2013,
    )  # fmt: skip
    assert (found.agency.level, found.cells) == ("national", ())
    assert len(found.chapters) == 7
    assert "供销总社" not in "".join(c.text for c in found.chapters)
    # The names of the editor and of other reports stand behind the article.
    assert not any(
        word in found.chapters[6].text for word in ("责任编辑", "环境保护部")
    )
    assert [len(c.text) for c in found.chapters] == [142, 371, 686, 95, 25, 51, 394]


def test_a_list_page_is_a_list(corpus):
    path = corpus / "real" / "ordos_egb_xxgknb_list.html"
    assert read(path.read_bytes(), CONTEXT).verdict.kind == "list"
