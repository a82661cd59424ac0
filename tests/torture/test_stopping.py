"""Signals end `nianbao crawl` soon and in order; one data directory has one owner."""

from __future__ import annotations

import signal
import subprocess
import time

import pytest

from tests.crawler.wire import Wire
from tests.torture import command
from tests.torture.big_portal import COLUMN, big_portal

PAGES = 40


@pytest.fixture
def wire():
    with Wire(big_portal(PAGES)) as wire:
        yield wire


def crawling(wire: Wire, tmp_path, requests: int) -> subprocess.Popen[str]:
    """A crawl that has sent that many requests."""
    sources = command.registry(tmp_path, wire.home)
    child = command.start(command.crawl_command(tmp_path / "data", sources))
    deadline = time.monotonic() + command.PATIENCE
    while len(wire.requests) < requests and time.monotonic() < deadline:
        time.sleep(0.002)
    return child


def resume(wire: Wire, tmp_path) -> tuple[int, str, str]:
    sources = command.registry(tmp_path, wire.home)
    return command.run(command.crawl_command(tmp_path / "data", sources))


def hang(wire: Wire, number: int, release: float = 60.0) -> str:
    """Have the portal swallow the request for one document."""
    path = next(p for p in wire.replies if p.endswith(f"_{number}.html"))
    wire.replies[path] = lambda connection: time.sleep(release)
    return path


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_a_signal_ends_the_crawl_in_order_and_nothing_is_fetched_twice(
    wire, tmp_path, name
):
    child = crawling(wire, tmp_path, 15)
    asked = time.monotonic()
    child.send_signal(getattr(signal, name))
    _, errors = child.communicate(timeout=command.PATIENCE)
    assert time.monotonic() - asked < 10
    assert (child.returncode, errors) == (
        11,
        "nianbao: the crawl was stopped; the next run goes on where it stood\n",
    )
    assert not list((tmp_path / "data" / "warc").glob("*.open"))
    assert command.query(
        tmp_path / "data" / "catalog.db", "SELECT outcome FROM runs"
    ) == [("Interrupted",)]
    before = len(wire.requests)
    assert resume(wire, tmp_path)[0] == 0
    assert before < PAGES
    documents = [p for p in wire.paths() if p.startswith(f"{COLUMN}t")]
    assert len(documents) == len(set(documents)) == PAGES
    assert command.check_rows(tmp_path / "data") == len(wire.requests)


def test_a_host_that_does_not_answer_holds_up_a_stop_for_less_than_ten_seconds(
    wire, tmp_path
):
    path = hang(wire, 5)
    child = crawling(wire, tmp_path, 10)
    deadline = time.monotonic() + command.PATIENCE
    while path not in wire.paths() and time.monotonic() < deadline:
        time.sleep(0.002)
    asked = time.monotonic()
    child.send_signal(signal.SIGTERM)
    _, errors = child.communicate(timeout=command.PATIENCE)
    assert 4 <= time.monotonic() - asked < 10
    assert child.returncode == 11, errors
    assert errors.count("\n") == 1, errors
    assert command.query(
        tmp_path / "data" / "catalog.db",
        f"SELECT state, attempts FROM frontier WHERE url LIKE '%{path}'",
    ) == [("pending", 0)]


def test_a_second_interrupt_ends_the_crawl_at_once(wire, tmp_path):
    path = hang(wire, 5)
    child = crawling(wire, tmp_path, 10)
    deadline = time.monotonic() + command.PATIENCE
    while path not in wire.paths() and time.monotonic() < deadline:
        time.sleep(0.002)
    child.send_signal(signal.SIGINT)
    time.sleep(0.3)
    assert child.poll() is None
    asked = time.monotonic()
    child.send_signal(signal.SIGINT)
    _, errors = child.communicate(timeout=command.PATIENCE)
    assert time.monotonic() - asked <= 3
    assert child.returncode == 11, errors
    assert errors.count("\n") == 1, errors
    command.check_warcs(tmp_path / "data")
    command.check_rows(tmp_path / "data")


def test_a_second_run_exits_4_with_the_pid_and_the_lock_dies_with_its_owner(
    wire, tmp_path
):
    hang(wire, 5, release=2.0)
    child = crawling(wire, tmp_path, 5)
    code, _, errors = resume(wire, tmp_path)
    assert code == 4
    assert errors == f"nianbao: {tmp_path}/data is in use by process {child.pid}\n"
    child.kill()
    child.communicate()
    assert resume(wire, tmp_path)[0] == 0
