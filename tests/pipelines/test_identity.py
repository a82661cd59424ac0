"""Names lead to authorities: division, kind and id, never by guessing."""

import pytest

from archive.records import PageContext
from pipelines.identity import identify, is_name, report_id

NOWHERE = PageContext(url="http://a.example/", captured_at="2026-01-31T08:00:00Z")


def portal(name: str, adcode: str, level: str) -> PageContext:
    return PageContext(
        url="http://a.example/",
        captured_at="2026-01-31T08:00:00Z",
        source_name=name,
        source_adcode=adcode,
        source_level=level,
    )


@pytest.mark.parametrize(
    ("printed", "name", "kind", "level", "adcode"),
    [
        ("山东省机关事务管理局", None, "department", "province", "370000"),
        ("莱州市人民政府", None, "government", "county", "370683"),
        ("济宁市兖州区", "济宁市兖州区人民政府", "government", "county", "370812"),
        ("临清市人民政府办公室", None, "government_office", "county", "371581"),
        ("上海市人民政府办公厅", None, "government_office", "province", "310000"),
        ("重庆市开州区人民政府", None, "government", "county", "500154"),
        ("沭阳县发展和改革局", None, "department", "county", "321322"),
        ("国家税务总局珠海市香洲区税务局", None, "vertical", "county", "440402"),
        ("长顺县广顺镇", "长顺县广顺镇人民政府", "township", "township", "522729"),
        ("广州市荔湾区人民政府南源街道办事处", None, "street", "township", "440103"),
        ("云林街道", "云林街道办事处", "street", "township", None),
        ("国家知识产权局", None, "department", "national", None),
        ("内蒙古鄂尔多斯市人民政府", None, "government", "city", "150600"),
        ("山东莱州市教育局", None, "department", "county", "370683"),
        ("莱州经济开发区管理委员会", None, "zone", None, None),
        ("广州市云川区人民政府", None, "government", None, None),
    ],
)
def test_name_kind_and_division(printed, name, kind, level, adcode):
    agency = identify(printed, NOWHERE).agency
    assert agency.name == (name or printed)
    assert (agency.kind, agency.level, agency.adcode) == (kind, level, adcode)


def test_lineage_is_spelt_out():
    agency = identify("济宁市兖州区教育局", NOWHERE).agency
    assert (agency.province, agency.city, agency.county) == (
        "山东省", "济宁市", "兖州区",
    )  # fmt: skip
    assert agency.parent_id == "370812-gov"


def test_a_name_that_many_divisions_bear_stays_open():
    agency = identify("鼓楼区教育局", NOWHERE).agency
    assert agency.adcode is None
    assert agency.agency_id.startswith("unknown-dept-")


def test_the_portal_decides_between_divisions_of_one_name():
    nanjing = portal("南京市人民政府", "320100", "city")
    assert identify("鼓楼区教育局", nanjing).agency.adcode == "320106"
    beijing = portal("北京市人民政府", "110000", "province")
    assert identify("朝阳区", beijing).agency.agency_id == "110105-gov"


def test_a_government_and_its_office_are_two_agencies():
    government = identify("临清市人民政府", NOWHERE)
    office = identify("临清市人民政府办公室", NOWHERE)
    assert government.agency.agency_id == "371581-gov"
    assert office.agency.agency_id == "371581-office"
    assert (government.scope, office.scope) == ("government_aggregate", "own_organ")
    assert office.agency.parent_id == "371581-gov"


def test_one_agency_has_one_id_with_and_without_the_prefecture_before_it():
    long, short = "济宁市兖州区教育局", "兖州区教育局"
    ids = {identify(n, NOWHERE).agency.agency_id for n in (long, short)}
    assert len(ids) == 1


def test_places_in_no_list_belong_to_the_portal_that_bears_their_name():
    yunchuan = portal("云川市人民政府", "990100", "city")
    agency = identify("云川市教育局", yunchuan).agency
    assert (agency.adcode, agency.level) == ("990100", "city")
    assert identify("云川市", yunchuan).agency.agency_id == "990100-gov"
    below = identify("云川市东平县人民政府", yunchuan).agency
    assert (below.kind, below.adcode) == ("government", None)


def test_a_department_without_a_place_is_that_of_its_portal():
    laizhou = portal("莱州市人民政府", "370683", "county")
    agency = identify("教育和体育局", laizhou).agency
    assert (agency.adcode, agency.level) == ("370683", "county")


def test_governments_without_a_known_division_do_not_share_an_id():
    one = identify("云川市人民政府", NOWHERE).agency.agency_id
    other = identify("江堰市人民政府", NOWHERE).agency.agency_id
    assert one != other


def test_scope_is_part_of_the_report_id_only_when_unusual():
    agency = identify("莱州市人民政府", NOWHERE).agency
    assert report_id(agency, 2020, "government_aggregate") == "370683-gov-2020"
    assert report_id(agency, 2020, "own_organ") == "370683-gov-2020-own_organ"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("莱州市教育局", True), ("莱州市", True), ("本站原创", False), ("我局", False),
     ("根据条例，教育局", False)],
)  # fmt: skip
def test_names_are_told_from_other_words(text, expected):
    assert is_name(text) is expected
