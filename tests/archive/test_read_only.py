"""An archive that cannot be written can be read, and says so to those who would write.

The commands run without the right of root to write where nobody may.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from archive.catalog import Catalog
from archive.datadir import DataDir
from archive.errors import StorageError
from tests.archive.site.conftest import R2020

BIN = Path(sys.executable).parent
PLAIN = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
ROOT = os.geteuid() == 0
pytestmark = pytest.mark.skipif(
    ROOT and not shutil.which("setpriv"), reason="root writes everywhere, no setpriv"
)


def command(*words: object) -> list[str]:
    return [*(PLAIN if ROOT else []), str(BIN / "nianbao"), *map(str, words)]


def run(*words: object) -> tuple[int, str, str]:
    """Exit code, output and errors of a command of somebody who is not root."""
    env = {k: v for k, v in os.environ.items() if k != "NIANBAO_DATA"}
    done = subprocess.run(
        command(*words),
        capture_output=True,
        text=True,
        timeout=120,
        env=env,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def shut(root: Path) -> None:
    for path in (*root.rglob("*"), root):
        path.chmod(0o555 if path.is_dir() else 0o444)


def opened(root: Path) -> None:
    for path in (root, *root.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def contents(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def closed(copied: DataDir) -> Iterator[DataDir]:
    """A copy of the invented archive in which nothing can be written."""
    shut(copied.root)
    before = contents(copied.root)
    yield copied
    assert contents(copied.root) == before
    opened(copied.root)


def test_what_only_reads_works(closed, tmp_path):
    for words, expected in {
        ("status", "--json"): "4 reports",
        ("coverage", "--json"): "expected reports are here",
        ("explain", R2020): "sha256",
        ("review", "list"): "open",
        ("withhold",): "0 withheld",
        ("sources", "list"): "sources, ",
        ("export", "csv", tmp_path / "csv"): "4 reports",
        ("export", "originals", tmp_path / "o.zip"): "4 originals",
        ("export", "wacz", tmp_path / "x.wacz"): "4 records",
        ("export", "bagit", tmp_path / "bag"): "in a bag",
        ("export", "cdxj", tmp_path / "x.cdxj"): "4 lines",
    }.items():
        code, output, errors = run(*words, "--data", closed.root)
        assert code in (0, 1), (words, errors)
        assert expected in output, (words, output, errors)
        assert "Traceback" not in errors


def test_the_site_is_served(closed):
    child = subprocess.Popen(
        command("serve", "--port", 0, "--data", closed.root),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout is not None
        address = child.stdout.readline().strip()
        page = httpx.get(f"{address}report/{R2020}", timeout=30)
        assert (page.status_code, "甲州市" in page.text) == (200, True)
    finally:
        child.terminate()
        child.wait(30)


@pytest.mark.parametrize(
    "words",
    [
        ("crawl", "--all"),
        ("update",),
        ("check",),
        ("publish",),
        ("fixity",),
        ("reindex",),
        ("extract", "--all"),
        ("status", "--ack", "--all"),
        ("withhold", "0" * 64, "--reason", "x"),
    ],
    ids=" ".join,
)
def test_what_writes_ends_with_3_and_names_the_directory(closed, words):
    code, _, errors = run(*words, "--data", closed.root)
    assert code == 3, errors
    assert f"{closed.root} cannot be written: Permission denied" in errors
    assert "Traceback" not in errors


def test_nothing_is_asked_for_when_the_warc_folder_cannot_be_written(copied):
    shut(copied.warc)
    try:
        code, _, errors = run("crawl", "--all", "--data", copied.root)
    finally:
        opened(copied.warc)
    assert code == 3
    assert f"the WARC folder {copied.warc} cannot be written" in errors
    with Catalog(copied.catalog) as catalog:
        runs = catalog.rows("SELECT command FROM runs")
    assert [run["command"] for run in runs] == ["ingest"], "none was started"


def test_publishing_needs_no_warc_folder_that_can_be_written(copied):
    shut(copied.warc)
    try:
        code, output, errors = run("publish", "--data", copied.root)
    finally:
        opened(copied.warc)
    assert (code, "published 4 reports" in output) == (0, True), errors


def test_what_stands_in_a_log_beside_the_catalogue_is_not_passed_over(copied, tmp_path):
    with Catalog(copied.catalog) as catalog:
        catalog.start_run("check")
        shutil.copytree(copied.root, tmp_path / "killed")
    log = tmp_path / "killed" / "catalog.db-wal"
    assert log.stat().st_size > 0
    shut(tmp_path / "killed")
    code, output, errors = run("status", "--json", "--data", tmp_path / "killed")
    opened(tmp_path / "killed")
    if code == 3:  # SQLite cannot read the log here, and says nothing without it
        assert "catalog.db-wal lies beside it" in errors
    else:
        newest = json.loads(output)["runs"][0]
        assert (newest["command"], newest["outcome"]) == ("check", None)


def test_a_catalogue_of_an_earlier_version_cannot_be_brought_up(copied, monkeypatch):
    with sqlite3.connect(copied.catalog) as db:
        db.execute("DELETE FROM _sqlite_migrations WHERE name LIKE 'm002%'")
    monkeypatch.setattr("archive.opening.writable", lambda path: False)
    with pytest.raises(StorageError, match="is of an earlier version"):
        Catalog(copied.catalog)
