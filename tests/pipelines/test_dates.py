"""Dates keep their source, and a signature is never a publication."""

import pytest

from archive.records import PageContext
from pipelines.dates import (
    days_late,
    due,
    due_basis,
    parse_date,
    published,
    signed,
)
from pipelines.extract.page import Page
from pipelines.grid import Line


def context(url: str = "http://a.example/", list_date: str | None = None):
    return PageContext(url=url, captured_at="2021-06-30T08:00:00Z", list_date=list_date)


def page(*above: str, **more) -> Page:
    return Page(blocks=(), frame=tuple(Line(t, "") for t in above), **more)


def best(page: Page, context: PageContext, year: int | None = 2020):
    usable = [d for d in published(page, context, year) if not d.rejected]
    return (usable[0].date, usable[0].source) if usable else None


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2021-01-18 09:30", "2021-01-18"),
        ("2021/1/8", "2021-01-08"),
        ("2021.01.08", "2021-01-08"),
        ("2021年1月18日", "2021-01-18"),
        ("2021 年 1 月 18 日", "2021-01-18"),
        ("2017——04——12 21:37", "2017-04-12"),
        ("二〇二一年一月十八日", "2021-01-18"),
        ("二零二〇年十二月三十一日", "2020-12-31"),
        ("二〇二一年元月廿二日", "2021-01-22"),
        ("二O二一年三月卅一日", "2021-03-31"),
        ("2021年1月18号", "2021-01-18"),
        ("20210118", "2021-01-18"),
        ("20210118093000", "2021-01-18"),
        ("2021-01-18T09:30:00+08:00", "2021-01-18"),
        ("2021-01-17T17:30:00Z", "2021-01-18"),
        ("2018年11日至2018年1231日", None),
        ("202101181", None),
        ("1970-01-01", None),
        ("2021-13-01", None),
        ("电话12021-01-188", None),
        ("2021年1月", None),
    ],
)
def test_dates_are_parsed(text, iso):
    assert parse_date(text) == iso


def test_sources_are_believed_in_order():
    everything = page(
        "发布时间：2021-01-22", meta={"pubdate": "2021-01-21 10:00"},
        card={"published": "2021-01-23", "written": "2021-01-25"},
    )  # fmt: skip
    here = context("http://a.example/t20210126_1.html", "2021-01-24")
    found = [(d.date, d.source) for d in published(everything, here, 2020)]
    assert found == [
        ("2021-01-21", "meta_pubdate"),
        ("2021-01-22", "visible"),
        ("2021-01-23", "info_card"),
        ("2021-01-24", "list"),
        ("2021-01-25", "info_card"),
        ("2021-01-26", "url"),
    ]


@pytest.mark.parametrize(
    "text", ["采集时间：2021-01-22", "今天是2021年1月22日 星期五", "有效期限2021-01-22"]
)
def test_other_dates_on_a_page_are_not_its_publication(text):
    assert best(page(text), context()) is None


@pytest.mark.parametrize(
    "text",
    ["发布日期：2021-01-22", "时间: 2021年1月22日", "门户 2021-01-22 16:21 来源"],
)
def test_visible_dates_are_found(text):
    assert best(page(text), context()) == ("2021-01-22", "visible")


@pytest.mark.parametrize("text", ["2019-07-01", "2020-06-30", "2022-01-01"])
def test_a_date_before_the_year_ended_or_after_the_capture_does_not_count(text):
    (found,) = published(page(meta={"pubdate": text}), context(), 2020)
    assert found.rejected


def test_a_date_in_december_counts_and_is_noted():
    found = published(page(meta={"pubdate": "2020-12-31"}), context(), 2020)
    assert [(d.rejected, d.note) for d in found] == [
        ("", "before the report year 2020 was over")
    ]
    (later,) = published(page(meta={"pubdate": "2021-01-04"}), context(), 2020)
    assert later.note == ""


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/nb/202101/t20210120_1.html",
        "http://a.example/art/2021/1/20/art_1_2.html",
        "http://a.example/c/2021-01-20/7.shtml",
        "http://a.example/2021-01/20/content_1.html",
        "http://a.example/nw1/20210120/0af.html",
        "http://a.example/news/detail/20210120114204.html",
    ],
)
def test_the_address_is_the_last_resort(url):
    assert best(page(), context(url)) == ("2021-01-20", "url")


def test_signature_is_a_line_with_a_date_alone_near_the_end():
    body = [
        "一、总体情况",
        "2020年1月1日",
        *["x"] * 20,
        "某某局",
        "  2021年1月18日 ",
        "1",
    ]
    assert signed(body) == ("2021-01-18", "某某局")
    assert signed(["2021年1月18日", *["x"] * 20]) is None
    assert signed(["截至2021年1月18日共3件"]) is None


def test_a_signature_may_stand_in_one_line_with_its_date():
    assert signed(["一、总体情况", "莱州市财政局 2021年1月18日"]) == (
        "2021-01-18", "莱州市财政局",
    )  # fmt: skip
    assert signed(["本报告的电子版可以在网站下载2021年1月18日"]) is None


def test_a_signature_is_never_a_publication():
    signature = Page(blocks=(Line("莱州市财政局", ""), Line("2021年1月18日", "")))
    assert published(signature, context(), 2020) == []


@pytest.mark.parametrize(
    ("year", "kind", "basis"),
    [
        (2018, "department", "Regulation of 2007, art. 31"),
        (2019, "department", "Regulation of 2019, art. 49 para. 1"),
        (2019, "government", "Regulation of 2019, art. 49 para. 2"),
        (2020, "street", "local practice"),
        (2020, "zone", "local practice"),
    ],
)
def test_the_legal_date_has_its_basis(year, kind, basis):
    assert due_basis(year, kind) == basis


@pytest.mark.parametrize(
    ("year", "kind", "expected"),
    [
        (2018, "department", "2019-03-31"),
        (2019, "department", "2020-01-31"),
        (2019, "government", "2020-03-31"),
        (2020, "government_office", "2021-01-31"),
        (2020, "township", "2021-01-31"),
    ],
)
def test_legal_dates(year, kind, expected):
    assert due(year, kind) == expected


def test_lateness_is_counted_in_days_and_unknown_without_a_date():
    assert days_late("2021-02-02", "2021-01-31") == 2
    assert days_late("2021-01-17", "2021-01-31") == -14
    assert days_late(None, "2021-01-31") is None
