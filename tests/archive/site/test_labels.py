"""Forms and measures have English names, taken from what the metrics say."""

from __future__ import annotations

import re
from typing import Any

from archive.records import Metric
from archive.site.labels import in_language, measures
from archive.site.layout import lay_out
from archive.site.strings import strings
from pipelines.crosswalk import terms
from tests.archive.site.test_layout import filled, head

CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")


def crosswalk() -> list[dict[str, Any]]:
    empty = {"reason": None, "table_code": None, "row_code": None, "col_code": None}
    return [empty | term for term in terms()]


def test_every_metric_is_named_in_english_with_as_many_groups_as_in_chinese(
    forms: list[Metric],
) -> None:
    for metric in forms:
        english = in_language(metric, "en")
        groups = english.row_group_zh.split(" / ")
        assert len(groups) == len(metric.row_group_zh.split(" / ")), metric
        for text in (english.label_zh, english.row_label_zh, english.col_label_zh):
            assert text
            assert not CHINESE.search(text), metric
        assert "/" not in english.row_label_zh + english.row_group_zh.replace(" / ", "")


def test_a_form_is_laid_out_alike_in_both_languages(forms: list[Metric]) -> None:
    for template in ("stat2014", "gk2019", "gk2021"):
        cells = filled(forms, template)
        for zh, en in zip(
            lay_out(forms, cells, prefer=template),
            lay_out(forms, cells, prefer=template, lang="en"),
            strict=True,
        ):
            assert [c.cell.key for c in zh.cells] == [c.cell.key for c in en.cells]
            for ours, theirs in zip(zh.blocks, en.blocks, strict=True):
                spans = [[(r, c) for _, r, c in line] for line in head(ours)]
                assert spans == [[(r, c) for _, r, c in line] for line in head(theirs)]
                texts = [t for line in head(theirs) for t, _, _ in line]
                texts += [x.text for line in theirs.lines for x in line.labels]
                assert not [t for t in texts if CHINESE.search(t)]


def test_the_lawsuits_stand_under_one_english_heading(forms: list[Metric]) -> None:
    made = lay_out(forms, filled(forms, "gk2021"), prefer="gk2021", lang="en")
    review = next(f for f in made if f.table_code == "review_litigation")
    assert review.title("en") == "Administrative reconsideration and litigation"
    assert head(review.blocks[0])[:2] == [
        [("Administrative reconsideration", 1, 5), ("Litigation", 1, 10)],
        [
            *[(t, 2, 1) for t in ("upheld", "corrected", "other result", "pending")],
            ("total", 2, 1),
            ("without prior reconsideration", 1, 5),
            ("after reconsideration", 1, 5),
        ],
    ]


def test_every_measure_has_an_english_name(forms: list[Metric]) -> None:
    english = measures(crosswalk(), forms, "en")
    assert english["denied_state_secret"] == "State secret"
    assert english["granted/natural_person"] == "Granted · natural persons"
    assert english["annex_trainees"] == "Persons trained"
    assert not [name for name in english.values() if CHINESE.search(name)]


def test_measures_come_in_the_order_of_the_newest_form(forms: list[Metric]) -> None:
    order = list(measures(crosswalk(), forms, "zh"))
    chosen = ["rules_issued", "new_received", "granted", "handled_total"]
    assert sorted(chosen, key=order.index) == chosen


def test_every_reason_of_the_crosswalk_is_told_in_both_languages() -> None:
    reasons = {row["reason"] for row in crosswalk() if row["reason"]}
    assert reasons == {
        key.removeprefix("reason.") for key in strings() if key.startswith("reason.")
    }
