"""Search against plain comparison: everything that holds the words, nothing else."""

from __future__ import annotations

import os
import random
import re
import sqlite3
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from archive.site.fts import CJK, match, normalise, segment
from archive.site.snippet import cjk_snippet

CORPUS = os.environ.get("NIANBAO_CORPUS")
QUERIES = 450
#: Inputs that break other indexes.
ODD = ["公开", "依申请公开 复议", '"国家秘密"', "年", "2020年", "第3条", "6229.95万元",
       "（七）总计", "AND", 'a"b', "-", "", "NEAR(公开, 3)", "*", "^", "公开*", "{公}",
       "col:公开", "'", "\\", "OR OR OR", "公开 AND NOT", "\x00", "😀", "　",
       "--"]  # fmt: skip


def texts() -> list[str]:
    """Chapter text as it was typeset: the text dumps of the corpus in pieces."""
    if not CORPUS:
        pytest.skip("NIANBAO_CORPUS is not set: there is no real text to search")
    found = []
    for path in sorted(Path(CORPUS).rglob("*")):
        if path.suffix in (".txt", ".md") and path.stat().st_size < 400_000:
            text = path.read_text("utf-8", "replace")
            found += [text[at : at + 200] for at in range(0, len(text), 200)]
    if len(found) < 100:
        pytest.skip(f"only {len(found)} texts in {CORPUS}")
    return found[:1500]


@pytest.fixture(scope="module")
def corpus() -> list[str]:
    return texts()


@pytest.fixture(scope="module")
def index(corpus: list[str]) -> Any:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE f USING fts5(text, content='')")
    connection.executemany(
        "INSERT INTO f (rowid, text) VALUES (?, ?)",
        [(number, segment(text)) for number, text in enumerate(corpus)],
    )
    yield connection
    connection.close()


def queries(corpus: list[str], count: int) -> list[str]:
    """Random runs of 2 to 8 Chinese characters, as they stand in the text."""
    chosen = random.Random(20261121)
    found: list[str] = []
    while len(found) < count:
        text = normalise(chosen.choice(corpus))
        runs = re.findall(f"[{CJK}]{{2,}}", text)
        if runs:
            run = chosen.choice(runs)
            length = min(chosen.randint(2, 8), len(run))
            start = chosen.randint(0, len(run) - length)
            found.append(run[start : start + length])
    return found


def test_random_words_are_found_wherever_they_stand_and_nowhere_else(
    corpus: list[str], index: sqlite3.Connection
) -> None:
    plain = [normalise(text) for text in corpus]
    wanted = queries(corpus, QUERIES)
    hits = 0
    for query in wanted:
        expected = {number for number, text in enumerate(plain) if query in text}
        found = {
            row[0]
            for row in index.execute(
                "SELECT rowid FROM f WHERE f MATCH ?", [match(query)]
            )
        }
        assert expected, query
        assert found == expected, query
        hits += len(found)
    assert hits > QUERIES


def test_words_that_never_stand_together_are_not_found(
    corpus: list[str], index: sqlite3.Connection
) -> None:
    plain = [normalise(text) for text in corpus]
    chosen = random.Random(7)
    characters = sorted({c for text in plain for c in text if re.match(f"[{CJK}]", c)})
    absent = 0
    for _ in range(300):
        query = "".join(chosen.choices(characters, k=chosen.randint(2, 4)))
        expected = [number for number, text in enumerate(plain) if query in text]
        found = index.execute(
            "SELECT rowid FROM f WHERE f MATCH ? ORDER BY rowid", [match(query)]
        )
        assert [row[0] for row in found] == expected, query
        absent += not expected
    assert absent > 200


def test_snippets_show_what_was_found(
    corpus: list[str], index: sqlite3.Connection
) -> None:
    for query in queries(corpus, 60):
        found = index.execute("SELECT rowid FROM f WHERE f MATCH ?", [match(query)])
        number = found.fetchone()[0]
        marked = [p.text for p in cjk_snippet(corpus[number], query) if p.hit]
        assert marked, query
        assert normalise(re.sub(r"\s", "", marked[0])) == query


@pytest.mark.parametrize("query", ODD)
@pytest.mark.parametrize(
    "path",
    ["/search", "/search.json", "/nianbao/chapters", "/nianbao/chapters.json",
     "/nianbao/search_chapters"],
)  # fmt: skip
async def test_no_input_is_an_error_on_any_way_of_searching(
    site: Any, path: str, query: str
) -> None:
    name = "_search" if "/chapters" in path else "q"
    response = await site.get(path, params={name: query})
    assert response.status_code == 200, response.text[:300]


async def test_all_ways_of_searching_find_the_same_chapters(site: Any) -> None:
    for query in ("公开", "行政复议", "收到申请", '"国家秘密"', "年", "106"):
        ours = (await site.get("/search.json", params={"q": query})).json()["rows"]
        theirs = (
            await site.get(
                "/nianbao/chapters.json", params={"_search": query, "_shape": "array"}
            )
        ).json()
        first = sorted((r["report_id"], r["chapter_no"]) for r in ours)
        second = sorted((r["report_id"], r["chapter_no"]) for r in theirs)
        assert first == second, query
        assert first, query


async def test_facets_count_what_another_choice_would_give(site: Any) -> None:
    found = (await site.get("/search.json", params={"q": "公开"})).json()
    years = {f["value"]: f["n"] for f in found["facets"]["year"]}
    narrowed = (
        await site.get("/search.json", params={"q": "公开", "year": "2020"})
    ).json()
    assert {f["value"]: f["n"] for f in narrowed["facets"]["year"]} == years
    assert narrowed["reports"] == years[2020] == 2
    other = (
        await site.get("/search.json", params={"q": "公开", "template": "gk2019"})
    ).json()
    assert {r["report_id"] for r in other["rows"]} == {"990683-gov-2020"}


def test_full_width_queries_are_those_of_half_width() -> None:
    assert match("２０２０年") == match("2020年")
    assert unicodedata.normalize("NFKC", "（七）") == "(七)"
