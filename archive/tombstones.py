"""Tombstones: pages that were here and are not answered for any more.

A page is *suspect* from its first failure on, *gone* after enough of them, and *live*
or *returned* when it answers again (before or after it was found to be gone). One
failure proves nothing: it takes three on a host that is well, over two weeks, two of
them in working hours, since many portals are switched off at night. Nothing is deleted;
the row says where the last good capture lies and which one shows the failure.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from archive.catalog import Catalog
from archive.clock import iso

MIN_FAILURES = 3
MIN_WORKING_FAILURES = 2
MIN_SPAN = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A row of ``tombstones``."""

    source_id: str
    url: str
    state: str  # suspect | gone | returned | live
    suspect_since: str
    last_failed_at: str
    failures: int = 0
    working_failures: int = 0
    gone_since: str | None = None
    returned_at: str | None = None
    good_capture_id: str | None = None
    error_capture_id: str | None = None
    reason: str | None = None
    moved_to: str | None = None
    moved_by: str | None = None
    updated_at: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """A page that was good before and now is missing."""

    source_id: str
    url: str
    at: datetime
    reason: str
    in_working_hours: bool
    error_capture_id: str | None = None
    good_capture_id: str | None = None


def after_failure(stone: Tombstone | None, failure: Failure) -> Tombstone:
    """What a failure on a healthy host makes of a page. Pure.

    A page that was live or returned starts anew; one that is gone stays gone.
    """
    moment = iso(failure.at)
    if stone is None or stone.state in ("live", "returned"):
        stone = Tombstone(
            failure.source_id, failure.url, "suspect", moment, moment,
            good_capture_id=failure.good_capture_id,
        )  # fmt: skip
    stone = replace(
        stone,
        failures=stone.failures + 1,
        working_failures=stone.working_failures + failure.in_working_hours,
        last_failed_at=moment,
        error_capture_id=failure.error_capture_id or stone.error_capture_id,
        reason=failure.reason,
        updated_at=moment,
    )
    span = failure.at - datetime.fromisoformat(stone.suspect_since)
    if (
        stone.state == "suspect"
        and stone.failures >= MIN_FAILURES
        and stone.working_failures >= MIN_WORKING_FAILURES
        and span >= MIN_SPAN
    ):
        return replace(stone, state="gone", gone_since=moment)
    return stone


def after_success(stone: Tombstone, at: datetime, capture_id: str | None) -> Tombstone:
    """What a good answer makes of a page: live or returned. Pure."""
    if stone.state in ("live", "returned"):
        return stone
    moment = iso(at)
    state = "returned" if stone.state == "gone" else "live"
    return replace(
        stone,
        state=state,
        returned_at=moment,
        good_capture_id=capture_id or stone.good_capture_id,
        moved_to=None,
        moved_by=None,
        updated_at=moment,
    )


def healthy(failing: int, known: int, answered: int) -> bool:
    """Whether a host is well enough for its missing pages to count as missing. Pure.

    ``answered`` are its pages that answered well in this run, ``known`` those that ever
    did, ``failing`` those of them that are missing now and neither gone nor found
    elsewhere. When more than a third is missing at once, the host is in trouble or the
    portal has moved, and no page of it is held to be gone.
    """
    return answered > 0 and (failing <= 1 or failing * 3 <= known)


@dataclass(frozen=True, slots=True)
class PageEvent:
    """A row of ``tombstone_events``: a page vanished, returned or moved."""

    source_id: str
    url: str
    at: str
    event: str  # vanished | returned | moved
    capture_id: str | None = None
    detail: str | None = None


def events(before: Tombstone | None, stone: Tombstone) -> list[PageEvent]:
    """What happened to a page when its row became ``stone``. Pure."""
    page, state = (stone.source_id, stone.url), before.state if before else None
    found = []
    if stone.state == "gone" != state and stone.gone_since:
        failure = (stone.error_capture_id, stone.reason)
        found.append(PageEvent(*page, stone.gone_since, "vanished", *failure))
    if stone.state == "returned" != state and stone.returned_at:
        back = stone.good_capture_id
        found.append(PageEvent(*page, stone.returned_at, "returned", back))
    if stone.moved_to and (before is None or before.moved_to != stone.moved_to):
        found.append(PageEvent(*page, stone.updated_at, "moved", detail=stone.moved_to))
    return found


class Tombstones:
    """Reads and writes table ``tombstones``; joins the caller's transaction.

    What happened stays in ``tombstone_events``, also when it happens again.
    """

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    def get(self, source_id: str, url: str) -> Tombstone | None:
        """The row of a page, None when it never failed."""
        row = self.catalog.one(
            "SELECT * FROM tombstones WHERE source_id = ? AND url = ?",
            [source_id, url],
        )
        return Tombstone(**row) if row else None

    def put(self, stone: Tombstone) -> None:
        """Store a row."""
        before = self.get(stone.source_id, stone.url)
        with self.catalog.atomic():
            self.catalog.upsert("tombstones", asdict(stone))
            self.catalog.db.table("tombstone_events").insert_all(
                map(asdict, events(before, stone)), ignore=True
            )

    def answered(
        self, source_id: str, url: str, at: datetime, capture_id: str | None
    ) -> None:
        """Record that a page answers; nothing is written for one that never failed."""
        stone = self.get(source_id, url)
        if stone is not None:
            after = after_success(stone, at, capture_id)
            if after is not stone:
                self.put(after)

    def where_now(self, source_id: str, url: str) -> tuple[str, str] | None:
        """Where a missing document stands now: (address, ``content`` or ``report``).

        First the same bytes at another address of the portal that answers, then the
        same version of the same report: versions differ when figures or prose do.
        """
        alive = (
            " FROM frontier f JOIN frontier n ON n.source_id = f.source_id"
            " AND n.url <> f.url AND n.state = 'done' AND n.good_sha256 IS NOT NULL"
        )
        newest = (
            " WHERE f.source_id = ? AND f.url = ?"
            " ORDER BY n.first_ok_at DESC, n.url LIMIT 1"
        )
        by_content = "SELECT n.url" + alive + " AND n.good_sha256 = f.good_sha256"
        by_report = (
            "SELECT n.url"
            + alive
            + " JOIN report_documents a ON a.url = f.url AND a.sha256 = f.good_sha256"
            " JOIN report_documents b ON b.report_id = a.report_id"
            " AND b.version_no = a.version_no AND b.url = n.url"
            " AND b.sha256 = n.good_sha256 AND b.role IN ('main', 'duplicate')"
        )
        for kind, sql in (("content", by_content), ("report", by_report)):
            found = self.catalog.one(sql + newest, [source_id, url])
            if found:
                return str(found["url"]), kind
        return None

    def counts(self, source_id: str) -> dict[str, int]:
        """Number of pages by state."""
        rows: list[dict[str, Any]] = self.catalog.rows(
            "SELECT state, count(*) AS n FROM tombstones WHERE source_id = ?"
            " GROUP BY state",
            [source_id],
        )
        return {row["state"]: row["n"] for row in rows}
