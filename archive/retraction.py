"""Withdrawing a reading that a better one has replaced.

When a document is read again and turns out to be another report (its agency or year
was misread) or none, the rows that said otherwise are a reading, not evidence, and go.
The document, its captures and its place in ``triage`` stay.
"""

from __future__ import annotations

from archive.catalog import Catalog

CONTENT = ("chapters", "cells", "checks", "leftovers", "report_documents")


def withdraw(catalog: Catalog, sha256: str, url: str, now: str | None) -> str | None:
    """Take back what the document at ``url`` was read as, if that is not ``now``.

    ``now`` is the report it is read as today. Returns the report withdrawn from. Must
    run in the transaction that stores the new reading.
    """
    known = catalog.one(
        "SELECT report_id FROM triage WHERE sha256 = ? AND url = ?", [sha256, url]
    )
    before = known["report_id"] if known else None
    if before is None or before == now:
        return None
    catalog.db.execute(
        "DELETE FROM report_documents WHERE report_id = ? AND sha256 = ? AND url = ?",
        [before, sha256, url],
    )
    elsewhere = catalog.one(
        "SELECT 1 FROM report_documents WHERE report_id = ? AND sha256 = ?",
        [before, sha256],
    )
    if elsewhere is None:
        _withdraw_versions(catalog, before, sha256)
    return str(before)


def _withdraw_versions(catalog: Catalog, report_id: str, sha256: str) -> None:
    for version in catalog.versions(report_id):
        if version["sha256"] != sha256:
            continue
        for table in (*CONTENT, "report_versions"):
            catalog.db.execute(
                f"DELETE FROM {table} WHERE report_id = ? AND version_no = ?",
                [report_id, version["version_no"]],
            )
    left = catalog.versions(report_id)
    if not left:
        agency = catalog.report(report_id)
        catalog.db.execute("DELETE FROM reports WHERE report_id = ?", [report_id])
        catalog.db.execute(
            "DELETE FROM agencies WHERE agency_id = ?"
            " AND agency_id NOT IN (SELECT agency_id FROM reports)",
            [agency["agency_id"] if agency else None],
        )
        return
    # Version numbers are cited, so those that are left keep theirs.
    current = left[-1]
    catalog.db.execute(
        "UPDATE reports SET version_no = ?, n_versions = ?, sha256 = ?"
        " WHERE report_id = ?",
        [current["version_no"], len(left), current["sha256"], report_id],
    )
