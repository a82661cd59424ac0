"""Repeated text: masked, measured against last year and against other authorities."""

from datetime import UTC, datetime

import pytest

from archive import likeness
from archive.catalog import Catalog
from archive.records import Agency, Chapter, Document, Report
from pipelines import similarity
from pipelines.similarity import (
    bands,
    candidates,
    hopeless,
    jaccard,
    mask,
    minhashes,
    pieces,
    refresh,
    shared,
    split,
)

NOW = datetime(2026, 1, 31, 8, tzinfo=UTC)
WORDS = (
    "存在主要问题一是主动公开的内容还不够丰富"
    "二是答复申请的文书还不够规范三是业务培训开展得还不够经常"
)
PROBLEMS = "".join(f"第{n}项{WORDS[n:]}{WORDS[:n]}。" for n in range(4))  # 200 signs
OTHER = "".join(chr(0x4E00 + n) for n in range(400))  # shares nothing with it


def test_numbers_names_and_white_space_are_masked():
    text = "2023 年，甲州市教育局\n收到申请 1,204 件，增长12.5%。甲州市共２０件"
    masked = "0年，□收到申请0件，增长0。□共0件"
    assert mask(text, ["甲州市", "甲州市教育局"]) == masked


def test_shared_characters_are_those_of_common_stretches():
    other = pieces("天地玄黄宇宙洪荒", 4)
    assert shared("天地玄黄宇宙洪荒", other, 4) == 8
    assert shared("日月天地玄黄盈昃宇宙洪荒", other, 4) == 8
    assert shared("天地玄日宇宙洪月", other, 4) == 0
    assert shared("天地", other, 4) == 0


def test_jaccard_counts_common_pieces_out_of_all():
    assert jaccard({"a", "b", "c"}, {"b", "c", "d"}) == 0.5
    assert jaccard(set(), {"a"}) == 0.0


def test_a_sketch_has_twenty_bands_and_the_same_text_the_same_sketch():
    one, again, other = minhashes([PROBLEMS, PROBLEMS, OTHER])
    assert len(bands(one)) == 160
    assert bands(one) == bands(again)
    assert split(bands(one)).isdisjoint(split(bands(other)))
    assert not hopeless(one, again)
    assert hopeless(one, other)


def test_a_crowd_with_one_text_makes_few_pairs():
    sketch = bands(minhashes([PROBLEMS])[0])
    crowd = [((f"r{n:03}", 5), f"a{n}", sketch) for n in range(300)]
    pairs = candidates(crowd, {key: "" for key, _, _ in crowd})
    assert len(pairs) == 300 * 10 - 55  # each meets the ten behind it


def test_chapters_of_one_authority_and_of_different_numbers_do_not_meet():
    sketch = bands(minhashes([PROBLEMS])[0])
    places = [("r1", 5, "a"), ("r2", 5, "a"), ("r3", 1, "b")]
    listed = [((report, n), who, sketch) for report, n, who in places]
    assert candidates(listed, {key: "" for key, _, _ in listed}) == set()


@pytest.fixture
def catalog(tmp_path):
    with Catalog(tmp_path / "catalog.db", clock=lambda: NOW) as made:
        made.put_document(Document("aa", "text/html", "html", 9, None, None, "2026"))
        yield made


def put(catalog: Catalog, who: str, year: int, chapter: str, version: int = 1) -> str:
    agency = Agency(f"990101-{who}", f"云川市{who}局", "department", "county", "990101")
    report = Report(
        f"990101-{who}-{year}", agency, year, "own_organ", "t", "gk2021", "extracted",
        chapters=(
            Chapter(1, "一、总体情况", "短", "短"),
            Chapter(5, "五、问题", chapter, chapter),
        ),
    )  # fmt: skip
    catalog.put_report(report, version, version, "aa", "http://x/")
    catalog.put_version(report, version, "aa", "2026", "first")
    return report.report_id


def stored(catalog: Catalog):
    return [
        (r.report_id[7:], r.chapter_no, r.kind, r.other_report_id[7:], r.similarity)
        for r in sorted(likeness.all_rows(catalog.db.conn))
    ]


def test_last_years_text_and_near_copies_are_found_and_short_chapters_left_out(catalog):
    put(catalog, "甲", 2022, f"云川市甲局2022年办件12件。{PROBLEMS}")
    put(catalog, "甲", 2023, f"云川市甲局2023年办件307件。{PROBLEMS}")
    put(catalog, "乙", 2023, f"云川市乙局2023年办件8件。{PROBLEMS}新增一句话。")
    put(catalog, "丙", 2023, OTHER)
    done = refresh(catalog)
    assert (done.measured, sorted(i[7:] for i in done.changed)) == (
        4,
        ["乙-2023", "甲-2023"],
    )
    assert stored(catalog) == [
        ("乙-2023", 5, "other_agency", "甲-2023", 0.9326),  # 83 pieces of 89
        ("甲-2023", 5, "other_agency", "乙-2023", 0.9326),
        ("甲-2023", 5, "previous_year", "甲-2022", 1.0),
    ]


def test_only_what_is_new_is_measured_and_the_result_is_that_of_a_whole_run(
    catalog, monkeypatch
):
    for who in "甲乙丙丁戊己庚辛壬癸":
        for year in (2021, 2022, 2023):
            put(catalog, who, year, f"{who}{OTHER[ord(who) % 90 :]}{year}")
    refresh(catalog)
    assert refresh(catalog) == similarity.Refreshed()
    monkeypatch.setattr(similarity, "MOST", 0.5)
    put(catalog, "子", 2022, f"开头{PROBLEMS}")
    put(catalog, "甲", 2022, f"另外{PROBLEMS}")
    done = refresh(catalog)
    assert done.measured == 2
    assert {"990101-子-2022", "990101-甲-2022", "990101-甲-2023"} <= done.changed
    after = stored(catalog)
    assert ("子-2022", 5, "other_agency", "甲-2022", 0.9494) in after  # 75 of 79
    assert ("甲-2023", 5, "previous_year", "甲-2022", 0.0) in after
    assert refresh(catalog, everything=True).changed == frozenset()
    assert stored(catalog) == after


def test_a_report_read_anew_is_measured_anew_and_a_quarantined_one_forgotten(
    catalog, monkeypatch
):
    monkeypatch.setattr(similarity, "MOST", 2.0)
    put(catalog, "甲", 2023, PROBLEMS)
    two = put(catalog, "乙", 2023, PROBLEMS)
    refresh(catalog)
    assert len(stored(catalog)) == 2
    put(catalog, "乙", 2023, OTHER, version=2)
    refresh(catalog)
    assert stored(catalog) == []
    put(catalog, "乙", 2023, PROBLEMS, version=3)
    refresh(catalog)
    assert len(stored(catalog)) == 2
    with catalog.atomic():
        catalog.db.execute(
            "UPDATE reports SET status = 'quarantined' WHERE report_id = ?", [two]
        )
    assert sorted(refresh(catalog).changed) == ["990101-乙-2023", "990101-甲-2023"]
    assert stored(catalog) == []
