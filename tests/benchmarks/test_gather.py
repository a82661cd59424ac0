"""What benchmarks print is understood, and one that fails does not stop the rest."""

from __future__ import annotations

import pytest

from benchmarks import gather
from benchmarks.gather import Figure, Part, Result, run, table
from benchmarks.markers import put

CRAWL = """\
2000 pages of 40 kB on 20 hosts, best of 3 rounds
                 pages/s  CPU ms/page   RSS MB    speed     CPU
nianbao              192         4.64      120     1.09    0.82
scrapy               177         5.63      128     1.00    1.00
wget + WARC         1285         0.68       15     7.25    0.12
"""
EXTRACT = """\
HTML: 44 documents, best of 5 rounds, one core
  trafilatura alone        43.42 ms CPU a document
  whole chain              33.54 ms CPU, 30 documents/s
  ratio                     0.77
DOC: 2 documents, best of 5 rounds, one core
  whole chain              12.43 ms CPU, 80 documents/s
PDF: 3 documents, best of 5 rounds, one core
  pdfplumber's tables     250.45 ms CPU a document
  whole chain             302.70 ms CPU, 3 documents/s
  ratio                     1.21
"""
CHECK = """\
| | time | CPU | reports checked |
|---|---|---|---|
| everything | 12.0 s | 8.1 s | 600 |
| nothing due | 26 ms | 26 ms | 0 |
| one report | 97 ms | 90 ms | 3 |
peak of the writing process 270 MB
planted and found: Q3 4 of 4, Y1 3 of 4, G1 4 of 4; failures elsewhere: none
"""
SEARCH = """\
| search | recall | precision | median ms | p95 ms | time |
|---|---|---|---|---|---|
| nianbao | 1.0000 | 1.0000 | 0.50 | 4.62 | 1.0 |
| LIKE | 1.0000 | 1.0000 | 20.00 | 24.73 | 40.0 |
| FTS5 trigram | 0.6083 | 1.0000 | 0.24 | 0.84 | 0.6 |
| FTS5 unicode61 | 0.0000 | nan | 0.04 | 0.07 | 0.1 |
"""
PUBLISH = """\
600 reports, 48220 findings
| | s | CPU ms a report | MB | peak MB | time |
|---|---|---|---|---|---|
| nianbao publish | 6.0 | 3.6 | 48 | 149 | 15.0 |
| VACUUM INTO | 0.4 | | 45 | | 1.0 |
"""
SITE = """\
| page | requests | median ms | p95 ms | slowest ms | bar | CPU ms |
|---|---|---|---|---|---|---|
| report | 40 | 71 | 141 | 150 | 100 | 60.1 |
| home | 40 | 9 | 11 | 12 | 60 | 8.0 |
"""


def by_what(figures) -> dict[str, Figure]:
    return {figure.what: figure for figure in figures}


def test_a_crawl_is_compared_with_scrapy_and_wget():
    found = by_what(gather.crawl(CRAWL))
    speed = found["pages/s, against Scrapy"]
    assert (speed.value, speed.ratio, speed.bar, speed.met) == (192, 1.09, 0.75, True)
    assert found["peak of memory"].value == 120
    assert found["CPU a page, against wget"].ratio == pytest.approx(4.64 / 0.68)


def test_a_crawl_is_read_where_there_is_no_wget():
    lines = [line for line in CRAWL.splitlines() if not line.startswith("wget")]
    assert len(by_what(gather.crawl("\n".join(lines)))) == 3


def test_readers_are_compared_form_by_form():
    found = by_what(gather.extract(EXTRACT))
    assert found["HTML, against trafilatura"].ratio == 0.77
    assert found["PDF, against pdfplumber's tables"].value == 302.7
    doc = found["DOC on one core"]
    assert (doc.value, doc.bar, doc.met) == (80, 100, False)


def test_two_processes_are_compared_with_one_where_it_was_measured():
    jobs = (
        "jobs: 132 reports read again, best of 2, time on the clock\n"
        "  processes 1              30 reports/s\n"
        "  processes 2              57 reports/s\n"
        "  ratio                     1.92\n"
    )
    found = by_what(gather.extract(EXTRACT + jobs))["two processes, against one"]
    assert (found.value, found.ratio, found.met) == (57, 1.92, True)


def test_what_was_planted_is_counted_over_all_rules():
    found = by_what(gather.check(CHECK))
    assert found["all rules"].value == 50
    assert found["one report read again"].value == 97
    planted = found["planted and found"]
    assert (planted.value, planted.bar, planted.met) == (11, 12, False)


def test_search_is_compared_with_like():
    found = by_what(gather.search(SEARCH))
    assert found["recall"].met is True
    assert found["median, against LIKE"].ratio == pytest.approx(0.025)
    assert found["recall of FTS5's trigram"].value == 0.6083


def test_publication_is_reckoned_for_a_hundred_thousand_reports():
    found = by_what(gather.publish(PUBLISH))
    whole = found["100,000 reports at this rate, against VACUUM INTO"]
    assert whole.value == pytest.approx(1000 / 60)
    assert (whole.ratio, whole.met) == (15.0, False)
    assert found["database, a report"].value == 80


def test_each_kind_of_page_has_its_bar():
    found = by_what(gather.site(SITE))
    assert {what: f.met for what, f in found.items()} == {
        "report, 95 of 100": False,
        "home, 95 of 100": True,
    }


def part(name: str, accepted: tuple[int, ...] = (0,)) -> Part:
    return Part(name, [], [], gather.site, accepted)


def test_a_benchmark_that_does_not_exist_is_named_with_its_exit_code():
    result = run(part("nowhere"), full=False, limit=60)
    assert "exit code 1" in result.failed
    assert "benchmarks.nowhere" in result.failed


def test_a_benchmark_that_takes_too_long_is_ended_and_named():
    result = run(part("loopback"), full=False, limit=0.01)
    assert result.failed == "not done after 0 s"


def test_the_table_names_what_failed_and_what_was_missed():
    results = [
        Result(part("site"), 12.4, list(gather.site(SITE))),
        Result(part("crawl"), 3.0, failed="exit code 1: no wheels"),
    ]
    text = table(results, "A machine.", full=True, day="2026-11-21")
    assert text.splitlines() == [
        "2026-11-21, sizes of the bars. A machine.",
        "",
        "| | | | ratio | bar | |",
        "|---|---|---|---|---|---|",
        "| site (12 s) | report, 95 of 100 | 141 ms |  | ≤ 100 | missed |",
        "|  | home, 95 of 100 | 11 ms |  | ≤ 60 | met |",
        "| crawl (3 s) | failed: exit code 1: no wheels | | | | |",
    ]


def test_a_table_is_put_between_its_markers_and_nothing_else_changes(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- a -->\nold\n<!-- /a -->\nafter\n")
    put(page, "a", "new\n")
    put(page, "a", "newer\n")
    assert page.read_text() == "before\n<!-- a -->\nnewer\n<!-- /a -->\nafter\n"


def test_a_page_without_markers_is_left_as_it_is(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("<!-- /a --> <!-- a -->")
    with pytest.raises(ValueError, match="expected one pair of <!-- a -->"):
        put(page, "a", "new")
    assert page.read_text() == "<!-- /a --> <!-- a -->"
