"""Codes of organs: both check characters are computed, wrong codes are not used."""

import pytest

from pipelines.uscc import Code, fault, in_address, in_index

JSP = "http://a.example/module/xxgk/xxgkAnnualReport.jsp"


@pytest.mark.parametrize(
    "code",
    [
        "11370900004341590P",
        "12620600MB0523338C",
        "113325000026455663",
        "11341702486344515H",
        "11370830MB285873X0",
        "014416330",
        "002482429",
    ],
)
def test_codes_that_real_organs_print_are_right(code):
    assert fault(code) == ""


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("11370900004341590Q", "check character Q, computed P"),
        ("11370900004341509P", "check character P, computed"),
        ("014416331", "check character 1, computed 0"),
        ("1137090000434159", "expected 9 or 18 characters, found 16"),
        ("1137090000434159OP", "O is not in the alphabet of the standard"),
    ],
)
def test_a_wrong_code_says_what_is_wrong(code, wrong):
    assert fault(code).startswith(wrong)


def test_the_organisation_code_inside_is_checked_on_its_own():
    # The last character fits the first seventeen; the seventeenth does not fit.
    assert fault("11370900004341591T") == (
        "organisation code: check character 1, computed 0"
    )


def test_index_numbers_begin_with_a_code():
    assert in_index("11370900004341590P/2017-00150") == Code(
        "11370900004341590P", "uscc", "index number"
    )
    assert in_index("014416330/2018-04736") == Code(
        "014416330", "organisation", "index number"
    )
    assert in_index("/2021-None") is None
    assert in_index("2021-00012") is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("area=11370883004325769B&fbtime=2010", "11370883004325769B"),
        ("fbtime=2010&area=11370684004265946U", "11370684004265946U"),
        ("area=002562728&fbtime=2024", "002562728"),
    ],
)
def test_addresses_name_the_organ_in_any_order(query, found):
    code = in_address(f"{JSP}?{query}")
    assert code is not None
    assert (code.code, code.fault) == (found, "")


@pytest.mark.parametrize("query", ["area=001008003014021&fbtime=2015", "id=123456789"])
def test_internal_numbers_of_portals_are_no_codes(query):
    assert in_address(f"{JSP}?{query}") is None


def test_a_wrong_code_is_kept_with_its_fault_and_names_no_division():
    code = in_address(f"{JSP}?area=11370883004325769C")
    assert code == Code(
        "11370883004325769C",
        "uscc",
        "address (area)",
        "check character C, computed B",
    )
    assert code.adcode is None
