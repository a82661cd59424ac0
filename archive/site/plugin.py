"""The Datasette plugin: routes, Chinese search in Datasette's own boxes, templates.

Works on any Datasette that serves ``<data>/public/nianbao.db``; the WARCs are found
beside it. ``archive.serve`` puts it together with settings and metadata.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from importlib.resources import files
from typing import Any, TypeVar

from datasette import hookimpl
from datasette.utils.asgi import Response
from markupsafe import Markup

from archive import __version__
from archive.site import (
    bundles,
    caching,
    excel,
    feeds,
    fts,
    grid,
    headings,
    language,
    limits,
    originals,
    pagecache,
    present,
    printed,
    sitemap,
)
from archive.site.charts import view as charts
from archive.site.pages import (
    agency,
    capture,
    checks,
    compare,
    coverage,
    data,
    dictionary,
    home,
    report,
    search,
    sources,
)
from archive.site.strings import name, say
from archive.site.web import DATABASE, View, only_reading

#: Under which the options of this plugin stand in the metadata.
NAME = "nianbao"

#: Ready questions lead on with a column ``follow`` that holds a path of this site.
FOLLOWED = ("/nianbao/", "/report/")

F = TypeVar("F", bound=Callable[..., Any])

ROUTES: list[tuple[str, View]] = [
    (r"^/$", home.view),
    (r"^/report/(?P<report_id>[^/]+)\.wacz$", bundles.wacz),
    (r"^/report/(?P<report_id>[^/]+)\.(?P<form>csv|json)$", data.report),
    (r"^/report/(?P<report_id>[^/]+)$", report.view),
    (r"^/agency/(?P<agency_id>[^/]+)\.(?P<form>csv|json)$", agency.as_data),
    (r"^/agency/(?P<agency_id>[^/]+)$", agency.view),
    (r"^/compare$", compare.view),
    (r"^/compare\.(?P<form>csv|json)$", data.pairs),
    (r"^/capture/(?P<capture_id>[^/]+)$", capture.view),
    (r"^/originals/(?P<sha256>[0-9A-Fa-f]{64})$", originals.view),
    (r"^/originals\.zip$", bundles.view),
    (r"^/feeds/(?P<feed>new|corrected|vanished)\.atom$", feeds.view),
    (r"^/feeds/alarms\.atom$", sources.as_feed),
    (r"^/sitemap\.xml$", sitemap.index),
    (
        r"^/sitemap-(?P<kind>pages|reports|agencies)-(?P<number>\d{1,6})\.xml$",
        sitemap.view,
    ),
    (r"^/robots\.txt$", sitemap.robots),
    (r"^/search$", search.view),
    (r"^/search\.(?P<form>csv|json)$", search.as_data),
    (r"^/coverage$", coverage.view),
    (r"^/checks$", checks.view),
    (r"^/checks\.(?P<form>csv|json)$", checks.as_data),
    (r"^/sources$", sources.view),
    (r"^/sources\.(?P<form>csv|json)$", data.sources),
    (r"^/dictionary$", dictionary.view),
    (r"^/dictionary\.(?P<form>csv|json)$", data.dictionary),
    (r"^/coverage\.(?P<form>csv|json)$", coverage.as_data),
    (r"^/charts$", charts.overview),
    (r"^/chart/(?P<name>[a-z]+)\.(?P<form>svg|csv)$", charts.view),
]

#: Columns that name something with a page of its own.
PAGES = {
    "report_id": "report",
    "agency_id": "agency",
    "capture_id": "capture",
    "sha256": "originals",
}


def hook(**options: Any) -> Callable[[F], F]:
    """``hookimpl`` with the types that Datasette does not ship."""

    def mark(function: F) -> F:
        hookimpl(**options)(function)
        return function

    return mark


async def databases(datasette: Any, request: Any) -> Any:
    """``/-/databases.json`` without the paths of this machine."""
    return Response.json(
        [
            {"name": db.name, "size": db.size, "is_mutable": db.is_mutable}
            for db_name, db in datasette.databases.items()
            if db_name == DATABASE
        ]
    )


@hook()
def register_routes() -> list[tuple[str, View]]:
    """Our pages, before Datasette's own routes."""
    own = [
        *ROUTES,
        (r"^/-/databases(?:\.json)?$", databases),
    ]
    return [(pattern, only_reading(view)) for pattern, view in own]


@hook()
def asgi_wrapper(datasette: Any) -> Callable[[language.App], language.App]:
    """Tags and headers, limits, CSV for Excel, the language the address asks for."""
    options = dict(datasette.plugin_config(NAME) or {})
    proxies = options.get("trusted_proxies", 0)
    buckets = limits.Buckets(options.get("sql_burst", 60), options.get("sql_rate", 1))
    known = datasette.databases.get(DATABASE)
    snapshot = caching.tag(str(known.hash or "") if known else "")
    base_url = datasette.setting("base_url")
    store = pagecache.Store()

    def wrapped(app: language.App) -> language.App:
        app = pagecache.keeping(excel.marked(language.speaking(app)), store)
        app = limits.limited(app, buckets, proxies)
        return caching.unprefixed(caching.tagged(app, snapshot), base_url)

    return wrapped


@hook(trylast=True)
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Make Datasette's own search understand Chinese.

    ``trylast``: Datasette's default plugins are called late, and the one that defines
    ``escape_fts`` must come before ours.
    """
    conn.create_function("escape_fts", 1, fts.match, deterministic=True)


def _here(datasette: Any, request: Any) -> str:
    """The path of the page, under the prefix also where a proxy has taken it off."""
    prefix, path = datasette.setting("base_url"), str(request.path)
    return path if path.startswith(prefix) else str(datasette.urls.path(path))


@hook()
def prepare_jinja2_environment(env: Any, datasette: Any) -> None:
    """Words, numbers and links for the templates."""
    css = files("archive.site").joinpath("static/site.css").read_bytes()
    env.globals.update(
        say=say,
        name=name,
        site_path=lambda *steps: datasette.urls.path(present.path(*steps)),
        site_here=lambda request: _here(datasette, request),
        column_name=headings.column_name,
        describe=headings.describe,
        parameter_name=headings.parameter_name,
        excel_link=headings.excel_link,
        facet_groups=headings.FACET_GROUPS,
        table_title=headings.table_title,
        language=language.current.get,
        language_tags=language.TAGS,
        in_language=language.other_address,
        web_link=present.web_link,
        percent=present.percent,
        circled=present.circled,
        method_sign=present.method_sign,
        grid=grid.grid,
        printed_cells=printed.printed_cells,
        listed_cells=printed.listed_cells,
        chinese=present.chinese,
        mixed=present.mixed,
        css_version=hashlib.sha256(css).hexdigest()[:8],
        software=f"nianbao/{__version__}",
        site_database=DATABASE,
    )
    env.filters.update(
        num=present.number,
        moment=present.moment,
        size=present.size,
        visible=present.visible,
        signed=present.signed,
    )


@hook()
def render_cell(value: Any, column: str, datasette: Any) -> str | None:
    """Identifiers lead to our pages, addresses out, whole numbers lose their ``.0``.

    ``Markup.format`` escapes what it puts in; every other value is left to Datasette.
    """
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if not isinstance(value, str) or not value:
        return None
    if column == "follow" and value.startswith(FOLLOWED):
        link = Markup('<a href="{}">{}</a>')
        return link.format(datasette.urls.path(value), say("sql.follow"))
    if column in PAGES:
        page = datasette.urls.path(present.path(PAGES[column], value))
        return Markup('<a href="{}">{}</a>').format(page, value)
    if present.web_link(value):
        rel = "nofollow noreferrer noopener"
        return Markup('<a href="{}" rel="{}">{}</a>').format(value, rel, value)
    return None


@hook()
def menu_links(datasette: Any) -> list[dict[str, str]]:
    """Our pages in the menu of plain Datasette."""
    pages = ("search", "coverage", "checks", "sources", "dictionary")
    return [
        {"href": datasette.urls.path(f"/{page}"), "label": say(f"nav.{page}")}
        for page in pages
    ]
