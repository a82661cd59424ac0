"""``/sources``: the portals, how they are, and what they gave."""

from __future__ import annotations

import sqlite3
from typing import Any

from archive.site.query import rows
from archive.site.web import page, read


def load(connection: sqlite3.Connection) -> dict[str, Any]:
    """All portals, those that need a person first, and the latest runs."""
    return {
        "sources": rows(
            connection,
            "SELECT s.*, (SELECT count(*) FROM captures c"
            "  WHERE c.source_id = s.source_id) AS captures FROM sources s"
            " ORDER BY s.state = 'ok', s.state, coalesce(s.adcode, '9'), s.source_id",
        ),
        "states": rows(
            connection,
            "SELECT state, count(*) AS n FROM sources GROUP BY 1 ORDER BY 2 DESC",
        ),
        "runs": rows(
            connection,
            "SELECT run_id, started_at, finished_at, command, outcome FROM runs"
            " ORDER BY started_at DESC LIMIT 10",
        ),
    }


async def view(datasette: Any, request: Any) -> Any:
    """The sources page."""
    return await page(datasette, request, "sources", await read(datasette, load))
