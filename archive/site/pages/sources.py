"""``/sources``: the portals, how they are and why, their report columns, the runs."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from archive.codes import SOURCE_STATES
from archive.site.query import Row, rows
from archive.site.web import PAGE_SIZE, page, page_number, read, read_once

RUNS = 10
#: Health in the order in which a person should look: in good order comes last.
URGENCY = ("empty", "moved", "unreachable", "blocked", "robots", "untried", "ok")


def load(connection: sqlite3.Connection, state: str, number: int) -> dict[str, Any]:
    """One page of portals, those that need a person first."""
    order = " ".join(f"WHEN '{s}' THEN {n}" for n, s in enumerate(URGENCY))
    found = rows(
        connection,
        "SELECT * FROM sources WHERE :state = '' OR state = :state"
        f" ORDER BY CASE state {order} END, coalesce(adcode, '9'), source_id"
        " LIMIT :size OFFSET :skip",
        {"state": state, "size": PAGE_SIZE, "skip": (number - 1) * PAGE_SIZE},
    )
    for source in found:
        key = [source["source_id"]]
        source["columns"] = rows(
            connection,
            "SELECT url, via, first_ok_at, last_ok_at, failed_at, reason, moved_to"
            " FROM report_columns WHERE source_id = ?"
            " ORDER BY failed_at IS NOT NULL, last_ok_at DESC, url",
            key,
        )
    return {"sources": found, "state": state, "page_number": number}


def overall(connection: sqlite3.Connection) -> dict[str, Any]:
    """Counts by state, captures by portal and outcome, the latest runs."""
    states = {
        row["state"]: row["n"]
        for row in rows(
            connection, "SELECT state, count(*) AS n FROM sources GROUP BY 1"
        )
    }
    outcomes: dict[str, dict[str, int]] = {}
    for row in rows(
        connection,
        "SELECT source_id, outcome, count(*) AS n FROM captures"
        " WHERE source_id IS NOT NULL GROUP BY 1, 2 ORDER BY 3 DESC",
    ):
        outcomes.setdefault(row["source_id"], {})[row["outcome"]] = row["n"]
    return {
        "states": [{"state": s, "n": states[s]} for s in URGENCY if s in states],
        "all_sources": sum(states.values()),
        "outcomes": outcomes,
        "runs": latest_runs(connection),
    }


def latest_runs(connection: sqlite3.Connection) -> list[Row]:
    """The latest runs with their counts, as far as these are plain numbers."""
    found = rows(
        connection,
        "SELECT run_id, started_at, finished_at, command, outcome, stats FROM runs"
        " ORDER BY started_at DESC, run_id DESC LIMIT ?",
        [RUNS],
    )
    for run in found:
        stats = json.loads(run["stats"]) if run["stats"] else {}
        run["counts"] = {
            key: value
            for key, value in stats.items()
            if isinstance(value, int) and not isinstance(value, bool) and value
        }
    return found


async def view(datasette: Any, request: Any) -> Any:
    """The sources page."""
    asked = request.args.get("state") or ""
    state, number = asked if asked in SOURCE_STATES else "", page_number(request)
    every = await read_once(datasette, overall)
    shown = await read(datasette, lambda connection: load(connection, state, number))
    total = sum(row["n"] for row in every["states"] if state in ("", row["state"]))
    more = total > number * PAGE_SIZE
    context = {**every, **shown, "total": total, "more": more}
    return await page(datasette, request, "sources", context)
