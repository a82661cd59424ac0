"""Differences of versions: what a publisher changed, never what we read better."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archive.catalog import Catalog
from archive.changes import Version, between, classify
from archive.records import Chapter, Extraction, PageContext, Report, Verdict
from pipelines.load import Loaded, load
from tests.pipelines.test_load import REPORT, capture, corrected

PAGE, FILE = "http://a.example/1", "http://a.example/1.pdf"
SCAN = replace(REPORT, status="unreadable", cells=(), chapters=())


@pytest.fixture
def catalog(tmp_path):
    with Catalog(tmp_path / "catalog.db") as opened:
        yield opened


def show(
    catalog: Catalog,
    report: Report,
    sha256: str,
    day: int,
    url: str = PAGE,
    reader: str = "html/1",
) -> Loaded:
    """An address shows something on a day of January, read by a reader."""
    seen = replace(capture(sha256, day), url=url)
    found = Extraction(
        sha256, "html", "text/html", None, Verdict("report", ""), report, reader, "v"
    )
    return load(
        catalog, seen, found, PageContext(url=url, captured_at=seen.captured_at)
    )


def worded(text: str, report: Report = REPORT) -> Report:
    """The report with other words in its first chapter."""
    chapter = Chapter(1, "一、总体情况", text, text)
    return replace(report, chapters=(report.chapters[0], chapter))


def changes(catalog: Catalog) -> list[tuple]:
    return [
        tuple(row.values())
        for row in catalog.rows(
            "SELECT from_version, to_version, kind, row_code, old_raw, new_raw"
            " FROM changes ORDER BY to_version, change_no"
        )
    ]


def kinds(catalog: Catalog) -> list[str]:
    return [v["change"] for v in catalog.versions(REPORT.report_id)]


# --------------------------------------------------------------------- what is told


def test_a_cell_that_appears_goes_or_changes_is_told_with_its_text_and_number():
    old = Version(cells={("t", "a", "c"): ("5", 5), ("t", "b", "c"): ("", None)})
    new = Version(cells={("t", "b", "c"): (" 0 ", 0), ("t", "d", "c"): ("7", 7)})
    found = [
        (c.row_code, c.old_raw, c.new_raw, c.old_value, c.new_value)
        for c in between(old, new)
    ]
    assert found == [
        ("a", "5", None, 5, None),
        ("b", "", " 0 ", None, 0),
        ("d", None, "7", None, 7),
    ]


def test_spaces_around_a_number_are_no_change():
    one = Version(cells={("t", "a", "c"): ("5", 5)}, chapters={1: "一、 总体"})
    other = Version(cells={("t", "a", "c"): (" 5\u3000", 5)}, chapters={1: "一、总体"})
    assert between(one, other) == []


def test_cells_are_told_in_the_order_of_the_form():
    keys = [("requests", row, "total") for row in ("new", "carried", "granted")]
    order = {key: at for at, key in enumerate(keys)}
    found = between(Version(), Version(cells=dict.fromkeys(keys, ("1", 1))), order)
    assert [c.row_code for c in found] == ["new", "carried", "granted"]


def test_the_title_and_form_are_told_and_make_no_kind():
    old = Version({"title": "2020年报", "template": "gk2019", "status": "extracted"})
    new = Version({"title": "2020年 度报", "template": "gk2021", "status": "partial"})
    found = between(old, new)
    assert [(c.kind, c.old_raw, c.new_raw) for c in found] == [
        ("title", "2020年报", "2020年 度报"),
        ("template", "gk2019", "gk2021"),
        ("status", "extracted", "partial"),
    ]
    assert classify(found) is None


def test_nothing_is_told_of_cells_that_could_not_be_read():
    scan = Version({"status": "unreadable"})
    page = Version({"status": "extracted"}, {("t", "a", "c"): ("5", 5)}, {1: "一"})
    assert [c.kind for c in between(scan, page)] == ["status"]


def test_figures_and_words_are_one_kind_and_all_their_rows(catalog):
    show(catalog, REPORT, "aa", 1)
    show(catalog, worded("全年收到申请六件。", corrected(6)), "bb", 2)
    assert kinds(catalog) == ["first", "figures_and_text"]
    assert changes(catalog) == [
        (1, 2, "cell", "granted", "5", "6"),
        (1, 2, "chapter", None, "一、总体情况\n全年收到申请五件。",
         "一、总体情况\n全年收到申请六件。"),
    ]  # fmt: skip
    (found,) = catalog.rows("SELECT DISTINCT detected_at FROM changes")
    assert found == {"detected_at": "2026-01-02T00:00:00.000000Z"}


def test_what_goes_back_and_forth_is_told_each_time(catalog):
    show(catalog, REPORT, "aa", 1)
    show(catalog, corrected(6), "bb", 2)
    show(catalog, REPORT, "aa", 3)
    assert changes(catalog) == [
        (1, 2, "cell", "granted", "5", "6"),
        (2, 3, "cell", "granted", "6", "5"),
    ]


# --------------------------------------------------------------------- reading again


def test_a_better_reading_of_one_version_is_no_change_of_the_report(catalog):
    show(catalog, REPORT, "aa", 1)
    assert show(catalog, corrected(7), "aa", 1, reader="html/2").effect == "reread"
    assert changes(catalog) == []


def test_rows_stay_until_both_versions_are_read_by_the_same_readers(catalog):
    show(catalog, REPORT, "aa", 1)
    show(catalog, corrected(6), "bb", 2)
    before = changes(catalog)
    blank = replace(REPORT.cells[1], raw="0", value=0, state="zero")
    better = replace(REPORT, cells=(REPORT.cells[0], blank))
    show(catalog, better, "aa", 1, reader="html/2")
    assert changes(catalog) == before
    newer = replace(better, cells=(corrected(6).cells[0], blank))
    show(catalog, newer, "bb", 2, reader="html/2")
    assert changes(catalog) == before


def test_a_version_that_is_read_better_gets_the_rows_that_were_overlooked(catalog):
    show(catalog, REPORT, "aa", 1)
    show(catalog, corrected(6), "bb", 2)
    show(catalog, REPORT, "aa", 1, reader="html/2")
    words = worded("全年收到申请六件。", corrected(6))
    show(catalog, words, "bb", 2, reader="html/2")
    assert [row[2] for row in changes(catalog)] == ["cell", "chapter"]
    assert kinds(catalog) == ["first", "figures_and_text"]


def test_a_file_and_a_page_are_compared_though_their_readers_differ(catalog):
    show(catalog, REPORT, "aa", 1)
    show(catalog, corrected(6), "bb", 2, reader="pdf/4")
    assert changes(catalog) == [(1, 2, "cell", "granted", "5", "6")]


def test_a_withdrawn_version_takes_its_rows_along(catalog):
    show(catalog, REPORT, "aa", 1)
    show(catalog, corrected(6), "bb", 2)
    show(catalog, corrected(8), "cc", 3)
    other = replace(corrected(6), report_id="990102-gov-2021")
    show(catalog, other, "bb", 2)
    assert changes(catalog) == [(1, 3, "cell", "granted", "5", "8")]


def test_a_report_that_is_withdrawn_leaves_no_rows(catalog):
    show(catalog, REPORT, "aa", 1)
    show(catalog, corrected(6), "bb", 2)
    for sha256, day in (("aa", 1), ("bb", 2)):
        show(catalog, replace(REPORT, report_id="990102-gov-2021"), sha256, day)
    assert catalog.rows("SELECT DISTINCT report_id FROM changes") == []
    assert catalog.report(REPORT.report_id) is None


# ------------------------------------------------------------------------ attachments


def documents(catalog: Catalog) -> list[tuple]:
    return [
        tuple(row.values())
        for row in catalog.rows(
            "SELECT version_no, sha256, role, url FROM report_documents ORDER BY 1, 2"
        )
    ]


def swap(catalog: Catalog) -> Loaded:
    """A page with a scan, and another scan under the same address a day later."""
    show(catalog, REPORT, "aa", 1)
    show(catalog, SCAN, "s1", 1, FILE, "pdf/1")
    return show(catalog, SCAN, "s2", 2, FILE, "pdf/1")


def test_another_scan_under_the_same_address_is_a_version_with_the_same_cells(catalog):
    done = swap(catalog)
    assert (done.effect, done.version_no) == ("new_version", 2)
    assert kinds(catalog) == ["first", "attachment"]
    assert changes(catalog) == [(1, 2, "attachment", None, "s1", "s2")]
    assert documents(catalog) == [
        (1, "aa", "main", PAGE),
        (1, "s1", "attachment", FILE),
        (2, "aa", "main", PAGE),
        (2, "s2", "attachment", FILE),
    ]
    row = catalog.report(REPORT.report_id)
    assert (row["version_no"], row["n_versions"], row["sha256"]) == (2, 2, "aa")
    cells = catalog.rows("SELECT version_no, count(*) AS n FROM cells GROUP BY 1")
    assert cells == [{"version_no": 1, "n": 2}, {"version_no": 2, "n": 2}]


def test_the_first_scan_again_is_a_third_version(catalog):
    swap(catalog)
    assert show(catalog, SCAN, "s1", 3, FILE, "pdf/1").version_no == 3
    assert changes(catalog) == [
        (1, 2, "attachment", None, "s1", "s2"),
        (2, 3, "attachment", None, "s2", "s1"),
    ]


def test_a_second_scan_at_another_address_is_no_version(catalog):
    show(catalog, REPORT, "aa", 1)
    show(catalog, SCAN, "s1", 1, FILE, "pdf/1")
    done = show(catalog, SCAN, "s2", 2, "http://a.example/2.pdf", "pdf/1")
    assert (done.effect, done.version_no) == ("duplicate", 1)


def test_reading_all_again_leaves_versions_of_attachments(catalog):
    swap(catalog)
    before = (documents(catalog), changes(catalog), kinds(catalog))
    show(catalog, REPORT, "aa", 1)
    show(catalog, SCAN, "s1", 1, FILE, "pdf/1")
    show(catalog, SCAN, "s2", 2, FILE, "pdf/1")
    assert (documents(catalog), changes(catalog), kinds(catalog)) == before


def test_a_correction_of_the_page_after_a_swap_is_compared_with_it(catalog):
    swap(catalog)
    assert show(catalog, corrected(6), "bb", 3).version_no == 3
    assert changes(catalog)[1:] == [(2, 3, "cell", "granted", "5", "6")]
    assert kinds(catalog) == ["first", "attachment", "figures"]
