"""The figures the simulation is told, each with its kind and its source."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("inputs.yml")
KINDS = ("measured", "product", "assumed")


@dataclass(frozen=True, slots=True)
class Inputs:
    """One figure for each key of ``inputs.yml``; units are in the names there."""

    agencies: float
    reports: float
    form_share: float
    attachments: float
    navigation_fixed: float
    navigation_per_agency: float
    sigma_5000: float
    sigma_20000: float
    on_platforms: float
    platform_size: float
    latency_median_seconds: float
    latency_sigma_portals: float
    latency_sigma_requests: float
    slow_share: float
    slow_seconds: float
    flaky_share: float
    flaky_failures: float
    dead_share: float
    navigation_bytes: float
    report_bytes: float
    compressed_answers: float
    page_compression: float
    attachment_bytes: float
    size_sigma: float
    warc_overhead_bytes: float
    attachment_compression: float
    revisit_bytes: float
    line_mbit: float
    crawl_ms: float
    read_html_ms: float
    read_pdf_ms: float
    read_doc_ms: float
    pdf_share: float
    doc_share: float
    cells_bytes: float
    wide_bytes: float
    text_bytes: float
    row_bytes: float
    findings_bytes: float
    readings_bytes: float
    frontier_bytes: float
    capture_bytes: float
    confirmed_share: float
    same_bytes_share: float
    changed_share: float
    in_january: float
    first_crawl_nights: float
    hours_a_night: float

    @property
    def read_attachment_ms(self) -> float:
        """CPU to read an attachment, the mean over forms."""
        return self.pdf_share * self.read_pdf_ms + self.doc_share * self.read_doc_ms

    def wire(self, size: float) -> float:
        """Bytes on the line of a page of ``size`` bytes, the mean over portals."""
        packed = self.compressed_answers
        return size * (1 - packed + packed * self.page_compression)

    def kept(self, size: float) -> float:
        """Bytes in the WARC of a page of ``size`` bytes."""
        return self.warc_overhead_bytes + size * self.page_compression


def load(path: Path = FILE) -> Inputs:
    """Read the figures. ValueError names a key that is missing, unknown or odd."""
    entries: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text("utf-8"))
    names = {field.name for field in fields(Inputs)}
    if odd := names ^ set(entries):
        raise ValueError(f"{path.name}: missing or unknown: {', '.join(sorted(odd))}")
    for name, entry in entries.items():
        if set(entry) != {"value", "kind", "source"} or entry["kind"] not in KINDS:
            raise ValueError(
                f"{path.name}: {name}: expected value, source and kind (one of "
                f"{', '.join(KINDS)}), found {entry!r}"
            )
        if not isinstance(entry["value"], int | float):
            raise ValueError(f"{path.name}: {name}: expected a number")
    return Inputs(**{name: float(entry["value"]) for name, entry in entries.items()})
