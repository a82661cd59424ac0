"""SIGKILL exactly inside each write: nothing is lost, held twice, or left half done.

Two kills at each point; fifty, and a table of them, with ``NIANBAO_LONG=1``.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from archive import manifest
from archive.datadir import DataDir
from archive.serve import make_app
from tests.torture import command
from tests.torture.forks import COMPLETE, KILLED, Forks
from tests.torture.scenarios import Result, repaired

SEED = 20260131
LONG = os.environ.get("NIANBAO_LONG") == "1"
KILLS = 50 if LONG else 2
KILLS_A_CRAWL = 5 if LONG else 2
#: A point of a crawl, and the occurrence at which a run dies at the latest.
CRAWLING = {
    "half a record": 20,
    "record not synced": 7,
    "record without row": 7,
    "inside a transaction": 400,
    "before COMMIT": 10,
    "after COMMIT": 10,
    "before closing a WARC": 2,
    "after closing a WARC": 2,
}
REPAIRING = ("before the cut", "after the cut")
#: The same of a publication; two files are replaced.
PUBLISHING = {
    "building a snapshot": 100,
    "half a manifest": 1,
    "before a replace": 2,
    "after a replace": 2,
}


def finish(forks: Forks, data: Path, result: Result) -> None:
    """Resume until nothing is left to do and compare with the undisturbed archive."""
    code, _, printed = forks.crawl(data)
    result.cut += repaired(printed)
    assert code == COMPLETE, printed
    forks.compare(data, result)
    assert result.problems == []
    code, printed = forks.runner.run("fixity", "--data", data)
    assert code == COMPLETE, printed


def tear(forks: Forks, data: Path, number: random.Random) -> bool:
    """Leave half a record at the end of a file; False if the crawl ended before."""
    code, printed = forks.runner.run(
        *forks.command(data), point="half a record", nth=number.randint(2, 15)
    )
    assert code in (COMPLETE, KILLED), printed
    return code == KILLED


@pytest.mark.parametrize("point", [*CRAWLING, *REPAIRING])
def test_a_crawl_killed_at_a_fault_point_gives_the_archive_of_an_undisturbed_one(
    forks, tmp_path, point
):
    number = random.Random(f"{SEED} {point}")
    result, kills, crawls = Result(forks.pages), 0, 0
    while kills < KILLS:
        data, crawls, here = tmp_path / str(crawls), crawls + 1, 0
        assert crawls <= KILLS, "crawls end before they can be killed"
        forks.wire.requests.clear()
        while here < KILLS_A_CRAWL and kills < KILLS:
            if point in REPAIRING and not tear(forks, data, number):
                break
            nth = number.randint(1, CRAWLING.get(point, 1))
            code, printed = forks.runner.run(*forks.command(data), point=point, nth=nth)
            result.cut += repaired(printed)
            assert code in (COMPLETE, KILLED), printed
            if code == COMPLETE:
                break
            here, kills = here + 1, kills + 1
        finish(forks, data, result)
        shutil.rmtree(data)
    print(f"| {point} | {kills} | {crawls} | {result.cut} | none |")
    assert kills == KILLS
    if point == "half a record":
        assert result.cut > 0
    if point == "after the cut":  # what was cut before the kill is not told again
        assert result.cut == 0
    if point == "before the cut":
        assert result.cut > 0


def note_of_the_source(snapshot: Path) -> str:
    """The one value by which two snapshots differ; the whole file is checked."""
    with closing(sqlite3.connect(f"file:{snapshot}?immutable=1", uri=True)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return str(db.execute("SELECT note FROM sources").fetchone()[0])


@pytest.mark.parametrize("point", PUBLISHING)
def test_a_killed_publication_leaves_one_whole_snapshot_and_the_next_no_litter(
    forks, tmp_path, point
):
    number = random.Random(f"{SEED} {point}")
    data = tmp_path / "data"
    shutil.copytree(forks.whole, data)
    snapshot = data / "public" / "nianbao.db"
    former = note_of_the_source(snapshot)
    for kill in range(KILLS):
        current = f"snapshot {kill}"
        with closing(sqlite3.connect(data / "catalog.db")) as db, db:
            db.execute("UPDATE sources SET note = ?", [current])
        last = PUBLISHING[point]
        nth = kill % 2 + 1 if last == 2 else number.randint(1, last)
        code, printed = forks.runner.run(
            "publish", "--data", data, point=point, nth=nth
        )
        assert code == KILLED, printed
        swapped = (point, nth) in [
            ("after a replace", 1), ("before a replace", 2), ("after a replace", 2)
        ]  # fmt: skip
        assert note_of_the_source(snapshot) == (current if swapped else former)
        # whichever snapshot is there, its manifest is there, and both can be served
        named = manifest.current(DataDir(data))
        assert named["sha256"] == hashlib.sha256(snapshot.read_bytes()).hexdigest()
        assert make_app(DataDir(data)) is not None
        forks.publish(data)
        assert note_of_the_source(snapshot) == current
        files = sorted(path.name for path in snapshot.parent.iterdir())
        assert files == ["manifest.json", "nianbao.db"]
        named = json.loads((data / "public" / "manifest.json").read_text())
        assert named["sha256"] == hashlib.sha256(snapshot.read_bytes()).hexdigest()
        former = current
    tables, expected = command.published(data), command.published(forks.whole)
    assert tables.pop("sources") != expected.pop("sources")
    assert tables == expected
    print(f"| {point} | {KILLS} | – | – | none |")
