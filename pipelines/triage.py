"""What a page is, and why: a title alone convinces nobody, content must agree.

Explainers, circulars and pages with one picture carry the title of the report they are
about; stubs carry it too and have the report as an attachment; an empty form has the
tables and no report. Every candidate gets a verdict with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from archive.records import Chapter, Verdict
from pipelines.extract.page import Page
from pipelines.lookups import lookup
from pipelines.normalise import squash
from pipelines.packaging import files_of
from pipelines.titles import Title, parse

FEWEST_LINKS = 5  # of report titles on a list page
FEWEST_CHAPTERS = 3
SHORT = 1500  # characters of prose a report with chapters exceeds
SUBJECT = "信息公开"
CALLED, MOST_CALLED = 6, 120  # characters of a link, of the line it stands in
FIRST = 800  # characters in which a document says what it is about


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about a page when it is judged."""

    page: Page
    title: Title | None
    excluded: tuple[str, str] | None
    chapters: Sequence[Chapter]
    tables: int  # located tables of the form
    form_words: bool  # labels of the form stand in the text
    numbers: int  # cells of the form that hold a number


def judge(evidence: Evidence) -> Verdict:
    """The verdict on a page, its reason in words."""
    if evidence.excluded:
        kind, reason = evidence.excluded
        return Verdict(kind, f"its title says so: {reason}")
    headed = sum(1 for c in evidence.chapters if c.chapter_no > 0)
    said = _said(evidence, headed)
    if said:
        return said
    if evidence.tables and (evidence.numbers or _is_whole(evidence.title)):
        return Verdict(
            "report", f"{evidence.tables} tables of the form, {headed} chapters"
        )
    if evidence.tables:
        return Verdict(
            "other",
            f"an empty form: {evidence.tables} tables without one number, and no title "
            "of a report",
        )
    about = bool(evidence.title) or _about(evidence.page)
    if about and headed >= FEWEST_CHAPTERS:
        return Verdict("report", f"{headed} chapters, no table of the form")
    if about and evidence.form_words:
        return Verdict("report", "labels of the form, in a layout without cells")
    return _no_report(evidence, headed)


def _said(evidence: Evidence, headed: int) -> Verdict | None:
    """What a document is by its own words, which outweigh its title.

    A report with its tables is a report whatever else it says: its chapters speak of
    explainers and web sites too. Without a title it may be of half a year.
    """
    wordings = lookup("wordings")
    words = _own_words(evidence.page, max(entry["first"] for entry in wordings))
    for entry in wordings:
        tables, whole = entry["tables"], _is_whole(evidence.title)
        if evidence.tables and (not tables or whole):
            continue
        text = words[: entry["first"]]
        hits = [m[0] for p in entry["patterns"] if (m := re.search(p, text))]
        if len(hits) >= entry["fewest"]:
            found = ", ".join(hit[:40] for hit in hits)
            return Verdict(
                entry["kind"], f"its text says so: {entry['reason']} ({found})"
            )
    return None


def _own_words(page: Page, most: int) -> str:
    """The first words of a page, what it calls other pages left out."""
    called = {text for link in page.links if len(text := squash(link.text)) >= CALLED}
    found = ""
    for line in page.lines:
        if len(found) >= most:
            break
        text = squash(line.text)
        if len(text) > MOST_CALLED or not any(name in text for name in called):
            found += text
    return found


def _is_whole(title: Title | None) -> bool:
    """Whether a title names authority and year."""
    return title is not None and bool(title.agency and title.year)


def _about(page: Page) -> bool:
    text = squash("".join(line.text for line in page.lines)[:FIRST])
    return SUBJECT in text and any(w in text for w in ("年度报告", "工作报告", "年报"))


def _is_own(title: Title | None, page: Page) -> bool:
    """Whether a title is that of the page, and not one of those it lists."""
    if title is None or not _is_whole(title):
        return False
    listed = {squash(link.text) for link in page.links}
    return not (title.where.startswith("first lines") and title.text in listed)


def _no_report(evidence: Evidence, headed: int) -> Verdict:
    page, title = evidence.page, evidence.title
    files = files_of(page, "")
    listed = sum(1 for link in page.links if parse(link.text))
    if listed >= FEWEST_LINKS and not (files and _is_own(title, page)):
        return Verdict("list", f"{listed} links with titles of reports")
    length = sum(len(line.text) for line in page.lines)
    if title and files:
        return Verdict(
            "other",
            f"stub: the title of a report and {len(files)} attachments, no chapters",
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
