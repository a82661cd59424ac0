"""Portals that never were: sizes with a heavy tail, platforms, slow and dead hosts."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace

from archive.records import Source
from benchmarks.national.inputs import Inputs


@dataclass(frozen=True, slots=True)
class Portal:
    """One portal: what it has, and how it answers."""

    name: str
    group: str | None
    navigation: int
    reports: int
    attachments: int
    latency: float  # seconds, the median of its answers
    failures: float  # share of answers that are errors; 1 for one that is dead

    @property
    def pages(self) -> int:
        """All its URLs."""
        return self.navigation + self.reports + self.attachments

    @property
    def source(self) -> Source:
        """Its entry in a registry."""
        home = f"http://{self.name}.gov.cn/"
        return Source(self.name, self.name, "990101", "county", home, group=self.group)


def country(inputs: Inputs, portals: int, *, seed: int = 1) -> list[Portal]:
    """So many portals that have all authorities of the country together."""
    rng = random.Random(f"{seed}-{portals}")
    sigma = _sigma(inputs, portals)
    weights = [rng.lognormvariate(0.0, sigma) for _ in range(portals)]
    scale = inputs.agencies / sum(weights)
    health = [_health(rng.random(), inputs) for _ in range(portals)]
    groups = _platforms(rng, inputs, portals)
    found = []
    for number, weight in enumerate(weights):
        agencies = weight * scale
        reports = _whole(rng, agencies * inputs.reports / inputs.agencies)
        spread = rng.lognormvariate(0.0, inputs.latency_sigma_portals)
        latency, failures = health[number]
        found.append(
            Portal(
                f"p{number}",
                groups.get(number),
                int(inputs.navigation_fixed)
                + _whole(rng, agencies * inputs.navigation_per_agency),
                reports,
                _whole(rng, reports * inputs.attachments / inputs.reports),
                latency or inputs.latency_median_seconds * spread,
                failures,
            )
        )
    return found


def portion(
    rng: random.Random,
    portal: Portal,
    *,
    navigation: float,
    reports: float,
    attachments: float,
) -> Portal:
    """The portal with these shares of its pages, those that are due in a night."""
    return replace(
        portal,
        navigation=_whole(rng, portal.navigation * navigation),
        reports=_whole(rng, portal.reports * reports),
        attachments=_whole(rng, portal.attachments * attachments),
    )


def _sigma(inputs: Inputs, portals: int) -> float:
    """The spread, between the two that are given by the logarithm of the number."""
    at = math.log(portals / 5000) / math.log(4)
    return inputs.sigma_5000 + (inputs.sigma_20000 - inputs.sigma_5000) * min(
        max(at, 0.0), 1.0
    )


def _health(drawn: float, inputs: Inputs) -> tuple[float | None, float]:
    """Latency, if it is a sick one, and the share of failures."""
    if drawn < inputs.dead_share:
        return None, 1.0
    drawn -= inputs.dead_share
    if drawn < inputs.slow_share:
        return inputs.slow_seconds, 0.0
    return None, inputs.flaky_failures * (
        drawn < inputs.slow_share + inputs.flaky_share
    )


def _platforms(rng: random.Random, inputs: Inputs, portals: int) -> dict[int, str]:
    """Which portals share a politeness slot."""
    chosen = rng.sample(range(portals), int(portals * inputs.on_platforms))
    size = max(int(inputs.platform_size), 1)
    return {number: f"platform-{at // size}" for at, number in enumerate(chosen)}


def _whole(rng: random.Random, number: float) -> int:
    """A whole number with this mean."""
    return int(number) + (rng.random() < number - int(number))
