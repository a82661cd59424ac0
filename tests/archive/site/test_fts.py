"""Chinese full text: what is indexed is found, and nothing else."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.site.fts import match, segment

DOCUMENTS = {
    1: "依申请公开情况。收到申请106件，涉及国家秘密1件。",
    2: "未发生行政复议。2020年度，第3条所列信息均已公开。",
    3: "国家机关保守秘密的工作。共6229.95万元",
    4: "三类内部 事务信息\t全部",
    5: "自然人\t法人或其他组织\n\n总计",
}


@pytest.fixture
def index() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE f USING fts5(text, content='')")
    connection.executemany(
        "INSERT INTO f (rowid, text) VALUES (?, ?)",
        [(number, segment(text)) for number, text in DOCUMENTS.items()],
    )
    return connection


def search(index: sqlite3.Connection, query: str) -> list[int]:
    sql = "SELECT rowid FROM f WHERE f MATCH ? ORDER BY rowid"
    return [row[0] for row in index.execute(sql, [match(query)])]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("公开", [1, 2]),
        ("国家秘密", [1]),
        ('"国家秘密"', [1]),
        ("国家 秘密", [1, 3]),
        ("依申请公开 秘密", [1]),
        ("年", [2]),
        ("2020年", [2]),
        ("２０２０年", [2]),
        ("第3条", [2]),
        ("6229.95万元", [3]),
        ("内部事务", [4]),
        ("信息", [2, 4]),
        ("息全", []),
        ("人法", []),
        ("106", [1]),
        ("没有这个词", []),
    ],
)
def test_a_query_finds_exactly_the_documents_that_hold_it(
    index: sqlite3.Connection, query: str, expected: list[int]
) -> None:
    assert search(index, query) == expected


@pytest.mark.parametrize(
    "query", ["", " ", '"', "-", "AND", "a*b", "NEAR(", "^年", "（）"]
)
def test_no_query_is_a_syntax_error(index: sqlite3.Connection, query: str) -> None:
    assert search(index, query) in ([], [2])


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_valid_expression(query: str) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE f USING fts5(text, content='')")
    query = query.replace("\x00", "")
    sql = "SELECT rowid FROM f WHERE f MATCH ?"
    assert connection.execute(sql, [match(query)]).fetchall() == []


@given(st.text(alphabet="国家秘密公开年2", min_size=2, max_size=12), st.data())
def test_every_part_of_a_run_is_found_in_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    run = text[start : data.draw(st.integers(start + 1, len(text)))]
    # A number is one word: half of 22 is not found.
    if (start and text[start - 1] == run[0] == "2") or (
        text[start + len(run) : start + len(run) + 1] == run[-1] == "2"
    ):
        return
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE f USING fts5(text, content='')")
    connection.execute("INSERT INTO f (rowid, text) VALUES (1, ?)", [segment(text)])
    found = connection.execute("SELECT rowid FROM f WHERE f MATCH ?", [match(run)])
    assert found.fetchall() == [(1,)]
