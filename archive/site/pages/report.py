"""``/report/<report_id>``: what was read, beside what it was read from."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from archive.records import Cell
from archive.site.findings import Finding, findings, marks
from archive.site.forms import Form, Key
from archive.site.layout import lay_out
from archive.site.originals import INLINE
from archive.site.query import Row, one, read_metrics, rows
from archive.site.web import not_found, page, read, segment


@dataclass(frozen=True, slots=True)
class ReportPage:
    """Everything one report's page shows."""

    report: Row
    forms: Sequence[Form]
    findings: Sequence[Finding]
    verdicts: dict[str, int]
    extra: Sequence[Cell]
    chapters: Sequence[Row]
    leftovers: Sequence[Row]
    siblings: Sequence[Row]
    versions: Sequence[Row]
    documents: Sequence[Row]
    captures: Sequence[Row]
    reading: Row | None

    def label_of(self, key: Key) -> str:
        """Row and column of a cell in the words of the form."""
        cells = (c for form in self.forms for c in form.cells)
        return next((c.label for c in cells if c.cell.key == key), " · ".join(key[1:]))

    @property
    def methods(self) -> list[str]:
        """Ways of reading other than plain reading that occur, for the legend."""
        found = {c.cell.method for form in self.forms for c in form.cells}
        return sorted(found - {"read"})

    @property
    def original(self) -> Row | None:
        """The main document of the current version."""
        return next((d for d in self.documents if d["role"] == "main"), None)

    @property
    def previewable(self) -> bool:
        """Whether a browser may show the original."""
        return self.original is not None and self.original["media_type"] in INLINE

    @property
    def citation(self) -> str:
        """A reference after GB/T 7714 with the digest that proves the text."""
        report = self.report
        taken = self.captures[0]["captured_at"][:10] if self.captures else ""
        published = f"({report['published_on']})" if report["published_on"] else ""
        return (
            f"{report['agency']}. {report['title']}[EB/OL]. {published}[{taken}]. "
            f"{report['source_url']}. SHA-256: {report['sha256']}."
        )


def load(connection: sqlite3.Connection, report_id: str) -> ReportPage | None:
    """The page of a report, None if there is no such report."""
    report = one(
        connection,
        "SELECT r.*, a.name AS agency, a.kind, a.level, a.adcode, a.province, a.city,"
        " a.county FROM reports r JOIN agencies a USING (agency_id)"
        " WHERE report_id = ?",
        [report_id],
    )
    if report is None:
        return None
    cells = [
        Cell(**{k: v for k, v in row.items() if k != "report_id"})
        for row in rows(
            connection, "SELECT * FROM cells WHERE report_id = ?", [report_id]
        )
    ]
    checks = rows(
        connection,
        "SELECT c.*, r.basis, r.text_zh, r.text_en, v.decision, v.note"
        " FROM checks c JOIN rules r USING (rule_id)"
        " LEFT JOIN check_reviews v USING (fingerprint)"
        " WHERE report_id = ? ORDER BY c.id",
        [report_id],
    )
    found = findings(checks, {c.key for c in cells})
    verdicts: dict[str, int] = {}
    for check in checks:
        verdicts[check["verdict"]] = verdicts.get(check["verdict"], 0) + 1
    return ReportPage(
        report,
        lay_out(read_metrics(connection), cells, marks(found), report["template"]),
        found,
        verdicts,
        [c for c in cells if c.table_code == "extra"],
        _by_report(connection, "chapters", report_id, "chapter_no, id"),
        _by_report(connection, "leftovers", report_id, "id"),
        _siblings(connection, report["agency_id"]),
        _by_report(connection, "report_versions", report_id, "version_no DESC"),
        _documents(connection, report_id, report["version_no"]),
        _captures(connection, report["sha256"]),
        one(
            connection,
            "SELECT extractor, template_version, extracted_at, reason FROM triage"
            " WHERE sha256 = ? ORDER BY url <> ? LIMIT 1",
            [report["sha256"], report["source_url"]],
        ),
    )


def _by_report(
    connection: sqlite3.Connection, table: str, report_id: str, order: str
) -> list[Row]:
    sql = f"SELECT * FROM {table} WHERE report_id = ? ORDER BY {order}"
    return rows(connection, sql, [report_id])


def _siblings(connection: sqlite3.Connection, agency_id: str) -> list[Row]:
    """Reports of the same authority, oldest first, this one among them."""
    return rows(
        connection,
        "SELECT report_id, report_year, scope, checks_failed FROM report_index"
        " WHERE agency_id = ? ORDER BY report_year, report_id",
        [agency_id],
    )


def _documents(
    connection: sqlite3.Connection, report_id: str, version_no: int
) -> list[Row]:
    return rows(
        connection,
        "SELECT l.sha256, l.role, l.url, d.media_type, d.form, d.bytes, d.filename"
        " FROM report_documents l JOIN documents d USING (sha256)"
        " WHERE l.report_id = ? AND l.version_no = ?"
        " ORDER BY l.role <> 'main', l.role, l.url",
        [report_id, version_no],
    )


def _captures(connection: sqlite3.Connection, sha256: str) -> list[Row]:
    return rows(
        connection,
        "SELECT c.*, s.name AS source FROM captures c"
        " LEFT JOIN sources s USING (source_id)"
        " WHERE c.sha256 = ? ORDER BY c.captured_at",
        [sha256],
    )


async def view(datasette: Any, request: Any) -> Any:
    """The page of one report."""
    report_id = segment(request, "report_id")
    found = await read(datasette, lambda connection: load(connection, report_id))
    if found is None:
        return await not_found(datasette, request, "report", report_id)
    context = {"p": found, "report": found.report}
    return await page(datasette, request, "report", context)
