"""Odd answers are archived byte for byte, decoded as meant, and break nothing."""

from __future__ import annotations

import hashlib
import json
import socket
import subprocess
import sys
import time
import zlib

import brotli
import pytest

from archive.codings import decode_content, limit_for
from archive.http import parse_response
from tests.crawler.crawls import ROOT, crawl_in_child, environment, portal
from tests.crawler.odd_answers import BODY, ODD, zstandard
from tests.crawler.test_capture import links, records, reset
from tests.crawler.tuned import crawl_tuned
from tests.crawler.wire import Reply, Wire, page, then_close


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """One crawl over all odd answers."""
    replies: dict[str, Reply] = {
        f"/{name}.html": then_close(o.sent) if o.closes else o.sent
        for name, o in ODD.items()
    }
    replies["/nb/"] = links(list(replies))
    replies["/"] = page("<p>home</p>")
    with Wire(replies) as wire:
        source = portal(wire.home, seeds=[f"{wire.home}nb/"])
        result = crawl_in_child(tmp_path_factory.mktemp("odd") / "data", [source])
        return result, records(result.data, "response"), wire.paths()


def test_there_are_at_least_26_odd_answers_and_each_is_asked_for(odd):
    asked = {path[1:-5] for path in odd[2] if path.endswith(".html")}
    assert len(ODD) >= 26
    assert asked == set(ODD)


@pytest.mark.parametrize("name", ODD)
def test_the_record_holds_exactly_what_the_server_sent(odd, name):
    found = odd[1][f"/{name}.html"]
    assert {block for _, block in found} == {ODD[name].sent}


@pytest.mark.parametrize("name", ODD)
def test_the_payload_is_what_the_server_meant(odd, name):
    response = parse_response(ODD[name].sent)
    assert response.payload == ODD[name].payload
    rows = odd[0].rows(
        "SELECT DISTINCT sha256 FROM captures WHERE url LIKE ?", f"%/{name}.html"
    )
    assert rows == [(hashlib.sha256(ODD[name].payload).hexdigest(),)]


#: A 304 that nobody asked for is judged where conditional requests are.
JUDGED = [name for name in ODD if name != "304-unasked"]


@pytest.mark.parametrize("name", JUDGED)
def test_outcome_and_reason_say_what_was_odd(odd, name):
    expected = ODD[name]
    (row,) = odd[0].rows(
        "SELECT DISTINCT outcome, reason FROM captures WHERE url LIKE ?",
        f"%/{name}.html",
    )
    assert row[0] == expected.outcome
    assert (expected.problem or "") in (row[1] or "")
    assert (row[1] is None) == (expected.problem is None)


def test_a_reason_phrase_in_gbk_does_not_end_the_status_line():
    response = parse_response(ODD["gbk-reason"].sent)
    assert response.status == 200
    assert response.reason.encode("latin-1") == "成功 \u4e02".encode("gbk")
    assert [name for name, _ in response.headers] == ["Content-Type", "Content-Length"]


def test_digits_that_are_none_are_no_status_and_no_length():
    response = parse_response(b"HTTP/1.1 2\xb20 OK\r\nContent-Length: \xb2\r\n\r\nx")
    assert (response.status, response.payload) == (None, b"x")
    assert response.problems == ("no status line",)


# --------------------------------------------------------------------- truncation


def trickle(head: bytes, seconds: float) -> Reply:
    """Send the head, then one byte every 0.2 s."""

    def reply(connection: socket.socket) -> None:
        connection.sendall(head)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            connection.sendall(b".")
            time.sleep(0.2)

    return reply


TITLE = "临澜县2023年政府信息公开工作年度报告"
START = f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1>".encode()
LENGTH = b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
CUT: dict[str, tuple[Reply, bytes]] = {
    "length": (then_close(LENGTH + START), LENGTH + START),
    "chunk": (
        then_close(CHUNKED + b"%x\r\n" % 4096 + START),
        CHUNKED + b"%x\r\n" % 4096 + START,
    ),
    "chunk-end": (
        then_close(CHUNKED + b"%x\r\n" % len(START) + START + b"\r\n"),
        CHUNKED + b"%x\r\n" % len(START) + START + b"\r\n",
    ),
    "reset": (reset(LENGTH + START), LENGTH + START),
    "reset-in-head": (reset(b"HTTP/1.1 200 OK\r\nX-A"), b"HTTP/1.1 200 OK\r\nX-A"),
    "nothing": (then_close(b""), b""),
    "stall": (trickle(LENGTH + START, 8), LENGTH + START),
    "stall-in-head": (trickle(b"HTTP/1.1 200 OK\r\nX-A: ", 8), b"HTTP/1.1 200 OK\r\n"),
}


@pytest.fixture(scope="module")
def cut(tmp_path_factory):
    """One crawl over answers that break off; a stall may take two seconds."""
    replies: dict[str, Reply] = {f"/{n}.html": reply for n, (reply, _) in CUT.items()}
    replies["/nb/"] = links(list(replies))
    with Wire(replies) as wire:
        result = crawl_tuned(
            tmp_path_factory.mktemp("cut") / "data",
            [portal(wire.home, seeds=[f"{wire.home}nb/"])],
            settings={
                "DOWNLOAD_TIMEOUT": 2,
                "RETRY_TIMES": 0,
                "NIANBAO_MAX_FAILURES": 99,
            },
        )
    return result, records(result.data, "response")


@pytest.mark.parametrize("name", [n for n in CUT if n != "nothing"])
def test_an_answer_that_breaks_off_is_kept_as_far_as_it_came(cut, name):
    ((headers, block),) = cut[1][f"/{name}.html"]
    prefix = CUT[name][1]
    if "stall" in name:
        assert block.startswith(prefix)
        assert set(block[len(prefix) :].removeprefix(b"X-A: ")) == {ord(".")}
    else:
        assert block == prefix
    expected = "time" if "stall" in name else "disconnect"
    assert headers["WARC-Truncated"] == expected


def test_an_answer_without_a_byte_leaves_no_record_and_a_failure(cut):
    assert "/nothing.html" not in cut[1]
    rows = cut[0].rows("SELECT state FROM frontier WHERE url LIKE '%/nothing.html'")
    assert rows == [("failed",)]


def test_nothing_that_broke_off_is_read_as_a_document(cut):
    rows = cut[0].rows("SELECT state, count(*) FROM frontier GROUP BY state")
    assert dict(rows)["failed"] == len(CUT) + 1  # and the home page, which is missing
    assert cut[0].rows("SELECT url FROM triage") == []
    assert cut[0].rows("SELECT count(*) FROM reports") == [(0,)]


def test_a_stall_ends_with_the_timeout(cut):
    reasons = cut[0].rows("SELECT reason FROM frontier WHERE url LIKE '%/stall%.html'")
    assert len(reasons) == 2
    for (reason,) in reasons:
        assert "took longer than 2" in reason


def test_an_answer_beyond_the_size_limit_is_kept_up_to_there(tmp_path):
    declared = b"HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n"
    endless = b"HTTP/1.1 200 OK\r\n\r\n" + b"<p>x</p>" * 100_000
    replies: dict[str, Reply] = {
        "/declared.html": then_close(declared + b"x" * 300_000),
        "/endless.html": then_close(endless),
    }
    replies["/nb/"] = links(list(replies))
    with Wire(replies) as wire:
        result = crawl_tuned(
            tmp_path / "data",
            [portal(wire.home, seeds=[f"{wire.home}nb/"])],
            settings={"DOWNLOAD_MAXSIZE": 100_000, "RETRY_TIMES": 0},
        )
    found = records(result.data, "response")
    for path, sent in (("/declared.html", declared), ("/endless.html", endless)):
        ((headers, block),) = found[path]
        assert headers["WARC-Truncated"] == "length"
        assert block[: len(sent)] == sent[: len(block)]
        assert len(block) < 400_000
    states = result.rows(
        "SELECT state FROM frontier WHERE url LIKE '%ed.html' OR url LIKE '%less.html'"
    )
    assert states == [("failed",), ("failed",)]


# ------------------------------------------------------------------------- bombs

SHOW = """
import resource, sys, json
from archive.http import parse_response
raw = sys.stdin.buffer.read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
response = parse_response(raw)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([len(response.payload), list(response.problems), after - before]))
"""


def pack(data: bytes, coding: str) -> bytes:
    """``data`` in a content coding."""
    if coding == "gzip":
        packer = zlib.compressobj(9, wbits=31)
        return packer.compress(data) + packer.flush()
    if coding == "br":
        return bytes(brotli.compress(data, quality=1))
    return {"deflate": zlib.compress, "zstd": zstandard}[coding](data)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_bomb_of_200_megabytes_needs_bounded_memory(coding):
    data = pack(b"\0" * 200_000_000, coding)
    assert len(data) < 250_000
    done = subprocess.run(
        [sys.executable, "-c", SHOW],
        input=page(data, Content_Encoding=coding),
        capture_output=True,
        check=True,
        env=environment(),
        cwd=ROOT,
    )
    size, problems, grown_kb = json.loads(done.stdout)
    assert size == limit_for(len(data)) <= 20_000_000
    assert problems == [f"decoded payload cut at {size} bytes"]
    assert grown_kb < 100_000


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
def test_a_coded_body_that_is_cut_gives_what_is_whole(coding):
    text = b"".join(b"%d;" % (n * 7919 % 104729) for n in range(90_000))
    packed = pack(text, coding)
    half, problem = decode_content(packed[: len(packed) // 2], coding)
    assert problem == f"{coding} body cut short"
    assert len(half) > len(text) // 10
    assert text.startswith(half)


def test_an_unknown_coding_is_left_as_it_is():
    assert decode_content(BODY, "compress") == (
        BODY,
        "content coding compress left as it is",
    )
