"""Conditional requests on the wire, as the server sees them."""

from __future__ import annotations

import gzip
import os
import socket

from archive.catalog import Catalog
from archive.copies import is_whole
from archive.datadir import DataDir
from archive.fixity import verify
from archive.warc import WarcStore
from tests.crawler.crawls import Crawled, portal
from tests.crawler.small_portal import ALL_DOCUMENTS, COLUMN, by_path, small_portal
from tests.crawler.wire import Reply, Wire, page

ETAG, SINCE = '"v1"', "Mon, 25 Jan 2021 02:00:00 GMT"
GOOD = f"{COLUMN}202401/t20240118_31.html", f"{COLUMN}202101/t20210117_1.html"
GAP = f"{COLUMN}202301/t20230117_21.html"


def with_validators(wire: Wire, replies: dict[str, Reply]) -> None:
    """Have the server answer 304 to its own validators, on pages of status 200."""

    def validated(reply: bytes) -> Reply:
        first, rest = reply.split(b"\r\n", 1)
        whole = b"\r\n".join(
            [first, f"ETag: {ETAG}\r\nLast-Modified: {SINCE}".encode(), rest]
        )

        def answer(connection: socket.socket) -> None:
            asked = wire.requests[-1]
            same = f"If-None-Match: {ETAG}".encode() in asked
            same = same and f"If-Modified-Since: {SINCE}".encode() in asked
            connection.sendall(
                f"HTTP/1.1 304 Not Modified\r\nETag: {ETAG}\r\n\r\n".encode()
                if same
                else whole
            )

        return answer

    for path, reply in replies.items():
        plain = path == "/robots.txt" or not isinstance(reply, bytes)
        moved = isinstance(reply, bytes) and b" 301 " in reply[:16]
        if plain or moved:
            wire.replies[path] = reply
        elif isinstance(reply, bytes):
            wire.replies[path] = validated(reply)


def conditional(wire: Wire, start: int) -> dict[str, bool]:
    """Path → whether its request had a condition, from the ``start``-th on."""
    return {
        path: b"If-None-Match: " in request
        for path, request in zip(
            wire.paths()[start:], wire.requests[start:], strict=True
        )
    }


def test_a_second_run_over_an_unchanged_portal_is_conditional_and_adds_nothing(
    run_crawl,
):
    with Wire({}) as wire:
        with_validators(wire, small_portal())
        first = run_crawl(portal(wire.home))
        assert not any(conditional(wire, 0).values())
        tables = ("documents", "triage", "reports", "report_versions", "frontier")
        counts = {t: first.rows(f"SELECT count(*) FROM {t}") for t in tables}
        asked = len(wire.requests)
        second = run_crawl(portal(wire.home), refresh=True)
    sent = conditional(wire, asked)
    # robots.txt, the gap and the moved page sent no validators
    moved = f"{COLUMN}202201/t20220117_11.html"
    assert {path for path, had in sent.items() if not had} == {
        "/robots.txt",
        GAP,
        moved,
    }
    assert set(sent) >= ALL_DOCUMENTS | {"/", COLUMN}
    assert {t: second.rows(f"SELECT count(*) FROM {t}") for t in tables} == counts
    assert second.counts()["new"] == 0
    rows = by_path(second, "SELECT url, http_status, outcome FROM captures")
    assert {p: v for p, v in rows.items() if v[0] == 304} == {
        path: (304, "revisit") for path, had in sent.items() if had
    }
    records = b"".join(
        gzip.decompress(f.read_bytes()) for f in second.data.glob("warc/*.gz")
    )
    assert records.count(b"/revisit/server-not-modified\r\n") == sum(sent.values())


def test_a_304_nobody_asked_for_is_an_error_and_no_page(run_crawl):
    with Wire({}) as wire:
        with_validators(wire, small_portal())
        path = f"{COLUMN}202401/t20240118_31.html"
        wire.replies[path] = page("", "304 Not Modified")
        result = run_crawl(portal(wire.home))
    assert by_path(result, "SELECT url, state, reason FROM frontier")[path] == (
        "failed",
        "error: HTTP 304 to a request without a condition",
    )


def test_a_page_whose_only_copy_fixity_found_damaged_is_asked_for_in_full(run_crawl):
    damaged, sound = GOOD
    with Wire({}) as wire:
        with_validators(wire, small_portal())
        first = run_crawl(portal(wire.home))
        data = DataDir(first.data)
        with Catalog(data.catalog) as catalog:
            (held,) = catalog.holders(sha256_at(first, damaged), 9)
            with (data.warc / held.warc_file).open("r+b") as stream:
                stream.seek(held.warc_offset + held.warc_length // 2)
                byte = stream.read(1)[0]
                stream.seek(-1, os.SEEK_CUR)
                stream.write(bytes([byte ^ 0xFF]))
            found = verify(catalog, data.warc, catalog.start_run("fixity"))
            assert len(found.damages) == 1
        asked = len(wire.requests)
        second = run_crawl(portal(wire.home), refresh=True)
        sent = conditional(wire, asked)
        assert (sent[damaged], sent[sound]) == (False, True)
        asked = len(wire.requests)
        third = run_crawl(portal(wire.home), refresh=True)
        assert conditional(wire, asked)[damaged], "it is whole again"
    with Catalog(data.catalog) as catalog:
        again = catalog.holders(str(held.sha256), 9)
        assert [c.outcome for c in again] == ["ok", "ok"]
        assert is_whole(catalog, WarcStore(data.warc), str(held.sha256))
    assert second.counts()["new"] == third.counts()["new"] == 0


def sha256_at(crawled: Crawled, path: str) -> str:
    digests = by_path(crawled, "SELECT url, good_sha256, role FROM frontier")
    return str(digests[path][0])
