"""The data directory says clearly why it cannot be used."""

import os
import subprocess
import sys
import time

import pytest

from archive.datadir import DataDir
from archive.errors import LockHeld, StorageError


def test_a_file_in_the_way_is_a_storage_error_that_names_it(tmp_path):
    (tmp_path / "data").write_text("not a folder")
    with pytest.raises(StorageError, match="data cannot be written") as caught:
        DataDir(tmp_path / "data").prepare()
    assert caught.value.exit_code == 3


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_directory_is_a_storage_error(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(StorageError, match="--data"):
        DataDir(tmp_path / "data").prepare()


def test_a_second_run_learns_the_pid_of_the_first(tmp_path):
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time\n"
            "from pathlib import Path\n"
            "from archive.datadir import DataDir\n"
            "with DataDir(Path(sys.argv[1])).lock():\n"
            "    print('held', flush=True); time.sleep(60)\n",
            str(tmp_path),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with (
            pytest.raises(LockHeld, match=f"process {holder.pid}") as caught,
            DataDir(tmp_path).lock(),
        ):
            pass
        assert caught.value.exit_code == 4
    finally:
        holder.kill()
        holder.wait()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            with DataDir(tmp_path).lock():
                return
        except LockHeld:
            time.sleep(0.05)
    pytest.fail("the lock outlived its owner")


def test_what_a_killed_start_left_is_removed_by_the_next(tmp_path):
    data = DataDir(tmp_path / "data").prepare()
    (data.root / ".probe-4711").write_bytes(b"nianbao")
    data.prepare()
    names = sorted(path.name for path in data.root.iterdir())
    assert names == ["public", "warc"]
