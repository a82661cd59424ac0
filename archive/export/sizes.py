"""About how many bytes an export takes: an upper bound, to look for room first."""

from __future__ import annotations

from pathlib import Path

from archive.export import originals
from archive.export.selection import Selection, Source, chosen_reports
from archive.export.snapshot import Snapshot
from archive.export.wacz import selected
from archive.storage import Shelf

#: Bytes per byte of the database. 25,000 invented reports: CSV 1.22 (half of it in the
#: view `series`), Parquet 0.03; prose that repeats less packs worse.
CSV, PARQUET = 1.6, 0.3
#: Tables of which every export holds all rows.
FIXED = 4_000_000


def csv(snapshot: Snapshot, selection: Selection) -> int:
    """Bytes of the CSV files."""
    return FIXED + int(CSV * snapshot.bytes * _share(snapshot, selection))


def parquet(snapshot: Snapshot, selection: Selection) -> int:
    """Bytes of the Parquet files."""
    return FIXED + int(PARQUET * snapshot.bytes * _share(snapshot, selection))


def wacz(source: Source, warc: Path, selection: Selection) -> int:
    """Bytes of the records and their index."""
    if not selection:
        return int(1.05 * _files(warc))
    return _records(source, selection)


def bag(snapshot: Snapshot, warc: Path, selection: Selection) -> int:
    """Bytes of a bag."""
    tables = csv(snapshot, selection)
    if not selection:
        return tables + _files(warc) + snapshot.bytes
    return tables + _records(snapshot, selection)


def release(snapshot: Snapshot, selection: Selection) -> int:
    """Bytes of a release."""
    database = 0 if selection else snapshot.bytes
    return (
        database
        + csv(snapshot, selection)
        + parquet(snapshot, selection)
        + originals.size(snapshot, selection)[1]
        + _records(snapshot, selection)
    )


def _share(snapshot: Snapshot, selection: Selection) -> float:
    every = snapshot.count("SELECT count(*) FROM reports")
    return len(chosen_reports(snapshot, selection)) / every if every else 1.0


def _files(warc: Path) -> int:
    shelf, total = Shelf(warc), 0
    for name in shelf.closed():
        path = shelf.locate(name)
        if path.exists() or shelf.remote is None:
            total += path.stat().st_size
        else:
            total += shelf.remote.size(name)
    return total


def _records(source: Source, selection: Selection) -> int:
    captures = selected(source, chosen_reports(source, selection))
    # The request of each lies behind it, and a line of the index names it.
    return sum(capture.warc_length + 2_000 for capture in captures)
