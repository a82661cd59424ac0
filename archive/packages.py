"""Documents that were published together: a page and its files, members of a ZIP.

What belongs together is told by what pages offer, never by what documents say.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from archive.catalog import Catalog
from archive.records import Check, Rule
from archive.urlkey import urlkey

#: How a document stands to the main document of a report.
OFFERED = "offered"  # the report's page offers this file
OFFERS = "offers"  # this page offers the file that is the report so far
PACKED = "packed"  # both are offered by a third page, or lie in one ZIP or folder


def documents(
    catalog: Catalog, report_id: str, version_no: int
) -> list[dict[str, Any]]:
    """Rows of ``report_documents`` of a version, the main document first."""
    return catalog.rows(
        "SELECT * FROM report_documents WHERE report_id = ? AND version_no = ?"
        " ORDER BY role <> 'main', rowid",
        [report_id, version_no],
    )


def relation(
    catalog: Catalog,
    known: Mapping[str, Any],
    sha256: str,
    url: str,
    via: str | None,
    files: Iterable[str],
) -> str | None:
    """How a document at ``url`` stands to the current version of a report.

    ``known`` is the row of the report, ``via`` the page that links to the document,
    ``files`` what the document offers itself. None: they have nothing to do with
    each other.
    """
    rows = documents(catalog, known["report_id"], known["version_no"])
    others = [row for row in rows if row["role"] != "attachment"]
    if any(_key(row["url"]) == _key(url) for row in rows if row["role"] == "main"):
        return None
    here = _key(url)
    for row in others:
        page = _key(row["url"])
        if via and page == _key(via):
            return OFFERED
        if here in map(_key, offered(catalog, row["url"], row["sha256"])):
            return OFFERED
    offers = set(map(_key, files))
    if any(_key(row["url"]) in offers for row in others):
        return OFFERS
    third = set(map(_key, offered(catalog, via))) if via else set()
    for row in others:
        together = here in third and _key(row["url"]) in third
        if together or _lie_together(url, str(row["url"])):
            return PACKED
    return None


def offered(catalog: Catalog, url: str, sha256: str | None = None) -> list[str]:
    """The files that the page at ``url`` offers, at present or in one content."""
    row = catalog.one(
        "SELECT files FROM triage WHERE url = ? AND (?2 IS NULL OR sha256 = ?2)"
        " ORDER BY found_at DESC, rowid DESC LIMIT 1",
        [url, sha256],
    )
    return list(json.loads(row["files"])) if row and row["files"] else []


def is_among(url: str, files: Iterable[str]) -> bool:
    """Whether a page that offers ``files`` offers this one."""
    return _key(url) in map(_key, files)


def _key(url: str) -> str:
    """An address as two pages may both write it; members of a ZIP have their own."""
    try:
        return url if "#" in url else urlkey(url)
    except ValueError:  # a bracket where no address of a host stands
        return url


def _lie_together(one: str, other: str) -> bool:
    """Whether two addresses are members of one ZIP, or one file in two forms."""
    if "#" in one and "#" in other:
        return one.rpartition("#")[0] == other.rpartition("#")[0]
    if not (one.startswith("file:///") and other.startswith("file:///")):
        return False
    stem, _, suffix = one.rpartition(".")
    other_stem, _, other_suffix = other.rpartition(".")
    return stem == other_stem and suffix != other_suffix


def first_run(catalog: Catalog, sha256: str) -> str | None:
    """The run that first brought a document."""
    held = catalog.holder(sha256)
    return held.run_id if held else None


def put_findings(
    catalog: Catalog, report_id: str, version_no: int, rule: Rule, found: list[Check]
) -> None:
    """Replace the findings of one rule on a version."""
    key = {"report_id": report_id, "version_no": version_no}
    with catalog.atomic():
        catalog.upsert("rules", asdict(rule))
        catalog.db.execute(
            "DELETE FROM checks WHERE report_id = ? AND version_no = ? AND rule_id = ?",
            [report_id, version_no, rule.rule_id],
        )
        catalog.db.table("checks").insert_all(key | asdict(check) for check in found)
