"""How long ``nianbao check`` takes, and whether it finds what was planted.

    python -m benchmarks.check [--reports 25000] [--errors 200] [--jobs N]

Invented reports (``benchmarks.synthetic``) are checked in full, then again with nothing
due, then after one report was read again. Prints a table for docs/performance.md. Every
planted contradiction must be found, and no rule may fail where none was planted nor
follows from one: figures of authorities that were not touched agree by construction.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from archive.catalog import Catalog
from archive.datadir import DataDir
from benchmarks.synthetic.__main__ import write
from benchmarks.synthetic.plant import Planted
from pipelines import checking
from pipelines.reference import open_archive

#: Late by construction, not by mistake: punctuality is told of a sixth of the reports.
LATE = "D1"


def megabytes() -> int:
    """Largest resident size of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def timed(
    work: Callable[[], checking.Checking],
) -> tuple[checking.Checking, float, float]:
    """What was done, the seconds it took, and those of CPU in this process alone."""
    start, cpu = time.perf_counter(), time.process_time()
    done = work()
    return done, time.perf_counter() - start, time.process_time() - cpu


def findings(catalog: Catalog, planted: Sequence[Planted]) -> tuple[str, str]:
    """Recall by rule, and the failures in houses where nothing was planted."""
    failed = {
        (row["report_id"], row["rule_id"], row["scope"])
        for row in catalog.rows(
            "SELECT report_id, rule_id, scope FROM checks"
            " WHERE verdict = 'FAIL' AND rule_id <> ?",
            [LATE],
        )
    }
    wanted = Counter(p.rule_id for p in planted)
    found = Counter(
        p.rule_id for p in planted if (p.report_id, p.rule_id, p.scope) in failed
    )
    touched = {p.report_id.partition("-")[0] for p in planted}
    false = Counter(rule for r, rule, _ in failed if r.partition("-")[0] not in touched)
    recall = ", ".join(f"{rule} {found[rule]} of {wanted[rule]}" for rule in wanted)
    return recall, ", ".join(f"{rule} {n}" for rule, n in false.items()) or "none"


def one_report(catalog: Catalog) -> str:
    """A report in the middle of the archive is read again."""
    row = catalog.one(
        "SELECT report_id FROM reports WHERE report_year = 2022 AND scope = 'own_organ'"
        " ORDER BY report_id LIMIT 1 OFFSET"
        " (SELECT count(*) / 2 FROM reports WHERE report_year = 2022"
        "  AND scope = 'own_organ')"
    )
    assert row is not None
    with catalog.atomic():
        catalog.db.execute(
            "UPDATE checked SET rules_version = '' WHERE report_id = ?",
            [row["report_id"]],
        )
    return str(row["report_id"])


def measure(directory: Path, planted: Sequence[Planted], jobs: int) -> None:
    """Check everything, nothing, and one report; print what it took."""
    with DataDir(directory).lock(), open_archive(DataDir(directory)) as catalog:
        done, full, cpu = timed(lambda: checking.check(catalog, jobs=jobs))
        _, idle, idle_cpu = timed(lambda: checking.check(catalog, jobs=jobs))
        single = []
        for _ in range(5):
            one_report(catalog)
            few, *took = timed(lambda: checking.check(catalog, jobs=jobs))
            single.append(took)
        recall, false = findings(catalog, planted)
        rows = catalog.count("checks")
    load = os.getloadavg()[0]
    print(f"reports {done.reports}, findings {rows}, {jobs} workers, load {load:.0f}")
    best, best_cpu = (1000 * min(times) for times in zip(*single, strict=True))
    print("| | time | CPU | reports checked |\n|---|---|---|---|")
    print(f"| everything | {full:.1f} s | {cpu:.1f} s | {done.checked} |")
    print(f"| nothing due | {1000 * idle:.0f} ms | {1000 * idle_cpu:.0f} ms | 0 |")
    print(f"| one report | {best:.0f} ms | {best_cpu:.0f} ms | {few.checked} |")
    print(f"peak of the writing process {megabytes()} MB")
    print(f"planted and found: {recall}; failures elsewhere: {false}")
    for reason in done.failed:
        print(f"! {reason}", file=sys.stderr)


def main() -> None:
    """Measure as told on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=25_000)
    parser.add_argument("--errors", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        planted = write(Path(folder), given.reports, errors=given.errors)
        measure(Path(folder), planted, given.jobs)


if __name__ == "__main__":
    main()
