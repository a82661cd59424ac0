"""A crawl that is killed again and again loses nothing and keeps nothing twice."""

from tests.torture import command, scenarios

KILLS = 20


def test_twenty_kills_in_one_crawl_leave_the_archive_of_an_undisturbed_one(
    bench, tmp_path
):
    result = scenarios.killed(bench, tmp_path / "data", KILLS, seed=20260131)
    assert result.problems == []
    assert result.interruptions == KILLS
    assert result.cut > 0, "no kill met a half written record"
    # one page on its way and one written but not committed, a kill
    assert result.refetched <= 2 * KILLS
    ended = command.query(
        tmp_path / "data" / "catalog.db",
        "SELECT outcome, count(*) FROM runs WHERE command = 'crawl' GROUP BY outcome",
    )
    # kills in start-up may come before the run has a row
    assert [outcome for outcome, _ in ended] == ["complete", "killed"]
    assert ended[0][1] == 1
    assert 10 <= ended[1][1] <= KILLS
