"""Hosts that asked for a pause or kept failing: until when to leave them alone.

Kept in the catalogue, so that a run that is started within the pause keeps it too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from archive.catalog import Catalog
from archive.clock import Clock, iso, utc_now


@dataclass(frozen=True, slots=True)
class Rest:
    """A pause. ``host`` may be a group of hosts that share one pace."""

    host: str
    until: datetime
    reason: str
    failing: bool  # it failed too often; otherwise it asked for the pause itself

    def seconds(self, now: datetime) -> float:
        """How long it still lasts."""
        return max((self.until - now).total_seconds(), 0.0)


class Hosts:
    """Reads and writes table ``hosts``; joins the caller's transaction."""

    def __init__(self, catalog: Catalog, *, clock: Clock = utc_now) -> None:
        self.catalog = catalog
        self._clock = clock

    def resting(self, longest: float) -> dict[str, Rest]:
        """Pauses that are not over, by host; those that are over are forgotten.

        One that ends more than ``longest`` seconds from now was written when the clock
        was ahead, and is forgotten as well.
        """
        now, found = self._clock(), dict[str, Rest]()
        for row in self.catalog.rows("SELECT * FROM hosts ORDER BY host"):
            rest = Rest(
                row["host"],
                datetime.fromisoformat(row["rest_until"]),
                row["reason"],
                bool(row["failing"]),
            )
            if 0 < rest.seconds(now) <= longest:
                found[rest.host] = rest
            else:
                self.forget(rest.host)
        return found

    def rest(self, rest: Rest) -> None:
        """Keep a pause. One that ends later stays; so does that of a failing host."""
        with self.catalog.atomic():
            self.catalog.db.execute(
                "INSERT INTO hosts (host, rest_until, reason, failing, noted_at)"
                " VALUES (?, ?, ?, ?, ?) ON CONFLICT (host) DO UPDATE SET"
                " rest_until = excluded.rest_until, reason = excluded.reason,"
                " failing = excluded.failing, noted_at = excluded.noted_at"
                " WHERE excluded.failing > failing"
                " OR (excluded.failing = failing"
                "     AND excluded.rest_until > rest_until)",
                [
                    rest.host,
                    iso(rest.until),
                    rest.reason,
                    int(rest.failing),
                    iso(self._clock()),
                ],
            )

    def forget(self, host: str) -> None:
        """The host is well again."""
        with self.catalog.atomic():
            self.catalog.db.execute("DELETE FROM hosts WHERE host = ?", [host])
