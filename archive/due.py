"""Which portals have something due: decided by the catalogue, not by the timer.

Every page carries when it is to be asked for again; a failure carries a back-off. So a
run that did not take place costs nothing: the next one finds more that is due.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from archive.catalog import Catalog
from archive.clock import iso
from archive.frontier import AHEAD
from archive.records import Source


@dataclass(frozen=True, slots=True)
class Agenda:
    """How much is to be asked for now, and when the next thing will be."""

    portals: int
    pages: int
    next_due: str | None  # of what is not due yet


_DUE = (
    "(state = 'pending' OR next_due <= ?1 OR coalesce(visited_at, '') > ?2"
    " OR (state = 'failed' AND next_due IS NULL))"
)


def due_sources(
    catalog: Catalog, sources: Iterable[Source], now: datetime
) -> list[Source]:
    """Those of ``sources`` that are new, have something due, or something left over.

    An address that was added to the entry of a portal makes it due, too.
    """
    due = {
        row["source_id"]
        for row in catalog.rows(
            f"SELECT DISTINCT source_id FROM frontier WHERE {_DUE}",
            [iso(now), iso(now + AHEAD)],
        )
    }
    return [
        source
        for source in sources
        if source.source_id in due or not _entered(catalog, source)
    ]


def _entered(catalog: Catalog, source: Source) -> bool:
    """Whether the frontier has every address that the registry names."""
    wanted = {source.home, *source.seeds}
    marks = ", ".join("?" * len(wanted))
    row = catalog.one(
        f"SELECT count(*) AS n FROM frontier WHERE source_id = ? AND url IN ({marks})",
        [source.source_id, *wanted],
    )
    return row is not None and row["n"] == len(wanted)


def agenda(catalog: Catalog, now: datetime) -> Agenda:
    """What is due now in the whole archive."""
    row = catalog.one(
        f"SELECT count(DISTINCT CASE WHEN {_DUE} THEN source_id END) AS portals,"
        f" coalesce(sum(CASE WHEN {_DUE} THEN 1 END), 0) AS pages,"
        f" min(CASE WHEN NOT {_DUE} THEN next_due END) AS next_due FROM frontier",
        [iso(now), iso(now + AHEAD)],
    )
    assert row is not None
    return Agenda(int(row["portals"]), int(row["pages"]), row["next_due"])
