"""The pages of coverage, sources and the dictionary as a reader gets them."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from bs4 import BeautifulSoup

from archive.site.pages.coverage import FIELDS, Filter, tally
from archive.site.pages.sources import URGENCY


async def soup(site: Any, path: str) -> BeautifulSoup:
    response = await site.get(path)
    assert response.status_code == 200, response.text[:500]
    return BeautifulSoup(response.text, "lxml")


def words(node: Any) -> str:
    return re.sub(r"\s+", " ", node.get_text(" ")).strip()


def listed(page: BeautifulSoup) -> list[str]:
    return [words(th.a) for th in page.select(".nb-grid tbody th")]


# ----------------------------------------------------------------------------- coverage


def test_a_filter_keeps_what_can_be_asked_and_ignores_the_rest() -> None:
    asked = {"province": " 甲省 ", "state": "nonsense", "year": "20", "kind": None}
    chosen = Filter.of(asked)
    assert chosen.given == {"province": "甲省"}
    assert chosen.query == "province=%E7%94%B2%E7%9C%81"
    assert Filter.of({"state": "late", "year": "2020"}).given == {
        "state": "late",
        "year": "2020",
    }


def test_states_are_counted_over_all_years_and_held_by_year() -> None:
    empty = dict.fromkeys(("unreadable", "blocked", "not_due"), 0)
    rows = [
        {"report_year": 2020, "n": 3, "found": 1, "late": 1, "missing": 1, **empty},
        {"report_year": 2021, "n": 1, "found": 1, "late": 0, "missing": 0, **empty},
    ]
    counted = tally(rows)
    assert counted["cells"] == 4
    assert counted["years"] == [2020, 2021]
    assert [row["held"] for row in counted["by_year"]] == [2, 1]
    assert {s["state"]: s["n"] for s in counted["states"]} == {
        "found": 2, "late": 1, "missing": 1, "unreadable": 0, "blocked": 0,
        "not_due": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kind=government", ["甲州市人民政府"]),
        ("kind=government_office", ["甲州市人民政府办公室"]),
        ("province=甲省&kind=department", []),
        ("province=-", ["<script>alert('x')</script>\"&<b>局"]),
        ("state=late", ["甲州市人民政府"]),
        ("state=late&year=2022", []),
        ("state=found&year=2022", ["甲州市人民政府"]),
        ("level=township", []),
        ("province=%3Cscript%3E", []),
    ],
)
async def test_filters_narrow_the_list_of_authorities(
    site: Any, query: str, expected: list[str]
) -> None:
    page = await soup(site, f"/coverage?{query}")
    assert listed(page) == expected
    assert f"{len(expected)} 个机关（共 3 个）" in words(page.main)
    if not expected:
        assert "没有符合条件的机关" in words(page.main)


async def test_the_legend_tells_states_by_sign_and_word_with_their_share(
    site: Any,
) -> None:
    page = await soup(site, "/coverage?kind=government&state=late")
    legend = [words(li) for li in page.select(".nb-legend li")]
    assert [re.sub(r"\d.*", "", text).strip() for text in legend] == [
        "● 已收录", "◐ 逾期发布", "○ 缺失", "✕ 未能读取", "⊘ 被拦截", "· 未到期",
    ]  # fmt: skip
    assert all(re.search(r"\d+ / \d+（[\d.]+%）$", text) for text in legend)
    chosen = [o["value"] for o in page.select("option[selected]")]
    assert chosen == ["government", "late"]


async def test_what_is_listed_can_be_had_as_csv_with_the_same_filters(
    site: Any,
) -> None:
    page = await soup(site, "/coverage?kind=government_office")
    href = next(
        a["href"] for a in page.select(".nb-actions a") if "coverage.csv" in a["href"]
    )
    assert href == "/coverage.csv?kind=government_office"
    rows = list(csv.DictReader(io.StringIO((await site.get(href)).text)))
    assert tuple(rows[0]) == FIELDS
    assert {row["agency"] for row in rows} == {"甲州市人民政府办公室"}
    of_2020 = next(row for row in rows if row["report_year"] == "2020")
    assert of_2020["report_id"] == "990683-office-2020"


# ------------------------------------------------------------------ sources, dictionary


async def test_a_source_shows_its_health_its_captures_and_the_runs(site: Any) -> None:
    page = await soup(site, "/sources")
    assert "正常 1 / 1（100.0%）" in words(page.find(class_="nb-health"))
    row = words(page.select_one(".nb-sources tbody tr"))
    assert row.startswith(
        "甲州市人民政府 县级 · portal http://portal.example.gov.cn/ 正常"
    )
    assert "4 成功 4" in row
    run = words(page.find(id="runs").find_next("tbody"))
    assert "ingest 完成 reports 4" in run
    none = await soup(site, "/sources?state=blocked")
    assert "0 个门户" in words(none.main)


async def test_every_state_of_a_source_is_explained_and_has_its_place() -> None:
    from archive.codes import SOURCE_STATES
    from archive.site.strings import strings

    assert set(URGENCY) == set(SOURCE_STATES)
    assert {f"source_state_help.{state}" for state in SOURCE_STATES} <= set(strings())


async def test_the_dictionary_names_generations_columns_and_rules_of_a_row(
    site: Any,
) -> None:
    page = await soup(site, "/dictionary")
    rows = {
        (part["id"], tr.th.code.text): words(tr)
        for part in page.select("#forms ~ details")
        for tr in part.select("tbody tr")
    }
    # Only rules that the database has are named: Q2, Q3, S1 and X2 here.
    assert rows["gk2021-requests", "other_fee_unpaid"].endswith("gk2021 Q2 Q3")
    assert rows["gk2019-requests", "granted"].endswith("gk2019 gk2021 Q2 Q3")
    assert rows["gk2019-proactive", "gov_procurement"].endswith(
        "purchase_items 采购项目数量 (件/项)"
        " · purchase_amount 采购总金额 (单位以单元格为准) gk2019 —"
    )
    rule = words(page.find(id="rule-Q2"))
    assert (
        "granted + granted_partial + denied_* + unable_* + rejected_* + other_*"
        " = handled_total 依申请公开 · 每一列"
    ) in rule
