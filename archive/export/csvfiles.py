"""One CSV file per table, and a ``datapackage.json`` that says what the columns are.

UTF-8, RFC 4180. An empty field is NULL or an empty text; in ``cells`` the column
``state`` tells blank, dash, text and missing apart. With ``bom`` the files are for
spreadsheets: they begin with a byte order mark, and a text that would be taken for a
formula gets an apostrophe before it. The description is a Tabular Data Package
(https://specs.frictionlessdata.io/tabular-data-package/).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from archive.console import Step
from archive.export import colophon, fields
from archive.export.colophon import FileEntry, Made, Origin
from archive.export.extent import Extract
from archive.site.excel import safe
from archive.site.query import read_metrics

BOM = "\ufeff"
#: Types of the data dictionary as Frictionless names them; JSON stays text, because
#: arrays are not objects there.
TYPES = {"text": "string", "integer": "integer", "real": "number", "json": "string"}


def write(
    folder: Path,
    extracts: list[Extract],
    origin: Origin,
    *,
    bom: bool = False,
    step: Step = lambda what="": None,
) -> Made:
    """Write all tables into ``folder``; returns their numbers of rows."""
    rows, resources = {}, []
    metrics = read_metrics(extracts[0].snapshot.connection)
    for extract in extracts:
        path = folder / f"{extract.name}.csv"
        rows[extract.name] = _table(path, extract, bom)
        entry = colophon.digest_file(path, path.name)
        known = fields.units(extract, metrics)
        resources.append(_resource(extract, entry, known, extracts, bom))
        step(extract.name)
    for name, content in fields.dictionary(extracts).items():
        (folder / name).write_bytes(content)
    text = json.dumps(_package(origin, resources), ensure_ascii=False, indent=1)
    (folder / "datapackage.json").write_text(text + "\n", "utf-8")
    return Made(rows)


def _table(path: Path, extract: Extract, bom: bool) -> int:
    columns = extract.table.columns
    real = [n for n, column in enumerate(columns) if column.type == "real"]
    risky = [n for n, c in enumerate(columns) if bom and c.type in ("text", "json")]
    count = 0
    with path.open("x", encoding="utf-8", newline="") as stream:
        if bom:
            stream.write(BOM)
        writer = csv.writer(stream)
        writer.writerow(extract.table.column_names)
        for portion in extract.portions():
            count += len(portion)
            writer.writerows(_printed(row, real, risky) for row in portion)
    return count


def _printed(row: tuple[Any, ...], real: list[int], risky: list[int]) -> list[Any]:
    """A row as it is written: whole numbers without ``.0``, no formulas."""
    printed = list(row)
    for n in real:
        if printed[n] is not None and printed[n].is_integer():
            printed[n] = int(printed[n])
    for n in risky:
        if printed[n]:
            printed[n] = safe(printed[n])
    return printed


def _resource(
    extract: Extract,
    entry: FileEntry,
    units: dict[str, str],
    extracts: Iterable[Extract],
    bom: bool,
) -> dict[str, Any]:
    here = {e.name: e.table for e in extracts}
    return {
        "profile": "tabular-data-resource",
        "name": extract.name,
        "path": entry.path,
        "title": extract.table.zh,
        "description": extract.table.en,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8-sig" if bom else "utf-8",
        "bytes": entry.bytes,
        "hash": f"sha256:{entry.sha256}",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "header": True},
        "schema": {
            "fields": [
                _field(c.name, TYPES[c.type], c.zh, c.en, c.values, units.get(c.name))
                for c in extract.table.columns
            ],
            "primaryKey": list(extract.table.key),
            "foreignKeys": [
                {
                    "fields": column,
                    "reference": {
                        "resource": "" if table == extract.name else table,
                        "fields": here[table].key[0],
                    },
                }
                for column, table in extract.references
                if table in here
            ],
            "missingValues": [""],
        },
    }


def _field(
    name: str,
    kind: str,
    zh: str,
    en: str,
    values: tuple[str, ...] | None,
    unit: str | None,
) -> dict[str, Any]:
    made: dict[str, Any] = {"name": name, "type": kind, "title": zh, "description": en}
    if unit:
        made["unit"] = unit
    if values:
        made["constraints"] = {"enum": list(values)}
    return made


def _package(origin: Origin, resources: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "profile": "tabular-data-package",
        "name": "nianbao",
        "id": f"sha256:{origin.sha256}",
        "title": colophon.TITLE,
        "description": f"{colophon.TITLE_EN}. {colophon.LICENSE_NOTE}",
        "version": colophon.version(origin),
        "created": origin.published_at,
        "licenses": [{"name": colophon.LICENSE_ID, "path": colophon.LICENSE_URL}],
        "resources": resources,
    }
