"""A page and its files are one version: duplicate, attachment, conflict."""

import json
from dataclasses import replace

import pytest

from archive.catalog import Catalog
from archive.packages import documents
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
from pipelines.roles import compare

PAGE, PDF, DOCX = (f"http://a.example/t1/{n}" for n in ("b.html", "b.pdf", "b.docx"))
LIST = "http://a.example/t1/"
AGENCY = Agency("990101-gov", "云川市人民政府", "government", "city", "990101")
PROSE = "全年收到政府信息公开申请5件,均按时答复。" * 20


def cell(raw, value, row="granted", state="number", method="read", unit="count"):
    return Cell("requests", row, "total", raw, value, unit, state, method)


REPORT = Report(
    "990101-gov-2021", AGENCY, 2021, "government_aggregate",
    "云川市2021年政府信息公开工作年度报告", "gk2021", "extracted",
    chapters=tuple(
        Chapter(n, f"{n}、标题", PROSE, PROSE if n == 1 else "无。")
        for n in range(1, 7)
    ),
    cells=(cell("5", 5.0), cell("", None, "carried_in", "blank")),
)  # fmt: skip
SIX = replace(REPORT, cells=(cell("6", 6.0), REPORT.cells[1]))


@pytest.fixture
def catalog(tmp_path):
    with Catalog(tmp_path / "catalog.db") as opened:
        opened.start_run("crawl")
        yield opened


def take(catalog, report, sha256, day, url, via=None, files=(), run=None):
    run = run or catalog.rows("SELECT run_id FROM runs")[0]["run_id"]
    at = f"2026-01-{day:02}T00:00:00Z"
    capture = Capture(
        f"urn:uuid:{day}{sha256}", url, at, 200, "ok", sha256, "w", 0, 1, run
    )
    catalog.add_capture(capture)
    verdict = Verdict("report" if report else "other", "because")
    extraction = Extraction(
        sha256, "html", "text/html", "utf-8", verdict, report, "html/1", "v",
        files=tuple(files),
    )  # fmt: skip
    context = PageContext(url=url, captured_at=at, list_url=via)
    return load(catalog, capture, extraction, context)


def roles(catalog, version=1):
    rows = documents(catalog, REPORT.report_id, version)
    return {row["sha256"]: (row["role"], bool(row["differs"])) for row in rows}


def findings(catalog):
    sql = "SELECT scope, verdict, expected, actual FROM checks WHERE rule_id = 'F1'"
    return [tuple(row.values()) for row in catalog.rows(sql)]


# ----------------------------------------------------------------- what is the same


def test_white_space_signs_and_ways_to_print_a_number_make_no_difference():
    printed = replace(
        REPORT,
        cells=(cell("５ 件", 5.0), cell("-", None, "carried_in", "dash")),
        chapters=tuple(
            replace(c, prose=c.prose.replace(",", "，\n")) for c in REPORT.chapters
        ),
    )
    assert compare(REPORT, printed).same


def test_a_blank_is_not_a_zero_and_units_are_converted():
    zero = replace(REPORT, cells=(cell("5", 5.0), cell("0", 0.0, "carried_in", "zero")))
    assert compare(REPORT, zero).figures == (
        (("requests", "carried_in", "total"), "", "0"),
    )
    wan = replace(REPORT, cells=(cell("1.5", 1.5, unit="wan_cny"),))
    yuan = replace(REPORT, cells=(cell("15000", 15000.0, unit="cny"),))
    assert compare(wan, yuan).same


def test_another_number_in_the_text_is_a_difference_and_a_page_number_is_none():
    def said(text):
        first = replace(REPORT.chapters[0], prose=text)
        return compare(REPORT, replace(REPORT, chapters=(first, *REPORT.chapters[1:])))

    assert said(PROSE + "- 3 -").agrees
    other = said(PROSE[:-22] + PROSE[-22:].replace("5件", "8件"))
    assert not other.agrees and "公开申请5件" in other.text and "8件" in other.text


def test_a_file_with_the_tables_alone_agrees_and_is_not_the_same():
    found = compare(REPORT, replace(REPORT, cells=REPORT.cells[:1], chapters=()))
    assert (found.agrees, found.same, found.only_main) == (True, False, 1)


# -------------------------------------------------------------- page first, then file


def test_a_file_that_says_the_same_is_a_duplicate(catalog):
    take(catalog, REPORT, "page", 1, PAGE, LIST, [PDF])
    assert take(catalog, REPORT, "pdf", 1, PDF, PAGE).effect == "duplicate"
    assert roles(catalog) == {"page": ("main", False), "pdf": ("duplicate", False)}
    assert findings(catalog) == []


@pytest.mark.parametrize("via", [PAGE, LIST])
def test_a_file_that_says_otherwise_is_a_conflict_and_no_version(catalog, via):
    take(catalog, REPORT, "page", 1, PAGE, LIST, [PDF])
    assert take(catalog, SIX, "pdf", 1, PDF, via).effect == "duplicate"
    assert roles(catalog) == {"page": ("main", False), "pdf": ("attachment", True)}
    (row,) = catalog.rows("SELECT sha256, n_versions, source_url FROM reports")
    assert tuple(row.values()) == ("page", 1, PAGE)
    assert findings(catalog) == [("granted/total", "FAIL", "5", "6")]
    (told,) = catalog.rows(
        "SELECT message, message_en FROM checks WHERE rule_id = 'F1'"
    )
    assert told == {
        "message": f"正文为“5”，另一文件为“6”：{PDF}",
        "message_en": f"The main document says “5”, another one “6”: {PDF}",
    }
    said = json.loads(documents(catalog, REPORT.report_id, 1)[1]["differs"])
    assert said["figures"] == [["requests/granted/total", "5", "6"]]


def test_a_conflict_of_numbers_that_were_recognised_is_uncertain(catalog):
    take(catalog, REPORT, "page", 1, PAGE, LIST, [PDF])
    scan = replace(SIX, cells=(replace(SIX.cells[0], method="ocr"), SIX.cells[1]))
    take(catalog, scan, "pdf", 1, PDF, PAGE)
    assert findings(catalog) == [("granted/total", "UNCERTAIN", "5", "6")]


def test_a_file_that_is_replaced_later_leaves_the_page_what_the_report_says(catalog):
    take(catalog, REPORT, "page", 1, PAGE, LIST, [PDF])
    take(catalog, REPORT, "pdf", 1, PDF, PAGE)
    take(catalog, SIX, "pdf2", 9, PDF, PAGE)
    versions = catalog.versions(REPORT.report_id)
    assert [(v["sha256"], v["change"]) for v in versions] == [
        ("page", "first"), ("page", "attachment"),
    ]  # fmt: skip
    assert roles(catalog, 2) == {"page": ("main", False), "pdf2": ("attachment", True)}
    assert findings(catalog) == [("granted/total", "FAIL", "5", "6")]


def test_a_page_that_is_corrected_is_a_version_and_the_old_file_in_conflict(catalog):
    take(catalog, REPORT, "page", 1, PAGE, LIST, [PDF])
    take(catalog, REPORT, "pdf", 1, PDF, PAGE)
    assert take(catalog, SIX, "page2", 9, PAGE, LIST, [PDF]).effect == "new_version"
    assert roles(catalog, 2) == {
        "page2": ("main", False), "pdf": ("attachment", True),
    }  # fmt: skip
    assert findings(catalog) == [("granted/total", "FAIL", "6", "5")]


def test_reading_page_and_file_again_keeps_roles_and_findings(catalog):
    take(catalog, REPORT, "page", 1, PAGE, LIST, [PDF])
    take(catalog, SIX, "pdf", 1, PDF, PAGE)
    assert take(catalog, REPORT, "page", 1, PAGE, LIST, [PDF]).effect == "reread"
    assert take(catalog, SIX, "pdf", 1, PDF, PAGE).effect == "duplicate"
    assert roles(catalog) == {"page": ("main", False), "pdf": ("attachment", True)}
    assert findings(catalog) == [("granted/total", "FAIL", "5", "6")]


def test_a_better_reading_of_the_page_ends_a_conflict_that_was_a_misreading(catalog):
    take(catalog, REPORT, "page", 1, PAGE, LIST, [PDF])
    take(catalog, SIX, "pdf", 1, PDF, PAGE)
    take(catalog, SIX, "page", 1, PAGE, LIST, [PDF])
    assert roles(catalog) == {"page": ("main", False), "pdf": ("duplicate", False)}
    assert findings(catalog) == []


def test_a_file_is_the_report_where_the_page_has_the_tables_as_pictures(catalog):
    partly = replace(REPORT, status="partial", cells=())
    take(catalog, partly, "page", 1, PAGE, LIST, [PDF])
    take(catalog, REPORT, "pdf", 1, PDF, PAGE)
    (row,) = catalog.rows("SELECT sha256, n_versions, status FROM reports")
    assert tuple(row.values()) == ("pdf", 1, "extracted")
    assert roles(catalog) == {"pdf": ("main", False), "page": ("attachment", True)}
    assert findings(catalog) == []
    again = take(catalog, partly, "page", 1, PAGE, LIST, [PDF])
    assert (again.effect, roles(catalog)["pdf"][0]) == ("duplicate", "main")


# ------------------------------------------------------------------- in other orders


@pytest.mark.parametrize(("second", "differs"), [(REPORT, False), (SIX, True)])
def test_the_page_is_the_report_when_the_file_came_first(catalog, second, differs):
    take(catalog, second, "pdf", 1, PDF, LIST)
    assert take(catalog, REPORT, "page", 1, PAGE, LIST, [PDF]).effect == "duplicate"
    (row,) = catalog.rows("SELECT sha256, n_versions FROM reports")
    assert tuple(row.values()) == ("page", 1)
    role = "attachment" if differs else "duplicate"
    assert roles(catalog) == {"page": ("main", False), "pdf": (role, differs)}
    assert take(catalog, second, "pdf", 1, PDF, LIST).effect == "duplicate"
    assert roles(catalog)["page"] == ("main", False)


def test_a_page_that_shows_other_figures_in_a_later_run_is_a_version(catalog):
    take(catalog, REPORT, "pdf", 1, PDF, LIST)
    later = catalog.start_run("crawl")
    done = take(catalog, SIX, "page", 9, PAGE, LIST, [PDF], run=later)
    assert done.effect == "new_version"


def test_two_files_of_one_stub_are_one_version(catalog):
    take(catalog, None, "stub", 1, PAGE, LIST, [PDF, DOCX])
    take(catalog, REPORT, "pdf", 1, PDF, PAGE)
    assert take(catalog, SIX, "docx", 1, DOCX, PAGE).effect == "duplicate"
    assert roles(catalog) == {"pdf": ("main", False), "docx": ("attachment", True)}


def test_a_file_that_a_stub_offers_in_place_of_another_is_a_version(catalog):
    take(catalog, None, "stub", 1, PAGE, LIST, [PDF])
    take(catalog, REPORT, "pdf", 1, PDF, PAGE)
    take(catalog, None, "stub2", 9, PAGE, LIST, [DOCX])
    assert take(catalog, SIX, "docx", 9, DOCX, PAGE).effect == "new_version"


def test_members_of_one_zip_are_one_version(catalog):
    zipped = "http://a.example/all.zip#"
    take(catalog, REPORT, "page", 1, f"{zipped}a.html")
    take(catalog, SIX, "pdf", 1, f"{zipped}a.pdf")
    assert roles(catalog) == {"page": ("main", False), "pdf": ("attachment", True)}


def test_a_local_file_in_two_forms_is_one_version(catalog):
    take(catalog, REPORT, "page", 1, "file:///f/a.html")
    take(catalog, SIX, "pdf", 1, "file:///f/a.pdf")
    assert roles(catalog) == {"page": ("main", False), "pdf": ("attachment", True)}


def test_the_same_report_in_another_column_keeps_every_address(catalog):
    take(catalog, REPORT, "page", 1, PAGE, LIST)
    other = "http://b.example/nb/1.html"
    take(catalog, REPORT, "copy", 2, other, "http://b.example/nb/")
    urls = [row["url"] for row in documents(catalog, REPORT.report_id, 1)]
    assert urls == [PAGE, other]
    assert catalog.report(REPORT.report_id)["n_versions"] == 1
