"""How a crawl ends: on request, on time."""

from __future__ import annotations

import random
import signal
import subprocess
import time

import pytest

from tests.crawler.crawls import PATIENCE, Crawled, command, environment, portal
from tests.crawler.small_portal import ALL_DOCUMENTS, COLUMN, by_path, small_portal
from tests.crawler.wire import Wire, page


@pytest.fixture
def wire():
    with Wire(small_portal()) as wire:
        yield wire


def test_sigterm_ends_in_good_order_and_the_next_run_goes_on(run_crawl, tmp_path):
    replies = small_portal()
    with Wire(replies) as wire:
        source = portal(wire.home, delay_seconds=0.4)
        child = subprocess.Popen(
            command(tmp_path / "data", [source]),
            stdout=subprocess.PIPE,
            env=environment(),
            text=True,
        )
        deadline = time.monotonic() + PATIENCE
        while len(wire.requests) < 5 and time.monotonic() < deadline:
            time.sleep(0.02)
        child.send_signal(signal.SIGTERM)
        output, _ = child.communicate(timeout=PATIENCE)
        assert '"error": "Interrupted"' in output
        assert child.returncode == 11
        before = Crawled(tmp_path / "data")
        assert before.rows("SELECT count(*) FROM frontier WHERE state = 'pending'") > [
            (0,)
        ]
        captured = before.rows("SELECT count(*) FROM captures")
        assert captured == [(len(wire.requests),)]
        assert not list((tmp_path / "data" / "warc").glob("*.open"))
        after = run_crawl(portal(wire.home))
    assert set(by_path(after, "SELECT url FROM triage")) == ALL_DOCUMENTS


def test_max_time_ends_the_crawl_and_leaves_the_rest_pending(run_crawl, wire):
    result = run_crawl(portal(wire.home, delay_seconds=1.0), max_time=1)
    assert result.summary["reason"] == "closespider_timeout"
    assert result.rows("SELECT count(*) > 0 FROM frontier WHERE state = 'pending'") == [
        (1,)
    ]


def test_an_archive_that_cannot_grow_stops_the_crawl_with_exit_code_3(tmp_path):
    """No file of the child may grow beyond 4 MB: like a disk that is full."""
    big = page(random.Random(1).randbytes(6_000_000), kind="application/pdf")
    replies = small_portal()
    path = f"{COLUMN}202401/t20240118_31.html"
    replies[path] = big
    limit = "import resource as r; r.setrlimit(r.RLIMIT_FSIZE, (4 << 20, 4 << 20))"
    with Wire(replies) as wire:
        python, script, *arguments = command(tmp_path / "data", [portal(wire.home)])
        code = f"{limit}; import runpy; runpy.run_path({script!r}, run_name='__main__')"
        done = subprocess.run(
            [python, "-c", code, *arguments],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            env=environment(),
        )
        assert done.returncode == 3, done.stderr
        assert '"error": "StorageError"' in done.stdout
        assert wire.paths()[-1] == path
    states = by_path(Crawled(tmp_path / "data"), "SELECT url, state FROM frontier")
    assert states[path] == ("pending",)
