"""The walk by this crawler, archive and frontier included.

    python -m benchmarks.ours DATA FILE_OF_URLS

Articles are archived and their links looked at, but they are not read as reports: how
long reading takes is measured by :mod:`benchmarks.extract`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from archive.datadir import DataDir
from archive.records import Source
from archive.warc import WarcStore
from crawler import session
from crawler.run import crawl
from crawler.urls import host_of
from pipelines.load import Loaded
from pipelines.reference import open_archive


def source(home: str) -> Source:
    """A portal without pauses."""
    name = host_of(home).replace(".", "-").replace(":", "-")
    return Source(name, name, "990101", "county", home, delay_seconds=0.0)


def not_read(*ignored: Any) -> Loaded:
    """What the pipelines say of a document that is no report."""
    return Loaded(None, None, "no_report")


def main() -> None:
    """Crawl the portals and print pages captured and portals not walked to the end."""
    session.take = not_read
    data = DataDir(Path(sys.argv[1])).prepare()
    with data.lock(), open_archive(data) as catalog:
        run_id = catalog.start_run("benchmark")
        with WarcStore(data.warc, run_id=run_id, seen=catalog.holder) as store:
            summary = crawl(
                catalog,
                store,
                [source(home) for home in Path(sys.argv[2]).read_text().split()],
                run_id=run_id,
                allow_net=["127.0.0.0/8"],
            )
        ok = sum(counts.answered for counts in summary.counts.values())
        left = sum(counts.state != "ok" for counts in summary.counts.values())
    print(ok, left)


if __name__ == "__main__":
    main()
