"""Records of any writer are split and their digests verified."""

import hashlib
from base64 import b32encode

import pytest

from archive.http import parse_response
from archive.warcparse import (
    BadRecord,
    disagreement,
    parse,
    verify_block,
    verify_payload,
)

BLOCK = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"


def record(extra: str = "", block: bytes = BLOCK, kind: str = "response") -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:1>\r\n"
        "WARC-Target-URI: <http://a.example/>\r\n"
        "Content-Type: application/http; msgtype=response\r\n"
        f"{extra}Content-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def base32(data: bytes) -> str:
    return b32encode(hashlib.sha1(data).digest()).decode()


def test_targets_in_angle_brackets_are_addresses():
    found = parse(record())
    assert found.target_uri == "http://a.example/"
    assert (found.kind, found.record_id, found.block) == (
        "response",
        "urn:uuid:1",
        BLOCK,
    )


@pytest.mark.parametrize(
    "data, problem",
    [
        (b"", "expected WARC/1.x, found b''"),
        (b"HTTP/1.1 200 OK\r\n\r\n", "expected WARC/1.x, found b'HTTP/1.1 200 OK"),
        (b"WARC/1.0\r\nWARC-Type: response\r\n", "the head of the record has no end"),
        (b"WARC/1.0\r\nnonsense\r\n\r\n", "not a named field: 'nonsense'"),
        (b"WARC/1.0\r\nA: b\r\n\r\n", "no Content-Length"),
        (record()[:-10], "the block has 53 of 59 bytes"),
        (record()[:-2], "the record does not end where it says"),
    ],
)
def test_what_is_no_whole_record_is_refused_with_the_reason(data, problem):
    with pytest.raises(BadRecord, match=problem.replace(".", r"\.")):
        parse(data)


@pytest.mark.parametrize(
    "declared",
    [
        f"sha1:{base32(b'x')}",
        f"sha1:{base32(b'x').lower()}",
        "sha1:11f6ad8ec52a2984abaafd7c3b516503785c2072",
        "sha-256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
        "md5:9dd4e461268c8034f5c8564e155c67a6",
        "blake3:whatever",
        "",
        None,
    ],
)
def test_digests_are_verified_in_the_notations_of_all_writers(declared):
    assert disagreement(declared, b"x") is None


def test_a_wrong_digest_is_told_with_the_right_one():
    found = disagreement("sha1:AAAA", b"x")
    assert found == f"sha1:{base32(b'x')}, not sha1:AAAA"


@pytest.mark.parametrize("counted", [b"hi", b"2\r\nhi\r\n0\r\n\r\n"])
def test_payload_digests_count_with_or_without_the_transfer_coding(counted):
    good = parse(record(f"WARC-Payload-Digest: sha1:{base32(counted)}\r\n"))
    assert verify_payload(good) is None
    bad = parse(record(f"WARC-Payload-Digest: sha1:{base32(b'ho')}\r\n"))
    assert "payload digest is sha1:" in str(verify_payload(bad))


def test_a_body_that_is_not_chunked_though_declared_is_taken_as_it_stands():
    """As pywb records it, which keeps the header of a coding that it has undone."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    for body in (b"<p>hi</p>", b"<p>\nhi</p>"):
        found = parse_response(head + body)
        assert (found.body, found.payload) == (body, body)
        assert found.problems == ("not chunked, though declared",)
    cut = parse_response(head + b"1f")
    assert (cut.body, cut.problems) == (b"", ("last chunk missing",))


def test_the_digest_of_nothing_is_accepted_on_a_revisit_only():
    """As wget writes it; the block of its revisits is the head of the answer."""
    extra = f"WARC-Block-Digest: sha1:{base32(b'')}\r\n"
    assert verify_block(parse(record(extra, kind="revisit"))) is None
    assert "block digest is" in str(verify_block(parse(record(extra))))
