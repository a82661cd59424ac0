"""``/chart/<name>.svg`` and ``.csv``, and charts for the pages that show them.

A drawing takes 5 to 20 ms, in a thread; it is kept as long as the snapshot is served,
those of single authorities as long as there is room.
"""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any
from urllib.parse import quote
from weakref import WeakKeyDictionary

from datasette.utils.asgi import Response
from markupsafe import Markup

from archive.site.charts import figure, look, series
from archive.site.charts.figure import Figure
from archive.site.charts.table import csv_of
from archive.site.charts.tiles import tiles
from archive.site.language import current
from archive.site.query import Row
from archive.site.web import DATABASE, not_found, page, read, read_once

#: Charts of the whole archive: what they show, and how it is put in words.
CHARTS: dict[
    str,
    tuple[Callable[[sqlite3.Connection], list[Row]], Callable[[Sequence[Row]], Figure]],
] = {
    "coverage": (series.coverage, figure.coverage),
    "provinces": (series.provinces, figure.provinces),
    "requests": (series.requests, figure.requests),
    "outcomes": (series.outcomes, figure.outcomes),
    "grounds": (series.grounds, figure.grounds),
}
#: Drawings remembered for one snapshot, about 12 KB each.
REMEMBERED = 500
#: Nothing runs and nothing is loaded, wherever the file is opened.
HEADERS = {
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "cache-control": "public, max-age=3600",
}

_drawings: WeakKeyDictionary[Any, OrderedDict[Any, str]] = WeakKeyDictionary()
#: The library draws one chart at a time.
_drawing = Lock()


async def chart(datasette: Any, name: str, agency_id: str = "") -> Figure | None:
    """The chart of that name in the language of the request; None if there is none."""
    if name == "agency":
        rows = await read(datasette, lambda c: series.agency(c, agency_id))
        with_figures = any(
            row[code] is not None for row in rows for code in series.AGENCY
        )
        return figure.agency(rows, agency_id) if with_figures else None
    if name not in CHARTS:
        return None
    load, describe = CHARTS[name]
    rows = await read_once(datasette, load)
    return describe(rows) if rows else None


async def charts(datasette: Any, *names: str) -> list[Figure]:
    """Those of the charts that have anything to show."""
    found = [await chart(datasette, name) for name in names]
    return [one for one in found if one is not None]


async def province_map(datasette: Any) -> Markup | None:
    """The map of tiles with links to the coverage of each province, for a page.

    None if nothing that is here belongs to a tile: an empty map says nothing.
    """
    shown = await chart(datasette, "provinces")
    rows = await read_once(datasette, series.provinces)
    if shown is None or not any(row["province"] in tiles() for row in rows):
        return None
    base = datasette.urls.path("/coverage")
    links = {
        row["province"]: (
            f"{base}?province={quote(row['province'])}",
            f"{figure.province_name(row['province'])} {row['rate']}%"
            f" ({row['found'] + row['late']}/{row['n'] - row['not_due']})",
        )
        for row in rows
    }
    svg = await _drawn(
        datasette,
        ("map", current.get(), base),
        lambda: figure.linked_map(shown, shown.svg("narrow"), links),
    )
    # Built from an allow-list of elements, attributes and values: see inert.py.
    return Markup(svg)


def snapshot(datasette: Any) -> str:
    """The published database by the beginning of its digest, for source lines."""
    return str(datasette.get_database(DATABASE).hash or "")[:12]


async def overview(datasette: Any, request: Any) -> Any:
    """``/charts``: all charts of the archive on one page."""
    names = [name for name in CHARTS if name != "provinces"]
    context = {
        "charts": await charts(datasette, *names),
        "provinces": await chart(datasette, "provinces"),
        "map": await province_map(datasette),
        "snapshot": snapshot(datasette),
    }
    return await page(datasette, request, "charts", context)


async def view(datasette: Any, request: Any) -> Any:
    """One chart as a file."""
    name, form = request.url_vars["name"], request.url_vars["form"]
    agency_id = request.args.get("agency_id") or ""
    shown = await chart(datasette, name, agency_id)
    if shown is None:
        return await not_found(datasette, request, "chart", name)
    size = request.args.get("size") if request.args.get("size") in look.SIZES else ""
    headers = dict(HEADERS)
    if form == "csv":
        body = csv_of([key for key, _ in shown.columns], shown.rows)
        headers["content-disposition"] = f'attachment; filename="{name}.csv"'
        kind = "text/csv; charset=utf-8"
    else:
        body = await drawn(datasette, shown, size or "wide", agency_id)
        kind = "image/svg+xml; charset=utf-8"
    headers["etag"] = f'"{hashlib.sha256(body.encode()).hexdigest()[:16]}"'
    if headers["etag"] in (request.headers.get("if-none-match") or ""):
        return Response("", status=304, headers=headers)
    return Response(body, headers=headers, content_type=kind)


async def drawn(datasette: Any, shown: Figure, size: str, agency_id: str = "") -> str:
    """The drawing of a chart in the language of the request."""
    key = (shown.name, agency_id, size, current.get())
    return await _drawn(datasette, key, lambda: shown.drawing(size))


async def _drawn(datasette: Any, key: Any, make: Callable[[], str]) -> str:
    """A drawing, made in a thread if it is not remembered."""
    known = _drawings.setdefault(datasette.get_database(DATABASE), OrderedDict())
    if key not in known:
        known[key] = await asyncio.get_running_loop().run_in_executor(
            None, _one_at_a_time, make
        )
        while len(known) > REMEMBERED:
            known.popitem(last=False)
    known.move_to_end(key)
    return known[key]


def _one_at_a_time(make: Callable[[], str]) -> str:
    with _drawing:
        return make()
