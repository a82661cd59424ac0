"""Which reports an export holds, and the captures they rest on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from archive.catalog import Catalog
from archive.errors import UsageError
from archive.records import Capture


@dataclass(frozen=True, slots=True)
class Selection:
    """Reports of a year, of divisions whose code begins so, or a single one."""

    year: int | None = None
    adcode: str = ""
    report_id: str | None = None

    def __bool__(self) -> bool:
        """Whether anything is filtered at all."""
        return bool(self.year or self.adcode or self.report_id)


def chosen_reports(catalog: Catalog, selection: Selection) -> list[dict[str, Any]]:
    """Reports that pass, with agency and address. Raises UsageError for none."""
    found = catalog.rows(
        "SELECT r.report_id, r.title, r.report_year, r.sha256, r.source_url, a.name"
        " FROM reports r JOIN agencies a USING (agency_id)"
        " WHERE (?1 IS NULL OR r.report_year = ?1)"
        " AND substr(coalesce(a.adcode, ''), 1, length(?2)) = ?2"
        " AND (?3 IS NULL OR r.report_id = ?3) ORDER BY r.report_id",
        [selection.year, selection.adcode, selection.report_id],
    )
    if selection and not found:
        raise UsageError(
            f"no report has year {selection.year or 'any'}, division "
            f"{selection.adcode or 'any'}, id {selection.report_id or 'any'}"
        )
    return found


def captures_of_report(catalog: Catalog, report_id: str) -> list[Capture]:
    """Every capture of the documents of a report, all versions, oldest first.

    With revisits come the captures that hold their payload.
    """
    found: dict[str, Capture] = {}
    for row in catalog.rows(
        "SELECT DISTINCT sha256, url FROM report_documents WHERE report_id = ?"
        " ORDER BY url, sha256",
        [report_id],
    ):
        captures = catalog.captures_of(row["url"], row["sha256"])
        holder = catalog.holder(row["sha256"])
        for capture in [*captures, *([holder] if holder else [])]:
            found[capture.capture_id] = capture
    return sorted(
        found.values(), key=lambda c: (c.captured_at, c.warc_file, c.warc_offset)
    )
