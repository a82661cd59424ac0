"""A walk through a site without a network: what discovery alone finds."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from archive.frontier import Found, FrontierRow
from archive.http import HttpResponse, parse_response
from archive.records import Extraction, PageContext
from crawler import visit
from crawler.urls import host_of
from pipelines.reading import read
from tests.families.family import Answer, Site

RANK = {"home": 0, "column": 1, "list": 2, "report": 3, "attachment": 4}
PATIENCE = 400


@dataclass(frozen=True)
class Visited:
    """A page that was asked for, and what it leads to."""

    row: FrontierRow
    answer: Answer
    seen: visit.Discovery
    response: HttpResponse

    @property
    def context(self) -> PageContext:
        """What the pipelines are told about it."""
        row = self.row
        return PageContext(
            url=row.url,
            captured_at="2026-04-01T00:00:00Z",
            source_name="临澜县人民政府",
            source_adcode="990221",
            source_level="county",
            charset=self.response.charset,
            filename=visit.filename(row.url, self.response),
            link_text=row.link_text,
            list_url=row.via,
            list_date=row.list_date,
        )


@dataclass
class Walk:
    """Everything a walk asked for, in order."""

    visits: list[Visited] = field(default_factory=list)

    def requests(self) -> int:
        """How many requests it took."""
        return len(self.visits)

    def of_kind(self, *kinds: str) -> list[Visited]:
        """The visits whose answer is of one of the kinds."""
        return [v for v in self.visits if v.answer.kind in kinds]

    def documents(self) -> Iterator[tuple[Visited, Extraction]]:
        """What the pipelines make of the documents."""
        for one in self.visits:
            if one.seen.is_document:
                yield one, read(one.response.payload, one.context)


def row_of(found: Found) -> FrontierRow:
    """A link as the frontier hands it out."""
    return FrontierRow(
        "testing", found.url, found.role, 0, found.depth, found.via,
        found.link_text, found.list_date, 0,
    )  # fmt: skip


def ask(site: Site, row: FrontierRow) -> tuple[Answer, HttpResponse]:
    """Ask the site for a URL of the frontier, by POST where it says so."""
    url, post, _ = visit.request_of(row.url)
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    headers = {"referer": row.via} if row.via else {}
    answer = site.answer(target, post, headers)
    lines = [f"HTTP/1.1 {answer.status} X", f"Content-Type: {answer.content_type}"]
    lines += [f"{name}: {value}" for name, value in answer.headers]
    lines += [f"Content-Length: {len(answer.body)}", "", ""]
    return answer, parse_response("\r\n".join(lines).encode() + answer.body)


def visited(site: Site, row: FrontierRow, family: str = "generic") -> Visited:
    """One visit."""
    answer, response = ask(site, row)
    if answer.status not in (200, 301, 302, 303, 307, 308):
        nothing = visit.Discovery(problem=f"not_found: HTTP {answer.status}")
        return Visited(row, answer, nothing, response)
    hosts = frozenset({host_of(site.base)})
    seen = visit.discover(row, response, hosts=hosts, family=family, home=site.base)
    return Visited(row, answer, seen, response)


def walk(site: Site) -> Walk:
    """From the home page along all links, each URL once."""
    done = Walk()
    family, count = "generic", 0
    known = {site.base}
    queue = [(0, 0, Found(site.base, "home"))]
    while queue:
        _, _, found = heapq.heappop(queue)
        one = visited(site, row_of(found), family)
        done.visits.append(one)
        assert len(done.visits) < PATIENCE, "the walk does not end"
        family = one.seen.family if one.seen.family != "generic" else family
        for link in one.seen.found:
            if link.url not in known and not known.intersection(link.forms):
                count += 1
                known.add(link.url)
                heapq.heappush(queue, (RANK[link.role], count, link))
    return done
