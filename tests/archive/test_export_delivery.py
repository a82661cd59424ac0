"""An export is there as a whole or not at all, and destroys nothing of anyone's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from archive.errors import StorageError, UsageError
from archive.export import Selection, csvfiles, jobs, sizes
from archive.export.delivery import Place
from archive.export.snapshot import opened


def export(sample, dest: Path, year: int | None = 2022, force: bool = False):
    return jobs.csv(sample.data, dest, Selection(year), force)


def stamps(folder: Path) -> dict[str, int]:
    return {p.name: p.stat().st_mtime_ns for p in folder.iterdir()}


def hidden(folder: Path) -> list[str]:
    return [p.name for p in folder.iterdir() if p.name.startswith(".")]


def test_the_same_export_is_left_as_it_is(sample, tmp_path):
    export(sample, tmp_path / "x")
    before = stamps(tmp_path / "x")
    assert export(sample, tmp_path / "x").figures["unchanged"] is True
    assert stamps(tmp_path / "x") == before


def test_another_export_is_replaced_with_force_only(sample, tmp_path):
    dest = tmp_path / "x"
    export(sample, dest, 2020)
    with pytest.raises(UsageError, match="is there already"):
        export(sample, dest, 2022)
    assert '"year": 2020' in (dest / "manifest.json").read_text("utf-8")
    export(sample, dest, 2022, force=True)
    assert '"year": 2022' in (dest / "manifest.json").read_text("utf-8")
    assert hidden(tmp_path) == []


def test_what_is_no_export_is_never_replaced(sample, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.txt").write_text("years of work")
    (tmp_path / "home" / "manifest.json").write_text('{"format": "other"}')
    (tmp_path / "file").write_text("mine")
    for dest in ("home", "file"):
        for force, message in ((False, "is there already"), (True, "is no export")):
            with pytest.raises(UsageError, match=message):
                export(sample, tmp_path / dest, force=force)
    assert (tmp_path / "home" / "thesis.txt").read_text() == "years of work"
    assert (tmp_path / "file").read_text() == "mine"


def test_an_empty_folder_may_be_the_place(sample, tmp_path):
    (tmp_path / "x").mkdir()
    export(sample, tmp_path / "x")
    assert (tmp_path / "x" / "cells.csv").is_file()


def test_an_export_with_a_missing_file_is_not_taken_for_whole(sample, tmp_path):
    export(sample, tmp_path / "x")
    (tmp_path / "x" / "cells.csv").unlink()
    with pytest.raises(UsageError, match="files of it are missing"):
        export(sample, tmp_path / "x")
    export(sample, tmp_path / "x", force=True)
    assert (tmp_path / "x" / "cells.csv").is_file()


def test_a_zip_cut_short_is_not_taken_for_an_export(sample, tmp_path):
    dest = tmp_path / "x.zip"
    jobs.originals(sample.data, dest, Selection(), False)
    assert jobs.originals(sample.data, dest, Selection(), False).figures["unchanged"]
    dest.write_bytes(dest.read_bytes()[:-30])
    with pytest.raises(UsageError, match="is there already"):
        jobs.originals(sample.data, dest, Selection(), False)


def test_a_failing_export_leaves_nothing_and_the_old_one_in_place(
    sample, tmp_path, monkeypatch
):
    dest = tmp_path / "x"
    export(sample, dest, 2020)
    before = stamps(dest)

    def full(*args: object, **more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(csvfiles.fields, "dictionary", full)
    with pytest.raises(StorageError, match="No space left on device"):
        export(sample, dest, 2022, force=True)
    assert stamps(dest) == before
    assert hidden(tmp_path) == []


def test_the_draft_of_a_killed_export_is_swept_away(sample, tmp_path):
    killed = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    left = tmp_path / f".x.{killed}.partial"
    left.mkdir()
    (left / "cells.csv").write_text("half")
    other = tmp_path / f".y.{killed}.partial"
    other.mkdir()
    export(sample, tmp_path / "x")
    assert hidden(tmp_path) == [other.name]  # of another export: not ours to judge


def test_without_room_nothing_is_begun(sample, tmp_path, nianbao):
    done = nianbao(
        "export", "csv", tmp_path / "x", "--data", sample.data.root,
        code=3, NIANBAO_RESERVE_MB="999999999",
    )  # fmt: skip
    assert "the export takes about" in done.stderr
    assert "999999999 MB are kept in reserve" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_place_without_a_parent_is_named(sample, tmp_path, nianbao):
    dest = tmp_path / "no" / "x"
    done = nianbao("export", "csv", dest, "--data", sample.data.root, code=3)
    assert f"there is no directory {dest.parent}" in done.stderr


def test_a_running_crawl_hinders_no_export_of_the_snapshot(sample, tmp_path, nianbao):
    with sample.data.lock():
        export(sample, tmp_path / "x")
        bag = tmp_path / "bag"
        nianbao("export", "bagit", bag, "--data", sample.data.root, code=4)
    assert (tmp_path / "x" / "cells.csv").is_file()


def test_room_is_reckoned_with_the_reserve(tmp_path, monkeypatch):
    monkeypatch.setenv("NIANBAO_RESERVE_MB", "0")
    place = Place(tmp_path / "x", {})
    place.require_room(1)
    with pytest.raises(StorageError, match="takes about 1000000001 MB"):
        place.require_room(10**15)


def test_what_is_reckoned_is_enough(sample, tmp_path):
    with opened(sample.data) as snapshot:
        reckoned = sizes.csv(snapshot, Selection(2020))
    outcome = export(sample, tmp_path / "x", 2020)
    folder = Path(outcome.figures["path"])
    assert 0 < sum(p.stat().st_size for p in folder.iterdir()) <= reckoned
