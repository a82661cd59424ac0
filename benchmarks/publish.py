"""How long publication takes, step by step, and what the bytes are.

    python -m benchmarks.publish [DIR] [--reports 1200] [--unchecked]

Invented reports (``benchmarks.synthetic``) are checked, so that their findings are
published as well, then published. Without DIR in a directory that is removed again; a
DIR that holds reports is published as it is. The peer is SQLite itself: ``VACUUM INTO``
of the whole catalogue, the least that a copy can cost. Writing and checking take place
in a process of their own, so the peak of memory is that of publication.
"""

from __future__ import annotations

import argparse
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from archive.catalog import Catalog
from archive.datadir import DataDir
from archive.publish import publish

#: Parts of the database by how the names of their tables and indexes begin.
PARTS = {
    "cells": ("cells", "idx_cells"),
    "checks": ("checks", "idx_checks"),
    "chapters": ("chapters", "idx_chapters"),
    "wide tables": ("requests_", "proactive_", "review_litigation", "statistics_"),
}


def prepare(directory: Path, reports: int, *, checked: bool) -> None:
    """Write invented reports and have them checked, unless some are there."""
    catalog = directory / "catalog.db"
    if catalog.exists():
        return
    python = [sys.executable, "-m"]
    made = [*python, "benchmarks.synthetic", str(directory), "--reports", str(reports)]
    subprocess.run(made, check=True)
    if checked:  # 1: rules failed, as they should on reports that are late
        run = "from crawler.cli import main; main()"
        command = [sys.executable, "-c", run, "check", "--data", str(directory)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode not in (0, 1):
            sys.exit(f"nianbao check ended with {done.returncode}: {done.stderr}")


def vacuum(source: Path) -> tuple[float, int]:
    """Seconds and bytes of a plain copy by SQLite."""
    with tempfile.TemporaryDirectory(dir=source.parent) as folder:
        copy = Path(folder, "copy.db")
        connection = sqlite3.connect(source)
        began = time.perf_counter()
        connection.execute("VACUUM INTO ?", [str(copy)])
        took = time.perf_counter() - began
        connection.close()
        return took, copy.stat().st_size


def parts(path: Path) -> Counter[str]:
    """Bytes by part; empty where SQLite was built without ``dbstat``."""
    found: Counter[str] = Counter()
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)
    try:
        for name, size in connection.execute(
            "SELECT name, sum(pgsize) FROM dbstat GROUP BY name"
        ):
            part = (p for p, starts in PARTS.items() if name.startswith(starts))
            found[next(part, "all else")] += size
    except sqlite3.OperationalError as error:
        print(f"bytes by part are not known: {error}", file=sys.stderr)
    finally:
        connection.close()
    return found


def measure(directory: Path) -> None:
    """Publish, and print what it took."""
    data = DataDir(directory)
    steps: list[tuple[str, float]] = []
    with data.lock(), Catalog(data.catalog) as catalog:
        steps.append(("opening", time.perf_counter()))
        cpu = time.process_time()
        done = publish(
            data,
            catalog,
            progress=lambda step: steps.append((step, time.perf_counter())),
        )
        spent, ended = time.process_time() - cpu, time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    least, size = vacuum(data.catalog)
    ends = [*(moment for _, moment in steps[1:]), ended]
    whole, reports = ended - steps[0][1], max(done.rows["reports"], 1)
    print(f"{reports} reports, {done.rows['checks']} findings")
    print("| step | s |\n|---|---|")
    for (name, began), end in zip(steps, ends, strict=True):
        print(f"| {name} | {end - began:.2f} |")
    print("\n| part | bytes a report |\n|---|---|")
    for part, count in parts(data.published).most_common():
        print(f"| {part} | {count / reports:.0f} |")
    print(
        "\n| | s | CPU ms a report | MB | peak MB | time |\n|---|---|---|---|---|---|\n"
        f"| nianbao publish | {whole:.1f} | {1000 * spent / reports:.1f} |"
        f" {done.bytes / 1e6:.0f} | {peak:.0f} | {whole / least:.1f} |\n"
        f"| VACUUM INTO | {least:.1f} | | {size / 1e6:.0f} | | 1.0 |"
    )


def main() -> None:
    """Measure as told on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="?")
    parser.add_argument("--reports", type=int, default=1200)
    parser.add_argument("--unchecked", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        directory = given.data or Path(folder, "data")
        prepare(directory, given.reports, checked=not given.unchecked)
        measure(directory)


if __name__ == "__main__":
    main()
