"""Looking at portals as a run of its own: lock, WARC, and what is remembered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from archive import console
from archive.catalog import Catalog
from archive.clock import iso, utc_now
from archive.datadir import DataDir
from archive.errors import NianbaoError
from archive.records import Source
from archive.warc import WarcStore
from crawler.probing import Look, look_at
from pipelines.reference import open_archive


def look(
    data: DataDir,
    chosen: Sequence[Source],
    allow_net: tuple[str, ...],
    command: str,
    *,
    lists: bool = False,
    registered: bool = True,
) -> list[Look]:
    """Look at portals under the lock and remember what is known of them now.

    Those that are not ``registered`` yet get no say in which hosts are believed.
    """
    data.prepare(capturing=True)
    with data.lock(), open_archive(data) as catalog:
        run_id = catalog.start_run(command)
        outcome, figures = "failed", dict[str, Any]()
        for source in chosen:  # captures refer to their source
            catalog.put_source(source, **({} if registered else {"hosts": "[]"}))
        try:
            with (
                WarcStore(data.warc, run_id=run_id, seen=catalog.holder) as store,
                console.progress("looking", len(chosen)) as step,
            ):
                looks = look_at(
                    catalog,
                    store,
                    chosen,
                    run_id=run_id,
                    allow_net=allow_net,
                    lists=lists,
                    progress=step,
                )
            if registered:
                for found in looks:
                    put(catalog, found)
            bad = sum(found.probed.needs_person for found in looks)
            outcome = "attention" if bad else "complete"
            states = {f.source.source_id: f.probed.state for f in looks}
            figures = {"sources": len(looks), "states": states}
        except (NianbaoError, KeyboardInterrupt) as error:
            stopped = isinstance(error, KeyboardInterrupt)
            outcome = "Interrupted" if stopped else type(error).__name__
            raise
        finally:
            catalog.finish_run(run_id, outcome, figures)
    return looks


def put(catalog: Catalog, found: Look) -> None:
    """Remember a look. A state that a crawl came to is not overruled by a look."""
    probed, name = found.probed, found.source.source_id
    row = catalog.source(name)
    state: dict[str, Any] = {}
    if probed.home:
        state["last_ok_at"] = iso(utc_now())
    if probed.evidence:
        state["cms"] = probed.family
    never_crawled = row is None or row["reports_found"] is None
    if never_crawled:
        # that a column is named does not say that it yields reports
        state["state"] = "untried" if probed.column else probed.state
        state["column_url"] = probed.column
    catalog.put_source(found.source, note=found.source.note, **state)
