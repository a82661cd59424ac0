"""The registry as a table for a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from archive.records import Source

HEADINGS = ("id", "name", "level", "family", "state", "last ok", "reports")


def listed(source: Source, known: dict[str, Any]) -> dict[str, Any]:
    """A source as plain data; ``known`` is its row in the catalogue, if any."""
    return {
        "id": source.source_id,
        "name": source.name,
        "adcode": source.adcode,
        "level": source.level,
        "home": source.home,
        "family": known.get("cms"),
        "state": known.get("state", "untried"),
        "last_ok_at": known.get("last_ok_at"),
        "reports": known.get("reports_found") or 0,
        "column": known.get("column_url"),
        "note": source.note,
    }


def shown(row: dict[str, Any]) -> tuple[str, ...]:
    """A row of the table."""
    return (
        row["id"],
        row["name"],
        row["level"],
        row["family"] or "-",
        row["state"],
        (row["last_ok_at"] or "-")[:10],
        str(row["reports"]),
    )


def width(text: str) -> int:
    """Columns of a terminal that a text takes.

    >>> width("莱州a")
    5
    """
    return sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in text)


def table(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    """Rows as lines, their columns one below the other."""
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell + " " * (wide - width(cell))
            for cell, wide in zip(row, widths, strict=True)
        ]
        yield "  ".join(cells).rstrip()
