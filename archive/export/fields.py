"""The data dictionary beside the data: every column with labels, unit and values."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from archive.dictionary import WIDE_TABLES, Column
from archive.export.extent import Extract
from archive.metadata import UNITS
from archive.records import Metric
from archive.site.query import read_metrics

COLUMNS = (
    "table", "column", "type", "unit", "key", "references", "values", "label_zh",
    "label_en", "unit_meaning",
)  # fmt: skip
#: Columns that hold numbers of several units, each row with its own.
UNIT_BESIDE = {("cells", "value"): "see column unit"}


def units(extract: Extract, metrics: Iterable[Metric]) -> dict[str, str]:
    """Unit of each column that has one: code of archive.metadata.UNITS."""
    if extract.name in WIDE_TABLES:
        templates, table_code = WIDE_TABLES[extract.name]
        return {
            f"{m.row_code}__{m.col_code}": m.unit
            for m in metrics
            if m.unit and m.template in templates and m.table_code == table_code
        }
    if extract.name == "report_index":
        return {
            c.name: "count"
            for c in extract.table.columns
            if c.type == "real" or c.name == "checks_failed"
        }
    return {c: unit for (t, c), unit in UNIT_BESIDE.items() if t == extract.name}


def described(extract: Extract, metrics: Iterable[Metric]) -> Iterator[dict[str, Any]]:
    """One entry per column, with the keys ``COLUMNS``."""
    known = units(extract, metrics)
    for column in extract.table.columns:
        unit = known.get(column.name)
        yield {
            "table": extract.name,
            "column": column.name,
            "type": column.type,
            "unit": unit,
            "key": column.name in extract.table.key,
            "references": column.ref,
            "values": list(column.values) if column.values else None,
            "label_zh": column.zh,
            "label_en": column.en,
            "unit_meaning": UNITS.get(unit or ""),
        }


def dictionary(extracts: Iterable[Extract]) -> dict[str, bytes]:
    """The files ``dictionary.csv`` and ``dictionary.json`` by name."""
    extracts = list(extracts)
    metrics = read_metrics(extracts[0].snapshot.connection)
    entries = [entry for e in extracts for entry in described(e, metrics)]
    tables = {
        e.name: {"title_zh": e.table.zh, "title_en": e.table.en, "columns": []}
        for e in extracts
    }
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    for entry in entries:
        flat = entry | {
            "key": int(entry["key"]),
            "values": " · ".join(entry["values"] or ()),
        }
        writer.writerow(flat)
        rest = {k: v for k, v in entry.items() if k != "table" and v is not None}
        tables[entry["table"]]["columns"].append(rest)  # type: ignore[attr-defined]
    return {
        "dictionary.csv": text.getvalue().encode(),
        "dictionary.json": (
            json.dumps(tables, ensure_ascii=False, indent=1) + "\n"
        ).encode(),
    }


def label(column: Column) -> str:
    """Both labels of a column in one line."""
    return f"{column.zh} · {column.en}"
