"""``datasette-metadata.json``, made from the data dictionary.

Descriptions and columns come from ``dictionary.yml`` and the metrics, ready questions
from ``site/queries.yml``, what Datasette shows first from ``site/tables.yml``. The same
input gives the same text, byte for byte. Licence and source are written at every level,
because Datasette 1.0 no longer hands them down; the file works with both.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from archive import yamls
from archive.dictionary import (
    WIDE_TABLES,
    Column,
    Table,
    public_tables,
    wide_tables,
)
from archive.errors import TemplateError
from archive.records import Metric

DATABASE = "nianbao"
TITLE = "年报：政府信息公开工作年度报告档案 · nianbao"
DESCRIPTION = (
    "各级行政机关政府信息公开工作年度报告：原件、表格数字与校验结果。"
    "空白不等于零；未通过校验只表示数字或文字互相不符。 "
    "Annual reports on open government information in China: originals, the figures of "
    "their tables, and whether they add up. A blank is not a zero; a failed check says "
    "that figures do not add up, not which of them is mistaken."
)
RIGHTS = {
    "license": "CC BY 4.0（整理后的数据 · the compiled data；原件归发布机关）",
    "license_url": "https://creativecommons.org/licenses/by/4.0/deed.zh-hans",
    "source": "各级人民政府门户网站 · Portals of Chinese governments",
    "source_url": "/sources",
    "about": "数据字典 · Data dictionary",
    "about_url": "/dictionary",
}
UNITS = {
    "count": "件/项 · count",
    "wan_cny": "万元 · 10,000 yuan",
    "cny": "元 · yuan",
    "yi_cny": "亿元 · 100 million yuan",
}
#: Full text over the chapters, and the tables SQLite keeps it in.
FULL_TEXT = "chapters_fts"
SHADOWS = ("", "_data", "_idx", "_docsize", "_config")
QUERY_KEYS = {"title", "description", "reads", "answers", "params", "sql"}
TABLE_KEYS = {"facets", "sort", "sort_desc", "size"}


def build(metrics: Iterable[Metric]) -> dict[str, Any]:
    """Metadata for Datasette as a plain dictionary."""
    metrics = list(metrics)
    tables = {t.name: _table(t) for t in public_tables()}
    tables["chapters"] |= {"fts_table": FULL_TEXT, "fts_pk": "id"}
    for table in wide_tables(metrics):
        tables[table.name] = _table(table, _units(table.name, metrics))
    tables |= {FULL_TEXT + shadow: {"hidden": True} for shadow in SHADOWS}
    head = {"title": TITLE, "description": DESCRIPTION, **RIGHTS}
    database = {**head, "queries": queries(), "tables": tables}
    return {**head, "databases": {DATABASE: database}}


def render(metrics: Iterable[Metric]) -> str:
    """The text of ``datasette-metadata.json``."""
    return json.dumps(build(metrics), ensure_ascii=False, indent=2) + "\n"


def queries() -> dict[str, dict[str, Any]]:
    """The canned queries, SQL hidden until it is asked for."""
    made = {}
    for name, spec in _load("queries.yml").items():
        _strict("queries.yml", name, spec, QUERY_KEYS)
        told = [spec["description"], spec.get("reads", "")]
        told += [f":{key} = {text}." for key, text in spec.get("params", {}).items()]
        made[name] = {
            "title": spec["title"],
            "description": " ".join(filter(None, told)),
            "params": list(spec.get("params", {})),
            "sql": spec["sql"].rstrip(),
            "hide_sql": True,
        }
    return made


def ready_questions() -> dict[str, dict[str, Any]]:
    """``queries.yml`` as written: title, description, reads, answers, params, sql."""
    return _load("queries.yml")


def _table(table: Table, units: dict[str, str] | None = None) -> dict[str, Any]:
    shown = _load("tables.yml").get(table.name, {})
    _strict("tables.yml", table.name, shown, TABLE_KEYS)
    made: dict[str, Any] = {
        "title": f"{table.zh} · {table.name}",
        "description": f"{table.zh}。 {table.en}.",
        **RIGHTS,
        "columns": {c.name: _column(c, units or {}) for c in table.columns},
        **shown,
    }
    if table.label:
        made["label_column"] = table.label
    return made


def _column(column: Column, units: dict[str, str]) -> str:
    text = f"{column.zh} · {column.en}"
    unit = units.get(column.name)
    return f"{text} ({unit})" if unit else text


def _units(wide: str, metrics: Iterable[Metric]) -> dict[str, str]:
    """Unit of each column of a wide table, where the form names one."""
    templates, table_code = WIDE_TABLES[wide]
    return {
        f"{m.row_code}__{m.col_code}": UNITS[m.unit]
        for m in metrics
        if m.unit in UNITS and m.template in templates and m.table_code == table_code
    }


@cache
def _load(name: str) -> dict[str, Any]:
    text = files("archive.site").joinpath(name).read_text("utf-8")
    return dict(yamls.load(text))


def _strict(file: str, name: str, spec: dict[str, Any], known: set[str]) -> None:
    unknown = set(spec) - known
    if unknown:
        raise TemplateError(
            f"{file}: {name}: unknown {sorted(unknown)}, expected {sorted(known)}"
        )
