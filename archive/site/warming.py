"""Ready before anybody asks: what the first visitor of a snapshot would wait for.

Templates are compiled, drawings made and lists read once the site answers, in threads
and step by step, while nobody is being answered. Before a new snapshot takes the place
of an old one it is done beforehand. Nothing depends on it: what is not ready yet is
made when asked for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from archive.site.charts.view import CHARTS, chart, drawn, province_map
from archive.site.hits import Places
from archive.site.pages import agency, home, search
from archive.site.query import read_metrics
from archive.site.templating import REPLACED, plain
from archive.site.web import read_once

#: Templates, those of the pages that are asked for most first.
PAGES = ("home", "search", "report", "agency", "coverage", "checks")
READINGS = (
    home.load, home.lists, read_metrics, search.overall, agency.names_zh, Places.read,
)  # fmt: skip
SIZES = ("wide", "narrow")

Pause = Callable[[], Awaitable[None]]


async def at_once() -> None:
    """No pause."""


async def warm(datasette: Any, pause: Pause = at_once) -> None:
    """Compile, read and draw; nothing is sent. ``pause`` is awaited between steps."""
    environment = plain(datasette.jinja_env)
    for name in CHARTS:
        await pause()
        shown = await chart(datasette, name)
        if shown is not None:
            for size in SIZES:
                await pause()
                await drawn(datasette, shown, size)
    await province_map(datasette)
    for load in READINGS:
        await pause()
        await read_once(datasette, load)
    for template in (*(f"site/{page}.html" for page in PAGES), *sorted(REPLACED)):
        await pause()
        await asyncio.to_thread(environment.get_template, template)
