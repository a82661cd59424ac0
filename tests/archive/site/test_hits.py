"""Order and counts of search hits, against an index small enough to count by hand."""

from __future__ import annotations

import sqlite3

import pytest

from archive.site.fts import match, segment
from archive.site.hits import Places

REPORTS = [  # report, year, province, level, template
    ("a-2020", 2020, "甲省", "county", "gk2019"),
    ("a-2022", 2022, "甲省", "county", "gk2021"),
    ("b-2022", 2022, None, "city", "gk2021"),
    ("c-2021", 2021, "乙省", "city", None),
]
CHAPTERS = [  # number, report, chapter, text
    (1, "a-2020", 1, "主动公开"),
    (2, "a-2020", 2, "公开"),
    (3, "a-2022", 1, "公开指南"),
    (4, "b-2022", 5, "依法公开"),
    (5, "b-2022", 1, "另有一章"),
    (6, "c-2021", 1, "公开"),
    (7, "quarantined", 1, "公开"),
    (9, "a-2022", 3, "公开"),
]


@pytest.fixture
def connection() -> sqlite3.Connection:
    made = sqlite3.connect(":memory:")
    made.row_factory = sqlite3.Row  # as Datasette has it
    made.execute(
        "CREATE TABLE report_index (report_id, report_year, province, level, template)"
    )
    made.execute(
        "CREATE TABLE chapters (id INTEGER PRIMARY KEY, report_id, chapter_no)"
    )
    made.execute("CREATE VIRTUAL TABLE chapters_fts USING fts5(text, content='')")
    made.executemany("INSERT INTO report_index VALUES (?, ?, ?, ?, ?)", REPORTS)
    made.executemany(
        "INSERT INTO chapters VALUES (?, ?, ?)", [row[:3] for row in CHAPTERS]
    )
    made.executemany(
        "INSERT INTO chapters_fts (rowid, text) VALUES (?, ?)",
        [(number, segment(text)) for number, _, _, text in CHAPTERS],
    )
    return made


def test_prose_comes_first_then_the_newest_year(connection: sqlite3.Connection) -> None:
    found = Places.read(connection).search(connection, match("公开"), {}, 20, 0)
    assert found.chapters == [3, 4, 6, 1, 9, 2]
    assert (found.hits, found.reports) == (6, 4)


def test_facets_count_reports_by_value_and_leave_out_what_is_not_known(
    connection: sqlite3.Connection,
) -> None:
    found = Places.read(connection).search(connection, match("公开"), {}, 20, 0)
    assert found.facets == {
        "year": [
            {"value": 2022, "n": 2}, {"value": 2021, "n": 1}, {"value": 2020, "n": 1}
        ],
        "province": [{"value": "甲省", "n": 2}, {"value": "乙省", "n": 1}],
        "level": [{"value": "city", "n": 2}, {"value": "county", "n": 2}],
        "template": [{"value": "gk2021", "n": 2}, {"value": "gk2019", "n": 1}],
    }  # fmt: skip


def test_a_facet_tells_what_another_choice_of_it_would_give(
    connection: sqlite3.Connection,
) -> None:
    chosen = {"year": "2022", "level": "county"}
    found = Places.read(connection).search(connection, match("公开"), chosen, 20, 0)
    assert found.chapters == [3, 9]
    assert (found.hits, found.reports) == (2, 1)
    assert found.facets["year"] == [{"value": 2022, "n": 1}, {"value": 2020, "n": 1}]
    assert found.facets["level"] == [
        {"value": "city", "n": 1}, {"value": "county", "n": 1}
    ]  # fmt: skip


def test_pages_follow_each_other(connection: sqlite3.Connection) -> None:
    places = Places.read(connection)
    pages = [
        places.search(connection, match("公开"), {}, 2, skip).chapters
        for skip in (0, 2, 4, 6)
    ]
    assert pages == [[3, 4], [6, 1], [9, 2], []]


@pytest.mark.parametrize(
    ("query", "chosen"), [("国家秘密", {}), ("公开", {"province": "丙省"})]
)
def test_nothing_found_is_nothing(
    connection: sqlite3.Connection, query: str, chosen: dict[str, str]
) -> None:
    found = Places.read(connection).search(connection, match(query), chosen, 20, 0)
    assert (found.chapters, found.hits, found.reports) == ([], 0, 0)


def test_an_archive_without_reports_is_searched_too(
    connection: sqlite3.Connection,
) -> None:
    for table in ("report_index", "chapters"):
        connection.execute(f"DELETE FROM {table}")
    found = Places.read(connection).search(connection, match("公开"), {}, 20, 0)
    assert (found.hits, found.facets["year"]) == (0, [])
