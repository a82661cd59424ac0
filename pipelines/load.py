"""Loading: one reading becomes catalogue rows, in one transaction.

A report is (agency, year, scope). Each distinct content is a version: a document whose
cells and prose equal those of a version we have is a ``duplicate`` of it, whatever its
page frame looks like; anything else is a new version. The newest is the current one.
Nothing is overwritten but an earlier *reading* of the same bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from archive.catalog import Catalog
from archive.records import Capture, Document, Extraction, PageContext, Report
from archive.retraction import withdraw

BLANKS = re.compile(r"\s+")
#: Statuses of reports whose content can be compared with another document's.
COMPARABLE = ("extracted", "partial")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading one document did."""

    report_id: str | None
    version_no: int | None
    effect: str  # new_report | new_version | duplicate | reread | no_report


def content(report: Report) -> tuple[dict[tuple[str, str, str], str], str]:
    """What makes a version: cells as printed, and prose without white space."""
    cells = {c.key: c.raw.strip() for c in report.cells if c.state != "missing"}
    text = "\n".join(
        f"{c.heading or ''}{c.prose}" for c in report.chapters if c.chapter_no > 0
    )
    return cells, BLANKS.sub("", text)


def stored_content(
    catalog: Catalog, report_id: str, version_no: int
) -> tuple[dict[tuple[str, str, str], str], str]:
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
        report = extraction.report
        now = report.report_id if report else None
        withdraw(catalog, extraction.sha256, context.url, now)
        catalog.put_triage(extraction, context.url, context.link_text)
        if report is None:
            return Loaded(None, None, "no_report")
        return _load_report(catalog, capture, report, context)


def _load_report(
    catalog: Catalog, capture: Capture, report: Report, context: PageContext
) -> Loaded:
    sha256 = capture.sha256
    assert sha256 is not None
    catalog.put_agency(report.agency)
    versions = catalog.versions(report.report_id)
    known = catalog.report(report.report_id)
    last = versions[-1]["version_no"] if versions else 0
    if report.status not in COMPARABLE and known and known["status"] in COMPARABLE:
        # A scan beside the page it was made from supersedes nothing that was read.
        shown = int(known["version_no"])
        catalog.put_report_document(
            report.report_id, shown, sha256, "attachment", context.url
        )
        return Loaded(report.report_id, shown, "duplicate")
    role, number, change = "main", last + 1, "first"
    effect = "new_version" if versions else "new_report"
    for version in versions:
        if version["sha256"] == sha256:
            number, change, effect = version["version_no"], version["change"], "reread"
            break
        cells, text = stored_content(
            catalog, report.report_id, int(version["version_no"])
        )
        if report.status in COMPARABLE and (cells, text) == content(report):
            number, role, effect = version["version_no"], "duplicate", "duplicate"
            break
        change = "figures" if cells != content(report)[0] else "text"
    if effect == "duplicate":
        catalog.put_report_document(
            report.report_id, number, sha256, "duplicate", context.url
        )
        return Loaded(report.report_id, number, effect)
    current = max(number, known["version_no"] if known else 0)
    if current == number:
        # The row must exist before its versions refer to it.
        first_url = known["source_url"] if known and effect == "reread" else context.url
        total = len(versions) + (effect in ("new_report", "new_version"))
        catalog.put_report(report, number, total, sha256, first_url)
    catalog.put_version(report, number, sha256, capture.captured_at, change)
    catalog.put_report_document(report.report_id, number, sha256, role, context.url)
    return Loaded(report.report_id, number, effect)
