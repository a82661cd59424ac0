"""What workers wrote becomes part of the archive once, and nothing of it gets lost."""

import errno
import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from archive import fold as folding
from archive.catalog import Catalog
from archive.datadir import DataDir
from archive.errors import StorageError, UsageError
from archive.frontier import Found, Frontier
from archive.records import Source
from archive.warc import WarcStore
from crawler.sample.portals import build, expected
from crawler.sample.server import SamplePortals
from pipelines.intake import ingest
from pipelines.reference import open_archive
from pipelines.rereading import reread, select
from tests.crawler.dask_bed import Portals

PORTAL = Source("a", "莱州市人民政府", "370683", "county", "http://a.gov.cn/")
CELLS = (
    "SELECT c.report_id, c.table_code, c.row_code, c.col_code, c.raw FROM cells c"
    " JOIN reports USING (report_id, version_no) ORDER BY 1, 2, 3, 4"
)


def pages(count: int, first: int = 0) -> list[bytes]:
    sites = build()
    return [sites[r.portal].pages[r.path].body for r in expected()][first:][:count]


def worker(folder: Path, bodies: list[bytes], tag: str = "s1of2.") -> DataDir:
    """A worker's folder with documents and a portal, its run finished."""
    data = DataDir(folder).prepare()
    files = []
    for number, body in enumerate(bodies):
        path = folder / f"{number}.html"
        path.write_bytes(body)
        files.append((path, path.name))
    with data.lock(), open_archive(data) as catalog:
        run_id = catalog.start_run("crawl", tag)
        with WarcStore(data.warc, run_id=run_id, seen=catalog.holder) as store:
            ingest(catalog, store, files)
            catalog.put_source(PORTAL, state="ok", last_ok_at=catalog.now())
            Frontier(catalog).add("a", [Found("http://a.gov.cn/", "home")])
        catalog.finish_run(run_id, "complete", {})
    return data


@pytest.fixture
def main(tmp_path):
    return DataDir(tmp_path / "main").prepare()


def take_in(data: DataDir, *folders: Path) -> folding.Folded:
    """Fold and read, as the command does."""
    with data.lock(), open_archive(data) as catalog:
        run_id = catalog.start_run("fold")
        done = folding.fold(data, catalog, folders)
        if digests := folding.unread(catalog):
            rows = select(catalog, digests=digests)
            reread(catalog, WarcStore(data.warc), rows)
        catalog.finish_run(run_id, "complete", {})
    return done


def rows(data: DataDir, sql: str) -> list[tuple]:
    with sqlite3.connect(data.catalog) as db:
        return db.execute(sql).fetchall()


def held(data: DataDir) -> dict[str, list[tuple]]:
    """Everything but the runs of folds, and the times of reading."""
    return {
        "captures": rows(data, "SELECT * FROM captures ORDER BY capture_id"),
        "frontier": rows(data, "SELECT * FROM frontier ORDER BY source_id, url"),
        "sources": rows(data, "SELECT * FROM sources ORDER BY source_id"),
        "runs": rows(data, "SELECT * FROM runs WHERE command <> 'fold' ORDER BY 1"),
        "triage": rows(data, "SELECT sha256, url, kind, report_id FROM triage"),
        "cells": rows(data, CELLS),
        "files": [
            (path.name, path.stat().st_size)
            for path in sorted(data.warc.glob("*s?of2*"))
        ],
    }


def test_a_second_fold_adds_nothing(tmp_path, main):
    one = worker(tmp_path / "one", pages(2))
    two = worker(tmp_path / "two", pages(3, 1), "s2of2.")
    first = take_in(main, one.root, two.root)
    assert (first.folders, first.files, first.captures) == (2, 4, 5)
    after = held(main)
    again = take_in(main, one.root, two.root)
    assert (again.folders, again.files, again.captures, again.candidates) == (
        2,
        0,
        0,
        0,
    )
    assert held(main) == after
    assert rows(main, "SELECT count(*) FROM reports") == [(4,)]


def test_files_carry_the_shard_and_take_no_second_space(tmp_path, main):
    one = worker(tmp_path / "one", pages(1))
    take_in(main, one.root)
    found = sorted(main.warc.glob("*-s1of2.*.warc.gz"))
    assert [path.name for path in found] == [
        path.name for path in sorted(one.warc.glob("*.warc.gz"))
    ]
    assert len(found) == 2
    assert all(path.samefile(one.warc / path.name) for path in found)


@pytest.mark.parametrize("point", ["_sync", "_enter", "_note"])
def test_a_fold_that_is_killed_is_made_good_by_the_next(
    tmp_path, main, monkeypatch, point
):
    """Killed when all files are linked, before the rows, and before the note."""
    one = worker(tmp_path / "one", pages(2))
    with monkeypatch.context() as patch:
        patch.setattr(folding, point, _killed)
        with pytest.raises(KeyboardInterrupt):
            take_in(main, one.root)
    linked = {path.name for path in main.warc.glob("*s1of2*")}
    assert len(linked) == 2
    take_in(main, one.root)
    whole = DataDir(tmp_path / "whole").prepare()
    take_in(whole, one.root)
    assert held(main) == held(whole)


def _killed(*arguments: object) -> None:
    raise KeyboardInterrupt


def test_a_killed_workers_rows_come_with_its_files(tmp_path, main):
    """Its ledger was never written: the fold has it written before it takes it in."""
    one = worker(tmp_path / "one", pages(2))
    with one.lock(), open_archive(one) as catalog:
        run_id = catalog.start_run("crawl", "s1of2.")
        Frontier(catalog).add("a", [Found("http://a.gov.cn/late", "list")])
        store = WarcStore(one.warc, run_id=run_id)
        catalog.add_capture(store.append_resource("file:///x", b"left", "text/plain"))
        store.sync()  # and never closed
    take_in(main, one.root)
    urls = rows(main, "SELECT url FROM frontier ORDER BY url")
    assert urls == [("http://a.gov.cn/",), ("http://a.gov.cn/late",)]
    assert rows(main, "SELECT count(*) FROM captures") == [(3,)]
    assert ("killed",) in rows(main, "SELECT outcome FROM runs")
    names = [path.name for path in one.warc.glob("*")]
    assert not [name for name in names if name.endswith(".open")]
    assert all("-s1of2." in name for name in names)


def test_a_record_that_a_kill_left_without_a_row_is_no_capture(tmp_path, main):
    """It was written and not committed; the page was asked for and stored again."""
    one = worker(tmp_path / "one", pages(1))
    with one.lock(), open_archive(one) as catalog:
        run_id = catalog.start_run("crawl", "s1of2.")
        store = WarcStore(one.warc, run_id=run_id)
        store.append_resource("file:///x", b"written, then killed", "text/plain")
        catalog.add_capture(store.append_resource("file:///x", b"again", "text/plain"))
        store.sync()
    folded = take_in(main, one.root)
    assert folded.unnamed == 1
    assert str(folded).endswith("; 1 records of killed workers stay as evidence")
    assert rows(main, "SELECT count(*) FROM captures WHERE url = 'file:///x'") == [(1,)]
    again = DataDir(tmp_path / "main")
    assert take_in(again, one.root).unnamed == 0


def test_no_file_of_the_archive_is_replaced(tmp_path, main):
    one = worker(tmp_path / "one", pages(1))
    name = min(path.name for path in one.warc.glob("*.warc.gz"))
    (main.warc / name).write_bytes(b"another")
    with pytest.raises(StorageError, match=f"{name} is another file"):
        take_in(main, one.root)
    assert (main.warc / name).read_bytes() == b"another"
    assert rows(main, "SELECT count(*) FROM captures") == [(0,)]


def test_a_folder_of_another_file_system_is_copied(tmp_path, main, monkeypatch):
    one = worker(tmp_path / "one", pages(1))
    real = os.link

    def link(source, target):
        if Path(source).parent != Path(target).parent:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        real(source, target)

    monkeypatch.setattr(os, "link", link)
    assert take_in(main, one.root).files == 2
    for path in one.warc.glob("*.warc.gz"):
        assert (main.warc / path.name).read_bytes() == path.read_bytes()
    assert not list(main.warc.glob("*.folding"))
    assert take_in(main, one.root).files == 0


def test_a_folder_that_is_being_written_waits_for_the_next_fold(tmp_path, main):
    one, two = worker(tmp_path / "one", pages(1)), worker(tmp_path / "two", pages(1, 1))
    with one.lock():
        done = take_in(main, one.root, two.root)
    assert done.folders == 1
    assert done.busy == [f"{one.root}: a worker is writing there; fold it later"]
    assert take_in(main, one.root, two.root).files == 2


def test_what_the_archive_saw_later_stays(tmp_path, main):
    one = worker(tmp_path / "one", pages(1))
    with main.lock(), open_archive(main) as catalog:
        catalog.put_source(PORTAL, state="moved", last_ok_at="2099-01-01T00:00:00Z")
        frontier = Frontier(catalog)
        frontier.add("a", [Found("http://a.gov.cn/", "home")])
        frontier.done(frontier.next("a"), None)
    take_in(main, one.root)
    assert rows(main, "SELECT state FROM sources") == [("moved",)]
    assert rows(main, "SELECT state FROM frontier") == [("done",)]


def test_a_folder_that_is_no_workers_is_refused(tmp_path, main):
    with pytest.raises(UsageError, match="is no worker's folder: expected"):
        take_in(main, tmp_path)
    with pytest.raises(UsageError, match="is the archive itself"):
        take_in(main, main.root)


def test_a_new_worker_starts_with_the_frontier_of_the_archive(tmp_path, main):
    take_in(main, worker(tmp_path / "one", pages(1)).root)
    with main.lock(), open_archive(main) as catalog:
        frontier = Frontier(catalog)
        frontier.done(frontier.next("a"), None)
        catalog.put_source(replace(PORTAL, source_id="b"))
        frontier.add("b", [Found("http://b.gov.cn/", "home")])
    new = DataDir(tmp_path / "new").prepare()
    with Catalog(new.catalog) as catalog:
        folding.lend(main, catalog, ["a"])
        folding.lend(main, catalog, ["a"])
        Frontier(catalog).add("a", [Found("http://a.gov.cn/2", "list")])
    assert rows(new, "SELECT url, state FROM frontier ORDER BY url") == [
        ("http://a.gov.cn/", "done"),
        ("http://a.gov.cn/2", "pending"),
    ]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory, nianbao):
    """The sample portals: by two shards and a fold, and by one crawl."""
    root = tmp_path_factory.mktemp("crawled")
    with Portals.open(1, 0.0) as portals:
        registry = portals.registry(root / "sources.yml")
        entries = yaml.safe_load(registry.read_text("utf-8"))
        for entry, group in zip(entries, "agh", strict=True):
            entry["group"] = group  # ports are not the same twice, nor are their hashes
        registry.write_text(yaml.safe_dump(entries, allow_unicode=True), "utf-8")
        crawl = ["crawl", "--sources", registry, "--allow-net", "127.0.0.0/8"]
        shards = [
            nianbao(*crawl, "--data", root / "many", "--shard", part).stdout
            for part in ("1/2", "2/2")
        ]
        told = nianbao("fold", "--data", root / "many").stdout
        nianbao(*crawl, "--data", root / "one")
        asked = {name: len(log) for name, log in portals.logs.items()}
        again = nianbao(*crawl, "--data", root / "many").stdout
        more = {name: len(log) - asked[name] for name, log in portals.logs.items()}
    return root, shards, told, again, more


def test_shards_and_a_fold_give_what_one_crawl_gives(crawled):
    root, shards, told, _, _ = crawled
    many, one = DataDir(root / "many"), DataDir(root / "one")
    assert rows(many, CELLS) == rows(one, CELLS)
    pages = "SELECT source_id, url, role, state FROM frontier ORDER BY 1, 2"
    assert rows(many, pages) == rows(one, pages)
    assert rows(many, "SELECT count(*) FROM reports") == [(44,)]
    assert "44 new reports (44 in all)" in told
    assert all("`nianbao fold` takes it in" in text for text in shards)


def test_the_crawl_after_a_fold_goes_on_where_the_shards_stood(crawled):
    *_, again, more = crawled
    assert "0 new documents, 0 new reports (44 in all)" in again
    # lists and what is due; none of the 61 documents once more
    assert sum(more.values()) < 45


def test_sample_portals_are_those_of_the_demo():
    with SamplePortals() as portals, Portals.open(1, 0.0) as logged:
        assert [s.name for s in portals.sources] == [s.name for s in logged.sources]


def test_a_folder_that_is_none_of_a_worker_is_refused_by_name(tmp_path, nianbao):
    nowhere = tmp_path / "nowhere"
    done = nianbao("fold", "--data", tmp_path / "main", nowhere, code=2)
    assert str(nowhere) in done.stderr
    assert not (tmp_path / "main").exists()
