"""Names lead to authorities: division, kind and id, never by guessing."""

import pytest

from archive.authority import current, every_division, lineage
from archive.records import PageContext
from pipelines.identity import codes_of, identify, is_name, report_id

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


@pytest.mark.parametrize(
    ("printed", "year", "agency_id", "name"),
    [
        ("兖州市人民政府", 2012, "370812-gov", "兖州区人民政府"),
        ("济宁市兖州区人民政府", 2020, "370812-gov", "济宁市兖州区人民政府"),
        ("襄樊市人民政府", 2009, "420600-gov", "襄阳市人民政府"),
        ("蓬莱市人民政府", 2019, "370684-gov", "蓬莱市人民政府"),
        ("烟台市蓬莱区人民政府", 2020, "370614-gov", "烟台市蓬莱区人民政府"),
        ("三明市三元区人民政府", 2019, "350403-gov", "三明市三元区人民政府"),
        ("三明市三元区人民政府", 2022, "350404-gov", "三明市三元区人民政府"),
        ("重庆市万盛区人民政府", 2010, "500110_2011-gov", "重庆市万盛区人民政府"),
        ("重庆市綦江区人民政府", 2012, "500110-gov", "重庆市綦江区人民政府"),
    ],
)
def test_one_government_has_one_id_over_the_years(printed, year, agency_id, name):
    agency = identify(printed, NOWHERE, year).agency
    assert (agency.agency_id, agency.name) == (agency_id, name)


def test_a_former_name_is_kept_with_its_years():
    names = identify("兖州市人民政府", NOWHERE, 2012).agency.names
    assert [(n.name, n.relation, n.valid_from, n.valid_to) for n in names] == [
        ("兖州市人民政府", "printed", 2012, 2012),
        ("兖州区人民政府", "full", None, None),
        ("兖州市人民政府", "former", None, 2013),
    ]


def test_the_evidence_of_a_former_division_says_until_when():
    evidence = identify("兖州市教育局", NOWHERE, 2012).evidence
    assert evidence == "兖州市 is 370812 (兖州区; until 2013 370882)"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("莱州市环保局", "莱州市生态环境局"),
        ("莱州市环境保护局", "莱州市生态环境局"),
        ("桐乡市经信局", "桐乡市经济和信息化局"),
        ("昌吉州卫生健康委", "昌吉回族自治州卫生健康委员会"),
        ("包头市人民政府外事办公室", "包头市外事办公室"),
        ("重庆市公安局渝中区分局", "重庆市渝中区公安分局"),
        ("广州市荔湾区人民政府南源街道办事处", "荔湾区南源街道"),
        ("广州市越秀区白云街", "广州市越秀区白云街道办事处"),
        ("长顺县广顺镇", "长顺县广顺镇人民政府"),
        ("中国证监会", "中国证券监督管理委员会"),
    ],
)
def test_two_ways_to_write_a_name_are_one_agency(one, other):
    ids = {identify(name, NOWHERE, 2020).agency.agency_id for name in (one, other)}
    assert len(ids) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("莱州市工商局", "莱州市市场监督管理局"),
        ("莱州市国土资源局", "莱州市自然资源局"),
        ("莱州市行政审批服务局", "莱州市政务服务管理局"),
        ("环境保护部", "生态环境部"),
        ("国家税务总局莱州市税务局", "莱州市财政局"),
    ],
)
def test_merged_and_uncertain_bodies_are_never_one_agency(one, other):
    ids = {identify(name, NOWHERE, 2020).agency.agency_id for name in (one, other)}
    assert len(ids) == 2


def test_an_alias_is_recorded_in_the_evidence():
    assert identify("莱州市环保局", NOWHERE, 2015).evidence == (
        "莱州市 is 370683; 环保局 is 环境保护局; 环境保护局 has been 生态环境局 since"
        " 2018 (reform of 2018)"
    )


@pytest.mark.parametrize(
    ("printed", "agency_id"),
    [
        ("财政部", "cn-mof"),
        ("中国证监会", "cn-csrc"),
        ("国家税务总局", "cn-chinatax"),
        ("国家知识产权局", "cn-cnipa"),
        ("长顺县广顺镇人民政府", "522729101-town"),
        ("长春市绿园区春城街道办事处", "220106003-street"),
    ],
)
def test_ids_can_be_read_where_words_or_codes_are_known(printed, agency_id):
    assert identify(printed, NOWHERE).agency.agency_id == agency_id


def test_a_branch_is_of_its_part_of_the_place():
    agency = identify("重庆市公安局渝中区分局", NOWHERE).agency
    assert (agency.adcode, agency.level, agency.kind) == (
        "500103", "county", "department",
    )  # fmt: skip


def test_a_vertical_body_belongs_to_its_ministry():
    agency = identify("国家税务总局珠海市香洲区税务局", NOWHERE).agency
    assert agency.parent_id == "cn-chinatax"


def test_a_district_with_the_word_customs_in_its_name_is_no_customs_house():
    agency = identify("秦皇岛市山海关区人民政府", NOWHERE).agency
    assert (agency.kind, agency.agency_id) == ("government", "130303-gov")


def test_a_township_of_many_counties_lists_them_and_takes_none():
    found = identify("龙田镇人民政府", NOWHERE, 2021)
    assert (found.agency.adcode, found.ambiguous) == (None, True)
    assert found.evidence == (
        "no division in the name; counties with a township 龙田镇:"
        " 350181, 430182, 441324, 441481, 522626"
    )


def test_a_township_of_one_county_is_not_taken_without_a_place_or_portal():
    found = identify("螅镇人民政府", NOWHERE, 2022)
    assert (found.agency.adcode, found.ambiguous) == (None, True)
    yulin = portal("榆林市人民政府", "610800", "city")
    here = identify("螅镇人民政府", yulin, 2022)
    assert (here.agency.adcode, here.ambiguous) == ("610828", False)


def test_the_township_decides_between_counties_of_one_name():
    found = identify("长安区砲里街道", NOWHERE, 2022)
    assert found.agency.agency_id == "610116024-street"


def test_the_candidates_of_a_name_stand_in_the_evidence():
    found = identify("鼓楼区教育局", NOWHERE, 2020)
    assert found.ambiguous
    assert found.evidence == (
        "鼓楼区 is the name of several divisions: 320106 江苏省南京市鼓楼区;"
        " 320302 江苏省徐州市鼓楼区; 350102 福建省福州市鼓楼区;"
        " 410204 河南省开封市鼓楼区"
    )


def test_a_credit_code_settles_the_division():
    card = {"index": "11370900004341590P/2017-00150"}
    codes = codes_of(card, "http://a.example/")
    found = identify("财政局", NOWHERE, 2017, codes)
    assert found.agency.adcode == "370900"
    assert found.agency.uscc == "11370900004341590P"
    assert found.evidence == ("uscc 11370900004341590P (index number) is of 370900")


def test_a_wrong_credit_code_is_reported_and_not_used():
    codes = codes_of({"index": "11370900004341590Q/2017-00150"}, "http://a.example/")
    found = identify("财政局", NOWHERE, 2017, codes)
    assert (found.agency.adcode, found.agency.uscc) == (None, None)
    assert "uscc 11370900004341590Q (index number): check character Q" in found.evidence


def test_a_credit_code_of_another_division_is_noted():
    codes = codes_of({}, "http://a.example/?area=11370900004341590P")
    found = identify("莱州市财政局", NOWHERE, 2017, codes)
    assert found.agency.adcode == "370683"
    assert found.evidence.endswith(
        "uscc 11370900004341590P was given in 370900, which is another division"
    )


def test_a_credit_code_of_the_division_before_its_code_changed_agrees():
    codes = codes_of({}, "http://a.example/?area=11370684004265946U")
    found = identify("蓬莱市统计局", NOWHERE, 2010, codes)
    assert found.evidence == "蓬莱市 is 370684 (until 2020; then 370614)"


def test_an_office_without_its_place_is_that_of_the_portal():
    laizhou = portal("莱州市人民政府", "370683", "county")
    agency = identify("市政府办公室", laizhou, 2020).agency
    assert (agency.agency_id, agency.name) == ("370683-office", "莱州市政府办公室")
    assert identify("县人民政府办公室", laizhou, 2020).agency.adcode is None


def test_departments_with_and_without_their_place_are_one_agency():
    laizhou = portal("莱州市人民政府", "370683", "county")
    ids = {
        identify(name, laizhou, 2020).agency.agency_id
        for name in ("教育和体育局", "市教育和体育局", "莱州市教育和体育局")
    }
    assert len(ids) == 1


def test_two_bodies_in_one_title_are_left_open():
    found = identify("绥阳县人民政府(县人民政府办公室)", NOWHERE, 2023)
    assert (found.agency.agency_id, found.ambiguous) == ("520323-gov", True)


def test_market_supervision_is_no_office_of_a_city():
    laizhou = portal("莱州市人民政府", "370683", "county")
    agency = identify("市场监督管理局", laizhou, 2020).agency
    assert agency.agency_id == identify("莱州市市场监管局", NOWHERE).agency.agency_id


@pytest.mark.parametrize(
    ("printed", "kind", "level", "adcode"),
    [
        ("国家统计局昆山调查队", "vertical", "county", "320583"),
        ("济南海关", "vertical", "city", "370100"),
        ("山东省烟台莱州市人民政府", "government", "county", "370683"),
        ("黔东南州岑巩县", "government", "county", "522626"),
        ("延边州教育局", "department", "city", "222400"),
        ("兴安盟行政公署", "government", "city", "152200"),
        ("潜江市熊口管理区", "zone", "township", "429005"),
        ("深圳市大鹏新区", "zone", "city", "440300"),
        ("雄安新区", "zone", None, None),
        ("上海市浦东新区", "government", "county", "310115"),
    ],
)
def test_less_common_names(printed, kind, level, adcode):
    agency = identify(printed, NOWHERE, 2020).agency
    assert (agency.kind, agency.level, agency.adcode) == (kind, level, adcode)


def test_every_division_since_2007_is_found_by_its_whole_name():
    wrong = [
        d.name
        for d in every_division()[::7]
        if (here := current(d.adcode, d.name))
        and d.valid_to is None
        and identify(
            f"{''.join(x.name for x in lineage(d.adcode))}人民政府", NOWHERE
        ).agency.agency_id
        != f"{here.adcode}-gov"
    ]
    assert wrong == []
