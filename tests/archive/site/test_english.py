"""Pages in English: no Chinese but data, and that is marked as Chinese."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup, Comment, Tag

CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
#: Attributes that are read out or shown.
READ = ("title", "alt", "aria-label", "placeholder", "content")
PAGES = (
    "/",
    "/report/990683-gov-2020",
    "/report/990683-gov-2022",
    "/report/990683-dept-0badc0de-2020",
    "/report/990683-office-2020",
    "/report/nope",
    "/agency/990683-gov",
    "/agency/990683-gov?year=2020",
    "/search",
    "/search?q=公开",
    "/search?q=没有这个词",
    "/coverage",
    "/checks",
    "/checks?verdict=UNCERTAIN&rule=X2",
    "/sources",
    "/dictionary",
    "/charts",
    "/compare",
    "/compare?a=990683-gov-2020",
    "/compare?a=990683-gov-2020&b=990683-gov-2022&all=1",
    "/compare?a=990683-gov-2020&b=990683-office-2020",
)


def in_chinese(tag: Tag | None) -> bool:
    """Whether the nearest language told is Chinese."""
    while tag is not None:
        if lang := tag.attrs.get("lang"):
            return str(lang).startswith("zh")
        tag = tag.parent
    return False


def unmarked(page: BeautifulSoup) -> list[str]:
    found = [
        str(text).strip()
        for text in page.find_all(string=CHINESE)
        if not isinstance(text, Comment)
        and text.parent.name != "script"
        and not in_chinese(text.parent)
    ]
    return found + [
        str(tag.attrs[name])
        for tag in page.find_all(True)
        for name in READ
        if CHINESE.search(str(tag.attrs.get(name, ""))) and not in_chinese(tag)
    ]


@pytest.mark.parametrize("path", PAGES)
async def test_chinese_on_an_english_page_is_data_and_marked_as_chinese(
    site: Any, path: str
) -> None:
    path = quote(path, safe="/?&=@")
    response = await site.get(f"{path}{'&' if '?' in path else '?'}_lang=en")
    assert response.status_code == (404 if "nope" in path else 200)
    page = BeautifulSoup(response.text, "lxml")
    assert page.html["lang"] == "en"
    assert unmarked(page) == []


async def test_what_is_not_marked_is_found() -> None:
    page = BeautifulSoup(
        '<html lang="en"><p lang="zh-CN">一<b lang="en">二</b></p><i title="三">四</i>',
        "lxml",
    )
    assert unmarked(page) == ["二", "四", "三"]


def words(tag: Tag) -> str:
    return re.sub(r"\s+", " ", tag.get_text(" ")).strip()


async def test_the_form_and_the_findings_are_told_in_english(site: Any) -> None:
    page = BeautifulSoup(
        (await site.get("/report/990683-gov-2020?_lang=en")).text, "lxml"
    )
    first = page.select_one(".nb-finding")
    assert words(first.p) == (
        "① Column “total”: all outcome rows add up to 106, “Handled, total” is 107"
    )
    assert "Rule Q2 : Outcomes add up" in words(first)
    sides = page.select(".nb-sides")[1]
    assert words(sides) == "One side 1 Other side 0"
    form = page.find("table", class_="t-requests")
    labels = [th.get_text(strip=True) for th in form.select("th[scope=row]")]
    assert labels[:3] == [
        "Requests received this year",
        "Requests carried in from last year",
        "Granted",
    ]


async def test_a_finding_of_older_software_is_told_by_its_rule_and_in_chinese(
    site: Any,
) -> None:
    page = BeautifulSoup(
        (await site.get("/report/990683-gov-2020?_lang=en")).text, "lxml"
    )
    finding = page.select(".nb-finding")[1]
    told = "② Applicants add up — Administrative query · total"
    assert words(finding.p).startswith(told)
    assert finding.find(lang="zh-CN").text.startswith("“8.属于行政查询事项”行")


@pytest.mark.parametrize("path", ["/", "/checks"])
async def test_lists_of_findings_are_told_in_the_language_of_the_page(
    site: Any, path: str
) -> None:
    english = "Column “total”: all outcome rows add up to 106, “Handled, total” is 107"
    chinese = "总计列：各项办理结果合计 106，（七）总计为 107，相差 1"
    for lang, said, unsaid in (("en", english, chinese), ("zh", chinese, english)):
        page = BeautifulSoup((await site.get(f"{path}?_lang={lang}")).text, "lxml")
        told = [words(a) for a in page.select("a[href*='/report/990683-gov-2020']")]
        assert said in told
        assert unsaid not in told


async def test_quoted_words_are_marked_as_chinese_within_an_english_sentence(
    site: Any,
) -> None:
    text = (await site.get("/checks?verdict=UNCERTAIN&_lang=en")).text
    marked = 'The text says “<span lang="zh-CN">办结106件</span>”, the table has 107'
    assert marked in text


async def test_findings_as_data_have_both_languages(site: Any) -> None:
    found = (await site.get("/checks.json?rule=Q2")).json()["rows"]
    assert [(row["message"][:6], row["message_en"][:14]) for row in found] == [
        ("总计列：各项", "Column “total”")
    ]
    head = (await site.get("/checks.csv?rule=Q2")).text.splitlines()[0]
    assert "message,message_en," in head
