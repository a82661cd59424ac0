"""What came of the scenarios, as the tables of docs/scale.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.markers import put
from benchmarks.national import drawing, sizes
from benchmarks.national.inputs import Inputs
from benchmarks.national.scenarios import KNOBS, NIGHTS, WORKERS, Scenario
from benchmarks.national.year import Night, nights

PAGE = Path("docs/scale.md")
FIGURES = Path("docs/figures")
GB, MILLION = 1e9, 1e6
PORTALS = 5000
#: What the runs with one thing changed are compared with.
BASE = "5000-w4"
Kept = Mapping[str, Mapping[str, Any]]

HOURS = ("50 %", "90 %", "99 %", "all")
RUN = (*HOURS, "slots at 99 %", "peak/s", "CPU h, busiest", "left, %")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Markdown."""
    lines = (head, ["---"] * len(head), *rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def hours(number: float) -> str:
    """Hours as people say them: with a decimal up to ten, as days from 48 on.

    >>> hours(1.26), hours(27.2), hours(142.35)
    ('1.3 h', '27 h', '5.9 d')
    """
    if number >= 48:
        return f"{number / 24:.1f} d"
    return f"{number:.1f} h" if number < 10 else f"{number:.0f} h"


def _cells(kept: Mapping[str, Any]) -> list[str]:
    left = 100 * (kept["left"] + kept["failed"]) / kept["pages"]
    return [
        *(hours(kept["hours"][share]) for share in ("50", "90", "99", "100")),
        str(kept["slots_at_99"]),
        f"{kept['peak']:.0f}",
        f"{max(kept['cpu_hours']):.1f}",
        f"{left:.1f}",
    ]


def _runs(scenarios: Iterable[Scenario], kept: Kept) -> list[list[str]]:
    return [[s.told, *_cells(kept[s.name])] for s in scenarios if s.name in kept]


def workers(kept: Kept) -> str:
    """The first crawl by portals and workers."""
    rows = [
        [f"{s.portals:,}", s.told, *_cells(kept[s.name])]
        for s in WORKERS
        if s.name in kept
    ]
    return table(("portals", "workers", *RUN), rows)


def knobs(kept: Kept) -> str:
    """One thing changed at a time, after the run that it is compared with."""
    base = [replace(s, told="nothing, four workers") for s in WORKERS if s.name == BASE]
    return table(("changed", *RUN), _runs([*base, *KNOBS], kept))


def some_nights(kept: Kept) -> str:
    """Nights of an archive that has everything."""
    rows = [
        [f"{s.night}", s.told, f"{kept[s.name]['pages'] / 1000:,.0f}",
         *_cells(kept[s.name])]
        for s in NIGHTS
        if s.name in kept
    ]  # fmt: skip
    return table(("night", "due", "thousand pages", *RUN), rows)


def months(found: Iterable[Night]) -> str:
    """Requests by month, in millions, and the busiest night."""
    by_month: dict[str, list[Night]] = {}
    for night in found:
        by_month.setdefault(night.day.strftime("%Y-%m"), []).append(night)
    rows = []
    for month, members in by_month.items():
        most = max(members, key=lambda night: night.requests)
        parts = (
            sum(night.navigation for night in members),
            sum(night.again for night in members),
            sum(night.new for night in members),
        )
        rows.append(
            [
                month,
                *(f"{part / MILLION:.2f}" for part in parts),
                f"{most.requests / 1000:,.0f} thousand on {most.day:%d}",
            ]
        )
    head = ("month", "lists and homes", "known documents", "new", "busiest night")
    return table(head, rows)


def storage(inputs: Inputs, found: Sequence[Night]) -> str:
    """Bytes after the first crawl, and what the year from the next September adds."""
    first = sizes.first_crawl(inputs, PORTALS)
    spread = int(inputs.first_crawl_nights)
    early = sizes.of_nights(inputs, found[spread:365])
    later = sizes.of_nights(inputs, found[365:])
    rows = [
        [
            name,
            f"{traffic.requests / MILLION:.1f}",
            *(
                f"{part / GB:,.0f}"
                for part in (
                    traffic.wire,
                    traffic.kept,
                    traffic.pages,
                    traffic.reports,
                    traffic.attachments,
                )
            ),
        ]
        for name, traffic in (
            ("first crawl", first),
            ("rest of the first year", early),
            ("second year", later),
        )
    ]
    head = (
        "", "million requests", "GB received", "GB of WARC", "lists and homes",
        "reports", "attachments",
    )  # fmt: skip
    return table(head, rows)


def databases(inputs: Inputs) -> str:
    """Bytes of the databases of the whole country."""
    parts = sizes.published(inputs, inputs.reports)
    captures = sizes.first_crawl(inputs, PORTALS).requests
    catalogue = sizes.catalogue(inputs, inputs.reports, PORTALS, captures)
    rows = [[part, f"{count / GB:.1f}"] for part, count in parts.items()]
    rows.append(["**public/nianbao.db**", f"**{sum(parts.values()) / GB:.0f}**"])
    rows.append(["**catalog.db**, after the first crawl", f"**{catalogue / GB:.0f}**"])
    return table(("part", "GB"), rows)


def everything(inputs: Inputs, kept: Kept) -> str:
    """All tables, one after the other."""
    found = list(nights(inputs, PORTALS))
    return "\n\n".join(
        (
            workers(kept), knobs(kept), some_nights(kept), months(found),
            storage(inputs, found), databases(inputs),
        )
    )  # fmt: skip


def write(inputs: Inputs, kept: Kept) -> None:
    """Put tables and figures where docs/scale.md has them."""
    found = list(nights(inputs, PORTALS))
    for name, text in {
        "workers": workers(kept),
        "knobs": knobs(kept),
        "nights": some_nights(kept),
        "months": months(found[:366]),
        "storage": storage(inputs, found),
        "databases": databases(inputs),
    }.items():
        put(PAGE, f"national: {name}", text)
    drawing.calendar(FIGURES / "nights.svg", found[:488])
    runs = {
        f"{s.told} worker{'s' * (s.told != '1')}": kept[s.name]["curve"]
        for s in WORKERS
        if s.portals == PORTALS and s.name in kept
    }
    if runs:
        drawing.curves(FIGURES / "first-crawl.svg", runs, 72.0)
