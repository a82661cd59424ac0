"""The steps of an update: what each does, and what it reports of itself."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from archive import manifest, unchanged
from archive.alarms import Trouble
from archive.catalog import Catalog
from archive.clock import china_date, utc_now
from archive.console import note, progress
from archive.datadir import DataDir
from archive.due import due_sources
from archive.errors import NianbaoError
from archive.records import Source
from archive.warc import WarcStore
from crawler.health import SourceCounts

#: From so many documents on it pays to start worker processes for reading them.
MANY = 40
#: Originals that the alarm of a damaged archive names; `nianbao fixity` names all.
DAMAGED_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Options:
    """How to update. Times are in seconds; None is no limit.

    ``max_time`` is for crawling and reading together; checking and publishing what is
    there by then always come after.
    """

    allow_net: tuple[str, ...] = ()
    max_time: float | None = None
    max_time_per_portal: float | None = None
    hook: tuple[str, ...] = ()
    jobs: int | None = None


@dataclass(slots=True)
class Report:
    """What the steps did, and what went wrong in them."""

    said: list[str] = field(default_factory=list)  # for the last line
    figures: dict[str, Any] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)  # step → why
    done: set[str] = field(default_factory=set)  # steps that were tried
    counts: dict[str, SourceCounts] = field(default_factory=dict)
    busy: bool = False  # something was asked for, read or checked
    damaged: bool = False
    standing: tuple[Trouble, ...] | None = None  # what the catalogue shows afterwards
    verify: list[str] = field(default_factory=list)  # reports that were not checked


def crawl(
    data: DataDir,
    catalog: Catalog,
    sources: list[Source],
    options: Options,
    deadline: float | None,
    run_id: str,
    report: Report,
) -> None:
    """Ask for what is due, and for what earlier runs left over."""
    due = due_sources(catalog, sources, utc_now())
    report.figures["sources"] = {"registry": len(sources), "due": len(due)}
    if not due:
        report.said.append(f"none of {len(sources)} portals has anything due")
        return
    from crawler.run import crawl as run  # noqa: PLC0415 - Scrapy takes a second to load

    before = catalog.counts()
    note(f"{len(due)} of {len(sources)} portals have something due")
    with (
        WarcStore(data.warc, run_id=run_id, seen=catalog.holder) as store,
        progress("crawling") as step,
    ):
        result = run(
            catalog,
            store,
            due,
            run_id=run_id,
            allow_net=options.allow_net,
            max_time=_left(deadline),
            due_only=True,
            seconds_each=options.max_time_per_portal,
            progress=step,
        )
    after = catalog.counts()
    new = {name: after[name] - before[name] for name in after}
    report.counts = result.counts
    report.busy |= any(counts.visits for counts in result.counts.values())
    cut = [name for name, counts in result.counts.items() if counts.cut]
    timed_out = result.reason == "closespider_timeout"
    report.figures["crawl"] = {
        "ended": result.reason,
        "cut": cut,
        "by_source": result.figures,
    }
    report.said.append(
        f"{len(due)} of {len(sources)} portals had something due: "
        f"{new['captures']} captures, {new['documents']} new documents, "
        f"{new['reports']} new reports ({after['reports']} in all)"
    )
    if timed_out:
        report.said.append("the time was up, the next run goes on")
    elif cut:
        report.said.append(f"the time of {len(cut)} portals was up")


def extract(
    data: DataDir,
    catalog: Catalog,
    options: Options,
    deadline: float | None,
    report: Report,
) -> None:
    """Read again what an older reader or older forms have read."""
    from pipelines.rereading import reread, select  # noqa: PLC0415 - heavy import

    rows = select(catalog)
    if not rows:
        report.figures["extract"] = {"documents": 0, "left": 0}
        return
    report.busy = True
    many = len(rows) >= MANY
    jobs = options.jobs or ((os.cpu_count() or 1) if many else 1)
    with progress("reading", len(rows)) as step:
        done = reread(
            catalog, WarcStore(data.warc), _until(deadline, rows), jobs=jobs, step=step
        )
    left = len(rows) - done.documents - len(done.damaged)
    if done.damaged:
        report.damaged = True
        report.failed["extract"] = "; ".join(done.damaged[:DAMAGED_SHOWN])
    report.figures["extract"] = {
        "documents": done.documents,
        "damaged": len(done.damaged),
        "left": left,
        "reports_changed": done.reports_changed,
        "cells": dict(done.cells),
    }
    more = f", {left} left for the next run" if left else ""
    report.said.append(f"{done}{more}")


def check(catalog: Catalog, options: Options, report: Report) -> None:
    """Apply the rules where they are due."""
    from pipelines import checking  # noqa: PLC0415 - heavy import

    done = checking.check(catalog, jobs=options.jobs)
    report.busy |= bool(done.checked or done.written)
    report.verify = list(done.failed)
    report.figures["check"] = {
        "reports": done.reports,
        "checked": done.checked,
        "verdicts": dict(sorted(done.verdicts.items())),
        "rules_version": checking.rules_version(),
    }
    if done.checked:
        report.said.append(f"{done.checked} reports checked")


def publish(
    data: DataDir, catalog: Catalog, run_id: str, report: Report, busy: bool
) -> None:
    """Build the snapshot, unless it would say what the published one says."""
    from archive.publish import publish as build  # noqa: PLC0415 - heavy import

    if not busy and _published_today(data, catalog, run_id):
        report.figures["publish"] = {"changed": False}
        report.said.append("nothing new to publish")
        return
    with progress("publishing") as step:
        done = build(data, catalog, progress=step, skip_same=True)
    report.figures["publish"] = {
        "changed": done.changed,
        "sha256": done.sha256,
        "bytes": done.bytes,
    }
    report.said.append(
        f"published {done.rows['reports']} reports, sha256 {done.sha256[:12]}…"
        if done.changed
        else f"not published again: sha256 {done.sha256[:12]}… says the same"
    )


def _published_today(data: DataDir, catalog: Catalog, run_id: str) -> bool:
    try:
        said = manifest.current(data)
    except NianbaoError:
        return False
    return unchanged.quiet_since(catalog, said, china_date(utc_now()), run_id)


def _left(deadline: float | None) -> float | None:
    """Seconds until the deadline, a moment at least."""
    return None if deadline is None else max(deadline - monotonic(), 0.1)


def _until(
    deadline: float | None, rows: Iterable[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    for row in rows:
        if deadline is not None and monotonic() >= deadline:
            return
        yield row
