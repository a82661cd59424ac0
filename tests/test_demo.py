"""The demo: three invented portals from their home pages to the published database."""

import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.sample.portals import decoys, expected

BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def archived(tmp_path_factory, demo) -> Path:
    data = tmp_path_factory.mktemp("demo") / "data"
    shutil.copytree(demo, data)
    return data


def connect(data: Path) -> sqlite3.Connection:
    path = data / "public" / "nianbao.db"
    return sqlite3.connect(f"file:{path}?immutable=1", uri=True)


@pytest.fixture(scope="module")
def db(archived) -> sqlite3.Connection:
    return connect(archived)


def test_every_report_of_the_sample_portals_is_found_and_nothing_else(db):
    found = db.execute(
        "SELECT a.name, a.kind, r.scope, r.report_year FROM reports r"
        " JOIN agencies a USING (agency_id)"
    ).fetchall()
    wanted = [(e.agency, e.kind, e.scope, e.year) for e in expected()]
    assert sorted(found) == sorted(wanted)


def test_every_cell_is_what_the_portal_printed(db):
    compared = 0
    for report in expected():
        found = {
            (table, row, col): raw.strip()
            for table, row, col, raw in db.execute(
                "SELECT table_code, row_code, col_code, raw FROM cells"
                " JOIN reports USING (report_id) JOIN agencies USING (agency_id)"
                " WHERE name = ? AND report_year = ? AND state <> 'missing'",
                [report.agency, report.year],
            )
        }
        wanted = {key: raw.strip() for key, raw in report.cells.items()}
        assert found == wanted, (report.agency, report.year)
        compared += len(wanted)
    assert compared > 5000


def test_no_decoy_is_taken_for_a_report_and_each_has_its_reason(db):
    judged = {
        url.split("/", 3)[3]: (kind, reason, report_id)
        for url, kind, reason, report_id in db.execute(
            "SELECT url, kind, reason, report_id FROM triage"
        )
    }
    for decoy in decoys():
        kind, reason, report_id = judged[decoy.path.lstrip("/")]
        assert report_id is None, decoy
        assert kind != "report", decoy
        assert reason, decoy


def test_a_second_run_adds_no_second_copy(archived, nianbao):
    before = counts(archived)
    nianbao("demo", "--no-serve", "--data", archived)
    assert counts(archived) == before


def counts(data: Path) -> dict[str, int]:
    rows = json.loads((data / "public" / "manifest.json").read_text())["rows"]
    # What a run leaves by its nature: its own row, and that pages were seen again.
    return {k: v for k, v in rows.items() if k not in ("runs", "captures")}


def test_three_readers_accept_every_warc_file(archived):
    files = sorted((archived / "warc").iterdir())
    assert files
    for path in files:
        assert path.name.endswith(".warc.gz")
        for command in (
            [BIN / "warcio", "check", path],
            [BIN / "fastwarc", "check", "--quiet", path],
            ["gzip", "-t", path],
        ):
            done = subprocess.run(command, capture_output=True, check=False)
            assert done.returncode == 0, (command, done.stdout)


def test_the_deliberate_failures_are_found_and_no_other(db):
    found = db.execute(
        "SELECT DISTINCT a.name, r.report_year, c.rule_id FROM checks c"
        " JOIN reports r USING (report_id) JOIN agencies a USING (agency_id)"
        " WHERE verdict = 'FAIL'"
    ).fetchall()
    wanted = {(e.agency, e.year, rule) for e in expected() for rule in e.failures}
    assert set(found) == wanted
