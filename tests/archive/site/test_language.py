"""The choice of language travels in the address, and every link keeps it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from bs4 import BeautifulSoup

from archive.site.strings import strings

PAGES = ("/", "/search?q=公开", "/coverage", "/checks", "/sources", "/dictionary")


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_asked_for_in_english_leads_to_english_pages(
    site: Any, path: str
) -> None:
    separator = "&" if "?" in path else "?"
    response = await site.get(f"{path}{separator}_lang=en")
    page = BeautifulSoup(response.text, "lxml")
    assert page.html["lang"] == "en"
    assert int(response.headers["content-length"]) == len(response.content)
    for link in page.find_all("a", href=re.compile(r"^/(?!/)")):
        href = link["href"]
        if not re.search(r"\.(db|csv|json)\b|^/originals/", href):
            assert "_lang=" in href
    for form in page.find_all("form"):
        assert form.find("input", {"name": "_lang"})["value"] == "en"
    nav = page.find(class_="nb-nav").get_text(" ")
    assert not re.search(r"[\u4e00-\u9fff]", nav)


async def test_an_unknown_language_gives_chinese(site: Any) -> None:
    page = BeautifulSoup((await site.get("/?_lang=fr")).text, "lxml")
    assert page.html["lang"] == "zh-CN"


async def test_the_switch_leads_to_the_same_page_in_the_other_language(
    site: Any,
) -> None:
    page = BeautifulSoup((await site.get("/search?q=a&_lang=en")).text, "lxml")
    switch = page.find(class_="nb-language")
    assert (switch["href"], switch.text) == ("/search?q=a&_lang=zh", "中文")
    page = BeautifulSoup((await site.get("/search?q=a")).text, "lxml")
    switch = page.find(class_="nb-language")
    assert (switch["href"], switch.text) == ("/search?q=a&_lang=en", "English")


async def test_data_and_plain_datasette_speak_on(site: Any) -> None:
    page = BeautifulSoup((await site.get("/nianbao?_lang=en")).text, "lxml")
    assert page.html["lang"] == "en"
    plain = await site.get("/nianbao/agencies.json?_shape=array&_lang=en")
    assert plain.json()[0]["agency_id"]


def test_every_word_of_the_interface_is_there_in_both_languages() -> None:
    for key, words in strings().items():
        assert words["zh"].strip(), key
        assert words["en"].strip(), key
        assert not re.search(r"[\u4e00-\u9fff]", words["en"].split("e.g.")[0]), key
