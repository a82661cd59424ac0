"""Reading one document: bytes and their surroundings in, an Extraction out.

Pure, and total: a document that cannot be read is an Extraction with its reason.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from archive.errors import (
    DocumentError,
    DocumentTooLarge,
    EmptyDocument,
    UnsupportedForm,
)
from archive.records import Chapter, Extraction, Leftover, PageContext, Report, Verdict
from pipelines import chapters, dates, evidence, identity, templates, titles, triage
from pipelines.charset import Decoded, decode
from pipelines.extract import html, plaintext
from pipelines.extract.page import Page
from pipelines.grid import Line
from pipelines.normalise import squash
from pipelines.sniff import Sniffed, sniff
from pipelines.tabulate import Tabulation, tabulate

#: Larger pages are listings or dumps; they are kept and not parsed.
MOST_BYTES = 5_000_000
#: Versions of the readers; a new number makes `extract --stale` read again.
READERS = {"html": 1, "text": 1}
TABLES = 3


def extractor_version(extractor: str | None) -> str:
    """The current version of the reader that ``extractor`` (``html/1``) names."""
    name = (extractor or "none").split("/")[0]
    return f"{name}/{READERS.get(name, 1)}"


def read(data: bytes, context: PageContext) -> Extraction:
    """Read one document. Never raises: what went wrong is in ``error``."""
    sniffed = sniff(data)
    decoded: list[Decoded] = []
    report: Report | None = None
    error: str | None = None
    trace: dict[str, Any] = {"form": asdict(sniffed), "bytes": len(data)}
    try:
        report, verdict, error = _read(data, sniffed, context, decoded, trace)
    except DocumentError as reason:
        verdict, error = Verdict("other", f"not read: {reason}"), str(reason)
    except Exception as failure:  # closes one unit of work: this document
        error = f"the reader failed: {type(failure).__name__}: {failure}"
        verdict = Verdict("other", f"not read: {error}")
    name = sniffed.form if sniffed.form in READERS else "none"
    return Extraction(
        sha256=hashlib.sha256(data).hexdigest(),
        form=sniffed.form,
        media_type=sniffed.media_type,
        charset=decoded[0].charset if decoded else None,
        verdict=verdict,
        report=report,
        extractor=extractor_version(name),
        template_version=templates.version(),
        error=error,
        trace=trace,
    )


def _read(
    data: bytes,
    sniffed: Sniffed,
    context: PageContext,
    decoded: list[Decoded],
    trace: dict[str, Any],
) -> tuple[Report | None, Verdict, str | None]:
    _require_readable(data, sniffed)
    text = decode(data, context.charset)
    decoded.append(text)
    trace["charset"] = {"charset": text.charset, "replaced": text.replaced}
    page = (html if sniffed.form == "html" else plaintext).extract(text.text)
    tables = tabulate(page.grids)
    words = squash("".join(line.text for line in page.lines))
    form = tables.template or templates.generation_of(words)
    split = tuple(chapters.split(page.blocks, official=form is not None))
    outside = evidence.outside(context)
    tried = list(titles.candidates(page, outside))
    title = titles.choose(tried)
    excluded = titles.exclusion(page, outside)
    trace |= _traced(page, tables, title)
    verdict = triage.judge(
        triage.Evidence(
            page,
            title,
            excluded,
            split,
            len(tables.located),
            templates.generation_of(words) is not None,
        )
    )
    if verdict.kind != "report":
        return None, verdict, None
    name, whence = evidence.agency_name(page, title, context)
    year, year_whence = evidence.year_of(page, title)
    trace["agency"] = {"name": name, "evidence": whence}
    trace["year"] = {"year": year, "evidence": year_whence}
    if not name:
        return None, verdict, "a report, but nothing in it tells whose it is"
    if year is None:
        return None, verdict, "a report, but nothing in it tells of which year"
    report = _report(name, year, title, page, tables, split, context, trace)
    if text.replaced:
        note = f"{text.replaced} characters could not be decoded"
        notes = (*report.notes, note)
        report = Report(**{**_fields(report), "notes": notes})
    return report, verdict, None


def _require_readable(data: bytes, sniffed: Sniffed) -> None:
    if not data.strip():
        raise EmptyDocument(
            "the file is empty" if not data else "the file holds white space only"
        )
    plain = ("text/html", "text/plain")
    if sniffed.form not in READERS or sniffed.media_type not in plain:
        raise UnsupportedForm(
            f"expected an HTML page or text, found {sniffed.form} "
            f"({sniffed.media_type}): there is no reader for it yet"
        )
    if len(data) > MOST_BYTES:
        raise DocumentTooLarge(
            f"{len(data)} bytes, and no more than {MOST_BYTES} are parsed"
        )


def _report(
    name: str,
    year: int,
    title: titles.Title | None,
    page: Page,
    tables: Tabulation,
    split: tuple[Chapter, ...],
    context: PageContext,
    trace: dict[str, Any],
) -> Report:
    known = identity.identify(name, context)
    agency = known.agency
    dated = dates.published(page, context, year)
    chosen = next((d for d in dated if not d.rejected), None)
    signature = dates.signed([line.text for line in page.lines])
    due_on = dates.due(year, agency.kind)
    certain = chosen and chosen.source != dates.NEVER_PUBLISHED_ON
    trace["division"] = known.evidence
    trace["dates"] = [asdict(d) for d in dated]
    words = squash("".join(line.text for line in page.lines))
    unread = templates.generation_of(words) if not tables.located else None
    notes = [*page.notes, *tables.notes]
    leftovers = list(tables.leftovers)
    if unread:
        notes.append("the tables are printed without cells: no column can be told")
        leftovers.append(Leftover("text", None, "", "tables without cells"))
    return Report(
        report_id=identity.report_id(agency, year, known.scope),
        agency=agency,
        report_year=year,
        scope=known.scope,
        title=title.text if title else f"{agency.name}{year}年政府信息公开工作年度报告",
        template=tables.template or unread or _prose_template(words),
        status=_status(tables, year, bool(unread)),
        chapters=split,
        cells=tables.cells,
        leftovers=tuple(leftovers),
        published_on=chosen.date if chosen else None,
        published_on_source=chosen.source if chosen else None,
        signed_on=signature[0] if signature else None,
        due_on=due_on,
        days_late=dates.days_late(chosen.date if chosen and certain else None, due_on),
        notes=tuple(notes),
    )


def _prose_template(words: str) -> str:
    """The generation of a report without a table of the form (domain B, rule 3)."""
    annex = "统计指标" in words and "主动公开政府信息数" in words
    return "stat2014" if annex else "free2008"


def _status(tables: Tabulation, year: int, unread: bool) -> str:
    """extracted | partial | unreadable, as far as the tables could be read."""
    if unread:
        return "unreadable"
    if not tables.located:
        return "extracted" if year <= 2018 else "partial"
    complete = len(tables.located) == TABLES and not any(
        cell.state == "missing" for cell in tables.cells
    )
    return "extracted" if complete else "partial"


def _fields(report: Report) -> dict[str, Any]:
    return {name: getattr(report, name) for name in Report.__dataclass_fields__}


def _traced(
    page: Page, tables: Tabulation, title: titles.Title | None
) -> Mapping[str, Any]:
    """What `explain` prints, as plain data."""
    return {
        "content": page.content,
        "lines": sum(isinstance(b, Line) for b in page.blocks),
        "title": asdict(title) if title else None,
        "titles": [f"{where}: {text[:80]}" for where, text in page.titles],
        "card": dict(page.card),
        "grids": [
            {
                "locator": grid.locator,
                "rows": len(grid.rows),
                "cells": max((len(row) for row in grid.rows), default=0),
                "starts": " ".join(grid.text.split())[:60],
                "lossy": grid.lossy,
            }
            for grid in page.grids
        ],
        "located": [asdict(found) for found in tables.located],
        "notes": [*page.notes, *tables.notes],
    }
