"""A frontier of many pending URLs costs disk, not memory, and no time per request."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.crawler.crawls import environment

PAGES = 100_000 if os.environ.get("NIANBAO_LONG") else 20_000
#: Enough to fill the page cache of SQLite (2 MB), which stops growing there.
SMALL = 10_000
#: Requests handed out and finished; as many with both sizes.
TAKEN = 150
BAR_MB = 200


def measure(folder: Path, pages: int) -> dict[str, Any]:
    """Fill a frontier and take from it, in a process of its own."""
    command = [sys.executable, str(Path(__file__).with_name("frontier_child.py"))]
    done = subprocess.run(
        [*command, str(folder / f"{pages}.db"), str(pages), str(TAKEN)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env=environment(),
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def sizes(tmp_path_factory: pytest.TempPathFactory) -> dict[int, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("frontier")
    return {pages: measure(folder, pages) for pages in (SMALL, PAGES)}


def test_all_urls_are_pending_and_the_next_ones_are_handed_out_in_order(sizes):
    home = [("http://one.gov.cn/", "home")]
    reports = [(f"http://one.gov.cn/{n}.html", "report") for n in range(TAKEN - 1)]
    for pages in (SMALL, PAGES):
        assert sizes[pages]["pending"] == pages + 1 - TAKEN
        assert [tuple(t) for t in sizes[pages]["taken"]] == home + reports


def test_a_long_frontier_stays_within_the_memory_bar(sizes):
    assert sizes[PAGES]["peak_mb"] <= BAR_MB


def test_ten_thousand_more_pending_urls_take_less_than_a_megabyte(sizes):
    more = sizes[PAGES]["grown_mb"] - sizes[SMALL]["grown_mb"]
    assert more / ((PAGES - SMALL) / 10_000) <= 1


def test_handing_out_a_request_costs_the_same_however_long_the_frontier(sizes):
    short, long = sizes[SMALL]["steps"], sizes[PAGES]["steps"]
    assert 0 < long <= 1.5 * short
