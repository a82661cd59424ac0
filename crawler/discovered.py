"""What a run saw of the report columns, and what is concluded at its end.

The way from the home page is walked in every run, so a column that moved is found again
in the run in which it fails. A column works when a report is named on it or on a list
that it leads to; one that answers and names none any more has failed like one that
answers 404. Conclusions wait for the end of the run, because a column of sub-columns
shows only then what it yields.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from archive.clock import iso
from archive.columns import Column, Columns
from archive.frontier import FrontierRow
from archive.records import Source
from crawler.urls import canonical
from crawler.visit import Discovery

#: Failures that say that a column is not there any more; the others may pass.
GONE = ("not_found:", "error: redirect", "empty:")
NOTHING_NAMED = "empty: it names no report"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run says of the columns of a portal.

    ``state`` is ok, moved, empty, blocked, robots or unreachable; None when no column
    was seen, working or failing. ``column`` is the one in use. ``lost`` names columns
    that failed for the first time and that nothing replaces, each with its reason.
    """

    state: str | None = None
    column: str | None = None
    lost: tuple[str, ...] = ()


@dataclass(slots=True)
class _Walk:
    """Notes on one portal."""

    roots: dict[str, str | None] = field(default_factory=dict)  # url → via
    leads: dict[str, set[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)  # lists that name a report
    failed: dict[str, str] = field(default_factory=dict)

    def works(self, root: str) -> bool:
        """Whether a report is named on a list or on one that it leads to."""
        seen, todo = {root}, [root]
        while todo:
            url = todo.pop()
            if url in self.names:
                return True
            new = self.leads.get(url, set()) - seen
            seen |= new
            todo += new
        return False


class Rediscovery:
    """Notes of one run; :meth:`conclude` writes ``report_columns``."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._walks: dict[str, _Walk] = {}

    def good(self, row: FrontierRow, seen: Discovery) -> None:
        """A page answered and its links are known."""
        reports = any(found.role == "report" for found in seen.found)
        columnlike = row.role == "column" and (seen.is_list or reports)
        if row.role != "list" and not columnlike:
            return
        walk = self._walk(row)
        self._note_root(walk, row)
        lists = {f.url for f in seen.found if f.role == "list"}
        walk.leads.setdefault(row.url, set()).update(lists)
        if reports or seen.is_document:
            walk.names.add(row.url)

    def confirmed(self, row: FrontierRow) -> None:
        """A page is what it was (304): a list still names what it named."""
        known = self._columns.of(row.source_id).get(row.url)
        if row.role != "list" and known is None:
            return
        walk = self._walk(row)
        part = self._columns.is_list(row.source_id, row.via)
        if part or (known is not None and known.reason != NOTHING_NAMED):
            walk.names.add(row.url)
        self._note_root(walk, row)

    def bad(self, row: FrontierRow, reason: str) -> None:
        """A page failed."""
        if row.role == "list" or row.url in self._columns.of(row.source_id):
            walk = self._walk(row)
            self._note_root(walk, row)
            walk.failed[row.url] = reason

    def _walk(self, row: FrontierRow) -> _Walk:
        return self._walks.setdefault(row.source_id, _Walk())

    def _note_root(self, walk: _Walk, row: FrontierRow) -> None:
        if not self._columns.is_list(row.source_id, row.via):
            walk.roots[row.url] = row.via

    # -------------------------------------------------------------------- the end

    def conclude(self, source: Source, now: datetime, *, whole: bool) -> Verdict:
        """Write what became of the columns of a portal.

        ``whole``: nothing of it is left to be asked for, so that a column which named
        no report yet will not.
        """
        walk = self._walks.pop(source.source_id, _Walk())
        known, moment = self._columns.of(source.source_id), iso(now)
        seeds = {canonical(seed) or seed for seed in source.seeds}
        working = [
            url for url in walk.roots if url not in walk.failed and walk.works(url)
        ]
        failing = {u: why for u, why in walk.failed.items() if u in walk.roots}
        if whole:
            answered = walk.roots.keys() - failing.keys() - set(working)
            failing |= dict.fromkeys(answered, NOTHING_NAMED)
        failing = {u: why for u, why in failing.items() if u in seeds or u in known}
        after = dict(known)
        for url in working:
            after[url] = replace(
                known.get(url) or Column(source.source_id, url, walk.roots[url]),
                first_ok_at=(known[url].first_ok_at if url in known else None)
                or moment,
                last_ok_at=moment,
                failed_at=None,
                reason=None,
                moved_to=None,
            )
        fresh = [u for u in working if after[u].first_ok_at == moment]
        for url, why in failing.items():
            if not why.startswith(GONE):
                continue  # it may pass, and says nothing about the column
            before = known.get(url) or Column(source.source_id, url)
            instead = fresh or (working if url in seeds else [])
            after[url] = replace(
                before,
                failed_at=before.failed_at or moment,
                reason=why,
                moved_to=before.moved_to or (instead[0] if instead else None),
            )
        for url, column in after.items():
            if column != known.get(url):
                self._columns.put(replace(column, updated_at=moment))
        return _verdict(known, after, working, failing, seeds)


def _verdict(
    known: Mapping[str, Column],
    after: Mapping[str, Column],
    working: list[str],
    failing: Mapping[str, str],
    seeds: Iterable[str],
) -> Verdict:
    if not working:
        lost = tuple(f"{url}: {why}" for url, why in failing.items())
        return Verdict(_state_of(failing.values()), None, lost)
    column = min(working, key=lambda url: after[url].first_ok_at or "")
    gone = {url: why for url, why in failing.items() if why.startswith(GONE)}
    moved = any(
        after[url].moved_to and (url in seeds or not _had_moved(known, url))
        for url in gone
    )
    lost = tuple(
        f"{url}: {why}"
        for url, why in gone.items()
        if after[url].moved_to is None
        and (url not in known or known[url].failed_at is None)
    )
    return Verdict("moved" if moved else "ok", column, lost)


def _had_moved(known: Mapping[str, Column], url: str) -> bool:
    return url in known and known[url].moved_to is not None


def _state_of(reasons: Iterable[str]) -> str | None:
    """The state of a portal none of whose columns works."""
    kinds = {"empty" if r.startswith(GONE) else r.partition(":")[0] for r in reasons}
    kinds.discard("resting")
    for state in ("blocked", "robots", "empty"):
        if state in kinds:
            return state
    return "unreachable" if kinds else None
