"""Loading: one reading becomes catalogue rows, in one transaction.

A report is (agency, year, scope). Each distinct content is a version: a document whose
cells and prose equal those of a version we have is a ``duplicate`` of it, whatever its
page frame looks like; anything else is a new version. The newest is the current one.
A page that shows an earlier content again after a later one has a new version too.

Documents that were published together are one version, whatever they say: the page is
the main document, a file that says the same a duplicate, one that says otherwise an
attachment in conflict with it (``pipelines.roles``).

Reading the same bytes again is no event of the world: it makes no version, and what it
changes is not a correction of the publisher. Nothing is overwritten but an earlier
*reading* of the same bytes, and that is kept beside the new one (``archive.readings``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from archive import changes, packages, readings, succession
from archive.catalog import Catalog
from archive.parts import part_url
from archive.records import Capture, Document, Extraction, PageContext, Report
from archive.retraction import withdraw
from pipelines import roles, together
from pipelines.together import COMPARABLE

BLANKS = re.compile(r"\s+")

#: Relations of a document that stands beside the main one.
ASIDE = (packages.OFFERED, packages.PACKED)

Content = tuple[dict[tuple[str, str, str], str], str]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading one document did."""

    report_id: str | None
    version_no: int | None
    effect: str  # new_report | new_version | duplicate | reread | no_report
    others: tuple[Loaded, ...] = ()  # further reports of the same document

    @property
    def all(self) -> tuple[Loaded, ...]:
        """This and the further reports."""
        return (self, *self.others)


def content(report: Report) -> Content:
    """What makes a version: cells as printed, and prose without white space."""
    cells = {c.key: c.raw.strip() for c in report.cells if c.state != "missing"}
    text = "\n".join(
        f"{c.heading or ''}{c.prose}" for c in report.chapters if c.chapter_no > 0
    )
    return cells, BLANKS.sub("", text)


def stored_content(catalog: Catalog, report_id: str, version_no: int) -> Content:
    """The same of a version in the catalogue."""
    cells, text = catalog.version_content(report_id, version_no)
    return {key: raw.strip() for key, raw in cells.items()}, BLANKS.sub("", text)


def load(
    catalog: Catalog, capture: Capture, extraction: Extraction, context: PageContext
) -> Loaded:
    """Store a reading; the same document read again replaces its earlier reading."""
    with catalog.atomic():
        catalog.put_document(
            Document(
                sha256=extraction.sha256,
                media_type=extraction.media_type,
                form=extraction.form,
                bytes=capture.bytes,
                charset=extraction.charset,
                filename=context.filename,
                first_captured_at=capture.captured_at,
            )
        )
        parts = (extraction, *extraction.parts)
        reports = [part.report for part in parts if part.report]
        now = [report.report_id for report in reports]
        for number, part in enumerate(parts, start=1):
            readings.keep(catalog, part, part_url(context.url, number))
        withdraw(catalog, extraction.sha256, context.url, now, len(parts))
        for number, part in enumerate(parts, start=1):
            url = part_url(context.url, number)
            which = number if number > 1 else None
            catalog.put_triage(part, url, context.link_text, which)
        if not reports:
            return Loaded(None, None, "no_report")
        loaded = [
            _load_report(catalog, capture, report, context, extraction.files)
            for report in reports
        ]
        return replace(loaded[0], others=tuple(loaded[1:]))


def _load_report(
    catalog: Catalog,
    capture: Capture,
    report: Report,
    context: PageContext,
    files: tuple[str, ...],
) -> Loaded:
    sha256 = capture.sha256
    assert sha256 is not None
    catalog.put_agency(report.agency)
    report_id, url = report.report_id, context.url
    versions = catalog.versions(report_id)
    known = catalog.report(report_id)
    if known is None:
        return _new_version(catalog, capture, report, url, "first", files)
    current = int(known["version_no"])
    own = [int(v["version_no"]) for v in versions if v["sha256"] == sha256]
    returned = succession.supersedes(catalog, known, capture, url)
    if own and not returned:
        return _reread(catalog, capture, report, own, url, files)
    related = packages.relation(catalog, known, sha256, url, context.list_url, files)
    readable = report.status in COMPARABLE
    if known["status"] in COMPARABLE and (not readable or related in ASIDE):
        if succession.replaces(catalog, known, capture, url):
            current = succession.carry_on(catalog, known, capture.captured_at, url)
            known = catalog.report(report_id) or known
            _beside(catalog, capture, report, known, url, related)
            changes.derive(catalog, report_id)
            return Loaded(report_id, current, "new_version")
        kept = succession.beside(catalog, report_id, sha256)
        if kept and kept[0] < current:  # another file has taken its place since
            known = dict(known) | {"version_no": kept[0]}
            _beside(catalog, capture, report, known, url, None)
            return Loaded(report_id, kept[0], "duplicate")
    if not readable and known["status"] in COMPARABLE:
        # A scan beside the page it was made from supersedes nothing that was read.
        _beside(catalog, capture, report, known, url, None)
        return Loaded(report_id, current, "duplicate")
    if related and together.join(catalog, capture, report, known, url, related):
        return Loaded(report_id, current, "duplicate")
    if not returned and (kept := succession.beside(catalog, report_id, sha256)):
        # The bytes are not new, only their reading is.
        number, role = kept
        catalog.put_report_document(report_id, number, sha256, role, url)
        return Loaded(report_id, number, "duplicate")
    now = content(report)
    shown = stored_content(catalog, report_id, current)
    if report.status in COMPARABLE:
        equal = [current] if shown == now else []
        equal += [
            n
            for v in versions
            if not returned
            and (n := int(v["version_no"])) != current
            and stored_content(catalog, report_id, n) == now
        ]
        if equal:
            number = equal[0]
            catalog.put_report_document(report_id, number, sha256, "duplicate", url)
            return Loaded(report_id, number, "duplicate")
    return _new_version(catalog, capture, report, url, _change(shown, now), files)


def _beside(
    catalog: Catalog,
    capture: Capture,
    report: Report,
    known: Mapping[str, Any],
    url: str,
    related: str | None,
) -> None:
    """Put a document beside the main one of the version that ``known`` names."""
    sha256, number = capture.sha256, int(known["version_no"])
    assert sha256 is not None
    role, differs = "attachment", None
    if report.status in COMPARABLE:
        if related and together.join(catalog, capture, report, known, url, related):
            return
        main = catalog.reading(report.report_id, number)
        assert main is not None
        found = roles.compare(main, report)
        role, differs = "duplicate" if found.same else "attachment", found.as_json()
    catalog.put_report_document(report.report_id, number, sha256, role, url, differs)


def _new_version(
    catalog: Catalog,
    capture: Capture,
    report: Report,
    url: str,
    change: str,
    files: tuple[str, ...] = (),
) -> Loaded:
    report_id, sha256 = report.report_id, capture.sha256
    assert sha256 is not None
    versions = catalog.versions(report_id)
    number = int(versions[-1]["version_no"]) + 1 if versions else 1
    # The row must exist before its versions refer to it.
    catalog.put_report(report, number, len(versions) + 1, sha256, url)
    catalog.put_version(report, number, sha256, capture.captured_at, change)
    catalog.put_report_document(report_id, number, sha256, "main", url)
    if versions:
        together.carry(catalog, report, number, files)
        changes.derive(catalog, report_id)
    effect = "new_version" if versions else "new_report"
    return Loaded(report_id, number, effect)


def _reread(
    catalog: Catalog,
    capture: Capture,
    report: Report,
    own: list[int],
    url: str,
    files: tuple[str, ...] = (),
) -> Loaded:
    """Replace the reading of every version that these bytes are."""
    sha256 = capture.sha256
    assert sha256 is not None
    known = catalog.report(report.report_id)
    versions = {int(v["version_no"]): v for v in catalog.versions(report.report_id)}
    before = ""  # first capture of the version before
    for number, version in versions.items():
        at = str(version["first_captured_at"])
        if before < capture.captured_at < at:
            at = capture.captured_at
        before = str(version["first_captured_at"])
        if number not in own:
            continue
        if known and number == known["version_no"]:
            catalog.put_report(
                report, number, len(versions), sha256, known["source_url"]
            )
        catalog.put_version(report, number, sha256, at, version["change"])
    catalog.put_report_document(report.report_id, own[-1], sha256, "main", url)
    together.carry(catalog, report, own[-1], files)
    if len(versions) > 1:
        changes.derive(catalog, report.report_id)
    return Loaded(report.report_id, own[-1], "reread")


def _change(before: Content, now: Content) -> str:
    if before[0] == now[0]:
        return "text"
    return "figures" if before[1] == now[1] else "figures_and_text"
