"""``nianbao update``: crawl what is due, read, check, publish, report; for timers.

The steps, each of which finds in the catalogue what is left for it::

    crawl     portals with something due: new, changed or left over      conditional
    extract   documents that an older reader or older forms have read    no network
    check     reports that are new, were read again, or rest on such
    alarms    what is the matter now, against what was known before
    publish   unless the snapshot would say what the published one says

A step that fails is an alarm and ends no other: what was captured is read, what was
read is published. Only a full disk or a signal ends the whole, and what was finished is
stored then. So the command may be started at any time, any number of times.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

from archive.catalog import Catalog
from archive.console import Outcome, note
from archive.datadir import DataDir
from archive.errors import ArchiveDamaged, Interrupted, NianbaoError, StorageError
from archive.records import Source
from crawler import updatesteps as steps
from crawler.updatereport import (
    call_hook,
    merged,
    outcome,
    settle,
    tell_failure,
    told,
    write_feed,
)
from crawler.updatesteps import Options, Report
from pipelines.reference import open_archive

logger = logging.getLogger(__name__)

COMMAND = "update"


def update(data: DataDir, sources: list[Source], options: Options) -> Outcome:
    """Bring an archive up to date and tell what changed. Call it under the lock.

    Raises StorageError and Interrupted after what was finished is stored; the hook is
    told of the former.
    """
    try:
        with open_archive(data) as catalog:
            return _update(data, catalog, sources, options)
    except NianbaoError as error:
        if not isinstance(error, Interrupted):
            tell_failure(data, options, error)
        raise


def _update(
    data: DataDir, catalog: Catalog, sources: list[Source], options: Options
) -> Outcome:
    before, run_id = catalog.counts(), catalog.start_run(COMMAND)
    report, ended = Report(), "failed"
    deadline = monotonic() + options.max_time if options.max_time else None
    try:
        todo: dict[str, Callable[[], None]] = {
            "crawl": lambda: steps.crawl(
                data, catalog, sources, options, deadline, run_id, report
            ),
            "extract": lambda: steps.extract(data, catalog, options, deadline, report),
            "check": lambda: steps.check(catalog, options, report),
        }
        for name, step in todo.items():
            _attempt(name, step, report)
        settled = settle(catalog, report, run_id)
        ended = outcome(report, settled)
        busy = report.busy or bool(settled.raised or settled.resolved)
        report.figures["busy"] = busy
        after = catalog.counts()
        report.figures["new"] = {name: after[name] - before[name] for name in after}
    except (NianbaoError, KeyboardInterrupt) as error:
        stopped = isinstance(error, KeyboardInterrupt)
        ended = Interrupted.__name__ if stopped else type(error).__name__
        raise
    finally:
        # Before publication, so that the snapshot tells of this run.
        catalog.finish_run(run_id, ended, report.figures | {"failed": report.failed})
    try:
        _attempt(
            "publish",
            lambda: steps.publish(data, catalog, run_id, report, busy),
            report,
        )
    except StorageError as error:
        with suppress(StorageError):  # the disk may be full for this, too
            catalog.amend_run(run_id, type(error).__name__, report.figures)
        raise
    settled = merged(settled, settle(catalog, report, run_id))
    if options.hook and settled.raised:
        report.done.add("hook")
        if why := call_hook(data, options, run_id, settled, report):
            report.failed["hook"] = why
        settled = merged(settled, settle(catalog, report, run_id))
    if (now := outcome(report, settled)) != ended or "publish" in report.failed:
        catalog.amend_run(run_id, now, report.figures | {"failed": report.failed})
    _attempt("feed", lambda: write_feed(data, catalog), report)
    return told(report, settled, run_id)


def _attempt(name: str, step: Callable[[], None], report: Report) -> None:
    """Run a step; its failure is kept and ends no other, a full disk ends all."""
    report.done.add(name)
    try:
        step()
    except (StorageError, Interrupted):
        raise
    except NianbaoError as error:
        report.damaged |= isinstance(error, ArchiveDamaged)
        report.failed[name] = str(error)
    except Exception as error:  # one step is closed here; the others go on
        logger.exception("%s failed", name)
        report.failed[name] = f"{type(error).__name__}: {error}"
    if why := report.failed.get(name):
        note(f"{name} failed: {why}")
