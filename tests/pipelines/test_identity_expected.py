"""154 real titles and 15 real documents against what a person read in them."""

import pytest

from tests.eval import identity as evaluation


@pytest.mark.parametrize(
    "row",
    [r for r in evaluation.rows() if not r["key"].startswith(evaluation.DOCUMENT)],
    ids=lambda row: row["key"].split("//")[-1][:60],
)
def test_a_real_title_is_read_as_a_person_reads_it(row):
    assert evaluation.misses(row, evaluation.of_title(row)) == []


@pytest.mark.parametrize(
    "row",
    [r for r in evaluation.rows() if r["key"].startswith(evaluation.DOCUMENT)],
    ids=lambda row: row["key"],
)
def test_a_real_document_is_read_as_a_person_reads_it(row, corpus):
    path = corpus / row["key"].removeprefix(evaluation.DOCUMENT)
    assert evaluation.misses(row, evaluation.of_document(path)) == []


def test_a_wrong_reading_is_a_miss():
    row = next(r for r in evaluation.rows() if r["agency"] == "福州市财政局")
    right = evaluation.of_title(row)
    assert evaluation.misses(row, right._replace(year="2021", adcode="")) == [
        "year: expected 2022, found 2021",
        "adcode: expected 350100, found ",
    ]


def test_a_decision_about_an_open_row_is_a_miss():
    row = next(r for r in evaluation.rows() if r["agency"] == "正阳街道办事处")
    found = evaluation.of_title(row)._replace(ambiguous=False, agency_id="x")
    assert evaluation.misses(row, found) == [
        f"decided although open ({row['open']}): x"
    ]
