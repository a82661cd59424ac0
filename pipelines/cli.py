"""Commands of this layer: ingest, extract, check, explain, publish, metadata."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.console import (
    Outcome,
    Step,
    data_option,
    progress,
    reporting,
)
from archive.datadir import DataDir
from archive.errors import ArchiveDamaged, UsageError

if TYPE_CHECKING:
    from archive.catalog import Catalog

#: Changed cells that `extract` shows on a terminal.
CELLS_SHOWN = 40


@click.command()
@data_option
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, readable=False),  # one that is not is listed
)
@click.option(
    "--host",
    "hosts",
    multiple=True,
    metavar="HOST[:PORT]",
    help="A host outside .gov.cn whose reports in WARC files are to be believed.",
)
@reporting
def ingest(data: DataDir, paths: tuple[Path, ...], hosts: tuple[str, ...]) -> Outcome:
    """Take in local files, folders, and WARC and WACZ files made by others.

    Reports in WARC files that stand on no portal's host are clones, and refused.
    """
    from archive.portals import vouch
    from archive.warc import WarcStore
    from pipelines.intake import ingest as take_in
    from pipelines.intake import walk
    from pipelines.reference import open_archive

    files = list(walk(paths))
    if not files:
        raise UsageError(f"no files in {', '.join(map(str, paths))}")
    data.prepare()
    with data.lock(), open_archive(data) as catalog:
        before = catalog.counts()
        run_id = catalog.start_run("ingest")
        vouch(catalog, hosts)
        store = WarcStore(data.warc, run_id=run_id, seen=catalog.holder)
        with store, progress("reading files", len(files)) as step:
            taken = take_in(catalog, store, files, step)
        refused = [f"{t.name}: {t.reason}" for t in taken if t.reason]
        read = [t.loaded for t in taken if t.loaded and not t.reason]
        reports = {one.report_id for loaded in read for one in loaded.all}
        inside = [t.inside for t in taken if t.inside]
        reports |= {report for found in inside for report in found.reports}
        problems = [p for t in inside for p in t.problems + t.unreadable + t.refused]
        after = catalog.counts()
        figures: dict[str, Any] = {
            "files": len(taken),
            "reports": len(reports),
            "not_reports": len(refused),
            "new_reports": after["reports"] - before["reports"],
            "new_documents": after["documents"] - before["documents"],
            "new_captures": after["captures"] - before["captures"],
            "problems": len(problems),
        }
        attention = (*refused, *problems)
        catalog.finish_run(run_id, "attention" if attention else "complete", figures)
    return Outcome(
        f"{figures['files']} files: {figures['reports']} reports "
        f"({figures['new_reports']} new), {figures['not_reports']} without a report",
        figures,
        attention,
    )


@click.command()
@data_option
@click.argument("sha256", nargs=-1)
@click.option("--stale", is_flag=True, help="Read by an older version (default).")
@click.option("--all", "everything", is_flag=True, help="Every document.")
@click.option(
    "--jobs", type=click.IntRange(1), default=1, show_default=True, help="Processes."
)
@click.option("--cluster", metavar="ADDRESS", help="Have a Dask cluster read them.")
@click.option("--dry-run", is_flag=True, help="Only tell what would change.")
@reporting
def extract(
    data: DataDir,
    sha256: tuple[str, ...],
    stale: bool,
    everything: bool,
    jobs: int,
    cluster: str | None,
    dry_run: bool,
) -> Outcome:
    """Read the archive again with today's readers and forms; no network."""
    from archive.catalog import Catalog
    from archive.warc import WarcStore
    from pipelines.differences import lines, plain
    from pipelines.reference import open_archive
    from pipelines.rereading import reread, select

    if stale + everything + bool(sha256) > 1:
        raise UsageError("give one of --stale, --all or digests")
    _require_catalog(data)
    with (
        data.lock(),
        Catalog(data.catalog) if dry_run else open_archive(data) as catalog,
    ):
        rows = select(catalog, digests=sha256, everything=everything)
        unknown = set(sha256) - {row["sha256"] for row in rows}
        if unknown:
            raise UsageError(f"no such document: {', '.join(sorted(unknown))}")
        run_id = None if dry_run else catalog.start_run("extract")
        store = WarcStore(data.warc)
        with progress("reading", len(rows)) as step:
            result = reread(
                catalog,
                store,
                rows,
                jobs=jobs,
                cluster=cluster,
                dry_run=dry_run,
                step=step,
            )
        figures: dict[str, Any] = {
            "documents": result.documents,
            "reports_changed": result.reports_changed,
            "cells": dict(result.cells),
            "damaged": list(result.damaged),
            "dry_run": dry_run,
        }
        if run_id:
            ended = ArchiveDamaged.__name__ if result.damaged else "complete"
            catalog.finish_run(run_id, ended, figures)
    return Outcome(
        f"{'would be: ' if dry_run else ''}{result}",
        figures | {"changes": [plain(d) for d in result.differences]},
        result.damaged,
        ArchiveDamaged.exit_code if result.damaged else 0,
        details=tuple(lines(result.differences, CELLS_SHOWN)),
    )


@click.command()
@data_option
@click.option("--all", "everything", is_flag=True, help="Every report, not only due.")
@click.option("--jobs", type=click.IntRange(1), help="Processes (default: all cores).")
@reporting
def check(data: DataDir, everything: bool, jobs: int | None) -> Outcome:
    """Apply all rules to the reports that are new, read again, or rest on such.

    Rules between years and between authorities too. After a change of the rules every
    report is due.
    """
    from contextlib import ExitStack

    from pipelines import checking
    from pipelines.reference import open_archive

    _require_catalog(data)
    with data.lock(), open_archive(data) as catalog, ExitStack() as stack:
        run_id = catalog.start_run("check")

        def display(total: int) -> Step:
            return stack.enter_context(progress("checking", total))

        done = checking.check(catalog, everything=everything, jobs=jobs, step=display)
        figures: dict[str, Any] = {
            "reports": done.reports,
            "checked": done.checked,
            "verdicts": dict(sorted(done.verdicts.items())),
            "written": done.written,
            "rules_version": checking.rules_version(),
        }
        catalog.finish_run(run_id, "attention" if done.failed else "complete", figures)
    return Outcome(str(done), figures, done.failed)


@click.command()
@data_option
@reporting
def publish(data: DataDir) -> Outcome:
    """Build the immutable public database and swap it in."""
    from pipelines.reference import open_archive

    data.prepare()
    with data.lock(), open_archive(data) as catalog:
        return publish_catalog(data, catalog)


def publish_catalog(data: DataDir, catalog: Catalog) -> Outcome:
    """Publish under a lock that is held already."""
    from archive.publish import publish as build

    with progress("publishing") as step:
        done = build(data, catalog, progress=step)
    figures = {"sha256": done.sha256, "bytes": done.bytes, "rows": done.rows}
    return Outcome(
        f"published {done.rows['reports']} reports, {done.rows['cells']} cells of "
        f"{done.rows['agencies']} agencies: {done.path}, sha256 {done.sha256[:12]}…",
        figures,
    )


@click.command()
@data_option
@click.argument("what", metavar="PATH|SHA256|REPORT_ID")
def explain(data: DataDir, what: str) -> None:
    """Show how a document was read: grids, tables, cell origins, leftovers."""
    from archive.catalog import Catalog
    from archive.clock import iso, utc_now
    from archive.copies import read_copy
    from archive.portals import Portals
    from archive.records import PageContext
    from archive.warc import WarcStore
    from pipelines import stages
    from pipelines.explain import render
    from pipelines.intake import legible
    from pipelines.rereading import context_of

    path = Path(what)
    if path.is_file():
        context = PageContext(
            url=f"file:///{legible(path.name)}",
            captured_at=iso(utc_now()),
            filename=legible(path.name),
        )
        try:
            content = path.read_bytes()
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}") from error
        click.echo(render(stages.read(content, context)))
        return
    _require_catalog(data, write=False)
    with Catalog(data.catalog) as catalog:
        report = catalog.report(what)
        digest = report["sha256"] if report else what
        rows = [r for r in catalog.candidates() if r["sha256"] == digest]
        capture = catalog.holder(digest)
        original = read_copy(catalog, WarcStore(data.warc), digest) if rows else None
        if capture is None or original is None:
            raise UsageError(
                f"{what!r} is no file here, and no SHA-256 of a document nor the id of "
                f"a report in {data.catalog}"
            )
        charset = original.response.charset if original.response else None
        context = context_of(rows[0], capture, charset, Portals(catalog))
        click.echo(render(stages.read(original.payload, context)))


@click.command(hidden=True)
@click.option("--docs", is_flag=True, help="The data dictionary as Markdown instead.")
@click.option("--questions", is_flag=True, help="The ready questions instead.")
def metadata(docs: bool, questions: bool) -> None:
    """Print datasette-metadata.json as the data dictionary makes it."""
    from archive import documentation
    from archive import metadata as datasette
    from archive import questions as ready
    from pipelines.reference import metrics

    if questions:
        click.echo(ready.render(), nl=False)
        return
    render = documentation.render if docs else datasette.render
    click.echo(render(metrics()), nl=False)


def _require_catalog(data: DataDir, *, write: bool = True) -> None:
    if not data.catalog.exists():
        raise UsageError(
            f"there is no archive in {data.root}: expected {data.catalog} "
            "(run `nianbao crawl` or `nianbao ingest` first)"
        )
    if write:
        data.prepare()


commands = (ingest, extract, check, publish, explain, metadata)
