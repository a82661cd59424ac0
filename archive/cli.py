"""Commands of this layer: serve, status."""

from __future__ import annotations

from typing import Any

import click

from archive.catalog import Catalog
from archive.console import Outcome, data_option, reporting
from archive.datadir import DataDir
from archive.errors import UsageError


@click.command()
@data_option
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8001, show_default=True)
def serve(data: DataDir, host: str, port: int) -> None:
    """Serve the published snapshot with Datasette."""
    from archive.serve import serve as serve_site

    serve_site(data.root, host, port)


@click.command()
@data_option
@reporting
def status(data: DataDir) -> Outcome:
    """Show the last runs, the sources' health and what needs a person."""
    if not data.catalog.exists():
        raise UsageError(f"there is no archive in {data.root}")
    with Catalog(data.catalog) as catalog:
        found = catalog.status()
    for run in found["runs"]:
        click.echo(
            f"{run['started_at'][:19]}  {run['command']:<8} "
            f"{run['outcome'] or 'unfinished'}",
            err=True,
        )
    attention = [
        f"source {s['source_id']}: {s['state']}" + (f", {s['note']}" * bool(s["note"]))
        for s in found["sources"]
        if s["state"] not in ("ok", "untried")
    ]
    attention += [f"unreadable: {t['url']}: {t['error']}" for t in found["unreadable"]]
    counts: dict[str, Any] = found["counts"]
    summary = ", ".join(f"{number} {name}" for name, number in counts.items())
    return Outcome(summary, found, tuple(attention))


commands = (serve, status)
