"""Fills a frontier, takes requests from it and prints what that cost, as JSON.

``python frontier_child.py CATALOG PAGES TAKEN``. ``steps`` are hundreds of instructions
of SQLite's virtual machine, which do not depend on the machine or its load;
``grown_mb`` is the memory in use after the last request beyond that before the first
URL, ``peak_mb`` the most there ever was.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from time import process_time
from types import SimpleNamespace
from typing import Any

from scrapy.http import Request

from archive.catalog import Catalog
from archive.frontier import Found
from archive.records import Source
from crawler.scheduler import FrontierScheduler
from crawler.session import CrawlSession

BATCH = 1000
HOME = "http://one.gov.cn/"
STATUS = Path("/proc/self/status")


def status_mb(name: str) -> float:
    """A memory figure of this program; getrusage() would count its parent's as well."""
    found = re.search(rf"^{name}:\s+(\d+) kB", STATUS.read_text(), re.M)
    assert found is not None
    return int(found[1]) * 1024 / 1e6


def resident_mb() -> float:
    return status_mb("VmRSS")


def fill(session: CrawlSession, pages: int) -> None:
    """Add the URLs as a crawl finds them: a list page's worth at a time."""
    for start in range(0, pages, BATCH):
        numbers = range(start, min(start + BATCH, pages))
        session.frontier.add(
            "one",
            [
                Found(
                    f"{HOME}{n}.html", "report", f"某局{n}年度报告", via=HOME, depth=2
                )
                for n in numbers
            ],
        )


def main() -> None:
    path, pages, number = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    source = Source("one", "one", "990101", "county", HOME)
    spider = SimpleNamespace(
        walks=True, request=lambda url, row: Request(url, meta={"row": row})
    )
    steps, taken = [0], []

    def step() -> int:
        steps[0] += 1
        return 0

    with Catalog(path) as catalog:
        session = CrawlSession(catalog, None, [source], run_id="r")  # type: ignore[arg-type]
        session.seed()
        before = resident_mb()
        fill(session, pages)
        scheduler = FrontierScheduler(session, spider, pages)
        connection: Any = catalog.db.conn
        started = process_time()
        for _ in range(number):
            connection.set_progress_handler(step, 100)
            request = scheduler.next_request()
            connection.set_progress_handler(None, 0)
            assert request is not None
            row = request.meta["row"]
            taken.append((row.url, row.role))
            session.frontier.done(row, None)
            scheduler.release(row)
        spent = process_time() - started
        pending = sum(
            n
            for (_, state), n in session.frontier.counts("one").items()
            if state == "pending"
        )
        figures = {
            "pending": pending,
            "taken": taken,
            "steps": steps[0],
            "ms_each": round(spent * 1000 / number, 3),
            "grown_mb": round(resident_mb() - before, 1),
            "peak_mb": round(status_mb("VmHWM"), 1),
        }
    print(json.dumps(figures, ensure_ascii=False))


if __name__ == "__main__":
    main()
