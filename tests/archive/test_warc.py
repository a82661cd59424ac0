"""Records are written once, read back exactly, and damage is named."""

import gzip
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator

from archive.errors import ArchiveDamaged, RecordNotFound, StorageError
from archive.records import Exchange
from archive.storage.shelf import OPEN_SUFFIX
from archive.warc import WarcStore
from archive.warcreader import WarcReader
from archive.warcrepair import finish, recover

NOW = datetime(2026, 1, 31, 8, tzinfo=UTC)
DATE = "2026-01-31T08:00:00.000000Z"
PAGE = b"<html><body>" + b"line of the report\n" * 100 + b"</body></html>"
BIN = Path(sys.executable).parent


def exchange(body: bytes, headers: bytes = b"", url="http://a.example/x", **extra):
    head = b"HTTP/1.1 200 Fine\r\nConTent-type: text/html\r\n" + headers + b"\r\n"
    return Exchange(
        url=url,
        started_at=DATE,
        request=b"GET /x HTTP/1.1\r\nHost: a.example\r\n\r\n",
        response=head + body,
        ip="127.0.0.1",
        **extra,
    )


def store(tmp_path: Path, **options) -> WarcStore:
    return WarcStore(tmp_path, run_id="r-1", clock=lambda: NOW, **options)


def chunked(data: bytes) -> bytes:
    half = len(data) // 2
    return b"".join(
        b"%x\r\n%s\r\n" % (len(part), part) for part in (data[:half], data[half:], b"")
    )


def test_payload_is_read_back_without_its_codings(tmp_path):
    with store(tmp_path) as warcs:
        body = chunked(gzip.compress(PAGE))
        coding = b"Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n"
        capture = warcs.append(exchange(body, coding))
        warcs.sync()
        place = (capture.warc_file, capture.warc_offset, capture.warc_length)
        assert warcs.read(*place, capture.sha256) == PAGE
    assert capture.outcome == "ok"
    assert capture.bytes == len(PAGE)
    assert warcs.read(*place, capture.sha256) == PAGE, "after closing too"


def test_response_record_holds_the_bytes_of_the_wire(tmp_path):
    sent = exchange(chunked(PAGE), b"Transfer-Encoding: chunked\r\nX-Odd:  two\r\n")
    with store(tmp_path) as warcs:
        capture = warcs.append(sent)
    with (tmp_path / capture.warc_file).open("rb") as stream:
        blocks = [
            (record.headers["WARC-Type"], record.reader.read())
            for record in ArchiveIterator(stream, parse_http=False)
        ]
    assert blocks[1] == ("response", sent.response)
    assert blocks[2] == ("request", sent.request)


def test_identical_payload_becomes_a_revisit_without_a_second_copy(tmp_path):
    with store(tmp_path) as warcs:
        first = warcs.append(exchange(PAGE))
        again = warcs.append(
            exchange(PAGE, b"Date: later\r\n", url="http://a.example/y")
        )
    assert (first.outcome, again.outcome) == ("ok", "revisit")
    assert again.sha256 == first.sha256
    with (tmp_path / first.warc_file).open("rb") as stream:
        records = [
            (dict(record.headers), record.reader.read())
            for record in ArchiveIterator(stream, parse_http=False)
        ]
    headers, block = records[3]
    assert headers["WARC-Type"] == "revisit"
    assert headers["WARC-Refers-To"] == f"<{first.capture_id}>"
    assert headers["WARC-Refers-To-Target-URI"] == "http://a.example/x"
    assert headers["WARC-Refers-To-Date"] == DATE
    assert PAGE not in block


def test_payload_known_from_an_earlier_run_becomes_a_revisit(tmp_path):
    with store(tmp_path) as warcs:
        first = warcs.append(exchange(PAGE))
    with store(tmp_path / "next", seen={first.sha256: first}.get) as later:
        assert later.append(exchange(PAGE)).outcome == "revisit"


def test_short_answers_are_never_revisits(tmp_path):
    with store(tmp_path) as warcs:
        outcomes = [warcs.append(exchange(b"tiny")).outcome for _ in range(2)]
    assert outcomes == ["ok", "ok"]


def test_a_cut_answer_is_kept_and_marked(tmp_path):
    with store(tmp_path) as warcs:
        cut = exchange(PAGE[:50], b"Content-Length: 1934\r\n", truncated="disconnect")
        capture = warcs.append(cut)
    assert capture.outcome == "truncated"
    assert capture.reason == "body has 50 of 1934 bytes"
    with (tmp_path / capture.warc_file).open("rb") as stream:
        headers = [
            dict(record.headers) for record in ArchiveIterator(stream, parse_http=False)
        ][1]
    assert headers["WARC-Truncated"] == "disconnect"


@pytest.mark.parametrize(
    "status, outcome",
    [(200, "ok"), (301, "ok"), (404, "not_found"), (410, "not_found"), (500, "error")],
)
def test_outcome_follows_the_status(tmp_path, status, outcome):
    answer = b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % status
    with store(tmp_path) as warcs:
        sent = Exchange("http://a.example/", DATE, b"GET / HTTP/1.1\r\n\r\n", answer)
        assert warcs.append(sent).outcome == outcome


def test_local_file_is_a_resource_record(tmp_path):
    with store(tmp_path) as warcs:
        capture = warcs.append_resource("file:///r.txt", b"report", "text/plain")
    original = warcs.read_original(
        capture.warc_file, capture.warc_offset, capture.warc_length, capture.sha256
    )
    assert (original.record_type, original.payload) == ("resource", b"report")
    assert original.target_uri == "file:///r.txt"
    assert original.record_id == capture.capture_id


def test_three_independent_readers_accept_every_file(tmp_path):
    with store(tmp_path) as warcs:
        warcs.append(exchange(chunked(PAGE), b"Transfer-Encoding: chunked\r\n"))
        warcs.append(exchange(PAGE[:500]))
        warcs.append(exchange(PAGE))
        warcs.append(exchange(PAGE, url="http://a.example/again"))
        warcs.append(exchange(PAGE[:9], b"Content-Length: 99\r\n", truncated="length"))
        warcs.append_resource("file:///r.txt", b"report", "text/plain")
    (path,) = tmp_path.glob("*.warc.gz")
    checks = (
        ([BIN / "warcio", "check", "-v", path], "digest pass"),
        ([BIN / "fastwarc", "check", path], "successfully"),
        (["gzip", "-tv", path], "OK"),
    )
    for command, good in checks:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        printed = done.stdout + done.stderr
        assert done.returncode == 0, printed
        assert good in printed
        assert "digest failed" not in printed


def test_a_response_and_its_request_stay_in_one_file_when_files_are_rolled(tmp_path):
    with store(tmp_path, roll_bytes=1) as warcs:
        captures = [warcs.append(exchange(body)) for body in (b"one", b"two")]
    assert len({capture.warc_file for capture in captures}) == 2
    reader = WarcReader(tmp_path)
    for capture in captures:
        original = reader.read_original(
            capture.warc_file,
            capture.warc_offset,
            capture.warc_length,
            capture.sha256,
        )
        assert original.record_id == capture.capture_id
        with (tmp_path / capture.warc_file).open("rb") as stream:
            kinds = [
                dict(record.headers)["WARC-Type"] for record in ArchiveIterator(stream)
            ]
        assert kinds == ["warcinfo", "response", "request"]


def test_a_flipped_byte_is_damage_not_content(tmp_path):
    with store(tmp_path) as warcs:
        capture = warcs.append(exchange(PAGE))
    path = tmp_path / capture.warc_file
    data = bytearray(path.read_bytes())
    data[capture.warc_offset + capture.warc_length // 2] ^= 0x10
    path.write_bytes(data)
    with pytest.raises(ArchiveDamaged, match=f"offset {capture.warc_offset}"):
        warcs.read(capture.warc_file, capture.warc_offset, capture.warc_length)


def test_a_wrong_digest_is_never_served(tmp_path):
    with store(tmp_path) as warcs:
        capture = warcs.append(exchange(PAGE))
    with pytest.raises(ArchiveDamaged, match="SHA-256"):
        warcs.read(
            capture.warc_file, capture.warc_offset, capture.warc_length, "0" * 64
        )


def test_file_names_never_leave_the_directory(tmp_path):
    with pytest.raises(RecordNotFound, match="not a WARC file name"):
        store(tmp_path).read("../catalog.db", 0, 10)


def test_torn_tail_is_cut_to_the_last_whole_record(tmp_path):
    warcs = store(tmp_path)
    capture = warcs.append(exchange(PAGE))
    torn = tmp_path / (capture.warc_file + OPEN_SUFFIX)
    whole = torn.stat().st_size
    with torn.open("ab") as stream:
        stream.write(torn.read_bytes()[:100])
    (repair,) = recover(tmp_path)
    assert (repair.file, repair.kept, repair.cut) == (capture.warc_file, whole, 100)
    place = (capture.warc_file, capture.warc_offset, capture.warc_length)
    assert warcs.read(*place, capture.sha256) == PAGE
    assert recover(tmp_path) == []


def test_unwritable_directory_is_a_storage_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot create"):
        WarcStore(tmp_path / "file" / "warc").append(exchange(PAGE))


def test_stores_that_begin_in_the_same_second_do_not_write_over_each_other(tmp_path):
    captures = []
    for body in (b"one", b"two", b"three"):
        with store(tmp_path, series="import") as warcs:
            captures.append(warcs.append(exchange(body)))
    assert [c.warc_file for c in captures] == [
        f"nianbao-20260131080000-1-import0000{n}.warc.gz" for n in (1, 2, 3)
    ]
    reader = WarcReader(tmp_path)
    assert [
        reader.read(c.warc_file, c.warc_offset, c.warc_length, c.sha256)
        for c in captures
    ] == [b"one", b"two", b"three"]


def test_a_closed_file_is_never_replaced(tmp_path):
    closed = tmp_path / "x.warc.gz"
    closed.write_bytes(b"closed")
    (tmp_path / "x.warc.gz.open").write_bytes(b"open")
    with pytest.raises(StorageError, match=r"x\.warc\.gz is there already"):
        finish(tmp_path / "x.warc.gz.open")
    assert closed.read_bytes() == b"closed"
