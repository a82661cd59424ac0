"""One failure proves nothing; enough of them, over weeks and in office hours, do."""

from __future__ import annotations

from datetime import datetime

import pytest

from archive.aliases import Aliases
from archive.catalog import Catalog
from archive.frontier import Found, Frontier
from archive.migrations import migrations
from archive.records import Source
from archive.tombstones import Failure, after_failure, after_success, healthy

SOURCE = Source("s", "临澜县人民政府", "990101", "county", "http://a.cn/")
URL = "http://a.cn/1.html"


def failure(day: str, working: bool = True) -> Failure:
    at = datetime.fromisoformat(f"2026-{day}T02:00:00+00:00")
    return Failure("s", URL, at, "not_found: HTTP 404", working, "error", "good")


def after(*failures: Failure):
    stone = None
    for one in failures:
        stone = after_failure(stone, one)
    return stone


@pytest.mark.parametrize(
    ("failures", "state"),
    [
        ([failure("01-26")], "suspect"),
        ([failure("01-26"), failure("02-09")], "suspect"),
        ([failure("01-26"), failure("01-27"), failure("02-08")], "suspect"),
        ([failure("01-26"), failure("01-27"), failure("02-09")], "gone"),
        ([failure("01-26", False), failure("01-27"), failure("02-09")], "gone"),
        (
            [failure("01-26", False), failure("01-27", False), failure("02-09")],
            "suspect",
        ),
    ],
)
def test_gone_takes_three_failures_over_fourteen_days_two_in_office_hours(
    failures, state
):
    assert after(*failures).state == state


def test_a_page_that_came_back_is_counted_from_the_start():
    stone = after(failure("01-26"), failure("01-27"), failure("02-09"))
    back = after_success(stone, datetime.fromisoformat("2026-03-01T02:00+00:00"), "new")
    assert (back.state, back.gone_since, back.good_capture_id) == (
        "returned",
        "2026-02-09T02:00:00.000000Z",
        "new",
    )
    again = after_failure(back, failure("04-01"))
    assert (again.state, again.failures, again.suspect_since) == (
        "suspect",
        1,
        "2026-04-01T02:00:00.000000Z",
    )


@pytest.mark.parametrize(
    ("failing", "known", "answered", "well"),
    [
        (0, 10, 5, True),
        (1, 2, 1, True),
        (2, 6, 4, True),
        (2, 5, 3, False),
        (500, 520, 20, False),
        (1, 10, 0, False),
    ],
)
def test_a_host_is_well_while_no_more_than_a_third_is_missing(
    failing, known, answered, well
):
    assert healthy(failing, known, answered) is well


def test_an_edge_that_is_out_of_date_closes_no_loop(tmp_path):
    at = datetime.fromisoformat("2026-01-26T02:00+00:00")
    with Catalog(tmp_path / "catalog.db") as catalog:
        catalog.put_source(SOURCE)
        frontier, aliases = Frontier(catalog), Aliases(catalog)
        frontier.add("s", [Found(URL, "report")])
        aliases.put("s", URL, "http://a.cn/2.html", at=at, capture_id="first")
        frontier.done(frontier.next("s"), "first")
        assert aliases.problem("s", "http://a.cn/2.html", URL) == "error: redirect loop"
        frontier.done(frontier.reopen_url("s", URL), "second")
        assert aliases.problem("s", "http://a.cn/2.html", URL) is None


def test_an_older_catalogue_gets_the_tables_and_columns(tmp_path):
    path = tmp_path / "catalog.db"
    with Catalog(path) as catalog:
        catalog.put_source(SOURCE)
        Frontier(catalog).add("s", [Found(URL, "report")])
        columns = list(catalog.db.table("frontier").columns_dict)
        catalog.db.execute("DROP TABLE aliases")
        catalog.db.execute("DROP TABLE tombstones")
        for column in columns[columns.index("barren") :]:
            catalog.db.execute(f"ALTER TABLE frontier DROP COLUMN {column}")
        table = next(t for t in catalog.db.table_names() if "migrations" in t)
        catalog.db.execute(f"DELETE FROM {table} WHERE name = 'm003_recrawl'")
        catalog.db.conn.commit()
    with Catalog(path) as catalog:
        assert list(catalog.db.table("frontier").columns_dict) == columns
        assert {"aliases", "tombstones"} <= set(catalog.db.table_names())
        assert Frontier(catalog).next("s").conditional_visits == 0
        assert not migrations.pending(catalog.db)
