"""What a publisher changed from one version of a report to the next.

Derived from the stored readings of both versions and from nothing else, so a catalogue
that is made again has the same rows. Both must be read by the same readers and forms:
where only one was read again, the rows stay what they were, because a better reading
is no change of the report.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

from archive.catalog import Catalog
from archive.textdiff import bare, pieces

Key = tuple[str, str, str]
#: Statuses of versions whose tables and prose were read.
READ = ("extracted", "partial")
#: Facts of a version that are compared as they stand.
FACTS = ("title", "template", "status")


@dataclass(frozen=True, slots=True)
class Change:
    """One row of ``changes``, but for the versions it lies between."""

    kind: str  # codes.CHANGE_KINDS
    table_code: str | None = None
    row_code: str | None = None
    col_code: str | None = None
    chapter_no: int | None = None
    old_raw: str | None = None
    new_raw: str | None = None
    old_value: float | None = None
    new_value: float | None = None
    text_diff: str | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """The content of a version: what is compared.

    ``cells``: key → (raw, value) of cells that the document has. ``chapters``: number →
    heading and prose, the preamble left out. ``attachments``: address → digest of
    files beside the main one.
    """

    facts: Mapping[str, str | None] = field(default_factory=dict)
    cells: Mapping[Key, tuple[str, float | None]] = field(default_factory=dict)
    chapters: Mapping[int, str] = field(default_factory=dict)
    attachments: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_read(self) -> bool:
        """Whether its tables and prose can be compared with another's."""
        return (self.facts.get("status") or READ[0]) in READ


def between(
    old: Version, new: Version, order: Mapping[Key, int] | None = None
) -> list[Change]:
    """Changes from ``old`` to ``new``: facts, cells in ``order``, chapters, files."""
    found = [
        Change(name, old_raw=before, new_raw=after)
        for name in FACTS
        if (before := old.facts.get(name)) is not None
        and (after := new.facts.get(name)) is not None
        and bare(before) != bare(after)
    ]
    if old.is_read and new.is_read:
        found += _cells(old, new, order or {})
        found += _chapters(old, new)
    found += [
        Change("attachment", old_raw=before, new_raw=new.attachments[url])
        for url, before in sorted(old.attachments.items())
        if new.attachments.get(url, before) != before
    ]
    return found


def classify(changes: Iterable[Change]) -> str | None:
    """What kind of version these changes make; None if none of them makes one.

    >>> classify([Change("cell"), Change("title")]), classify([Change("title")])
    ('figures', None)
    >>> classify([Change("cell"), Change("chapter")])
    'figures_and_text'
    """
    kinds = {change.kind for change in changes}
    if {"cell", "chapter"} <= kinds:
        return "figures_and_text"
    named = {"cell": "figures", "chapter": "text", "attachment": "attachment"}
    return next((name for kind, name in named.items() if kind in kinds), None)


def _cells(old: Version, new: Version, order: Mapping[Key, int]) -> Iterator[Change]:
    keys = sorted(
        old.cells.keys() | new.cells.keys(),
        key=lambda key: (order.get(key, len(order)), key),
    )
    for key in keys:
        before, after = old.cells.get(key), new.cells.get(key)
        if (before and before[0].strip()) != (after and after[0].strip()):
            old_raw, old_value = before or (None, None)
            new_raw, new_value = after or (None, None)
            yield Change(
                "cell",
                *key,
                old_raw=old_raw,
                new_raw=new_raw,
                old_value=old_value,
                new_value=new_value,
            )


def _chapters(old: Version, new: Version) -> Iterator[Change]:
    for number in sorted(old.chapters.keys() | new.chapters.keys()):
        before, after = old.chapters.get(number), new.chapters.get(number)
        diff = pieces(before or "", after or "")
        if diff:
            yield Change(
                "chapter",
                chapter_no=number,
                old_raw=before,
                new_raw=after,
                text_diff=json.dumps(diff, ensure_ascii=False, separators=(",", ":")),
            )


# ------------------------------------------------------------------------ in the rows


def derive(catalog: Catalog, report_id: str) -> None:
    """Make the rows of a report again, where both versions were read alike.

    Joins the caller's transaction. The kind of a version follows its rows.
    """
    versions = catalog.versions(report_id)
    pairs = {(a["version_no"], b["version_no"]): (a, b) for a, b in pairwise(versions)}
    with catalog.atomic():
        for row in catalog.rows(
            "SELECT DISTINCT from_version, to_version FROM changes WHERE report_id = ?",
            [report_id],
        ):
            if (row["from_version"], row["to_version"]) not in pairs:
                _delete(catalog, report_id, row["to_version"])
        for before, after in pairs.values():
            if _read_alike(catalog, before, after):
                _derive_pair(catalog, report_id, before, after)


def _derive_pair(
    catalog: Catalog, report_id: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    number = after["version_no"]
    changes = between(
        _version(catalog, before), _version(catalog, after), _order(catalog, after)
    )
    place = {
        "report_id": report_id,
        "from_version": before["version_no"],
        "to_version": number,
        "detected_at": after["first_captured_at"],
    }
    _delete(catalog, report_id, number)
    catalog.db.table("changes").insert_all(
        place | {"change_no": at} | asdict(change)
        for at, change in enumerate(changes, 1)
    )
    kind = classify(changes)
    if kind is not None and kind != after["change"]:
        catalog.db.execute(
            "UPDATE report_versions SET change = ?"
            " WHERE report_id = ? AND version_no = ?",
            [kind, report_id, number],
        )


def _delete(catalog: Catalog, report_id: str, to_version: int) -> None:
    catalog.db.execute(
        "DELETE FROM changes WHERE report_id = ? AND to_version = ?",
        [report_id, to_version],
    )


def _read_alike(
    catalog: Catalog, before: dict[str, Any], after: dict[str, Any]
) -> bool:
    """Whether the same forms were used, and no reader in two versions."""
    one, other = (_reader(catalog, version["sha256"]) for version in (before, after))
    if one is None or other is None:
        return True
    (old_reader, old_forms), (new_reader, new_forms) = one, other
    same_name = old_reader.partition("/")[0] == new_reader.partition("/")[0]
    return old_forms == new_forms and (old_reader == new_reader or not same_name)


def _reader(catalog: Catalog, sha256: str) -> tuple[str, str | None] | None:
    row = catalog.one(
        "SELECT extractor, template_version FROM triage WHERE sha256 = ?"
        " AND extractor IS NOT NULL ORDER BY extracted_at DESC, url LIMIT 1",
        [sha256],
    )
    if row is None:
        return None
    # doc/1 via LibreOffice 7.4: what converted it is no version of a reader
    return str(row["extractor"]).partition(" via ")[0], row["template_version"]


def _version(catalog: Catalog, row: dict[str, Any]) -> Version:
    key = [row["report_id"], row["version_no"]]
    where = "WHERE report_id = ? AND version_no = ?"
    chapters: dict[int, list[str]] = {}
    for c in catalog.rows(
        f"SELECT chapter_no, heading, prose FROM chapters {where}"
        " AND chapter_no > 0 ORDER BY chapter_no, id",
        key,
    ):
        parts = [part for part in (c["heading"], c["prose"]) if part]
        chapters.setdefault(c["chapter_no"], []).append("\n".join(parts))
    return Version(
        {name: row[name] for name in FACTS},
        {
            (c["table_code"], c["row_code"], c["col_code"]): (c["raw"], c["value"])
            for c in catalog.rows(
                f"SELECT * FROM cells {where} AND state <> 'missing'", key
            )
        },
        {number: "\n".join(texts) for number, texts in chapters.items()},
        {
            d["url"]: d["sha256"]
            for d in catalog.rows(
                f"SELECT url, sha256 FROM report_documents {where}"
                " AND role <> 'main' AND url NOT IN (SELECT url FROM report_documents"
                f" {where} AND role = 'main') ORDER BY url, sha256",
                key * 2,
            )
        },
    )


def _order(catalog: Catalog, row: dict[str, Any]) -> dict[Key, int]:
    """Places of the cells in the form of a version."""
    return {
        (m["table_code"], m["row_code"], m["col_code"]): m["position"]
        for m in catalog.rows(
            "SELECT * FROM metrics WHERE template = ?", [row["template"]]
        )
    }
