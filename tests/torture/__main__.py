"""The long forms: ``make torture``. Prints tables; exit 1 when anything was lost.

With ``NIANBAO_LONG=1`` 2,000 pages, 100 kills, 20 full disks, 50 kills at each fault
point and a frontier of 100,000 URLs, otherwise the short forms that the tests run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.crawler.test_frontier_size import BAR_MB, PAGES, SMALL, measure
from tests.pipelines.mutations import FORMS
from tests.torture import mutated
from tests.torture.scenarios import (
    Bench,
    Result,
    bench,
    killed,
    size_of,
    small_disk,
    starved,
)

SEED = 20260131
COLUMNS = (
    "scenario", "pages", "interruptions", "torn tails cut", "requests",
    "documents asked for again", "slowest end, s", "seconds", "problems",
)  # fmt: skip
HEADER = f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}"


def line(name: str, result: Result) -> str:
    """One line of the table."""
    figures = [
        name, result.pages, result.interruptions, result.cut, result.requests,
        result.refetched, f"{result.slowest_end:.2f}" if result.slowest_end else "",
        f"{result.seconds:.0f}", "; ".join(result.problems) or "none",
    ]  # fmt: skip
    return "| " + " | ".join(map(str, figures)) + " |"


def full_disks(at: Bench, folder: Path, points: int) -> Result | None:
    """The disk scenario, None where mounting is not allowed."""
    at.wire.requests.clear()
    room = size_of(at.whole) - size_of(at.whole / "public")
    try:
        with small_disk(folder) as resize:
            return starved(at, folder / "data", points, resize, room)
    except OSError as error:
        print(f"full disks: not run, {error}", file=sys.stderr)
        return None


def fault_points() -> bool:
    """Print a line for each fault point; whether all went well."""
    print("\n| killed | kills | crawls | torn tails cut | problems |")
    print("|---|---|---|---|---|")
    tests = "tests/torture/test_fault_points.py"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rP", "-p", "no:cacheprovider", tests],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    print("\n".join(line for line in lines if line.startswith("| ")), flush=True)
    if done.returncode:
        print(done.stdout[-4000:], file=sys.stderr)
    return done.returncode == 0


def frontiers(folder: Path) -> bool:
    """Print a line for each size of a frontier; whether memory stayed in bounds."""
    print("\n| pending URLs | peak memory, MB | of which grown, MB |\n|---|---|---|")
    peaks = []
    for pages in (SMALL, PAGES):
        found = measure(folder, pages)
        peaks.append(found["peak_mb"])
        figures = (pages, f"{found['peak_mb']:.0f}", f"{found['grown_mb']:.1f}")
        print("| " + " | ".join(map(str, figures)) + " |", flush=True)
    return max(peaks) <= BAR_MB


def main() -> int:
    long = os.environ.get("NIANBAO_LONG") == "1"
    pages, kills, points = (2000, 100, 20) if long else (400, 20, 5)
    folder = Path(tempfile.mkdtemp(prefix="nianbao-torture-"))
    print(time.strftime("%Y-%m-%d %H:%M"), flush=True)
    try:
        with bench(folder, pages) as at:
            print(HEADER)
            whole = Result(pages, requests=at.requests, seconds=at.seconds)
            print(line("undisturbed", whole), flush=True)
            results = [killed(at, folder / "killed", kills, SEED)]
            print(line("SIGKILL", results[0]), flush=True)
            if disks := full_disks(at, folder / "disk", points):
                print(line("disk full", disks))
                print(f"the catalogue met {disks.by_catalog} of the full disks first")
                results.append(disks)
        well = [not result.problems for result in results]
        well += [fault_points(), frontiers(folder)]
        well.append(mutated.run(FORMS, mutated.LONG if long else mutated.SHORT))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0 if all(well) else 1


if __name__ == "__main__":
    sys.exit(main())
