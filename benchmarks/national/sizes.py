"""Bytes that a national archive has, and what a year adds. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.national.inputs import Inputs
from benchmarks.national.year import Night, navigation


@dataclass(frozen=True, slots=True)
class Traffic:
    """Bytes of some nights: over the line, and into the WARC files by kind."""

    requests: float
    wire: float
    pages: float  # list pages and homes, in the WARC
    reports: float
    attachments: float

    @property
    def kept(self) -> float:
        """All that the WARC files grow."""
        return self.pages + self.reports + self.attachments


def file_kept(inputs: Inputs) -> float:
    """Bytes of an attachment in the WARC, the mean."""
    packed = inputs.attachment_bytes * inputs.attachment_compression
    return inputs.warc_overhead_bytes + packed


def first_crawl(inputs: Inputs, portals: int) -> Traffic:
    """Everything once."""
    pages = navigation(inputs, portals)
    return Traffic(
        pages + inputs.reports + inputs.attachments,
        pages * inputs.wire(inputs.navigation_bytes)
        + inputs.reports * inputs.wire(inputs.report_bytes)
        + inputs.attachments * inputs.attachment_bytes,
        pages * inputs.kept(inputs.navigation_bytes),
        inputs.reports * inputs.kept(inputs.report_bytes),
        inputs.attachments * file_kept(inputs),
    )


def of_nights(inputs: Inputs, some: Iterable[Night]) -> Traffic:
    """What some nights ask for, after the first crawl.

    A confirmation (304) costs next to nothing. A page sent in full that is the same to
    the byte is a revisit record; files are, unless they changed.
    """
    listed = list(some)
    asked = sum(night.navigation for night in listed)
    again = sum(night.again for night in listed)
    new = sum(night.new for night in listed)
    share = inputs.reports / (inputs.reports + inputs.attachments)
    full = again * (1 - inputs.confirmed_share)
    page = inputs.kept(inputs.navigation_bytes)
    report = inputs.kept(inputs.report_bytes)
    same = inputs.same_bytes_share
    confirmed = (again - full) * inputs.revisit_bytes
    return Traffic(
        asked + again + new,
        asked * inputs.wire(inputs.navigation_bytes)
        + (full + new) * share * inputs.wire(inputs.report_bytes)
        + (full + new) * (1 - share) * inputs.attachment_bytes,
        asked * (same * inputs.revisit_bytes + (1 - same) * page),
        share
        * (
            new * report
            + full * (same * inputs.revisit_bytes + (1 - same) * report)
            + confirmed
        ),
        (1 - share)
        * (
            (new + full * inputs.changed_share) * file_kept(inputs)
            + full * (1 - inputs.changed_share) * inputs.revisit_bytes
            + confirmed
        ),
    )


def published(inputs: Inputs, reports: float) -> dict[str, float]:
    """Bytes of ``public/nianbao.db`` by part."""
    forms = reports * inputs.form_share
    return {
        "cells": forms * inputs.cells_bytes,
        "wide tables": forms * inputs.wide_bytes,
        "chapters and full text": reports * inputs.text_bytes,
        "checks": forms * inputs.findings_bytes,
        "all else": reports * inputs.row_bytes,
    }


def catalogue(inputs: Inputs, reports: float, portals: int, captures: float) -> float:
    """Bytes of ``catalog.db``: what is published, readings, frontier and captures."""
    urls = navigation(inputs, portals) + inputs.reports + inputs.attachments
    public = published(inputs, reports)
    return (
        sum(public.values())
        + reports * inputs.readings_bytes
        + urls * inputs.frontier_bytes
        + captures * inputs.capture_bytes
    )
