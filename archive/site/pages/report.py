"""``/report/<report_id>``: what was read, beside what it was read from."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from archive.records import Cell, Metric
from archive.site.citation import author_date, gb7714
from archive.site.findings import SHOWN, Finding, findings, marks, with_quotes
from archive.site.forms import Form, Key
from archive.site.language import current
from archive.site.layout import lay_out
from archive.site.originals import INLINE
from archive.site.query import Row, one, read_metrics, rows
from archive.site.said import Said, said
from archive.site.web import not_found, page, read, read_once, segment


@dataclass(frozen=True, slots=True)
class ReportPage:
    """Everything one report's page shows, as of one version."""

    said: Said
    forms: Sequence[Form]
    findings: Sequence[Finding]
    verdicts: dict[str, int]
    chapters: Sequence[ChapterText]
    leftovers: Sequence[Row]
    siblings: Sequence[Row]
    versions: Sequence[Row]
    documents: Sequence[Row]
    captures: Sequence[Row]
    reading: Row | None
    changes: dict[int, list[Row]]
    history: Sequence[Row]

    @property
    def report(self) -> Row:
        """The report; ``version_no`` is that of its current version."""
        return self.said.report

    @property
    def extra(self) -> list[Cell]:
        """Local rows, which no form has."""
        return [c for c in self.said.cells if c.table_code == "extra"]

    @property
    def eventful(self) -> bool:
        """Whether more happened to the report than that it was published."""
        return any(e["event"] not in ("published", "captured") for e in self.history)

    def label_of(self, key: Key) -> str:
        """Row and column of a cell in the words of the form."""
        cells = (c for form in self.forms for c in form.cells)
        return next((c.label for c in cells if c.cell.key == key), " · ".join(key[1:]))

    @property
    def quoted(self) -> set[int]:
        """Numbers of the findings whose words are marked in a chapter."""
        return {n for c in self.chapters for _, n in c.pieces if n}

    @property
    def methods(self) -> list[str]:
        """Ways of reading other than plain reading that occur, for the legend."""
        found = {c.cell.method for form in self.forms for c in form.cells}
        return sorted(found - {"read"})

    @property
    def original(self) -> Row | None:
        """The main document of the version."""
        return next((d for d in self.documents if d["role"] == "main"), None)

    @property
    def previewable(self) -> bool:
        """Whether a browser may show the original."""
        return self.original is not None and self.original["media_type"] in INLINE

    def cite(self, form: str, version: str) -> str:
        """A reference, ``gb7714`` or ``author_date``; ``version`` in words."""
        write = {"gb7714": gb7714, "author_date": author_date}[form]
        at = self.captures[0]["captured_at"] if self.captures else None
        return write(self.report, at, version if len(self.versions) > 1 else "")


@dataclass(frozen=True, slots=True)
class ChapterText:
    """A chapter: its text in pieces, with numbers of findings that quote them."""

    anchor: str
    chapter_no: int
    heading: str
    pieces: Sequence[tuple[str, int | None]]
    similar: Sequence[Row]


def load(
    connection: sqlite3.Connection,
    report_id: str,
    version_no: int | None = None,
    lang: str = "zh",
    metrics: Sequence[Metric] | None = None,
) -> ReportPage | None:
    """The page of a report or of a version, None if there is no such thing.

    ``metrics``: those of the database, where they are read already. Checks and what
    found no place are known of the current version alone.
    """
    shown = said(connection, report_id, version_no)
    if shown is None:
        return None
    report = shown.report
    of_report = [report_id if shown.current else None]
    checks = rows(
        connection,
        "SELECT c.*, r.basis, r.text_zh, r.text_en, v.decision, v.note,"
        " v.reviewer, v.reviewed_at"
        " FROM checks c JOIN rules r USING (rule_id)"
        " LEFT JOIN check_reviews v USING (fingerprint)"
        f" WHERE c.report_id = ? AND +c.verdict IN {SHOWN} ORDER BY c.id",
        of_report,
    )
    found = findings(checks, {c.key for c in shown.cells})
    counted = rows(
        connection,
        "SELECT verdict, count(*) AS n FROM checks WHERE report_id = ?"
        " GROUP BY +verdict",
        of_report,
    )
    verdicts = {row["verdict"]: int(row["n"]) for row in counted}
    return ReportPage(
        shown,
        lay_out(
            read_metrics(connection) if metrics is None else metrics,
            shown.cells,
            marks(found),
            report["template"],
            lang,
        ),
        found,
        verdicts,
        _chapters(shown, found, _similar(connection, shown)),
        _by_report(connection, "leftovers", report_id, "id") if shown.current else [],
        _siblings(connection, report["agency_id"]),
        _by_report(connection, "report_versions", report_id, "version_no DESC"),
        _documents(connection, report_id, shown.version_no),
        _captures(connection, report["sha256"]),
        one(
            connection,
            "SELECT extractor, template_version, extracted_at, reason FROM triage"
            " WHERE sha256 = ? ORDER BY url <> ? LIMIT 1",
            [report["sha256"], report["source_url"]],
        ),
        _changes(connection, report_id),
        _by_report(connection, "report_history", report_id, "event_no"),
    )


def _chapters(
    shown: Said, found: Sequence[Finding], similar: Sequence[Row]
) -> list[ChapterText]:
    made: list[ChapterText] = []
    for chapter in shown.chapters:
        number = chapter["chapter_no"]
        before = sum(c.chapter_no == number for c in made)
        made.append(
            ChapterText(
                f"chapter-{number}" + (f"-{before + 1}" if before else ""),
                number,
                (chapter["heading"] or "").lstrip("# "),
                [(chapter["text"], None)]
                if before
                else with_quotes(chapter["text"], number, found),
                []
                if before
                else [row for row in similar if row["chapter_no"] == number],
            )
        )
    return made


def _similar(connection: sqlite3.Connection, shown: Said) -> list[Row]:
    """Chapters that stand in other reports too, the likest first."""
    if not shown.current:
        return []
    return rows(
        connection,
        "SELECT s.*, r.report_year AS other_year, a.name AS other_agency"
        " FROM similar_chapters s"
        " JOIN reports r ON r.report_id = s.other_report_id"
        " JOIN agencies a USING (agency_id)"
        " WHERE s.report_id = ? ORDER BY s.kind DESC, s.similarity DESC",
        [shown.report["report_id"]],
    )


def _by_report(
    connection: sqlite3.Connection, table: str, report_id: str, order: str
) -> list[Row]:
    sql = f"SELECT * FROM {table} WHERE report_id = ? ORDER BY {order}"
    return rows(connection, sql, [report_id])


def _changes(connection: sqlite3.Connection, report_id: str) -> dict[int, list[Row]]:
    """What changed, by the later version, with the pieces of every text."""
    found: dict[int, list[Row]] = {}
    for row in _by_report(connection, "changes", report_id, "to_version, change_no"):
        pieces = json.loads(row["text_diff"] or "[]")
        found.setdefault(row["to_version"], []).append(row | {"pieces": pieces})
    return found


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
        "SELECT l.sha256, l.role, l.url, d.media_type, d.form, d.bytes, d.filename,"
        " d.withheld, w.decided_at AS withheld_at"
        " FROM report_documents l JOIN documents d USING (sha256)"
        " LEFT JOIN withholdings w USING (sha256)"
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
    """The page of one report; ``?version=`` shows an earlier one."""
    report_id = segment(request, "report_id")
    asked = request.args.get("version") or ""
    known = not asked or (asked.isascii() and asked.isdigit() and len(asked) < 9)
    number = int(asked) if asked and known else None
    lang = current.get()
    metrics = await read_once(datasette, read_metrics)
    found = (
        await read(datasette, lambda c: load(c, report_id, number, lang, metrics))
        if known
        else None
    )
    if found is None:
        if asked:
            given = f"{report_id}@{asked}"
            return await not_found(datasette, request, "version", given)
        return await not_found(datasette, request, "report", report_id)
    version = {"version_no": found.said.version_no}
    context = {"p": found, "report": found.report | version}
    return await page(datasette, request, "report", context)
