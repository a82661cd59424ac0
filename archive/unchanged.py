"""Whether a database that is about to be published says anything new.

Two snapshots are the same when they have the same tables with the same rows, the
journal of the runs aside: a night in which nothing was due must not make every reader
fetch a gigabyte again. Full text and statistics follow from the rows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import date, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

from archive import __version__
from archive.catalog import Catalog
from archive.clock import china_date

#: Says that something was done, not what came of it.
JOURNAL = "runs"
_MISSING = object()


def same(new: Path, old: Path) -> bool:
    """Whether two published databases hold the same. Nothing there is not the same."""
    if not old.exists():
        return False
    try:
        with closing(_open(new)) as one, closing(_open(old)) as other:
            tables = _tables(one)
            return (
                tables == _tables(other)
                and _counts(one, tables) == _counts(other, tables)
                and all(_same_rows(one, other, name) for name in tables)
            )
    except sqlite3.DatabaseError:
        return False  # what is there is damaged: put the new one in its place


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)


def _tables(connection: sqlite3.Connection) -> dict[str, str]:
    """Statements of the tables and views that are compared, by name."""
    found = connection.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type IN ('table', 'view')"
        " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '%\\_fts%'"
        " ESCAPE '\\' ORDER BY name"
    )
    return dict(found.fetchall())


def _counts(connection: sqlite3.Connection, tables: dict[str, str]) -> list[int]:
    return [
        connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
        for name, sql in tables.items()
        if name != JOURNAL and not sql.startswith("CREATE VIEW")
    ]


def _same_rows(one: sqlite3.Connection, other: sqlite3.Connection, table: str) -> bool:
    if table == JOURNAL:
        return True
    return all(
        mine == theirs
        for mine, theirs in zip_longest(
            _rows(one, table), _rows(other, table), fillvalue=_MISSING
        )
    )


def _rows(connection: sqlite3.Connection, table: str) -> Iterator[tuple[object, ...]]:
    yield from connection.execute(f'SELECT * FROM "{table}"')


def quiet_since(
    catalog: Catalog, manifest: Mapping[str, Any], today: date, run_id: str
) -> bool:
    """Whether no run but this one did anything since a publication of today's.

    Then, if this one did nothing either, no snapshot need even be built. A run that
    says of itself that it was not busy did nothing. What is due changes with China's
    date, so that a day without any publication ends this.
    """
    at = str(manifest["published_at"])
    later = catalog.one(
        "SELECT 1 AS found FROM runs WHERE run_id <> ?"
        " AND coalesce(finished_at, started_at) > ?"
        " AND coalesce(json_extract(stats, '$.busy'), 1) LIMIT 1",
        [run_id, at],
    )
    return (
        later is None
        and manifest["software"] == f"nianbao/{__version__}"
        and china_date(datetime.fromisoformat(at)) == today
    )
