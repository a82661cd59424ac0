"""Workers that are killed lose no page, keep none twice, and never meet on a portal."""

import os
import random
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest

from tests.crawler.crawls import environment
from tests.crawler.dask_bed import Cluster, Portals
from tests.torture.command import nianbao

LONG = bool(os.environ.get("NIANBAO_LONG"))
COPIES, KILLS, DELAY = (4, 10, 0.2) if LONG else (1, 1, 0.05)


def rows(data: Path, sql: str) -> list[tuple]:
    with sqlite3.connect(data / "catalog.db") as db:
        return db.execute(sql).fetchall()


def crawl(data: Path, registry: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        nianbao(
            "crawl", "--data", data, "--sources", registry, "--allow-net",
            "127.0.0.0/8", *more,
        ),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
    )  # fmt: skip


def finished(process: subprocess.Popen[str]) -> str:
    output, errors = process.communicate(timeout=600)
    assert process.returncode == 0, output + errors
    return output


def pages(data: Path) -> set[tuple]:
    """Every address with what became of it."""
    return set(rows(data, "SELECT source_id, url, role, state FROM frontier"))


CELLS = (
    "SELECT c.report_id, c.table_code, c.row_code, c.col_code, c.raw FROM cells c"
    " JOIN reports USING (report_id, version_no) ORDER BY 1, 2, 3, 4"
)


# A page that was on its way when a worker died is asked for again, a list in every run;
# a document that was stored never is.
TWICE = (
    "SELECT f.role, sum(n - 1) FROM (SELECT source_id, url, count(*) AS n FROM captures"
    " WHERE outcome = 'ok' GROUP BY 1, 2) JOIN frontier f USING (source_id, url)"
    " WHERE n > 1 GROUP BY 1"
)
REPORTS = "SELECT report_id, n_versions FROM reports ORDER BY 1"


def judge(many: Path, one: Path, portals: Portals, kills: int) -> None:
    """Compare with an undisturbed crawl, and ask the portals who came."""
    assert portals.by_two() == []
    assert 0 not in portals.processes()
    assert pages(many) == pages(one)
    assert rows(many, CELLS) == rows(one, CELLS)
    assert rows(many, REPORTS) == rows(one, REPORTS)
    again = dict(rows(many, TWICE))
    print(f"{kills} kills, {len(portals.processes())} processes, stored again: {again}")
    assert again.get("report", 0) + again.get("attachment", 0) == 0


def started(portals: Portals, crawling: subprocess.Popen[str]) -> None:
    """Wait until a crawl is well under way."""
    until = time.monotonic() + 60
    while not any(len(log) > 5 for log in portals.logs.values()):
        if time.monotonic() > until or crawling.poll() is not None:
            crawling.kill()
            raise AssertionError(crawling.communicate())
        time.sleep(0.05)


def test_a_process_that_is_killed_has_its_portal_resumed_by_another(tmp_path):
    with Portals.open(1, DELAY) as portals:
        registry = portals.registry(tmp_path / "sources.yml")
        crawling = crawl(tmp_path / "many", registry, "--jobs", "2")
        started(portals, crawling)
        busiest = max(portals.logs.values(), key=len)
        os.kill(busiest[-1][1], signal.SIGKILL)
        finished(crawling)
        assert len(portals.processes()) == 4
        finished(crawl(tmp_path / "one", registry))
        judge(tmp_path / "many", tmp_path / "one", portals, 1)


def test_a_worker_of_a_cluster_that_is_killed_again_and_again_costs_nothing(tmp_path):
    pytest.importorskip("distributed", reason="the extra [cluster] is not installed")
    chance = random.Random(20260131)
    with (
        Portals.open(COPIES, DELAY) as portals,
        Cluster.running(tmp_path, workers=2, threads=2) as cluster,
    ):
        registry = portals.registry(tmp_path / "sources.yml")
        crawling = crawl(tmp_path / "many", registry, "--cluster", cluster.address)
        started(portals, crawling)
        killed = 0
        while killed < KILLS and crawling.poll() is None:
            cluster.kill(chance.randrange(2))
            killed += 1
            time.sleep(chance.uniform(0.5, 4.0))
        finished(crawling)
        assert killed == KILLS
        finished(crawl(tmp_path / "one", registry))
        judge(tmp_path / "many", tmp_path / "one", portals, killed)
