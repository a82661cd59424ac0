"""Several reports in one document, and the files that a page offers."""

from dataclasses import replace

import pytest

from archive.catalog import Catalog
from archive.records import Capture, PageContext
from archive.succession import is_return
from pipelines.extract.page import Link, Page
from pipelines.load import load
from pipelines.packaging import files_of
from pipelines.reading import read
from pipelines.stages import read_here
from tests.golden.figures import typed
from tests.golden.recipes import article, framed
from tests.golden.word_cases import word
from tests.pipelines import office_files as office

URL = "http://a.example/b.html"
CONTEXT = PageContext(URL, "2026-01-31T08:00:00Z")
FIRST = typed("gk2021", "青川市七里镇人民政府", 2022, 11)
SECOND = typed("gk2021", "青川市八里镇人民政府", 2022, 12)
THIRD = typed("gk2019", "青川市七里镇人民政府", 2020, 13)


def found(extraction):
    """(agency, year, cells) of every report of a document, in its order."""
    reports = [e.report for e in (extraction, *extraction.parts) if e.report]
    return [
        (r.agency.name, r.report_year, {c.key: c.raw for c in r.cells}) for r in reports
    ]


def expected(*typed_):
    return [(t.agency, t.year, t.values) for t in typed_]


def test_each_report_of_a_page_is_a_report_with_its_own_figures():
    html = framed(article(FIRST) + article(SECOND) + article(THIRD))
    extraction = read(html, CONTEXT)
    assert found(extraction) == expected(FIRST, SECOND, THIRD)
    assert [e.verdict.reason.split(",")[0] for e in extraction.parts] == [
        "part 2 of 3 of this document", "part 3 of 3 of this document",
    ]  # fmt: skip


def test_a_table_that_a_report_lacks_is_not_taken_from_the_next_one():
    short = FIRST.with_tables(review=[])
    extraction = read(framed(article(short) + article(SECOND)), CONTEXT)
    first = {c.key: c.state for c in extraction.report.cells}
    assert {s for k, s in first.items() if k[0] == "review_litigation"} <= {"missing"}
    assert found(extraction)[1] == expected(SECOND)[0]


def test_a_title_that_is_repeated_or_cited_is_no_further_report():
    again = f"<p>{FIRST.title}</p>"
    cited = "<p>青川市水利局2021年政府信息公开工作年度报告</p><p>见附件。</p>"
    extraction = read(framed(article(FIRST) + again + cited), CONTEXT)
    assert found(extraction) == expected(FIRST)
    assert extraction.parts == ()


def test_all_years_of_one_authority_stand_under_titles_that_name_the_year_only():
    older = typed("gk2021", "青川市七里镇人民政府", 2021, 14)
    html = article(FIRST) + article(older).replace(
        older.title, "2021年政府信息公开工作年度报告"
    )
    assert found(read(framed(html), CONTEXT)) == expected(FIRST, older)


def test_streets_stand_under_titles_that_name_the_year_once():
    html = article(FIRST) + article(SECOND).replace(
        SECOND.title, "青川市八里镇人民政府政府信息公开工作年度报告"
    )
    assert found(read(framed(html), CONTEXT)) == expected(FIRST, SECOND)


def test_reports_in_prose_are_told_apart_by_their_chapters():
    def prose(year):
        heads = ("一、概述", "二、主动公开政府信息情况", "三、依申请公开政府信息情况",
                 "四、存在的主要问题和改进措施")  # fmt: skip
        body = "".join(f"<p>{h}</p><p>{year}年的情况。</p>" for h in heads)
        return f"<p>青川市水利局{year}年政府信息公开工作年度报告</p>{body}"

    extraction = read(framed(prose(2012) + prose(2011) + prose(2010)), CONTEXT)
    assert [f[:2] for f in found(extraction)] == [
        ("青川市水利局", 2012), ("青川市水利局", 2011), ("青川市水利局", 2010),
    ]  # fmt: skip
    texts = [e.report.chapters[1].prose for e in (extraction, *extraction.parts)]
    assert texts == ["2012年的情况。", "2011年的情况。", "2010年的情况。"]


def test_the_date_of_a_page_with_all_years_is_that_of_the_newest():
    date = "<meta name='PubDate' content='2023-01-20 09:00'>"
    html = framed(article(FIRST) + article(THIRD))
    html = html.replace(b"</head>", date.encode() + b"</head>")
    extraction = read(html, replace(CONTEXT, list_date="2023-01-20"))
    (older,) = extraction.parts
    assert extraction.report.published_on == "2023-01-20"
    assert older.report.published_on != "2023-01-20"


def test_one_word_file_binds_the_reports_of_many_organs_behind_title_pages():
    def bound(*reports):
        documents = [_body(word(report)) for report in reports]
        return office.package("".join(documents))

    extraction = read_here(bound(FIRST, SECOND), CONTEXT)
    assert extraction.form == "docx"
    assert found(extraction) == expected(FIRST, SECOND)


def _body(data):
    import io
    import re
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as made:
        xml = made.read("word/document.xml").decode()
    return re.search(r"<w:body>(.*?)(?:<w:sectPr.*)?</w:body>", xml, re.S)[1]


def test_a_title_over_two_lines_opens_a_report_too():
    name, rest = "青川市八里镇人民政府", "2022年政府信息公开工作年度报告"
    html = article(FIRST) + article(SECOND).replace(
        f"<p>{SECOND.title}</p>", f"<p>{name}</p><p>{rest}</p>"
    )
    assert rest in html
    assert found(read(framed(html), CONTEXT)) == expected(FIRST, SECOND)


def test_the_same_report_twice_in_a_document_is_read_once():
    html = framed(article(FIRST) + article(SECOND) + article(FIRST))
    extraction = read(html, CONTEXT)
    assert found(extraction) == expected(FIRST, SECOND)
    assert extraction.parts[-1].verdict.reason.endswith("the same as part 1")


# -------------------------------------------------------------------------- files


def test_files_are_named_by_links_frames_viewers_and_scripts():
    html = framed(
        "<p>青川市水利局2022年政府信息公开工作年度报告</p>"
        "<a href='./P0202301.pdf'>附件</a><a href='/next.html'>下一篇</a>"
        "<iframe src='/uiFramework/js/pdfjs/web/viewer.html"
        "?file=/f/a%20b.pdf'></iframe>"
        "<script>showVsbpdfIframe('/virtual_attach_file.vsb?afc=1&e=.pdf','1');</script>"
        "<embed src='c.ofd'><a href='//[1].pdf'>x</a>"
    )
    extraction = read(html, PageContext("http://a.example/x/y.html", ""))
    assert extraction.files == (
        "http://a.example/x/P0202301.pdf",
        "http://a.example/f/a b.pdf",
        "http://a.example/x/c.ofd",
        "http://a.example/virtual_attach_file.vsb?afc=1&e=.pdf",
    )
    assert extraction.verdict.reason.startswith("stub: ")


def test_a_page_without_files_offers_none():
    page = Page((), links=(Link("首页", "/"), Link("x", "javascript:void(0)")))
    assert files_of(page, URL) == ()


# ------------------------------------------------------------------ in the catalogue


@pytest.fixture
def catalog(tmp_path):
    with Catalog(tmp_path / "catalog.db") as opened:
        yield opened


def take(catalog, html, number, url=URL):
    extraction = read(html, PageContext(url, f"2026-01-{number:02}T00:00:00Z"))
    capture = Capture(
        f"urn:uuid:{number}", url, f"2026-01-{number:02}T00:00:00Z", 200, "ok",
        extraction.sha256, "w", number, 1, catalog.start_run("crawl"),
    )  # fmt: skip
    catalog.add_capture(capture)
    context = PageContext(url, capture.captured_at)
    return load(catalog, capture, extraction, context), capture


def test_reports_of_one_document_share_its_bytes_and_have_candidates_of_their_own(
    catalog,
):
    loaded, _ = take(catalog, framed(article(FIRST) + article(SECOND)), 1)
    assert [one.effect for one in loaded.all] == ["new_report", "new_report"]
    rows = catalog.rows("SELECT sha256, source_url, n_versions FROM reports")
    assert len(rows) == 2
    assert len({(r["sha256"], r["source_url"], r["n_versions"]) for r in rows}) == 1
    rows = catalog.rows("SELECT url, part, kind FROM triage ORDER BY url")
    assert [tuple(r.values()) for r in rows] == [
        (URL, None, "report"), (f"{URL}#report-2", 2, "report"),
    ]  # fmt: skip
    assert [r["url"] for r in catalog.candidates()] == [URL]


def test_reading_such_a_document_again_changes_nothing(catalog):
    html = framed(article(FIRST) + article(SECOND))
    take(catalog, html, 1)
    before = catalog.rows("SELECT * FROM reports")
    loaded, _ = take(catalog, html, 1)
    assert [one.effect for one in loaded.all] == ["reread", "reread"]
    assert catalog.rows("SELECT * FROM reports") == before
    assert catalog.rows("SELECT count(*) AS n FROM readings") == [{"n": 2}]


def test_a_changed_report_among_several_is_the_only_one_with_a_version(catalog):
    take(catalog, framed(article(FIRST) + article(SECOND)), 1)
    changed = typed("gk2021", SECOND.agency, SECOND.year, 15)
    loaded, _ = take(catalog, framed(article(FIRST) + article(changed)), 2)
    assert [one.effect for one in loaded.all] == ["duplicate", "new_version"]


def test_the_second_report_of_a_page_can_go_back_to_what_it_was(catalog):
    old = framed(article(FIRST) + article(SECOND))
    changed = typed("gk2021", SECOND.agency, SECOND.year, 15)
    _, first = take(catalog, old, 1)
    take(catalog, framed(article(FIRST) + article(changed)), 2)
    again = replace(first, capture_id="urn:x", captured_at="2026-01-03T00:00:00Z")
    assert is_return(catalog, again, URL)


def test_a_part_that_a_better_reading_no_longer_finds_is_withdrawn(catalog):
    html = framed(article(FIRST) + article(SECOND))
    _, capture = take(catalog, html, 1)
    extraction = replace(read(html, CONTEXT), parts=())
    load(catalog, capture, extraction, CONTEXT)
    rows = catalog.rows("SELECT agency_id FROM reports")
    assert len(rows) == 1
    assert [r["url"] for r in catalog.rows("SELECT url FROM triage")] == [URL]
