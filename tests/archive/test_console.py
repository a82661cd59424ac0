"""The frame of all commands: objects for programs, lines for logs, exit codes."""

from __future__ import annotations

import json
import os

import pytest

from archive import console


def test_who_asks_for_json_gets_one_object_when_the_command_fails_too(
    tmp_path, nianbao
):
    done = nianbao("status", "--json", "--data", tmp_path / "none", code=2)
    assert json.loads(done.stdout) == {
        "summary": f"there is no archive in {tmp_path / 'none'}",
        "attention": [],
        "error": "UsageError",
        "exit_code": 2,
    }
    assert done.stderr == f"nianbao: there is no archive in {tmp_path / 'none'}\n"


def test_an_option_that_is_none_is_told_as_json_too(nianbao):
    done = nianbao("publish", "--json", "--colour", code=2)
    assert json.loads(done.stdout)["error"] == "UsageError"


@pytest.mark.parametrize(
    "command",
    [("status",), ("fixity",), ("reindex",), ("extract",), ("serve", "--port", "0")],
)
def test_a_file_in_the_place_of_the_data_directory_exits_3(tmp_path, nianbao, command):
    file = tmp_path / "data"
    file.write_bytes(b"x")
    done = nianbao(*command, "--data", file, code=3)
    assert f"the data directory {file} cannot be written: it is no dir" in done.stderr


def test_a_data_directory_that_may_not_be_opened_exits_3(tmp_path, nianbao):
    shut = tmp_path / "shut"
    shut.mkdir(mode=0)
    if os.access(shut, os.R_OK):
        pytest.skip("root may open everything")
    done = nianbao("status", "--data", shut, code=3)
    assert f"the data directory {shut} cannot be opened: permission" in done.stderr


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("serve", "--port", "99999"), "99999 is not in the range 0<=x<=65535"),
        (("crawl", "--all", "--limit", "0"), "0 is not in the range x>=1"),
        (("extract", "--jobs", "0"), "0 is not in the range x>=1"),
    ],
)
def test_a_number_out_of_range_is_a_usage_error(tmp_path, nianbao, command, told):
    done = nianbao(*command, "--data", tmp_path / "d", code=2)
    assert told in done.stderr


def test_a_bag_of_nothing_says_that_nothing_is_published(tmp_path, nianbao):
    data = tmp_path / "none"
    done = nianbao("export", "bagit", tmp_path / "bag", "--data", data, code=2)
    assert done.stderr == (
        f"nianbao: nothing is published: {data}/public/nianbao.db"
        " (run `nianbao publish` first)\n"
    )
    assert not data.exists()


def test_progress_off_a_terminal_is_a_plain_line_now_and_then(monkeypatch, capsys):
    seconds = iter([0, 1, 15, 16, 31])
    monkeypatch.setattr(console.time, "monotonic", lambda: next(seconds))
    with console.progress("reading", 9) as step:
        for name in ("a", "b", "c", "d"):
            step(name)
    assert capsys.readouterr() == ("", "reading: 2 of 9 b\nreading: 4 of 9 d\n")
