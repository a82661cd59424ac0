"""A finding says whose error it would be, and which cells are suspect."""

import pytest

from archive.site.findings import Suspect, cells_of, findings

GRANTED = ("requests", "granted", "total")
CHECK = {
    "rule_id": "Q3",
    "scope": "granted",
    "severity": "fail",
    "verdict": "FAIL",
    "expected": "21",
    "actual": "20",
    "message": "总计为 20",
    "basis": "definitional",
    "text_zh": "总计",
    "text_en": "total",
    "fingerprint": "f",
    "decision": None,
    "note": None,
    "origin": "report",
    "suspects": '[[{"cell": "requests/granted/total", "value": 20, "fits": 21}]]',
}


def test_origin_and_suspects_of_a_check_are_read():
    (found,) = findings([CHECK], [GRANTED])
    assert found.origin == "report"
    assert found.suspects == ((Suspect(GRANTED, 20, 21),),)


def test_a_check_without_suspects_has_none():
    (found,) = findings([CHECK | {"suspects": None, "origin": None}], [GRANTED])
    assert (found.origin, found.suspects) == (None, ())


def test_plausibility_of_table_2_points_at_the_numbers_it_compares():
    columns = ("items_prev_year", "items_change", "decisions")
    known = [("proactive", "admin_license", column) for column in columns]
    assert cells_of("P5", "admin_license", known) == tuple(known[:2])
    assert cells_of("P8", "admin_license", known) == tuple(known)
    documents = [("proactive", "normative_docs", "issued_this_year")]
    assert cells_of("X5", "", documents) == tuple(documents)


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", ("报告中即如此（所涉内容均照原样读出）", "现为 0，若为 1 则各式成立")),
        ("en", ("as it stands in the report", "0; every sum would hold with 1")),
    ],
)
async def test_the_report_page_says_whose_error_it_would_be(site, lang, said):
    response = await site.get(f"/report/990683-gov-2020?_lang={lang}")
    assert response.status_code == 200
    assert all(words in response.text for words in said)
    assert 'href="#cell-requests-denied_admin_query-total"' in response.text
