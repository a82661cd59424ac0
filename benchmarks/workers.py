"""Two thousand documents read by many workers, three of them poisoned.

    python -m benchmarks.workers [local|cluster]… [--documents N]

One document crashes its reader, one hangs, one raises. What is counted: results, named
failures, and the time on the clock against the ideal: that of as many plain processes
which only read, healthy documents alone, right before and after. The cluster is a
scheduler and two workers of Dask on loopback.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing.synchronize import Barrier
from pathlib import Path

from archive.records import PageContext
from benchmarks.extract import CONTEXT, pages
from benchmarks.poisoned import read
from crawler.cluster.workers import connect
from pipelines.contain import Containment, Limits
from pipelines.engines import Cluster, Engine, Processes

WORKERS = 2
#: The hanging document is given up after so many seconds.
LIMITS = Limits(cpu=20, wall=5.0)
#: Documents that each plain process reads to tell the ideal.
SAMPLE = 200
#: (part, seconds a document) of the parts that were run.
TIMES: list[tuple[str, float]] = []
POISON = {400: b"crash", 900: b"hang", 1400: b"raise"}


def documents(count: int) -> Iterator[tuple[int, bytes, PageContext]]:
    """(number, bytes, context) of sample reports and the three."""
    healthy = pages()
    for number in range(count):
        poison = POISON.get(number * 2000 // count) if number else None
        first = poison and (number - 1) * 2000 // count not in POISON
        data = poison if poison and first else healthy[number % len(healthy)]
        yield number, data, CONTEXT


def ideal() -> float:
    """Seconds a document when plain processes, one a worker, only read at once."""
    context = multiprocessing.get_context("fork")
    ready = context.Barrier(WORKERS + 1)
    crew = [context.Process(target=_plainly, args=(ready,)) for _ in range(WORKERS)]
    for process in crew:
        process.start()
    ready.wait()
    start = time.perf_counter()
    for process in crew:
        process.join()
    return (time.perf_counter() - start) / (SAMPLE * WORKERS)


def _plainly(ready: Barrier) -> None:
    healthy = pages()
    for data in healthy[:5]:  # fills caches
        read(data, CONTEXT)
    ready.wait()
    for number in range(SAMPLE):
        read(healthy[number % len(healthy)], CONTEXT)


def measure(name: str, engine: Engine, count: int) -> None:
    """Read everything and tell what came of it."""
    list(engine.read_all(list(documents(count))[:1]))  # workers are there
    results, failures = 0, Counter[str]()
    start = time.perf_counter()
    for _, found in engine.read_all(documents(count)):
        if found.error:
            failures[found.error.split("\n")[0]] += 1
        else:
            results += 1
    spent = time.perf_counter() - start
    _tell(name, count, results, failures, spent)


def _tell(
    name: str, count: int, results: int, failures: Counter[str], spent: float
) -> None:
    print(f"{name}: {count} documents, {WORKERS} workers")
    print(f"  results {results}, failures {sum(failures.values())}")
    for reason, times in failures.items():
        print(f"    {times} × {reason}")
    print(f"  {spent:.1f} s, {count / spent:.0f} documents/s")
    TIMES.append((name, spent / count))


def local(count: int) -> None:
    """Processes of this machine."""
    with Containment(read, WORKERS, LIMITS) as containment:
        measure("local processes", Processes(containment), count)


def cluster(count: int) -> None:
    """Dask on loopback: a scheduler and two workers of one thread."""
    from tests.crawler import dask_bed  # noqa: PLC0415 - needs the extra

    with (
        tempfile.TemporaryDirectory() as folder,
        dask_bed.Cluster.running(Path(folder), WORKERS) as bed,
        connect(bed.address) as (executor, threads),
    ):
        measure("Dask", Cluster(executor, threads, read, LIMITS), count)


PARTS = {"local": local, "cluster": cluster}


def main() -> None:
    """Run the parts that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.workers")
    parser.add_argument("parts", nargs="*", metavar="PART")
    parser.add_argument("--documents", type=int, default=2000)
    given = parser.parse_args()
    best = [ideal()]
    for part in given.parts or PARTS:
        PARTS[part](given.documents)
        best.append(ideal())
    for (name, each), before, after in zip(TIMES, best, best[1:], strict=False):
        print(
            f"{name}: {1000 * each:.1f} ms a document, ideal {1000 * before:.1f} before"
            f" and {1000 * after:.1f} after, ratio {2 * each / (before + after):.2f}"
        )


if __name__ == "__main__":
    main()
