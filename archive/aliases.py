"""Aliases: which address sends the reader to which, one row per edge."""

from __future__ import annotations

from datetime import datetime

from archive.catalog import Catalog
from archive.clock import iso

#: Longer chains are cut: browsers allow 20, portals need two or three.
MAX_HOPS = 10
#: Edges that the last visit of their address showed; older ones may be overtaken.
CURRENT = (
    "FROM aliases a JOIN frontier f ON f.source_id = a.source_id AND f.url = a.url"
    " AND f.capture_id = a.capture_id"
)


class Aliases:
    """Reads and writes table ``aliases``; joins the caller's transaction."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    def put(
        self,
        source_id: str,
        url: str,
        target: str,
        *,
        at: datetime,
        http_status: int | None = None,
        capture_id: str | None = None,
    ) -> None:
        """Record an edge, or that it was seen again."""
        moment = iso(at)
        with self.catalog.atomic():
            self.catalog.db.execute(
                "INSERT INTO aliases (source_id, url, target, http_status, capture_id,"
                " first_seen_at, last_seen_at) VALUES (?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET http_status = excluded.http_status,"
                " capture_id = excluded.capture_id,"
                " last_seen_at = excluded.last_seen_at",
                [source_id, url, target, http_status, capture_id, moment, moment],
            )

    def targets(self, source_id: str, url: str) -> list[str]:
        """Where an address led at its last visit."""
        rows = self.catalog.rows(
            f"SELECT a.target {CURRENT} WHERE a.source_id = ? AND a.url = ?",
            [source_id, url],
        )
        return [row["target"] for row in rows]

    def problem(self, source_id: str, url: str, target: str) -> str | None:
        """Why an edge leads nowhere: it closes a loop, or its chain is too long.

        ``url`` redirects to ``target``; the edges that lead to ``url`` and on from
        ``target`` are those already recorded.
        """
        seen, at = {url}, target
        while at not in seen:
            seen.add(at)
            onward = self.targets(source_id, at)
            if not onward:
                break
            at = onward[0]
        else:
            return "error: redirect loop"
        hops, at = len(seen) - 1, url
        while at and hops <= MAX_HOPS:
            row = self.catalog.one(
                f"SELECT a.url {CURRENT} WHERE a.source_id = ? AND a.target = ?"
                " LIMIT 1",
                [source_id, at],
            )
            at = row["url"] if row else ""
            hops += bool(at)
        return f"error: more than {MAX_HOPS} redirects" if hops > MAX_HOPS else None
