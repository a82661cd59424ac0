"""Withdrawing a reading that a better one has replaced.

When a document is read again and turns out to be another report (its agency or year
was misread) or none, the rows that said otherwise are a reading, not evidence, and go.
The document, its captures and its place in ``triage`` stay.
"""

from __future__ import annotations

from collections.abc import Collection

from archive import changes
from archive.catalog import Catalog
from archive.parts import part_url, whole_url

CONTENT = (
    "chapters",
    "cells",
    "checks",
    "aggregates",
    "leftovers",
    "similar_chapters",
    "report_documents",
)


def withdraw(
    catalog: Catalog, sha256: str, url: str, now: Collection[str], parts: int = 1
) -> list[str]:
    """Take back what the document at ``url`` was read as, if that is not ``now``.

    ``now`` are the reports that it is read as today, ``parts`` how many candidates
    there are in it. Returns the reports withdrawn from. Must run in the transaction
    that stores the new reading.
    """
    known = catalog.rows(
        "SELECT url, report_id FROM triage WHERE sha256 = ?"
        " AND (url = ? OR part IS NOT NULL)",
        [sha256, url],
    )
    here = [row for row in known if whole_url(row["url"]) == url]
    before = dict.fromkeys(row["report_id"] for row in here if row["report_id"])
    gone = [report_id for report_id in before if report_id not in now]
    for report_id in gone:
        _withdraw_from(catalog, report_id, sha256, url)
    kept = {part_url(url, number) for number in range(1, parts + 1)}
    for row in here:
        if row["url"] not in kept:
            key = [sha256, row["url"]]
            catalog.db.execute("DELETE FROM triage WHERE sha256 = ? AND url = ?", key)
            catalog.db.execute(
                "UPDATE readings SET is_current = 0 WHERE sha256 = ? AND url = ?", key
            )
    return gone


def _withdraw_from(catalog: Catalog, before: str, sha256: str, url: str) -> None:
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


def _withdraw_versions(catalog: Catalog, report_id: str, sha256: str) -> None:
    for version in catalog.versions(report_id):
        if version["sha256"] != sha256:
            continue
        for table in (*CONTENT, "report_versions"):
            catalog.db.execute(
                f"DELETE FROM {table} WHERE report_id = ? AND version_no = ?",
                [report_id, version["version_no"]],
            )
    changes.derive(catalog, report_id)
    left = catalog.versions(report_id)
    if not left:
        agency = catalog.report(report_id)
        catalog.db.execute(
            "DELETE FROM similar_chapters WHERE ? IN (report_id, other_report_id)",
            [report_id],
        )
        catalog.db.execute("DELETE FROM reports WHERE report_id = ?", [report_id])
        catalog.db.execute(
            "DELETE FROM agency_names WHERE agency_id = ?"
            " AND agency_id NOT IN (SELECT agency_id FROM reports)",
            [agency["agency_id"] if agency else None],
        )
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
