from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup

from archive.site.headings import column_name, describe, parameter_name, spoken
from archive.site.language import current


def test_a_heading_speaks_the_language_of_the_page_and_names_the_unit() -> None:
    told = "总计 · Total (件/项 · count)"
    assert spoken(told, "x") == ("总计", "总计", "件/项")
    token = current.set("en")
    try:
        assert spoken(told, "x") == ("Total", "Total", "count")
        assert describe(
            "每份一行。 One row each. 空白不是零。 No zero. :q = 词 · word."
        ) == ("One row each. No zero.")
        assert parameter_name("reports_of_year", "year") == (
            "report year, such as 2023"
        )
    finally:
        current.reset(token)


def test_a_long_explanation_is_no_heading() -> None:
    long = "很长的说明" * 10
    assert spoken(f"{long} · English", "code") == ("code", long, "")
    assert column_name("no_such_column") == ("no_such_column", "", "")


async def test_tables_are_headed_in_words_with_the_name_of_the_column(
    site: Any,
) -> None:
    page = BeautifulSoup((await site.get("/nianbao/requests_2021")).text, "lxml")
    heads = {th.code.text: th for th in page.select("thead th") if th.code}
    assert "件/项" in heads["new_received__total"].text
    page = BeautifulSoup(
        (await site.get("/nianbao/report_index?_lang=en")).text, "lxml"
    )
    assert page.html["lang"] == "en"
    assert page.select("nav a[rel=nofollow]")


async def test_a_ready_question_asks_for_its_parameters_in_words(site: Any) -> None:
    page = BeautifulSoup((await site.get("/nianbao/reports_of_year")).text, "lxml")
    label = page.find("label", attrs={"for": "qp1"})
    assert label.text == "报告年度 :year"
    assert page.find("textarea") is None
    shown = await site.get("/nianbao/reports_of_year?year=2020&_show_sql=1")
    assert "FROM report_index WHERE report_year = :year" in shown.text
