"""Programs of others read our WARC files, and we read theirs.

What the programs write lies nowhere in the repository: each is run here on a portal on
loopback. ``make interop`` installs them and names the folder in ``NIANBAO_INTEROP``;
without it wget and pywb are used where they are installed, and the others are skipped.
"""

from __future__ import annotations

import gzip
import hashlib
import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archive.catalog import Catalog
from archive.cdxj import write_index
from crawler.sample.portals import build, expected
from pipelines import cli
from tests.archive import replay
from tests.crawler.crawls import Crawled, crawl_in_child, portal
from tests.crawler.wire import Reply, Wire, page

#: Fields of an index line that two programs must agree in.
FIELDS = ("filename", "offset", "length", "url", "status")
TOOLS = os.environ.get("NIANBAO_INTEROP", "")
PATIENCE = 60
#: warcprox refuses 127.0.0.1 and ::1.
ADDRESS = "127.0.0.2"
REPORT = next(e for e in expected() if e.portal == "sample-generic")
LONG = "<p>" + "政府信息公开" * 300 + "</p>"
CHUNKS = b"40\r\n<p>chunked," + b"x" * 53 + b"\r\n4\r\n</p>\r\n0\r\n\r\n"
PAYLOADS = {
    "/report.html": build()["sample-generic"].answer(REPORT.path).body,
    "/long.html": LONG.encode(),
    "/again.html": LONG.encode(),
    "/zipped.html": LONG.encode(),
    "/chunked.html": b"<p>chunked," + b"x" * 53 + b"</p>",
    "/moved.html": b"",
}
STATUS = {"/moved.html": 302}


def replies() -> dict[str, Reply]:
    links = "".join(f'<a href="{path}">2023年公开年报</a>' for path in PAYLOADS)
    zipped = gzip.compress(LONG.encode(), mtime=0)
    return {
        "/": page(links),
        "/nb/": page(links),
        "/report.html": page(PAYLOADS["/report.html"]),
        "/long.html": page(LONG),
        "/again.html": page(LONG),
        "/zipped.html": page(zipped, Content_Encoding="gzip"),
        "/chunked.html": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKS,
        "/moved.html": page("", "302 Found", Location="/long.html"),
    }


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    with Wire(replies(), address=ADDRESS) as wire:
        yield wire


def tool(*parts: str) -> str:
    """A program that ``make interop`` installed; skips the test without it."""
    path = Path(TOOLS).joinpath(*parts)
    if not TOOLS or not path.exists():
        pytest.skip(f"{parts[-1]} is not installed (make interop)")
    return str(path)


def run(*command: str | Path, text: str | None = None, cwd: Path | None = None) -> str:
    """Run a program to its end and return what it printed."""
    done = subprocess.run(
        [str(part) for part in command],
        input=text, capture_output=True, text=True, timeout=PATIENCE, cwd=cwd,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, (command, done.stdout[-2000:], done.stderr[-2000:])
    return done.stdout


def node(name: str, *arguments: str | Path, text: str | None = None) -> str:
    """Run a script of ours that stands beside the modules of npm."""
    if (found := shutil.which("node")) is None:
        pytest.skip("node is not installed")
    modules = Path(tool("node_modules"))
    script = modules.parent / name
    shutil.copy(Path(__file__).with_name("interop") / name, script)
    return run(found, script, *arguments, text=text)


# ------------------------------------------------------------------- what they write


def wget(folder: Path, home: str, *more: str) -> list[Path]:
    """wget: request first, targets in angle brackets, its log as a resource."""
    if (command := shutil.which("wget")) is None:
        pytest.skip("wget is not installed")
    # 8: a server answered with an error
    done = subprocess.run(
        [command, "-q", "-e", "robots=off", "--max-redirect=0", "-P", "files",
         "--compression=none", "--warc-file=made", *more,
         *(f"{home}{path[1:]}" for path in PAYLOADS)],
        cwd=folder, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode in (0, 8)
    return list(folder.glob("made*.warc*"))


def wget_plain_again(folder: Path, home: str) -> list[Path]:
    """Twice, the second time without compression and with revisits of the first."""
    first = wget(folder, home, "--warc-cdx")
    index = (folder / "made.cdx").rename(folder / "first.cdx")
    (first[0]).rename(folder / "a-first.warc.gz")
    second = wget(folder, home, f"--warc-dedup={index}", "--no-warc-compression")
    assert b"WARC-Type: revisit" in second[0].read_bytes()
    return [folder / "a-first.warc.gz", *second]


@contextmanager
def serving(command: list[str], folder: Path) -> Iterator[int]:
    """A server on loopback that is told its port behind the command."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "-p", str(port)], cwd=folder, stdout=log, stderr=log
        )
        try:
            for _ in range(200):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield port
        finally:
            time.sleep(1.5)  # what was captured is written behind our back
            process.terminate()
            process.wait(20)


def pywb(folder: Path, home: str) -> list[Path]:
    """pywb's recorder: response first, then request."""
    command = replay.wayback()
    run(Path(command).with_name("wb-manager"), "init", "made", cwd=folder)
    with serving([command, "--record", "--live", "-b", "127.0.0.1"], folder) as port:
        for path in PAYLOADS:
            ask(port, f"/made/record/id_/{home}{path[1:]}")
    return list(folder.glob("collections/made/archive/*.warc.gz"))


def ask(port: int, target: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", target)
    connection.getresponse().read()
    connection.close()


def warcprox(folder: Path, home: str) -> list[Path]:
    """warcprox, as brozzler uses it: revisits inside of one crawl."""
    command = [tool("py", "bin", "warcprox"), "-b", "127.0.0.1", "-z", "-d", "made",
               "-j", "dedup.db", "--dedup-min-text-size", "0"]  # fmt: skip
    with serving(command, folder) as port:
        for path in PAYLOADS:
            ask(port, f"{home}{path[1:]}")
            time.sleep(0.3)  # a revisit is one of what is in its index
    return list((folder / "made").glob("*.warc.gz*"))


def warcio_js(folder: Path, home: str) -> list[Path]:
    """warcio.js, the library of Browsertrix, with records as Browsertrix makes them."""
    exchanges = [
        {
            "url": f"{home}{path[1:]}",
            "status": STATUS.get(path, 200),
            "body": b64encode(payload).decode(),
            "same_as": f"{home}long.html" if path == "/again.html" else None,
        }
        for path, payload in PAYLOADS.items()
    ]
    dest = folder / "made.warc.gz"
    node("browsertrix.mjs", dest, text=json.dumps(exchanges))
    return [dest]


WRITERS: dict[str, Callable[[Path, str], list[Path]]] = {
    "wget": wget,
    "wget without compression, again": wget_plain_again,
    "pywb": pywb,
    "warcprox": warcprox,
    "warcio.js": warcio_js,
}


def taken(data: Path, home: str, *paths: Path) -> dict[str, Any]:
    host = home.split("/")[2]
    arguments = ["--data", str(data), "--json", "--host", host, *map(str, paths)]
    done = CliRunner().invoke(cli.ingest, arguments)
    assert done.exit_code == 0, (done.output, done.exception)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def payloads(data: Path) -> dict[str, set[tuple[int, str]]]:
    """Path → (status, SHA-256 of the payload) of the captures of pages."""
    found: dict[str, set[tuple[int, str]]] = {}
    with Catalog(data / "catalog.db") as catalog:
        for row in catalog.rows(
            "SELECT url, http_status, sha256 FROM captures WHERE http_status > 0"
        ):
            path = "/" + row["url"].split("/", 3)[3]
            found.setdefault(path, set()).add((row["http_status"], row["sha256"]))
    return found


@pytest.mark.parametrize("name", WRITERS)
def test_what_others_captured_is_taken_in_whole_and_read(wire, tmp_path, name):
    folder = tmp_path / "made"
    folder.mkdir()
    paths = WRITERS[name](folder, wire.home)
    assert paths, (folder / "log").read_text() if (folder / "log").exists() else ""
    printed = taken(tmp_path / "data", wire.home, *paths)
    assert printed["problems"] == 0
    assert printed["reports"] == 1
    assert payloads(tmp_path / "data") == {
        path: {(STATUS.get(path, 200), hashlib.sha256(payload).hexdigest())}
        for path, payload in PAYLOADS.items()
    }
    again = taken(tmp_path / "data", wire.home, *paths)
    assert (again["new_captures"], again["problems"]) == (0, 0)


# -------------------------------------------------------------------- what we write


@pytest.fixture(scope="module")
def ours(wire, tmp_path_factory) -> Crawled:
    """Our archive of the portal, crawled twice: pages, revisits, a redirect."""
    source = portal(wire.home, seeds=[f"{wire.home}nb/"])
    data = tmp_path_factory.mktemp("ours") / "data"
    crawl_in_child(data, [source])
    result = crawl_in_child(data, [source], refresh=True)
    kinds = dict(result.rows("SELECT outcome, count(*) FROM captures GROUP BY 1"))
    assert kinds["revisit"] >= 4
    return result


def files(ours: Crawled) -> list[Path]:
    found = sorted((ours.data / "warc").glob("*.warc.gz"))
    assert found
    return found


def kinds(path: Path) -> Counter[str]:
    whole = gzip.decompress(path.read_bytes())
    return Counter(re.findall(r"^WARC-Type: (\w+)\r$", whole.decode("latin-1"), re.M))


def test_warcio_js_reads_every_record_of_ours_and_the_same_payloads(ours):
    read = json.loads(node("read.mjs", *files(ours)))
    assert Counter(r["type"] for r in read) == sum(map(kinds, files(ours)), Counter())
    found = {r["id"].strip("<>"): r["sha256"] for r in read}
    rows = ours.rows("SELECT capture_id, sha256 FROM captures WHERE outcome = 'ok'")
    assert len(rows) > 5
    for capture_id, sha256 in rows:
        assert found[capture_id] == sha256


def test_warcio_js_indexes_ours(ours):
    tool("node_modules", "warcio")
    script = Path(TOOLS) / "node_modules" / "warcio" / "dist" / "cli.js"
    printed = run(shutil.which("node") or "", script, "cdx-index", *files(ours))
    captures = ours.rows("SELECT count(*) FROM captures")[0][0]
    assert len(printed.splitlines()) >= captures


def test_warcat_finds_nothing_wrong_but_with_revisits(ours):
    """It takes the payload digest of a revisit for that of its own block."""
    command = [tool("py", "bin", "python"), "-m", "warcat", "verify", *files(ours)]
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, timeout=PATIENCE,
        check=False,
    )  # fmt: skip
    printed = done.stdout + done.stderr
    found = re.findall(r"Record <(\S+)> failed validation", printed)
    revisits = ours.rows("SELECT capture_id FROM captures WHERE outcome = 'revisit'")
    assert {(name,) for name in found} <= set(revisits)
    problems = re.findall(r"VerifyProblem: \('([^']+)'", printed)
    assert problems == ["Bad payload digest."] * len(found)


def test_cdxj_indexer_gives_the_index_that_we_give(ours, tmp_path):
    write_index(ours.data / "warc", tmp_path / "ours.cdxj")
    printed = run(tool("py", "bin", "cdxj-indexer"), "-s", *files(ours))
    (tmp_path / "theirs.cdxj").write_text(printed, "utf-8")
    mine, theirs = (
        {
            (line.key, line.timestamp, *(line.fields.get(name) for name in FIELDS))
            for line in replay.read_index(tmp_path / f"{name}.cdxj")
        }
        for name in ("ours", "theirs")
    )
    assert len(mine) > 10
    assert mine == theirs


def test_a_wacz_of_py_wacz_made_of_ours_is_valid_and_taken_in(ours, wire, tmp_path):
    wacz, dest = tool("py", "bin", "wacz"), tmp_path / "made.wacz"
    run(wacz, "create", "-o", dest, *files(ours))
    run(wacz, "validate", "-f", dest)
    printed = taken(tmp_path / "data", wire.home, dest)
    assert printed["problems"] == 0
    mine = payloads(ours.data)
    assert payloads(tmp_path / "data") == mine
    assert set(PAYLOADS) < set(mine)


def test_py_wacz_finds_our_wacz_valid(ours, tmp_path):
    from archive.cli import commands

    export = next(c for c in commands if c.name == "export")
    dest = tmp_path / "ours.wacz"
    done = CliRunner().invoke(
        export, ["wacz", str(dest), "--data", str(ours.data)], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    run(tool("py", "bin", "wacz"), "validate", "-f", dest)


def test_warcio_of_python_finds_nothing_wrong_with_ours(ours):
    for path in files(ours):
        run(Path(sys.executable).with_name("warcio"), "check", path)
