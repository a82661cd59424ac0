"""The pages as a reader gets them: right, honest about gaps, and harmless."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup

from archive.site.strings import strings

REPORT = "/report/990683-gov-2020"
HOSTILE = "/report/990683-dept-0badc0de-2020"
PAGES = [
    "/",
    REPORT,
    "/report/990683-gov-2022",
    HOSTILE,
    "/report/990683-office-2020",
    "/agency/990683-gov",
    "/agency/990683-dept-0badc0de",
    "/search",
    "/search?q=公开",
    "/search?q=公开&year=2020&level=county&page=2",
    "/coverage",
    "/checks",
    "/checks?verdict=UNCERTAIN&rule=X2",
    "/sources",
    "/dictionary",
    "/compare",
    "/compare?a=990683-gov-2020",
    "/compare?a=990683-gov-2020&b=990683-gov-2022&all=1",
]


async def soup(site: Any, path: str, status: int = 200) -> BeautifulSoup:
    response = await site.get(path)
    assert response.status_code == status, response.text[:500]
    return BeautifulSoup(response.text, "lxml")


def words(node: Any) -> str:
    return re.sub(r"\s+", " ", node.get_text(" ")).strip()


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_is_a_whole_document_without_scripts(
    site: Any, path: str
) -> None:
    response = await site.get(path)
    assert response.status_code == 200
    page = BeautifulSoup(response.text, "lxml")
    assert page.html["lang"] == "zh-CN"
    assert len(page.find_all("main")) == len(page.find_all("h1")) == 1
    assert page.find_all(["style", "object", "embed"]) == []
    for data in page.find_all("script"):  # data for machines, which is not run
        assert data.attrs == {"type": "application/ld+json"}
    assert page.select("[onclick], [onload], [onerror], [style]") == []
    assert page.title.text.strip()
    ids = [tag["id"] for tag in page.select("[id]")]
    assert len(ids) == len(set(ids))
    for table in page.find_all("table"):
        assert table.find_parent(class_="nb-scroll") is not None
    assert response.headers["content-security-policy"].startswith("default-src 'none'")
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", PAGES)
async def test_every_link_leads_to_a_page_or_out_without_referrer(
    site: Any, path: str
) -> None:
    page = await soup(site, path)
    ids = {tag["id"] for tag in page.select("[id]")}
    for link in page.find_all("a"):
        href = link["href"]
        if href.startswith("#"):
            assert href[1:] in ids, href
        elif href.startswith("/"):
            assert href.isascii() or quote(href)
        else:
            assert href.startswith(("http://", "https://"))
            assert "noreferrer" in link["rel"]


async def test_inner_links_of_the_home_and_report_pages_work(site: Any) -> None:
    hrefs = {
        link["href"].partition("#")[0]
        for path in ("/", REPORT, "/agency/990683-gov")
        for link in (await soup(site, path)).find_all("a")
        if link["href"].startswith("/")
    }
    for href in sorted(hrefs):
        response = await site.get(href)
        assert response.status_code == 200, href


async def test_all_words_of_the_templates_are_in_the_strings_file() -> None:
    assert all(set(words) == {"zh", "en"} for words in strings().values())
    assert all(all(w.values()) for w in strings().values())


# ------------------------------------------------------------------------------- report


async def test_findings_stand_first_in_plain_words_and_point_at_their_cells(
    site: Any,
) -> None:
    page = await soup(site, REPORT)
    listed = [words(f.p) for f in page.select(".nb-finding")]
    assert listed == [
        "① 总计列：各项办理结果合计 106，（七）总计为 107，相差 1",
        "② “8.属于行政查询事项”行：各类申请人合计 1，总计为 0，相差 1",
        "③ 文字称办结106件",
    ]
    assert "wrong" not in page.text.lower()
    outlined = {td["id"]: td["class"][-1] for td in page.select("td.bad, td.doubt")}
    assert outlined == {
        "cell-requests-handled_total-total": "bad",
        "cell-requests-denied_admin_query-total": "bad",
    }
    cell = page.find(id="cell-requests-handled_total-total")
    assert [a["href"] for a in cell.find_all("a")] == ["#finding-1", "#finding-3"]
    assert page.select("#finding-1 a")[-1]["href"] == (
        "#cell-requests-handled_total-total"
    )


@pytest.mark.parametrize(
    ("column", "state", "shown"),
    [
        ("natural_person", "s-number", "72"),
        ("business", "s-blank", "空白"),
        ("research", "s-dash", "-"),
        ("public_interest_org", "s-zero", "0"),
        ("legal_service", "s-text", "见附件"),
        ("other_org", "s-missing", "无此格"),
    ],
)
async def test_the_states_of_cells_are_told_apart_by_class_and_by_word(
    site: Any, column: str, state: str, shown: str
) -> None:
    cell = (await soup(site, REPORT)).find(id=f"cell-requests-granted-{column}")
    assert (cell["class"], words(cell)) == ([state], shown)


async def test_a_cell_that_was_not_simply_read_says_so(site: Any) -> None:
    page = await soup(site, REPORT)
    cell = page.find(id="cell-requests-carried_out-total")
    assert words(cell) == "0 ↔ 按版面修复位置"
    assert "“␠0□”" in cell["title"]
    assert "table 3 row carried_out cell total" in cell["title"]
    assert "按版面修复位置" in words(page.find(class_="nb-legend"))


async def test_raw_text_and_place_can_be_read_without_hovering(site: Any) -> None:
    page = await soup(site, REPORT)
    rows = [words(tr) for tr in page.select(".nb-cells tbody tr")]
    assert len(rows) == 198
    assert (
        "政府集中采购 · 采购总金额 6229.95万元 6,229.95 万元 数字 照读"
        " table 3 row gov_procurement cell purchase_amount"
    ) in rows


async def test_the_facts_name_their_evidence(site: Any) -> None:
    facts = words((await soup(site, REPORT)).find(class_="nb-facts"))
    assert "2021-04-02 据页面所示日期 落款日期 2021-01-18" in facts
    assert "2021-03-31 逾期 2 天" in facts
    assert "政府汇总（含部门与下级）" in facts
    unknown = words((await soup(site, HOSTILE)).find(class_="nb-facts"))
    assert "发布日期 未知" in unknown


async def test_local_rows_leftovers_and_chapters_are_shown(site: Any) -> None:
    page = await soup(site, REPORT)
    text = words(page.main)
    assert "本地信息公开发布总数量 总数量：15 15 table 2 row 20" in text
    assert "没有对应的行 · 依申请公开 table 3 row 30 备注<i>" in text
    assert [words(s) for s in page.select(".nb-chapter summary")] == [
        "正文之前",
        "一、总体情况",
        "三、收到和处理政府信息公开申请情况",
    ]


async def test_provenance_leads_back_to_the_record(site: Any, sample: Any) -> None:
    page = await soup(site, REPORT)
    capture = sample.captures["990683-gov-2020"]
    text = words(page.find(class_="nb-provenance"))
    assert capture.sha256 in text
    assert capture.warc_file in text
    assert f"偏移 {capture.warc_offset:,}" in text
    assert "html/1 · 模板 f00d" in text
    assert (
        "甲州市人民政府. 甲州市人民政府2020年政府信息公开工作年度报告[EB/OL]. "
        "(2021-04-02)[2026-01-31]. http://portal.example.gov.cn/0.html. "
        f"SHA-256: {capture.sha256}."
    ) in text
    frame = page.find("iframe")
    assert frame["src"] == f"/originals/{capture.sha256}?view=inline"
    assert frame["sandbox"] == []
    linked = page.find("a", string=capture.url)
    assert linked["rel"] == ["nofollow", "noreferrer", "noopener"]
    found = await soup(site, f"/capture/{capture.capture_id}")
    assert capture.warc_file in words(found.main)


async def test_a_form_without_preview_is_offered_as_a_download(site: Any) -> None:
    page = await soup(site, "/report/990683-office-2020")
    assert page.find("iframe") is None
    assert "请下载查看" in words(page.main)


@pytest.mark.parametrize(
    "path",
    [
        HOSTILE,
        "/",
        "/agency/990683-dept-0badc0de",
        "/agency/990683-gov",
        "/search?q=公开",
        "/search?q=%3Cscript%3Ealert(1)%3C/script%3E",
        "/checks",
        "/checks?rule=%22%3E%3Cscript%3E",
        "/coverage",
        "/report/%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "/nianbao/reports",
        "/nianbao/arithmetic_failures",
    ],
)
async def test_hostile_text_stays_text(site: Any, path: str) -> None:
    response = await site.get(path)
    assert "<script>alert" not in response.text
    assert '"><script>' not in response.text
    assert "<b>局" not in response.text
    assert 'href="javascript:' not in response.text.lower()


async def test_a_hostile_address_is_text_and_not_a_link(site: Any) -> None:
    page = await soup(site, HOSTILE)
    assert "javascript:alert(1)//portal" in words(page.find(class_="nb-provenance"))
    assert page.select("a[href^=javascript]") == []


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("/report/nope", "370683-gov-2020"),
        ("/report/%E4%B8%8D%2F%E5%9C%A8", "没有编号为“不/在”的报告"),
        ("/agency/nope", "可以检索机关名称"),
        ("/capture/nope", "urn:uuid:"),
    ],
)
async def test_what_is_not_here_is_404_with_a_hint(
    site: Any, path: str, hint: str
) -> None:
    page = await soup(site, path, 404)
    assert hint in words(page.main)


# -------------------------------------------------------------------------- other pages


async def test_the_home_page_gives_numbers_with_their_denominators(site: Any) -> None:
    page = await soup(site, "/")
    figures = [words(li) for li in page.select(".nb-figures li")]
    assert figures[0].startswith("4 份报告 其中 1 份表格读全")
    assert "2020—2022 年度" in figures[0]
    assert figures[1].startswith("3 个机关")
    # 198 cells of 2019, 200 of 2021, one local row; three cells hold no number.
    assert figures[2].startswith("399 个表格单元")
    assert "395 个数字，1 个空白" in figures[2]
    assert figures[3].startswith("3 处不符")
    assert "共校验 6 处，存疑 1 处" in figures[3]
    assert figures[5].startswith("1 个门户")


async def test_the_agency_page_shows_its_gap(site: Any) -> None:
    page = await soup(site, "/agency/990683-gov")
    years = page.find("div", {"aria-labelledby": "years"})
    rows = [words(tr) for tr in years.select("tbody tr")]
    rows = [row for row in rows if row[:4] <= "2022"]
    assert [row[:4] for row in rows] == ["2022", "2021", "2020"]
    assert rows[1].startswith("2021 缺失：从未找到 · 法定期限 2022-03-31")
    assert rows[2].startswith("2020 逾期发布 · 部分读出 106 107 72 2 0 0 0 ⚠ 2 2021-04")
    office = await soup(site, "/agency/990683-office")
    told = [words(tr) for tr in office.find("tbody").find_all("tr")]
    assert told[0] == "2025 未到期 · 法定期限 2026-01-31"
    assert told[1].startswith("2020 已收录 · 部分读出 — — —")


async def test_search_finds_words_of_two_characters_and_marks_them(site: Any) -> None:
    page = await soup(site, "/search?q=秘密")
    assert words(page.find(class_="nb-summary")).startswith(
        "1 章，分布在 1 份报告中（共收录 4 份）"
    )
    hit = page.select(".nb-hits li")[0]
    assert hit.a["href"] == f"{REPORT}#chapter-1"
    assert [words(m) for m in hit.find_all("mark")] == ["秘密"]


async def test_search_narrows_by_year_and_finds_authorities(site: Any) -> None:
    page = await soup(site, "/search?q=收到申请")
    assert words(page.find(class_="nb-summary")).startswith("2 章，分布在 2 份报告")
    narrowed = await soup(site, "/search?q=收到申请&year=2022")
    assert [a["href"] for a in narrowed.select(".nb-hits h2 a")] == [
        "/report/990683-gov-2022#chapter-1"
    ]
    named = await soup(site, "/search?q=甲州市")
    assert "甲州市人民政府办公室" in words(named.find("section"))


async def test_a_search_for_nothing_says_what_it_looked_through(site: Any) -> None:
    page = await soup(site, "/search?q=没有这个词")
    assert "没有找到“没有这个词”（共检索 4 份报告）" in words(page.main)
    page = await soup(site, "/search?q=---")
    assert "检索词里没有可检索的文字" in words(page.main)


async def test_coverage_tells_found_late_and_missing_apart(site: Any) -> None:
    page = await soup(site, "/coverage")
    row = next(
        r for r in page.select(".nb-grid tbody tr") if words(r.th.a) == "甲州市人民政府"
    )
    states = [td.find(class_="nb-cov")["class"][-1] for td in row.find_all("td")]
    assert states[:3] == [
        "cov-late",
        "cov-missing",
        "cov-found",
    ]
    assert "1 份报告的发布日期可考（共 4 份），其中 0 份按期" in words(page.main)


async def test_checks_are_counted_by_rule_with_the_reports_assessed(site: Any) -> None:
    page = await soup(site, "/checks")
    rules = [words(tr) for tr in page.select("tbody tr")]
    assert any(
        row.startswith("Q2") and row.endswith("1 0 1 0 1 / 1 100.0%") for row in rules
    )
    assert "共 3 条" in words(page.main)


# --------------------------------------------------------------------- plain Datasette


async def test_datasettes_own_search_finds_chinese_words(site: Any) -> None:
    path = "/nianbao/chapters.json?_shape=objects&_search=行政复议"
    found = (await site.get(path)).json()["rows"]
    assert [row["report_id"] for row in found] == [
        "990683-gov-2020",
        "990683-office-2020",
    ]


async def test_identifiers_in_tables_lead_to_our_pages(site: Any) -> None:
    page = await soup(site, "/nianbao/grant_rate")
    links = [a["href"] for a in page.select("td.col-report_id a")]
    assert REPORT in links
    assert "107" in [words(td) for td in page.select("td.col-n")]


async def test_no_path_of_the_machine_is_published(site: Any, sample: Any) -> None:
    root = str(sample.data.root)
    for path in ("/-/databases.json", "/-/metadata.json", "/nianbao.json", "/.json"):
        response = await site.get(path)
        assert response.status_code == 200
        assert root not in response.text


async def test_an_unknown_page_is_404_in_our_frame(site: Any) -> None:
    page = await soup(site, "/no-such-page", 404)
    assert page.html["lang"] == "zh-CN"
    assert words(page.h1).startswith("404 没有找到")


async def test_the_style_sheet_is_served(site: Any) -> None:
    page = await soup(site, "/")
    response = await site.get(page.find("link", rel="stylesheet")["href"])
    assert response.headers["content-type"].startswith("text/css")
