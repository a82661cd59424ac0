"""The backup drill: of a lost archive only ``warc/`` is left, and nothing is missing.

On the sample portals, with what people decided: reviews of findings, and an original
that is withheld.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from archive import reviews
from archive.datadir import DataDir
from pipelines.reference import open_archive
from tests.archive.site.conftest import HOSTILE

#: What every run leaves: its own row.
OF_RUNS = {"runs"}
#: Times of processing: when a document was read.
PROCESSED_AT = {"triage": {"extracted_at"}}
DECISIONS = ("confirmed", "misread", "explained", "ignored", "reopened")


@dataclass
class Drill:
    """The published tables before the loss and after the recovery."""

    before: dict[str, list[str]]
    after: dict[str, list[str]]
    problems: list[str]
    withheld: str


def dump(data: Path) -> dict[str, list[str]]:
    """Rows of every published table as sorted text."""
    path = data / "public" / "nianbao.db"
    found = {}
    with sqlite3.connect(f"file:{path}?immutable=1", uri=True) as db:
        names = db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            " AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        for (table,) in names:
            if table in OF_RUNS or table.startswith("chapters_fts"):
                continue
            aside = PROCESSED_AT.get(table, set())
            columns = [r[1] for r in db.execute(f'PRAGMA table_info("{table}")')]
            kept = ", ".join(f'"{c}"' for c in columns if c not in aside)
            found[table] = sorted(
                map(repr, db.execute(f'SELECT {kept} FROM "{table}"'))
            )
    return found


@pytest.fixture(scope="module")
def drill(tmp_path_factory, demo: Path, nianbao: Callable[..., object]) -> Drill:
    root = tmp_path_factory.mktemp("drill")
    first, second = root / "first", root / "second"

    def run(data: Path, *args: object, code: int | None = 0) -> dict:
        done = nianbao(*args, "--data", data, "--json", code=code)
        return json.loads(done.stdout)  # type: ignore[attr-defined]

    shutil.copytree(demo, first)
    run(first, "check", code=None)
    findings = run(first, "review", "list")["findings"]
    assert len(findings) > len(DECISIONS)
    _decide(DataDir(first), [finding["fingerprint"] for finding in findings])
    with sqlite3.connect(first / "catalog.db") as db:
        (digest,) = db.execute(
            "SELECT sha256 FROM reports ORDER BY report_id LIMIT 1"
        ).fetchone()
    nianbao("withhold", digest, "--reason", "含个人电话", "--data", first)
    run(first, "publish")

    second.mkdir()
    shutil.copytree(first / "warc", second / "warc")
    rebuilt = run(second, "reindex")
    run(second, "extract", "--all")
    run(second, "check", code=None)
    run(second, "publish")
    return Drill(dump(first), dump(second), rebuilt["problems"], digest)


def _decide(data: DataDir, fingerprints: list[str]) -> None:
    """One decision of each kind, in one run; the reopened one was ignored before."""
    with data.lock(), open_archive(data) as catalog:
        run_id = catalog.start_run("review")
        for fingerprint, decision in zip(fingerprints, DECISIONS, strict=False):
            kinds = ("ignored", decision) if decision == "reopened" else (decision,)
            for kind in kinds:
                note = f"电话核实：{HOSTILE}"
                reviews.decide(catalog, fingerprint, kind, note=note, reviewer="王")
        catalog.finish_run(run_id, "complete", {})


def test_the_published_tables_are_the_same(drill):
    assert drill.problems == []
    assert len(drill.before) > 30
    assert len(drill.before["reports"]) == 44
    assert len(drill.before["cells"]) == 8789
    assert drill.after.keys() == drill.before.keys()
    for table, rows in drill.before.items():
        assert drill.after[table] == rows, table


def test_what_people_decided_is_among_them(drill):
    reviews = drill.after["check_reviews"]
    assert len(reviews) == len(DECISIONS)
    for decision in DECISIONS:
        assert sum(f"'{decision}'" in row for row in reviews) == 1
    assert sum("电话核实" in row for row in reviews) == len(DECISIONS)
    (withheld,) = drill.after["withholdings"]
    assert drill.withheld in withheld
    assert "含个人电话" in withheld
