"""Local files: which are taken in, and by which names they are known."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from pipelines.intake import legible, walk


def test_names_are_relative_to_the_parent_of_the_folder_given(tmp_path):
    folder = tmp_path / "年报 2024"
    (folder / "莱州").mkdir(parents=True)
    (folder / "莱州" / "报 告.txt").write_text("x")
    (folder / ".hidden").write_text("x")
    assert list(walk([folder])) == [
        (folder / "莱州" / "报 告.txt", "年报 2024/莱州/报 告.txt")
    ]


def test_the_working_folder_is_known_by_its_name(tmp_path, monkeypatch):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("x")
    monkeypatch.chdir(tmp_path / "in")
    assert [name for _, name in walk([Path()])] == ["in/a.txt"]


def test_a_file_name_in_gb18030_is_read_as_such():
    assert legible(os.fsdecode("莱州年报.txt".encode("gb18030"))) == "莱州年报.txt"
    assert legible("莱州年报.txt") == "莱州年报.txt"


def test_a_file_whose_name_is_no_utf8_is_taken_in(tmp_path, nianbao):
    folder = tmp_path / "in"
    folder.mkdir()
    name = os.fsdecode("菜谱.txt".encode("gb18030"))
    (folder / name).write_text("今天做红烧肉。")
    done = nianbao("ingest", folder, "--data", tmp_path / "d", "--json", code=1)
    (told,) = json.loads(done.stdout)["attention"]
    assert told.startswith("in/菜谱.txt: other: ")


def test_what_may_not_be_opened_is_listed_and_stops_nothing(tmp_path, nianbao):
    folder = tmp_path / "in"
    (folder / "shut").mkdir(parents=True)
    (folder / "a.txt").write_text("今天做红烧肉。")
    (folder / "b.txt").write_text("今天做红烧肉。")
    (folder / "b.txt").chmod(0)
    (folder / "shut").chmod(0)
    if os.access(folder / "b.txt", os.R_OK):
        pytest.skip("root may open everything")
    done = nianbao("ingest", folder, "--data", tmp_path / "d", "--json", code=1)
    told = json.loads(done.stdout)["attention"]
    assert told[0].startswith("in/a.txt: other: ")
    assert told[1:] == [
        "in/b.txt: cannot be read: Permission denied",
        "in/shut: cannot be read: Permission denied",
    ]
