"""Every stored record is verified; damage is named and hides nothing behind it."""

from __future__ import annotations

import json
import os
import random
import zlib
from pathlib import Path

import pytest

from archive.catalog import Catalog
from archive.fixity import Baseline, Verification, check_file, verify
from archive.warcscan import members
from tests.archive.small_archive import Small, build

FLIPS = 1000 if os.environ.get("NIANBAO_LONG") else 200


@pytest.fixture
def small(tmp_path) -> Small:
    return build(tmp_path / "data")


def verified(small: Small, **options) -> Verification:
    with Catalog(small.data.catalog) as catalog:
        run_id = catalog.start_run("fixity")
        found = verify(catalog, small.data.warc, run_id, **options)
        catalog.finish_run(run_id, "complete", {})
        return found


def events(small: Small, where: str = "1") -> list[dict]:
    with Catalog(small.data.catalog) as catalog:
        return catalog.rows(f"SELECT * FROM fixity_events WHERE {where} ORDER BY id")


def overwrite(path: Path, offset: int, data: bytes) -> None:
    with path.open("r+b") as stream:
        stream.seek(offset)
        stream.write(data)


def test_a_sound_archive_passes_and_says_so(small):
    found = verified(small)
    # warcinfo, seven responses or revisits with their requests, one resource
    assert (found.records, found.damages, found.missing, found.extra) == (
        16,
        (),
        (),
        (),
    )
    assert found.registered == 1
    (event,) = events(small)
    assert (event["object"], event["file"]) == ("file", small.file.name)
    assert (event["outcome"], event["records"], event["damaged"]) == ("pass", 16, 0)


def test_a_second_look_registers_nothing_new(small):
    verified(small)
    assert verified(small).registered == 0


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_every_flipped_bit_is_found_and_its_record_named(small):
    """Any bit: of content, headers, checksums, gzip framing and padding."""
    data = small.content()
    with Catalog(small.data.catalog) as catalog:
        rows = catalog.captures_in(small.file.name)
    sound = check_file(small.file.name, data, rows)
    assert sound.damages == ()
    starts = {m.offset: m.length for m in members(data)}
    choose = random.Random(20260131)
    for bit in choose.sample(range(len(data) * 8), FLIPS):
        touched = max(start for start in starts if start <= bit // 8)
        found = check_file(small.file.name, flipped(data, bit), rows, sound.found)
        assert [d.offset for d in found.damages] == [touched], (bit, found.damages)
        assert found.damages[0].reason


def test_without_a_registered_file_only_framing_escapes(small):
    """Six bytes of each gzip header and its padding are covered by no checksum."""
    data = small.content()
    with Catalog(small.data.catalog) as catalog:
        rows = catalog.captures_in(small.file.name)
    content = b"".join(m.data or b"" for m in members(data))
    choose = random.Random(7)
    for bit in choose.sample(range(len(data) * 8), 100):
        changed = flipped(data, bit)
        if not check_file(small.file.name, changed, rows).damages:
            assert b"".join(m.data or b"" for m in members(changed)) == content


def test_damage_is_named_by_file_offset_and_record_and_hides_nothing(small):
    verified(small)
    first, second = small.captures["page"], small.captures["wall"]
    for capture in (first, second):
        overwrite(small.file, capture.warc_offset + 100, b"\xff\x00\xff\x00")
    found = verified(small)
    assert [(d.offset, d.record_id) for d in found.damages] == [
        (first.warc_offset, first.capture_id),
        (second.warc_offset, second.capture_id),
    ]
    assert found.records == 16
    assert str(found.damages[0]).startswith(
        f"{small.file.name}:{first.warc_offset} {first.capture_id}: "
    )
    failed = events(small, "outcome = 'fail'")
    assert [e["object"] for e in failed] == ["file", "record", "record"]
    assert [e["record_id"] for e in failed[1:]] == [
        first.capture_id,
        second.capture_id,
    ]


def test_a_record_whose_first_bytes_are_gone_is_named_from_the_catalogue(small):
    capture = small.captures["coded"]
    overwrite(small.file, capture.warc_offset, b"\0" * 40)
    found = verified(small)
    assert [(d.offset, d.record_id) for d in found.damages] == [
        (capture.warc_offset, capture.capture_id)
    ]
    assert found.records == 16, "the records behind it were read"


def test_a_damaged_request_is_named_by_what_can_still_be_read_of_it(small):
    data = small.content()
    walked = list(members(data))
    request = walked[2]
    assert b"WARC-Type: request" in (request.data or b"")
    end = request.offset + request.length
    overwrite(small.file, end - 8, bytes(4))  # its CRC-32
    (damage,) = verified(small).damages
    wanted = (request.data or b"").split(b"WARC-Record-ID: <")[1].split(b">")[0]
    assert (damage.offset, damage.record_id) == (request.offset, wanted.decode())
    assert "incorrect data check" in damage.reason


def test_a_cut_file_names_what_is_torn_and_what_is_lost(small):
    wall, file = small.captures["wall"], small.captures["file"]
    with small.file.open("r+b") as stream:
        stream.truncate(wall.warc_offset + 60)
    found = {d.record_id: d.reason for d in verified(small).damages}
    assert found == {
        wall.capture_id: "the file ends inside the record",
        file.capture_id: "no record begins where the catalogue says",
    }


def test_bytes_added_behind_the_last_record_are_noticed(small):
    verified(small)
    with small.file.open("ab") as stream:
        stream.write(small.content()[:400])
    assert verified(small).damages


def test_rows_that_point_astray_are_damage_of_the_archive(small):
    page = small.captures["page"]
    with Catalog(small.data.catalog) as catalog:
        for column, value in (("warc_length", 7), ("sha256", "0" * 64)):
            with catalog.atomic():
                catalog.db.execute(
                    f"UPDATE captures SET {column} = ? WHERE capture_id = ?",
                    [value, page.capture_id],
                )
            found = check_file(
                small.file.name, small.content(), catalog.captures_in(small.file.name)
            )
            assert [d.record_id for d in found.damages] == [page.capture_id]
            assert "the catalogue says" in found.damages[0].reason


def test_missing_and_extra_files_are_named(small):
    verified(small)
    (small.data.warc / "nianbao-other.warc.gz").write_bytes(small.content())
    small.file.unlink()
    found = verified(small)
    assert found.missing == (small.file.name,)
    assert found.extra == ("nianbao-other.warc.gz",)
    assert [(d.file, d.reason) for d in found.damages] == [
        (small.file.name, "the file is missing")
    ]
    (check,) = found.files
    assert check.unlisted == 8, "captures that no row knows"


def test_a_sample_reads_only_some_records_and_finds_their_damage(small):
    for capture in small.captures.values():
        overwrite(small.file, capture.warc_offset + 30, b"\xff\x00\xff\x00")
    found = verified(small, sample=3, choose=random.Random(1))
    assert (found.records, len(found.damages)) == (3, 3)
    assert {d.record_id for d in found.damages} <= {
        c.capture_id for c in small.captures.values()
    }


def test_what_a_file_was_is_kept_with_the_checksum_of_every_record(small):
    verified(small)
    with Catalog(small.data.catalog) as catalog:
        row = catalog.one("SELECT * FROM warc_files")
    assert row is not None
    data = small.content()
    kept = Baseline(row["bytes"], row["sha256"], dict(json.loads(row["members"])))
    page = small.captures["page"]
    piece = data[page.warc_offset : page.warc_offset + page.warc_length]
    assert kept.bytes == len(data)
    assert kept.members[page.warc_offset] == zlib.crc32(piece)


def test_the_command_ends_with_5_and_names_the_record(small, nianbao):
    done = nianbao("fixity", "--data", small.data.root, "--json")
    assert json.loads(done.stdout)["damaged"] == 0
    page = small.captures["page"]
    overwrite(small.file, page.warc_offset + 100, b"\xff\x00\xff\x00")
    done = nianbao("fixity", "--data", small.data.root, code=5)
    assert f"{small.file.name}:{page.warc_offset} {page.capture_id}" in done.stdout
    done = nianbao("fixity", "--data", small.data.root, "--json", code=5)
    (damage,) = json.loads(done.stdout)["damages"]
    assert (damage["offset"], damage["record_id"]) == (
        page.warc_offset,
        page.capture_id,
    )


def test_a_damaged_catalogue_is_damage_too(small, nianbao):
    overwrite(small.data.catalog, 4096, os.urandom(4096))
    done = nianbao("fixity", "--data", small.data.root, code=5)
    assert "catalog.db is damaged" in done.stderr
    assert "nianbao reindex" in done.stderr
