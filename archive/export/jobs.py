"""One export from beginning to end: look for room, write a draft, enclose, rename.

Each returns the :class:`Outcome` of its command. All raise UsageError when nothing is
published, no report passes or DEST is taken, and StorageError when the disk is full.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from archive import manifest
from archive.catalog import Catalog
from archive.clock import utc_now
from archive.console import Outcome, note, progress
from archive.datadir import DataDir
from archive.errors import ArchiveDamaged, UsageError
from archive.export import bag, colophon, csvfiles, sizes
from archive.export import originals as documents
from archive.export import parquet as columnar
from archive.export import release as bulk
from archive.export import wacz as replay
from archive.export.colophon import FileEntry, Made, Origin
from archive.export.delivery import Place
from archive.export.extent import choose, left_out
from archive.export.selection import Selection
from archive.export.snapshot import Snapshot, opened

WITHHELD = "FROM withholdings WHERE decision = 'withheld'"


@dataclass(frozen=True, slots=True)
class Job:
    """An export of the published snapshot under way."""

    kind: str
    place: Place
    snapshot: Snapshot
    selection: Selection
    origin: Origin

    def enclosures(self, made: Made, files: list[FileEntry]) -> dict[str, bytes]:
        """manifest.json and the citation, by name."""
        return colophon.enclosures(
            self.place.same, made, files, self.origin, self.selection
        )

    def enclose(self, folder: Path, made: Made) -> list[FileEntry]:
        """Put them into the folder that is done; returns what else is in it."""
        files = colophon.inventory(folder)
        for name, content in self.enclosures(made, files).items():
            (folder / name).write_bytes(content)
        return files

    def outcome(self, made: Made, what: str) -> Outcome:
        """The last line, and what is damaged."""
        return Outcome(
            f"{self.place.dest}: {what}",
            {
                "path": str(self.place.dest),
                "rows": made.rows,
                "left_out": made.left_out,
                "unchanged": False,
            },
            made.problems,
            ArchiveDamaged.exit_code if made.problems else 0,
        )


@contextmanager
def _job(
    kind: str,
    data: DataDir,
    dest: Path,
    selection: Selection,
    force: bool,
    **options: Any,
) -> Iterator[Job]:
    with opened(data) as snapshot:
        origin = Origin(snapshot.sha256, snapshot.published_at)
        same = colophon.identity(kind, origin, selection, options)
        place = Place(dest, same, force)
        yield Job(kind, place, snapshot, selection, origin)


def _unchanged(dest: Path) -> Outcome:
    return Outcome(
        f"{dest} is this export already: nothing to do",
        {"path": str(dest), "unchanged": True},
    )


def csv(
    data: DataDir, dest: Path, selection: Selection, force: bool, *, bom: bool = False
) -> Outcome:
    """``export csv``."""
    with _job("csv", data, dest, selection, force, bom=bom) as job:
        return _tables(job, sizes.csv, partial(csvfiles.write, bom=bom))


def parquet(data: DataDir, dest: Path, selection: Selection, force: bool) -> Outcome:
    """``export parquet``."""
    columnar.require()
    with _job("parquet", data, dest, selection, force) as job:
        return _tables(job, sizes.parquet, columnar.write)


def _tables(
    job: Job, size: Callable[[Snapshot, Selection], int], write: Callable[..., Made]
) -> Outcome:
    """Export all tables into a folder: ``write(folder, extracts, origin, step=)``."""
    extracts = choose(job.snapshot, job.selection)
    if job.place.settled():
        return _unchanged(job.place.dest)
    job.place.require_room(size(job.snapshot, job.selection))
    with job.place.draft() as draft, progress(job.kind, len(extracts)) as step:
        draft.mkdir()
        made = write(draft, extracts, job.origin, step=step)
        made = Made(made.rows, left_out(job.selection))
        files = job.enclose(draft, made)
    return job.outcome(
        made,
        f"{len(extracts)} tables, {made.rows['reports']} reports, "
        f"{made.rows['cells']} cells, {_bytes(files)} bytes",
    )


def originals(data: DataDir, dest: Path, selection: Selection, force: bool) -> Outcome:
    """``export originals``."""
    with _job("originals", data, dest, selection, force) as job:
        count, needed = documents.size(job.snapshot, selection)
        if job.place.settled():
            return _unchanged(dest)
        job.place.require_room(needed)
        given = (job.snapshot, data.warc, selection)
        with job.place.draft() as draft, progress("originals", count) as step:
            if dest.suffix.lower() == ".zip":
                made = documents.into_zip(
                    draft, *given, enclose=job.enclosures, step=step
                )
            else:
                draft.mkdir()
                made = documents.into_folder(draft, *given, step=step)
                job.enclose(draft, made)
        return job.outcome(
            made,
            f"{made.rows['originals']} originals, {made.rows['withheld']} withheld, "
            f"{len(made.problems)} not readable",
        )


def bagit(data: DataDir, dest: Path, selection: Selection, force: bool) -> Outcome:
    """``export bagit``."""
    manifest.require(data)  # told before a lock is sought where nothing is
    with data.kept_still(), _job("bagit", data, dest, selection, force) as job:
        extracts = choose(job.snapshot, selection)
        if job.place.settled():
            return _unchanged(dest)
        job.place.require_room(sizes.bag(job.snapshot, data.warc, selection))
        withheld = job.snapshot.count(f"SELECT count(*) {WITHHELD}")
        _warn(withheld, selection)
        today = utc_now().date()
        with job.place.draft() as draft, progress("bagit") as step:
            draft.mkdir()
            given = (job.snapshot, extracts, data.warc, selection, job.origin)
            made = bag.write_payload(draft, *given, step=step)
            made = replace(made, left_out=left_out(selection))
            files = job.enclose(draft, made)
            bag.seal(draft, job.origin, selection, today, withheld=withheld, step=step)
        return job.outcome(made, f"{len(files)} files, {_bytes(files)} bytes in a bag")


def release(data: DataDir, dest: Path, selection: Selection, force: bool) -> Outcome:
    """``export release``."""
    columnar.require()
    with _job("release", data, dest, selection, force) as job:
        extracts = choose(job.snapshot, selection)
        if job.place.settled():
            return _unchanged(dest)
        job.place.require_room(sizes.release(job.snapshot, selection))
        with job.place.draft() as draft, progress("release") as step:
            draft.mkdir()
            given = (job.snapshot, extracts, data.warc, selection, job.origin)
            made = bulk.fill(draft, *given, step=step)
            files = job.enclose(draft, made)
            bulk.sums(draft, files)
        return job.outcome(
            made,
            f"{made.rows['reports']} reports, {made.rows['cells']} cells, "
            f"{made.rows['originals']} originals, {_bytes(files)} bytes",
        )


def wacz(data: DataDir, dest: Path, selection: Selection, force: bool) -> Outcome:
    """``export wacz``: of the catalogue, also before anything is published."""
    if dest.is_dir():
        dest /= replay.file_name(selection)
    with data.kept_still(), Catalog(data.catalog) as catalog:
        origin = _published(data)
        same = colophon.identity("wacz", origin, selection, {})
        # The catalogue may know more than what was published.
        (last,) = catalog.rows("SELECT max(decided_at) AS at FROM withholdings")
        same["catalogue"] = {
            "captures": catalog.count("captures"),
            "reports": catalog.count("reports"),
            "last_decision": last["at"],
        }
        place = Place(dest, same, force)
        needed = sizes.wacz(catalog, data.warc, selection)
        if place.settled():
            return _unchanged(dest)
        place.require_room(needed)
        _warn(len(catalog.rows(f"SELECT sha256 {WITHHELD}")), selection)

        def enclose(package: replay.Package) -> dict[str, bytes]:
            files = colophon.members(package.members)
            return colophon.enclosures(same, package.made, files, origin, selection)

        given = (data.warc, catalog, selection)
        with place.draft() as draft, progress("wacz") as step:
            done = replay.fill(draft, *given, enclose=enclose, step=step)
    return Outcome(
        f"{dest}: {done.records} records, {done.pages} pages, {done.bytes} bytes",
        {**asdict(done), "path": str(dest), "unchanged": False},
        done.problems,
        ArchiveDamaged.exit_code if done.problems else 0,
    )


def _published(data: DataDir) -> Origin:
    """The snapshot that stands while captures are exported, if there is one."""
    try:
        found = manifest.current(data)
    except UsageError:
        return Origin(None, None)
    return Origin(found["sha256"], found["published_at"])


def _warn(withheld: int, selection: Selection) -> None:
    if withheld and not selection:
        note(
            f"{withheld} originals are withheld from the public, and the WARC files"
            " hold them: not for publication as it is"
        )


def _bytes(files: list[FileEntry]) -> int:
    return sum(entry.bytes for entry in files)
