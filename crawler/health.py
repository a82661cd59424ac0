"""What a run did with a source, and what that says about the source. Pure.

A source that yields nothing is an alarm, not a success; so is one whose report column
is gone, however many reports it once gave.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from crawler.clones import Finding
from crawler.discovered import Verdict

#: States of a source that a person should look at.
TROUBLE = {
    "empty": "yielded no link to a report",
    "blocked": "is behind a wall",
    "robots": "is closed by robots.txt",
    "unreachable": "could not be reached",
}
NOTHING_KNOWN = Verdict()
#: States whose first failure explains them.
EXPLAINED = ("blocked", "unreachable")


@dataclass(slots=True)
class SourceCounts:
    """What a run did with one source."""

    fetched: int = 0  # answers received and kept
    reports: int = 0  # documents that are reports
    new: int = 0  # … of which new reports or new versions
    unchanged: int = 0  # … or known before
    failed: int = 0  # URLs that failed, for whatever reason
    blocked: int = 0  # … because of a wall
    robots: int = 0  # … because of robots.txt
    not_found: int = 0
    foreign: int = 0  # links to other hosts, not followed
    skipped: int = 0  # links too deep or into traps
    unreadable: int = 0  # documents whose reading broke down
    missing: int = 0  # pages that were good before and are not there now
    gone: int = 0  # … of which are held to be gone from now on
    moved: int = 0  # … found at another address
    frozen: int = 0  # … not held against them: too much of the host was missing
    state: str | None = None
    cms: str | None = None
    visits: int = 0  # URLs whose visit ended, well or not
    answered: int = 0  # … of which well
    trouble: str | None = None  # reason of the first failure
    resting: str | None = None  # why the host was left alone for the rest of the run
    home: str | None = None  # why the home page failed
    clone: Finding | None = None  # what speaks against the home page
    columns: Verdict = NOTHING_KNOWN  # what became of the report columns
    walked: int = 0  # visits of columns and lists: without any, nothing shows of them
    cut: bool = False  # its time was up before it had nothing left

    def figures(self) -> dict[str, Any]:
        """The counts as plain data."""
        inner = (
            "visits", "answered", "trouble", "resting", "home", "clone", "columns",
            "walked", "cut",
        )  # fmt: skip
        plain = {
            f.name: getattr(self, f.name) for f in fields(self) if f.name not in inner
        }
        return plain | {"column": self.columns.column}


def health(counts: SourceCounts, known: Mapping[tuple[str, str], int]) -> str | None:
    """State of a source after a run, one of SOURCE_STATES except ``untried``.

    ``known`` are its URLs by (role, state). None: the run did not get far enough to
    tell. Where its columns tell, they decide.
    """
    if counts.resting:
        return "blocked" if counts.blocked else "unreachable"
    if counts.columns.state == "empty" and not counts.answered:
        return "unreachable"
    if counts.columns.state:
        return counts.columns.state
    if counts.answered and any(role == "report" for role, _ in known):
        return "ok"
    if any(state == "pending" for _, state in known):
        return None
    if counts.blocked:
        return "blocked"
    if counts.robots:
        return "robots"
    return "empty" if counts.answered else "unreachable"


def troubles(name: str, counts: SourceCounts) -> Iterator[str]:
    """Lines about a source for the person who looks after it."""
    if counts.state in TROUBLE:
        why = "; ".join(counts.columns.lost)
        if counts.state in EXPLAINED:
            why = counts.resting or counts.trouble or ""
        yield f"{name} {TROUBLE[counts.state]}{': ' if why else ''}{why}"
    elif counts.resting and not counts.visits:
        yield f"{name} was left alone: {counts.resting}"
    else:
        for column in counts.columns.lost:
            yield f"{name}: a report column fails and none is in its place: {column}"
        if counts.home and counts.state:
            yield f"{name}: the home page fails, only known pages answer: {counts.home}"
    if counts.clone:
        yield f"{name}: the home page may not be the portal's own: {counts.clone}"
    if counts.unreadable:
        yield f"{name}: {counts.unreadable} documents broke the reader"
    if counts.frozen:
        yield (
            f"{name}: {counts.frozen} known pages are missing at once; the portal is in"
            " trouble or has moved, none of them is held to be gone"
        )
