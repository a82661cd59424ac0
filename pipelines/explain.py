"""How a document was read, as text for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from archive.records import Cell, Extraction, Report


def render(extraction: Extraction) -> str:
    """Decisions with their evidence, tables with scores, cells with their origins."""
    return "\n".join(_lines(extraction)) + "\n"


def _lines(extraction: Extraction) -> Iterator[str]:
    trace = extraction.trace
    yield f"document   sha256 {extraction.sha256}"
    yield (
        f"form       {extraction.form} ({extraction.media_type}), "
        f"{trace.get('bytes', '?')} bytes, charset {extraction.charset or '-'}"
    )
    yield f"read by    {extraction.extractor}, forms {extraction.template_version}"
    yield f"verdict    {extraction.verdict.kind}: {extraction.verdict.reason}"
    if extraction.error:
        yield f"error      {extraction.error}"
    if "content" in trace:
        yield f"content    {trace['content']}, {trace['lines']} lines of text"
    if title := trace.get("title"):
        yield f"title      {title['text']}  [{title['where']}]"
    for name in ("agency", "year"):
        if found := trace.get(name):
            value = found.get("name") or found.get("year")
            yield f"{name:<10} {value}  [{found['evidence']}]"
    if "division" in trace:
        yield f"division   {trace['division']}"
    for dated in trace.get("dates", ()):
        doubt = f"  not used: {dated['rejected']}" if dated["rejected"] else ""
        origin = f"{dated['source']}: {dated['evidence']}"
        yield f"date       {dated['date']}  [{origin}]{doubt}"
    for note in trace.get("notes", ()):
        yield f"note       {note}"
    yield from _grids(extraction)
    if extraction.report:
        yield from _report(extraction.report)
    for part in extraction.parts:
        yield ""
        yield f"verdict    {part.verdict.kind}: {part.verdict.reason}"
        if part.report:
            yield from _report(part.report)


def _grids(extraction: Extraction) -> Iterator[str]:
    grids = extraction.trace.get("grids", ())
    yield ""
    yield f"{len(grids)} grids"
    for grid in grids:
        lossy = ", columns may have moved" if grid["lossy"] else ""
        size = f"{grid['rows']} rows of up to {grid['cells']} cells{lossy}"
        yield f"  {grid['locator']:<12} {size}: {grid['starts']}"
    for table in extraction.trace.get("located", ()):
        yield ""
        yield (
            f"table {table['table']} as {table['template']}: {table['matched']} of "
            f"{table['expected']} rows, from {', '.join(table['places'])}"
        )
        for row in table["rows"]:
            score = f"{row['score']:.0f}" if row["score"] else "between its neighbours"
            place = f"{row['locator']}: {row['label']}"
            yield f"  {row['row_code']:<34} {score:>4}  {place}"
        yield from _orders(table["rows"])


def _orders(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Columns that stand otherwise than in the form, and in which rows they do."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if "columns" in row:
            printed = row["columns"]
            told = "the header does not tell: each value is marked aligned"
            text = ", ".join(printed) if printed else told
            found.setdefault(text, []).append(row["row_code"])
    for text, codes in found.items():
        number = "1 row" if len(codes) == 1 else f"{len(codes)} rows"
        span = codes[0] if len(codes) == 1 else f"{codes[0]} … {codes[-1]}"
        yield f"  columns not as in the form, in {number} ({span}): {text}"


def _report(report: Report) -> Iterator[str]:
    yield ""
    yield (
        f"report {report.report_id}: {report.template}, {report.status}, "
        f"scope {report.scope}, published {report.published_on or '-'}, "
        f"signed {report.signed_on or '-'}, due {report.due_on or '-'}"
    )
    for chapter in report.chapters:
        size = len("".join(chapter.text.split()))
        name = (chapter.heading or "(before the first heading)").strip()
        yield f"  chapter {chapter.chapter_no}  {size:>6} characters  {name}"
    states = Counter(cell.state for cell in report.cells)
    counts = ", ".join(f"{n} {state}" for state, n in sorted(states.items()))
    yield f"  {len(report.cells)} cells: {counts or 'none'}"
    for cell in report.cells:
        if cell.state != "missing":
            yield f"    {_cell(cell)}"
    for left in report.leftovers:
        place = f" {left.locator}" if left.locator else ""
        yield f"  leftover {left.kind} {left.table_code or ''}{place}: {left.text}"


def _cell(cell: Cell) -> str:
    value = "" if cell.value is None else f" = {cell.value:g}"
    unit = f" {cell.unit}" if cell.unit and cell.unit != "count" else ""
    method = "" if cell.method == "read" else f"  ({cell.method})"
    name = "/".join(cell.key)
    return f"{name:<62} {cell.raw!r}{value}{unit}  {cell.state}{method}  {cell.locator}"
