"""Documents that were published together, in the catalogue: who is main, who differs.

Joins the transaction of the loading. What the documents say is compared by
:mod:`pipelines.roles`; what belongs together is known to :mod:`archive.packages`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from archive import packages, readings
from archive.catalog import Catalog
from archive.records import Capture, Report
from pipelines import roles

#: Statuses of reports whose content can be compared with another document's.
COMPARABLE = ("extracted", "partial")


def join(
    catalog: Catalog,
    capture: Capture,
    report: Report,
    known: Mapping[str, Any],
    url: str,
    related: str,
) -> bool:
    """Put a document into the version that it was published together with.

    ``known`` is the row of the report, ``related`` one of the relations of
    :mod:`archive.packages`. False: it is a page that came later than the file it
    offers, and counts by itself.
    """
    sha256 = capture.sha256
    assert sha256 is not None
    report_id, number = report.report_id, int(known["version_no"])
    main = catalog.reading(report_id, number)
    if main is None or known["status"] not in COMPARABLE:
        return False
    found = roles.compare(main, report)
    same_run = capture.run_id == packages.first_run(catalog, known["sha256"])
    partly = report.status == "partial" and main.status == "extracted"
    is_main = related == packages.OFFERED and roles.is_fuller(main, report, found)
    if related == packages.OFFERS and not partly:
        if not same_run:
            return False
        is_main = True
    if is_main:
        _make_main(catalog, capture, report, known, url, found)
    else:
        role = "duplicate" if found.same else "attachment"
        catalog.put_report_document(
            report_id, number, sha256, role, url, found.as_json()
        )
    note(catalog, report_id, number)
    return True


def _make_main(
    catalog: Catalog,
    capture: Capture,
    report: Report,
    known: Mapping[str, Any],
    url: str,
    found: roles.Comparison,
) -> None:
    """Put a document in the place of the main one of the current version."""
    sha256, report_id, number = capture.sha256, report.report_id, known["version_no"]
    assert sha256 is not None
    versions = catalog.versions(report_id)
    version = next(v for v in versions if v["version_no"] == number)
    at = min(str(version["first_captured_at"]), capture.captured_at)
    others = packages.documents(catalog, report_id, number)
    catalog.put_report(report, number, len(versions), sha256, url)
    catalog.put_version(report, number, sha256, at, version["change"])
    catalog.put_report_document(report_id, number, sha256, "main", url)
    said = found.turned().as_json()
    for row in others:
        if row["role"] == "main":
            role = "attachment" if said else "duplicate"
            catalog.put_report_document(
                report_id, number, row["sha256"], role, row["url"], said
            )


def carry(
    catalog: Catalog, report: Report, number: int, files: tuple[str, ...]
) -> None:
    """Compare the files that a page still offers with what it says now, by cells.

    They were read before; their text is not kept.
    """
    report_id = report.report_id
    rows = packages.documents(catalog, report_id, number)
    attached = [row for row in rows if row["role"] != "main"]
    if not attached and files:
        attached = packages.documents(catalog, report_id, number - 1)
    for row in attached:
        read = readings.current(catalog, row["sha256"], row["url"])
        if (
            read is None
            or read.report_id != report_id
            or not read.cells
            or not packages.is_among(row["url"], files)
        ):
            continue
        found = roles.compare_cells(report.cells, read.cells)
        before = roles.from_json(row["differs"])
        if attached[0]["version_no"] == number and before:
            found = replace(found, likeness=before.likeness, text=before.text)
        role = "duplicate" if found.same else "attachment"
        catalog.put_report_document(
            report_id, number, row["sha256"], role, row["url"], found.as_json()
        )
    note(catalog, report_id, number)


def note(catalog: Catalog, report_id: str, number: int) -> None:
    """Have the findings on the documents of a version say what these say now."""
    rows = packages.documents(catalog, report_id, number)
    found = roles.findings(report_id, rows)
    packages.put_findings(catalog, report_id, number, roles.RULE, found)
