"""Reading documents, against the libraries it stands on.

    python -m benchmarks.extract [html|doc|pdf|jobs]…

Both sides of a ratio read the same documents, alternating, in one process; figures are
process CPU time, but for the last, which is time on the clock. Ratios are what counts.
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pdfplumber
import trafilatura

from archive.datadir import DataDir
from archive.records import PageContext
from archive.warc import WarcStore
from crawler.sample.portals import build, expected
from pipelines import stages
from pipelines.intake import ingest
from pipelines.reference import open_archive
from pipelines.rereading import reread, select
from tests.pipelines import pdf_maker, printed_form
from tests.pipelines.test_office import stored

ROUNDS = 5
CONTEXT = PageContext(url="file:///page", captured_at="2026-01-01T00:00:00.000000Z")
#: Copies of every page in the archive that is read again by one and by two processes.
COPIES = 36


def pages() -> list[bytes]:
    """The reports of the sample portals."""
    sites = build()
    return [sites[r.portal].pages[r.path].body for r in expected()]


def ours(data: bytes) -> None:
    """The whole chain, checks included."""
    assert stages.read_here(data, CONTEXT).report is not None


def versus(
    documents: list[bytes], theirs: Callable[[bytes], object]
) -> tuple[float, float]:
    """Milliseconds of CPU a document: theirs, and ours; the least of the rounds."""
    best = [float("inf"), float("inf")]
    for turn in range(ROUNDS + 1):
        spent = [0.0, 0.0]
        for data in documents:
            start = time.process_time()
            theirs(data)
            between = time.process_time()
            ours(data)
            spent[0] += between - start
            spent[1] += time.process_time() - between
        if turn:  # the first round fills caches
            best = [min(pair) for pair in zip(best, spent, strict=True)]
    return 1000 * best[0] / len(documents), 1000 * best[1] / len(documents)


def html() -> None:
    """The chain against trafilatura alone."""
    documents = pages()
    theirs, mine = versus(
        documents, lambda data: trafilatura.extract(data, include_tables=True)
    )
    _tell("HTML", len(documents), "trafilatura alone", theirs, mine)


def doc() -> None:
    """Word files: how many a second."""
    documents = [stored("gk2019.doc"), stored("gk2021_split.doc")]
    _, mine = versus(documents, lambda data: None)
    _tell("DOC", len(documents), "", 0.0, mine)


def pdf() -> None:
    """The chain against what pdfplumber needs for the tables alone."""
    values = printed_form.invented()
    documents = [
        pdf_maker.report(pdf_maker.Maker(**style), values, breaks=breaks)
        for style, breaks in (
            ({}, ()), ({"thin_boxes": True}, (9,)), ({"white_boxes": True}, (12,)),
        )
    ]  # fmt: skip
    theirs, mine = versus(documents, _tables)
    _tell("PDF", len(documents), "pdfplumber's tables", theirs, mine)


def _tables(data: bytes) -> None:
    with pdfplumber.open(io.BytesIO(data)) as document:
        for page in document.pages:
            page.extract_tables()
            page.close()


def _tell(form: str, documents: int, name: str, theirs: float, mine: float) -> None:
    print(f"{form}: {documents} documents, best of {ROUNDS} rounds, one core")
    if name:
        print(f"  {name:<22}{theirs:8.2f} ms CPU a document")
    print(f"  {'whole chain':<22}{mine:8.2f} ms CPU, {1000 / mine:.0f} documents/s")
    if name:
        print(f"  {'ratio':<22}{mine / theirs:8.2f}")


def jobs() -> None:
    """An archive read again by one process and by two."""
    with tempfile.TemporaryDirectory() as name:
        data = DataDir(Path(name) / "data")
        data.prepare()
        files = []
        for copy in range(COPIES):
            for i, page in enumerate(pages()):
                path = Path(name) / f"{copy}-{i}.html"
                path.write_bytes(page + f"<!-- {copy} -->".encode())
                files.append((path, path.name))
        with open_archive(data) as catalog:
            run_id = catalog.start_run("ingest")
            with WarcStore(data.warc, run_id=run_id, seen=catalog.holder) as store:
                ingest(catalog, store, files)
            rows = select(catalog, everything=True)
            best = {1: float("inf"), 2: float("inf")}
            for _ in range(2):
                for n in (1, 2):
                    start = time.perf_counter()
                    reread(catalog, WarcStore(data.warc), rows, jobs=n, dry_run=True)
                    best[n] = min(best[n], time.perf_counter() - start)
    print(f"jobs: {len(rows)} reports read again, best of 2, time on the clock")
    for n, seconds in best.items():
        print(f"  processes {n}{len(rows) / seconds:16.0f} reports/s")
    print(f"  {'ratio':<22}{best[1] / best[2]:8.2f}")


PARTS = {"html": html, "doc": doc, "pdf": pdf, "jobs": jobs}


def main() -> None:
    """Run the parts that are named, or all."""
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()


if __name__ == "__main__":
    main()
