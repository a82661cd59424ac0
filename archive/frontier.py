"""The frontier: every URL a crawl knows, with its state, in the catalogue.

A URL is ``done`` only in the transaction that stores its capture and the links found on
it. Whatever ends a run, the rest is still ``pending`` and the next run goes on there.
A URL that never answered is asked again by every run until it has failed
:data:`MAX_ATTEMPTS` times, then when it is due; one that did answer is asked when due.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
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
UNCOUNTED = ("robots", "resting")
#: A visit that lies so far ahead took place while the clock was wrong; when its page is
#: due next was decided by that clock, so it is due now.
AHEAD = timedelta(days=2)

ROW_COLUMNS = (
    "source_id, url, role, priority, depth, via, link_text, list_date, attempts,"
    " coalesce(barren, 0) AS barren, first_ok_at, good_capture_id, good_sha256, etag,"
    " last_modified, coalesce(conditional_visits, 0) AS conditional_visits,"
    " interval_days"
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
    barren: int = 0  # lists in a row on the way here that named no new report
    pager: bool = False  # a further page of the same list; not stored
    #: Addresses under which the same page may be known; not stored.
    forms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Memory:
    """What a visit that went well leaves behind for the next one."""

    first_ok_at: str | None = None
    good_capture_id: str | None = None
    good_sha256: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    conditional_visits: int = 0  # answers of 304 since the last whole one
    interval_days: float | None = None


@dataclass(frozen=True, slots=True)
class FrontierRow:
    """A URL that is to be asked for, and what is remembered of its last good visit."""

    source_id: str
    url: str
    role: str
    priority: int
    depth: int
    via: str | None
    link_text: str | None
    list_date: str | None
    attempts: int
    barren: int = 0
    first_ok_at: str | None = None
    good_capture_id: str | None = None
    good_sha256: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    conditional_visits: int = 0
    interval_days: float | None = None

    @property
    def memory(self) -> Memory:
        """What is remembered, as one value."""
        return Memory(**{f.name: getattr(self, f.name) for f in fields(Memory)})


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))


class Frontier:
    """Reads and writes table ``frontier``; joins the caller's transaction."""

    def __init__(self, catalog: Catalog, *, clock: Clock = utc_now) -> None:
        self.catalog = catalog
        self._clock = clock

    def _now(self) -> str:
        return iso(self._clock())

    def _ahead(self) -> str:
        return iso(self._clock() + AHEAD)

    # ----------------------------------------------------------------- filling

    def add(self, source_id: str, links: Iterable[Found]) -> int:
        """Add links that are not known yet as pending; returns how many were new.

        A known URL keeps its state and role. What is newly learnt about it (text,
        date) is filled in. A link is known, too, when one of its other forms is and
        has not failed.
        """
        moment, new = self._now(), 0
        with self.catalog.atomic():
            for link in links:
                if self._known_otherwise(source_id, link):
                    continue
                cursor = self.catalog.db.execute(
                    "INSERT INTO frontier (source_id, url, role, state, priority,"
                    " depth, via, link_text, list_date, discovered_at, attempts,"
                    " barren) VALUES (?, ?, ?, 'pending', ?, ?, ?, ?, ?, ?, 0, ?)"
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
                        link.barren,
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

    def _known_otherwise(self, source_id: str, link: Found) -> bool:
        if not link.forms:
            return False
        found = self.catalog.one(
            "SELECT 1 AS found FROM frontier WHERE source_id = ? AND state <> 'failed'"
            f" AND url IN ({_marks(link.forms)})"
            " AND NOT EXISTS (SELECT 1 FROM frontier WHERE source_id = ? AND url = ?)",
            [source_id, *link.forms, source_id, link.url],
        )
        return found is not None

    def unknown(self, source_id: str, urls: Iterable[str]) -> set[str]:
        """Those of ``urls`` that the frontier of a source does not have yet."""
        urls = set(urls)
        listed = list(urls)
        for at in range(0, len(listed), 500):
            part = listed[at : at + 500]
            urls -= {
                row["url"]
                for row in self.catalog.rows(
                    "SELECT url FROM frontier WHERE source_id = ?"
                    f" AND url IN ({_marks(part)})",
                    [source_id, *part],
                )
            }
        return urls

    def reopen(self, source_id: str, *, refresh: bool = False) -> int:
        """Make ready for a run what it should ask for again; returns how many.

        Navigation pages always; failures that have attempts left and never went well;
        everything that is due; with ``refresh`` every known URL.
        """
        with self.catalog.atomic():
            cursor = self.catalog.db.execute(
                "UPDATE frontier SET state = 'pending' WHERE source_id = ? AND ("
                f" role IN ({_marks(NAVIGATION)})"
                " OR (state = 'failed' AND attempts < ? AND first_ok_at IS NULL)"
                f" OR (state = 'failed' AND reason IN ({_marks(UNCOUNTED)}))"
                " OR (state <> 'pending' AND (? OR next_due <= ? OR visited_at > ?)))",
                [
                    source_id,
                    *NAVIGATION,
                    MAX_ATTEMPTS,
                    *UNCOUNTED,
                    int(refresh),
                    self._now(),
                    self._ahead(),
                ],
            )
        return int(cursor.rowcount)

    def reopen_due(self, source_id: str, *, whole: bool = False) -> int:
        """Make ready for a run what is due of a source; returns how many.

        The home page is always asked for, to see how the portal fares. When one of the
        navigation pages is due, or with ``whole``, all are: what becomes of a report
        column shows only on the whole way to it.
        """
        navigation = ", ".join(f"'{role}'" for role in NAVIGATION)
        with self.catalog.atomic():
            cursor = self.catalog.db.execute(
                "UPDATE frontier SET state = 'pending' WHERE source_id = ?1"
                " AND state <> 'pending' AND (next_due <= ?2 OR role = 'home'"
                " OR visited_at > ?4 OR (state = 'failed' AND next_due IS NULL)"
                f" OR (role IN ({navigation}) AND (?3 OR EXISTS (SELECT 1 FROM"
                "  frontier n WHERE n.source_id = ?1"
                "  AND (n.next_due <= ?2 OR n.visited_at > ?4)"
                f" AND n.role IN ({navigation})))))",
                [source_id, self._now(), int(whole), self._ahead()],
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

    def distrust(self, contents: Iterable[str]) -> int:
        """Have pages asked for in full at their next visit: no copy of them is whole.

        An answer that they are what they were would leave it at that. ``contents`` are
        SHA-256 digests. Returns how many pages there are.
        """
        with self.catalog.atomic():
            return self.catalog.db.execute(
                "UPDATE frontier SET etag = NULL, last_modified = NULL"
                " WHERE good_sha256 IN (SELECT value FROM json_each(?))",
                [json.dumps([*contents])],
            ).rowcount

    def next(self, source_id: str, skip: Iterable[str] = ()) -> FrontierRow | None:
        """The most urgent pending URL of a source that is not in ``skip``."""
        skip = tuple(skip)
        pending = "source_id = ? AND state = 'pending'"
        if skip:
            pending += f" AND url NOT IN ({_marks(skip)})"
        # With the priority known the index gives the order and nothing is sorted.
        sql = (
            f"SELECT {ROW_COLUMNS} FROM frontier WHERE {pending} AND priority ="
            f" (SELECT priority FROM frontier WHERE {pending}"
            "  ORDER BY priority DESC LIMIT 1)"
            " ORDER BY depth, rowid LIMIT 1"
        )
        row = self.catalog.one(sql, [source_id, *skip] * 2)
        return FrontierRow(**row) if row else None

    # --------------------------------------------------------------- finishing

    def done(
        self,
        row: FrontierRow,
        capture_id: str | None,
        *,
        reason: str | None = None,
        next_due: datetime | None = None,
        memory: Memory | None = None,
    ) -> None:
        """The URL answered and everything it said is stored."""
        values = {"state": "done", "attempts": 0, "reason": reason}
        remembered = asdict(memory) if memory else {}
        self._visited(row, capture_id, next_due, values | remembered)

    def failed(
        self,
        row: FrontierRow,
        reason: str,
        capture_id: str | None = None,
        *,
        next_due: datetime | None = None,
    ) -> None:
        """The URL did not answer as hoped; ``reason`` says how.

        What is remembered of the last good visit stays.
        """
        attempts = row.attempts + (reason not in UNCOUNTED)
        values = {"state": "failed", "attempts": attempts, "reason": reason}
        self._visited(row, capture_id, next_due, values)

    def _visited(
        self,
        row: FrontierRow,
        capture_id: str | None,
        next_due: datetime | None,
        values: dict[str, Any],
    ) -> None:
        values = values | {
            "visited_at": self._now(),
            "next_due": iso(next_due) if next_due else None,
        }
        if capture_id is not None:
            values["capture_id"] = capture_id
        assignments = ", ".join(f"{name} = ?" for name in values)
        with self.catalog.atomic():
            self.catalog.db.execute(
                f"UPDATE frontier SET {assignments} WHERE source_id = ? AND url = ?",
                [*values.values(), row.source_id, row.url],
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

    def sizes(self) -> dict[str, int]:
        """Number of known URLs by source."""
        return {
            row["source_id"]: row["n"]
            for row in self.catalog.rows(
                "SELECT source_id, count(*) AS n FROM frontier GROUP BY source_id"
            )
        }

    def reports_found(self, source_id: str) -> int:
        """Number of reports taken from this portal."""
        row = self.catalog.one(
            "SELECT count(DISTINCT d.report_id) AS n FROM frontier f"
            " JOIN report_documents d ON d.url = f.url WHERE f.source_id = ?",
            [source_id],
        )
        return int(row["n"]) if row else 0

    def missing(self, source_id: str) -> list[dict[str, Any]]:
        """Documents and lists that were good once and failed at their last visit."""
        return self.catalog.rows(
            "SELECT f.url, f.role, f.reason, t.state, t.moved_to FROM frontier f"
            " LEFT JOIN tombstones t ON t.source_id = f.source_id AND t.url = f.url"
            " WHERE f.source_id = ? AND f.state = 'failed'"
            " AND f.first_ok_at IS NOT NULL ORDER BY f.rowid",
            [source_id],
        )

    def good_urls(self, source_id: str) -> list[str]:
        """URLs that ever went well."""
        rows = self.catalog.rows(
            "SELECT url FROM frontier WHERE source_id = ? AND first_ok_at IS NOT NULL",
            [source_id],
        )
        return [row["url"] for row in rows]

    def title_of(self, source_id: str, url: str | None) -> str | None:
        """The text of the link to a page, by which lists announce it."""
        row = self.catalog.one(
            "SELECT link_text AS text FROM frontier WHERE source_id = ? AND url = ?",
            [source_id, url],
        )
        return row["text"] if row else None

    def shared_by(self, sha256: str, host: str, limit: int) -> int:
        """How many addresses of a host brought exactly this payload, up to ``limit``.

        ``host`` is as it stands in URLs, with its port.
        """
        row = self.catalog.one(
            "SELECT count(*) AS n FROM (SELECT DISTINCT url FROM captures"
            " WHERE sha256 = ? AND (url LIKE ? OR url LIKE ?) LIMIT ?)",
            [sha256, f"http://{host}/%", f"https://{host}/%", limit],
        )
        return int(row["n"]) if row else 0

    def was_read(self, sha256: str, url: str) -> bool:
        """Whether exactly this content was read at exactly this address before."""
        found = self.catalog.one(
            "SELECT 1 AS found FROM triage WHERE sha256 = ? AND url = ?", [sha256, url]
        )
        return found is not None

    def was_judged(self, sha256: str, url: str, kind: str) -> bool:
        """Whether the reason given for this content begins with ``kind``, a colon."""
        found = self.catalog.one(
            "SELECT 1 AS found FROM triage WHERE sha256 = ? AND url = ?"
            " AND substr(reason, 1, length(?) + 1) = ? || ':'",
            [sha256, url, kind, kind],
        )
        return found is not None

    def is_report(self, sha256: str) -> bool:
        """Whether a document was read as a report anywhere."""
        found = self.catalog.one(
            "SELECT 1 AS found FROM triage WHERE sha256 = ? AND report_id IS NOT NULL",
            [sha256],
        )
        return found is not None

    def lost_report(self, url: str, sha256: str) -> bool:
        """Whether a report was read at an address whose content now is none.

        A document that could not be read may well be one.
        """
        found = self.catalog.one(
            "SELECT 1 AS found FROM triage new JOIN triage old ON old.url = new.url"
            " WHERE new.url = ? AND new.sha256 = ? AND new.error IS NULL"
            " AND new.report_id IS NULL AND old.report_id IS NOT NULL",
            [url, sha256],
        )
        return found is not None
