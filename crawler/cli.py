"""The ``nianbao`` command: crawl, demo, sources, and the lower layers' commands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import archive.cli
import pipelines.cli
from archive import __version__, console
from archive.console import Outcome, data_option, note, reporting
from archive.datadir import DataDir
from archive.errors import NianbaoError, UsageError
from archive.records import Source
from archive.warc import WarcStore
from crawler.registry.cli import allowed_nets, sources
from pipelines.cli import publish_catalog
from pipelines.reference import open_archive

#: Where `demo` serves the sample portals, so that a second run asks the same addresses;
#: when one is taken, any free ports do, and pages captured before are new addresses.
SAMPLE_PORTS = (18081, 18082, 18083)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="nianbao")
def cli() -> None:
    """Archive China's annual reports on government information disclosure.

    Crawl portals, keep the bytes as received, read the tables, check the sums,
    publish with Datasette.
    """


def run_crawl(data: DataDir, sources: list[Source], **options: Any) -> Outcome:
    """Crawl ``sources`` under the lock and report what came of each."""
    from crawler.run import crawl as run

    data.prepare()
    with data.lock(), open_archive(data) as catalog:
        before = catalog.counts()
        run_id = catalog.start_run("crawl")
        figures: dict[str, Any] = {}
        outcome = "failed"
        try:
            with (
                WarcStore(data.warc, run_id=run_id, seen=catalog.holder) as store,
                console.progress("crawling") as step,
            ):
                result = run(
                    catalog, store, sources, run_id=run_id, progress=step, **options
                )
            after = catalog.counts()
            new = {name: after[name] - before[name] for name in after}
            figures = {"sources": len(sources), "new": new, "by_source": result.figures}
            outcome = "attention" if result.attention else "complete"
        except (NianbaoError, KeyboardInterrupt) as error:
            stopped = isinstance(error, KeyboardInterrupt)
            outcome = "Interrupted" if stopped else type(error).__name__
            raise
        finally:
            catalog.finish_run(run_id, outcome, figures)
    return Outcome(
        f"{len(sources)} sources crawled: {new['captures']} captures, "
        f"{new['documents']} new documents, {new['reports']} new reports "
        f"({after['reports']} in all)",
        figures,
        tuple(result.attention),
    )


@cli.command()
@data_option
@click.argument("source_ids", nargs=-1, metavar="[SOURCE_ID]...")
@click.option(
    "--sources",
    "sources_file",
    type=click.Path(path_type=Path),
    help="Registry file to use instead of crawler/sources/.",
)
@click.option("--all", "everything", is_flag=True, help="Every source.")
@click.option("--limit", type=int, help="At most this many pages per source.")
@click.option("--refresh", is_flag=True, help="Ask for known pages again.")
@click.option("--max-time", type=float, help="Seconds after which to stop in order.")
@click.option(
    "--allow-net", multiple=True, metavar="CIDR", help="Address range to allow."
)
@reporting
def crawl(
    data: DataDir,
    source_ids: tuple[str, ...],
    sources_file: Path | None,
    everything: bool,
    limit: int | None,
    refresh: bool,
    max_time: float | None,
    allow_net: tuple[str, ...],
) -> Outcome:
    """Discover and capture reports, reading them as they come."""
    from crawler.source import choose, load_registry

    registry = load_registry(sources_file)
    if not source_ids and not everything:
        if sources_file is None:
            raise UsageError("name sources to crawl, or say --all")
        everything = True
    named = choose(registry, source_ids)
    chosen = registry if everything else named
    if not chosen:
        raise UsageError("the registry names no source")
    return run_crawl(
        data,
        chosen,
        limit=limit,
        refresh=refresh,
        allow_net=allowed_nets(allow_net),
        max_time=max_time,
    )


@cli.command()
@data_option
@click.option("--port", default=8001, show_default=True, help="Port of the site.")
@click.option("--no-serve", is_flag=True, help="Stop after publishing.")
def demo(data: DataDir, port: int, no_serve: bool) -> None:
    """Crawl the bundled sample portals on loopback, publish and serve."""
    from archive.serve import listen
    from archive.serve import serve as serve_site
    from crawler.sample.server import SamplePortals

    if not no_serve:
        listen("127.0.0.1", port).close()
    with SamplePortals(SAMPLE_PORTS, fallback=True) as portals:
        for source in portals.sources:
            note(f"sample portal {source.source_id}: {source.home}")
        outcome = run_crawl(data, portals.sources, allow_net=("127.0.0.0/8",))
    for line in (*outcome.attention, outcome.summary):
        click.echo(line)
    with data.lock(), open_archive(data) as catalog:
        click.echo(publish_catalog(data, catalog).summary)
    if not no_serve:
        serve_site(data.root, "127.0.0.1", port)


cli.add_command(sources)
for command in (*archive.cli.commands, *pipelines.cli.commands):
    cli.add_command(command)


def main() -> None:
    """Entry point of the console script."""
    console.run(cli)
