"""Reading the archive again: no URL is asked for, no network is touched.

Selects documents that were read before, reads their bytes out of the WARCs with
today's readers and forms, loads the new reading, and tells what changed, cell by cell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from archive.catalog import Catalog
from archive.console import Step
from archive.records import Capture, Extraction, PageContext
from archive.warc import WarcStore
from pipelines import stages, templates
from pipelines.contain import Containment
from pipelines.load import load


@dataclass(frozen=True, slots=True)
class Rereading:
    """What reading again did or, in a dry run, would do."""

    documents: int
    reports_changed: int
    cells: Counter[str] = field(default_factory=Counter)  # "blank→number" and so on

    def __str__(self) -> str:
        """The last line of the command."""
        kinds = ", ".join(f"{n} {kind}" for kind, n in sorted(self.cells.items()))
        total = sum(self.cells.values())
        return (
            f"{self.documents} documents read again, {self.reports_changed} reports "
            f"changed, {total} cells{': ' + kinds if kinds else ''}"
        )


def select(
    catalog: Catalog, *, digests: Iterable[str] = (), everything: bool = False
) -> list[dict[str, Any]]:
    """Candidates to read: the named ones, all, or those read by an older version."""
    wanted = set(digests)
    rows = catalog.candidates()
    if wanted:
        return [r for r in rows if r["sha256"] in wanted]
    if everything:
        return rows
    version = templates.version()
    return [r for r in rows if is_stale(r, version)]


def is_stale(row: dict[str, Any], template_version: str) -> bool:
    """Whether a candidate was read by another reader or with other forms."""
    from pipelines.reading import extractor_version  # noqa: PLC0415 - heavy import

    return bool(
        row["template_version"] != template_version
        or row["extractor"] != extractor_version(row["extractor"])
    )


def context_of(
    row: dict[str, Any], capture: Capture, charset: str | None
) -> PageContext:
    """The surroundings of a candidate, as far as the catalogue remembers them."""
    return PageContext(
        url=row["url"],
        captured_at=capture.captured_at,
        source_id=row["source_id"],
        source_name=row["name"],
        source_adcode=row["adcode"],
        source_level=row["level"],
        charset=charset,
        filename=row["filename"],
        link_text=row["link_text"],
        list_url=row["via"],
        list_date=row["list_date"],
    )


def reread(
    catalog: Catalog,
    store: WarcStore,
    rows: Iterable[dict[str, Any]],
    *,
    jobs: int = 1,
    dry_run: bool = False,
    step: Step = lambda what="": None,
) -> Rereading:
    """Read ``rows`` again; in a dry run nothing is written."""
    documents, changed, cells = 0, set(), Counter[str]()
    for taken, extraction in _readings(catalog, store, rows, jobs):
        documents += 1
        sha256 = extraction.sha256
        now = extraction.report.report_id if extraction.report else None
        report_id = now or taken.report_id
        if report_id is not None:
            before = _states(catalog, report_id, sha256)
            read = extraction.report.cells if extraction.report else ()
            after = {c.key: (c.raw, c.state) for c in read}
            differences = _compare(before, after) if before is not None else Counter()
            # Duplicates and attachments are no versions: only a new owner is a change.
            if differences or now != taken.report_id:
                changed.add(report_id)
            cells += differences
        if not dry_run:
            load(catalog, taken.capture, extraction, taken.context)
        step(taken.context.url)
    return Rereading(documents, len(changed), cells)


@dataclass(frozen=True, slots=True)
class _Taken:
    """A document taken out of the archive, and the report it was so far."""

    capture: Capture
    context: PageContext
    report_id: str | None


def _readings(
    catalog: Catalog, store: WarcStore, rows: Iterable[dict[str, Any]], jobs: int
) -> Iterator[tuple[_Taken, Extraction]]:
    def work() -> Iterator[tuple[_Taken, bytes, PageContext]]:
        for row in rows:
            capture = catalog.holder(row["sha256"])
            if capture is None:
                continue
            original = store.read_original(
                capture.warc_file,
                capture.warc_offset,
                capture.warc_length,
                capture.sha256,
            )
            charset = original.response.charset if original.response else None
            context = context_of(row, capture, charset)
            yield _Taken(capture, context, row["report_id"]), original.payload, context

    if jobs <= 1:
        for taken, payload, context in work():
            yield taken, stages.read(payload, context)
        return
    with Containment(stages.read_here, jobs) as workers:
        yield from workers.read_all(work())


def _states(
    catalog: Catalog, report_id: str, sha256: str
) -> dict[tuple[str, str, str], tuple[str, str]] | None:
    """Cells of the version this document is, or None when it is new."""
    for version in catalog.versions(report_id):
        if version["sha256"] == sha256:
            reading = catalog.reading(report_id, int(version["version_no"]))
            return {c.key: (c.raw, c.state) for c in reading.cells} if reading else None
    return None


def _compare(
    before: dict[tuple[str, str, str], tuple[str, str]],
    after: dict[tuple[str, str, str], tuple[str, str]],
) -> Counter[str]:
    changes = Counter[str]()
    for key in before.keys() | after.keys():
        old, new = before.get(key), after.get(key)
        if old != new:
            old_state = old[1] if old else "none"
            changes[f"{old_state}→{new[1] if new else 'none'}"] += 1
    return changes
