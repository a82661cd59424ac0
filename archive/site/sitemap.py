"""What search engines are told: ``/sitemap.xml`` and ``/robots.txt``.

Every report, authority and page is listed once, 50,000 to a file, as the protocol
wants (sitemaps.org). Lists that filters and queries make are endless and say nothing
new, so robots are kept out of them, and away from originals and downloads.
"""

from __future__ import annotations

import sqlite3
from typing import Any
from xml.etree import ElementTree as ET

from datasette.utils.asgi import Response

from archive.site.linkeddata import absolute
from archive.site.present import path
from archive.site.query import Row, count, rows
from archive.site.web import DATABASE, HEADERS, not_found, read, read_once, segment

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
MEDIA_TYPE = "application/xml; charset=utf-8"
URLS_PER_FILE = 50_000
PAGES = ("/", "/search", "/coverage", "/checks", "/sources", "/dictionary")
COUNTS = {
    "reports": "SELECT count(*) FROM report_index",
    "agencies": "SELECT count(*) FROM agencies",
}
#: Each gives the identifier and, where it is known, the time of the last change.
LISTS = {
    "reports": "SELECT i.report_id AS id, v.first_captured_at AS at FROM report_index i"
    " JOIN reports r USING (report_id) LEFT JOIN report_versions v"
    " ON v.report_id = r.report_id AND v.version_no = r.version_no"
    " ORDER BY i.report_id LIMIT ? OFFSET ?",
    "agencies": "SELECT agency_id AS id, NULL AS at FROM agencies"
    " ORDER BY agency_id LIMIT ? OFFSET ?",
}
STEPS = {"reports": "report", "agencies": "agency"}


def parts(connection: sqlite3.Connection) -> list[str]:
    """Names of the files that the index lists: ``pages-1``, ``reports-1`` …"""
    found = ["pages-1"]
    for kind, sql in COUNTS.items():
        files = -(-count(connection, sql) // URLS_PER_FILE)
        found += [f"{kind}-{number}" for number in range(1, files + 1)]
    return found


def entries(connection: sqlite3.Connection, kind: str, number: int) -> list[Row]:
    """``path`` and ``at`` of every page in one file."""
    if kind == "pages":
        return [{"path": page, "at": None} for page in PAGES]
    size = URLS_PER_FILE
    found = rows(connection, LISTS[kind], [size, size * (number - 1)])
    return [{"path": path(STEPS[kind], row["id"]), "at": row["at"]} for row in found]


def render(root_tag: str, tag: str, found: list[tuple[str, str | None]]) -> bytes:
    """A ``urlset`` or a ``sitemapindex`` of addresses with their last change."""
    root = ET.Element(root_tag, xmlns=NAMESPACE)
    for address, at in found:
        node = ET.SubElement(root, tag)
        ET.SubElement(node, "loc").text = address
        if at:
            ET.SubElement(node, "lastmod").text = at
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


async def index(datasette: Any, request: Any) -> Any:
    """``/sitemap.xml``: the index of the files."""
    names = await read_once(datasette, parts)
    found: list[tuple[str, str | None]] = [
        (absolute(datasette, request, f"/sitemap-{name}.xml"), None) for name in names
    ]
    return _xml(render("sitemapindex", "sitemap", found))


async def view(datasette: Any, request: Any) -> Any:
    """``/sitemap-reports-1.xml`` and its like."""
    kind, number = segment(request, "kind"), int(segment(request, "number"))
    name = f"{kind}-{number}"
    if name not in await read_once(datasette, parts):
        return await not_found(datasette, request, "page", name)
    listed = await read(datasette, lambda c: entries(c, kind, number))
    base = absolute(datasette, request, "/").rstrip("/")
    found = [(base + row["path"], row["at"]) for row in listed]
    return _xml(render("urlset", "url", found))


def _xml(body: bytes) -> Any:
    headers = HEADERS | {"cache-control": "public, max-age=3600"}
    return Response(body, 200, headers, MEDIA_TYPE)


async def robots(datasette: Any, request: Any) -> Any:
    """``/robots.txt``: the pages may be read, filters and queries not walked through.

    Where a rule allows and a rule forbids, the longer one counts (RFC 9309).
    """
    prefix = str(datasette.urls.path("/"))
    kept_out = (
        f"{DATABASE}/", f"{DATABASE}.", f"{DATABASE}?", f"{DATABASE}$", "originals",
        "capture/", "compare", "-/", "*.csv", "*.json", "*.wacz", "*?",
    )  # fmt: skip
    rules = [
        "User-agent: *",
        *(f"Disallow: {prefix}{place}" for place in kept_out),
        f"Allow: {prefix}*?_lang=en$",
        "",
        f"Sitemap: {absolute(datasette, request, '/sitemap.xml')}",
        "",
    ]
    return Response.text("\n".join(rules))
