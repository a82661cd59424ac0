"""Byte ranges (RFC 9110 §14) and entity tags (§13) for a payload that never changes."""

from __future__ import annotations

import re

ONE_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)


class Unsatisfiable(Exception):
    """The range asked for lies outside of the payload."""


def parse(header: str | None, size: int) -> tuple[int, int] | None:
    """First and last byte asked for, inclusive; None: send everything.

    Several ranges and anything malformed are ignored, as the standard allows.

    >>> parse("bytes=0-99", 1000), parse("bytes=900-", 1000), parse("bytes=-10", 1000)
    ((0, 99), (900, 999), (990, 999))
    >>> parse("bytes=500-5000", 1000)
    (500, 999)
    >>> parse("bytes=0-1,5-6", 1000) is parse("lines=1-2", 1000) is None
    True
    """
    found = ONE_RANGE.fullmatch((header or "").replace(" ", ""))
    if not found:
        return None
    first, last = found.groups()
    # More digits than any size has are no number anyone means.
    if max(len(first), len(last)) > 18 or not (first or last):
        return None
    if not first:
        if int(last) == 0 or size == 0:
            raise Unsatisfiable
        return max(size - int(last), 0), size - 1
    start = int(first)
    if last and int(last) < start:
        return None
    if start >= size:
        raise Unsatisfiable
    return start, min(int(last), size - 1) if last else size - 1


def matches(header: str | None, etag: str) -> bool:
    """Whether an ``If-None-Match`` header names ``etag``, weakly or strongly.

    >>> matches('"a", W/"b"', '"b"'), matches("*", '"b"'), matches(None, '"b"')
    (True, True, False)
    """
    tags = [tag.strip().removeprefix("W/") for tag in (header or "").split(",")]
    return etag in tags or "*" in tags
