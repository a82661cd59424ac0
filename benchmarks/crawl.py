"""The crawler against Scrapy without an archive and wget with one, side by side.

    python -m benchmarks.crawl              2,000 pages of 40 kB on 20 hosts
    python -m benchmarks.crawl --portals 5000   as many portals of 3 pages, and 50

All read the same loopback portals from one server process, alternating, each in a fresh
process whose CPU time and peak memory are taken when it ends. The ratios count. wget
takes part where it is installed (``apt-get install wget``).
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HOSTS = 20


@dataclass(frozen=True)
class Run:
    """One process: pages, seconds of clock and of CPU, peak memory in MB."""

    pages: int
    wall: float
    cpu: float
    rss: float
    said: str


@contextmanager
def portals(pages: int, kilobytes: float) -> Iterator[int]:
    """A server process; gives its port."""
    server = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.loopback", str(pages), str(kilobytes)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        yield int(server.stdout.readline())
    finally:
        server.terminate()
        server.wait()


def homes(number: int, port: int) -> list[str]:
    """Home pages on as many addresses."""
    return [f"http://127.1.{n // 250}.{n % 250 + 1}:{port}/" for n in range(number)]


def measured(command: list[str], pages: int, cwd: str | None = None) -> Run:
    """Run a command to its end."""
    start = time.perf_counter()
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(command, stdout=out, cwd=cwd)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        said = out.read().decode().strip()
    wall = time.perf_counter() - start
    cpu = usage.ru_utime + usage.ru_stime
    return Run(pages, wall, cpu, usage.ru_maxrss / 1024, said)


def ours(urls: list[str], pages: int) -> Run:
    """This crawler, into a directory that is removed again."""
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder, "urls")
        listed.write_text("\n".join(urls))
        module = [sys.executable, "-m", "benchmarks.ours"]
        run = measured([*module, f"{folder}/data", str(listed)], pages)
    assert run.said == f"{pages} 0", f"expected {pages} pages, got {run.said!r}"
    return run


def plain(urls: list[str], pages: int) -> Run:
    """Scrapy alone."""
    run = measured([sys.executable, "-m", "benchmarks.plain", *urls], pages)
    assert run.said == str(pages), f"expected {pages} pages, got {run.said!r}"
    return run


def lean(urls: list[str], pages: int) -> Run:
    """Scrapy alone, doing the least: addresses and titles."""
    run = measured([sys.executable, "-m", "benchmarks.plain", "--lean", *urls], pages)
    assert run.said == str(pages), f"expected {pages} pages, got {run.said!r}"
    return run


def wget(urls: list[str], pages: int) -> Run:
    """wget with WARC output; it follows the same links, one after the other."""
    options = ["-q", "-r", "-l", "inf", "--delete-after", "--warc-file=pages"]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "urls").write_text("\n".join(urls))
        return measured(["wget", *options, "-i", "urls"], pages, cwd=folder)


def compare(rounds: int, pages: int, kilobytes: float) -> None:
    """Print a table of all that can take part."""
    runners = {"nianbao": ours, "scrapy": plain, "scrapy, lean": lean}
    if shutil.which("wget"):
        runners["wget + WARC"] = wget
    each = pages // HOSTS
    results: dict[str, list[Run]] = {name: [] for name in runners}
    with portals(each, kilobytes) as port:
        urls = homes(HOSTS, port)
        for _ in range(rounds):
            for name, runner in runners.items():
                results[name].append(runner(urls, each * HOSTS))
    print(
        f"{pages} pages of {kilobytes:g} kB on {HOSTS} hosts, best of {rounds} rounds"
    )
    print(
        f"{'':14}{'pages/s':>10}{'CPU ms/page':>13}{'RSS MB':>9}{'speed':>9}{'CPU':>8}"
    )
    base = min(results["scrapy"], key=lambda r: r.cpu)
    fastest = min(run.wall for run in results["scrapy"])
    for name, runs in results.items():
        best = min(runs, key=lambda r: r.cpu)
        wall = min(run.wall for run in runs)
        rss = statistics.median(run.rss for run in runs)
        print(
            f"{name:14}{best.pages / wall:10.0f}{1000 * best.cpu / best.pages:13.2f}"
            f"{rss:9.0f}{fastest / wall:9.2f}{best.cpu / base.cpu:8.2f}"
        )


def admission(number: int) -> None:
    """Many portals of three pages against fifty, per page."""
    few = 50
    with portals(3, 4) as port:
        base = ours(homes(few, port), 3 * few)
        start = ours(homes(1, port), 3)  # what starting and ending costs
        many = ours(homes(number, port), 3 * number)
    print(f"{'portals':>8}{'pages/s':>10}{'CPU ms/page':>13}{'RSS MB':>9}")
    figures = []
    for run in (base, many):
        cpu = 1000 * (run.cpu - start.cpu) / (run.pages - start.pages)
        figures.append(cpu)
        print(
            f"{run.pages // 3:8}{run.pages / run.wall:10.0f}{cpu:13.2f}{run.rss:9.0f}"
        )
    print(f"CPU per page, {number} against {few}: {figures[1] / figures[0]:.2f}")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--portals", type=int, help="number of portals of 3 pages")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--kilobytes", type=float, default=40)
    given = parser.parse_args()
    if given.portals:
        admission(given.portals)
    else:
        compare(given.rounds, given.pages, given.kilobytes)


if __name__ == "__main__":
    main()
