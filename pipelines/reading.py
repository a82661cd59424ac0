"""Reading one document: bytes and their surroundings in, an Extraction out.

Pure, and total: a document that cannot be read is an Extraction with its reason.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from importlib import import_module
from typing import Any

from archive.errors import (
    DocumentError,
    DocumentTooLarge,
    EmptyDocument,
    UnsupportedForm,
)
from archive.records import Chapter, Extraction, Leftover, PageContext, Report, Verdict
from pipelines import (
    chapters,
    dates,
    evidence,
    identity,
    ocr,
    packaging,
    templates,
    titles,
    triage,
)
from pipelines.charset import Decoded, decode
from pipelines.extract import html, loose, plaintext
from pipelines.extract.page import NoTextLayer, NotHere, Page
from pipelines.grid import Line
from pipelines.normalise import squash
from pipelines.sniff import Sniffed, sniff
from pipelines.tabulate import Tabulation, captions, tabulate
from pipelines.tabulate.tables import Located

#: Larger pages are listings or dumps; they are kept and not parsed.
MOST_BYTES = 5_000_000
#: Forms that are read from their bytes: the module of ``pipelines.extract`` (imported
#: when it is needed) and the largest file it parses.
BINARY = {
    "pdf": ("pdf", 50_000_000),
    "docx": ("docx", 50_000_000),
    "doc": ("doc", 50_000_000),
    "wps": ("doc", 50_000_000),
    "xlsx": ("xlsx", 20_000_000),
    "xls": ("xls", 20_000_000),
    "ofd": ("ofd", 50_000_000),
    "image": ("image", 50_000_000),
}
#: Versions of the readers; a new number makes `extract --stale` read again.
READERS = (
    {"html": 2, "text": 4, "pdf": 4, "doc": 3, "ofd": 4}
    | dict.fromkeys(("docx", "wps", "xlsx", "xls"), 2)
    | dict.fromkeys(("scan", "image"), 1)
)
#: Forms that are read with the extra `[ocr]` only; version 0 stands for unread.
RECOGNISED = ("scan", "image")
#: What is known of forms that are not read.
REFUSED = {
    "application/x-ole-storage": "cut off, damaged, or without a known document in it",
    "application/vnd.rar": "archives of this kind are not unpacked",
    "application/x-7z-compressed": "archives of this kind are not unpacked",
}
TABLES = 3


@dataclass(frozen=True, slots=True)
class _Judged:
    """What one report of a document was taken for."""

    report: Report | None
    verdict: Verdict
    error: str | None
    trace: Mapping[str, Any]


def extractor_version(extractor: str | None) -> str:
    """The current version of the reader that ``extractor`` (``html/1``) names."""
    name = (extractor or "none").split("/")[0]
    if name in RECOGNISED and not ocr.available():
        return extractor or f"{name}/0"  # nothing here could read it better
    return f"{name}/{READERS.get(name, 1)}"


def read(data: bytes, context: PageContext) -> Extraction:
    """Read one document. Never raises: what went wrong is in ``error``."""
    sniffed = sniff(data)
    form = sniffed.form
    decoded: list[Decoded] = []
    report: Report | None = None
    error: str | None = None
    others: list[_Judged] = []
    trace: dict[str, Any] = {"form": asdict(sniffed), "bytes": len(data)}
    try:
        first, *others = _read(data, sniffed, context, decoded, trace)
        report, verdict, error = first.report, first.verdict, first.error
    except NoTextLayer as reason:
        form, error = form if form == "image" else "scan", str(reason)
        if isinstance(reason, NotHere):
            trace["not_here"] = error
        report, verdict = _unread(error, context, trace)
    except DocumentError as reason:
        verdict, error = Verdict("other", f"not read: {reason}"), str(reason)
    except Exception as failure:  # closes one unit of work: this document
        error = f"the reader failed: {type(failure).__name__}: {failure}"
        verdict = Verdict("other", f"not read: {error}")
    if trace.get("scanned"):
        form = form if form == "image" else "scan"
    name = form if form in READERS else "none"
    whole = Extraction(
        sha256=hashlib.sha256(data).hexdigest(),
        form=form,
        media_type=sniffed.media_type,
        charset=decoded[0].charset if decoded else None,
        verdict=verdict,
        report=report,
        extractor=f"{name}/0" if _is_unread(name) else extractor_version(name),
        template_version=templates.version(),
        error=error,
        trace=trace,
        files=trace.get("files", ()),
    )
    return replace(whole, parts=tuple(_part(whole, other) for other in others))


def _part(whole: Extraction, judged: _Judged) -> Extraction:
    """Another report of the same document."""
    return replace(
        whole,
        verdict=judged.verdict,
        report=judged.report,
        error=judged.error,
        trace=judged.trace,
        files=(),
    )


def _is_unread(name: str) -> bool:
    """Whether a picture is read once the extra `[ocr]` is there."""
    return name in RECOGNISED and not ocr.available()


def _read(
    data: bytes,
    sniffed: Sniffed,
    context: PageContext,
    decoded: list[Decoded],
    trace: dict[str, Any],
) -> list[_Judged]:
    """What the document is; where it holds several reports, one after the other."""
    if sniffed.media_type == "application/zip":
        return [_Judged(None, _listed(data), None, trace)]
    _require_readable(data, sniffed)
    page, lost = _page(data, sniffed, context, decoded, trace)
    trace["scanned"] = page.scanned
    trace["files"] = packaging.files_of(page, context.url)
    pieces = packaging.pieces(page)
    if len(pieces) > 1 and not titles.exclusion(page, evidence.outside(context)):
        found = _several(pieces, context, lost)
        if found:
            trace |= found[0].trace
            return found
    return [_judged(page, context, lost, trace)]


def _several(
    pieces: list[packaging.Piece], context: PageContext, lost: int
) -> list[_Judged]:
    """The reports of one document, the first that is one before the others.

    Nothing that is known of the document from outside says whose each of them is.
    """
    found: list[_Judged] = []
    known: dict[str, int] = {}
    for number, piece in enumerate(pieces, start=1):
        inner = replace(
            context,
            link_text=None,
            filename=None,
            page_title=None,
            list_date=context.list_date if piece.dated else None,
        )
        one = _judged(piece.page, inner, lost, {})
        report, kind, reason = one.report, one.verdict.kind, one.verdict.reason
        if report and report.report_id in known:
            kind, reason = "other", f"the same as part {known[report.report_id]}"
            report = None
        elif report:
            known[report.report_id] = number
        place = f"part {number} of {len(pieces)} of this document, {piece.locator}"
        verdict = Verdict(kind, f"{place}: {reason}")
        found.append(replace(one, report=report, verdict=verdict))
    return sorted(found, key=lambda one: one.report is None) if known else []


def _judged(
    page: Page, context: PageContext, lost: int, trace: dict[str, Any]
) -> _Judged:
    report, verdict, error = _report_of(page, context, lost, trace)
    return _Judged(report, verdict, error, trace)


def _report_of(
    page: Page, context: PageContext, lost: int, trace: dict[str, Any]
) -> tuple[Report | None, Verdict, str | None]:
    words = squash("".join(line.text for line in page.lines))
    outside = evidence.outside(context)
    named = [*outside, *evidence.offered(context)]
    title = titles.choose(list(titles.candidates(page, named)))
    year, year_whence = evidence.year_of(page, title)
    tables = tabulate(
        page.grids,
        templates.generation_of(words),
        page.pixels,
        captions.years(page.blocks, year),
        year,
    )
    form = tables.template or templates.generation_of(words)
    uniform = any(form == template.code for template in templates.load())
    split = tuple(chapters.split(page.blocks, official=uniform))
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
            sum(cell.state in ("number", "zero") for cell in tables.cells),
        )
    )
    if verdict.kind != "report":
        return None, verdict, None
    name, whence = evidence.agency_name(page, title, context)
    trace["agency"] = {"name": name, "evidence": whence}
    trace["year"] = {"year": year, "evidence": year_whence}
    if not name:
        return None, verdict, "a report, but nothing in it tells whose it is"
    if year is None:
        return None, verdict, "a report, but nothing in it tells of which year"
    report = _report(name, year, title, page, tables, split, context, trace)
    if lost:
        note = f"{lost} characters could not be decoded"
        report = replace(report, notes=(*report.notes, note))
    return report, verdict, None


def _page(
    data: bytes,
    sniffed: Sniffed,
    context: PageContext,
    decoded: list[Decoded],
    trace: dict[str, Any],
) -> tuple[Page, int]:
    """The document taken apart, and how many of its characters were lost."""
    if sniffed.form in BINARY:
        module, _ = BINARY[sniffed.form]
        extract: Callable[[bytes], Page] = import_module(
            f"pipelines.extract.{module}"
        ).extract
        return loose.gathered(extract(data)), 0
    text = decode(data, context.charset)
    decoded.append(text)
    trace["charset"] = {"charset": text.charset, "replaced": text.replaced}
    page = (html if sniffed.form == "html" else plaintext).extract(text.text)
    return loose.gathered(page), text.replaced


def _listed(data: bytes) -> Verdict:
    """A ZIP of files: each of its members is a document of its own."""
    names = import_module("pipelines.extract.zipfile").names(data)
    reason = f"a ZIP file with {len(names)} files: {'; '.join(names)}"
    return Verdict("list", reason if len(reason) <= 1000 else f"{reason[:999]}…")


def _unread(
    reason: str, context: PageContext, trace: dict[str, Any]
) -> tuple[Report | None, Verdict]:
    """A report of which nothing can be read but what its link or file name says.

    It is listed as unreadable, so that nobody takes it for missing. The generation of
    its form is the one in force in its year.
    """
    named = [*evidence.outside(context), *evidence.offered(context)]
    title = titles.choose(named)
    nothing = Page(blocks=())
    name, whence = evidence.agency_name(nothing, title, context)
    if title is None or not name or title.year is None:
        return None, Verdict("other", f"not read: {reason}")
    trace["agency"] = {"name": name, "evidence": whence}
    trace["year"] = {"year": title.year, "evidence": f"title ({title.where})"}
    tables = Tabulation(None, notes=(reason,))
    report = _report(name, title.year, title, nothing, tables, (), context, trace)
    report = replace(report, template=_in_force(title.year), status="unreadable")
    return report, Verdict("report", f"its title says so ({title.where}); {reason}")


def _in_force(year: int) -> str:
    """The generation prescribed for the reports of a year (domain B)."""
    since = ((2021, "gk2021"), (2019, "gk2019"), (2014, "stat2014"))
    return next((code for first, code in since if year >= first), "free2008")


def _require_readable(data: bytes, sniffed: Sniffed) -> None:
    if not data.strip():
        raise EmptyDocument(
            "the file is empty" if not data else "the file holds white space only"
        )
    plain = ("text/html", "text/plain")
    known = sniffed.form in BINARY or sniffed.media_type in plain
    if sniffed.form not in READERS or not known:
        kind = "" if sniffed.form == "text" else f"{sniffed.form}, "
        raise UnsupportedForm(
            f"expected a form that is read ({', '.join(READERS)}), found "
            f"{kind}{sniffed.media_type}: "
            + REFUSED.get(sniffed.media_type, "there is no reader for it yet")
        )
    _, most = BINARY.get(sniffed.form, ("", MOST_BYTES))
    if len(data) > most:
        raise DocumentTooLarge(f"{len(data)} bytes, and no more than {most} are parsed")


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
    codes = identity.codes_of(page.card, context.url)
    known = identity.identify(name, context, year, codes)
    agency = known.agency
    dated = dates.published(page, context, year)
    chosen = next((d for d in dated if not d.rejected), None)
    signature = dates.signed([line.text for line in page.lines])
    due_on = dates.due(year, agency.kind)
    certain = chosen and chosen.source != dates.NEVER_PUBLISHED_ON
    trace["division"] = known.evidence
    if known.ambiguous:
        trace["ambiguous"] = known.evidence
    trace["dates"] = [asdict(d) for d in dated]
    trace["due"] = {"date": due_on, "basis": dates.due_basis(year, agency.kind)}
    words = squash("".join(line.text for line in page.lines))
    unread = templates.generation_of(words) if not tables.located else None
    notes = [*page.notes, *tables.notes]
    leftovers = list(tables.leftovers)
    if unread:
        notes.append("the tables are printed without cells: no column can be told")
    elif not tables.located and _prose_template(words) == "stat2014":
        notes.append("the statistics annex is printed without cells: none can be told")
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
    expected = TABLES if tables.template != "stat2014" else 1
    complete = len(tables.located) >= expected and not any(
        cell.state == "missing" for cell in tables.cells
    )
    return "extracted" if complete else "partial"


def _traced(
    page: Page, tables: Tabulation, title: titles.Title | None
) -> Mapping[str, Any]:
    """What `explain` prints, as plain data."""
    return {
        "content": page.content,
        "lines": sum(isinstance(b, Line) for b in page.blocks),
        "title": _plain(title) if title else None,
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
        "located": [_plain(found) for found in tables.located],
        "notes": [*page.notes, *tables.notes],
    }


def _plain(found: titles.Title | Located) -> dict[str, Any]:
    """The fields, which are plain themselves: a deep copy takes as long as a table."""
    return {field.name: getattr(found, field.name) for field in fields(found)}
