"""What a run saw of pages that vanished, and what is concluded at its end.

Conclusions wait until the run is over, because one missing page proves nothing before
it is known how the rest of its host fared, and whether the document turned up
elsewhere. A run that is killed concludes nothing, which costs a later verdict and no
page.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from archive.clock import iso
from archive.frontier import Frontier, FrontierRow
from archive.tombstones import (
    Failure,
    Tombstone,
    Tombstones,
    after_failure,
    healthy,
)
from crawler.revisit import is_missing
from crawler.schedule import working_hours
from crawler.urls import host_of
from crawler.visit import Answer


@dataclass(slots=True)
class Conclusion:
    """What became of the pages of one source that were missing in a run."""

    missing: int = 0
    gone: int = 0  # … of which found to be gone now
    moved: int = 0  # … found at another address now
    frozen: int = 0  # … not counted, because too much of the host was missing


class Vanishing:
    """Notes of one run; :meth:`conclude` writes tombstones."""

    def __init__(self, frontier: Frontier) -> None:
        self._frontier = frontier
        self._stones = Tombstones(frontier.catalog)
        self._answered: Counter[tuple[str, str]] = Counter()
        self._failures: dict[str, list[Failure]] = {}

    def good(self, row: FrontierRow, at: datetime, capture_id: str | None) -> None:
        """A page answered as it should."""
        self._answered[row.source_id, host_of(row.url)] += 1
        self._stones.answered(row.source_id, row.url, at, capture_id)

    def bad(
        self, row: FrontierRow, reason: str, answers: list[Answer], at: datetime
    ) -> None:
        """A page failed; it is noted if it was good once and is missing now."""
        last = answers[-1].capture if answers else None
        status = last.http_status if last else None
        if row.first_ok_at is None or not is_missing(reason, status):
            return
        self._failures.setdefault(row.source_id, []).append(
            Failure(
                row.source_id,
                row.url,
                at,
                reason,
                working_hours(at),
                last.capture_id if last else None,
                row.good_capture_id,
            )
        )

    def conclude(self, source_id: str, now: datetime) -> Conclusion:
        """Judge what was missing in this run, and look for it elsewhere."""
        failures = {f.url: f for f in self._failures.pop(source_id, [])}
        result = Conclusion(missing=len(failures))
        lost = [row for row in self._frontier.missing(source_id) if _is_lost(row)]
        if not lost:
            return result
        places = {
            row["url"]: place
            for row in lost
            if row["moved_to"] is None
            and (place := self._stones.where_now(source_id, row["url"]))
        }
        well = self._healthy_hosts(source_id, lost, set(places))
        for row in lost:
            url, failure = row["url"], failures.get(row["url"])
            stone = before = self._stones.get(source_id, url)
            found = url in places or row["moved_to"] is not None
            if failure is not None and not found and host_of(url) not in well:
                result.frozen += 1
                continue
            if failure is not None:
                stone = after_failure(stone, failure)
                if stone.state == "gone" and (before is None or before.state != "gone"):
                    result.gone += 1
            if url in places and stone is not None:
                stone = _moved(stone, places[url], now)
                result.moved += 1
            if stone is not None and stone is not before:
                self._stones.put(stone)
        return result

    def _healthy_hosts(
        self, source_id: str, lost: list[dict[str, Any]], found: set[str]
    ) -> set[str]:
        known = Counter(map(host_of, self._frontier.good_urls(source_id)))
        failing = Counter(
            host_of(row["url"])
            for row in lost
            if row["state"] != "gone"
            and row["moved_to"] is None
            and row["url"] not in found
        )
        return {
            host
            for host in known
            if healthy(failing[host], known[host], self._answered[source_id, host])
        }


def _is_lost(row: dict[str, Any]) -> bool:
    # the status of a 403 stands in its reason, see walls.yml
    return is_missing(row["reason"] or "", 403 if "403" in row["reason"] else None)


def _moved(stone: Tombstone, place: tuple[str, str], now: datetime) -> Tombstone:
    return replace(stone, moved_to=place[0], moved_by=place[1], updated_at=iso(now))
