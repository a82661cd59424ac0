"""A disk that is full or fails ends the run with exit 3; the next one completes."""

from __future__ import annotations

import pytest

from tests.torture import command, scenarios

POINTS = 5
#: Seconds; less than one on a machine that does nothing else.
AT_ONCE = 10.0
#: Run in the child: the nth call that matters fails.
FAILING = """
import errno, io, os
from archive import warc
error = OSError(errno.{name}, os.strerror(errno.{name}))
left = {calls}
def count():
    global left
    left -= 1
    if left <= 0:
        raise error
if {at!r} == 'fsync':
    class Os:
        def __getattr__(self, name):
            return getattr(os, name)
        def fsync(self, descriptor):
            count()
            os.fsync(descriptor)
    warc.os = Os()
else:
    class File(io.FileIO):
        def write(self, data):
            count()
            return super().write(data)
    warc.open = lambda path, mode, buffering: File(path, mode)
"""
#: Run in the child: no file may grow beyond this, and the catalogue's log is largest.
LIMITED = "import resource as r; r.setrlimit(r.RLIMIT_FSIZE, (1_600_000, 1_600_000))"


def test_five_full_disks_in_one_crawl_lose_nothing(bench, tmp_path):
    room = scenarios.size_of(bench.whole) - scenarios.size_of(bench.whole / "public")
    try:
        with scenarios.small_disk(tmp_path / "disk") as resize:
            data = tmp_path / "disk" / "data"
            result = scenarios.starved(bench, data, POINTS, resize, room)
    except OSError as error:
        pytest.skip(f"a small file system cannot be mounted here: {error}")
    assert result.problems == []
    assert result.interruptions == POINTS
    assert result.slowest_end <= AT_ONCE


@pytest.mark.parametrize(
    ("name", "at", "calls"),
    [("ENOSPC", "write", 44), ("EROFS", "write", 2), ("EDQUOT", "write", 41),
     ("EIO", "write", 40), ("EIO", "fsync", 20)],
)  # fmt: skip
def test_a_failing_write_stops_the_run_and_the_next_one_completes(
    few, tmp_path, name, at, calls
):
    before = FAILING.format(name=name, at=at, calls=calls)
    child = few.fork(tmp_path / "data", before)
    assert scenarios.seconds_after_last_request(few.wire, child) <= AT_ONCE
    _, errors = child.communicate()
    assert child.returncode == 3, errors
    assert "cannot" in errors
    assert "Traceback" not in errors
    assert len(few.wire.requests) < few.requests / 2
    code, _, errors = few.crawl(tmp_path / "data")
    assert code == 0, errors
    result = few.compare(tmp_path / "data", scenarios.Result(few.pages))
    assert result.problems == []


def test_a_catalogue_that_cannot_grow_stops_the_run_and_the_next_one_completes(
    few, tmp_path
):
    code, _, errors = few.crawl(tmp_path / "data", LIMITED)
    assert code == 3, errors
    assert "catalog.db" in errors
    code, _, errors = few.crawl(tmp_path / "data")
    assert code == 0, errors
    result = few.compare(tmp_path / "data", scenarios.Result(few.pages))
    assert result.problems == []


def test_a_run_does_not_begin_when_the_disk_is_into_its_reserve(few, tmp_path):
    code, _, errors = few.crawl(tmp_path / "data", NIANBAO_RESERVE_MB="99999999")
    assert code == 3
    assert "99999999 MB are kept in reserve ($NIANBAO_RESERVE_MB)" in errors
    assert few.wire.requests == []


def test_a_run_stops_in_good_order_when_it_reaches_the_reserve(few, tmp_path):
    try:
        with scenarios.small_disk(tmp_path / "disk") as resize:
            data = tmp_path / "disk" / "data"
            resize(2_500_000)
            code, _, errors = few.crawl(data, NIANBAO_RESERVE_MB="1")
            assert code == 3
            assert "0 MB free, and 1 MB are kept in reserve" in errors
            found = command.query(
                data / "catalog.db", "SELECT outcome, finished_at > '' FROM runs"
            )
            assert found == [("StorageError", 1)]
            assert 0 < len(few.wire.requests) < few.requests
            assert command.check_rows(data) == len(few.wire.requests)
    except OSError as error:
        pytest.skip(f"a small file system cannot be mounted here: {error}")


def test_a_reserve_that_is_no_number_is_a_usage_error(few, tmp_path):
    code, _, errors = few.crawl(tmp_path / "data", NIANBAO_RESERVE_MB="half")
    assert code == 2
    assert "$NIANBAO_RESERVE_MB: expected a whole number of MB, found 'half'" in errors
