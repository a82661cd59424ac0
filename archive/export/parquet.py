"""Parquet, partitioned by the year of the reports, for DuckDB, pandas, R and Spark.

::

    cells/report_year=2024/cells.parquet   tables whose rows belong to reports
    agencies.parquet                       all others
    dictionary.csv, dictionary.json        columns with labels, units and values

As usual in Hive layout the year is in the path and not in the file. Every field bears
its labels and unit as metadata; numbers are int64 and float64, times and dates ISO
texts, JSON is text. Compressed with Zstandard. Needs pyarrow (the extra ``parquet``).
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

from archive.console import Step
from archive.errors import UsageError
from archive.export import colophon, fields
from archive.export.colophon import Made, Origin
from archive.export.extent import Extract
from archive.site.query import read_metrics

HINT = (
    "Parquet needs pyarrow, which is not installed: "
    ".venv/bin/pip install -c constraints.txt -e '.[parquet]'"
)
YEAR = "report_year"


def require() -> tuple[Any, Any]:
    """The modules pyarrow and pyarrow.parquet; raises UsageError with the hint."""
    try:
        return (
            importlib.import_module("pyarrow"),
            importlib.import_module("pyarrow.parquet"),
        )
    except ImportError as error:
        raise UsageError(HINT) from error


def write(
    folder: Path,
    extracts: list[Extract],
    origin: Origin,
    *,
    step: Step = lambda what="": None,
) -> Made:
    """Write all tables into ``folder``; returns their numbers of rows.

    A table without rows is one file without rows, so that its columns can be seen.
    """
    arrow, parquet = require()
    metrics = read_metrics(extracts[0].snapshot.connection)
    rows = {}
    for extract in extracts:
        known = fields.units(extract, metrics)
        years = extract.years() if extract.dated else []
        schema = _schema(arrow, extract, known, origin, partitioned=bool(years))
        count = 0
        wanted: list[int | None] = [*years] or [None]
        for year in wanted:
            path = folder / f"{extract.name}.parquet"
            if year is not None:
                path = folder / extract.name / f"{YEAR}={year}" / path.name
                path.parent.mkdir(parents=True)
            count += _file(arrow, parquet, path, extract, schema, year)
        rows[extract.name] = count
        step(extract.name)
    for name, content in fields.dictionary(extracts).items():
        (folder / name).write_bytes(content)
    return Made(rows)


def _schema(
    arrow: Any,
    extract: Extract,
    units: dict[str, str],
    origin: Origin,
    *,
    partitioned: bool,
) -> Any:
    types = {
        "text": arrow.string(),
        "json": arrow.string(),
        "integer": arrow.int64(),
        "real": arrow.float64(),
    }
    made = []
    for column in extract.table.columns:
        if partitioned and column.name == YEAR:
            continue
        told = {"label_zh": column.zh, "label_en": column.en}
        if unit := units.get(column.name):
            told["unit"] = unit
        if column.values:
            told["values"] = json.dumps(column.values)
        # Not "nullable=False": readers differ in what they make of it.
        made.append(arrow.field(column.name, types[column.type], metadata=told))
    about = {
        "title_zh": extract.table.zh,
        "title_en": extract.table.en,
        "key": json.dumps(extract.table.key),
        "snapshot": origin.sha256 or "",
        "license": colophon.LICENSE_ID,
    }
    return arrow.schema(made, metadata=about)


def _file(
    arrow: Any,
    parquet: Any,
    path: Path,
    extract: Extract,
    schema: Any,
    year: int | None,
) -> int:
    names = tuple(schema.names)
    count = 0
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for portion in extract.portions(names, year):
            arrays = [
                arrow.array(values, field.type)
                for values, field in zip(
                    zip(*portion, strict=True), schema, strict=True
                )
            ]
            writer.write_table(arrow.Table.from_arrays(arrays, schema=schema))
            count += len(portion)
    return count
