"""Replaying captures: with warcio by the index, and with pywb where it is installed."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from archive.http import parse_response

NO_PYWB = (
    "pywb is not installed: name its `wayback` in NIANBAO_PYWB (it brings its own "
    "brotli module and wants a virtual environment of its own)"
)


@dataclass(frozen=True)
class Line:
    """One line of a CDXJ index."""

    key: str
    timestamp: str
    fields: dict[str, str]


def read_index(path: Path) -> list[Line]:
    """The lines of an index file."""
    lines = []
    for line in path.read_text("utf-8").splitlines():
        key, stamp, text = line.split(" ", 2)
        lines.append(Line(key, stamp, json.loads(text)))
    return lines


def warcio_replay(
    directory: Path, lines: list[Line], wanted: Line
) -> tuple[int, bytes]:
    """(status, body) of a line as a replay tool gives it, read by warcio.

    A 304 has no body; another revisit has that of the record it refers to.
    """
    headers, status, body = _record(directory, wanted)
    if wanted.fields["mime"] == "warc/revisit" and status != 304:
        target = headers.get_header("WARC-Refers-To-Target-URI")
        date = headers.get_header("WARC-Refers-To-Date")
        stamp = "".join(c for c in date[:19] if c.isdigit())
        (original,) = [
            line
            for line in lines
            if line.fields["url"] == target
            and line.timestamp == stamp
            and line.fields["mime"] != "warc/revisit"
        ]
        _, _, body = _record(directory, original)
    return status, body


def _record(directory: Path, line: Line):
    with (directory / line.fields["filename"]).open("rb") as stream:
        stream.seek(int(line.fields["offset"]))
        record = next(iter(ArchiveIterator(stream)))
        status = int(record.http_headers.get_statuscode())
        return record.rec_headers, status, record.content_stream().read()


def wayback() -> str:
    """pywb's command; skips the test when there is none."""
    named = os.environ.get("NIANBAO_PYWB")
    beside = str(Path(sys.executable).parent / "wayback")
    found = shutil.which(named or "wayback") or shutil.which(beside)
    if found is None:
        pytest.skip(NO_PYWB)
    return found


@contextmanager
def pywb(command: str, folder: Path, index: Path, warcs: Path) -> Iterator[int]:
    """pywb on loopback over ``warcs`` as they are; yields its port."""
    config = {"nianbao": {"index": str(index), "archive_paths": f"{warcs}/"}}
    (folder / "config.yaml").write_text(
        json.dumps({"framed_replay": False, "collections": config}), "utf-8"
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = (folder / "pywb.log").open("wb")
    process = subprocess.Popen(
        [command, "-b", "127.0.0.1", "-p", str(port), "-d", str(folder)],
        stdout=log,
        stderr=log,
    )
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, (folder / "pywb.log").read_text()
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def pywb_replay(
    port: int, line: Line, timeout: float = 30, *, lenient: bool = True
) -> tuple[int, bytes]:
    """(status, decoded body) as pywb replays a line, nothing rewritten.

    ``lenient``: what is packed although nothing says so is unpacked as well.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        url = line.fields["url"].partition("#")[0]
        connection.request("GET", f"/nianbao/{line.timestamp}id_/{url}")
        answer = connection.getresponse()
        body = answer.read()
        coding = answer.getheader("Content-Encoding")
        head = f"HTTP/1.1 {answer.status} X\r\n".encode()
        if coding:
            head += f"Content-Encoding: {coding}\r\n".encode()
        parsed = parse_response(head + b"\r\n" + body)
        if not lenient and not coding:
            return answer.status, body
        return answer.status, parsed.payload
    finally:
        connection.close()


@dataclass(frozen=True)
class Raw:
    """What pywb sends for a line, decoded as declared; ``error`` names what broke."""

    error: str
    status: int = 0
    body: bytes = b""


def pywb_raw(port: int, line: Line, timeout: float = 1.5) -> Raw:
    """How a line replays, whatever becomes of it."""
    try:
        status, body = pywb_replay(port, line, timeout, lenient=False)
    except (http.client.HTTPException, OSError) as error:
        return Raw(type(error).__name__)
    return Raw("", status, body)
