"""The registry of real portals: whose each is, where it is, how that is known."""

from __future__ import annotations

import csv
import re
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from archive.authority import divisions
from archive.portals import hosts_of
from archive.records import Source
from crawler.cli import cli
from crawler.source import REGISTRY, load_registry, load_sources

NATION = "100000"
#: Committees of zones have no division of their own: they are below their city.
ZONES = {
    "huaihua-hongjiang": ("431200", "怀化市洪江区管理委员会"),
    "wuhan-donghu": ("420100", "武汉市东湖生态旅游风景区管理委员会"),
    "xixian": ("610100", "西咸新区管理委员会"),
    "zibo-gaoxin": ("370300", "淄博高新技术产业开发区管理委员会"),
}
#: Hosts of urls.tsv that no entry names: README.md tells why.
LEFT_OUT = {"gjj.xiangyang.gov.cn", "js.changchun.gov.cn"}
FILES = {
    "10": "national", "11": "beijing", "12": "tianjin", "13": "hebei", "14": "shanxi",
    "15": "neimenggu", "21": "liaoning", "22": "jilin", "23": "heilongjiang",
    "31": "shanghai", "32": "jiangsu", "33": "zhejiang", "34": "anhui", "35": "fujian",
    "36": "jiangxi", "37": "shandong", "41": "henan", "42": "hubei", "43": "hunan",
    "44": "guangdong", "45": "guangxi", "46": "hainan", "50": "chongqing",
    "51": "sichuan", "52": "guizhou", "53": "yunnan", "54": "xizang", "61": "shaanxi",
    "62": "gansu", "63": "qinghai", "64": "ningxia", "65": "xinjiang",
}  # fmt: skip
#: What speaks for an address, in the words of README.md.
EVIDENCE = (
    "published domain, confirmed in a public list",
    "published domain, from memory",
    "address of a report seen",
    "address of a column seen",
    "address of a circular seen",
)
GOVERNMENT = re.compile(r"(人民政府|行政公署)$")


@pytest.fixture(scope="module")
def registry() -> list[Source]:
    return load_registry()


def is_government(source: Source) -> bool:
    return bool(GOVERNMENT.search(source.name))


def owner(host: str) -> str:
    """The domain under .gov.cn that a host belongs to."""
    return ".".join(host.split(".")[-3:])


def test_every_file_holds_one_province_in_the_order_of_the_codes():
    assert {p.stem for p in REGISTRY.glob("*.yml")} == set(FILES.values())
    for prefix, name in FILES.items():
        codes = [s.adcode for s in load_sources([REGISTRY / f"{name}.yml"])]
        assert {code[:2] for code in codes} == {prefix}
        assert codes == sorted(codes), name


def test_a_government_has_the_name_and_level_of_its_division(registry):
    for source in filter(is_government, registry):
        division = divisions()[source.adcode]
        kind = "行政公署" if division.name.endswith(("盟", "地区")) else "人民政府"
        assert source.name.endswith(division.name + kind), source
        assert source.level == division.level, source


def test_a_district_is_named_together_with_its_city(registry):
    names = {s.source_id: s.name for s in registry}
    assert names["wuhan-qingshan"] == "武汉市青山区人民政府"
    assert names["chongqing-kaizhou"] == "重庆市开州区人民政府"
    assert names["longyan-yongding"] == "龙岩市永定区人民政府"


def test_a_department_stands_at_the_level_of_the_division_it_serves(registry):
    others = [s for s in registry if not is_government(s) and s.adcode != NATION]
    assert len(others) == 64
    for source in others:
        if source.source_id in ZONES:
            assert (source.adcode, source.name) == ZONES[source.source_id]
            assert source.level == "county"
        else:
            division = divisions()[source.adcode]
            assert source.level == division.level, source
            assert division.name in source.name, source


def test_the_bodies_of_the_nation_are_in_one_file_and_at_one_level(registry):
    national = [s for s in registry if s.level == "national"]
    assert len(national) == 62
    assert {s.adcode for s in national} == {NATION}
    assert {"国务院办公厅", "自然资源部", "海关总署", "国家税务总局", "国家数据局"} <= {
        s.name for s in national
    }


def test_no_two_entries_share_a_host(registry):
    hosts = Counter(host for source in registry for host in hosts_of(source))
    assert [host for host, times in hosts.items() if times > 1] == []


def test_a_host_outside_gov_cn_is_explained_in_the_note(registry):
    strange = {
        host: source.note
        for source in registry
        for host in {urlsplit(source.home).netloc, *source.hosts}
        if not host.endswith(".gov.cn")
    }
    assert set(strange) == {"122.137.242.24:8080"}
    assert "the city's disclosure platform" in strange["122.137.242.24:8080"]


def test_list_pages_are_on_hosts_that_their_entry_names(registry):
    for source in registry:
        named = {urlsplit(source.home).netloc, *source.hosts}
        for seed in source.seeds:
            bare = {host.removeprefix("www.") for host in named}
            assert urlsplit(seed).netloc.removeprefix("www.") in bare, source


def test_an_address_is_a_report_column_by_its_own_words(registry):
    words = re.compile(r"gknb|gkndbg|xxgkbg|OpennessAnnualReport")
    seeds = {seed for source in registry for seed in source.seeds}
    assert len(seeds) >= 50
    assert {seed for seed in seeds if not words.search(seed)} == {
        # named as a list of reports by whoever saw it
        "https://hrss.yn.gov.cn/InfoPublic.aspx?cid=1019&kw=&page=1&pid=971",
        # 政府信息公开年报 in the portal's own shorthand
        "https://www.cqyz.gov.cn/zwgk_229/zfxxgknan_ew/",
    }


def test_every_entry_says_that_nobody_tried_it_and_what_speaks_for_it(registry):
    for source in registry:
        start, *evidence = source.note.split("; ")
        assert start == "untried"
        assert evidence[0].removeprefix("evidence: ").startswith(EVIDENCE), source


def test_all_provinces_and_all_prefectures_have_a_portal(registry):
    governments = {s.adcode for s in registry if is_government(s)}
    levels = Counter(divisions()[code].level for code in governments)
    every = Counter(d.level for d in divisions().values())
    assert (levels["province"], levels["city"]) == (31, 333)
    assert (every["province"], every["city"]) == (31, 333)
    assert levels["county"] == 206


def test_a_hundred_counties_are_known_by_an_address_that_was_seen(registry):
    counties = [s for s in registry if s.level == "county"]
    assert sum("address of" in s.note for s in counties) >= 100


def test_all_counties_directly_under_a_province_are_there_but_one(registry):
    codes = {s.adcode for s in registry}
    direct = {c for c in divisions() if c[2:4] == "90" and not c.endswith("0000")}
    assert direct - codes == {"659012"}


def test_domains_that_are_easily_confused_are_told_apart(registry):
    homes = {s.adcode: s.home for s in registry if is_government(s)}
    assert {
        code: urlsplit(homes[code]).netloc.removeprefix("www.").split(".")[0]
        for code in (
            "321200", "331000", "320500", "341300", "350100", "361000", "230700",
            "360900", "450900", "610800", "220000", "220200", "460000", "632500",
            "652723", "620524", "500237", "140000", "610000",
        )
    } == {
        "321200": "taizhou", "331000": "zjtz",  # 泰州, 台州
        "320500": "suzhou", "341300": "ahsz",  # 苏州, 宿州
        "350100": "fuzhou", "361000": "jxfz",  # 福州, 抚州
        "230700": "yc", "360900": "yichun",  # 伊春, 宜春
        "450900": "yulin", "610800": "yl",  # 玉林, 榆林
        "220000": "jl", "220200": "jlcity",  # 吉林省, 吉林市
        "460000": "hainan", "632500": "hainanzhou",  # 海南省, 海南州
        "652723": "xjwq",  # 温泉县, not 乌恰县
        "620524": "wushan", "500237": "cqws",  # 武山县, 巫山县
        "140000": "shanxi", "610000": "shaanxi",  # 山西, 陕西
    }  # fmt: skip


def test_a_group_joins_only_portals_under_one_domain(registry):
    groups: dict[str, set[str]] = {}
    for source in registry:
        if source.group:
            host = urlsplit(source.home).netloc
            groups.setdefault(source.group, set()).add(owner(host))
    assert groups["kunming"] == {"km.gov.cn"}
    assert {name: len(domains) for name, domains in groups.items()} == dict.fromkeys(
        groups, 1
    )


def test_portals_under_one_domain_share_a_group_unless_they_are_tax_offices(registry):
    domains: dict[str, list[Source]] = {}
    for source in registry:
        domains.setdefault(owner(urlsplit(source.home).netloc), []).append(source)
    several = {name: found for name, found in domains.items() if len(found) > 1}
    assert len(several.pop("chinatax.gov.cn")) == 37
    for found in several.values():
        assert len({source.group for source in found}) == 1, found
        assert found[0].group is not None


def test_every_portal_seen_in_the_list_of_addresses_is_in_the_registry(
    corpus: Path, registry
):
    with (corpus / "urls.tsv").open(encoding="utf-8", newline="") as lines:
        rows = [r for r in csv.DictReader(lines, delimiter="\t") if r["class"] == "gov"]
    seen = {urlsplit(row["url"]).netloc for row in rows}
    known = {host for source in registry for host in hosts_of(source)}
    assert len(seen) == 141
    assert {host for host in seen if host.removeprefix("www.") not in known} == LEFT_OUT


def test_the_readme_counts_and_names_what_is_missing(registry):
    text = (REGISTRY / "README.md").read_text("utf-8")
    assert f"{len(registry)} entries" in text
    for words in ("333 of 333", "206 of", "659012 白杨市", *LEFT_OUT):
        assert words in text


def test_the_whole_registry_is_listed_in_less_than_a_second(tmp_path, registry):
    started = time.process_time()
    result = CliRunner().invoke(cli, ["sources", "list", "--data", str(tmp_path)])
    spent = time.process_time() - started
    assert result.exit_code == 0, result.output
    assert result.output.endswith(f"{len(registry)} sources, 0 of them tried\n")
    assert "国家发展和改革委员会" in result.output
    assert spent < 1
