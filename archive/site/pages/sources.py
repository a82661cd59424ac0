"""``/sources``: the portals, how they are and why, what needs a person, the runs."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from datasette.utils.asgi import Response

from archive import alarmfeed
from archive.alarms import Alarm
from archive.codes import SOURCE_STATES
from archive.site.feeds import MEDIA_TYPE
from archive.site.language import current
from archive.site.query import Row, rows
from archive.site.web import (
    HEADERS,
    PAGE_SIZE,
    page,
    page_number,
    read,
    read_once,
)

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
    """Counts by state, captures by portal and outcome, alarms, the latest runs."""
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
        "alarms": lasting(connection),
    }


def lasting(connection: sqlite3.Connection) -> dict[str, Any]:
    """Trouble that is not over: how much of it, and the rows, open ones first."""
    counted = rows(
        connection,
        "SELECT count(*) AS n, count(acknowledged_at) AS known FROM alarms"
        " WHERE resolved_at IS NULL",
    )[0]
    listed = rows(
        connection,
        "SELECT alarm_id, kind, subject, message, message_zh, raised_at,"
        " acknowledged_at, note FROM alarms WHERE resolved_at IS NULL"
        " ORDER BY acknowledged_at IS NOT NULL, raised_at DESC, kind, subject LIMIT ?",
        [PAGE_SIZE],
    )
    return {
        "open": counted["n"] - counted["known"],
        "acknowledged": counted["known"],
        "listed": listed,
        "more": counted["n"] - len(listed),
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


async def as_feed(datasette: Any, request: Any) -> Any:
    """``/feeds/alarms.atom``: the published alarms, without who acknowledged them."""
    lang = current.get()
    body = await read(
        datasette, lambda connection: alarmfeed.render(latest(connection), lang)
    )
    headers = HEADERS | {"cache-control": "public, max-age=900"}
    return Response(body, 200, headers, MEDIA_TYPE)


def latest(connection: sqlite3.Connection) -> list[Alarm]:
    """The latest alarms of all, over or not."""
    found = rows(
        connection,
        "SELECT alarm_id, kind, subject, message, message_zh, raised_at, run_id,"
        " resolved_at, acknowledged_at, NULL AS acknowledged_by, note,"
        " max(raised_at, coalesce(resolved_at, ''), coalesce(acknowledged_at, ''))"
        " AS updated_at FROM alarms ORDER BY raised_at DESC, kind, subject LIMIT ?",
        [alarmfeed.ENTRIES],
    )
    return [Alarm(**row) for row in found]


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
