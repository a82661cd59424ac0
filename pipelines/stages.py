"""The compositions of the stages, and nothing else.

``read`` gives a checked reading for bytes and their surroundings; ``read_here`` is the
same as a pure function, without the worker process that dangerous forms are read in.
``take`` does it for a capture and loads the result.
"""

from __future__ import annotations

from dataclasses import replace

from archive.catalog import Catalog
from archive.records import Capture, Extraction, PageContext
from pipelines import contain, reading, rules
from pipelines.load import Loaded, load


def read(data: bytes, context: PageContext) -> Extraction:
    """Read one document, in a worker process when its form may do harm."""
    if contain.is_risky(data):
        return contain.shared(read_here).read(data, context)
    return read_here(data, context)


def read_here(data: bytes, context: PageContext) -> Extraction:
    """Read one document and apply the rules to what it says."""
    extraction = reading.read(data, context)
    if extraction.report is None:
        return extraction
    checks = tuple(rules.evaluate(extraction.report))
    return replace(extraction, report=replace(extraction.report, checks=checks))


def take(
    catalog: Catalog, capture: Capture, payload: bytes, context: PageContext
) -> Loaded:
    """Read a captured document and load it in one transaction."""
    return load(catalog, capture, read(payload, context), context)
