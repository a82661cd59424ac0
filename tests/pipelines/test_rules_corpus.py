"""Every finding on real documents, as each was judged by reading the original.

docs/checks.md says why each is right. What is not listed here must not be found.
"""

from pathlib import Path

import pytest

from archive.records import Check, PageContext
from pipelines import stages

#: (rule, scope, origin) by document.
FAILED = {
    "001_4f0b927f638ac2dc.txt": {
        ("Q2", "total", "report"),
        ("Q3", "denied_admin_query", "report"),
        ("S1", "", "report"),
        ("X3", "", "report"),
    },
    "hebei_gxt_2019.txt": {("S1", "", "report")},
    "hebei_jyt_2019.txt": {("S1", "", "report")},
    "shanghai_bgt_2019.html": {("X4", "", "report")},
}
DOUBTED = {
    "000_0b3f05c74df54ba7.txt": {("P3", "rules", "report"), ("A1", "", "reading")},
    "001_4f0b927f638ac2dc.txt": {("X2", "", "report")},
    "002_f5d5ef7bb5443bb4.txt": {("S2", "", "report")},
    "003_69b0cb0c6d86b3bd.txt": {
        ("P5", "admin_license", "report"),
        ("P5", "other_services", "report"),
    },
    "004_1acedcc34cbcc52d.txt": {("B1", "", "report")},
    "hebei_jyt_2019.txt": {("B1", "", "report")},
    "hebei_jyt_2021.txt": {("B1", "", "report")},
    "hebei_kjt_2021.txt": {("A1", "", "reading"), ("K1", "normative_docs", "reading")},
    "shanghai_bgt_2019.html": {("B1", "", "report")},
}


@pytest.fixture(scope="module")
def checks(corpus: Path) -> dict[str, tuple[Check, ...]]:
    """The checks of every report of the corpus, by file name."""
    found = {}
    for path in sorted((*(corpus / "seeds").iterdir(), *(corpus / "real").iterdir())):
        context = PageContext(
            url=f"file:///{path.name}", captured_at="2026-01-31T00:00:00.000000Z"
        )
        report = stages.read_here(path.read_bytes(), context).report
        if report is not None:
            found[path.name] = report.checks
    return found


def one(found: tuple[Check, ...], rule: str, scope: str = "") -> Check:
    (check,) = [c for c in found if (c.rule_id, c.scope) == (rule, scope)]
    return check


def by_document(
    checks: dict[str, tuple[Check, ...]], verdict: str
) -> dict[str, set[tuple[str, str, str | None]]]:
    found = {
        name: {(c.rule_id, c.scope, c.origin) for c in of if c.verdict == verdict}
        for name, of in checks.items()
    }
    return {name: these for name, these in found.items() if these}


def test_what_fails_is_what_was_found_by_reading_and_nothing_else(checks):
    assert len(checks) >= 12
    assert by_document(checks, "FAIL") == FAILED


def test_what_is_doubted_is_what_was_found_by_reading_and_nothing_else(checks):
    assert by_document(checks, "UNCERTAIN") == DOUBTED


def test_one_slip_explains_both_sums_of_laizhou(checks):
    found = checks["001_4f0b927f638ac2dc.txt"]
    slip = (
        '[[{"cell": "requests/denied_admin_query/total", "value": 0.0, "fits": 1.0}]]'
    )
    assert one(found, "Q2", "total").suspects == slip
    assert one(found, "Q3", "denied_admin_query").suspects == slip


def test_the_denial_of_laizhou_is_quoted_with_its_place(checks, corpus):
    found = one(checks["001_4f0b927f638ac2dc.txt"], "X3")
    assert found.message.startswith(
        "“一、总体情况”写道“未因政府信息公开申请提起行政复议、行政诉讼案件”"
    )
    chapter, _, span = (found.place or "").partition(":")
    start, _, end = span.partition("-")
    assert (chapter, int(end) - int(start)) == ("1", 23)


def test_yanzhou_is_understood_as_92_of_20_and_72(checks):
    found = one(checks["003_69b0cb0c6d86b3bd.txt"], "X1")
    assert (found.verdict, found.expected, found.actual) == ("PASS", "92", "92")
    assert found.message.endswith("（92 = 20 + 72）")


def test_the_lists_of_yanzhou_add_up(checks):
    found = one(checks["003_69b0cb0c6d86b3bd.txt"], "X6")
    assert found.verdict == "PASS"
    assert {"11763", "295", "731", "27900"} <= set((found.expected or "").split("；"))


def test_the_lists_and_documents_of_other_reports_agree(checks):
    assert one(checks["000_0b3f05c74df54ba7.txt"], "X6").actual == "1061"
    assert one(checks["hebei_jyt_2019.txt"], "X5").verdict == "PASS"
    assert one(checks["003_69b0cb0c6d86b3bd.txt"], "X5").actual == "2"
    for name, found in checks.items():
        if name != "sipo_2013.html":
            assert one(found, "X7").verdict in ("PASS", "NOT_ASSESSABLE"), name


def test_linqing_fills_totals_over_blank_parts(checks):
    found = one(checks["004_1acedcc34cbcc52d.txt"], "B1")
    assert found.actual == "requests 153/161；review_litigation 12/15"
    assert "只填了总计、分项空白：“二、上年结转政府信息公开申请数量”" in found.message
