"""What a check looks at again, what it writes, and that workers change nothing."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

from archive.catalog import Catalog
from archive.datadir import DataDir
from benchmarks.synthetic.__main__ import write
from pipelines import checking
from pipelines.reference import open_archive

#: One county: a government, its office, six departments, two towns; 2019 to 2024.
COUNTY = 60
NOW = datetime(2026, 1, 20, 8, tzinfo=UTC)
FINDINGS = (
    "SELECT report_id, rule_id, scope, verdict, expected, actual, message, fingerprint,"
    " origin, suspects, place FROM checks ORDER BY 1, 2, 3, 8"
)


@pytest.fixture(scope="module")
def checked_county(tmp_path_factory):
    """A consistent county, checked once; tests copy it."""
    folder = tmp_path_factory.mktemp("county")
    write(folder, COUNTY)
    with open_archive(DataDir(folder)) as catalog:
        done = checking.check(catalog, jobs=1)
    assert (done.reports, done.checked, done.failed) == (60, 60, ())
    return folder / "catalog.db"


@pytest.fixture
def catalog(checked_county, tmp_path):
    path = tmp_path / "catalog.db"
    with (
        closing(sqlite3.connect(checked_county)) as source,
        closing(sqlite3.connect(path)) as copy,
    ):
        source.backup(copy)
    with Catalog(path, clock=lambda: NOW) as opened:
        yield opened


def government(catalog):
    return catalog.one("SELECT agency_id FROM agencies WHERE kind = 'government'")[
        "agency_id"
    ]


def office(catalog, year):
    return catalog.one(
        "SELECT report_id FROM reports JOIN agencies USING (agency_id)"
        " WHERE kind = 'government_office' AND report_year = ?",
        [year],
    )["report_id"]


def failed(catalog):
    return {
        (row["report_id"], row["rule_id"], row["scope"])
        for row in catalog.rows(
            "SELECT * FROM checks WHERE verdict = 'FAIL' AND rule_id <> 'D1'"
        )
    }


def change(catalog, report_id, place, by):
    """Change a cell as a reading would: the report has to be checked again."""
    table, row, column = place.split("/")
    with catalog.atomic():
        catalog.db.execute(
            "UPDATE cells SET value = coalesce(value, 0) + ?, state = 'number'"
            " WHERE report_id = ? AND table_code = ? AND row_code = ? AND col_code = ?",
            [by, report_id, table, row, column],
        )
        catalog._unchecked(report_id)


def test_consistent_reports_fail_no_rule_between_them(catalog):
    assert failed(catalog) == set()
    late = "SELECT count(*) AS n FROM checks WHERE rule_id = 'D1' AND verdict = 'FAIL'"
    known = (
        "SELECT count(*) AS n FROM reports JOIN agencies USING (agency_id)"
        " WHERE days_late > 0 AND kind <> 'township'"
    )
    assert catalog.one(late) == catalog.one(known)
    sums = catalog.rows("SELECT state, count(*) AS n FROM aggregates GROUP BY state")
    assert [row["state"] for row in sums] == ["agrees"]


def test_every_contradiction_that_was_planted_is_found(tmp_path):
    planted = write(tmp_path, COUNTY, errors=3)
    with open_archive(DataDir(tmp_path)) as catalog:
        checking.check(catalog, jobs=1)
        found = failed(catalog)
    wanted = {(p.report_id, p.rule_id, p.scope) for p in planted}
    assert {rule for _, rule, _ in wanted} == {"Q3", "Y1", "G1"}
    assert wanted - found == set()


def test_a_second_check_has_nothing_to_do(catalog):
    done = checking.check(catalog)
    assert (done.checked, done.written) == (0, 0)
    assert str(done) == "60 reports: nothing to check again"


def test_checking_all_again_writes_nothing_that_is_there(catalog):
    before = catalog.rows("SELECT * FROM checks ORDER BY id")
    done = checking.check(catalog, everything=True, jobs=1)
    assert (done.checked, done.written) == (60, 0)
    assert catalog.rows("SELECT * FROM checks ORDER BY id") == before


def test_a_report_read_again_is_checked_with_the_next_year_and_the_government(catalog):
    changed = office(catalog, 2022)
    change(catalog, changed, "requests/carried_out/business", 3)
    done = checking.check(catalog)
    again = "SELECT report_id FROM checked WHERE checked_at LIKE '2026-01-20%'"
    assert {row["report_id"] for row in catalog.rows(again)} == {
        changed,
        office(catalog, 2023),
        f"{government(catalog)}-2022",
    }
    assert done.checked == 3
    assert failed(catalog) == {
        (changed, "Q1", "business"),
        (changed, "Q3", "carried_out"),
        (f"{government(catalog)}-2022", "G1", "carried_out/business"),
        (office(catalog, 2023), "Y1", "business"),
    }


def test_what_is_put_right_no_longer_fails(catalog):
    changed = office(catalog, 2022)
    before = catalog.rows(FINDINGS)
    for by in (3, -3):
        change(catalog, changed, "requests/carried_out/business", by)
        checking.check(catalog)
    assert catalog.rows(FINDINGS) == before


def test_changed_rules_make_every_report_due(catalog, monkeypatch):
    monkeypatch.setattr(checking, "rules_version", lambda: "other")
    assert checking.check(catalog, jobs=1).checked == 60


def test_a_report_that_went_into_quarantine_takes_its_bearing_along(catalog):
    last = office(catalog, 2021)
    with catalog.atomic():
        catalog.db.execute(
            "UPDATE reports SET status = 'quarantined' WHERE report_id = ?", [last]
        )
    done = checking.check(catalog)
    assert done.checked == 2
    row = catalog.one(
        "SELECT message FROM checks WHERE rule_id = 'Y1' AND report_id = ?",
        [office(catalog, 2022)],
    )
    assert row == {"message": "没有收到 2021 年报告，无法核对"}
    row = catalog.one(
        "SELECT max(members_found) AS found, max(members_known) AS known"
        " FROM aggregates WHERE report_id = ?",
        [f"{government(catalog)}-2021"],
    )
    assert row == {"found": 8, "known": 9}
    assert catalog.rows("SELECT * FROM checked WHERE report_id = ?", [last]) == []


def test_authorities_with_the_same_numbers_are_both_told_and_both_cleared(catalog):
    one, other = (
        row["report_id"]
        for row in catalog.rows(
            "SELECT report_id FROM checked WHERE report_year = 2023"
            " AND agency_id LIKE '%-dept-%' ORDER BY 1 LIMIT 2"
        )
    )
    kept = catalog.rows("SELECT * FROM cells WHERE report_id = ?", [other])

    def put(rows):
        with catalog.atomic():
            catalog.db.execute("DELETE FROM cells WHERE report_id = ?", [other])
            catalog.db.table("cells").insert_all(
                row | {"report_id": other} for row in rows
            )
            catalog._unchecked(other)
        checking.check(catalog)
        return {
            row["report_id"]: row["verdict"]
            for row in catalog.rows(
                "SELECT report_id, verdict FROM checks WHERE rule_id = 'G3'"
                " AND report_id IN (?, ?)",
                [one, other],
            )
        }

    same = catalog.rows("SELECT * FROM cells WHERE report_id = ?", [one])
    assert put(same) == {one: "UNCERTAIN", other: "UNCERTAIN"}
    assert put(kept) == {one: "PASS", other: "PASS"}


def test_workers_find_what_one_process_finds(catalog, monkeypatch):
    before = catalog.rows(FINDINGS)
    with catalog.atomic():
        for table in ("checks", "checked", "aggregates"):
            catalog.db.execute(f"DELETE FROM {table}")
    monkeypatch.setattr(checking, "ALONE", 0)
    monkeypatch.setattr(checking, "MANY", 0)  # indexes are dropped and made again
    assert checking.check(catalog, jobs=2).checked == 60
    assert catalog.rows(FINDINGS) == before
    names = {
        row["name"]
        for row in catalog.rows("SELECT name FROM pragma_index_list('checks')")
    }
    assert names == {
        "idx_checks_report_id_version_no",
        "idx_checks_rule_id_verdict",
        "idx_checks_fingerprint",
    }


def test_a_batch_that_cannot_be_checked_is_named_and_stays_due(catalog, monkeypatch):
    monkeypatch.setattr(checking, "rules_version", lambda: "other")
    monkeypatch.setattr(checking, "ALONE", 0)
    monkeypatch.setattr(checking, "PATIENCE", 0.001)
    done = checking.check(catalog, jobs=2)
    assert done.checked == 0
    assert len(done.failed) == 1
    assert done.failed[0].startswith(f"60 reports of {government(catalog)}: ")
    assert "Timeout" in done.failed[0]
    monkeypatch.undo()
    monkeypatch.setattr(checking, "rules_version", lambda: "other")
    assert checking.check(catalog, jobs=1).checked == 60


def test_the_command_says_what_it_did(checked_county, nianbao):
    done = nianbao("check", "--data", checked_county.parent, "--all", "--jobs", "1")
    assert done.stdout.startswith("60 of 60 reports checked: ")
