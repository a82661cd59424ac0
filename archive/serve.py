"""Serving: Datasette 0.65 on the published snapshot, with our pages and settings.

A new snapshot is noticed within seconds (:mod:`archive.site.fresh`); SQL of visitors is
run by processes of its own (:mod:`archive.site.sandbox`).
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import socket
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import uvicorn
from datasette.plugins import pm

from archive import manifest, metadata
from archive.datadir import DataDir
from archive.errors import PortInUse, UsageError
from archive.metadata import FULL_TEXT
from archive.records import Metric
from archive.site import plugin
from archive.site.application import Site
from archive.site.fresh import Fresh
from archive.site.query import count, read_metrics, rows
from archive.site.sandbox import SandboxedDatabase
from archive.site.warming import warm
from archive.site.web import DATABASE

#: Measured on 25,000 reports: suggested facets cost seconds on wide tables, and a page
#: of 100 wide rows twice one of 50. Heavy questions belong in the downloaded file.
SETTINGS = {
    "suggest_facets": False,
    "default_cache_ttl": 60,
    "facet_time_limit_ms": 300,
    "sql_time_limit_ms": 1000,
    "default_page_size": 50,
    "max_returned_rows": 1000,
    "max_csv_mb": 500,
    "num_sql_threads": 4,
    "allow_download": True,
    "trace_debug": False,
}
#: Keys of the metadata that may hold an address of this site.
OWN_LINKS = {"source_url", "about_url"}
BACKLOG = 128
SWITCH_SECONDS = 0.0002


@dataclass(frozen=True, slots=True)
class Public:
    """What a site needs to know about where it stands.

    ``trusted_proxies`` is the number of proxies of one's own before it: as many
    addresses at the end of ``X-Forwarded-For`` are believed. A client may ask
    ``sql_burst`` questions with SQL of its own at once and ``sql_rate`` a second.
    """

    base_url: str = "/"
    trusted_proxies: int = 0
    sql_burst: float = 60
    sql_rate: float = 1

    def __post_init__(self) -> None:
        """UsageError for what cannot be meant."""
        base = self.base_url
        if not (base.startswith("/") and base.endswith("/")) or "//" in base:
            raise UsageError(f"--base-url is a path like /nianbao/, not {base!r}")
        if self.trusted_proxies < 0 or self.sql_burst < 1 or self.sql_rate <= 0:
            raise UsageError(f"not a limit that lets anything through: {self}")


def make_app(data: DataDir | Path, public: Public = Public()) -> Any:
    """A Datasette on what ``data`` has published; UsageError if that is nothing."""
    path = (data if isinstance(data, DataDir) else DataDir(data)).published
    if not path.exists():
        raise UsageError(f"nothing is published: {path} (run `nianbao publish` first)")
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)
        with contextlib.closing(connection):
            metrics = read_metrics(connection)
            counts = _counts(connection)
    except sqlite3.DatabaseError as error:
        raise UsageError(
            f"{path} is not a published database: {error} (run `nianbao publish`)"
        ) from error
    # A visitor's typing mistake is no news: without this every 400 and 404 writes its
    # traceback with all local variables, a screenful, into the log. A 500 still does.
    vars(pm.get_plugin("datasette.handle_exception"))["rich"] = None
    if not pm.is_registered(plugin):
        pm.register(plugin)
    # Installed packages are directories, so the paths stay valid after the context.
    with as_file(files("archive.site")) as site:
        datasette = Site(
            immutables=[str(path)],
            inspect_data={DATABASE: _inspected(path, counts)},
            metadata=_described(metrics, public),
            template_dir=str(site / "templates"),
            static_mounts=[("static", str(site / "static"))],
            settings=SETTINGS | {"base_url": public.base_url},
        )
    datasette.remove_database(DATABASE)
    datasette.add_database(SandboxedDatabase(datasette, path), name=DATABASE)
    return datasette


def _described(metrics: list[Metric], public: Public) -> dict[str, Any]:
    """The metadata for a site at this place: our own links under its prefix."""
    prefix = public.base_url.removesuffix("/")

    def placed(node: Any) -> Any:
        if not isinstance(node, dict):
            return node
        return {
            key: f"{prefix}{value}"
            if key in OWN_LINKS and str(value).startswith("/")
            else placed(value)
            for key, value in node.items()
        }

    options = {k: v for k, v in asdict(public).items() if k != "base_url"}
    built: dict[str, Any] = placed(metadata.build(metrics))
    return built | {"plugins": {plugin.NAME: options}}


def _counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Rows of every table but those full text lives in, which cannot be counted."""
    names = [
        row["name"]
        for row in rows(
            connection,
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            " AND name NOT GLOB ? AND name NOT GLOB 'sqlite_*' ORDER BY name",
            [f"{FULL_TEXT}*"],
        )
    ]
    return {name: count(connection, f'SELECT count(*) FROM "{name}"') for name in names}


def _inspected(path: Path, counts: dict[str, int]) -> dict[str, Any]:
    """What ``datasette inspect`` would find out: nothing is counted while serving."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    with_manifest = DataDir(path.parent.parent)
    if path == with_manifest.published and with_manifest.manifest.exists():
        manifest.current(with_manifest, digest)  # a pair, or a UsageError
    return {
        "hash": digest,
        "size": path.stat().st_size,
        "file": path.name,
        "tables": {name: {"count": number} for name, number in counts.items()},
    }


def listen(host: str, port: int) -> socket.socket:
    """A bound, listening socket; PortInUse when the address is taken.

    Port 0 takes any free one.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, or asyncio does not recognise TCP and leaves Nagle's delay of 40 ms on.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(
                f"{host}:{port} is in use by another program"
                " (choose another with --port, or --port 0 for any free one)"
            ) from error
        raise UsageError(f"cannot serve on {host}:{port}: {error.strerror}") from error
    return listener


def address(listener: socket.socket, base_url: str = "/") -> str:
    """URL of the site behind a listening socket."""
    host, port = listener.getsockname()[:2]
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return f"http://{place}{base_url}"


def serve(
    data: DataDir | Path,
    host: str = "127.0.0.1",
    port: int = 8001,
    *,
    public: Public = Public(),
    announce: Callable[[str], None] = print,
) -> None:
    """Serve until interrupted; ``announce`` gets the URL once pages can be had.

    What is published meanwhile is served from then on.
    """
    data = data if isinstance(data, DataDir) else DataDir(data)
    # Threads that read take the interpreter back from the one that writes pages after
    # so long; with several visitors at once the usual 5 ms add up, row by row.
    sys.setswitchinterval(SWITCH_SECONDS)
    app = Fresh(lambda: make_app(data, public), data.published, warm=warm)
    listener = listen(host, port)
    # Ctrl-C is how this ends.
    with contextlib.closing(listener), contextlib.suppress(KeyboardInterrupt):
        asyncio.run(
            _serve(app, listener, lambda: announce(address(listener, public.base_url)))
        )


async def _serve(
    app: Fresh, listener: socket.socket, announce: Callable[[], None]
) -> None:
    # Proxies are counted in archive.site.limits; the server believes no header.
    config = uvicorn.Config(
        app, log_level="warning", lifespan="on", proxy_headers=False
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not running.done():
        await asyncio.sleep(0.02)
    if server.started:
        announce()
    await running
