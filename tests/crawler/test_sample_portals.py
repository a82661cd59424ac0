"""The sample portals: their figures, their words, their links and their bytes."""

import csv
import re
from collections import Counter
from itertools import combinations
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from lxml import html
from rapidfuzz import fuzz

import archive
import crawler.sample
from archive.errors import TemplateError
from crawler.sample import data
from crawler.sample.figures import request_rows
from crawler.sample.portals import (
    ExpectedReport,
    addresses,
    build,
    dead_links,
    decoys,
    expected,
)

COLUMNS = ("natural_person", "business", "research", "public_interest_org",
           "legal_service", "other_org", "total")  # fmt: skip
RESULTS = ("upheld", "corrected", "other_result", "pending", "total")
REVIEW_ROWS = (
    "reconsideration",
    "litigation_direct",
    "litigation_after_reconsideration",
)
CHARSET = {"sample-trs": "utf-8", "sample-hanweb": "utf-8", "sample-generic": "gbk"}
CONTENT = {
    "sample-trs": "//div[@class='TRS_Editor']",
    "sample-hanweb": "//div[@id='zoom']",
    "sample-generic": "//div[@class='artcontent']",
}


@pytest.fixture(scope="module")
def sites():
    return build()


@pytest.fixture(scope="module")
def reports() -> list[ExpectedReport]:
    return expected()


def report_of(agency: str, year: int) -> ExpectedReport:
    (found,) = [r for r in expected() if (r.agency, r.year) == (agency, year)]
    return found


def number(raw: str) -> int:
    """A printed count; blank and dash count nothing in a sum."""
    digits = re.match(r"-?\d[\d,]*", raw)
    return int(digits[0].replace(",", "")) if digits else 0


def content(sites, report: ExpectedReport):
    """The part of the report's page that holds the report."""
    body = sites[report.portal].pages[report.path].body
    page = html.fromstring(body.decode(CHARSET[report.portal]))
    (found,) = page.xpath(CONTENT[report.portal])
    return found


def words(element) -> str:
    return re.sub(r"\s", "", element.text_content())


def prose(element) -> str:
    """The text of a page's content without its tables."""
    for table in element.xpath(".//table"):
        table.getparent().remove(table)
    return words(element)


# ------------------------------------------------------------------------------ figures


def test_thirteen_agencies_publish_forty_four_reports(reports):
    assert Counter(r.portal for r in reports) == {
        "sample-trs": 17,
        "sample-hanweb": 14,
        "sample-generic": 13,
    }
    assert len({r.agency for r in reports}) == 13
    assert Counter(r.year for r in reports) == {
        2019: 2,
        2020: 4,
        2021: 12,
        2022: 13,
        2023: 13,
    }
    assert {len(r.cells) for r in reports if r.template == "gk2021"} == {200}


def broken_identities(report: ExpectedReport) -> set[tuple[str, str]]:
    cells = {key: number(raw) for key, raw in report.cells.items()}
    rows = request_rows(report.template)
    found = set()
    for col in COLUMNS:
        request = {row: cells["requests", row, col] for row in rows}
        outcomes = sum(request[row] for row in rows[2:-2])
        if (
            request["new_received"] + request["carried_in"]
            != request["handled_total"] + request["carried_out"]
        ):
            found.add(("Q1", col))
        if outcomes != request["handled_total"]:
            found.add(("Q2", col))
    for row in rows:
        *parts, total = (cells["requests", row, col] for col in COLUMNS)
        if sum(parts) != total:
            found.add(("Q3", row))
    for row in REVIEW_ROWS:
        *parts, total = (cells["review_litigation", row, col] for col in RESULTS)
        if sum(parts) != total:
            found.add(("L1", row))
    return found


def test_only_the_report_that_is_meant_to_breaks_an_identity(reports):
    broken = {(r.agency, r.year): b for r in reports if (b := broken_identities(r))}
    assert broken == {("云川市自然资源局", 2022): {("Q2", "total"), ("Q3", "granted")}}
    (report,) = [r for r in reports if "Q2" in r.failures]
    assert report.failures == {"Q2": ("total",), "Q3": ("granted",)}


def test_three_reports_break_a_rule_on_purpose(reports):
    assert {(r.agency, r.year): set(r.failures) for r in reports if r.failures} == {
        ("云川市自然资源局", 2022): {"Q2", "Q3"},
        ("临澜县人民政府", 2022): {"X3"},
        ("柳渡县市场监督管理局", 2022): {"S1"},
    }


def successive(reports):
    by_key = {(r.agency, r.year): r for r in reports}
    pairs = [
        (by_key[agency, year - 1], report)
        for (agency, year), report in by_key.items()
        if (agency, year - 1) in by_key
    ]
    assert len(pairs) == 31
    return pairs


def test_what_one_year_carries_out_the_next_carries_in(reports):
    for before, after in successive(reports):
        for col in COLUMNS:
            out = number(before.cells["requests", "carried_out", col])
            assert number(after.cells["requests", "carried_in", col]) == out, after


def test_stocks_of_documents_and_items_follow_from_the_year_before(reports):
    for before, after in successive(reports):
        if after.template != before.template:
            continue
        was, now = (
            {(r, c): number(raw) for (t, r, c), raw in x.cells.items()
             if t == "proactive"}
            for x in (before, after)
        )  # fmt: skip
        if after.template == "gk2021":
            for row in ("rules", "normative_docs"):
                stock = was[row, "in_force"] + now[row, "issued_this_year"]
                assert now[row, "in_force"] == stock - now[row, "repealed_this_year"]
        else:
            for row in ("admin_license", "other_services", "admin_penalty"):
                stock = was[row, "items_prev_year"] + was[row, "items_change"]
                assert now[row, "items_prev_year"] == stock


@pytest.mark.parametrize("place", ["云川市", "临澜县", "柳渡县"])
def test_a_government_counts_at_least_what_its_organs_count(reports, place):
    for government in reports:
        if government.agency != f"{place}人民政府":
            continue
        members = [
            r
            for r in reports
            if r.portal == government.portal
            and r.year == government.year
            and r is not government
        ]
        for (table, row, col), raw in government.cells.items():
            if table == "requests":
                total = sum(number(r.cells[table, row, col]) for r in members)
                assert number(raw) >= total, (government.year, row, col)


# ----------------------------------------------------------------- what the pages show


def test_every_page_prints_the_cells_that_are_expected_of_it(sites, reports):
    for report in reports:
        tables = content(sites, report).xpath(".//table")
        rows = [
            [re.sub(r"^\s+|\s+$", "", cell.text_content()) for cell in row]
            for table in tables
            for row in table.xpath(".//tr")
        ]
        printed = [raw for row in rows if len(row) >= 8 for raw in row[-7:]]
        # Fifteen cells a row are the results of appeals: their heads, then the values.
        review = next(row for row in reversed(rows) if len(row) == 15)
        requests = printed[: 7 * len(request_rows(report.template))]
        assert requests == [
            report.cells["requests", row, col]
            for row in request_rows(report.template)
            for col in COLUMNS
        ], (report.agency, report.year)
        assert review == [
            report.cells["review_litigation", row, col]
            for row in REVIEW_ROWS
            for col in RESULTS
        ]
        proactive = [raw for (t, _, _), raw in report.cells.items() if t == "proactive"]
        head = [row for row in rows if 1 < len(row) <= 4]
        values = [raw for row in head if "信息内容" not in row[0] for raw in row[1:]]
        assert values[: len(proactive)] == proactive, (report.agency, report.year)


def test_values_are_printed_in_the_ways_real_reports_print_them():
    docs = ("proactive", "normative_docs", "issued_this_year")
    assert report_of("云川市人民政府", 2021).cells[docs] == "22（其中修订 16 件）"
    licences = ("proactive", "admin_license", "decisions")
    assert report_of("云川市人民政府", 2023).cells[licences] == "56,439"
    amount = ("proactive", "gov_procurement", "purchase_amount")
    assert {
        (r.agency, r.year): r.cells[amount] for r in expected() if r.year < 2021
    } == {
        ("云川市人民政府", 2019): "3165.45万元",
        ("云川市人民政府", 2020): "2456.47万元",
        ("云川市人民政府办公室", 2020): "713.11",
        ("临澜县人民政府", 2019): "2140.54 万元",
        ("临澜县人民政府", 2020): "2210.17万元",
        ("柳渡县民政局", 2020): "6471100元",
    }
    change = ("proactive", "other_services", "items_change")
    assert report_of("云川市人民政府", 2019).cells[change] == "-1"


def test_one_report_leaves_its_zeros_blank_and_one_prints_dashes():
    blank = report_of("临澜县石浔镇人民政府", 2021).cells
    assert Counter(blank.values())[""] == 185
    assert "0" not in blank.values()
    dash = report_of("柳渡县昇平街道办事处", 2022).cells
    assert Counter(dash.values())["-"] == 191
    assert "0" not in dash.values()


def test_one_report_has_a_row_that_no_form_has(sites):
    report = report_of("柳渡县民政局", 2020)
    text = "2020年本部门政府信息公开发布总数量（非新闻类、消息类）：268"
    assert report.cells["extra", "local_published_total", "value"] == text
    assert words(content(sites, report)).count(text) == 1
    assert len(report.cells) == 199


def test_one_report_lies_about_its_rowspans(sites):
    table = content(sites, report_of("柳渡县人民政府", 2022)).xpath(".//table")[1]
    spans = {words(td): td.get("rowspan") for td in table.xpath(".//td[@rowspan]")}
    assert spans["三、本年度办理结果"] == "20"  # 22 rows stand beside it
    assert spans["（三）不予公开"] == "7"  # eight grounds
    assert spans["（四）无法提供"] == "3"
    assert spans["（五）不予处理"] == "4"  # five


def test_one_report_splits_its_second_table(sites):
    counts = {
        (r.agency, r.year): len(content(sites, r).xpath(".//table")) for r in expected()
    }
    assert counts.pop(("柳渡县市场监督管理局", 2023)) == 4
    assert set(counts.values()) == {3}


def test_one_report_has_no_sixth_chapter(sites, reports):
    without = [
        (r.agency, r.year)
        for r in reports
        if "六、其他需要报告的事项" not in words(content(sites, r))
    ]
    assert without == [("柳渡县市场监督管理局", 2022)]


def test_one_report_offers_itself_as_a_text_file_too(sites):
    report = report_of("云川市财政局", 2022)
    assert report.attachments == ("/zfxxgk/zfxxgknb/2022n/202301/P02023011713013.txt",)
    text = sites[report.portal].pages[report.attachments[0]].body.decode()
    assert text.startswith("云川市财政局2022年政府信息公开工作年度报告\n")
    assert "\n一、本年新收政府信息公开申请数量\t\t\t11\t2\t0\t1\t1\t1\t16\n" in text
    assert "\n\t（二）部分公开（区分处理的，只计这一情形，不计其他情形）\t\t1\t" in text


def test_a_report_linked_from_two_columns_has_the_same_bytes_at_both(sites):
    report = report_of("临澜县石浔镇人民政府", 2023)
    assert report.path == "/art/2024/1/18/art_1002_24702.html"
    assert report.other_paths == ("/art/2024/1/18/art_1001_24702.html",)
    pages = sites[report.portal].pages
    assert pages[report.path] == pages[report.other_paths[0]]


def test_a_page_that_was_moved_keeps_its_date_and_gets_a_new_address(sites):
    report = report_of("云川市人民政府", 2019)
    assert report.published_on == "2020-03-27"
    assert report.path == "/zfxxgk/zfxxgknb/2019n/202106/t20210611_12010.html"
    body = sites[report.portal].pages[report.path].body.decode()
    assert '<meta name="PubDate" content="2020-03-27 09:30">' in body


def test_meta_dates_are_dirty_in_places(sites):
    generic = sites["sample-generic"].pages
    torn = report_of("柳渡县民政局", 2021)
    page = generic[torn.path].body.decode("gbk")
    assert '<META NAME="PUBDATE" CONTENT="2022——01——19 16:02">' in page
    none = report_of("柳渡县昇平街道办事处", 2021)
    assert "PUBDATE" not in generic[none.path].body.decode("gbk")


# -------------------------------------------------------------------------------- prose


def test_the_prose_states_the_figures_of_the_tables(sites, reports):
    for report in reports:
        text = prose(content(sites, report))
        total = {
            row: number(report.cells["requests", row, "total"])
            for row in ("new_received", "carried_in", "handled_total", "carried_out")
        }
        received = re.findall(r"收到政府信息公开申请(\d+)件", text)
        handled = re.findall(r"办结(\d+)件", text)
        if total["new_received"] == 0:
            assert (received, handled) == ([], [])
            assert re.search("(未|没有)收到政府信息公开申请", text)
        else:
            assert received == [str(total["new_received"])], report.title
            assert handled == [str(total["handled_total"])], report.title
        parts = re.search(
            r"公开(?:各类)?政府信息(\d+)条\D+?(\d+)条\D+?(\d+)条\D+?(\d+)条", text
        )
        assert parts, report.title
        whole, *channels = (int(part) for part in parts.groups())
        assert sum(channels) == whole


def test_the_prose_denies_appeals_only_where_there_are_none_save_once(sites, reports):
    contradicting = []
    for report in reports:
        appeals = sum(
            number(report.cells["review_litigation", row, "total"])
            for row in REVIEW_ROWS
        )
        text = prose(content(sites, report))
        denies = re.search("未(发生因|因)政府信息公开工作(被申请|引发)行政复议", text)
        if bool(denies) != (appeals == 0):
            contradicting.append((report.agency, report.year, appeals))
    assert contradicting == [("临澜县人民政府", 2022, 7)]


def test_no_report_repeats_the_words_of_another(sites, reports):
    texts = [(r, re.sub(r"\d+", "0", prose(content(sites, r)))) for r in reports]
    for (one, a), (two, b) in combinations(texts, 2):
        assert fuzz.ratio(a, b) < 90, (one.title, two.title)


# -------------------------------------------------------------------------------- links


def links(body: bytes, charset: str) -> list[str]:
    """What a page links to: anchors, also those inside CDATA, styles and pictures."""
    found = re.findall(r"""(?:href|src)="([^"]*)\"""", body.decode(charset))
    return [link.replace("&amp;", "&") for link in found]


def walk(sites, portal: str, start: str = "/") -> dict[str, set[str]]:
    """Pages reached from the home page, each with its links that lead nowhere."""
    site, charset = sites[portal], CHARSET[portal]
    broken: dict[str, set[str]] = {}
    pending = [start]
    while pending:
        path = pending.pop()
        if path in broken:
            continue
        broken[path] = set()
        answer = site.answer(path)
        if "html" not in dict(answer.headers)["Content-Type"]:
            continue
        targets = links(answer.body, charset)
        pager = re.search(rb'createPageHTML\((\d+), 0, "index", "html"\)', answer.body)
        if pager:
            targets += [f"index_{n}.html" for n in range(1, int(pager[1]))]
        if b"proxyUrl: '" in answer.body:
            proxy = re.search(rb"proxyUrl: '([^']+)'", answer.body)
            total = re.search(rb"totalPage: (\d+)", answer.body)
            query = re.search(rb"queryParam: '([^']+)'", answer.body)
            for page in range(1, int(total[1]) + 1):
                targets.append(f"{proxy[1].decode()}?page={page}&{query[1].decode()}")
        for target in targets:
            if target.startswith(("javascript:", "#")):
                continue
            url = urljoin(site.base + path, target)
            owner = next(s for s in sites.values() if url.startswith(s.base + "/"))
            parts = urlsplit(url)
            local = parts.path + (f"?{parts.query}" if parts.query else "")
            if owner.answer(local).status != 200:
                broken[path].add(local)
            elif owner is site:
                pending.append(site.key(local))
    return broken


def proxied(sites, portal: str) -> set[str]:
    """Paths named in the answers of the list program, which is not HTML."""
    site = sites[portal]
    found = set()
    for path, answer in site.pages.items():
        if "dataproxy" in path:
            found |= {site.key(link) for link in links(answer.body, "utf-8")}
    return found


def test_every_link_resolves_except_the_dead_one(sites):
    (dead,) = dead_links()
    assert dead.title == "云川市财政局2020年政府信息公开工作年度报告"
    for portal in sites:
        broken = {p: b for p, b in walk(sites, portal).items() if b}
        if portal == dead.portal:
            assert set(broken) == {"/zfxxgk/zfxxgknb/2020n/"}
            assert set.union(*broken.values()) == {dead.path}
        else:
            assert broken == {}


def test_every_report_and_decoy_is_reached_from_the_home_page(sites, reports):
    for portal in sites:
        reached = set(walk(sites, portal)) | proxied(sites, portal)
        for item in (*reports, *decoys()):
            if item.portal == portal:
                assert item.path in reached, item.title


def test_the_last_records_of_the_hanweb_column_are_behind_its_proxy(sites):
    site = sites["sample-hanweb"]
    column = site.pages["/col/col1001/index.html"].body.decode()
    assert column.count("<record>") == 15
    answer = site.answer(
        "/module/web/jpage/dataproxy.jsp?appid=1&columnid=1001&path=/&page=2"
    )
    text = answer.body.decode()
    assert "<totalrecord>17</totalrecord><totalpage>2</totalpage>" in text
    oldest = report_of("临澜县人民政府", 2019)
    assert oldest.path in text
    assert oldest.path not in column


def test_lists_link_in_the_ways_real_ones_do(sites):
    trs = sites["sample-trs"]
    year = trs.pages["/zfxxgk/zfxxgknb/2022n/"].body.decode()
    assert 'href="./202301/t20230117_13013.html"' in year
    year = trs.pages["/zfxxgk/zfxxgknb/2021n/"].body.decode()
    assert f'href="{trs.base}/zfxxgk/zfxxgknb/2021n/202203/t2' in year
    column = sites["sample-hanweb"].pages["/col/col1001/index.html"].body.decode()
    assert column.count("art_1001_23520.html;jsessionid=7C1F09A2B6E84D53") == 1


def test_robots_forbids_the_administration_that_every_page_links_to(sites):
    for site in sites.values():
        robots = site.pages["/robots.txt"].body
        assert robots == b"User-agent: *\nDisallow: /admin/\n"
        assert "/admin/" in walk(sites, site.portal_id)


# ---------------------------------------------------------------------- bytes and data


def test_every_page_decodes_and_says_that_it_is_a_sample(sites):
    for portal, site in sites.items():
        for path, answer in site.pages.items():
            if b"<html" in answer.body:
                text = answer.body.decode(CHARSET[portal])
                assert "nianbao" in text, path
                assert "sample portal" in text, path
                assert "政府网站标识码" in text, path


def test_the_gbk_portal_says_gb2312_and_holds_what_gb2312_lacks(sites):
    report = report_of("柳渡县昇平街道办事处", 2023)
    answer = sites[report.portal].pages[report.path]
    assert dict(answer.headers)["Content-Type"] == "text/html"
    assert b"charset=gb2312" in answer.body
    with pytest.raises(UnicodeDecodeError):
        answer.body.decode("gb2312")
    with pytest.raises(UnicodeDecodeError):
        answer.body.decode("utf-8")


def test_building_twice_gives_the_same_bytes(sites):
    again = build()
    assert {p: s.pages for p, s in again.items()} == {
        p: s.pages for p, s in sites.items()
    }


def test_pages_are_built_for_the_addresses_in_use():
    bases = addresses({"sample-trs": 40001})
    assert bases["sample-trs"] == "http://127.0.0.1:40001"
    site = build(bases)["sample-trs"]
    bodies = b"".join(answer.body for answer in site.pages.values())
    assert b"127.0.0.1:40001" in bodies
    assert b"127.0.0.1:18081" not in bodies


def test_no_invented_place_or_code_is_a_real_one():
    path = Path(archive.__file__).parent / "authority" / "divisions.csv"
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 3000
    names, codes = {row["name"] for row in rows}, {row["adcode"] for row in rows}
    for portal in data.load_portals():
        assert portal.place not in names
        assert portal.adcode not in codes
        assert portal.adcode.startswith("99")


def test_decoys_carry_the_title_of_a_report_or_nearly(reports):
    assert Counter(decoy.kind for decoy in decoys()) == {
        "circular": 3,
        "explainer": 3,
        "website_report": 3,
        "law_report": 3,
        "other": 3,
    }
    titles = {r.title for r in reports}
    assert {d.title for d in decoys() if d.kind == "explainer"} <= titles


def test_the_whole_sample_is_small():
    folder = Path(crawler.sample.__file__).parent
    files = [p for p in folder.rglob("*") if p.suffix in (".yml", ".html", ".css")]
    assert len(files) > 20
    assert sum(path.stat().st_size for path in files) < 400_000


def test_an_unknown_key_is_named(monkeypatch):
    entry = data.load_yaml("trs.yml")
    monkeypatch.setattr(data, "load_yaml", lambda _: entry | {"colour": "red"})
    with pytest.raises(TemplateError, match=r"trs\.yml: Portal has no colour"):
        data._portal("trs.yml")
