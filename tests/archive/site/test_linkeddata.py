"""What pages say of themselves to machines."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bs4 import BeautifulSoup

from archive.site.linkeddata import data_block
from tests.archive.site.conftest import HOSTILE


async def soup(site: Any, path: str, **headers: str) -> BeautifulSoup:
    return BeautifulSoup((await site.get(path, headers=headers)).text, "lxml")


def data(page: BeautifulSoup) -> dict[str, Any]:
    (block,) = page.find_all("script", type="application/ld+json")
    return json.loads(block.string)


async def test_the_home_page_describes_the_data_set_and_its_downloads(
    site: Any,
) -> None:
    found = data(await soup(site, "/"))
    assert (found["@context"], found["@type"]) == ("https://schema.org", "Dataset")
    assert found["url"] == "http://localhost/"
    assert found["temporalCoverage"] == "2020/2022"
    assert found["license"].startswith("https://creativecommons.org/licenses/by/4.0/")
    assert {n["@language"] for n in found["name"]} == {"zh-CN", "en"}
    for download in found["distribution"]:
        url = download["contentUrl"].removeprefix("http://localhost")
        assert (await site.head(url)).status_code == 200, url


async def test_a_report_is_described_with_its_author_and_digest(
    site: Any, sample: Any
) -> None:
    found = data(await soup(site, "/report/990683-gov-2020"))
    address = "http://localhost/report/990683-gov-2020"
    assert (found["@type"], found["@id"], found["url"]) == ("Report", address, address)
    assert found["author"]["name"] == "甲州市人民政府"
    assert found["author"]["@id"] == "http://localhost/agency/990683-gov"
    assert found["identifier"][1]["value"] == sample.sha256("990683-gov-2020")
    assert (found["datePublished"], found["temporalCoverage"]) == ("2021-04-02", "2020")
    assert found["isBasedOn"] == "http://portal.example.gov.cn/0.html"
    # A date that is not known is left out, not empty.
    assert "datePublished" not in data(await soup(site, "/report/990683-gov-2022"))


async def test_hostile_words_stay_inside_the_data_block(site: Any) -> None:
    page = await soup(site, "/report/990683-dept-0badc0de-2020")
    found = data(page)
    assert found["name"] == HOSTILE
    assert "isBasedOn" not in found  # javascript: is no address
    assert len(page.find_all("script")) == 1


def test_nothing_can_end_a_data_block() -> None:
    text = str(data_block({"a": "</script><!--<script>]]>&'\u2028"}))
    assert not set(text) & set("<>&'\u2028")
    assert json.loads(text) == {"a": "</script><!--<script>]]>&'\u2028"}


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        ("/", "http://localhost/"),
        ("/?utm_source=x", "http://localhost/"),
        ("/report/990683-gov-2020?version=1", "http://localhost/report/990683-gov-2020"),
        ("/report/990683-gov-2020?_lang=en",
         "http://localhost/report/990683-gov-2020?_lang=en"),
        ("/coverage", "http://localhost/coverage"),
        ("/search?q=公开", None),
        ("/checks?rule=Q2", None),
        ("/report/nope", None),
    ],
)  # fmt: skip
async def test_a_page_has_one_canonical_address_and_a_query_has_none(
    site: Any, path: str, canonical: str | None
) -> None:
    page = await soup(site, path)
    found = page.find_all("link", rel="canonical")
    assert [link["href"] for link in found] == ([canonical] if canonical else [])


async def test_pages_name_each_other_in_the_other_language(site: Any) -> None:
    page = await soup(site, "/agency/990683-gov?_lang=en")
    links = page.find_all("link", rel="alternate", hreflang=True)
    assert {link["hreflang"]: link["href"] for link in links} == {
        "zh-CN": "http://localhost/agency/990683-gov",
        "en": "http://localhost/agency/990683-gov?_lang=en",
    }


async def test_open_graph_says_what_is_shared(site: Any) -> None:
    page = await soup(site, "/report/990683-gov-2020")
    found = {m["property"]: m["content"] for m in page.find_all("meta", property=True)}
    assert found["og:type"] == "article"
    assert found["og:title"] == page.title.text
    assert found["og:url"] == "http://localhost/report/990683-gov-2020"
    assert found["og:locale"] == "zh_CN"


async def test_a_host_that_is_none_is_not_repeated(site: Any) -> None:
    page = await soup(site, "/", host='evil"><script>alert(1)</script>')
    assert page.find("link", rel="canonical")["href"] == "http://localhost/"
