"""A clock that jumps puts no run out of order and keeps nothing from the archive."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.torture import command
from tests.torture.forks import COMPLETE, KILLED
from tests.torture.scenarios import Result

DAY = 86_400.0
#: The clocks of New York go back at that moment.
END_OF_SUMMER_TIME = datetime(2026, 11, 1, 6, tzinfo=UTC)
YEAR_END = datetime(2027, 1, 1, tzinfo=UTC)
#: Seconds before the moment at which the first crawl is started, and how many are
#: tried: machines are not equally fast, and the same one is not from minute to minute.
LEAD, TRIES = 1.0, 8


def run_at(forks, data, shift: float, point: str = "", nth: int = 0) -> None:
    arguments = forks.command(data)
    code, printed = forks.runner.run(*arguments, point=point, nth=nth, shift=shift)
    assert code == (KILLED if point else COMPLETE), printed


@pytest.mark.parametrize("shifts", [(0, -DAY, DAY, 0), (DAY, 0, -DAY, -2 * DAY)])
def test_runs_keep_their_order_and_nothing_is_lost_when_the_clock_jumps_a_day(
    forks, tmp_path, shifts
):
    data = tmp_path / "data"
    run_at(forks, data, shifts[0], "after COMMIT", 26)
    run_at(forks, data, shifts[1], "after COMMIT", 24)
    run_at(forks, data, shifts[2])
    run_at(forks, data, shifts[3])
    runs = command.query(
        data / "catalog.db", "SELECT outcome FROM runs ORDER BY run_id"
    )
    assert runs == [("killed",), ("killed",), ("complete",), ("complete",)]
    backwards = "SELECT count(*) FROM runs WHERE finished_at < started_at"
    assert command.query(data / "catalog.db", backwards) == [(0,)]
    assert forks.compare(data, Result(forks.pages)).problems == []


@pytest.mark.parametrize("shift", [-DAY, DAY], ids=["back", "forward"])
def test_a_clock_that_is_set_within_a_run_keeps_nothing_from_the_archive(
    forks, tmp_path, shift
):
    data = tmp_path / "data"
    arguments = forks.command(data)
    code, printed = forks.runner.run(*arguments, shift=shift, looks=60)
    assert code == COMPLETE, printed
    ((began, ended),) = command.query(
        data / "catalog.db", "SELECT started_at, finished_at FROM runs"
    )
    assert began <= ended
    days = "SELECT count(DISTINCT substr(captured_at, 1, 10)) FROM captures"
    assert command.query(data / "catalog.db", days) == [(2,)], "set on the way"
    run_at(forks, data, 0)
    assert forks.compare(data, Result(forks.pages)).problems == []
    code, printed = forks.runner.run("fixity", "--data", data)
    assert code == COMPLETE, printed


def test_the_ledger_holds_what_was_found_after_the_clock_was_set_back(forks, tmp_path):
    data = tmp_path / "data"
    code, printed = forks.runner.run(*forks.command(data), "--limit", "9", shift=DAY)
    assert code == COMPLETE, printed
    run_at(forks, data, 0)
    before = command.frontier(data)
    assert before == command.frontier(forks.whole)
    code, printed = forks.runner.run("reindex", "--data", data)
    assert code == COMPLETE, printed
    assert {row[0] for row in command.frontier(data)} == {row[0] for row in before}


@pytest.mark.parametrize("moment", [YEAR_END, END_OF_SUMMER_TIME])
def test_a_crawl_over_the_end_of_a_year_or_of_summer_time_is_as_any_other(
    forks, tmp_path, moment
):
    lead = LEAD
    for attempt in range(TRIES):
        data = tmp_path / f"data-{attempt}"
        forks.wire.requests.clear()
        run_at(forks, data, (moment - datetime.now(UTC)).total_seconds() - lead)
        ((began, ended),) = command.query(
            data / "catalog.db", "SELECT started_at, finished_at FROM runs"
        )
        assert began < ended
        if began < f"{moment:%Y-%m-%dT%H:%M}" < ended:
            break
        began_at, ended_at = map(datetime.fromisoformat, (began, ended))
        middle = began_at + (ended_at - began_at) / 2
        lead -= (moment - middle).total_seconds()
    else:
        pytest.fail(f"no crawl was under way at {moment}: the last {began} to {ended}")
    assert forks.compare(data, Result(forks.pages)).problems == []
