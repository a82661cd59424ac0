"""What a page is, and why: a title alone convinces nobody, content must agree.

Explainers, circulars and pages with one picture carry the title of the report they are
about; stubs carry it too and have the report as an attachment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archive.records import Chapter, Verdict
from pipelines.extract.page import Page
from pipelines.normalise import squash
from pipelines.titles import Title, parse

ATTACHMENTS = (".pdf", ".doc", ".docx", ".wps", ".ofd", ".xls", ".xlsx", ".zip", ".rar")
DOWNLOADS = ("download.jsp", "downfile", "/download/", "downloadattach")
FEWEST_LINKS = 5  # of report titles on a list page
FEWEST_CHAPTERS = 3
SHORT = 1500  # characters of prose a report with chapters exceeds
SUBJECT = "信息公开"
FIRST = 800  # characters in which a report says what it is about


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about a page when it is judged."""

    page: Page
    title: Title | None
    excluded: tuple[str, str] | None
    chapters: Sequence[Chapter]
    tables: int  # located tables of the form
    form_words: bool  # labels of the form stand in the text


def judge(evidence: Evidence) -> Verdict:
    """The verdict on a page, its reason in words."""
    if evidence.excluded:
        kind, reason = evidence.excluded
        return Verdict(kind, f"its title says so: {reason}")
    headed = sum(1 for c in evidence.chapters if c.chapter_no > 0)
    if evidence.tables:
        return Verdict(
            "report", f"{evidence.tables} tables of the form, {headed} chapters"
        )
    about = bool(evidence.title) or _about(evidence.page)
    if about and headed >= FEWEST_CHAPTERS:
        return Verdict("report", f"{headed} chapters, no table of the form")
    if about and evidence.form_words:
        return Verdict("report", "labels of the form, in a layout without cells")
    return _no_report(evidence, headed)


def _about(page: Page) -> bool:
    text = squash("".join(line.text for line in page.lines)[:FIRST])
    return SUBJECT in text and any(w in text for w in ("年度报告", "工作报告", "年报"))


def _no_report(evidence: Evidence, headed: int) -> Verdict:
    page, title = evidence.page, evidence.title
    listed = sum(1 for link in page.links if parse(link.text))
    if listed >= FEWEST_LINKS:
        return Verdict("list", f"{listed} links with titles of reports")
    files = [link for link in page.links if _is_file(link.href)]
    length = sum(len(line.text) for line in page.lines)
    if title and files:
        return Verdict(
            "other", f"the title of a report and {len(files)} attachments, no chapters"
        )
    if title and page.images and length < SHORT:
        return Verdict(
            "explainer",
            f"the title of a report, {page.images} pictures, no chapters or tables",
        )
    if title:
        return Verdict(
            "other", f"the title of a report, but {headed} chapters and no tables"
        )
    return Verdict("other", "no title of a report, no tables of the form")


def _is_file(href: str) -> bool:
    path = href.lower().split("?")[0]
    return path.endswith(ATTACHMENTS) or any(d in href.lower() for d in DOWNLOADS)
