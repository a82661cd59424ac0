"""The frontier: every URL a crawl knows, with its state, in the catalogue.

A URL is ``done`` only in the transaction that stores its capture and the links found on
it. Whatever ends a run, the rest is still ``pending`` and the next run goes on there.
A URL that failed is asked again by later runs until it has failed
:data:`MAX_ATTEMPTS` times since it last succeeded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archive.catalog import Catalog
from archive.clock import Clock, iso, utc_now

#: What a link promises, and how urgently it is followed. ``column`` leads to the report
#: column, ``list`` is the report column with its sub-columns and pages.
ROLES = {"home": 90, "column": 70, "list": 80, "report": 50, "attachment": 40}
#: Pages that are looked at again in every run, because they name new ones.
NAVIGATION = ("home", "column", "list")
MAX_ATTEMPTS = 3
#: Failures that say nothing about the page itself and are not counted against it.
UNCOUNTED = ("robots",)

ROW_COLUMNS = (
    "source_id, url, role, priority, depth, via, link_text, list_date, attempts"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A link worth following. ``url`` is canonical."""

    url: str
    role: str  # home | column | list | report | attachment
    link_text: str | None = None
    list_date: str | None = None
    via: str | None = None
    depth: int = 0


@dataclass(frozen=True, slots=True)
class FrontierRow:
    """A URL that is to be asked for."""

    source_id: str
    url: str
    role: str
    priority: int
    depth: int
    via: str | None
    link_text: str | None
    list_date: str | None
    attempts: int


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))


class Frontier:
    """Reads and writes table ``frontier``; joins the caller's transaction."""

    def __init__(self, catalog: Catalog, *, clock: Clock = utc_now) -> None:
        self.catalog = catalog
        self._clock = clock

    def _now(self) -> str:
        return iso(self._clock())

    # ----------------------------------------------------------------- filling

    def add(self, source_id: str, links: Iterable[Found]) -> int:
        """Add links that are not known yet as pending; returns how many were new.

        A known URL keeps its state and role. What is newly learnt about it (text,
        date) is filled in.
        """
        moment, new = self._now(), 0
        with self.catalog.atomic():
            for link in links:
                cursor = self.catalog.db.execute(
                    "INSERT INTO frontier (source_id, url, role, state, priority,"
                    " depth, via, link_text, list_date, discovered_at, attempts)"
                    " VALUES (?, ?, ?, 'pending', ?, ?, ?, ?, ?, ?, 0)"
                    " ON CONFLICT DO NOTHING",
                    [
                        source_id,
                        link.url,
                        link.role,
                        ROLES[link.role],
                        link.depth,
                        link.via,
                        link.link_text,
                        link.list_date,
                        moment,
                    ],
                )
                new += cursor.rowcount
                if not cursor.rowcount and (link.link_text or link.list_date):
                    self.catalog.db.execute(
                        "UPDATE frontier SET link_text = coalesce(link_text, ?),"
                        " list_date = coalesce(list_date, ?)"
                        " WHERE source_id = ? AND url = ?",
                        [link.link_text, link.list_date, source_id, link.url],
                    )
        return new

    def reopen(self, source_id: str, *, refresh: bool = False) -> int:
        """Make ready for a run what it should ask for again; returns how many.

        Navigation pages always; failures that have attempts left; everything that is
        due; with ``refresh`` every known URL.
        """
        with self.catalog.atomic():
            cursor = self.catalog.db.execute(
                "UPDATE frontier SET state = 'pending' WHERE source_id = ? AND ("
                f" role IN ({_marks(NAVIGATION)})"
                f" OR (state = 'failed' AND (attempts < ? OR reason IN"
                f" ({_marks(UNCOUNTED)})))"
                " OR (state = 'done' AND (? OR next_due <= ?)))",
                [
                    source_id,
                    *NAVIGATION,
                    MAX_ATTEMPTS,
                    *UNCOUNTED,
                    int(refresh),
                    self._now(),
                ],
            )
        return int(cursor.rowcount)

    def reopen_url(self, source_id: str, url: str) -> FrontierRow:
        """Ask for one known URL again, whatever became of it before."""
        with self.catalog.atomic():
            self.catalog.db.execute(
                "UPDATE frontier SET state = 'pending' WHERE source_id = ? AND url = ?",
                [source_id, url],
            )
        row = self.catalog.one(
            f"SELECT {ROW_COLUMNS} FROM frontier WHERE source_id = ? AND url = ?",
            [source_id, url],
        )
        assert row is not None
        return FrontierRow(**row)

    # ----------------------------------------------------------------- serving

    def next(self, source_id: str, skip: Iterable[str] = ()) -> FrontierRow | None:
        """The most urgent pending URL of a source that is not in ``skip``."""
        skip = tuple(skip)
        sql = (
            f"SELECT {ROW_COLUMNS} FROM frontier"
            " WHERE source_id = ? AND state = 'pending'"
        )
        if skip:
            sql += f" AND url NOT IN ({_marks(skip)})"
        sql += " ORDER BY priority DESC, depth, rowid LIMIT 1"
        row = self.catalog.one(sql, [source_id, *skip])
        return FrontierRow(**row) if row else None

    # --------------------------------------------------------------- finishing

    def done(
        self,
        row: FrontierRow,
        capture_id: str | None,
        *,
        reason: str | None = None,
        next_due: datetime | None = None,
    ) -> None:
        """The URL answered and everything it said is stored."""
        self._visited(
            row, "done", capture_id, reason, 0, iso(next_due) if next_due else None
        )

    def failed(
        self, row: FrontierRow, reason: str, capture_id: str | None = None
    ) -> None:
        """The URL did not answer as hoped; ``reason`` says how."""
        attempts = row.attempts + (reason not in UNCOUNTED)
        self._visited(row, "failed", capture_id, reason, attempts, None)

    def _visited(
        self,
        row: FrontierRow,
        state: str,
        capture_id: str | None,
        reason: str | None,
        attempts: int,
        next_due: str | None,
    ) -> None:
        with self.catalog.atomic():
            self.catalog.db.execute(
                "UPDATE frontier SET state = ?, visited_at = ?, attempts = ?,"
                " capture_id = coalesce(?, capture_id), reason = ?, next_due = ?"
                " WHERE source_id = ? AND url = ?",
                [
                    state,
                    self._now(),
                    attempts,
                    capture_id,
                    reason,
                    next_due,
                    row.source_id,
                    row.url,
                ],
            )

    # ------------------------------------------------------------------ asking

    def counts(self, source_id: str) -> dict[tuple[str, str], int]:
        """Number of URLs by (role, state)."""
        return {
            (row["role"], row["state"]): row["n"]
            for row in self.catalog.rows(
                "SELECT role, state, count(*) AS n FROM frontier WHERE source_id = ?"
                " GROUP BY role, state",
                [source_id],
            )
        }

    def reports_found(self, source_id: str) -> int:
        """Number of reports taken from this portal."""
        row = self.catalog.one(
            "SELECT count(DISTINCT t.report_id) AS n FROM frontier f"
            " JOIN triage t ON t.url = f.url WHERE f.source_id = ?",
            [source_id],
        )
        return int(row["n"]) if row else 0

    def was_read(self, sha256: str, url: str) -> bool:
        """Whether exactly this content was read at exactly this address before."""
        found = self.catalog.one(
            "SELECT 1 AS found FROM triage WHERE sha256 = ? AND url = ?", [sha256, url]
        )
        return found is not None
