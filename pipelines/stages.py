"""The compositions of the stages, and nothing else.

``read`` gives a checked reading for bytes and their surroundings; ``read_here`` is the
same as a pure function, without the worker process that dangerous forms are read in.
``take`` does it for a capture and loads the result.
"""

from __future__ import annotations

from dataclasses import replace

from archive.catalog import Catalog
from archive.errors import DocumentError
from archive.records import Capture, Extraction, PageContext
from pipelines import clones, contain, convert, reading, rules
from pipelines.load import Loaded, load


def read(data: bytes, context: PageContext) -> Extraction:
    """Read one document, in a worker process when its form may do harm."""
    if contain.is_risky(data):
        return settled(contain.shared(read_here).read(data, context), data, context)
    return read_here(data, context)


def settled(extraction: Extraction, data: bytes, context: PageContext) -> Extraction:
    """A contained reading; of a conversion where the reader refused the document."""
    if not convert.is_refused(extraction):
        return extraction
    if not convert.available():
        return convert.without(extraction)
    try:
        made = convert.docx(data)
    except DocumentError as reason:
        return replace(extraction, error=f"{extraction.error}; {reason}")
    done = contain.shared(read_here).read(made, context)
    parts = tuple(convert.marked(part, extraction) for part in done.parts)
    return replace(convert.marked(done, extraction), parts=parts)


def read_here(data: bytes, context: PageContext) -> Extraction:
    """Read one document and apply the rules to what it says, if it is the portal's."""
    whole = reading.read(data, context)
    parts = tuple(_checked(part, data, context) for part in whole.parts)
    return replace(_checked(whole, data, context), parts=parts)


def _checked(extraction: Extraction, data: bytes, context: PageContext) -> Extraction:
    extraction = clones.inspected(extraction, data, context)
    report = extraction.report
    if report is None or report.status == clones.QUARANTINED:
        return extraction
    checks = tuple(rules.evaluate(report, extraction.form))
    return replace(extraction, report=replace(report, checks=checks))


def take(
    catalog: Catalog, capture: Capture, payload: bytes, context: PageContext
) -> Loaded:
    """Read a captured document and load it in one transaction."""
    return load(catalog, capture, read(payload, context), context)
