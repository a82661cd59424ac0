"""Forms that authorities change: whatever rows are hit, every remaining cell is right.

Rows are chosen at random (a fixed choice, so that a failure comes back); the figures
and the rows come from ``tests.golden.figures``, never from the reader.
"""

import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive.records import PageContext
from pipelines.reading import read
from tests.golden.figures import (
    Typed,
    entries,
    local,
    relabelled,
    requests,
    typed,
)
from tests.golden.recipes import article, framed, split, table
from tests.pipelines.printed_form import APPLICANTS, RESULTS, Row

CONTEXT = PageContext("http://a.example/b", "2026-01-31T08:00:00Z")
FORMS = ("gk2019", "gk2021")
PROFILE = settings(max_examples=40, deadline=None, derandomize=True, database=None)
GENERATION = st.sampled_from(FORMS)
SEED = st.integers(0, 10_000)
#: Characters that stand in no label of the forms.
STRANGE = "椅蛙铅笼鼎雁枣瓶琴鹤"
UNREADABLE = ("□□□□□", "\ufffd\ufffd\ufffd", "ǎ╓╫╪", "?")
TITLE_YEAR = {"gk2019": 2020, "gk2021": 2023}


def whole(generation: str, seed: int) -> Typed:
    return typed(generation, "青川市教育局", TITLE_YEAR[generation], seed)


def assert_right(report: Typed, html: str, gone: frozenset = frozenset()):
    """Every cell as typed, those of rows that are not there missing."""
    found = read(framed(html), CONTEXT).report
    cells = {cell.key: cell for cell in found.cells if cell.table_code != "extra"}
    assert cells.keys() == report.values.keys()
    wrong = {
        key: (cells[key].raw, text)
        for key, text in report.values.items()
        if key[:2] not in gone and (cells[key].raw, cells[key].state) != (
            text, "zero" if text == "0" else "number"
        )
    }  # fmt: skip
    assert wrong == {}
    assert {cells[key].state for key in cells if key[:2] in gone} <= {"missing"}
    return found


def misspelt(text: str, rng: random.Random) -> str:
    """Two characters of a label are others; numbers before it stay."""
    places = [i for i, c in enumerate(text) if "\u4e00" <= c <= "\u9fff"]
    letters = list(text)
    body = [i for i in places if i > 2] or places
    for i in rng.sample(body, min(2, len(body))):
        letters[i] = rng.choice(STRANGE)
    return "".join(letters)


def data_labels(rows: list[Row]) -> list[str]:
    """Labels of the rows of table 2 that hold figures."""
    return [row[0][0] for row in rows if len(row) > 1 and row[0][0] != "信息内容"]


@PROFILE
@given(GENERATION, SEED)
def test_a_label_with_two_typos_still_names_its_row(generation, seed):
    rng = random.Random(seed)
    report = whole(generation, seed % 7)
    label = rng.choice(entries(generation))[1][-1]
    second = rng.choice([t for t in data_labels(report.tables[0]) if len(t) > 2])
    header = rng.choice([*RESULTS[:4], "行政复议", "行政诉讼"])
    names = {text: misspelt(text, rng) for text in (label, second, header)}
    assert_right(
        report, article(report.with_tables(
            proactive=relabelled(report.tables[0], names),
            requests=relabelled(report.tables[1], names),
            review=relabelled(report.tables[2], names),
        )),
    )  # fmt: skip


@PROFILE
@given(GENERATION, SEED)
def test_three_deleted_rows_are_missing_and_no_other_moves(generation, seed):
    rng = random.Random(seed)
    report = whole(generation, seed % 7)
    listed = entries(generation)
    gone = {code for code, _, _ in rng.sample(listed, 3)}
    rows = requests([e for e in listed if e[0] not in gone], report.values)
    html = article(report.with_tables(requests=rows))
    found = assert_right(report, html, frozenset(("requests", code) for code in gone))
    named = {left.text for left in found.leftovers if left.kind == "unmatched_spec"}
    assert len(named) == 3
    assert found.status == "partial"


@PROFILE
@given(GENERATION, SEED)
def test_a_deleted_row_of_table_2_is_missing_and_no_other_moves(generation, seed):
    report = whole(generation, seed % 7)
    codes = list(dict.fromkeys(k[:2] for k in report.values if k[0] == "proactive"))
    labels = data_labels(report.tables[0])
    place = random.Random(seed).randrange(len(labels))
    rows = [row for row in report.tables[0] if row[0][0] != labels[place]]
    html = article(report.with_tables(proactive=rows))
    assert_right(report, html, frozenset([codes[place]]))


@PROFILE
@given(
    GENERATION, SEED, st.sampled_from(("小计", "合计", "其中：网络申请", "本栏小计"))
)
def test_an_extra_subtotal_row_takes_no_place_of_the_form(generation, seed, name):
    rng = random.Random(seed)
    report = whole(generation, seed % 7)
    listed = entries(generation)
    at = rng.randrange(3, len(listed) - 1)
    group = listed[at - 1][1][:-1] or listed[at][1][:-1]
    sums = [str(7000 + i) for i in range(len(APPLICANTS))]
    listed.insert(at, local((*group, name), sums))
    rows = requests(listed, report.values)
    found = assert_right(report, article(report.with_tables(requests=rows)))
    assert not any(cell.raw in sums for cell in found.cells)
    assert any(name in left.text for left in found.leftovers)


@PROFILE
@given(GENERATION, SEED, st.sampled_from(UNREADABLE))
def test_two_unreadable_labels_are_known_by_their_neighbours(generation, seed, shown):
    rng = random.Random(seed)
    report = whole(generation, seed % 7)
    labels = [e[1][-1] for e in entries(generation)]
    names = dict.fromkeys(rng.sample(labels, 2), shown)
    rows = relabelled(report.tables[1], names)
    found = assert_right(report, article(report.with_tables(requests=rows)))
    marked = {c.row_code for c in found.cells if c.method == "aligned"}
    assert len(marked) == 2
    assert {c.method for c in found.cells} == {"read", "aligned"}


@PROFILE
@given(GENERATION, SEED, st.booleans())
def test_a_header_repeated_after_a_page_break_hides_no_row(generation, seed, headed):
    report = whole(generation, seed % 7)
    head, data = report.tables[1][:3], report.tables[1][3:]
    at = random.Random(seed).randrange(4, len(data) - 1)
    groups = 1 if entries(generation)[at][1][:-1] else 0
    first, second = split([*head, *data], [at], [len(data) - at - 1] * groups or [1])
    if headed:
        header = table(head).removeprefix("<table>\n").removesuffix("</table>\n")
        second = second.replace("<table>\n", f"<table>\n{header}", 1)
    review = table([*report.tables[2][:3], *report.tables[2][:3], report.tables[2][3]])
    parts = [table(report.tables[0]), f"{first}<p></p>{second}", review]
    assert_right(report, article(report, parts))


@PROFILE
@given(GENERATION, SEED)
@example("gk2019", 85)  # a subtotal in the place of a deleted row
@example("gk2021", 2061)  # the same below a group that is a row of the older form
@example("gk2019", 149)  # a group whose name is nearly that of a deleted row
def test_all_of_it_at_once_leaves_nothing_wrong(generation, seed):
    """Where too much is gone to tell a row it may be missing, never another's."""
    rng = random.Random(seed)
    report = whole(generation, seed % 7)
    listed = entries(generation)
    gone = {code for code, _, _ in rng.sample(listed, 3)}
    left = [e for e in listed if e[0] not in gone]
    at = rng.randrange(3, len(left) - 1)
    sums = [str(7000 + i) for i in range(len(APPLICANTS))]
    left.insert(at, local((*left[at][1][:-1], "小计"), sums))
    labels = [e[1][-1] for e in left if e[0]]
    rng.shuffle(labels)
    names = {labels[0]: misspelt(labels[0], rng), **dict.fromkeys(labels[1:3], "□□□")}
    rows = relabelled(requests(left, report.values), names)
    found = read(framed(article(report.with_tables(requests=rows))), CONTEXT).report
    wrong = {
        cell.key: (cell.raw, report.values[cell.key], cell.method)
        for cell in found.cells
        if cell.state != "missing"
        and cell.key in report.values  # a table without its telling rows is the older
        and (cell.raw != report.values[cell.key] or cell.row_code in gone)
    }
    assert wrong == {}


@pytest.mark.parametrize("generation", FORMS)
def test_the_rows_typed_here_are_those_of_the_form(generation):
    report = whole(generation, 1)
    assert requests(entries(generation), report.values) == report.tables[1]
    assert len(entries(generation)) == {"gk2019": 23, "gk2021": 25}[generation]
    assert_right(report, article(report))
