"""What a page says of itself to machines: schema.org, canonical address, Open Graph.

The archive is a ``Dataset`` with its downloads, each report a ``Report`` of an
organisation with the digest of its original. JSON-LD stands in a data block: a script
element of a type that browsers do not run, whose content cannot end the element.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from archive import __version__
from archive.metadata import RIGHTS
from archive.site.language import DEFAULT, LANGUAGES, PARAMETER, TAGS, current
from archive.site.present import path, web_link
from archive.site.strings import say

SCHEMA = "https://schema.org"
#: As in HTML no text of JSON needs these characters, and none can end the data block.
ESCAPES = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029'"}
HOST = re.compile(r"[A-Za-z0-9._:\[\]-]+")
#: Templates of pages that are one thing, whatever is asked of them.
FIXED = ("home", "report", "agency", "capture", "sources", "dictionary")


def data_block(node: Mapping[str, Any]) -> Markup:
    """JSON for a data block of HTML; nothing in it can be taken for markup.

    >>> data_block({"name": "</script><script>alert(1)</script>"})
    Markup('{"name": "\\\\u003c/script\\\\u003e\\\\u003cscript\\\\u003ealert(1)\\\\u003c/script\\\\u003e"}')
    """  # noqa: E501
    text = json.dumps(_filled(node), ensure_ascii=False)
    return Markup(text.translate(ESCAPES))


def _filled(node: Mapping[str, Any]) -> dict[str, Any]:
    """Without properties that have no value: an absent date is not an empty one."""
    return {key: value for key, value in node.items() if value not in (None, "", [])}


def absolute(datasette: Any, request: Any, local: str) -> str:
    """The whole address of a path of this site, its prefix included.

    Host names come with the request; one that is none is not repeated.
    """
    whole = str(datasette.absolute_url(request, str(datasette.urls.path(local))))
    if HOST.fullmatch(request.host):
        return whole
    return f"http://localhost{datasette.urls.path(local)}"


def dataset(
    datasette: Any, request: Any, reports: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The archive as a schema.org ``Dataset``."""

    def at(local: str) -> str:
        return absolute(datasette, request, local)

    years = ""
    if reports and reports.get("first_year"):
        years = f"{reports['first_year']}/{reports['last_year']}"
    downloads = [
        ("application/vnd.sqlite3", "/nianbao.db"),
        ("text/csv", "/nianbao/report_index.csv?_stream=on"),
        ("text/csv", "/nianbao/cells.csv?_stream=on"),
    ]
    return {
        "@context": SCHEMA,
        "@type": "Dataset",
        "@id": at("/"),
        "url": at("/"),
        "name": [
            {"@language": TAGS[code], "@value": say("site.title", code)}
            for code in LANGUAGES
        ],
        "description": [
            {"@language": TAGS[code], "@value": say("site.purpose", code)}
            for code in LANGUAGES
        ],
        "inLanguage": TAGS["zh"],
        "isAccessibleForFree": True,
        "license": RIGHTS["license_url"],
        "creator": {"@type": "Organization", "name": say("site.name"), "url": at("/")},
        "spatialCoverage": {"@type": "Country", "name": "China"},
        "temporalCoverage": years,
        "version": __version__,
        "measurementTechnique": at("/dictionary"),
        "distribution": [
            {"@type": "DataDownload", "encodingFormat": kind, "contentUrl": at(local)}
            for kind, local in downloads
        ],
    }


def report(datasette: Any, request: Any, row: Mapping[str, Any]) -> dict[str, Any]:
    """One report as a schema.org ``Report``, published by its authority."""

    def at(local: str) -> str:
        return absolute(datasette, request, local)

    agency = {
        "@type": "GovernmentOrganization",
        "@id": at(path("agency", row["agency_id"])),
        "name": row.get("agency"),
    }
    address = at(path("report", row["report_id"]))
    return {
        "@context": SCHEMA,
        "@type": "Report",
        "@id": address,
        "url": address,
        "name": row["title"],
        "identifier": [
            row["report_id"],
            {
                "@type": "PropertyValue",
                "propertyID": "SHA-256",
                "value": row["sha256"],
            },
        ],
        "inLanguage": TAGS["zh"],
        "about": "政府信息公开",
        "temporalCoverage": str(row["report_year"]),
        "datePublished": row["published_on"],
        "author": agency,
        "publisher": agency,
        # An address of another kind is no link, here as on the page.
        "isBasedOn": web_link(row["source_url"]),
        "version": str(row["version_no"]),
        "isPartOf": {"@type": "Dataset", "@id": at("/"), "name": say("site.title")},
    }


def in_language(address: str) -> str:
    """An address in the language of the page: Chinese needs no parameter."""
    language = current.get()
    return address if language == DEFAULT else f"{address}?{PARAMETER}={language}"


def head(
    datasette: Any,
    request: Any,
    template: str,
    context: Mapping[str, Any],
    status: int = 200,
) -> dict[str, Any]:
    """``linked_data``, ``canonical`` and ``og_type`` for ``base.html``.

    A page that exists has one canonical address, however it was asked for; lists that
    were narrowed, and errors, have none.
    """
    made: dict[str, Any] = {"og_type": "website"}
    if status != 200:
        return made
    if template in FIXED or not _asks(request):
        local = quote(_local(datasette, request), safe="/-_.~:%")
        address = absolute(datasette, request, local)
        made["canonical"] = in_language(address)
        made["alternates"] = {
            TAGS[code]: address + ("" if code == DEFAULT else f"?{PARAMETER}={code}")
            for code in LANGUAGES
        }
    if template == "home":
        node = dataset(datasette, request, context.get("reports"))
        made["linked_data"] = data_block(node)
    elif template == "report":
        made["og_type"] = "article"
        made["linked_data"] = data_block(report(datasette, request, context["report"]))
    return made


def _asks(request: Any) -> bool:
    """Whether the address has parameters other than the language."""
    return any(key != PARAMETER for key in request.args)


def _local(datasette: Any, request: Any) -> str:
    """The path asked for without the prefix of the site."""
    prefix = str(datasette.setting("base_url")).rstrip("/")
    return str(request.path).removeprefix(prefix) or "/"
