"""The whole reading chain of an HTML report against trafilatura alone.

    python -m benchmarks.extract

Both read the same pages of the sample portals, alternating, in one process; figures are
process CPU time. The ratio is what counts.
"""

from __future__ import annotations

import time

import trafilatura

from archive.records import PageContext
from crawler.sample.portals import build, expected
from pipelines import stages

ROUNDS = 5


def main() -> None:
    """Print milliseconds a report for both, and the ratio."""
    sites = build()
    pages = [sites[r.portal].pages[r.path].body for r in expected()]
    context = PageContext(url="file:///page", captured_at="2026-01-01T00:00:00.000000Z")
    ours = theirs = 0.0
    for turn in range(ROUNDS + 1):
        for page in pages:
            start = time.process_time()
            trafilatura.extract(page, include_tables=True)
            between = time.process_time()
            stages.read(page, context)
            end = time.process_time()
            if turn:  # the first round fills caches
                theirs += between - start
                ours += end - between
    reports = ROUNDS * len(pages)
    print(f"{len(pages)} reports, {ROUNDS} rounds, one core")
    print(f"trafilatura alone  {1000 * theirs / reports:7.2f} ms a report")
    print(f"whole chain        {1000 * ours / reports:7.2f} ms a report")
    print(f"ratio              {ours / theirs:7.2f}")


if __name__ == "__main__":
    main()
