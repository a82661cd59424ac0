"""What a candidate is taken for, and why."""

from dataclasses import replace
from functools import cache

import pytest

from archive.records import PageContext
from pipelines.reading import read
from tests.eval import triage
from tests.families.model import DECOYS
from tests.golden.figures import typed
from tests.golden.recipes import article, framed, table

CONTEXT = PageContext("http://a.example/t.html", "2026-01-31T08:00:00Z")
CASES = triage.cases()


@cache
def judged(number: int) -> triage.Judged:
    return triage.judge(CASES[number])


@pytest.mark.parametrize(
    "number", range(len(CASES)), ids=[case["title"][:40] for case in CASES]
)
def test_a_labelled_candidate_is_taken_for_what_it_is(number):
    one = judged(number)
    assert (one.kind, one.reason != "") == (one.case["label"], True)
    if one.kind == "report":
        assert (one.agency, one.year) == (one.case["agency"], one.case["year"])


def test_no_report_of_the_set_is_lost_and_no_decoy_taken():
    everything = [judged(number) for number in range(len(CASES))]
    assert len(everything) >= 100
    scores = triage.scores(everything)
    assert {kind for kind, pair in scores.items() if pair != (1, 1)} == set()


@pytest.mark.parametrize(
    ("kind", "title", "text"), [(d[0], d[1], d[4]) for d in DECOYS]
)
def test_a_decoy_of_the_families_portals_has_its_kind(kind, title, text):
    body = "".join(f"<p>{line}</p>" for line in text)
    verdict = read(framed(f"<h1>{title}</h1>{body}"), CONTEXT).verdict
    assert verdict.kind == kind


def test_the_reason_quotes_the_words_that_told():
    text = "<p>全文。解读如下</p>"
    html = framed(f"<h1>云川市水利局2023年政府信息公开工作年度报告</h1>{text}")
    assert read(html, CONTEXT).verdict.reason == (
        "its text says so: explains a report (解读如下)"
    )


def test_a_report_of_another_authority_in_a_column_is_a_report_of_that_authority():
    report = typed("gk2021", "青川县水利局", 2022, 5)
    context = PageContext(
        "http://www.yunchuan.gov.cn/jyj/nb/1.html", "2026-01-31T08:00:00Z",
        source_name="云川市教育局", list_url="http://www.yunchuan.gov.cn/jyj/nb/",
    )  # fmt: skip
    done = read(framed(article(report)), context)
    assert (done.verdict.kind, done.report.agency.name) == ("report", "青川县水利局")


def test_a_file_without_a_title_goes_by_that_of_the_page_that_offers_it():
    report = typed("gk2021", "", 2022, 5)
    html = framed("".join(map(table, report.tables)))
    title = "云川市水利局2022年政府信息公开工作年度报告"
    named = replace(CONTEXT, link_text="附件下载", filename="P020230131.html")
    assert read(html, named).report is None
    done = read(html, replace(named, page_title=title)).report
    assert (done.agency.name, done.report_year) == ("云川市水利局", 2022)
    assert {c.key: c.raw for c in done.cells} == report.values
