"""``/dictionary``: every table, column and code, with its meaning and its rules."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping
from itertools import groupby
from typing import Any

from archive.codes import TABLE_CODES
from archive.dictionary import WIDE_TABLES, WIDE_TITLES, public_tables
from archive.records import Metric
from archive.site.formulas import formulas, rules_of
from archive.site.query import read_metrics, rows
from archive.site.web import page, read_once


def load(connection: sqlite3.Connection) -> dict[str, Any]:
    """Tables of the database, and the codes of the forms."""
    metrics = read_metrics(connection)
    metrics.sort(key=lambda m: (TABLE_CODES.index(m.table_code), m.template))
    generations: dict[tuple[str, str], list[str]] = {}
    for metric in metrics:
        known = generations.setdefault((metric.table_code, metric.row_code), [])
        if metric.template not in known:
            known.append(metric.template)
    rules = rows(connection, "SELECT * FROM rules ORDER BY rule_id")
    present = {rule["rule_id"] for rule in rules}
    forms = [
        {
            "template": template,
            "table_code": table,
            **codes(list(members), generations, present),
        }
        for (table, template), members in groupby(
            metrics, key=lambda m: (m.table_code, m.template)
        )
    ]
    wide = [
        {"name": name, "zh": zh, "en": en, "of": WIDE_TABLES[name]}
        for name, (zh, en) in WIDE_TITLES.items()
    ]
    return {
        "tables": public_tables(),
        "wide": wide,
        "forms": forms,
        "rules": [
            rule | {"formula": formulas().get(rule["rule_id"])} for rule in rules
        ],
    }


def codes(
    metrics: list[Metric],
    generations: Mapping[tuple[str, str], list[str]],
    rules: Collection[str],
) -> dict[str, Any]:
    """Rows with their columns: one line a row code, in printed order.

    ``generations`` are those that have a row, ``rules`` those of the database.
    """
    lines: dict[str, dict[str, Any]] = {}
    for metric in metrics:
        key = (metric.table_code, metric.row_code)
        line = lines.setdefault(
            metric.row_code,
            {
                "code": metric.row_code,
                "label": metric.row_label_zh or metric.label_zh,
                "label_en": metric.label_en.rpartition(" · ")[0] or metric.label_en,
                "group": metric.row_group_zh,
                "generations": generations[key],
                "rules": [rule for rule in rules_of(*key) if rule in rules],
                "columns": [],
            },
        )
        line["columns"].append(metric)
    shared = {
        tuple((m.col_code, m.unit) for m in line["columns"]) for line in lines.values()
    }
    return {
        "lines": list(lines.values()),
        "cells": len(metrics),
        "shared": next(iter(lines.values()))["columns"] if len(shared) == 1 else None,
    }


async def view(datasette: Any, request: Any) -> Any:
    """The dictionary page."""
    return await page(
        datasette, request, "dictionary", await read_once(datasette, load)
    )
