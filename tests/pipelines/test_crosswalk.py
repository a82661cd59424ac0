"""Series over the generations: complete, and honest about what has no counterpart."""

import pytest

from archive.errors import TemplateError
from pipelines import templates
from pipelines.crosswalk import GENERATIONS, crosswalk, parse

SERIES = {series.code: series for series in crosswalk()}
MINIMAL = """
reasons: {gone: dropped}
series:
  - code: a
    zh: 甲
    stat2014: {none: gone}
    gk2019: [granted/*]
    gk2021: [granted/*]
    like: {gk2019: same}
"""


@pytest.mark.parametrize("generation", GENERATIONS)
def test_every_cell_of_every_generation_belongs_to_a_series(generation):
    covered = {
        place
        for series in crosswalk()
        for term in series.in_generation[generation].places
        for place in term
    }
    cells = {slot.key for slot in templates.slots(templates.get(generation))}
    assert sorted(cells - covered) == []


def test_other_handling_continues_as_the_sum_of_three_rows():
    other = SERIES["other_all"].in_generation
    assert [t[0][1] for t in other["gk2019"].places] == ["other_handling"]
    assert [t[0][1] for t in other["gk2021"].places] == [
        "other_correction_overdue", "other_fee_unpaid", "other_misc",
    ]  # fmt: skip
    assert other["gk2019"].like == "same"
    assert other["stat2014"].places == ()


@pytest.mark.parametrize(
    ("code", "generation", "reason"),
    [
        ("admin_fees_amount", "gk2019", "different quantities"),
        ("normative_docs_in_force", "gk2019", "different stocks"),
        ("gov_procurement_purchase_amount", "gk2021", "dropped from the form in 2021"),
        ("reconsideration_pending", "stat2014", "does not ask for it"),
        ("annex_complaints_total", "gk2019", "dropped with the annex"),
        ("denied_third_party", "stat2014", "do not map one to one"),
    ],
)
def test_what_has_no_counterpart_says_why(code, generation, reason):
    part = SERIES[code].in_generation[generation]
    assert part.places == ()
    assert reason in part.none


def test_requests_of_2014_compare_with_the_total_column_only_roughly():
    received = SERIES["new_received_all"].in_generation
    assert received["stat2014"].places == (
        (("statistics", "requests_received", "value"),),
    )
    assert received["stat2014"].like == "roughly"
    assert received["gk2021"].places == ((("requests", "new_received", "total"),),)


def test_a_minimal_crosswalk_is_accepted():
    (series,) = parse(MINIMAL)
    assert len(series.in_generation["gk2021"].places[0]) == 7


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("granted/*]\n    like", "grunted/*]\n    like", "gk2021 has no cell 'grunted"),
        ("{none: gone}", "{none: lost}", "no such reason: 'lost'"),
        ("    zh: 甲\n", "", "missing key 'zh'"),
        ("zh: 甲", "zh: 甲\n    fr: un", "unknown key 'fr'"),
        ("gk2019: same", "gk2019: similar", "like is 'similar'"),
        ("    like: {gk2019: same}\n", "", r"expected \['gk2019'\]"),
        ("[granted/*]\n    gk2021", "granted\n    gk2021", "expected row/column"),
    ],
)
def test_an_inconsistent_crosswalk_is_refused_with_its_place(old, new, message):
    assert old in MINIMAL
    with pytest.raises(TemplateError, match=message):
        parse(MINIMAL.replace(old, new, 1))
