"""The collection stands on its own: it replays, verifies and gives its catalogue back.

Shown on an archive of the sample portals.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from fastwarc.warc import ArchiveIterator

from archive.catalog import Catalog
from archive.warcreader import WarcReader
from crawler.sample.portals import expected
from crawler.sample.server import SamplePortals
from tests.archive import replay

BIN = Path(sys.executable).parent
#: What a reindex with everything read again may change in the published tables:
#: its own run, what was verified and registered meanwhile, and when a page was read.
RUN_TABLES = ("runs", "fixity_events", "warc_files")
READ_AT = {"triage": "extracted_at"}


@dataclass
class Tables:
    """Published tables before and after, and what the reindex said."""

    before: dict[str, list[tuple]]
    after: dict[str, list[tuple]]
    problems: list[str]


def published(data: Path) -> dict[str, list[tuple]]:
    """Rows of every published table, sorted; those a run leaves are left out."""
    path = data / "public" / "nianbao.db"
    found = {}
    with sqlite3.connect(f"file:{path}?immutable=1", uri=True) as db:
        tables = db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            " AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%_fts%'"
        ).fetchall()
        for (table,) in tables:
            if table in RUN_TABLES:
                continue
            columns = [r[1] for r in db.execute(f'PRAGMA table_info("{table}")')]
            kept = ", ".join(f'"{c}"' for c in columns if c != READ_AT.get(table))
            found[table] = sorted(db.execute(f'SELECT {kept} FROM "{table}"'), key=repr)
    return found


Visit = Callable[[], None]


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("collection") / "data"


@pytest.fixture(scope="module")
def visit(data, nianbao) -> Iterator[Visit]:
    """Crawls the sample portals, which stay at the same addresses, and publishes."""
    with SamplePortals() as portals:
        registry = data.parent / "sources.yml"
        keys = ("name", "adcode", "level", "home")
        entries = [
            {"id": s.source_id, "delay_seconds": 0} | {k: getattr(s, k) for k in keys}
            for s in portals.sources
        ]
        registry.write_text(yaml.safe_dump(entries, allow_unicode=True), "utf-8")

        def run() -> None:
            net = ("--allow-net", "127.0.0.0/8")
            nianbao("crawl", "--sources", registry, *net, "--data", data)
            nianbao("publish", "--data", data)

        yield run


@pytest.fixture(scope="module")
def archived(data, visit) -> Path:
    """The sample portals, crawled and published once."""
    visit()
    return data


@pytest.fixture(scope="module")
def rebuilt(archived, nianbao) -> Tables:
    """The same archive after its catalogue was lost and made again.

    By processes started from nothing: each has its own order of sets.
    """
    before = published(archived)
    for path in archived.glob("catalog.db*"):
        path.unlink()
    done = nianbao("reindex", "--data", archived, "--json", anew=True)
    nianbao("extract", "--all", "--data", archived, anew=True)
    nianbao("publish", "--data", archived, anew=True)
    return Tables(before, published(archived), json.loads(done.stdout)["problems"])


@pytest.fixture(scope="module")
def twice(archived, rebuilt, visit) -> Path:
    """The same archive crawled again with the new catalogue."""
    visit()
    return archived


@pytest.fixture(scope="module")
def index(twice, nianbao) -> Path:
    dest = twice.parent / "index.cdxj"
    nianbao("export", "cdxj", dest, "--data", twice)
    return dest


def test_the_warc_files_alone_give_the_same_published_tables(rebuilt):
    assert rebuilt.problems == []
    assert len(rebuilt.before["reports"]) == 44
    assert rebuilt.after.keys() == rebuilt.before.keys()
    for table, rows in rebuilt.before.items():
        assert rebuilt.after[table] == rows, table


def test_after_a_reindex_the_next_crawl_finds_nothing_new(twice, rebuilt):
    """The frontier came back with the ledgers."""
    found = published(twice)
    for table in ("reports", "report_versions", "report_documents", "cells"):
        assert found[table] == rebuilt.before[table], table


def test_everything_passes_fixity(twice, nianbao):
    figures = json.loads(nianbao("fixity", "--data", twice, "--json").stdout)
    assert figures["damages"] == []
    assert (figures["missing_files"], figures["extra_files"]) == ([], [])
    assert figures["unlisted_captures"] == 0
    assert figures["records"] > 190


def test_three_readers_accept_the_ledgers(twice):
    paths = sorted((twice / "warc").glob("*-ledger*.warc.gz"))
    assert paths
    for path in paths:
        for command in (
            [BIN / "warcio", "check", path],
            [BIN / "fastwarc", "check", "--quiet", path],
            ["gzip", "-t", path],
        ):
            assert subprocess.run(command, check=False).returncode == 0, command
        with path.open("rb") as stream:
            kinds = {r.headers["WARC-Type"] for r in ArchiveIterator(stream)}
        assert kinds == {"warcinfo", "metadata"}


def sent(data: Path, lines: list[replay.Line]) -> Iterator[tuple[replay.Line, tuple]]:
    """(line, (status, payload)) of every capture, as the catalogue has them."""
    reader = WarcReader(data / "warc")
    with Catalog(data / "catalog.db") as catalog:
        for line in lines:
            file, offset = line.fields["filename"], int(line.fields["offset"])
            (row,) = [c for c in catalog.captures_in(file) if c.warc_offset == offset]
            assert row.sha256 is not None
            holder = catalog.holder(row.sha256) if row.outcome == "revisit" else row
            assert holder is not None
            payload = reader.read(
                holder.warc_file, holder.warc_offset, holder.warc_length, holder.sha256
            )
            body = b"" if row.http_status == 304 else payload
            yield line, (row.http_status, body)


def test_every_capture_replays_by_the_index_with_its_status_and_body(twice, index):
    lines = replay.read_index(index)
    revisits = [line for line in lines if line.fields["mime"] == "warc/revisit"]
    assert len(revisits) > 10
    assert len(lines) - len(revisits) > 60
    for line, wanted in sent(twice, lines):
        assert replay.warcio_replay(twice / "warc", lines, line) == wanted, line


def test_every_capture_replays_in_pywb_with_its_status_and_body(twice, index, tmp_path):
    command = replay.wayback()
    lines = replay.read_index(index)
    with replay.pywb(command, tmp_path, index, twice / "warc") as port:
        for line, wanted in sent(twice, lines):
            assert replay.pywb_replay(port, line) == wanted, line


def test_an_exported_selection_replays_in_pywb(twice, nianbao, tmp_path):
    command = replay.wayback()
    dest = tmp_path / "all.wacz"
    nianbao("export", "wacz", dest, "--year", "2021", "--data", twice)
    with zipfile.ZipFile(dest) as wacz:
        wacz.extractall(tmp_path / "wacz")
    index = tmp_path / "wacz" / "indexes" / "index.cdxj"
    warcs = tmp_path / "wacz" / "archive"
    lines = replay.read_index(index)
    assert len(lines) >= sum(1 for e in expected() if e.year == 2021) > 0
    with replay.pywb(command, tmp_path, index, warcs) as port:
        for line in lines:
            wanted = replay.warcio_replay(warcs, lines, line)
            assert replay.pywb_replay(port, line) == wanted, line
