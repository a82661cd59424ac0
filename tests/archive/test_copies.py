"""Of several copies of one original any whole one will do."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.catalog import Catalog
from archive.copies import is_whole, read_copy
from archive.datadir import DataDir
from archive.errors import ArchiveDamaged
from archive.records import Capture
from archive.warc import WarcStore
from pipelines.reference import open_archive
from tests.archive.test_warc import PAGE, exchange


def capture_page(data: DataDir, catalog: Catalog, number: int) -> Capture:
    """Capture the same page once more, in a file of its own."""
    run_id = catalog.start_run("crawl")
    url = f"http://a.example/{number}"
    with WarcStore(data.warc, run_id=run_id, seen=catalog.holder) as store:
        capture = store.append(exchange(PAGE, url=url))
        store.sync()
        catalog.add_capture(capture)
    return capture


def damage(data: DataDir, capture: Capture) -> None:
    path = data.warc / capture.warc_file
    held = bytearray(path.read_bytes())
    held[capture.warc_offset + capture.warc_length // 2] ^= 0xFF
    path.write_bytes(held)


@pytest.fixture
def data(tmp_path: Path) -> DataDir:
    return DataDir(tmp_path / "data").prepare()


def test_a_page_that_comes_again_is_a_revisit_of_the_first(data):
    with open_archive(data) as catalog:
        first, second = (capture_page(data, catalog, n) for n in (1, 2))
    assert [c.outcome for c in (first, second)] == ["ok", "revisit"]


def test_a_page_that_comes_again_after_its_record_was_damaged_is_kept_whole(data):
    with open_archive(data) as catalog:
        first = capture_page(data, catalog, 1)
        damage(data, first)
        assert is_whole(catalog, WarcStore(data.warc), first.sha256) is False
        second = capture_page(data, catalog, 2)
        assert (second.outcome, second.sha256) == ("ok", first.sha256)
        original = read_copy(catalog, WarcStore(data.warc), first.sha256)
        assert catalog.holder(first.sha256) == first, "it stays what came first"
        assert is_whole(catalog, WarcStore(data.warc), first.sha256) is True
    assert original is not None
    assert (original.payload, original.target_uri) == (PAGE, "http://a.example/2")


def test_an_original_without_a_whole_copy_names_what_is_wrong_with_each(data):
    with open_archive(data) as catalog:
        first = capture_page(data, catalog, 1)
        damage(data, first)
        second = capture_page(data, catalog, 2)
        (data.warc / second.warc_file).unlink()
        with pytest.raises(ArchiveDamaged) as raised:
            read_copy(catalog, WarcStore(data.warc), first.sha256)
    assert first.warc_file in str(raised.value)
    assert f"{second.warc_file} at offset {second.warc_offset}: no readable" in str(
        raised.value
    )


def test_an_original_that_no_capture_holds_has_no_copy(data):
    with open_archive(data) as catalog:
        assert read_copy(catalog, WarcStore(data.warc), "0" * 64) is None
