"""The ``nianbao`` command: crawl, update, demo, and the commands of lower layers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

import archive.cli
import pipelines.cli
from archive import __version__, console, hook
from archive.console import PORT, Outcome, data_option, note, reporting
from archive.datadir import DataDir
from archive.durations import Duration
from archive.errors import NianbaoError, UsageError
from archive.records import Source
from crawler.cluster.cli import fold
from crawler.registry.cli import (
    allow_option,
    allowed_nets,
    sources,
    sources_option,
)
from pipelines.cli import publish_catalog

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


def run_crawl(
    data: DataDir,
    sources: list[Source],
    *,
    tag: str = "",
    lender: DataDir | None = None,
    **options: Any,
) -> Outcome:
    """Crawl ``sources`` under the lock and report what came of each.

    ``tag`` marks the run and its WARC files; ``lender`` is the archive whose frontier
    a worker's folder starts with.
    """
    from archive.fold import lend
    from archive.warc import WarcStore
    from crawler.run import crawl as run
    from pipelines.reference import open_archive

    data.prepare(capturing=True)
    with data.lock(), open_archive(data) as catalog:
        if lender is not None:
            lend(lender, catalog, [source.source_id for source in sources])
        before = catalog.counts()
        run_id = catalog.start_run("crawl", tag)
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
@click.option(
    "--limit", type=click.IntRange(1), help="At most this many pages per source."
)
@click.option("--refresh", is_flag=True, help="Ask for known pages again.")
@click.option(
    "--max-time", type=Duration(), help="Time after which to stop in order: 90s, 6h."
)
@click.option(
    "--allow-net", multiple=True, metavar="CIDR", help="Address range to allow."
)
@click.option("--shard", metavar="I/N", help="Only the I-th of N parts of the portals.")
@click.option("--cluster", metavar="ADDRESS", help="Have a Dask cluster do it.")
@click.option(
    "--jobs", type=click.IntRange(1), help="Have so many processes here do it."
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
    shard: str | None,
    cluster: str | None,
    jobs: int | None,
) -> Outcome:
    """Discover and capture reports, reading them as they come.

    One process crawls hundreds of portals at once. With --shard, --cluster or --jobs
    several workers do, each in a folder of its own: see `nianbao fold`.
    """
    from crawler.cluster.cli import crawl_by_many, crawl_shard
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
    if sum(map(bool, (shard, cluster, jobs))) > 1:
        raise UsageError("give one of --shard, --cluster and --jobs")
    options: dict[str, Any] = {
        "limit": limit,
        "refresh": refresh,
        "allow_net": allowed_nets(allow_net),
        "max_time": max_time,
    }
    if shard:
        return crawl_shard(data, chosen, shard, options)
    if cluster or jobs:
        return crawl_by_many(data, chosen, cluster, jobs or 1, options)
    return run_crawl(data, chosen, **options)


@cli.command()
@data_option
@sources_option
@click.option(
    "--max-time",
    type=Duration(),
    help="Stop crawling and reading after so long (6h, 90m); the next run goes on.",
)
@click.option(
    "--max-time-per-portal", type=Duration(), help="The same for every portal."
)
@click.option(
    "--hook",
    "hook_command",
    metavar="COMMAND",
    default=lambda: os.environ.get(hook.VARIABLE),
    show_default=f"${hook.VARIABLE}",
    help="Command that is told of new alarms: text on standard input.",
)
@click.option("--jobs", type=click.IntRange(1), help="Processes (default: all cores).")
@allow_option
@reporting
def update(
    data: DataDir,
    sources_file: Path | None,
    max_time: float | None,
    max_time_per_portal: float | None,
    hook_command: str | None,
    jobs: int | None,
    allow_net: tuple[str, ...],
) -> Outcome:
    """Crawl what is due, read, check, publish: the one command for timers.

    What is due is kept in the archive, so it may be started at any rate. Exit code 1
    while there is an alarm that nobody has acknowledged: see `nianbao status`.
    """
    from crawler.guard import parse_networks
    from crawler.source import load_registry
    from crawler.update import update as run
    from crawler.updatesteps import Options

    registry = load_registry(sources_file)
    nets = allowed_nets(allow_net)
    parse_networks(nets)
    words = tuple(hook.parse(hook_command)) if hook_command else ()
    options = Options(nets, max_time, max_time_per_portal, words, jobs)
    data.prepare(capturing=True)
    with data.lock():
        return run(data, registry, options)


@cli.command()
@data_option
@click.option(
    "--port", type=PORT, default=8001, show_default=True, help="Port of the site."
)
@click.option("--no-serve", is_flag=True, help="Stop after publishing.")
def demo(data: DataDir, port: int, no_serve: bool) -> None:
    """Crawl the bundled sample portals on loopback, publish and serve."""
    from archive.serve import listen
    from archive.serve import serve as serve_site
    from crawler.sample.server import SamplePortals
    from pipelines.reference import open_archive

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
cli.add_command(fold)
for command in (*archive.cli.commands, *pipelines.cli.commands):
    cli.add_command(command)


def main() -> None:
    """Entry point of the console script."""
    console.run(cli)
