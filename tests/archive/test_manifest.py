"""A manifest and a database are read as a pair or not at all."""

from __future__ import annotations

import hashlib
import json

import pytest

from archive import manifest
from archive.datadir import DataDir
from archive.errors import UsageError


@pytest.fixture
def data(tmp_path) -> DataDir:
    made = DataDir(tmp_path)
    made.public.mkdir()
    return made


def publish(data: DataDir, content: bytes) -> str:
    data.published.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def note(data: DataDir, sha256: str, *, new: bool = False) -> None:
    path = manifest.upcoming(data) if new else data.manifest
    manifest.write(path, {"sha256": sha256, "rows": {"报告": 1}})


def test_the_manifest_that_names_the_database_is_the_current_one(data):
    sha256 = publish(data, b"one")
    note(data, sha256)
    assert manifest.current(data) == {"sha256": sha256, "rows": {"报告": 1}}
    assert "报告" in data.manifest.read_text("utf-8")


@pytest.mark.parametrize("former", ["0" * 64, None])
def test_killed_between_two_renames_the_new_manifest_is_current_and_put_right(
    data, former
):
    sha256 = publish(data, b"two")
    if former:
        note(data, former)
    note(data, sha256, new=True)
    assert manifest.current(data)["sha256"] == sha256
    manifest.settle(data)
    assert not manifest.upcoming(data).exists()
    assert json.loads(data.manifest.read_text())["sha256"] == sha256


@pytest.mark.parametrize("left", ['{"sha256": "11', '{"sha256": "11"}', "[]", "11"])
def test_killed_before_the_database_was_renamed_the_former_manifest_stays(data, left):
    sha256 = publish(data, b"one")
    note(data, sha256)
    manifest.upcoming(data).write_text(left)
    assert manifest.current(data)["sha256"] == sha256
    manifest.settle(data)
    assert manifest.current(data)["sha256"] == sha256
    assert json.loads(data.manifest.read_text())["sha256"] == sha256


def test_a_manifest_of_another_database_is_refused_with_both_names(data):
    sha256 = publish(data, b"one")
    note(data, "0" * 64)
    with pytest.raises(UsageError, match=f"nianbao.db has the SHA-256 {sha256}, and"):
        manifest.current(data)


def test_nothing_published_is_a_clear_error(data):
    with pytest.raises(UsageError, match="nothing is published"):
        manifest.current(data)
    manifest.settle(data)
