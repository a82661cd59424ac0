"""Copies on hijacked domains are told from portals, and nothing real is refused."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import replace

import pytest

from archive.catalog import Catalog
from archive.datadir import DataDir
from archive.portals import Portals, vouch
from archive.publish import publish
from archive.records import PageContext, Source
from archive.warc import WarcStore
from crawler.clones import head, judge
from crawler.sample.portals import build, expected
from pipelines import stages
from pipelines.load import load
from pipelines.reference import refresh

LAIZHOU = Source(
    "laizhou", "莱州市人民政府", "370683", "county", "http://www.laizhou.gov.cn/"
)
PAGE = "http://www.laizhou.gov.cn/zfxxgk/1.html"


def reason(url: str = PAGE, source: Source | None = LAIZHOU, text="", **meta: str):
    found = judge(url, meta, source, text)
    return found and str(found)


def rows(corpus):
    with (corpus / "urls.tsv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def test_of_the_addresses_on_file_every_mirror_and_no_portal_is_refused(corpus):
    found = Counter(
        (row["class"], getattr(judge(row["url"], {}, None), "kind", None))
        for row in rows(corpus)
    )
    assert found == {
        ("gov", None): 154,
        ("mirror", "refused"): 37,
        ("other", "refused"): 24,
    }


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://www.haose21.com/x", "does not end in .gov.cn"),
        ("http://laizhou.gov.cn.haose21.com/x", "does not end in .gov.cn"),
        ("http://fakegov.cn/x", "does not end in .gov.cn"),
        ("http://laizhou.gov.cn@haose21.com/x", "host haose21.com does not end"),
        ("http://122.137.242.24:8080/x", "is an address by number"),
        ("http://[::1]/x", "is an address by number"),
    ],
)
def test_a_host_that_is_nobodys_is_refused(url, said):
    assert reason(url).startswith("refused: host ")
    assert said in reason(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://www.laizhou.gov.cn/",
        "https://GUANGDONG.chinatax.gov.cn:443/x",
        "http://laizhou.gov.cn./x",
        "file:///report.html",
    ],
)
def test_official_hosts_and_local_files_pass(url):
    assert reason(url) is None


def test_a_host_by_number_passes_when_its_source_names_it_with_its_port():
    named = replace(LAIZHOU, hosts=("122.137.242.24:8080",))
    assert reason("http://122.137.242.24:8080/x", named) is None
    assert reason("http://122.137.242.24:81/x", named).startswith("refused: ")
    assert reason("http://122.137.242.24:8080/x", named, sitedomain="a.gov.cn") is None


@pytest.mark.parametrize(
    ("claimed", "said"),
    [
        ("www.laizhou.gov.cn", None),
        ("http://xxgk.laizhou.gov.cn/", None),
        ("", None),
        ("localhost", None),
        ("127.0.0.1", None),
        ("www.taizhou.gov.cn", "SiteDomain is taizhou.gov.cn, the host www.laizhou"),
        ("www.haose21.com", "SiteDomain is haose21.com, the host www.laizhou"),
    ],
)
def test_the_domain_a_page_claims_is_that_of_its_host(claimed, said):
    found = reason(sitedomain=claimed)
    assert found is None if said is None else found.startswith(f"quarantined: {said}")


def test_another_domain_of_the_portal_passes_when_its_source_names_it():
    named = replace(LAIZHOU, hosts=("www.lz.gov.cn",))
    assert reason(source=named, sitedomain="www.lz.gov.cn") is None


@pytest.mark.parametrize(
    ("code", "adcode", "level", "fits"),
    [
        ("3706830012", "370683", "county", True),
        ("3706000001", "370683", "county", True),  # on the platform of its city
        ("3700000001", "370683", "county", True),
        ("3706830012", "370600", "city", True),
        ("3706850012", "370683", "county", False),  # a neighbour
        ("3213220037", "370683", "county", False),
        ("3708820012", "370812", "county", True),  # 兖州 before 2013
        ("3101150012", "370812", "county", False),
        ("bm14000002", "370683", "county", True),
        ("310000000044", "370683", "county", True),  # malformed: says nothing
        ("1101020002", "000000", "national", True),
    ],
)
def test_the_code_of_a_site_is_of_the_region_of_its_source(code, adcode, level, fits):
    source = replace(LAIZHOU, adcode=adcode, level=level)
    found = reason(source=source, siteidcode=code)
    expected = f"quarantined: SiteIDCode {code} is of another region than {adcode}"
    assert found == (None if fits else expected)


def test_a_brand_in_the_head_quarantines_and_honest_words_do_not():
    title = "365bet(中国)官方网站 2024年政府信息公开工作年度报告"
    assert reason(articletitle=title) == "quarantined: articletitle names 365bet"
    assert reason(title="幸运28网站中小企业服务局") == "quarantined: title names 幸运28"
    assert reason(title="公安局打击赌博彩票违法犯罪，查处365件") is None


def test_pronunciations_between_the_characters_quarantine_from_three_on():
    copied = "宣(xuān)恩縣教(jiào)育局2020年政(zhèng)府信息公开"
    assert reason(text=copied) == (
        "quarantined: pronunciations between the characters, such as 宣(xuān)"
    )
    assert reason(text="螅(xī)镇（Xizhen）位于郏（jiá）县，网址(www)") is None


def test_a_machine_conversion_is_quarantined():
    url = "http://www.laizhou.gov.cn/gate/big5/www.laizhou.gov.cn/1.html"
    assert reason(url).startswith("quarantined: /gate/big5/ is a machine conversion")


def test_the_head_is_read_in_any_case_order_and_charset():
    page = (
        '<META CONTENT="莱州市人民政府" NAME="SITENAME"><meta name=SiteIDCode'
        " content='3706830012'><title>\n莱州 &amp; 烟台</title>"
    )
    for charset in ("utf-8", "gb18030"):
        assert head(page.encode(charset), charset) == {
            "sitename": "莱州市人民政府",
            "siteidcode": "3706830012",
            "title": "莱州 & 烟台",
        }


def test_no_real_page_on_file_is_taken_for_a_clone(corpus):
    urls = {"shuyang_fgj_2023.html": "http://www.shuyang.gov.cn/sygfj/1.shtml"}
    for path in sorted((corpus / "real").glob("*.html")):
        url = urls.get(path.name, "http://www.nowhere.gov.cn/1.html")
        data = path.read_bytes()
        text = stages.read(data, PageContext(url, "2026-01-01T00:00:00Z")).report
        said = "".join(c.text for c in text.chapters) if text else ""
        assert judge(url, head(data), None, said) is None, path.name


# ---------------------------------------------------------------- in the archive


def take(catalog, store, url: str, hosts: tuple[str, ...]):
    """Load the first report of a sample portal as if it had come from ``url``."""
    report = next(e for e in expected() if e.portal == "sample-trs")
    page = build()["sample-trs"].pages[report.path].body
    page = page.replace(b"127.0.0.1:18081", b"www.yunchuan.gov.cn")
    capture = replace(store.append_resource(url, page, "text/html"), url=url)
    store.sync()
    catalog.add_capture(capture)
    context = PageContext(url, capture.captured_at, named_hosts=hosts)
    extraction = stages.read(page, context)
    return extraction, load(catalog, capture, extraction, context)


@pytest.fixture
def archive(tmp_path):
    data = DataDir(tmp_path / "data").prepare()
    with Catalog(data.catalog) as catalog:
        refresh(catalog)
        with WarcStore(data.warc, run_id=catalog.start_run("ingest")) as store:
            yield data, catalog, store


def test_a_report_on_nobodys_host_is_captured_and_is_no_report(archive):
    _, catalog, store = archive
    _, loaded = take(catalog, store, "http://www.haose21.com/1.html", ())
    assert loaded.effect == "no_report"
    (row,) = catalog.rows("SELECT kind, reason, report_id FROM triage")
    assert (row["kind"], row["report_id"]) == ("other", None)
    assert row["reason"].startswith("refused: host www.haose21.com does not end in")
    assert catalog.count("reports") == 0


def test_a_quarantined_report_stands_aside_and_is_counted_nowhere(archive):
    data, catalog, store = archive
    copy = "http://www.laizhou.gov.cn/copied/1.html"
    _, aside = take(catalog, store, copy, ("laizhou.gov.cn",))
    _, real = take(catalog, store, "http://www.yunchuan.gov.cn/1.html", ())
    statuses = {
        row["report_id"]: row["status"]
        for row in catalog.rows("SELECT report_id, status FROM reports")
    }
    assert statuses == {
        real.report_id: "extracted",
        aside.report_id: "quarantined",
    }
    assert aside.report_id.startswith(f"{real.report_id}-quarantined-")
    reasons = [r["reason"] for r in catalog.rows("SELECT reason FROM triage")]
    assert any(
        r.startswith(
            "quarantined: SiteDomain is yunchuan.gov.cn, the host www.laizhou.gov.cn"
        )
        for r in reasons
    )
    rows = publish(data, catalog).rows
    assert (rows["reports"], rows["report_index"], rows["coverage"]) == (2, 1, 1)
    assert (rows["cells"], rows["requests_2021"] + rows["requests_2019"]) == (
        len(catalog.rows("SELECT 1 FROM cells WHERE report_id = ?", [real.report_id])),
        1,
    )


def test_the_hosts_that_portals_name_are_remembered_by_the_archive(archive):
    _, catalog, _ = archive
    catalog.put_source(replace(LAIZHOU, hosts=("122.137.242.24:8080",)))
    vouch(catalog, ["WWW.Example.org:88"])
    portals = Portals(catalog)
    both = ("122.137.242.24:8080", "laizhou.gov.cn")
    assert portals.named("http://122.137.242.24:8080/x") == both
    assert portals.named("http://b.gov.cn/x", "laizhou") == both
    assert portals.named("http://example.org:88/x") == ("example.org:88",)
    assert portals.named("http://example.org/x") == ()
