"""A small archive of every kind of record, written as a crawl writes it."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from archive.catalog import Catalog
from archive.datadir import DataDir
from archive.records import Capture, Exchange, Source
from archive.warc import WarcStore

NOW = datetime(2026, 1, 31, 8, tzinfo=UTC)
DATE = "2026-01-31T08:00:00.000000Z"
PAGE = "<html><body>{}</body></html>".format("第 {} 行\n" * 200).encode()
REQUEST = b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"


@dataclass
class Small:
    """The data directory and the captures in it, by what they are."""

    data: DataDir
    run_id: str
    captures: dict[str, Capture]

    @property
    def file(self) -> Path:
        """The only WARC file of the crawl."""
        return self.data.warc / self.captures["page"].warc_file

    def content(self) -> bytes:
        return self.file.read_bytes()


def exchange(url: str, head: str, body: bytes, **extra) -> Exchange:
    response = f"HTTP/1.1 {head}\r\n\r\n".encode() + body
    return Exchange(url, DATE, REQUEST, response, ip="127.0.0.1", **extra)


def build(root: Path) -> Small:
    """A run of eight captures: pages, coded, revisited, cut, blocked, a local file."""
    data = DataDir(root).prepare()
    captures: dict[str, Capture] = {}
    html = "Content-Type: text/html; charset=utf-8"
    with Catalog(data.catalog, clock=lambda: NOW) as catalog:
        run_id = catalog.start_run("crawl")
        catalog.put_source(
            Source("laizhou", "莱州市人民政府", "370683", "county", "http://a.example/")
        )
        with WarcStore(
            data.warc, run_id=run_id, seen=catalog.holder, clock=lambda: NOW
        ) as store:

            def add(key: str, sent: Exchange, **decided) -> None:
                captures[key] = store.append(sent, source_id="laizhou", **decided)
                store.sync()
                catalog.add_capture(captures[key], etag='"e1"', last_modified=None)

            etag = '\r\nETag: "e1"'
            base = "https://a.example/"
            add(
                "page",
                exchange(
                    f"{base}page", f"200 OK\r\n{html}{etag}", PAGE, tls_verified=False
                ),
            )
            zipped = gzip.compress(PAGE[:2000], mtime=0)
            coded = b"%x\r\n%s\r\n0\r\n\r\n" % (len(zipped), zipped)
            coding = "Content-Encoding: gzip\r\nTransfer-Encoding: chunked"
            add(
                "coded",
                exchange(f"{base}coded", f"200 OK\r\n{html}\r\n{coding}{etag}", coded),
            )
            add("again", exchange(f"{base}again", f"200 OK\r\n{html}{etag}", PAGE))
            add(
                "moved",
                exchange(f"{base}old", f"301 Moved\r\nLocation: page{etag}", b""),
            )
            add(
                "gone", exchange(f"{base}gone", f"404 Not Found\r\n{html}{etag}", b"no")
            )
            add(
                "cut",
                exchange(
                    f"{base}cut",
                    f"200 OK\r\n{html}\r\nContent-Length: 900{etag}",
                    PAGE[:400],
                    truncated="disconnect",
                ),
            )
            add(
                "wall",
                exchange(f"{base}wall", f"200 OK\r\n{html}{etag}", PAGE[:50]),
                outcome="blocked",
                reason="页面写着\n访问过于频繁",
            )
            captures["file"] = store.append_resource(
                "file:///报告.txt", "报告".encode(), "text/plain"
            )
            store.sync()
            catalog.add_capture(captures["file"])
        catalog.finish_run(run_id, "complete", {})
    return Small(data, run_id, captures)
