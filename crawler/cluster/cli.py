"""Crawling by many workers on the command line, and ``nianbao fold``."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.console import Outcome, data_option, progress, reporting
from archive.datadir import DataDir
from archive.errors import ArchiveDamaged, NianbaoError, UsageError
from archive.records import Source
from pipelines import connecting

if TYPE_CHECKING:
    from archive.catalog import Catalog


def _connect(address: str) -> AbstractContextManager[Any]:
    from crawler.cluster.workers import connect

    return connect(address)


# The layer below opens no connection: it is given the way to.
connecting.connect = _connect


def crawl_shard(
    data: DataDir, sources: list[Source], written: str, options: dict[str, Any]
) -> Outcome:
    """Crawl the portals of one shard into its own folder of ``data``."""
    from crawler.cli import run_crawl
    from crawler.shards import parse_shard

    shard = parse_shard(written)
    portion = shard.portion(sources)
    if not portion:
        return Outcome(f"shard {written}: none of {len(sources)} sources is in it")
    worker = DataDir(shard.folder(data.root))
    done = run_crawl(worker, portion, tag=shard.tag, lender=data, **options)
    return Outcome(
        f"shard {written}: {done.summary}; `nianbao fold` takes it in",
        done.figures | {"folder": str(worker.root)},
        done.attention,
    )


def crawl_by_many(
    data: DataDir,
    sources: list[Source],
    cluster: str | None,
    jobs: int,
    options: dict[str, Any],
) -> Outcome:
    """Crawl every politeness group by a worker, and take in what they wrote."""
    from crawler.cluster import campaign, workers
    from crawler.shards import groups
    from pipelines.reference import open_archive

    data.prepare(capturing=True)
    with data.lock(), open_archive(data) as catalog:
        before = catalog.counts()
        run_id = catalog.start_run("crawl")
        figures: dict[str, Any] = {}
        outcome = "failed"
        try:
            chosen = workers.connect(cluster) if cluster else workers.threads(jobs)
            with (
                chosen as (executor, _),
                progress("crawling", len(groups(sources))) as step,
            ):
                done = campaign.run(
                    data, catalog, sources, executor, step=step, **options
                )
            told = take_in(data, catalog, done.folders, cluster, jobs)
            after = catalog.counts()
            new = {name: after[name] - before[name] for name in after}
            figures = {
                "sources": len(sources),
                "groups": done.units,
                "workers_lost": done.lost,
                "new": new,
                "by_source": done.figures,
                "folded": told.figures,
            }
            attention = (*done.attention, *told.attention)
            outcome = "attention" if attention else "complete"
        except (NianbaoError, KeyboardInterrupt) as error:
            stopped = isinstance(error, KeyboardInterrupt)
            outcome = "Interrupted" if stopped else type(error).__name__
            raise
        finally:
            catalog.finish_run(run_id, outcome, figures)
    return Outcome(
        f"{len(sources)} sources crawled in {done.units} groups: "
        f"{new['captures']} captures, {new['documents']} new documents, "
        f"{new['reports']} new reports ({after['reports']} in all)",
        figures,
        attention,
    )


def take_in(
    data: DataDir,
    catalog: Catalog,
    folders: list[Path],
    cluster: str | None,
    jobs: int,
) -> Outcome:
    """Fold workers' folders and read what nobody has read here, under the lock."""
    from archive.fold import fold as bring
    from archive.fold import unread
    from archive.warc import WarcStore
    from pipelines.rereading import reread, select

    there = [folder for folder in folders if (folder / "warc").is_dir()]
    with progress("folding", len(there)) as step:
        done = bring(data, catalog, there, step)
    digests = unread(catalog)
    rows = select(catalog, digests=digests) if digests else []
    with progress("reading", len(rows)) as step:
        read = reread(
            catalog, WarcStore(data.warc), rows, jobs=jobs, cluster=cluster, step=step
        )
    figures = {
        "folders": done.folders,
        "files": done.files,
        "captures": done.captures,
        "candidates": done.candidates,
        "read": read.documents,
    }
    return Outcome(
        f"{done}, {read.documents} read",
        figures,
        (*done.busy, *done.problems, *read.damaged),
        ArchiveDamaged.exit_code if read.damaged else 0,
    )


@click.command()
@data_option
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@click.option("--jobs", default=1, show_default=True, help="Processes that read.")
@click.option("--cluster", metavar="ADDRESS", help="Have a Dask cluster read.")
@reporting
def fold(
    data: DataDir, folders: tuple[Path, ...], jobs: int, cluster: str | None
) -> Outcome:
    """Take what workers wrote into the archive; by default all in DATA/shards.

    Their WARC files are linked, what those tell is entered, new documents are read.
    Doing it twice adds nothing.
    """
    from crawler.shards import FOLDER
    from pipelines.reference import open_archive

    chosen = list(folders) or sorted(
        path.parent for path in (data.root / FOLDER).glob("*/warc")
    )
    for folder in folders:
        if not (folder / "warc").is_dir():
            raise UsageError(f"expected a worker's folder, with warc/ in it: {folder}")
    data.prepare(capturing=True)
    with data.lock(), open_archive(data) as catalog:
        before = catalog.counts()
        run_id = catalog.start_run("fold")
        outcome, figures = "failed", dict[str, Any]()
        try:
            done = take_in(data, catalog, chosen, cluster, jobs)
            after = catalog.counts()
            new = {name: after[name] - before[name] for name in after}
            figures = done.figures | {"new": new}
            outcome = "attention" if done.attention else "complete"
        except NianbaoError as error:
            outcome = type(error).__name__
            raise
        finally:
            catalog.finish_run(run_id, outcome, figures)
    return Outcome(
        f"{done.summary}: {new['reports']} new reports ({after['reports']} in all)",
        figures,
        done.attention,
    )
