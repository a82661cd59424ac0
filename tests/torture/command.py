"""The real command in a child process, and what its archive holds afterwards."""

from __future__ import annotations

import gzip
import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from fastwarc.warc import ArchiveIterator, WarcRecordType
from warcio.archiveiterator import ArchiveIterator as WarcioIterator

from tests.crawler.crawls import ROOT, environment
from tests.forking import Fork, forker

PATIENCE = 120
SOURCE_ID = "torture"
START = "{}\nfrom crawler.cli import main; main()"
#: Columns that differ between any two runs: run and record ids, places, times.
VOLATILE = re.compile(r"run_id|\w*capture_id|\w+_file|warc_\w+|(\w+_)?(at|since|due)")
#: The day of a visit, where it is told in words.
DAY = re.compile(r"(?:(?<=last looked at )|(?<=最近一次查看在 ))\d{4}-\d\d-\d\d")
#: One row per run or per look at a page: these do differ after an interruption.
BY_RUN = {"runs", "captures", "fixity_events"}


def registry(folder: Path, home: str, delay: float = 0.0) -> Path:
    """A registry file with the one source."""
    entry = {
        "id": SOURCE_ID,
        "name": "临澜县人民政府",
        "adcode": "990101",
        "level": "county",
        "home": home,
        "delay_seconds": delay,
    }
    path = folder / "sources.yml"
    path.write_text(yaml.safe_dump([entry], allow_unicode=True))
    return path


def nianbao(*arguments: str | Path, before: str = "") -> list[str]:
    """The command line of ``nianbao``; ``before`` is Python run in the child first."""
    return [sys.executable, "-c", START.format(before), *map(str, arguments)]


def crawl_command(data: Path, sources: Path, before: str = "") -> list[str]:
    """``nianbao crawl`` of the sources in a file, loopback allowed."""
    return nianbao(
        "crawl", "--data", data, "--sources", sources, "--allow-net", "127.0.0.0/8",
        before=before,
    )  # fmt: skip


def start(command: list[str], **env: str) -> subprocess.Popen[str]:
    """Start a command; its output is read with ``communicate``."""
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment() | env,
    )


def run(command: list[str], **env: str) -> tuple[int, str, str]:
    """Run a command to its end: exit code, standard output and error."""
    child = fork(command, **env)
    try:
        output, errors = child.communicate(timeout=PATIENCE)
    finally:
        child.kill()
    return child.wait(), output, errors


def fork(command: list[str], **env: str) -> Fork:
    """Start a command as a fork of a process that has imported the product.

    What is put before it may replace attributes of modules and classes.
    """
    return forker.start(command[1:], env=environment() | env, cwd=ROOT)


def query(path: Path, sql: str) -> list[tuple[Any, ...]]:
    """Rows of a database that nobody writes."""
    connection = sqlite3.connect(path)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def good_captures(data: Path) -> list[tuple[Any, ...]]:
    """(url, how often a whole copy is held) but robots.txt, asked for by every run."""
    return query(
        data / "catalog.db",
        "SELECT url, sha256, http_status, count(*) FROM captures WHERE outcome = 'ok'"
        " AND url NOT LIKE '%/robots.txt' GROUP BY url, sha256 ORDER BY url",
    )


def frontier(data: Path) -> list[tuple[Any, ...]]:
    """What is known of every URL, without times and without how often it was tried."""
    return query(
        data / "catalog.db",
        "SELECT url, role, state, depth, via, link_text, list_date, reason"
        " FROM frontier ORDER BY url",
    )


def published(data: Path) -> dict[str, list[str]]:
    """Every table of the published database as sorted lines, volatile columns out."""
    path = data / "public" / "nianbao.db"
    found = {}
    for (table,) in query(path, "SELECT name FROM sqlite_schema WHERE type = 'table'"):
        if table in BY_RUN or table.startswith("sqlite_") or "fts" in table:
            continue
        names = [row[1] for row in query(path, f"PRAGMA table_info([{table}])")]
        kept = ", ".join(f"[{name}]" for name in names if not VOLATILE.fullmatch(name))
        if kept:
            rows = query(path, f"SELECT {kept} FROM [{table}]")
            lines = (json.dumps(row, ensure_ascii=False) for row in rows)
            found[table] = sorted(DAY.sub("…", line) for line in lines)
    return found


def check_warcs(data: Path) -> int:
    """Read every WARC with three readers; returns the number of responses."""
    responses = 0
    for path in sorted((data / "warc").iterdir()):
        assert path.name.endswith(".warc.gz"), f"{path.name} was left open"
        with gzip.open(path) as stream:
            while stream.read(1 << 20):
                pass
        with path.open("rb") as stream:
            fast = 0
            for record in ArchiveIterator(stream, parse_http=False):
                assert record.verify_block_digest(), (path.name, record.record_id)
                fast += 1
                kinds = WarcRecordType.response | WarcRecordType.revisit
                responses += bool(record.record_type & kinds)
        with path.open("rb") as stream:
            slow = 0
            for record in WarcioIterator(stream, check_digests="raise"):
                record.content_stream().read()
                slow += 1
        assert fast == slow > 0, path.name
    return responses


def check_rows(data: Path) -> int:
    """Read the record of every capture row back by its offset; returns how many."""
    from archive.warcreader import WarcReader

    reader = WarcReader(data / "warc")
    rows = query(
        data / "catalog.db",
        "SELECT warc_file, warc_offset, warc_length, sha256, capture_id, outcome"
        " FROM captures",
    )
    for file, offset, length, sha256, capture_id, outcome in rows:
        whole = sha256 if outcome != "revisit" else None
        read = reader.read_original(file, offset, length, whole)
        assert read.record_id == capture_id
    assert query(data / "catalog.db", "PRAGMA integrity_check") == [("ok",)]
    return len(rows)


def disk_free(path: Path) -> int:
    """Bytes free where ``path`` lies."""
    found = os.statvfs(path)
    return found.f_bavail * found.f_frsize
