"""What is a new version, what is a duplicate, and what is only read again."""

from dataclasses import replace
from pathlib import Path

import pytest

from archive.catalog import Catalog
from archive.records import (
    Agency,
    Capture,
    Cell,
    Chapter,
    Extraction,
    PageContext,
    Report,
    Verdict,
)
from pipelines.load import load

AGENCY = Agency("990101-gov", "云川市人民政府", "government", "city", "990101")
REPORT = Report(
    "990101-gov-2021",
    AGENCY,
    2021,
    "government_aggregate",
    "云川市2021年政府信息公开工作年度报告",
    "gk2021",
    "extracted",
    chapters=(
        Chapter(0, None, "首页 > 年报", "首页 > 年报"),
        Chapter(1, "一、总体情况", "全年收到申请五件。", "全年收到申请五件。"),
    ),
    cells=(
        Cell("requests", "granted", "total", "5", 5, "count", "number"),
        Cell("requests", "carried_in", "total", "", None, "count", "blank"),
    ),
)


def capture(sha256: str, number: int) -> Capture:
    return Capture(
        capture_id=f"urn:uuid:{number}",
        url=f"http://a.example/{number}",
        captured_at=f"2026-01-0{number}T00:00:00.000000Z",
        http_status=200,
        outcome="ok",
        sha256=sha256,
        warc_file="w.warc.gz",
        warc_offset=0,
        warc_length=1,
        run_id="r",
    )


@pytest.fixture
def catalog(tmp_path: Path):
    with Catalog(tmp_path / "catalog.db") as opened:
        yield opened


def take(catalog: Catalog, report: Report | None, sha256: str, number: int):
    seen = capture(sha256, number)
    verdict = Verdict("report" if report else "circular", "because")
    extraction = Extraction(
        sha256, "html", "text/html", "utf-8", verdict, report, "html/1", "v"
    )
    context = PageContext(url=seen.url, captured_at=seen.captured_at)
    return load(catalog, seen, extraction, context)


def test_first_reading_is_a_new_report(catalog):
    assert take(catalog, REPORT, "aa", 1).effect == "new_report"
    row = catalog.report(REPORT.report_id)
    assert (row["version_no"], row["n_versions"], row["sha256"]) == (1, 1, "aa")
    assert row["source_url"] == "http://a.example/1"


def test_same_bytes_at_another_address_add_the_address_only(catalog):
    take(catalog, REPORT, "aa", 1)
    assert take(catalog, REPORT, "aa", 2).effect == "reread"
    row = catalog.report(REPORT.report_id)
    assert (row["n_versions"], row["source_url"]) == (1, "http://a.example/1")
    urls = catalog.rows("SELECT url, role FROM report_documents ORDER BY url")
    assert [(u["url"], u["role"]) for u in urls] == [
        ("http://a.example/1", "main"),
        ("http://a.example/2", "main"),
    ]


def test_a_new_page_frame_is_a_duplicate_not_a_version(catalog):
    take(catalog, REPORT, "aa", 1)
    frame = Chapter(0, None, "新首页 > 年报", "新首页 > 年报")
    spaced = Chapter(1, "一、总体情况", "全年收到 申请五件。", "全年收到\n申请五件。")
    reframed = replace(REPORT, chapters=(frame, spaced))
    assert take(catalog, reframed, "bb", 2).effect == "duplicate"
    assert catalog.report(REPORT.report_id)["n_versions"] == 1
    roles = catalog.rows("SELECT sha256, role FROM report_documents ORDER BY sha256")
    assert [(r["sha256"], r["role"]) for r in roles] == [
        ("aa", "main"),
        ("bb", "duplicate"),
    ]


def test_a_changed_figure_is_a_version_and_the_old_one_stays(catalog):
    take(catalog, REPORT, "aa", 1)
    corrected = replace(
        REPORT, cells=(replace(REPORT.cells[0], raw="6", value=6), REPORT.cells[1])
    )
    assert take(catalog, corrected, "bb", 2).effect == "new_version"
    row = catalog.report(REPORT.report_id)
    assert (row["version_no"], row["n_versions"], row["sha256"]) == (2, 2, "bb")
    changes = [v["change"] for v in catalog.versions(REPORT.report_id)]
    assert changes == ["first", "figures"]
    values = catalog.rows(
        "SELECT version_no, raw FROM cells WHERE row_code = 'granted' ORDER BY 1"
    )
    assert [(v["version_no"], v["raw"]) for v in values] == [(1, "5"), (2, "6")]


def test_a_blank_that_becomes_a_zero_is_a_change_of_figures(catalog):
    take(catalog, REPORT, "aa", 1)
    zero = replace(REPORT.cells[1], raw="0", value=0, state="zero")
    take(catalog, replace(REPORT, cells=(REPORT.cells[0], zero)), "bb", 2)
    assert catalog.versions(REPORT.report_id)[1]["change"] == "figures"


def test_changed_prose_is_a_change_of_text(catalog):
    take(catalog, REPORT, "aa", 1)
    words = Chapter(1, "一、总体情况", "全年收到申请伍件。", "全年收到申请伍件。")
    take(catalog, replace(REPORT, chapters=(words,)), "bb", 2)
    assert catalog.versions(REPORT.report_id)[1]["change"] == "text"


def test_reading_an_old_version_again_leaves_the_current_one(catalog):
    take(catalog, REPORT, "aa", 1)
    corrected = replace(
        REPORT, cells=(replace(REPORT.cells[0], raw="6", value=6), REPORT.cells[1])
    )
    take(catalog, corrected, "bb", 2)
    assert take(catalog, REPORT, "aa", 1).effect == "reread"
    row = catalog.report(REPORT.report_id)
    assert (row["version_no"], row["n_versions"], row["sha256"]) == (2, 2, "bb")


def test_what_is_no_report_is_listed_with_its_reason(catalog):
    assert take(catalog, None, "cc", 3).effect == "no_report"
    (row,) = catalog.rows("SELECT kind, reason, report_id FROM triage")
    assert (row["kind"], row["reason"], row["report_id"]) == (
        "circular",
        "because",
        None,
    )


def renamed(report: Report) -> Report:
    agency = Agency("990102-gov", "云山市人民政府", "government", "city", "990102")
    return replace(report, report_id="990102-gov-2021", agency=agency)


def test_a_document_that_turns_out_to_be_another_report_leaves_no_ghost(catalog):
    take(catalog, REPORT, "aa", 1)
    assert take(catalog, renamed(REPORT), "aa", 1).effect == "new_report"
    reports = catalog.rows("SELECT report_id, n_versions FROM reports")
    assert [tuple(r.values()) for r in reports] == [("990102-gov-2021", 1)]
    assert catalog.rows("SELECT DISTINCT report_id FROM cells") == [
        {"report_id": "990102-gov-2021"}
    ]
    assert catalog.rows("SELECT agency_id FROM agencies") == [
        {"agency_id": "990102-gov"}
    ]


def test_a_withdrawn_version_leaves_the_numbers_of_the_others(catalog):
    take(catalog, REPORT, "aa", 1)
    words = Chapter(1, "一、总体情况", "全年收到申请伍件。", "全年收到申请伍件。")
    take(catalog, replace(REPORT, chapters=(words,)), "bb", 2)
    take(catalog, renamed(REPORT), "aa", 1)
    row = catalog.report(REPORT.report_id)
    assert (row["version_no"], row["n_versions"], row["sha256"]) == (2, 1, "bb")


def test_a_document_found_at_two_places_is_withdrawn_at_the_last(catalog):
    take(catalog, REPORT, "aa", 1)
    take(catalog, REPORT, "aa", 2)
    take(catalog, None, "aa", 1)
    assert catalog.report(REPORT.report_id) is not None
    take(catalog, None, "aa", 2)
    assert catalog.report(REPORT.report_id) is None
    assert catalog.count("cells") == 0
    assert catalog.count("documents") == 1


def corrected(value: int) -> Report:
    cell = replace(REPORT.cells[0], raw=str(value), value=value)
    return replace(REPORT, cells=(cell, REPORT.cells[1]))


def at_one_address(catalog: Catalog, report: Report, sha256: str, day: int):
    """The same address shows something on a day of January."""
    seen = replace(capture(sha256, day), url="http://a.example/1")
    extraction = Extraction(
        sha256, "html", "text/html", None, Verdict("report", ""), report, "html/1", "v"
    )
    context = PageContext(url=seen.url, captured_at=seen.captured_at)
    return load(catalog, seen, extraction, context)


def told(catalog: Catalog) -> list[tuple]:
    return [
        (v["version_no"], v["sha256"], v["change"], v["first_captured_at"][8:10])
        for v in catalog.versions(REPORT.report_id)
    ]


def test_a_page_that_goes_back_to_its_first_content_has_a_third_version(catalog):
    at_one_address(catalog, REPORT, "aa", 1)
    at_one_address(catalog, corrected(6), "bb", 2)
    back = at_one_address(catalog, REPORT, "aa", 3)
    assert (back.effect, back.version_no) == ("new_version", 3)
    row = catalog.report(REPORT.report_id)
    assert (row["version_no"], row["n_versions"], row["sha256"]) == (3, 3, "aa")
    assert told(catalog) == [
        (1, "aa", "first", "01"),
        (2, "bb", "figures", "02"),
        (3, "aa", "figures", "03"),
    ]


def test_a_page_that_goes_back_in_a_new_frame_has_a_third_version(catalog):
    at_one_address(catalog, REPORT, "aa", 1)
    at_one_address(catalog, corrected(6), "bb", 2)
    back = at_one_address(catalog, REPORT, "cc", 3)
    assert (back.effect, back.version_no) == ("new_version", 3)
    assert catalog.report(REPORT.report_id)["sha256"] == "cc"


def test_a_copy_elsewhere_of_the_first_content_takes_nothing_back(catalog):
    at_one_address(catalog, REPORT, "aa", 1)
    at_one_address(catalog, corrected(6), "bb", 2)
    copy = take(catalog, REPORT, "cc", 3)
    assert (copy.effect, copy.version_no) == ("duplicate", 1)
    assert catalog.report(REPORT.report_id)["version_no"] == 2


def test_reading_all_again_leaves_versions_that_went_back_and_forth(catalog):
    at_one_address(catalog, REPORT, "aa", 1)
    at_one_address(catalog, corrected(6), "bb", 2)
    at_one_address(catalog, REPORT, "aa", 3)
    at_one_address(catalog, corrected(6), "bb", 4)
    before = told(catalog)
    assert [version[:2] for version in before] == [
        (1, "aa"), (2, "bb"), (3, "aa"), (4, "bb"),
    ]  # fmt: skip
    # As `extract` does: with the first capture of each document.
    assert at_one_address(catalog, REPORT, "aa", 1).effect == "reread"
    assert at_one_address(catalog, corrected(6), "bb", 2).effect == "reread"
    assert told(catalog) == before


def test_a_better_reading_replaces_that_of_every_version_of_the_document(catalog):
    at_one_address(catalog, REPORT, "aa", 1)
    at_one_address(catalog, corrected(6), "bb", 2)
    at_one_address(catalog, REPORT, "aa", 3)
    at_one_address(catalog, corrected(7), "aa", 1)
    values = catalog.rows(
        "SELECT version_no, raw FROM cells WHERE row_code = 'granted' ORDER BY 1"
    )
    assert [tuple(v.values()) for v in values] == [(1, "7"), (2, "6"), (3, "7")]
    assert catalog.report(REPORT.report_id)["n_versions"] == 3
