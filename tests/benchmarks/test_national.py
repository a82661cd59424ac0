"""The simulation keeps the promises of the crawler: pace, conservation, no loss."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from benchmarks.national import drawing, sizes
from benchmarks.national.__main__ import RESULTS, stored
from benchmarks.national.country import Portal, country, portion
from benchmarks.national.inputs import FILE, load
from benchmarks.national.night import Night, Policy, Request
from benchmarks.national.scenarios import ALL, run, smaller
from benchmarks.national.tables import hours, storage
from benchmarks.national.year import nights

INPUTS = smaller(load(), 500)  # 300 authorities, 4,000 reports
HEALTHY = replace(INPUTS, slow_share=0.0, flaky_share=0.0, dead_share=0.0)
ENDLESS = Policy(budget=10**9)


def portal(name: str, pages: int, **told: object) -> Portal:
    plain = Portal(name, None, pages, 0, 0, latency=0.4, failures=0.0)
    return replace(plain, **told)


@pytest.fixture(scope="module")
def sick():
    """A run over forty portals, some of them slow, flaky or dead."""
    portals = country(
        replace(INPUTS, dead_share=0.1, flaky_share=0.3, flaky_failures=0.2), 40
    )
    requests: list[Request] = []
    outcome = Night(portals, INPUTS, ENDLESS, watch=requests.append).run()
    return portals, requests, outcome


def test_no_slot_is_asked_twice_within_its_delay(sick):
    _, requests, _ = sick
    by_slot = defaultdict(list)
    for request in requests:
        by_slot[request.slot].append(request.at)
    gaps = [
        later - sooner
        for moments in by_slot.values()
        for sooner, later in pairwise(moments)
    ]
    assert min(gaps) >= 2.0 - 1e-6
    assert len(gaps) > 4000


def test_portals_of_a_platform_share_one_slot(sick):
    portals, requests, _ = sick
    platform = {p.name: p.group for p in portals if p.group}
    slots = {r.slot for r in requests if r.page.source_id in platform}
    assert platform
    assert slots == set(platform.values())


def test_every_page_is_served_or_failed_or_left(sick):
    portals, _, outcome = sick
    assert outcome.failed > 0
    assert outcome.left > 0
    assert outcome.resting > 0
    assert outcome.pages == sum(p.pages for p in portals)
    assert len(outcome.served) + outcome.failed + outcome.left == outcome.pages


def test_no_page_is_asked_for_more_than_twice(sick):
    _, requests, _ = sick
    times = defaultdict(int)
    for request in requests:
        times[request.page] += 1
    assert max(times.values()) == 2


def test_healthy_portals_are_served_to_the_last_page():
    portals = country(HEALTHY, 40)
    outcome = Night(portals, HEALTHY, ENDLESS).run()
    assert len(outcome.served) == outcome.pages
    assert (outcome.failed, outcome.left, outcome.resting) == (0, 0, 0)


def test_twice_the_workers_are_never_slower():
    portals = country(HEALTHY, 20)
    took = [
        Night(portals, HEALTHY, replace(ENDLESS, workers=n)).run().seconds
        for n in (1, 2, 4)
    ]
    assert took == sorted(took, reverse=True)


def test_twice_the_workers_are_faster_where_the_core_decides():
    slow_core = replace(HEALTHY, crawl_ms=500.0, on_platforms=0.0)
    portals = [portal(f"p{n}", 60) for n in range(40)]
    one, four = (
        Night(portals, slow_core, replace(ENDLESS, workers=n)).run().seconds
        for n in (1, 4)
    )
    assert one == pytest.approx(40 * 60 * 0.5, rel=0.01)
    assert four < 0.5 * one


def test_one_portal_takes_its_pages_times_its_delay():
    quick = replace(HEALTHY, latency_sigma_requests=0.0)
    outcome = Night([portal("p", 101)], quick, ENDLESS).run()
    # 100 pauses of 2 s, jitter only ever adds: 1.025 of it in the mean
    assert outcome.seconds == pytest.approx(100 * 2 * 1.025 + 0.4, abs=2)


def test_a_dead_portal_rests_after_five_failures_and_its_pages_stay():
    requests: list[Request] = []
    dead = portal("p", 50, failures=1.0)
    outcome = Night([dead], INPUTS, ENDLESS, watch=requests.append).run()
    assert len(requests) == 5
    assert (outcome.failed, outcome.left, outcome.resting) == (2, 48, 1)


def test_a_budget_of_pages_leaves_the_rest():
    outcome = Night([portal("p", 50)], HEALTHY, Policy(budget=20)).run()
    assert (len(outcome.served), outcome.left) == (20, 30)


def test_a_budget_of_time_ends_a_portal_and_leaves_the_rest():
    policy = replace(ENDLESS, seconds_each=60.0)
    outcome = Night([portal("p", 500)], HEALTHY, policy).run()
    assert outcome.seconds == pytest.approx(60, abs=4)
    assert len(outcome.served) + outcome.left == 500


def test_the_same_seed_gives_the_same_run_and_another_seed_another():
    first, again, other = (
        run(ALL["5000-w2"], load(), seed=seed, by=1000) for seed in (1, 1, 2)
    )
    assert first["curve"] == again["curve"]
    assert first["curve"] != other["curve"]


def test_a_country_has_all_authorities_and_a_heavy_tail():
    inputs = load()
    portals = country(inputs, 5000)
    reports = sorted(p.reports for p in portals)
    assert sum(reports) == pytest.approx(2_000_000, rel=0.01)
    assert reports[-1] > 20 * reports[2500]


def test_a_portion_of_nothing_asks_for_nothing():
    whole = country(INPUTS, 5)[0]
    none = portion(random.Random(1), whole, navigation=0, reports=0, attachments=0)
    assert none.pages == 0


def test_lists_are_asked_for_daily_in_the_season_and_monthly_in_autumn():
    found = {night.day: night for night in nights(load(), 5000)}
    everything = 10 * 5000 + 3 * 150_000
    assert found[date(2027, 2, 10)].navigation == pytest.approx(everything)
    autumn = [
        n for day, n in found.items() if date(2027, 9, 1) <= day < date(2027, 10, 1)
    ]
    assert sum(n.navigation for n in autumn) == pytest.approx(everything, rel=0.1)


def test_every_document_is_asked_for_once_in_november_a_part_of_them_a_night():
    found = [n for n in nights(load(), 5000) if f"{n.day:%Y-%m}" == "2027-11"]
    whole = (2_000_000 + 150_000) * 1.45
    assert sum(night.again for night in found) == pytest.approx(whole, rel=0.01)
    assert max(night.again for night in found) == pytest.approx(whole / 28, rel=0.01)
    assert [night.day.day for night in found if round(night.again) == 0] == [1, 30]


def test_all_reports_of_a_season_are_new_once():
    spring = [n for n in nights(load(), 5000) if n.day.year == 2027]
    assert sum(n.new for n in spring) == pytest.approx(150_000 * 1.45)


def test_a_year_of_lists_alone_outgrows_the_first_crawl_of_reports():
    inputs = load()
    found = list(nights(inputs, 5000))
    first = sizes.first_crawl(inputs, 5000)
    year = sizes.of_nights(inputs, found[365:])
    assert year.pages > first.reports
    assert storage(inputs, found).count("\n") == 4


def test_hours_are_told_as_days_from_two_days_on():
    assert [hours(n) for n in (0.04, 9.94, 47.9, 48)] == [
        "0.0 h",
        "9.9 h",
        "48 h",
        "2.0 d",
    ]


def test_a_figure_without_its_source_is_refused(tmp_path):
    page = tmp_path / "inputs.yml"
    page.write_text(FILE.read_text().replace("  kind: assumed\n", "", 1))
    with pytest.raises(ValueError, match="agencies: expected value, source and kind"):
        load(page)


def test_of_every_outcome_that_is_kept_the_pages_add_up():
    kept = stored(RESULTS)
    assert set(kept) <= set(ALL)
    assert {"5000-w1", "5000-w4", "season"} <= set(kept)
    sums = {n: o["served"] + o["failed"] + o["left"] for n, o in kept.items()}
    assert sums == {n: o["pages"] for n, o in kept.items()}


def test_a_curve_is_drawn_small_enough_to_be_checked_in(tmp_path):
    path = tmp_path / "curve.svg"
    drawing.curves(path, {"1 worker": [[0.0, 0.1], [5.0, 0.9], [90.0, 1.0]]}, 72.0)
    assert path.read_text().startswith("<svg")
    assert path.stat().st_size < drawing.MOST
