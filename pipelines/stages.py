"""The compositions of the stages, and nothing else.

``read`` is pure: bytes and their surroundings in, a checked reading out. ``take`` does
it for a capture and loads the result.
"""

from __future__ import annotations

from dataclasses import replace

from archive.catalog import Catalog
from archive.records import Capture, Extraction, PageContext
from pipelines import reading, rules
from pipelines.load import Loaded, load


def read(data: bytes, context: PageContext) -> Extraction:
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
