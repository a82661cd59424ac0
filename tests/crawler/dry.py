"""Crawls without a network: a session is driven by hand, at any time of any year.

The portal is a dictionary the test changes between runs. It answers conditional
requests as a static server does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from archive.catalog import Catalog
from archive.clock import iso
from archive.http import parse_response
from archive.records import Exchange, Source
from archive.warc import WarcStore
from crawler.health import SourceCounts
from crawler.revisit import conditions
from crawler.session import CrawlSession
from pipelines import reference
from tests.pipelines import printed_form

HOME = "http://www.linlan.gov.cn/"
SOURCE = Source("testing", "临澜县人民政府", "990101", "county", HOME)


@dataclass(frozen=True)
class Page:
    """What the portal has at an address."""

    body: str = ""
    status: int = 200
    location: str = ""
    validators: bool = True

    def answer(self, tag: str | None) -> bytes:
        data = self.body.encode()
        etag = f'"{hashlib.sha256(data).hexdigest()[:12]}"'
        valid = self.validators and self.status == 200
        head = [f"HTTP/1.1 {self.status} X", "Content-Type: text/html; charset=utf-8"]
        if valid:
            head.append(f"ETag: {etag}")
        if self.location:
            head.append(f"Location: {self.location}")
        if valid and tag == etag:
            return "\r\n".join(["HTTP/1.1 304 X", f"ETag: {etag}", "", ""]).encode()
        head += [f"Content-Length: {len(data)}", "", ""]
        return "\r\n".join(head).encode() + data


NOTHING = Page("<p>404</p>", 404)


def report(office: str, frame: str = "{}", **figures: str) -> Page:
    """The report of an office for 2020; ``figures`` are totals of the requests."""
    values = printed_form.invented()
    for row, value in figures.items():
        values["requests", row, "total"] = value
    tables = [
        printed_form.table(rows(values))
        for rows in (
            printed_form.proactive,
            printed_form.requests,
            printed_form.review,
        )
    ]
    return Page(printed_form.page(tables, frame, agency=office))


def listing(*items: tuple[str, str], more: str = "") -> Page:
    """A list page of the report column: (address, title)."""
    lines = "".join(
        f'<li><a href="{path}">{title}</a><span>2021-01-20</span></li>'
        for path, title in items
    )
    return Page(f"<html><body><ul>{lines}</ul>{more}</body></html>")


@dataclass
class DryPortal:
    """The archive of one portal, and the portal itself."""

    root: Path
    pages: dict[str, Page] = field(default_factory=dict)
    source: Source = SOURCE
    otherwise: Callable[[str], Page] = lambda path: NOTHING
    #: (path, whether the request was conditional) of the last run, in order.
    asked: list[tuple[str, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.now = datetime.min
        self.catalog = Catalog(self.root / "catalog.db", clock=lambda: self.now)
        reference.refresh(self.catalog)
        self.warc = self.root / "warc"

    def run(self, at: str, *, limit: int = 2000, **options: Any) -> SourceCounts:
        """One crawl at a time (ISO, with its zone); returns what it counted."""
        self.now, self.asked = datetime.fromisoformat(at), []
        run_id = self.catalog.start_run("crawl")
        with WarcStore(
            self.warc, run_id=run_id, seen=self.catalog.holder, clock=lambda: self.now
        ) as store:
            session = CrawlSession(
                self.catalog,
                store,
                [self.source],
                run_id=run_id,
                clock=lambda: self.now,
                **options,
            )
            session.seed()
            for _ in range(limit):
                row = session.frontier.next(self.source.source_id)
                if row is None:
                    break
                headers = conditions(row)
                self.asked.append((self._path(row.url), bool(headers)))
                meta = {"row": row, "source_id": row.source_id}
                self._fetch(session, row.url, headers, meta)
                session.finish(row, meta.get("answers", []), meta.get("error"))
            session.close()
        self.catalog.finish_run(run_id, "complete", {})
        return session.counts[self.source.source_id]

    def _path(self, url: str) -> str:
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        same = f"{parts.scheme}://{parts.netloc}/" == HOME
        return path if same else f"{parts.scheme}://{parts.netloc}{path}"

    def _fetch(
        self,
        session: CrawlSession,
        url: str,
        headers: dict[str, str],
        meta: dict[str, Any],
    ) -> None:
        path = self._path(url)
        page = self.pages.get(path) or self.otherwise(path)
        if page.status == 0:
            meta["error"] = "unreachable: ConnectionRefusedError"
            return
        lines = [f"GET {path} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items())]
        raw = page.answer(headers.get("If-None-Match"))
        exchange = Exchange(
            url, iso(self.now), "\r\n".join([*lines, "", ""]).encode(), raw
        )
        session.record(meta, exchange, parse_response(raw))

    # ---------------------------------------------------------------- looking at it

    def rows(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        """Rows of the catalogue, addresses of the portal without its host."""
        found = self.catalog.db.execute(sql, list(params)).fetchall()
        home = HOME.rstrip("/")
        return [
            tuple(v.removeprefix(home) if isinstance(v, str) else v for v in row)
            for row in found
        ]

    def stone(self, path: str) -> str | None:
        """The state of a page's tombstone."""
        found = self.rows(
            "SELECT state FROM tombstones WHERE url = ?", HOME.rstrip("/") + path
        )
        return found[0][0] if found else None

    def versions(self) -> list[tuple[Any, ...]]:
        """(report, version, change) of everything read."""
        return self.rows(
            "SELECT report_id, version_no, change FROM report_versions ORDER BY 1, 2"
        )

    def put(self, path: str, page: Page | None) -> None:
        """Publish, replace or take away a page."""
        if page is None:
            self.pages.pop(path, None)
        else:
            self.pages[path] = page

    def break_down(self, status: int = 404) -> None:
        """Every page but the home page answers with an error."""
        self.pages = {
            path: page if path == "/" else replace(NOTHING, status=status)
            for path, page in self.pages.items()
        }
