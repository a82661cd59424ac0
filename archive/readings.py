"""Readings: what each document was read as, and by which reader, one beside the other.

A reading is keyed by document, address and time, and names the versions of its reader
and of the forms. The newest one of a document at an address is the current one; the
older stay readable, so that a better reader can be compared with the one before it.
Cells are kept as compact JSON, once for readings that agree.

A reading is not a version of a report: the bytes are the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from operator import attrgetter
from typing import Any

from archive.catalog import Catalog
from archive.records import Cell, Chapter, Extraction

#: The values of a cell in their order; ``astuple`` copies each one, fifty times slower.
_VALUES = attrgetter(*(f.name for f in fields(Cell)))


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of one document at one address.

    ``digest`` is the SHA-256 of everything that was read, checks included; '' where
    it was made before readings were kept. ``text_sha256`` is that of the chapters.
    """

    sha256: str
    url: str
    read_at: str
    extractor: str | None
    template_version: str | None
    kind: str
    report_id: str | None
    status: str | None
    error: str | None
    cells: tuple[Cell, ...]
    text_sha256: str
    digest: str
    is_current: bool = True

    def same_reader(self, other: Reading) -> bool:
        """Whether the same versions of reader and forms made both."""
        mine = (self.extractor, self.template_version)
        return mine == (other.extractor, other.template_version)


def reading_of(extraction: Extraction, url: str, read_at: str) -> Reading:
    """What an extraction says, as a reading."""
    report = extraction.report
    cells = report.cells if report else ()
    text = _text_sha256(report.chapters if report else ())
    parts: list[Any] = [_packed(cells), text, extraction.verdict.kind, extraction.error]
    parts += [extraction.verdict.reason, extraction.form, extraction.charset]
    if report:
        named = (f.name for f in fields(report))
        left = {n: getattr(report, n) for n in named if n not in ("cells", "chapters")}
        parts.append({name: repr(value) for name, value in left.items()})
    return Reading(
        sha256=extraction.sha256,
        url=url,
        read_at=read_at,
        extractor=extraction.extractor,
        template_version=extraction.template_version,
        kind=extraction.verdict.kind,
        report_id=report.report_id if report else None,
        status=report.status if report else None,
        error=extraction.error,
        cells=cells,
        text_sha256=text,
        digest=_sha256(parts),
    )


def keep(catalog: Catalog, extraction: Extraction, url: str) -> None:
    """Store a reading beside the earlier ones and make it the current one.

    The same reading by the same reader is stored once. Call it in the transaction that
    loads the reading, before its rows replace those of the one before.
    """
    new = reading_of(extraction, url, catalog.now())
    before = current(catalog, extraction.sha256, url)
    if before is not None:
        if not before.digest:
            _insert(catalog, before)  # the archive is older than this table
        elif before.digest == new.digest and before.same_reader(new):
            return
        catalog.db.execute(
            "UPDATE readings SET is_current = 0 WHERE sha256 = ? AND url = ?",
            [new.sha256, url],
        )
    _insert(catalog, new)


def current(catalog: Catalog, sha256: str, url: str) -> Reading | None:
    """The current reading of a document found at ``url``, if it was ever read."""
    row = catalog.one(
        "SELECT * FROM readings WHERE sha256 = ? AND url = ? AND is_current = 1",
        [sha256, url],
    )
    return _reading(catalog, row) if row else _unkept(catalog, sha256, url)


def mark(catalog: Catalog, sha256: str, url: str) -> tuple[str, str, str] | None:
    """(digest, extractor, template version) of the current reading that is kept."""
    row = catalog.one(
        "SELECT digest, extractor, template_version FROM readings"
        " WHERE sha256 = ? AND url = ? AND is_current = 1",
        [sha256, url],
    )
    return (row["digest"], row["extractor"], row["template_version"]) if row else None


def history(catalog: Catalog, sha256: str) -> list[Reading]:
    """Every reading of a document that is kept, oldest first."""
    rows = catalog.rows(
        "SELECT * FROM readings WHERE sha256 = ? ORDER BY reading_id", [sha256]
    )
    return [_reading(catalog, row) for row in rows]


def _insert(catalog: Catalog, reading: Reading) -> None:
    packed = _packed(reading.cells)
    known = catalog.one(
        "SELECT 1 FROM readings WHERE sha256 = ? AND cells_sha256 = ?",
        [reading.sha256, _sha256(packed)],
    )
    catalog.db.table("readings").insert(
        {
            "sha256": reading.sha256,
            "url": reading.url,
            "read_at": reading.read_at,
            "extractor": reading.extractor,
            "template_version": reading.template_version,
            "kind": reading.kind,
            "report_id": reading.report_id,
            "status": reading.status,
            "error": reading.error,
            "cells_sha256": _sha256(packed),
            "cells": None if known else _json(packed),
            "text_sha256": reading.text_sha256,
            "digest": reading.digest,
            "is_current": int(reading.is_current),
        }
    )


def _reading(catalog: Catalog, row: Mapping[str, Any]) -> Reading:
    packed = catalog.one(
        "SELECT cells FROM readings WHERE sha256 = ? AND cells_sha256 = ?"
        " AND cells IS NOT NULL",
        [row["sha256"], row["cells_sha256"]],
    )
    assert packed is not None
    cells = tuple(Cell(*values) for values in json.loads(packed["cells"]))
    kept = {f.name: row[f.name] for f in fields(Reading) if f.name in row}
    return Reading(**kept | {"cells": cells, "is_current": bool(row["is_current"])})


def _unkept(catalog: Catalog, sha256: str, url: str) -> Reading | None:
    """A reading of the time before readings were kept, out of the catalogue's rows."""
    row = catalog.one(
        "SELECT * FROM triage WHERE sha256 = ? AND url = ? AND extractor IS NOT NULL",
        [sha256, url],
    )
    if row is None:
        return None
    report, report_id = None, row["report_id"]
    version = catalog.one(
        "SELECT version_no FROM report_versions WHERE report_id = ? AND sha256 = ?",
        [report_id, sha256],
    )
    if version is not None:
        report = catalog.reading(report_id, int(version["version_no"]))
    return Reading(
        sha256=sha256,
        url=url,
        read_at=row["extracted_at"],
        extractor=row["extractor"],
        template_version=row["template_version"],
        kind=row["kind"],
        report_id=report_id,
        status=None,
        error=row["error"],
        cells=report.cells if report else (),
        text_sha256=_text_sha256(report.chapters if report else ()),
        digest="",
    )


def _packed(cells: tuple[Cell, ...]) -> list[tuple[Any, ...]]:
    return [_VALUES(cell) for cell in cells]


def _text_sha256(chapters: tuple[Chapter, ...]) -> str:
    return _sha256([astuple(chapter) for chapter in chapters])


def _sha256(content: Any) -> str:
    return hashlib.sha256(_json(content).encode()).hexdigest()


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
