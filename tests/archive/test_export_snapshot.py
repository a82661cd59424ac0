"""An export is of one publication, whatever is published meanwhile."""

from __future__ import annotations

import shutil

import pytest

from archive import manifest
from archive.datadir import DataDir
from archive.errors import StorageError
from archive.export import Selection, jobs, snapshot


def replace(copied: DataDir, other: DataDir) -> None:
    """Another publication takes the place, as ``publish`` does it."""
    for mine, theirs in (
        (copied.published, other.published),
        (copied.manifest, other.manifest),
    ):
        shutil.copy(theirs, mine.with_name("new"))
        mine.with_name("new").replace(mine)


def test_a_publication_during_the_opening_is_noticed(copied, withheld, monkeypatch):
    current = manifest.current
    asked = []

    def late(data: DataDir) -> dict:
        found = current(data)
        if not asked:
            replace(copied, withheld)
        asked.append(found["sha256"])
        return found

    monkeypatch.setattr(snapshot.manifest, "current", late)
    with snapshot.opened(copied) as opened:
        assert opened.sha256 == manifest.digest(withheld.published)
        assert opened.count("SELECT count(*) FROM withholdings") == 1
    assert len(asked) == 2


def test_what_was_opened_is_read_to_its_end(copied, withheld, tmp_path):
    before = copied.published.read_bytes()
    with snapshot.opened(copied) as opened:
        replace(copied, withheld)
        assert opened.count("SELECT count(*) FROM withholdings") == 0
        assert opened.count("SELECT count(*) FROM cells") == 399
        opened.copy(tmp_path / "x.db")
    assert (tmp_path / "x.db").read_bytes() == before


def test_a_damaged_database_is_a_storage_error(copied, tmp_path):
    content = bytearray(copied.published.read_bytes())
    content[4096 : len(content) // 2] = b"\xff" * (len(content) // 2 - 4096)
    copied.published.write_bytes(content)
    said = manifest.digest(copied.published)
    manifest.write(
        copied.manifest,
        {"sha256": said, "bytes": len(content), "published_at": "2026-01-31T08:00:00Z"},
    )
    with pytest.raises(StorageError, match="cannot read"):
        jobs.csv(copied, tmp_path / "x", Selection(), False)
    assert not (tmp_path / "x").exists()
