"""Where WARC files lie: the setting, moving them, and reading them from elsewhere."""

from __future__ import annotations

import importlib.util
import logging
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archive.catalog import Catalog
from archive.cdxj import write_index
from archive.datadir import DataDir
from archive.errors import RecordNotFound, StorageError, UsageError
from archive.fixity import verify
from archive.ranged import KEPT, Ranged
from archive.reindex import rebuild
from archive.storage import Shelf, moving
from archive.storage.settings import StorageSettings, load
from archive.warcreader import WarcReader
from tests.archive.small_archive import PAGE, Small, build

# ------------------------------------------------------------------------ the setting


def write(root: Path, text: str) -> Path:
    path = root / "storage.yml"
    path.write_text(text, "utf-8")
    return path


def test_without_a_file_everything_stays_here(tmp_path):
    assert load(tmp_path) is None
    assert Shelf(tmp_path / "warc").remote is None


def test_the_setting_is_read_as_it_stands(tmp_path):
    path = write(
        tmp_path,
        "warc: s3://bucket/a/b/\nendpoint: http://127.0.0.1:9000\n"
        "options: {client_kwargs: {region_name: cn-north-1}}\n",
    )
    assert load(tmp_path) == StorageSettings(
        "s3://bucket/a/b",
        "http://127.0.0.1:9000",
        {"client_kwargs": {"region_name": "cn-north-1"}},
        path,
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("warc: s3://b/p\nbucket: b\n", "unknown key 'bucket' (expected warc, endpoi"),
        ("endpoint: http://a\n", "warc: expected an address like s3://bucket/prefix"),
        ("warc: /mnt/warc\n", "warc: expected an address like s3://bucket/prefix, fo"),
        ("warc: 's3://'\n", "warc: expected an address like s3://bucket/prefix, found"),
        ("warc: 's3:///prefix'\n", "warc: 's3:///prefix' names no bucket"),
        ("warc: ftp://u:p@host/x\n", "warc: an address without credentials is expec"),
        ("warc: file:///x\nendpoint: http://a\n", "endpoint: only an s3:// address ha"),
        ("warc: s3://b\nendpoint: minio:9000\n", "endpoint: expected http:// or https"),
        ("warc: s3://b\noptions: x\n", "options: expected keys and values, found 'x'"),
        ("warc: s3://b\noptions: {key: A}\n", "options: key: credentials are taken fr"),
        (
            "warc: s3://b\noptions: {client_kwargs: {aws_secret_access_key: A}}\n",
            "options: aws_secret_access_key: credentials are taken from the environm",
        ),
        ("- s3://b\n", "expected keys (warc, endpoint, options), found ['s3://b']"),
        ("warc: [\n", "not YAML: "),
        ("", "expected keys (warc, endpoint, options), found None"),
    ],
)
def test_what_cannot_be_meant_is_an_error_that_names_file_and_key(
    tmp_path, text, message
):
    path = write(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        load(tmp_path)
    assert str(caught.value).startswith(f"{path}: {message}")


@pytest.mark.parametrize("given", ["s3://bucket/data", "gs://b", "file:///srv/data"])
def test_an_address_given_as_data_directory_is_told_where_it_belongs(given):
    with pytest.raises(UsageError) as caught:
        DataDir(Path(given))
    protocol = given.partition("://")[0]
    told = f"write `warc: {protocol}://…` into storage.yml in that folder"
    assert told in str(caught.value)


def test_commands_refuse_an_address_as_data_directory(nianbao):
    done = nianbao("status", NIANBAO_DATA="s3://bucket/data", code=2)
    assert done.stderr.startswith("nianbao: --data is a local folder, not s3:/bucket/")


def test_a_missing_package_is_named_with_the_way_to_get_it(tmp_path, monkeypatch):
    def absent(name: str) -> Any:
        raise ImportError(f"No module named {name!r}")

    write(tmp_path, "warc: s3://bucket/prefix\n")
    monkeypatch.setattr("archive.storage.remote.import_module", absent)
    with pytest.raises(UsageError) as caught:
        _ = Shelf(tmp_path / "warc").remote
    assert str(caught.value) == (
        f"{tmp_path}/storage.yml puts the WARC files on s3://bucket/prefix, which"
        " needs a package that is not installed: No module named 'fsspec'"
        " (pip install -c constraints.txt -c constraints-s3.txt -e '.[s3]')"
    )


# ------------------------------------------------------------------- bytes elsewhere


@given(
    content=st.binary(max_size=300),
    block=st.integers(1, 40),
    parts=st.lists(st.tuples(st.integers(0, 320), st.integers(0, 320)), max_size=20),
    wanted=st.binary(min_size=1, max_size=3),
)
@example(content=b"abcde", block=1, parts=[(0, 5)], wanted=b"cde")
def test_fetched_bytes_are_what_they_are_here(content, block, parts, wanted):
    far = Ranged(lambda start, end: content[start:end], len(content), block=block)
    assert len(far) == len(content)
    for start, end in parts:
        assert far[start:end] == content[start:end]
        assert far.find(wanted, start, end) == content.find(wanted, start, end)


def test_a_walk_fetches_each_block_once_and_keeps_only_the_last_ones():
    content, asked = bytes(range(250)) * 40, list[tuple[int, int]]()

    def fetch(start: int, end: int) -> bytes:
        asked.append((start, end))
        return content[start:end]

    far = Ranged(fetch, len(content), block=1000)
    walked = b"".join(far[at : at + 300] for at in range(0, len(content), 300))
    assert walked == content
    assert asked == [(at, at + 1000) for at in range(0, 10_000, 1000)]
    assert sum(map(len, far._blocks.values())) <= KEPT * 1000


# --------------------------------------------------------------------------- moving

needs_fsspec = pytest.mark.skipif(
    importlib.util.find_spec("fsspec") is None,
    reason="fsspec is not installed (the extra s3)",
)


@pytest.fixture
def small(tmp_path: Path) -> Small:
    return build(tmp_path / "data")


@pytest.fixture
def kept(small: Small, tmp_path: Path) -> Path:
    """The folder elsewhere that the setting names; nothing is moved yet."""
    write(small.data.root, f"warc: file://{tmp_path}/kept\n")
    return tmp_path / "kept"


@needs_fsspec
def test_the_lock_moves_closed_files_and_leaves_the_open_one(small, kept):
    content = small.content()
    (small.data.warc / "x.warc.gz.open").write_bytes(b"half")
    with small.data.lock():
        pass
    assert [p.name for p in small.data.warc.iterdir()] == ["x.warc.gz.open"]
    assert [p.name for p in kept.iterdir()] == [small.file.name]
    assert (kept / small.file.name).read_bytes() == content


@needs_fsspec
def test_what_a_broken_copy_left_is_replaced_by_the_whole_file(small, kept):
    kept.mkdir()
    (kept / f"{small.file.name}.part").write_bytes(b"half of i")
    content = small.content()
    with small.data.lock():
        pass
    assert [(p.name, p.read_bytes()) for p in kept.iterdir()] == [
        (small.file.name, content)
    ]


@needs_fsspec
def test_after_an_error_of_the_work_files_wait_for_the_next_start(small, kept):
    with pytest.raises(KeyError), small.data.lock():
        late = small.data.warc / "late.warc.gz"
        late.write_bytes(b"late")
        raise KeyError
    assert late.read_bytes() == b"late"
    with small.data.lock():
        pass
    assert not late.exists()
    assert (kept / "late.warc.gz").read_bytes() == b"late"


@needs_fsspec
def test_a_long_run_moves_what_it_has_closed(small, kept, monkeypatch):
    monkeypatch.setattr(moving, "INTERVAL", 0.02)
    monkeypatch.setattr(moving, "SETTLED", 0.2)
    with small.data.lock():
        rolled = small.data.warc / "rolled.warc.gz"
        rolled.write_bytes(b"rolled")
        assert rolled.exists()  # too young
        deadline = time.monotonic() + 30
        while rolled.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert (kept / "rolled.warc.gz").read_bytes() == b"rolled"
    assert not [t for t in threading.enumerate() if t.name.startswith("moving")]


@needs_fsspec
def test_trouble_during_a_run_is_logged_and_told_at_its_end(
    small, kept, monkeypatch, caplog
):
    monkeypatch.setattr(moving, "INTERVAL", 0.02)
    monkeypatch.setattr(moving, "SETTLED", 0.01)

    def run() -> None:
        with small.data.lock():
            (small.data.warc / "rolled.warc.gz").write_bytes(b"rolled")
            (kept / "rolled.warc.gz").write_bytes(b"of somebody else")
            deadline = time.monotonic() + 30
            while not caplog.records and time.monotonic() < deadline:
                time.sleep(0.02)

    with caplog.at_level(logging.WARNING), pytest.raises(StorageError) as caught:
        run()
    assert "rolled.warc.gz is there already and is not" in caplog.records[0].message
    assert str(caught.value).startswith(
        "the work is done, but 1 WARC files could not be moved and wait in "
        f"{small.data.warc} for the next start: "
    )
    assert (kept / "rolled.warc.gz").read_bytes() == b"of somebody else"


# --------------------------------------------------------------- reading from elsewhere


@pytest.fixture
def moved(small: Small, kept: Path) -> Iterator[Small]:
    with small.data.lock():
        pass
    assert not small.file.exists()
    yield small


@needs_fsspec
def test_a_record_is_read_where_it_was_moved_to(moved):
    page = moved.captures["page"]
    read = WarcReader(moved.data.warc).read(
        page.warc_file, page.warc_offset, page.warc_length, page.sha256
    )
    assert read == PAGE


@needs_fsspec
@pytest.mark.parametrize("file", ["none.warc.gz", "../catalog.db"])
def test_a_record_of_a_file_that_is_nowhere_is_not_found(moved, file):
    with pytest.raises(RecordNotFound, match=f"{file} at offset 0: no readable"):
        WarcReader(moved.data.warc).read(file, 0, 100)


@needs_fsspec
def test_fixity_reads_moved_files_and_finds_a_flipped_bit(moved, kept):
    path = kept / moved.file.name
    with Catalog(moved.data.catalog) as catalog:
        good = verify(catalog, moved.data.warc, catalog.start_run("fixity"))
        assert (good.damages, good.missing, good.extra) == ((), (), ())
        assert good.records == 16
        page = moved.captures["page"]
        content = bytearray(path.read_bytes())
        content[page.warc_offset + 200] ^= 1
        path.write_bytes(bytes(content))
        bad = verify(catalog, moved.data.warc, catalog.start_run("fixity"))
    (damage,) = bad.damages
    assert (damage.file, damage.offset) == (page.warc_file, page.warc_offset)
    assert damage.record_id == page.capture_id


@needs_fsspec
def test_index_and_catalogue_made_of_moved_files_are_the_same(tmp_path):
    here = build(tmp_path / "here").data
    away = DataDir(shutil.copytree(here.root, tmp_path / "away"))
    write(away.root, f"warc: file://{tmp_path}/kept\n")
    made = {}
    for data in (here, away):
        index = tmp_path / f"{data.root.name}.cdxj"
        with data.lock():
            assert write_index(data.warc, index) == 8
            assert rebuild(data).captures == 8
        with Catalog(data.catalog) as catalog:
            rows = catalog.rows("SELECT * FROM captures ORDER BY capture_id")
        made[data.root.name] = (rows, index.read_text("utf-8"))
    assert list(away.warc.iterdir()) == []
    assert made["here"] == made["away"]


def test_an_archive_that_stays_here_is_not_looked_at_by_the_lock(tmp_path, monkeypatch):
    def asked(*args: Any) -> Any:
        raise AssertionError("nothing is to be moved")

    monkeypatch.setattr("archive.storage.shelf.connected", asked)
    small = build(tmp_path / "data")
    with DataDir(small.data.root).lock():
        pass
    assert small.file.exists()
