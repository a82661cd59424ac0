"""The published database: complete by the contract, one version, swapped as a whole."""

import hashlib
import json
import sqlite3
from datetime import UTC, datetime

import pytest

from archive.catalog import Catalog
from archive.datadir import DataDir
from archive.errors import StorageError
from archive.publish import publish
from archive.records import (
    Agency,
    Capture,
    Cell,
    Chapter,
    Check,
    Document,
    Metric,
    Report,
    Rule,
)

NOW = datetime(2026, 1, 31, 8, tzinfo=UTC)
AGENCY = Agency(
    "990101-gov", "云川市人民政府", "government", "city", "990101", "示例省"
)
TABLES = {
    "agencies",
    "captures",
    "cells",
    "chapters",
    "check_reviews",
    "checks",
    "coverage",
    "documents",
    "metrics",
    "proactive_2019",
    "proactive_2021",
    "report_documents",
    "report_index",
    "report_versions",
    "reports",
    "requests_2019",
    "requests_2021",
    "review_litigation",
    "rules",
    "runs",
    "sources",
    "statistics_2014",
}


def cell(row: str, raw: str, value: float | None, state: str) -> Cell:
    return Cell("requests", row, "total", raw, value, "count", state, locator="t")


def report(year: int, *cells: Cell, **fields) -> Report:
    return Report(
        f"990101-gov-{year}",
        AGENCY,
        year,
        "government_aggregate",
        f"云川市{year}年政府信息公开工作年度报告",
        "gk2021",
        "extracted",
        chapters=(
            Chapter(1, "一、总体情况", "全年收到申请五件。", "全年收到申请五件。"),
        ),
        cells=cells,
        checks=(Check("Q1", "total", "fail", "FAIL", "5", "4", "相差 1", f"f{year}"),),
        **fields,
    )


@pytest.fixture
def data(tmp_path) -> DataDir:
    made = DataDir(tmp_path / "data").prepare()
    metrics = [
        Metric("gk2021", "requests", row, "total", row, row, "count", at)
        for at, row in enumerate(
            ["new_received", "denied_state_secret", "denied_law_prohibits"]
        )
    ]
    with Catalog(made.catalog, clock=lambda: NOW) as catalog:
        run = catalog.start_run("test")
        catalog.put_reference(metrics, [Rule("Q1", "official", "fail", "甲", "a")])
        catalog.add_capture(
            Capture("urn:uuid:1", "http://x/", "2026", 200, "ok", "aa", "w", 0, 9, run)
        )
        catalog.put_document(Document("aa", "text/html", "html", 9, None, None, "2026"))
        for number, made_report in enumerate(
            [
                report(2019, cell("new_received", "5", 5, "number")),
                report(
                    2021,
                    cell("new_received", "", None, "blank"),
                    cell("denied_state_secret", "0", 0, "zero"),
                    cell("denied_law_prohibits", "3", 3, "number"),
                    published_on="2022-04-02",
                    due_on="2022-03-31",
                    days_late=2,
                ),
            ]
        ):
            catalog.put_report(made_report, 1, 1, "aa", f"http://x/{number}")
            catalog.put_version(made_report, 1, "aa", "2026", "first")
    return made


@pytest.fixture
def db(data) -> sqlite3.Connection:
    with Catalog(data.catalog) as catalog:
        publish(data, catalog, clock=lambda: NOW)
    return sqlite3.connect(f"file:{data.published}?immutable=1", uri=True)


def test_every_table_of_the_contract_is_there(db):
    names = {row[0] for row in db.execute("SELECT name FROM sqlite_master")}
    assert names >= TABLES


def test_wide_row_keeps_a_blank_apart_from_a_zero(db):
    assert db.execute(
        "SELECT new_received__total, denied_state_secret__total,"
        " denied_law_prohibits__total FROM requests_2021"
        " WHERE report_id = '990101-gov-2021'"
    ).fetchone() == (None, 0, 3)


def test_index_sums_filled_rows_and_leaves_blank_what_was_blank(db):
    row = db.execute(
        "SELECT new_received, denied_all, unable_all, checks_failed, days_late"
        " FROM report_index WHERE report_year = 2021"
    ).fetchone()
    assert row == (None, 3, None, 1, 2)


def test_coverage_names_the_year_between_two_reports(db):
    found = db.execute("SELECT report_year, state, note FROM coverage ORDER BY 1")
    assert [tuple(row)[:2] for row in found] == [
        (2019, "found"),
        (2020, "missing"),
        (2021, "late"),
    ]


def test_full_text_finds_a_word_of_two_characters(db):
    from archive.site.fts import match

    sql = "SELECT count(*) FROM chapters_fts WHERE chapters_fts MATCH ?"
    assert db.execute(sql, [match("申请")]).fetchone() == (2,)
    assert db.execute(sql, [match("诉讼")]).fetchone() == (0,)


def test_manifest_describes_the_file(data, db):
    manifest = json.loads(data.manifest.read_text("utf-8"))
    digest = hashlib.sha256(data.published.read_bytes()).hexdigest()
    assert manifest["sha256"] == digest
    assert manifest["bytes"] == data.published.stat().st_size
    assert manifest["rows"]["reports"] == 2
    assert manifest["published_at"] == "2026-01-31T08:00:00.000000Z"


def test_publishing_twice_gives_the_same_bytes_and_leaves_nothing_behind(data, db):
    before = data.published.read_bytes()
    with Catalog(data.catalog) as catalog:
        publish(data, catalog, clock=lambda: NOW)
    assert data.published.read_bytes() == before
    assert sorted(p.name for p in data.public.iterdir()) == [
        "manifest.json",
        "nianbao.db",
    ]


def test_when_a_finding_was_made_does_not_show_in_its_number(data, db):
    (numbers,) = db.execute("SELECT group_concat(id) FROM checks").fetchall()
    before = data.published.read_bytes()
    with Catalog(data.catalog) as catalog:
        with catalog.atomic():
            catalog.db.execute("UPDATE checks SET id = id + 1000")
            catalog.db.execute("UPDATE chapters SET id = id + 1000")
        publish(data, catalog, clock=lambda: NOW)
    assert numbers == ("1,2",)
    assert data.published.read_bytes() == before


def test_a_failed_publication_leaves_the_old_snapshot(data, db, monkeypatch):
    before = data.published.read_bytes()

    def full_disk(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("archive.publish._sync", full_disk)
    with (
        Catalog(data.catalog) as catalog,
        pytest.raises(StorageError, match="No space left"),
    ):
        publish(data, catalog)
    assert data.published.read_bytes() == before
