"""A catalogue that cannot be read ends the run with exit 3; the next one completes."""

from __future__ import annotations

import pytest

from tests.torture import scenarios

#: Run in the child: from the nth query that names this on, none is answered.
FAILING = """
import sqlite3
from sqlite_utils import Database
left, query = {nth}, Database.query
def failing(self, sql, *rest):
    global left
    left -= {named!r} in sql
    if left <= 0:
        raise sqlite3.{error}
    return query(self, sql, *rest)
Database.query = failing
"""
#: Seconds; less than one on a machine that does nothing else.
AT_ONCE = 10.0
IO_ERROR = "OperationalError('disk I/O error')"
MALFORMED = "DatabaseError('database disk image is malformed')"


@pytest.mark.parametrize(
    ("named", "nth", "error"),
    [
        # the next URL, looked for by the scheduler
        ("ORDER BY priority DESC", 30, IO_ERROR),
        ("ORDER BY priority DESC", 1, MALFORMED),
        # whether a payload is held already, while a record is written
        ("WHERE sha256 = ? AND outcome = 'ok'", 15, IO_ERROR),
        # whether a document was read before, inside the transaction of a page
        ("FROM triage WHERE sha256", 10, MALFORMED),
        # robots.txt as it was, asked by the middleware
        ("FROM captures WHERE url = ? ORDER BY rowid", 1, IO_ERROR),
    ],
)
def test_a_failing_read_stops_the_run_and_the_next_one_completes(
    few, tmp_path, named, nth, error
):
    before = FAILING.format(named=named, nth=nth, error=error)
    child = few.fork(tmp_path / "data", before)
    assert scenarios.seconds_after_last_request(few.wire, child) <= AT_ONCE
    _, errors = child.communicate()
    assert child.returncode == 3, errors
    assert "catalog.db: " in errors
    assert "Traceback" not in errors
    assert len(few.wire.requests) < few.requests / 2
    code, _, errors = few.crawl(tmp_path / "data")
    assert code == 0, errors
    assert few.compare(tmp_path / "data", scenarios.Result(few.pages)).problems == []
