"""The runs that are compared, and what is kept of each."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from benchmarks.national.country import Portal, country, portion
from benchmarks.national.inputs import Inputs
from benchmarks.national.night import Cost, Night, Outcome, Policy, costs
from benchmarks.national.year import documents, nights
from crawler import settings

HOUR = 3600.0
#: No limit of pages a portal: a run that goes on until all is there.
ENDLESS = Policy(budget=10**9)
#: Points of the curve that is drawn.
POINTS = 120


@dataclass(frozen=True, slots=True)
class Scenario:
    """One run: what differs from the rest is in ``policy`` and ``changed``."""

    name: str
    told: str
    portals: int = 5000
    policy: Policy = ENDLESS
    changed: Mapping[str, float] = field(default_factory=dict)  # of the inputs
    night: date | None = None  # only what is due then

    def figures(self, inputs: Inputs) -> Inputs:
        """The figures with those that this run changes."""
        return replace(inputs, **dict(self.changed))


def _workers(portals: int) -> list[Scenario]:
    return [
        Scenario(f"{portals}-w{n}", f"{n}", portals, replace(ENDLESS, workers=n))
        for n in (1, 2, 4, 8)
    ]


FOUR = replace(ENDLESS, workers=4)
NOBODY_SICK = {"slow_share": 0.0, "dead_share": 0.0, "flaky_share": 0.0}
#: Of the first crawl, by the number of workers.
WORKERS = [*_workers(5000), *_workers(20000)]
#: Of the first crawl, 5,000 portals, one thing changed at a time.
KNOBS = [
    Scenario("w1-apart", "one worker, reports read by other processes",
             policy=replace(ENDLESS, reading=False)),
    Scenario("w4-apart", "reports read by other processes",
             policy=replace(FOUR, reading=False)),
    Scenario("unknown", "sizes of portals not known yet",
             policy=replace(FOUR, known=False)),
    Scenario("active-120", "120 portals at a time a worker",
             policy=replace(FOUR, active=120)),
    Scenario("delay-1", "1 s between requests", policy=replace(FOUR, delay=1.0)),
    Scenario("delay-5", "5 s between requests", policy=replace(FOUR, delay=5.0)),
    Scenario("pages", f"{settings.NIANBAO_SOURCE_BUDGET:,} pages a portal and run"
             " (the default)", policy=Policy(workers=4)),
    Scenario("time-6", "6 h a portal and run",
             policy=replace(FOUR, seconds_each=6 * HOUR)),
    Scenario("time-2", "2 h a portal and run",
             policy=replace(FOUR, seconds_each=2 * HOUR)),
    Scenario("no-breaker", "no circuit breaker",
             policy=replace(FOUR, max_failures=10**6)),
    Scenario("no-sick", "no slow, flaky or dead portals", policy=FOUR,
             changed=NOBODY_SICK),
    Scenario("platforms-40", "platforms of 40 portals", policy=FOUR,
             changed={"platform_size": 40.0}),
    Scenario("line-100", "a line of 100 Mbit/s", policy=FOUR,
             changed={"line_mbit": 100.0}),
]  # fmt: skip
#: Nights of an archive that has everything, one worker, product defaults.
NIGHTS = [
    Scenario("season", "lists of all portals, the reports of a day",
             policy=Policy(), night=date(2027, 1, 20)),
    Scenario("spring", "in spring, weekly", policy=Policy(), night=date(2027, 5, 7)),
    Scenario("november", "documents whose day in November it is",
             policy=Policy(), night=date(2027, 11, 15)),
]  # fmt: skip
ALL = {scenario.name: scenario for scenario in (*WORKERS, *KNOBS, *NIGHTS)}


def smaller(inputs: Inputs, by: int) -> Inputs:
    """A country of a fraction of the size; portals must be fewer in proportion."""
    return replace(
        inputs,
        agencies=inputs.agencies / by,
        reports=inputs.reports / by,
        attachments=inputs.attachments / by,
    )


def run(
    scenario: Scenario, inputs: Inputs, *, seed: int, by: int = 1
) -> dict[str, Any]:
    """Simulate one run and keep what is told of it, as JSON has it."""
    started = time.process_time()
    figures = smaller(scenario.figures(inputs), by)
    portals = country(figures, scenario.portals // by, seed=seed)
    page_costs = costs(figures, reading=scenario.policy.reading)
    if scenario.night is not None:
        portals, page_costs = due(scenario, figures, portals, seed=seed)
    outcome = Night(
        portals, figures, scenario.policy, page_costs=page_costs, seed=seed
    ).run()
    kept = summary(outcome, {Night.slot(p) for p in portals})
    return kept | {"simulated_in": round(time.process_time() - started, 1)}


def due(
    scenario: Scenario, inputs: Inputs, portals: list[Portal], *, seed: int
) -> tuple[list[Portal], tuple[Cost, Cost, Cost]]:
    """What of each portal is due in the night, and what a page costs then.

    Known documents are not read again when they are the same; new ones are.
    """
    day = scenario.night
    assert day is not None
    found = next(n for n in nights(inputs, len(portals)) if n.day == day)
    whole = documents(inputs)
    share = min((found.again + found.new) / whole, 1.0)
    pages = sum(portal.navigation for portal in portals)
    rng = random.Random(f"due-{seed}")
    some = [
        portion(
            rng,
            portal,
            navigation=min(found.navigation / pages, 1.0),
            reports=share,
            attachments=share,
        )
        for portal in portals
    ]
    new = found.new / max(found.again + found.new, 1e-9)
    sent = new + (1 - new) * (1 - inputs.confirmed_share)
    first, *known = costs(inputs, reading=False)
    read = costs(inputs)[1:]
    reports, attachments = (
        Cost(cost.wire * sent, cost.seconds + (full.seconds - cost.seconds) * new)
        for cost, full in zip(known, read, strict=True)
    )
    return some, (first, reports, attachments)


def summary(outcome: Outcome, slots: set[str]) -> dict[str, Any]:
    """The figures of the tables: hours, requests a second, gigabytes."""
    hours = {
        str(share): round(outcome.until(share / 100) / HOUR, 2)
        for share in (50, 90, 99, 100)
    }
    late = outcome.until(0.99)
    served = outcome.served
    step = max(len(served) // POINTS, 1)
    curve = [
        [round(served[at] / HOUR, 3), round((at + 1) / outcome.pages, 4)]
        for at in range(0, len(served), step)
    ]
    return {
        "slots": len(slots),
        "pages": outcome.pages,
        "served": len(served),
        "failed": outcome.failed,
        "left": outcome.left,
        "resting": outcome.resting,
        "hours": hours,
        "peak": round(outcome.peak(), 1),
        "slots_at_99": sum(end > late for end in outcome.ends.values()),
        "wire_gb": round(outcome.wire / 1e9, 1),
        "line_hours": round(outcome.line / HOUR, 2),
        "cpu_hours": [round(seconds / HOUR, 2) for seconds in outcome.cpu],
        "curve": curve,
    }
