"""A new entry is derived from what a portal says, or the missing part is asked for."""

from __future__ import annotations

import pytest

from archive.errors import UsageError
from archive.records import Source
from crawler.registry.entry import Claims, adcode_of, entry_for, places_in, to_yaml
from crawler.source import load_text

HOME = "https://www.laizhou.gov.cn/"


def claims(name="莱州市人民政府门户网站", code="3706830012", home=HOME) -> Claims:
    return Claims(home, name, code)


def test_a_county_says_everything_itself():
    assert entry_for(claims()) == Source(
        "laizhou", "莱州市人民政府", "370683", "county", HOME, note="untried"
    )


@pytest.mark.parametrize(
    ("name", "code", "adcode", "level", "official"),
    [
        ("山东省人民政府", "3700000001", "370000", "province", "山东省人民政府"),
        ("中国·莱州", "3706830012", "370683", "county", "莱州市人民政府"),
        ("莱州市政府网", "3706830012", "370683", "county", "莱州市人民政府"),
        ("首页_烟台市莱州市", "3706830012", "370683", "county", "莱州市人民政府"),
        ("烟台市财政局", "3706000009", "370600", "city", "烟台市财政局"),
        ("莱州市城港路街道", "3706830099", "370683", "township", "莱州市城港路街道"),
        # the platform of a city carries the city's code
        ("莱州市教育局", "3706000001", "370683", "county", "莱州市教育局"),
        ("财政部", "bm14000002", "100000", "national", "财政部"),
        ("朝阳区人民政府", "1101050001", "110105", "county", "朝阳区人民政府"),
    ],
)
def test_name_division_and_level_follow_from_the_page(
    name, code, adcode, level, official
):
    entry = entry_for(claims(name, code))
    assert (entry.name, entry.adcode, entry.level) == (official, adcode, level)


def test_a_chain_of_divisions_is_followed_to_its_end():
    assert places_in("吉林省长春市朝阳区人民政府") == ["220104"]
    assert places_in("朝阳区人民政府") == ["110105", "220104"]
    assert places_in("某局") == []


UNCLEAR = {
    "two places of that name": (
        claims("朝阳区人民政府", ""),
        "may be of 110105 (北京市朝阳区) or 220104 (吉林省长春市朝阳区), and the page"
        " has no SiteIDCode; give --adcode",
    ),
    "no place at all": (
        claims("门户网站", "", "http://a.gov.cn/"),
        "the page has neither SiteName nor title; give --name",
    ),
    "a name without a place": (
        claims("信息公开专栏", ""),
        "the page has no SiteIDCode and '信息公开专栏' begins with no division; give",
    ),
    "code and name of two regions": (
        claims("莱州市人民政府", "3213220037"),
        "SiteIDCode 3213220037 is of 321322 (江苏省宿迁市沭阳县), the name '莱州市人民"
        "政府' of 370683 (山东省烟台市莱州市); give --adcode",
    ),
    "a code out of use": (
        claims("兖州市人民政府", "3708820012"),
        "names division 370882, which is not in today's list",
    ),
}


@pytest.mark.parametrize("case", UNCLEAR)
def test_what_is_not_clear_is_asked_for_and_never_guessed(case):
    given, said = UNCLEAR[case]
    with pytest.raises(UsageError) as error:
        entry_for(given)
    assert said in str(error.value)


def test_what_is_given_goes_before_what_the_page_says():
    entry = entry_for(
        claims("朝阳区人民政府", ""),
        source_id="changchun-chaoyang",
        name="长春市朝阳区人民政府",
        adcode="220104",
        level="county",
        accepted="known by phone",
    )
    assert entry == Source(
        "changchun-chaoyang", "长春市朝阳区人民政府", "220104", "county", HOME,
        note="untried; accepted by hand: known by phone",
    )  # fmt: skip


def test_a_malformed_code_says_nothing():
    assert adcode_of(claims(code="310000000044"), "莱州市人民政府") == "370683"


def test_an_entry_is_read_back_as_it_was_written():
    entry = Source(
        "a-b", "名: 'x'", "370683", "county", HOME,
        seeds=(f"{HOME}nb/",), hosts=("122.137.242.24:8080",), delay_seconds=3.0,
        group="yantai", note="untried # no comment",
    )  # fmt: skip
    assert load_text(to_yaml(entry), "entry") == [entry]
    plain = entry_for(claims())
    assert load_text(to_yaml(plain), "entry") == [plain]
