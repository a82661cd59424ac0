"""Odd answers replay in pywb as they were meant, or pywb is at a loss with them.

Each answer is archived by the crawl and, as a bare record of the same bytes, by warcio.
Where pywb cannot replay the one it cannot replay the other: the bytes are at fault and
not the form of our records.
"""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from warcio.warcwriter import WARCWriter

from archive.cdxj import write_index
from archive.http import parse_response
from tests.archive import replay
from tests.crawler.crawls import crawl_in_child, portal
from tests.crawler.odd_answers import BODY, ODD
from tests.crawler.test_capture import links
from tests.crawler.wire import Reply, Wire, page, then_close

#: What pywb sends instead of an answer, by warcio 1.8.1 and pywb 2.9.1, and why.
AT_A_LOSS = {
    # The interim answer is taken for the answer: its empty line ends the head.
    "100-continue-first": replay.Raw("BadStatusLine"),
    # The declared length is sent on, and the connection waits for the rest.
    "length-too-long": replay.Raw("TimeoutError"),
    # Of the lines behind the last chunk two bytes are read as its end.
    "trailers": replay.Raw("", 200, BODY + b"0\r\nSum: 1\r\nX-More: 2\r\n\r\n"),
    # Decoded up to the end of the first member.
    "gzip-in-two-members": replay.Raw("", 200, BODY[:9]),
    # Not decoded, and its Content-Encoding is dropped.
    "zstd-unasked": replay.Raw("", 200, parse_response(ODD["zstd-unasked"].sent).body),
}
#: pywb sends what the server sent; that it is packed once more, a reader may find out.
PACKED = {
    name: replay.Raw("", 200, parse_response(ODD["gzip-undeclared"].sent).body)
    for name in ("double-gzip", "gzip-undeclared")
}


def bare(folder: Path, home: str) -> Path:
    """A WARC of nothing but the answers, by warcio."""
    path = folder / "bare.warc.gz"
    with path.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True, warc_version="1.1")
        for name, odd in ODD.items():
            # made as a resource, since warcio would put a response into other words
            record = writer.create_warc_record(
                f"{home}{name}.html",
                "resource",
                payload=io.BytesIO(odd.sent),
                warc_content_type="application/http; msgtype=response",
                warc_headers_dict={"WARC-Date": "2026-01-31T08:00:00Z"},
            )
            record.rec_type = "response"
            record.rec_headers.replace_header("WARC-Type", "response")
            record.rec_headers.remove_header("WARC-Payload-Digest")
            writer.write_record(record)
    return path


Replayed = dict[str, replay.Raw]


@pytest.fixture(scope="module")
def replayed(tmp_path_factory) -> Iterator[tuple[Replayed, Replayed]]:
    """What pywb makes of each answer: in our archive, and in the bare file."""
    command = replay.wayback()
    folder = tmp_path_factory.mktemp("odd-replay")
    replies: dict[str, Reply] = {
        f"/{name}.html": then_close(odd.sent) if odd.closes else odd.sent
        for name, odd in ODD.items()
    }
    replies["/nb/"] = links(list(replies))
    replies["/"] = page("<p>home</p>")
    with Wire(replies) as wire:
        source = portal(wire.home, seeds=[f"{wire.home}nb/"])
        result = crawl_in_child(folder / "data", [source])
    ours, theirs = folder / "ours.cdxj", folder / "theirs.cdxj"
    write_index(result.data / "warc", ours)
    (folder / "bare").mkdir()
    indexer = Path(command).with_name("cdx-indexer")
    made = subprocess.run(
        [indexer, "-j", "-s", bare(folder / "bare", wire.home)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    indexed = [line for line in made.stdout.splitlines(True) if "{" in line]
    theirs.write_text("".join(indexed), "utf-8")
    found: list[Replayed] = []
    with ExitStack() as stack:
        for place, index in ((result.data / "warc", ours), (folder / "bare", theirs)):
            config = folder / place.name
            config.mkdir(exist_ok=True)
            port = stack.enter_context(replay.pywb(command, config, index, place))
            lines = {
                name: line
                for line in replay.read_index(index)
                if (name := line.fields["url"].rpartition("/")[2][:-5]) in ODD
            }
            found.append(
                {name: replay.pywb_raw(port, line) for name, line in lines.items()}
            )
    yield found[0], found[1]


def meant(name: str) -> replay.Raw:
    """What a browser should be given."""
    status = parse_response(ODD[name].sent).status
    assert status is not None
    return replay.Raw("", status, ODD[name].payload)


@pytest.mark.parametrize("name", [n for n in ODD if n not in AT_A_LOSS])
def test_an_odd_answer_replays_in_pywb_with_its_status_and_body(replayed, name):
    assert replayed[0][name] == PACKED.get(name, meant(name))


@pytest.mark.parametrize("name", AT_A_LOSS)
def test_what_pywb_cannot_replay_it_cannot_in_a_bare_record_either(replayed, name):
    ours, theirs = replayed
    assert ours[name] == AT_A_LOSS[name]
    assert ours[name] != meant(name)
    assert theirs[name] == ours[name]


def test_our_records_replay_as_bare_records_of_warcio_do(replayed):
    ours, theirs = replayed
    assert set(ours) == set(theirs) == set(ODD)
    assert {n for n in ODD if ours[n] != theirs[n]} == set()
