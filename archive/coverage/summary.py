"""Coverage in figures: years by state with their denominators, and what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from archive.codes import COVERAGE_STATES
from archive.coverage.facts import Authority
from archive.coverage.judge import Entry

HERE = ("found", "late")
ABSENT = ("missing", "blocked", "unreadable")


@dataclass(frozen=True, slots=True)
class Year:
    """One year: rows by state; ``due`` are all but those not due yet."""

    report_year: int
    counts: Mapping[str, int]

    @property
    def due(self) -> int:
        """The denominator: reports that were looked for after their legal date."""
        return sum(n for state, n in self.counts.items() if state != "not_due")

    @property
    def here(self) -> int:
        """Reports that are here and were read, in time or late."""
        return sum(self.counts[state] for state in HERE)

    @property
    def percent(self) -> float | None:
        """``here`` of ``due``; None where nothing was due."""
        return round(100 * self.here / self.due, 1) if self.due else None

    def figures(self) -> dict[str, Any]:
        """The year as plain data."""
        sums = {"expected": self.due, "here": self.here, "percent": self.percent}
        return {"report_year": self.report_year, **self.counts, **sums}


def chosen(
    entries: Iterable[Entry],
    authorities: Mapping[str, Authority],
    year: int | None = None,
    adcode: str = "",
) -> list[Entry]:
    """Rows of one year, and of divisions whose code begins so."""
    return [
        entry
        for entry in entries
        if year in (None, entry.report_year)
        and (authorities[entry.agency_id].adcode or "").startswith(adcode)
    ]


def years(entries: Iterable[Entry]) -> list[Year]:
    """Rows by year and state."""
    counts: dict[int, Counter[str]] = {}
    for entry in entries:
        counts.setdefault(entry.report_year, Counter())[entry.state] += 1
    return [
        Year(year, {state: counts[year][state] for state in COVERAGE_STATES})
        for year in sorted(counts)
    ]


def absent(
    entries: Iterable[Entry], authorities: Mapping[str, Authority]
) -> list[dict[str, Any]]:
    """What is expected and not here or not read, the newest year first."""
    return [
        {"agency": authorities[entry.agency_id].name, **asdict(entry)}
        for entry in sorted(
            (e for e in entries if e.state in ABSENT),
            key=lambda e: (-e.report_year, e.agency_id),
        )
    ]


def lines(found: Sequence[Year], width: int = 100) -> list[str]:
    """The years as a table of text."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("year")
    for name in (*COVERAGE_STATES, "here/expected", "%"):
        table.add_column(name.replace("_", " "), justify="right")
    for year in found:
        table.add_row(
            str(year.report_year),
            *(str(year.counts[state] or "") for state in COVERAGE_STATES),
            f"{year.here}/{year.due}",
            "" if year.percent is None else f"{year.percent}",
        )
    console = Console(width=width, no_color=True)
    with console.capture() as captured:
        console.print(table)
    return [line.rstrip() for line in captured.get().splitlines() if line.strip()]
