"""The long forms: ``make torture``. Prints a table; exit 1 when anything was lost.

With ``NIANBAO_LONG=1`` 2,000 pages, 100 kills and 20 full disks, otherwise the short
forms that the tests run.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

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
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if any(result.problems for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
