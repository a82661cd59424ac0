"""The ready questions, asked of the sample."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup

from archive import metadata
from archive.site.headings import column_name, described
from archive.site.language import current

QUERIES = sorted(metadata.queries())
PARAMETERS = {
    "report_id": "990683-gov-2020",
    "agency_id": "990683-gov",
    "year": "2020",
    "q": "公开",
    "rule_id": "Q2",
    "population": "880000",
    "measure": "",
    "ground": "denied_admin_query",
    "province": "",
    "level": "",
}


@pytest.mark.parametrize("name", QUERIES)
async def test_every_query_runs_within_the_limits_of_the_site(
    site: Any, name: str
) -> None:
    params = {k: PARAMETERS[k] for k in metadata.queries()[name].get("params", ())}
    response = await site.get(
        f"/nianbao/{name}.json", params={**params, "_shape": "objects"}
    )
    assert response.status_code == 200, response.text
    assert response.json()["ok"] is True
    page = await site.get(f"/nianbao/{name}", params=params)
    assert page.status_code == 200


@pytest.mark.parametrize("name", QUERIES)
async def test_every_column_of_a_query_has_a_name_in_both_languages(
    site: Any, name: str
) -> None:
    params = {k: PARAMETERS[k] for k in metadata.queries()[name].get("params", ())}
    response = await site.get(f"/nianbao/{name}.json", params=params)
    for language in ("zh", "en"):
        token = current.set(language)
        try:
            unnamed = [
                column
                for column in response.json()["columns"]
                if column not in described() and column_name(column).label == column
            ]
        finally:
            current.reset(token)
        assert unnamed == [], language


async def test_numbers_of_a_query_stand_right_and_years_and_names_left(
    site: Any,
) -> None:
    page = BeautifulSoup((await site.get("/nianbao/grant_rate")).text, "lxml")
    cells = {td["class"][0]: "num" in td["class"] for td in page.select("tbody td")}
    assert cells["col-n"] and cells["col-grant_rate_percent"]
    assert not cells["col-report_year"] and not cells["col-agency"]


async def test_columns_with_hostile_names_are_shown(site: Any) -> None:
    sql = 'select 1 as "a.b", null as x, \'y\' as "<b>", 1.5 as n'
    response = await site.get("/nianbao", params={"sql": sql})
    assert response.status_code == 200
    page = BeautifulSoup(response.text, "lxml")
    assert [th.text for th in page.select("th")][:3] == ["a.b", "x", "<b>"]


def test_a_rate_needs_ten_requests(rows_of: Any) -> None:
    found = {
        row["report_id"]: (row["n"], row["grant_rate_percent"])
        for row in rows_of(metadata.queries()["grant_rate"]["sql"])
    }
    # (72 + 2) / 107; nothing was handled in 2022.
    assert found == {"990683-gov-2020": (107, 69.2), "990683-gov-2022": (0, None)}


def test_refusals_are_counted_by_ground(rows_of: Any) -> None:
    found = rows_of(metadata.queries()["refusals_by_ground"]["sql"])
    top = next(row for row in found if row["report_year"] == 2020)
    assert (top["row_code"], top["refused"], top["n"], top["percent"]) == (
        "denied_state_secret",
        1,
        107,
        0.93,
    )


def test_arithmetic_failures_are_those_of_the_arithmetic_rules(rows_of: Any) -> None:
    found = rows_of(metadata.queries()["arithmetic_failures"]["sql"])
    assert [(r["rule_id"], r["scope"]) for r in found] == [
        ("Q2", "total"),
        ("Q3", "denied_admin_query"),
    ]
    quality = rows_of(metadata.queries()["arithmetic_quality"]["sql"])
    assert [tuple(row) for row in quality] == [
        (2022, 0, 1, 1, None),  # no rate below ten
        (2020, 1, 1, 3, None),
    ]


def test_gaps_and_late_reports_are_listed(rows_of: Any) -> None:
    gaps = rows_of(metadata.queries()["gaps"]["sql"])
    assert ("990683-gov", 2021, "missing") in [
        (r["agency_id"], r["report_year"], r["state"]) for r in gaps
    ]
    late = rows_of(metadata.queries()["late_reports"]["sql"])
    assert [(r["report_id"], r["days_late"]) for r in late] == [("990683-gov-2020", 2)]


def test_an_all_zero_report_is_one_with_numbers_that_are_all_zero(rows_of: Any) -> None:
    found = rows_of(metadata.queries()["all_zero_reports"]["sql"])
    assert [(r["report_id"], r["filled"], r["cells"]) for r in found] == [
        ("990683-gov-2022", 175, 175)
    ]
