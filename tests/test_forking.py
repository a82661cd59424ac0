"""A fork that runs a command is a process of its own, as tests need it."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest

from tests.forking import COMMAND, forker

ENV = {"PATH": os.environ["PATH"], "TZ": "Asia/Shanghai", "ONE": "1"}


def test_code_gets_arguments_environment_and_folder_and_its_words_and_code_come_back(
    tmp_path,
):
    code = (
        "import os, sys, time; print(sys.argv, os.getcwd(), time.tzname[0]);"
        "print(sorted(os.environ), file=sys.stderr); sys.exit(7)"
    )
    done = forker.run(["-c", code, "a", "b"], env=ENV, timeout=60, cwd=tmp_path)
    assert done.returncode == 7
    assert done.stdout == f"['-c', 'a', 'b'] {tmp_path} CST\n"
    assert done.stderr == "['ONE', 'PATH', 'TZ']\n"


def test_the_command_is_called_by_its_name():
    done = forker.run([COMMAND, "crawl", "--help"], env=ENV, timeout=60)
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: nianbao crawl [OPTIONS] [SOURCE_ID]...")


def test_what_one_fork_changes_no_other_sees():
    code = "from archive import warc; print(hasattr(warc, 'mark')); warc.mark = 1"
    for _ in range(2):
        assert forker.run(["-c", code], env=ENV, timeout=60).stdout == "False\n"


def test_a_traceback_is_printed_and_the_code_is_1():
    done = forker.run(["-c", "1 / 0"], env=ENV, timeout=60)
    assert done.returncode == 1
    assert done.stderr.endswith("ZeroDivisionError: division by zero\n")


def test_a_command_that_takes_too_long_is_killed():
    with pytest.raises(subprocess.TimeoutExpired):
        forker.run(["-c", "import time; time.sleep(60)"], env=ENV, timeout=0.2)


def test_a_signal_reaches_the_command_and_two_run_side_by_side():
    wait = ["-c", "import time; time.sleep(60)"]
    began = time.monotonic()
    one, other = forker.start(wait, env=ENV), forker.start(wait, env=ENV)
    assert (one.poll(), other.poll()) == (None, None)
    one.send_signal(signal.SIGTERM)
    other.kill()
    assert one.wait(30) == -signal.SIGTERM
    assert other.wait(30) == -signal.SIGKILL
    assert time.monotonic() - began < 60
