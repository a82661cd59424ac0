"""What a killed or failing run leaves is repaired, and nothing named is ever cut."""

import errno
import os
from datetime import UTC, datetime

import pytest

from archive.errors import ArchiveDamaged, StorageError
from archive.records import Exchange
from archive.storage.shelf import OPEN_SUFFIX
from archive.warc import WarcStore
from archive.warcrepair import recover, whole_members

NOW = datetime(2026, 1, 31, 8, tzinfo=UTC)


def exchange(body: bytes) -> Exchange:
    return Exchange(
        url="http://a.example/x",
        started_at="2026-01-31T08:00:00.000000Z",
        request=b"GET /x HTTP/1.1\r\nHost: a.example\r\n\r\n",
        response=b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + body,
    )


@pytest.fixture
def two(tmp_path):
    """A store left open with two exchanges, its file, and their captures."""
    store = WarcStore(tmp_path, run_id="r-1", clock=lambda: NOW)
    first, second = (store.append(exchange(os.urandom(3000))) for _ in range(2))
    return store, tmp_path / (first.warc_file + OPEN_SUFFIX), first, second


def test_whole_records_that_no_row_names_are_kept(two, tmp_path):
    store, path, first, second = two
    size = path.stat().st_size
    (repair,) = recover(tmp_path, lambda file: first.warc_offset + first.warc_length)
    assert (repair.file, repair.kept, repair.cut) == (first.warc_file, size, 0)
    place = (second.warc_file, second.warc_offset, second.warc_length)
    assert len(store.read(*place, second.sha256)) == 3000


def test_a_damaged_record_that_a_row_names_is_not_cut_nor_what_follows(two, tmp_path):
    _, path, first, second = two
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[first.warc_offset + 500] ^= 0xFF
    path.write_bytes(bytes(flipped) + b"\x1f\x8b torn")
    assert whole_members(path) == first.warc_offset
    named = second.warc_offset + second.warc_length
    (repair,) = recover(tmp_path, lambda file: named)
    assert (repair.kept, repair.cut) == (len(whole), 7)
    assert (tmp_path / repair.file).read_bytes() == bytes(flipped)


def test_a_file_shorter_than_what_rows_name_is_damage_and_stays_as_it_is(two, tmp_path):
    _, path, _, second = two
    os.truncate(path, second.warc_offset + 10)
    named = second.warc_offset + second.warc_length
    message = f"ends at {second.warc_offset + 10}, but the catalogue names"
    with pytest.raises(ArchiveDamaged, match=message):
        recover(tmp_path, lambda file: named)
    assert path.stat().st_size == second.warc_offset + 10


def test_a_file_without_one_whole_record_is_removed_and_reported(tmp_path):
    (tmp_path / f"a.warc.gz{OPEN_SUFFIX}").write_bytes(b"\x1f\x8b\x08\x00")
    (repair,) = recover(tmp_path)
    assert (repair.file, repair.kept, repair.cut) == ("a.warc.gz", 0, 4)
    assert list(tmp_path.iterdir()) == []


class HalfWriting:
    """A file on a disk that fills up in the middle of a write."""

    def __init__(self, file, can_cut):
        self._file, self._can_cut, self._full = file, can_cut, False

    def __getattr__(self, name):
        return getattr(self._file, name)

    def write(self, data):
        if self._full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._full = True
        return self._file.write(data[:100])

    def truncate(self, size):
        if not self._can_cut:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return self._file.truncate(size)


@pytest.mark.parametrize("can_cut", [True, False])
def test_after_half_a_record_nothing_more_is_appended(two, tmp_path, can_cut):
    store, path, _, second = two
    size = path.stat().st_size
    store._file = HalfWriting(store._file, can_cut)
    with pytest.raises(StorageError, match=r"00001.warc.gz: No space left on device"):
        store.append(exchange(b"third"))
    with pytest.raises(StorageError, match="No space left on device"):
        store.append(exchange(b"fourth"))
    with pytest.raises(StorageError, match="No space left on device"):
        store.sync()
    store.close()
    assert path.exists(), "the next run repairs it"
    (repair,) = recover(tmp_path)
    assert (repair.kept, repair.cut) == (size, 0 if can_cut else 100)
    place = (second.warc_file, second.warc_offset, second.warc_length)
    assert len(store.read(*place, second.sha256)) == 3000
