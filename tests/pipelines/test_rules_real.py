"""The rules on real reports: exactly the contradictions found by hand."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from archive.records import Agency, Cell, Chapter, Check, Report
from pipelines import rules


def cell(table: str, row: str, col: str, raw: str, method: str = "read") -> Cell:
    number = re.fullmatch(r"\s*([+-]?\d+(?:\.\d+)?)\D*", raw)
    value = float(number[1]) if number else None
    state = "blank" if value is None else "number" if value else "zero"
    return Cell(table, row, col, raw, value, "count", state, method)


def from_gold(text: str, gold: dict) -> Report:
    """A report of transcribed cells, and of prose cut at the transcribed headings."""
    headings = [c["title_raw"] for c in gold["chapters"] if c["no"]]
    cuts = [0, *(text.index(heading) for heading in headings), len(text)]
    chapters = []
    for chapter, start, end in zip(gold["chapters"], cuts, cuts[1:], strict=False):
        body = text[start + len(chapter["title_raw"] or "") : end]
        prose = "\n".join(line for line in body.split("\n") if "\t" not in line)
        chapters.append(Chapter(chapter["no"], chapter["title_raw"], body, prose))
    cells = [
        cell(
            c["table"],
            c["row"],
            c["col"],
            c["raw"],
            "aligned" if "repair" in c else "read",
        )
        for c in gold["cells"]
    ]
    return Report(
        gold["seed"],
        Agency("a", gold["agency"], gold["agency_kind"], None, gold["region_code"]),
        gold["year"],
        gold["scope"],
        gold["title"],
        gold["template"],
        "extracted",
        tuple(chapters),
        tuple(cells),
    )


@pytest.fixture(scope="module")
def checks(corpus: Path, gold: dict[str, dict]) -> dict[str, list[Check]]:
    """The checks of the five seeds, by the first three characters of their names."""
    return {
        name[:3]: rules.evaluate(
            from_gold((corpus / "seeds" / name).read_text("utf-8"), read)
        )
        for name, read in gold.items()
    }


def one(found: list[Check], rule: str, scope: str = "") -> Check:
    (check,) = [c for c in found if (c.rule_id, c.scope) == (rule, scope)]
    return check


def test_only_laizhou_contradicts_itself(checks):
    failed = {
        (seed, c.rule_id, c.scope)
        for seed, found in checks.items()
        for c in found
        if c.verdict == "FAIL"
    }
    assert failed == {
        ("001", "Q2", "total"),
        ("001", "Q3", "denied_admin_query"),
        ("001", "S1", ""),
        ("001", "X3", ""),
    }


def test_doubts_are_those_known_from_reading(checks):
    doubtful = {
        (seed, c.rule_id, c.severity)
        for seed, found in checks.items()
        for c in found
        if c.verdict == "UNCERTAIN"
    }
    assert doubtful == {
        ("000", "A1", "note"),
        ("001", "X2", "odd"),
        ("002", "S2", "odd"),
        ("003", "P5", "odd"),
        ("004", "B1", "note"),
    }


def test_laizhou_is_told_in_words_and_numbers(checks):
    found = checks["001"]
    assert one(found, "Q2", "total").message == (
        "总计列：各项办理结果合计 106，（七）总计为 107，相差 1"
    )
    denied = one(found, "Q3", "denied_admin_query")
    assert (denied.expected, denied.actual) == ("1", "0")
    assert "（三）不予公开 8.属于行政查询事项" in denied.message
    prose = one(found, "X3")
    assert prose.expected == "行政复议 3；行政诉讼 1"
    assert prose.message == (
        "“一、总体情况”写道“未因政府信息公开申请提起行政复议、行政诉讼案件”，"
        "表中行政复议 3 件、行政诉讼 1 件，文字与表不符"
    )
    answered = one(found, "X2")
    assert (answered.expected, answered.actual) == ("107", "106")
    assert "“已办理答复106件”" in answered.message


def test_the_other_columns_of_laizhou_pass(checks):
    passed = [
        c.scope for c in checks["001"] if (c.rule_id, c.verdict) == ("Q2", "PASS")
    ]
    assert passed == [
        "natural_person",
        "business",
        "research",
        "public_interest_org",
        "legal_service",
        "other_org",
    ]
    assert one(checks["001"], "Q1", "total").verdict == "PASS"


def test_received_requests_agree_where_the_text_names_them(checks):
    found = {seed: one(c, "X1") for seed, c in checks.items()}
    assert {seed: (c.verdict, c.actual) for seed, c in found.items()} == {
        "000": ("PASS", "2"),
        "001": ("PASS", "106"),
        "002": ("NOT_ASSESSABLE", None),
        "003": ("PASS", "92"),
        "004": ("PASS", "1"),
    }


def test_remedies_of_yanzhou_agree_in_number_and_outcome(checks):
    found = one(checks["003"], "X4")
    assert found.verdict == "PASS"
    assert found.actual == (
        "行政复议 2；行政复议结果维持 1；行政复议结果纠正 1；"
        "行政诉讼 2；行政诉讼结果维持 1；行政诉讼其他结果 1"
    )


def test_mostly_blank_tables_are_not_passed_for_sound(checks):
    rows = {c.scope: c for c in checks["004"] if c.rule_id == "Q3"}
    passed = [scope for scope, c in rows.items() if c.verdict == "PASS"]
    assert passed == ["new_received", "granted", "handled_total"]
    assert rows["granted"].message.endswith("相符（5 处空白按 0 计）")
    assert {c.verdict for c in checks["004"] if c.rule_id == "L1"} == {"NOT_ASSESSABLE"}


# ------------------------------------------------------------------------- from the Web

PERSONS = [
    "natural_person",
    "business",
    "research",
    "public_interest_org",
    "legal_service",
    "other_org",
    "total",
]
DECIDED = ["upheld", "corrected", "other_result", "pending", "total"]
REMEDIES = ["reconsideration", "litigation_direct", "litigation_after_reconsideration"]


def prose_of(path: Path) -> str:
    """The text of a page without its tables."""
    soup = BeautifulSoup(path.read_bytes(), "lxml")
    for node in soup(["table", "script", "style"]):
        node.decompose()
    return soup.get_text("\n")


def from_page(path: Path, agency: str, year: int, template: str, rows: str) -> Report:
    """A report of one page: its prose, and rows of ``code: cells`` read by hand.

    A row gives its cells separated by commas; blank ones are empty.
    """
    cells = []
    for line in rows.strip().splitlines():
        code, _, values = line.strip().partition(":")
        table = "review_litigation" if code in REMEDIES else "requests"
        columns = DECIDED if code in REMEDIES else PERSONS
        for column, raw in zip(columns, values.split(","), strict=True):
            cells.append(cell(table, code, column, raw.strip()))
    text = prose_of(path)
    return Report(
        path.stem,
        Agency("a", agency, "department", None, None),
        year,
        "own_organ",
        f"{year}年政府信息公开工作年度报告",
        template,
        "extracted",
        (Chapter(1, "一、总体情况", text, text),),
        tuple(cells),
    )


SHANGHAI = """
new_received: 821,35,,,2,1,859
carried_in: 18,,,,,,18
granted: 258,12,,,1,1,
granted_partial: 3,,,,,,
denied_state_secret: 14,,,,,,
denied_law_prohibits: ,,,,,,
denied_security_stability: ,,,,,,
denied_third_party: ,,,,,,
denied_internal_affairs: 5,,,,,,
denied_deliberative: 3,1,,,,,
denied_enforcement_file: ,,,,,,
denied_admin_query: 10,2,,,,,
unable_not_held: 252,12,,,1,,
unable_needs_creation: 44,3,,,,,
unable_unclear_after_correction: 25,,,,,,
rejected_petition: 148,1,,,,,
rejected_duplicate: 5,4,,,,,
rejected_publication: ,,,,,,
rejected_abusive_volume: ,,,,,,
rejected_reconfirm: ,,,,,,
other_handling: ,,,,,,
handled_total: 767,35,,,2,1,805
carried_out: 72,,,,,,72
reconsideration: 5,,,2,7
litigation_direct: 8,,,1,9
litigation_after_reconsideration: ,,,,
"""


def test_shanghai_2019_says_all_upheld_where_three_are_pending(corpus):
    page = corpus / "real" / "shanghai_bgt_2019.html"
    found = rules.evaluate(
        from_page(page, "上海市人民政府办公厅", 2019, "gk2019", SHANGHAI)
    )
    outside_form = [c for c in found if c.rule_id not in ("S1", "S2")]
    assert [c.rule_id for c in outside_form if c.verdict == "FAIL"] == ["X4"]
    upheld = one(found, "X4")
    assert upheld.expected == "行政复议结果维持 5；行政诉讼结果维持 8"
    assert upheld.actual == "行政复议结果维持 7；行政诉讼结果维持 9"
    assert "信息公开类行政复议7件，诉讼9件，均获维持" in upheld.message
    assert one(found, "X1").verdict == one(found, "X2").verdict == "PASS"
    assert one(found, "X3").verdict == "PASS"
    verdicts = {(c.rule_id, c.scope): c.verdict for c in found}
    assert verdicts["Q1", "total"] == verdicts["Q2", "natural_person"] == "PASS"
    assert verdicts["Q2", "total"] == verdicts["Q3", "granted"] == "NOT_ASSESSABLE"
    assert verdicts["Q2", "research"] == "NOT_ASSESSABLE"
    assert verdicts["Q3", "handled_total"] == "PASS"


ROWS_2021 = [
    "granted_partial",
    "denied_state_secret",
    "denied_law_prohibits",
    "denied_security_stability",
    "denied_third_party",
    "denied_internal_affairs",
    "denied_deliberative",
    "denied_enforcement_file",
    "denied_admin_query",
    "unable_not_held",
    "unable_needs_creation",
    "unable_unclear_after_correction",
    "rejected_petition",
    "rejected_duplicate",
    "rejected_publication",
    "rejected_abusive_volume",
    "rejected_reconfirm",
    "other_correction_overdue",
    "other_fee_unpaid",
    "other_misc",
    "carried_in",
    "carried_out",
]
SHUYANG = "\n".join(
    [
        *(f"{row}: 26,,,,,,26" for row in ("new_received", "granted", "handled_total")),
        *(f"{row}: 0,,,,,,0" for row in ROWS_2021),
        "reconsideration: 0,0,0,1,1",
        "litigation_direct: 0,0,0,0,0",
        "litigation_after_reconsideration: 0,0,0,0,0",
    ]
)


def test_shuyang_2023_contradicts_nothing(corpus):
    page = corpus / "real" / "shuyang_fgj_2023.html"
    found = rules.evaluate(
        from_page(page, "沭阳县发展和改革局", 2023, "gk2021", SHUYANG)
    )
    outside_form = [c for c in found if c.rule_id not in ("S1", "S2")]
    assert {c.verdict for c in outside_form} == {"PASS", "NOT_ASSESSABLE"}
    assert one(found, "X6").actual == "249"
    assert one(found, "X1").actual == "26"
    assert one(found, "Q3", "other_misc").verdict == "PASS"
