"""Reading the archive again: no URL is asked for, no network is touched.

Selects documents that were read before, reads their bytes out of the WARCs with
today's readers and forms, stores the new reading beside the old one, and tells what
changed, cell by cell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from archive import readings, succession
from archive.catalog import Catalog
from archive.console import Step
from archive.copies import read_copy
from archive.errors import ArchiveDamaged
from archive.parts import part_url
from archive.portals import Portals
from archive.records import Capture, Extraction, PageContext
from archive.warc import WarcStore
from pipelines import engines, stages, templates
from pipelines.differences import Difference, difference, kinds
from pipelines.engines import Engine, Marked
from pipelines.load import load


@dataclass(frozen=True, slots=True)
class Rereading:
    """What reading again did or, in a dry run, would do.

    ``known``: documents whose reader is the one that read them before, and which say
    what they said; nothing is written for these. ``damaged``: originals that the
    archive cannot give, each with the reason; what was read of them before stays.
    """

    documents: int
    known: int = 0
    differences: tuple[Difference, ...] = ()
    damaged: tuple[str, ...] = ()

    @property
    def reports_changed(self) -> int:
        return len({d.report_id for d in self.differences if d.report_id})

    @property
    def cells(self) -> Counter[str]:
        """Changed cells by kind: ``blank→number`` and so on."""
        return kinds(self.differences)

    def __str__(self) -> str:
        """The last line of the command."""
        read = f"{self.documents} documents read again"
        if self.damaged:
            read = f"{len(self.damaged)} originals are damaged; {read}"
        if not self.differences:
            same = " by the same readers" if self.known == self.documents else ""
            return f"{read}{same}: nothing changed"
        named = ", ".join(f"{n} {kind}" for kind, n in sorted(self.cells.items()))
        facts = Counter(name for d in self.differences for name in d.facts)
        others = "".join(f", {n} with another {name}" for name, n in facts.items())
        total = sum(self.cells.values())
        return (
            f"{read}, {self.reports_changed} reports changed{others}, "
            f"{total} cells{': ' + named if named else ''}"
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

    # doc/1 via LibreOffice 7.4: what converted it is no version of a reader
    reader = row["extractor"] and row["extractor"].partition(" via ")[0]
    return bool(
        row["template_version"] != template_version
        or reader != extractor_version(reader)
    )


def context_of(
    row: dict[str, Any],
    capture: Capture,
    charset: str | None,
    portals: Portals | None = None,
) -> PageContext:
    """The surroundings of a candidate, as far as the catalogue remembers them.

    Without ``portals`` its host is not judged.
    """
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
        page_title=row["page_title"],
        named_hosts=portals.named(row["url"], row["source_id"]) if portals else None,
    )


def reread(
    catalog: Catalog,
    store: WarcStore,
    rows: Iterable[dict[str, Any]],
    *,
    jobs: int = 1,
    cluster: str | None = None,
    dry_run: bool = False,
    step: Step = lambda what="": None,
) -> Rereading:
    """Read ``rows`` again; in a dry run nothing is written.

    Read by ``jobs`` processes here or by the ``cluster`` at an address; compared and
    written by this process alone. A reading that is the one we have, made by the same
    reader, is not stored again.
    """
    documents = known = 0
    found: list[Difference] = []
    damaged: list[str] = []
    with engines.opened(jobs, cluster) as engine:
        for taken, marked in _readings(catalog, store, rows, engine, damaged):
            documents += 1
            url = taken.context.url
            if _is_kept(catalog, taken, marked):
                known += 1
            else:
                extraction = marked.unpacked()
                found += _differences(catalog, extraction, url)
                if not dry_run:
                    load(catalog, taken.capture, extraction, taken.context)
            step(url)
    if not dry_run:
        _replay(catalog, store, damaged)
    return Rereading(documents, known, tuple(found), tuple(dict.fromkeys(damaged)))


def _is_kept(catalog: Catalog, taken: _Taken, marked: Marked) -> bool:
    """Whether the reading we have is this one, made by the same reader."""
    sha256, url = str(taken.capture.sha256), taken.context.url
    reader = (marked.extractor, marked.template_version)
    return (
        all(
            readings.mark(catalog, sha256, part_url(url, number)) == (digest, *reader)
            for number, digest in enumerate(marked.digests, start=1)
        )
        # and it knew of no further part
        and readings.current(catalog, sha256, part_url(url, len(marked.digests) + 1))
        is None
    )


def _differences(
    catalog: Catalog, extraction: Extraction, url: str
) -> Iterator[Difference]:
    for number, part in enumerate((extraction, *extraction.parts), start=1):
        before = readings.current(catalog, part.sha256, part_url(url, number))
        now = readings.reading_of(part, part_url(url, number), "")
        if before is not None and (changed := difference(before, now)):
            yield changed


def _replay(catalog: Catalog, store: WarcStore, damaged: list[str]) -> None:
    """Make the versions again of pages that went back to what they showed before."""
    repeats = succession.repeats(catalog)
    if not repeats:
        return
    rows = {(row["sha256"], row["url"]): row for row in catalog.candidates()}
    for capture in repeats:
        row = rows.get((str(capture.sha256), capture.url))
        if row and succession.is_return(catalog, capture, capture.url):
            for taken, marked in _readings(
                catalog, store, [row], engines.Here(), damaged
            ):
                load(catalog, capture, marked.unpacked(), taken.context)


@dataclass(frozen=True, slots=True)
class _Taken:
    """A document taken out of the archive."""

    capture: Capture
    context: PageContext
    payload: bytes


def _readings(
    catalog: Catalog,
    store: WarcStore,
    rows: Iterable[dict[str, Any]],
    engine: Engine,
    damaged: list[str],
) -> Iterator[tuple[_Taken, Marked]]:
    """Readings of what the archive can give; why it cannot goes to ``damaged``."""
    portals = Portals(catalog)

    def work() -> Iterator[tuple[_Taken, bytes, PageContext]]:
        for row in rows:
            capture = catalog.holder(row["sha256"])
            try:
                original = read_copy(catalog, store, row["sha256"])
            except ArchiveDamaged as error:
                damaged.append(f"{row['url']}: {error}")
                continue
            if capture is None or original is None:
                continue
            charset = original.response.charset if original.response else None
            context = context_of(row, capture, charset, portals)
            payload = original.payload
            yield _Taken(capture, context, payload), payload, context

    for taken, marked in engine.read_all(work()):
        if marked.refused:
            found = marked.unpacked()
            done = stages.settled(found, taken.payload, taken.context)
            yield taken, engines.mark(done)
        else:
            yield taken, marked
