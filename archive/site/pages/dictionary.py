"""``/dictionary``: every table, column and code, with its meaning."""

from __future__ import annotations

import sqlite3
from itertools import groupby
from typing import Any

from archive.codes import TABLE_CODES
from archive.dictionary import WIDE_TABLES, WIDE_TITLES, public_tables
from archive.records import Metric
from archive.site.query import read_metrics
from archive.site.web import page, read


def load(connection: sqlite3.Connection) -> dict[str, Any]:
    """Tables of the database, and the codes of the forms."""
    metrics = read_metrics(connection)
    metrics.sort(key=lambda m: (m.template, TABLE_CODES.index(m.table_code)))
    forms = [
        {"template": template, "table_code": table, **codes(list(members))}
        for (template, table), members in groupby(
            metrics, key=lambda m: (m.template, m.table_code)
        )
    ]
    wide = [
        {"name": name, "zh": zh, "en": en, "of": WIDE_TABLES[name]}
        for name, (zh, en) in WIDE_TITLES.items()
    ]
    return {"tables": public_tables(), "wide": wide, "forms": forms}


def codes(metrics: list[Metric]) -> dict[str, Any]:
    """Rows with their columns: one line a row code, in printed order."""
    lines: dict[str, dict[str, Any]] = {}
    for metric in metrics:
        line = lines.setdefault(
            metric.row_code,
            {
                "code": metric.row_code,
                "label": metric.row_label_zh or metric.label_zh,
                "group": metric.row_group_zh,
                "columns": [],
            },
        )
        line["columns"].append(metric)
    shared = {tuple(m.col_code for m in line["columns"]) for line in lines.values()}
    return {
        "lines": list(lines.values()),
        "cells": len(metrics),
        "shared": next(iter(lines.values()))["columns"] if len(shared) == 1 else None,
    }


async def view(datasette: Any, request: Any) -> Any:
    """The dictionary page."""
    return await page(datasette, request, "dictionary", await read(datasette, load))
