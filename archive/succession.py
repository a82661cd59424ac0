"""What an address showed, one content after another.

A publisher who corrects a report and then puts the first text back has published three
times. The captures tell: the address showed the earlier document again, later than the
one that is current.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archive.catalog import Catalog, row_to_capture
from archive.dictionary import tables
from archive.parts import whole_url
from archive.records import Capture

#: Tables of what a version says, as it was read.
CONTENT = ("chapters", "cells", "checks", "leftovers")


def is_return(catalog: Catalog, capture: Capture, url: str) -> bool:
    """Whether ``capture`` shows at ``url`` again what a report was before.

    For documents that were read before: one of the report's earlier contents, at an
    address where its current version was captured in between.
    """
    rows = catalog.rows(
        "SELECT url, report_id FROM triage WHERE sha256 = ? AND report_id IS NOT NULL"
        " AND (url = ? OR part IS NOT NULL)",
        [capture.sha256, url],
    )
    known = [catalog.report(r["report_id"]) for r in rows if whole_url(r["url"]) == url]
    return any(
        shown(catalog, report, capture, url)
        for report in known
        if report
        for shown in (supersedes, replaces)
    )


def supersedes(
    catalog: Catalog, known: Mapping[str, Any], capture: Capture, url: str
) -> bool:
    """Whether a capture shows something else where the current version stood before.

    ``known`` is the row of the report.
    """
    return (
        _since(catalog, known) < capture.captured_at
        and _is_part(catalog, known, "url", url)
        and not _is_part(catalog, known, "sha256", capture.sha256)
    )


def replaces(
    catalog: Catalog, known: Mapping[str, Any], capture: Capture, url: str
) -> bool:
    """Whether a capture shows another file where one beside the main one stood before.

    ``known`` is the row of the report.
    """
    here = catalog.rows(
        "SELECT role FROM report_documents WHERE report_id = ? AND version_no = ?"
        " AND url = ?",
        [known["report_id"], known["version_no"], url],
    )
    return (
        _since(catalog, known) < capture.captured_at
        and bool(here)
        and all(row["role"] != "main" for row in here)
        and not _is_part(catalog, known, "sha256", capture.sha256, any_role=True)
    )


def _since(catalog: Catalog, known: Mapping[str, Any]) -> str:
    """Since when the current version of a report is known."""
    version = catalog.one(
        "SELECT first_captured_at AS at FROM report_versions"
        " WHERE report_id = ? AND version_no = ?",
        [known["report_id"], known["version_no"]],
    )
    assert version is not None
    return str(version["at"])


def _is_part(
    catalog: Catalog,
    known: Mapping[str, Any],
    column: str,
    value: str | None,
    *,
    any_role: bool = False,
) -> bool:
    row = catalog.one(
        "SELECT 1 FROM report_documents WHERE report_id = ? AND version_no = ?"
        f" AND {column} = ?" + ("" if any_role else " AND role <> 'attachment'"),
        [known["report_id"], known["version_no"], value],
    )
    return row is not None


def carry_on(catalog: Catalog, known: Mapping[str, Any], at: str, url: str) -> int:
    """A new version with the content of the current one; returns its number.

    For another file at ``url``, whose old one stays behind. ``known`` is the row of the
    report, ``at`` the time of the capture. Joins the caller's transaction.
    """
    report_id, before = known["report_id"], int(known["version_no"])
    number = before + 1
    said = catalog.one(
        "SELECT * FROM report_versions WHERE report_id = ? AND version_no = ?",
        [report_id, before],
    )
    assert said is not None
    changed = {"version_no": number, "first_captured_at": at, "change": "attachment"}
    catalog.upsert("report_versions", said | changed)
    for table in CONTENT:
        copied = [c for c in tables()[table].column_names if c != "id"]
        chosen = ["?" if c == "version_no" else c for c in copied]
        catalog.db.execute(
            f"INSERT INTO {table} ({', '.join(copied)}) SELECT {', '.join(chosen)}"
            f" FROM {table} WHERE report_id = ? AND version_no = ?",
            [number, report_id, before],
        )
    catalog.db.execute(
        "INSERT INTO report_documents"
        " (report_id, version_no, sha256, role, url, differs)"
        " SELECT report_id, ?, sha256, role, url, differs FROM report_documents"
        " WHERE report_id = ? AND version_no = ?"
        " AND url <> ?",
        [number, report_id, before, url],
    )
    catalog.db.execute(
        "UPDATE reports SET version_no = ?, n_versions = n_versions + 1"
        " WHERE report_id = ?",
        [number, report_id],
    )
    return number


def beside(catalog: Catalog, report_id: str, sha256: str) -> tuple[int, str] | None:
    """Version and role of a document that belongs to a report without being it."""
    row = catalog.one(
        "SELECT version_no, role FROM report_documents WHERE report_id = ?"
        " AND sha256 = ? AND role <> 'main' ORDER BY version_no DESC",
        [report_id, sha256],
    )
    return (int(row["version_no"]), str(row["role"])) if row else None


def repeats(catalog: Catalog) -> list[Capture]:
    """Captures that show at an address again what it showed before something else.

    Of addresses of reports only, oldest first: what a catalogue that is made again has
    to replay beyond reading every document once.
    """
    captures = [
        row_to_capture(row)
        for row in catalog.rows(
            "SELECT * FROM captures WHERE sha256 IS NOT NULL"
            " AND outcome IN ('ok', 'revisit') AND url IN (SELECT url FROM triage"
            " WHERE report_id IS NOT NULL GROUP BY url HAVING count(*) > 1)"
            " ORDER BY captured_at, rowid"
        )
    ]
    shown: dict[str, list[str]] = {}
    found = []
    for capture in captures:
        before = shown.setdefault(capture.url, [])
        assert capture.sha256 is not None
        if before and before[-1] == capture.sha256:
            continue
        if capture.sha256 in before:
            found.append(capture)
        before.append(capture.sha256)
    return found
