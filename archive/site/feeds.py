"""Atom feeds (RFC 4287): reports that are new, were corrected, or whose page vanished.

``/feeds/new.atom``, ``/feeds/corrected.atom``, ``/feeds/vanished.atom``. An entry's id
is made of what happened to which report, so it stays the same wherever the archive is
served, in whichever language, and however often it is rebuilt.
"""

from __future__ import annotations

import re
import sqlite3
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from datasette.utils.asgi import Response

from archive import __version__
from archive.metadata import RIGHTS
from archive.site.language import TAGS, current
from archive.site.linkeddata import absolute, in_language
from archive.site.present import path
from archive.site.query import Row, one, rows
from archive.site.strings import name, say
from archive.site.web import HEADERS, read, segment

ATOM = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml; charset=utf-8"
ENTRIES = 50
#: Of entries: what happened, to which report.
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://github.com/nianbao/nianbao")
#: What XML 1.0 cannot hold, not even escaped.
NOT_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: For a feed that has no entry and an archive without captures.
LONG_AGO = "1970-01-01T00:00:00Z"

REPORTS = (
    " JOIN reports r ON r.report_id = {0}.report_id AND r.status <> 'quarantined'"
    " JOIN agencies a USING (agency_id)"
)
QUERIES = {
    "new": "SELECT v.report_id, v.first_captured_at AS at, r.title, r.report_year,"
    " r.published_on, r.status, a.name AS agency, 'new:' || v.report_id AS key"
    f" FROM report_versions v{REPORTS.format('v')} WHERE v.change = 'first'"
    " ORDER BY v.first_captured_at DESC, v.report_id LIMIT ?",
    "corrected": "SELECT v.report_id, v.version_no, v.first_captured_at AS at,"
    " coalesce(v.title, r.title) AS title, r.report_year, v.change, a.name AS agency,"
    " (SELECT count(*) FROM changes c WHERE c.report_id = v.report_id"
    "  AND c.to_version = v.version_no AND c.kind = 'cell') AS cells,"
    " 'corrected:' || v.report_id || ':' || v.version_no AS key"
    f" FROM report_versions v{REPORTS.format('v')} WHERE v.change <> 'first'"
    " ORDER BY v.first_captured_at DESC, v.report_id LIMIT ?",
    "vanished": "SELECT h.report_id, h.at, h.url, h.detail, r.title, r.report_year,"
    " a.name AS agency,"
    " 'vanished:' || h.report_id || ':' || h.at || ':' || h.url AS key"
    f" FROM report_history h{REPORTS.format('h')} WHERE h.event = 'vanished'"
    " ORDER BY h.at DESC, h.report_id LIMIT ?",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: what happened, when, to which report."""

    key: str  # the same for ever
    title: str
    summary: str
    author: str
    link: str
    updated: str
    category: str

    @property
    def id(self) -> str:
        """The identity of the entry, a URN."""
        return f"urn:uuid:{uuid.uuid5(NAMESPACE, self.key)}"


def load(connection: sqlite3.Connection, feed: str) -> tuple[list[Row], str]:
    """The latest rows of a feed, and the time of the newest capture."""
    latest = one(connection, "SELECT max(captured_at) AS at FROM captures")
    found = rows(connection, QUERIES[feed], [ENTRIES])
    return found, (latest and latest["at"]) or LONG_AGO


def entry(feed: str, row: Row, address: Callable[[str], str]) -> Entry:
    """The entry of a row, in the language of the request."""
    words = {column: value for column, value in row.items() if column != "key"}
    if feed == "new":
        words["published_on"] = row["published_on"] or say("report.unknown")
        words["status"] = name("status", row["status"])
    elif feed == "corrected":
        words["change"] = name("change", row["change"])
    else:
        words["detail"] = row["detail"] or say("report.unknown")
    link = path("report", row["report_id"])
    return Entry(
        row["key"],
        say(f"feeds.{feed}_entry", **words),
        say(f"feeds.{feed}_summary", **words),
        row["agency"],
        address(link),
        row["at"],
        str(row["report_year"]),
    )


def render(
    feed: str, entries: Sequence[Entry], address: Callable[[str], str], latest: str
) -> bytes:
    """The feed as XML; ``address`` makes a path of the site a whole address."""
    ET.register_namespace("", ATOM)
    own = address(f"/feeds/{feed}.atom")
    root = ET.Element(_tag("feed"))
    root.set("xml:lang", TAGS[current.get()])
    _add(root, "id", own.partition("?")[0])
    _add(root, "title", f"{say(f'feeds.{feed}')} · {say('site.name')}")
    _add(root, "subtitle", say("site.title"))
    _add(root, "updated", max((e.updated for e in entries), default=latest))
    _add(root, "link", rel="self", type="application/atom+xml", href=own)
    _add(root, "link", rel="alternate", type="text/html", href=address("/"))
    _add(root, "rights", RIGHTS["license"])
    _add(root, "generator", "nianbao", version=__version__)
    _person(root, say("site.name"))
    for one_entry in entries:
        _add_entry(root, one_entry)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _add_entry(root: ET.Element, entry: Entry) -> None:
    node = ET.SubElement(root, _tag("entry"))
    _add(node, "id", entry.id)
    _add(node, "title", entry.title)
    _add(node, "updated", entry.updated)
    _add(node, "link", rel="alternate", type="text/html", href=entry.link)
    _person(node, entry.author)
    _add(node, "category", term=entry.category)
    _add(node, "summary", entry.summary)


def _person(parent: ET.Element, who: str) -> None:
    _add(ET.SubElement(parent, _tag("author")), "name", who)


def _add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> None:
    node = ET.SubElement(
        parent, _tag(tag), {k: clean(v) for k, v in attributes.items()}
    )
    node.text = clean(text) or None


def _tag(tag: str) -> str:
    return f"{{{ATOM}}}{tag}"


def clean(text: str) -> str:
    """Text without characters that XML cannot hold.

    >>> clean("年\\x00报\\x1f")
    '年报'
    """
    return NOT_XML.sub("", text)


def _entries(
    feed: str, found: Iterable[Row], address: Callable[[str], str]
) -> list[Entry]:
    return [entry(feed, row, address) for row in found]


async def view(datasette: Any, request: Any) -> Any:
    """One feed."""
    feed = segment(request, "feed")
    found, latest = await read(datasette, lambda connection: load(connection, feed))

    def address(local: str) -> str:
        return in_language(absolute(datasette, request, local))

    body = render(feed, _entries(feed, found, address), address, latest)
    headers = HEADERS | {"cache-control": "public, max-age=900"}
    return Response(body, 200, headers, MEDIA_TYPE)
