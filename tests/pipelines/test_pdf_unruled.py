"""PDF tables without rules, with rules missing, and on pages that lie on their side."""

import pytest

from archive.records import PageContext
from pipelines.extract.pdf import extract
from pipelines.reading import read
from tests.pipelines import printed_form as form
from tests.pipelines.pdf_maker import WIDTHS, Maker, report

CONTEXT = PageContext(url="file:///x.pdf", captured_at="2026-01-31T08:00:00Z")


def assert_exact(data: bytes):
    """All 198 cells as typeset, none repaired."""
    values = form.invented()
    found = read(data, CONTEXT).report
    cells = {c.key: c for c in found.cells}
    assert {k: cells[k].raw for k in values} == values
    assert {c.method for c in found.cells} == {"read"}
    assert (found.leftovers, found.status) == ((), "extracted")
    return cells


@pytest.mark.parametrize("rules", ["none", "level"])
@pytest.mark.parametrize("breaks", [[], [9], [12, 20]])
def test_a_table_without_rules_is_read_by_the_places_of_its_headers(rules, breaks):
    cells = assert_exact(report(Maker(rules=rules), form.invented(), breaks=breaks))
    locator = cells["requests", "new_received", "business"].locator
    assert " aligned table " in locator
    assert " box " in locator


def test_a_blank_of_a_table_without_rules_stays_in_its_column():
    values = form.invented()
    blank = [("requests", "granted", c) for c in form.APPLICANTS[1:6]]
    values |= dict.fromkeys(blank, "")
    found = read(report(Maker(rules="none"), values), CONTEXT).report
    states = {c.key: c.state for c in found.cells}
    assert {states[key] for key in blank} == {"blank"}
    assert states["requests", "granted", "total"] == "number"


def test_numbers_that_stand_in_no_column_leave_the_table_unread():
    """Two columns so close that a number reaches into the next: nothing is guessed."""
    maker = Maker(rules="none")
    rows = form.proactive(form.invented() | {
        ("proactive", "rules", "made_this_year"): "9" * 40,
    })  # fmt: skip
    maker.table(rows, WIDTHS["proactive"])
    page = extract(maker.done())
    assert page.grids == ()
    assert any("规范性文件" in line.text for line in page.lines)


def test_columns_of_text_are_no_table():
    maker = Maker()
    for i in range(6):
        for x in (60, 240, 420):
            maker.write(x, 100 + 20 * i, f"联系电话 {i}")
    assert extract(maker.done()).grids == ()


@pytest.mark.parametrize("rows", [[10], [8, 9, 14], [20, 21]])
def test_rows_that_no_rule_parts_are_parted_by_their_numbers(rows):
    assert_exact(report(Maker(), form.invented(), forget=rows))


@pytest.mark.parametrize("sideways", [1, 2, 3])
def test_pages_drawn_sideways_are_turned_upright(sideways):
    assert_exact(report(Maker(sideways=sideways), form.invented(), breaks=[9]))


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_pages_that_say_they_are_turned_are_turned_back(rotate):
    turned = {90: 1, 180: 2, 270: 3}[rotate]
    assert_exact(report(Maker(sideways=turned, rotate=rotate), form.invented()))


def test_a_table_without_rules_on_its_side_is_read_too():
    assert_exact(report(Maker(rules="none", sideways=1), form.invented()))
