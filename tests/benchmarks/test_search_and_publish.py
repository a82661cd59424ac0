"""The benchmarks of search and publication on a small archive of invented reports."""

from __future__ import annotations

import pytest

from archive.datadir import DataDir
from benchmarks import publish, search


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """Sixty reports, published."""
    directory = tmp_path_factory.mktemp("bench") / "data"
    publish.prepare(directory, 60, checked=False)
    publish.measure(directory)
    return directory


def test_publication_tells_its_steps_and_a_plain_copy(archive, capsys):
    publish.measure(archive)
    said = capsys.readouterr().out
    assert said.startswith("60 reports, 0 findings\n")
    steps = ("| opening |", "| copying |", "| full text |", "| compacting |")
    assert [step in said for step in steps] == [True] * 4
    assert "| VACUUM INTO |" in said


def test_the_parts_of_a_database_are_its_whole(archive):
    database = DataDir(archive).published
    found = publish.parts(database)
    assert sum(found.values()) == pytest.approx(database.stat().st_size, rel=0.01)
    assert found["cells"] > found["wide tables"] > 0


def test_full_text_finds_everything_and_nothing_else(archive):
    tallies = search.compare(DataDir(archive).published, 30, 1)
    ours = tallies["nianbao"]
    assert ours.wanted > 1000
    assert (ours.recall, ours.precision) == (1.0, 1.0)


def test_trigrams_miss_the_words_of_two_characters(archive):
    tallies = search.compare(DataDir(archive).published, 30, 1)
    assert tallies["FTS5 trigram"].recall < 0.9
    assert tallies["FTS5 trigram"].precision == 1.0
    assert tallies["LIKE"].recall == 1.0


def test_words_are_the_same_for_the_same_seed():
    texts = {1: "本年度主动公开政府信息若干条", 2: "收到依申请公开若干件均已按期办结"}
    assert search.words(texts, 8, 1) == search.words(texts, 8, 1)
    assert search.words(texts, 8, 1)[0] == "公开"
