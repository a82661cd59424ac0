"""Charts: right numbers with their denominators, and the same bytes every time."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup
from lxml import etree

from archive.site.charts import draw, figure, inert, look, series
from archive.site.charts.figure import Figure
from archive.site.charts.tiles import tiles
from archive.site.language import current
from archive.site.query import Row

SVG = f"{{{inert.SVG}}}"
INDEX = (
    "report_id", "report_year", "agency_id", "template", "new_received",
    "handled_total", "granted", "granted_partial", "denied_all", "unable_all",
    "rejected_all", "other_all", "carried_out", "reconsideration_total",
    "litigation_total", "checks_failed",
)  # fmt: skip
REPORTS = [
    ("a-19", 2019, "a", "gk2019", 40, 50, 30, 5, 10, 3, 1, 1, 0, 2, None, 0),
    ("a-20", 2020, "a", "gk2019", 8, 9, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1),
    ("a-22", 2022, "a", "gk2021", 20, 20, 10, None, 6, 4, 0, 0, 0, 0, 0, 0),
    ("b-19", 2019, "b", "gk2019", None, None, *[None] * 9, 0),
]


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """Two authorities of 山东省, one of 甲省, one of none; four reports."""
    db = sqlite3.connect(":memory:")
    db.executescript(
        "CREATE TABLE agencies (agency_id, adcode, province);"
        "CREATE TABLE coverage (agency_id, report_year, state, days_late, note);"
        f"CREATE TABLE report_index ({', '.join(INDEX)});"
        "CREATE TABLE metrics (template, table_code, row_code, col_code,"
        " row_label_zh, label_en, position);"
        "CREATE TABLE requests_2019 (report_id, denied_a__total, denied_b__total);"
        "CREATE TABLE requests_2021 (report_id, denied_a__total);"
    )

    def fill(table: str, data: list[tuple[Any, ...]]) -> None:
        marks = ", ".join("?" * len(data[0]))
        db.executemany(f"INSERT INTO {table} VALUES ({marks})", data)

    fill(
        "agencies",
        [
            ("a", "370683", "山东省"), ("b", "370684", "山东省"),
            ("c", "990101", "甲省"), ("d", None, None),
        ],
    )  # fmt: skip
    fill(
        "coverage",
        [
            (agency, year, state, None, None)
            for agency, year, state in (
                ("a", 2019, "found"), ("a", 2020, "late"), ("a", 2021, "missing"),
                ("a", 2022, "found"), ("b", 2019, "found"), ("c", 2019, "missing"),
                ("d", 2022, "not_due"),
            )
        ],
    )  # fmt: skip
    fill("report_index", REPORTS)
    fill(
        "metrics",
        [
            ("gk2019", "requests", "denied_a", "total", "1.国家秘密",
             "Outcome: Denied: State secret · total", 1),
            ("gk2019", "requests", "denied_b", "total", "2.其他",
             "Outcome: Denied: Other law · total", 2),
            ("gk2021", "requests", "denied_a", "total", "1.国家秘密",
             "Outcome: Denied: State secret · total", 1),
        ],
    )  # fmt: skip
    fill("requests_2019", [("a-19", 10, None), ("a-20", 0, 0), ("b-19", 3, 3)])
    fill("requests_2021", [("a-22", 6)])
    yield db
    db.close()


def picked(rows: list[Row], *keys: str) -> list[tuple[Any, ...]]:
    return [tuple(row[key] for key in keys) for row in rows]


def drawn(shown: Figure, size: str = "wide") -> Any:
    return etree.fromstring(shown.drawing(size).encode())


def words(root: Any) -> list[str]:
    """Texts of a drawing without the room that labels are given."""
    texts = [
        "".join(t.itertext()).replace("\u00a0", "") for t in root.iter(f"{SVG}text")
    ]
    return [text.strip() for text in texts]


# ------------------------------------------------------------------------------- series


def test_coverage_is_counted_by_year_over_what_was_due(
    connection: sqlite3.Connection,
) -> None:
    rows = series.coverage(connection)
    assert picked(rows, "report_year", "n", "found", "late", "missing", "rate") == [
        (2019, 3, 2, 0, 1, 66.7),
        (2020, 1, 0, 1, 0, 100.0),
        (2021, 1, 0, 0, 1, 0.0),
        (2022, 2, 1, 0, 0, 100.0),
    ]


def test_provinces_keep_those_that_belong_to_none(
    connection: sqlite3.Connection,
) -> None:
    rows = series.provinces(connection)
    found = {row["province"]: (row["agencies"], row["n"], row["rate"]) for row in rows}
    assert found == {"山东省": (2, 5, 80.0), "甲省": (1, 1, 0.0), "": (1, 1, None)}


def test_requests_are_summed_over_the_reports_that_state_them(
    connection: sqlite3.Connection,
) -> None:
    rows = series.requests(connection)
    keys = ("report_year", "requests", "reports", "of_reports", "per_report")
    assert picked(rows, *keys) == [
        (2019, 40, 1, 2, 40.0),
        (2020, 8, 1, 1, 8.0),
        (2022, 20, 1, 1, 20.0),
    ]


def test_shares_are_given_only_where_ten_requests_were_handled(
    connection: sqlite3.Connection,
) -> None:
    rows = series.outcomes(connection)
    keys = ("report_year", "granted", "denied_all", "handled", "reports")
    assert picked(rows, *keys) == [(2019, 60.0, 20.0, 50, 1), (2022, 50.0, 30.0, 20, 1)]


def test_a_ground_has_the_reports_that_fill_its_row_as_its_denominator(
    connection: sqlite3.Connection,
) -> None:
    rows = series.grounds(connection)
    keys = ("label_zh", "label_en", "report_year", "refused", "handled", "percent")
    # b-19 gives no total; nobody filled denied_b where ten were handled.
    assert picked(rows, *keys) == [
        ("国家秘密", "State secret", 2019, 10, 50, 20.0),
        ("国家秘密", "State secret", 2022, 6, 20, 30.0),
    ]


def test_an_authority_keeps_its_gaps_and_small_numbers_give_no_rate(
    connection: sqlite3.Connection,
) -> None:
    rows = series.agency(connection, "a")
    assert picked(rows, "report_year", "state", "handled_total", "grant_rate") == [
        (2019, "found", 50, 70.0),
        (2020, "late", 9, None),
        (2021, "missing", None, None),
        (2022, "found", 20, 50.0),
    ]


# ------------------------------------------------------------------------------ figures


@pytest.fixture
def figures(connection: sqlite3.Connection) -> dict[str, Figure]:
    return {
        "coverage": figure.coverage(series.coverage(connection)),
        "requests": figure.requests(series.requests(connection)),
        "outcomes": figure.outcomes(series.outcomes(connection)),
        "grounds": figure.grounds(series.grounds(connection)),
        "provinces": figure.provinces(series.provinces(connection)),
        "agency": figure.agency(series.agency(connection, "a"), "a"),
    }


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_a_drawing_is_the_same_every_time_and_holds_shapes_and_text_alone(
    figures: dict[str, Figure], size: str
) -> None:
    for name, shown in figures.items():
        first, second = shown.drawing(size), shown.drawing(size)
        assert first == second, name
        root = etree.fromstring(first.encode())
        tags = {etree.QName(element).localname for element in root.iter()}
        assert tags <= {
            "svg", "title", "desc", "g", "path", "rect", "line", "circle", "polyline",
            "polygon", "text", "tspan", "defs", "clipPath",
        }  # fmt: skip
        assert root.get("viewBox") == (
            f"0 0 {look.SIZES[size]} {shown.heights[size]}"
        ), name
        assert root.get("role") == "img"
        assert root[0].text == shown.title
        assert shown.denominator in root[1].text


def test_chinese_stays_text_so_that_the_readers_fonts_draw_it(
    figures: dict[str, Figure],
) -> None:
    found = words(drawn(figures["coverage"]))
    assert {"已收录", "逾期发布", "缺失", "未到期", "机关 × 年度"} <= set(found)
    assert {"2019", "2020", "2021", "2022"} <= set(found)
    # A state that does not occur has no key in the legend.
    assert "被拦截" not in found


def test_every_bar_of_requests_says_of_how_many_reports(
    figures: dict[str, Figure],
) -> None:
    assert words(drawn(figures["requests"])).count("n=1") == 3
    assert figures["requests"].denominator == "3 份报告填写了该项（共 4 份）。"


def test_figures_say_what_they_are_a_share_of(figures: dict[str, Figure]) -> None:
    assert figures["coverage"].denominator == (
        "分母：机关 × 年度 7 项，其中已到期 6 项；已收录（含逾期）4 项，66.7%。"
    )
    assert figures["outcomes"].denominator == (
        "分母：2 份填写了总计的报告所办结的 70 件。"
    )
    assert figures["provinces"].denominator == (
        "分母：4 个机关，机关 × 年度 7 项；其中 2 项不属于图上省级，见数据表。"
    )
    assert figures["agency"].denominator.startswith("4 个年度中有 3 份报告。")


def test_the_table_of_a_figure_has_the_numbers_of_its_drawing(
    figures: dict[str, Figure],
) -> None:
    shown = figures["provinces"]
    assert [label for _, label in shown.columns][:4] == [
        "省级", "机关数", "合计", "已收录",
    ]  # fmt: skip
    names = sorted(row["province"] for row in shown.rows)
    assert names == ["山东省", "无省级（或未确定）", "甲省"]


def test_a_line_is_not_drawn_through_a_year_without_a_figure() -> None:
    def lines(years: list[int]) -> int:
        points = [("a", year, float(year - 2000)) for year in years]
        root = inert.inert(draw.panels(points, {"a": "甲"}, "wide"), "x")
        strokes = [p for p in root.iter(f"{SVG}path") if p.get("fill") == "none"]
        return len(
            [p for p in strokes if p.get("stroke") in ("rgb(20,80,107)", "#14506b")]
        )

    assert lines([2019, 2020, 2021, 2022]) == 1
    assert lines([2018, 2019, 2021, 2022]) == 2


def test_a_change_of_the_form_is_marked_between_its_years(
    connection: sqlite3.Connection,
) -> None:
    rows = series.agency(connection, "a")
    marked = drawn(figure.agency(rows, "a"))
    plain = drawn(figure.agency([r | {"template": "gk2019"} for r in rows], "a"))

    def dashes(root: Any) -> int:
        return len([e for e in root.iter() if e.get("stroke-dasharray")])

    assert dashes(plain) == 0
    # One in each of the small charts.
    assert dashes(marked) == 6


# ------------------------------------------------------------------------------ the map


def test_there_are_31_tiles_and_no_two_in_one_place() -> None:
    all_tiles = list(tiles().values())
    assert len(all_tiles) == 31
    assert len({(t.column, t.row) for t in all_tiles}) == 31
    assert (
        len({t.letters for t in all_tiles}) == len({t.short for t in all_tiles}) == 31
    )
    assert max(t.column for t in all_tiles) < look.COLUMNS
    assert max(t.row for t in all_tiles) < look.ROWS


def test_a_tile_leads_to_its_own_province(connection: sqlite3.Connection) -> None:
    some = {"山东省": 95.0, "黑龙江省": 100.0, "海南省": 0.0, "新疆维吾尔自治区": 40.0}
    rows = [
        {"province": name, "agencies": 1, "n": 1, "rate": rate, **dict.fromkeys(
            look.STATE_COLOURS, 0)}
        for name, rate in some.items()
    ]  # fmt: skip
    shown = figure.provinces(rows)
    links = {name: (f"/coverage?province={quote(name)}", f"{name} x") for name in some}
    root = etree.fromstring(
        figure.linked_map(shown, shown.svg("narrow"), links).encode()
    )
    assert root.get("role") == "group"
    found = {}
    for link in root.iter(f"{SVG}a"):
        rect = link.find(f"{SVG}rect")
        left, top = float(rect.get("x")), float(rect.get("y"))
        side = float(rect.get("width"))
        on_it = [
            "".join(text.itertext()).strip()
            for text in root.iter(f"{SVG}text")
            for x, y in [_moved(text)]
            if left <= x <= left + side and top <= y <= top + side
        ]
        found[link.get("href")] = on_it
    assert found == {
        f"/coverage?province={quote('山东省')}": ["鲁", "95%"],
        f"/coverage?province={quote('黑龙江省')}": ["黑", "100%"],
        f"/coverage?province={quote('海南省')}": ["琼", "0%"],
        f"/coverage?province={quote('新疆维吾尔自治区')}": ["新", "40%"],
    }


def _moved(text: Any) -> tuple[float, float]:
    """Where a text stands inside the panel: its innermost move."""
    for parent in text.iterancestors(f"{SVG}g"):
        move = parent.get("transform", "")
        if move.startswith("translate"):
            x, y = move.removeprefix("translate(").removesuffix(")").split()
            return float(x), float(y)
    return -1.0, -1.0


# ----------------------------------------------------------------------------- the site


async def test_a_chart_is_served_inert_and_asked_for_again_with_its_tag(
    site: Any,
) -> None:
    response = await site.get("/chart/coverage.svg")
    assert response.status_code == 200
    assert response.headers["content-type"] == "image/svg+xml; charset=utf-8"
    policy = response.headers["content-security-policy"]
    assert policy == "default-src 'none'; sandbox"
    assert response.headers["x-content-type-options"] == "nosniff"
    again = await site.get(
        "/chart/coverage.svg", headers={"if-none-match": response.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    narrow = await site.get("/chart/coverage.svg?size=narrow")
    assert 'width="350"' in narrow.text
    odd = await site.get("/chart/coverage.svg?size=%3Cscript%3E")
    assert odd.text == response.text


async def test_a_chart_speaks_the_language_it_is_asked_for(site: Any) -> None:
    assert "已收录" in (await site.get("/chart/coverage.svg")).text
    english = (await site.get("/chart/coverage.svg?_lang=en")).text
    assert "found" in english
    assert "已收录" not in english
    assert current.get() == "zh"


async def test_a_chart_has_its_numbers_as_csv(site: Any) -> None:
    response = await site.get("/chart/requests.csv")
    assert response.headers["content-type"].startswith("text/csv")
    # One of the three reports of 2020 states the figure; that of 2022 states 0.
    assert response.text == (
        "report_year,requests,reports,of_reports,per_report\r\n"
        "2020,106,1,3,106\r\n"
        "2022,0,1,1,0\r\n"
    )


async def test_the_chart_of_an_authority_is_drawn_on_request(site: Any) -> None:
    response = await site.get("/chart/agency.svg?agency_id=990683-gov")
    assert "本年新收" in response.text
    nobody = await site.get("/chart/agency.svg?agency_id=nobody")
    assert nobody.status_code == 404


@pytest.mark.parametrize("path", ["/chart/nothing.svg", "/chart/agency.svg"])
async def test_a_chart_that_is_not_there_is_404(site: Any, path: str) -> None:
    assert (await site.get(path)).status_code == 404


@pytest.mark.parametrize("path", ["/", "/coverage", "/charts", "/charts?_lang=en"])
async def test_every_chart_on_a_page_has_words_table_csv_and_source(
    site: Any, path: str
) -> None:
    page = BeautifulSoup((await site.get(path)).text, "lxml")
    shown = page.find_all("figure")
    assert shown
    for one in shown:
        assert one.figcaption.h3.text
        if image := one.find("img"):
            assert len(image["alt"]) > 20
            assert (await site.get(image["src"])).status_code == 200
            assert (await site.get(one.source["srcset"])).status_code == 200
        assert one.details.find("table").find_all("tr")
        csv = next(a["href"] for a in one.find_all("a") if a["href"].endswith(".csv"))
        assert (await site.get(csv)).status_code == 200
        assert "快照" in one.text or "snapshot" in one.text
    assert page.select("svg script, svg style, svg [style], style") == []


def right_end(element: etree._Element, at: float = 0) -> float:
    """Where the rightmost label of a year begins, by its middle."""
    given = (element.get("transform") or "").removeprefix("translate(")
    if given != (element.get("transform") or ""):
        at += float(re.split(r"[ ,]+", given.rstrip(")"))[0])
    here = 0.0
    if element.tag == f"{SVG}text" and "".join(element.itertext()).startswith("20"):
        here = at + float(element.get("x", "0"))
    return max([here, *(right_end(child, at) for child in element)])


@pytest.mark.parametrize(("size", "width"), [("wide", 620), ("narrow", 350)])
def test_small_charts_with_axes_of_different_widths_fit(size: str, width: int) -> None:
    tops = {"a": 5, "b": 0, "c": 1, "d": 5, "e": 0, "f": 450_000}
    points = [
        (code, year, top * (year - 2018) / 6)
        for code, top in tops.items()
        for year in range(2019, 2025)
    ]
    names = {code: code * 3 for code in tops}
    root = inert.inert(draw.panels(points, names, size), "x")
    half = 14  # of "2024" in this size
    assert width / 2 < right_end(root) <= width - half


async def test_the_charts_of_the_home_page_leave_no_gap(site: Any) -> None:
    page = BeautifulSoup((await site.get("/")).text, "lxml")
    names = [f["id"] for f in page.select(".nb-columns > figure")]
    assert names == [
        "chart-coverage", "chart-requests", "chart-outcomes", "chart-grounds"
    ]  # fmt: skip
