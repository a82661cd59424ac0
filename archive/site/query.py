"""Reading the published database: rows as dictionaries, and what never changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

from archive.records import Metric

Row = dict[str, Any]
Params = Iterable[Any] | dict[str, Any]


def rows(connection: sqlite3.Connection, sql: str, params: Params = ()) -> list[Row]:
    """All rows of a SELECT."""
    given = params if isinstance(params, dict) else tuple(params)
    cursor = connection.execute(sql, given)
    names = [d[0] for d in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def one(connection: sqlite3.Connection, sql: str, params: Params = ()) -> Row | None:
    """The first row of a SELECT."""
    return next(iter(rows(connection, sql, params)), None)


def count(connection: sqlite3.Connection, sql: str, params: Iterable[Any] = ()) -> int:
    """The single number a SELECT gives."""
    return int(connection.execute(sql, tuple(params)).fetchone()[0] or 0)


def read_metrics(connection: sqlite3.Connection) -> list[Metric]:
    """The forms as the database has them, in printed order."""
    found = rows(connection, "SELECT * FROM metrics ORDER BY template, position")
    return [Metric(**row) for row in found]
