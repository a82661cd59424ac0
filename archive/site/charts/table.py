"""Rows as CSV, for programs; the site makes ``.excel.csv`` of it by itself."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from archive.site.query import Row


def csv_of(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """CSV with a line of headings; what is not known is an empty field, never a zero.

    >>> csv_of(["year", "n"], [{"year": 2020, "n": 3.0}, {"year": 2021, "n": None}])
    'year,n\\r\\n2020,3\\r\\n2021,\\r\\n'
    """
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(columns)
    writer.writerows([_plain(row[column]) for column in columns] for row in rows)
    return stream.getvalue()


def _plain(value: object) -> object:
    """A whole number without its fraction; all else as it is."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
