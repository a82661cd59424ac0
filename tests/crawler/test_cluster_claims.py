"""A portal is crawled by one process of a machine at a time."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from archive.errors import LockHeld, StorageError
from archive.records import Source
from crawler.cluster import claims
from crawler.cluster.running import UnitLost, run_unit
from tests.crawler.crawls import environment

HOLD = """
import sys, time
from archive.records import Source
from crawler.cluster import claims
found = claims.take([
    Source(name, name, "370683", "county", f"http://{name}.gov.cn/", group=name)
    for name in sys.argv[1:]
])
print([s.source_id for s in found.free], flush=True)
time.sleep(60)
"""
#: Starts a child that outlives it unless the child has asked to die with it.
ORPHAN = """
import os, subprocess, sys, time
code = '''
import os, sys, time
from crawler.cluster.running import die_with
if sys.argv[1] == "bound":
    die_with(os.getppid())
print(os.getpid(), flush=True)
time.sleep(60)
'''
subprocess.Popen([sys.executable, "-c", code, sys.argv[1]])
time.sleep(60)
"""


def portal(name: str) -> Source:
    return Source(name, name, "370683", "county", f"http://{name}.gov.cn/", group=name)


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("NIANBAO_LOCKS", str(tmp_path / "locks"))


@pytest.fixture
def start():
    """Start Python in a process that says something once it stands."""
    running = []

    def begin(code: str, *arguments: str) -> tuple[subprocess.Popen[str], str]:
        process = subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            stdout=subprocess.PIPE, text=True, env=environment(),
        )  # fmt: skip
        running.append(process)
        return process, process.stdout.readline().strip()

    yield begin
    for process in running:
        process.kill()
        process.wait()
        process.stdout.close()


def test_portals_of_another_process_are_left_to_it_and_named(start):
    other, said = start(HOLD, "a", "b")
    assert said == "['a', 'b']"
    claim = claims.take([portal("a"), portal("c")])
    assert [s.source_id for s in claim.free] == ["c"]
    assert [s.source_id for s in claim.left_out] == ["a"]
    assert claim.attention == (f"a: left to process {other.pid}, which crawls it",)
    claim.close()


def test_a_crawl_whose_portals_are_all_taken_says_by_whom(start):
    other, _ = start(HOLD, "a")
    with pytest.raises(LockHeld, match=f"a: left to process {other.pid}"):
        claims.take([portal("a")])


def test_a_claim_ends_with_its_process_however_that_ends(start):
    other, _ = start(HOLD, "a")
    other.send_signal(signal.SIGKILL)
    claim = claims.take([portal("a")], patience=10)
    assert [s.source_id for s in claim.free] == ["a"]
    claim.close()


def test_a_child_of_the_crawler_inherits_no_claim(start):
    """A reader that outlives its crawl must not keep the portal."""
    forked = HOLD.replace("time.sleep(60)", "os.fork() and os._exit(0)\ntime.sleep(60)")
    other, said = start("import os\n" + forked, "a")
    assert said == "['a']"
    other.wait(10)
    claims.take([portal("a")], patience=5).close()


def test_claims_that_cannot_be_written_down_are_told_with_the_variable(
    tmp_path, monkeypatch
):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("NIANBAO_LOCKS", str(tmp_path / "file"))
    with pytest.raises(StorageError, match="NIANBAO_LOCKS"):
        claims.take([portal("a")])


def gone(pid: int) -> bool:
    until = time.monotonic() + 3
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize(("how", "dies"), [("bound", True), ("free", False)])
def test_a_unit_dies_with_the_worker_that_started_it(start, how, dies):
    worker, said = start(ORPHAN, how)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert gone(int(said)) is dies
    if not dies:
        os.kill(int(said), signal.SIGKILL)


def test_a_unit_is_not_begun_where_the_data_directory_is_not_seen(tmp_path):
    with pytest.raises(Exception, match="the data directory is not shared"):
        run_unit({"token": str(tmp_path / "none"), "group": "a"})


def test_a_unit_that_says_nothing_is_lost(tmp_path, monkeypatch):
    token = tmp_path / "token"
    token.write_text("")
    monkeypatch.setattr("crawler.cluster.running.MODULE", "no.such.module")
    with pytest.raises(UnitLost, match="a: its process ended with 1"):
        run_unit({"token": str(token), "group": "a"})
