"""How long pages take: one process, over HTTP on loopback, one request after another.

    python -m benchmarks.site DIR [--requests 1000] [--only search]

DIR is a data directory with a published snapshot, as
``python -m benchmarks.synthetic DIR --reports 25000`` and ``nianbao publish`` make it.
The addresses are drawn at random from the database with a fixed seed: reports and
authorities of all years, searches for words of two to eight characters out of the
chapters and, every tenth time, for a word nearly all reports hold. Every address is
another one (``_n=1``, ``_n=2`` …), so that no page is one that was made before. Each
kind of page is asked once beforehand, so that what is remembered for a snapshot is
there.

CPU is that of the server process by ``/proc``: what a request costs on any machine,
while the milliseconds are those of this one with whatever else it does.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import sqlite3
import statistics
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import httpx

from archive.datadir import DataDir

#: What 95 of 100 requests should take at most, in milliseconds.
BARS = {"report": 100, "agency": 100, "search": 100, "home": 60, "table": 150}
COMMON = ("公开", "政府信息", "申请", "工作", "行政复议")
TABLES = (
    "reports?report_year={year}", "report_index?_facet=level&report_year={year}",
    "requests_2021", "cells?report_id={report}", "agencies?_sort=name", "documents",
)  # fmt: skip


def addresses(path: Path, count: int, seed: int = 1) -> dict[str, list[str]]:
    """Paths to ask for, by kind of page."""
    chosen = random.Random(seed)
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)
    reports = [r[0] for r in connection.execute("SELECT report_id FROM reports")]
    agencies = [r[0] for r in connection.execute("SELECT agency_id FROM agencies")]
    last = connection.execute("SELECT max(id) FROM chapters").fetchone()[0]

    def word(number: int) -> str:
        if number % 10 == 0:
            return chosen.choice(COMMON)
        while True:
            row = connection.execute(
                "SELECT text FROM chapters WHERE id = ?", [chosen.randint(1, last)]
            ).fetchone()
            runs = re.findall(r"[\u4e00-\u9fff]{2,}", row[0]) if row else []
            if runs:
                run = str(chosen.choice(runs))
                start = chosen.randint(0, len(run) - 2)
                return run[start : start + chosen.randint(2, 8)]

    made = {
        "report": [f"/report/{chosen.choice(reports)}" for _ in range(count)],
        "agency": [f"/agency/{quote(chosen.choice(agencies))}" for _ in range(count)],
        "search": [f"/search?q={quote(word(n))}" for n in range(count)],
        "home": ["/"] * count,
        "table": [
            "/nianbao/"
            + chosen.choice(TABLES).format(
                year=chosen.randint(2019, 2024), report=chosen.choice(reports)
            )
            for _ in range(count)
        ],
    }
    connection.close()
    return {
        kind: [f"{p}{'&' if '?' in p else '?'}_n={n}" for n, p in enumerate(paths)]
        for kind, paths in made.items()
    }


def cpu(process: int) -> float:
    """Seconds of CPU a process has used; 0 where there is no ``/proc``."""
    stat = Path(f"/proc/{process}/stat")
    if not stat.exists():
        return 0.0
    user, system = stat.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def measure(client: httpx.Client, paths: list[str]) -> list[float]:
    """Milliseconds of each request; stops at the first that fails."""
    took = []
    for path in paths:
        started = time.perf_counter()
        client.get(path).raise_for_status()
        took.append((time.perf_counter() - started) * 1000)
    return took


def main() -> int:
    """Print a table; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--only", choices=sorted(BARS))
    asked = parser.parse_args()
    published = DataDir(asked.data).published
    kinds = [asked.only] if asked.only else list(BARS)
    made = addresses(published, max(asked.requests // len(kinds), 1) + 1)
    code = (
        "import sys, pathlib; from archive.serve import Public, serve;"
        "serve(pathlib.Path(sys.argv[1]), port=0, public=Public(sql_burst=1e6),"
        " announce=lambda url: print(url, flush=True))"
    )
    server = subprocess.Popen(
        [sys.executable, "-c", code, str(asked.data)], stdout=subprocess.PIPE, text=True
    )
    missed = False
    try:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        with httpx.Client(base_url=url, timeout=60) as client:
            print(
                "| page | requests | median ms | p95 ms | slowest ms | bar | CPU ms |"
            )
            print("|---|---|---|---|---|---|---|")
            for kind in kinds:
                measure(client, made[kind][:1])
                before = cpu(server.pid)
                took = sorted(measure(client, made[kind][1:]))
                each = (cpu(server.pid) - before) * 1000 / len(took)
                p95 = took[max(int(len(took) * 0.95) - 1, 0)]
                missed |= p95 > BARS[kind]
                print(
                    f"| {kind} | {len(took)} | {statistics.median(took):.0f} |"
                    f" {p95:.0f} | {took[-1]:.0f} | {BARS[kind]} | {each:.1f} |",
                    flush=True,
                )
    finally:
        server.terminate()
        server.wait()
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
