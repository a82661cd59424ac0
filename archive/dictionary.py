"""The data dictionary: every table and column, described once in ``dictionary.yml``.

The schema of ``catalog.db`` and ``public/nianbao.db``, the documentation and
``datasette-metadata.json`` are made from it, so none can tell a different story.
The wide tables (``requests_2021`` …) are not written down: their columns follow from
the ``metrics`` of the form generations (:func:`wide_table`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from archive import codes, yamls
from archive.errors import TemplateError
from archive.records import Metric

SQL_TYPES = {"text": "TEXT", "integer": "INTEGER", "real": "REAL", "json": "TEXT"}

#: Wide tables of the published database and the metrics they spread out.
#: review_litigation did not change between the generations, so both share one table.
WIDE_TABLES: dict[str, tuple[tuple[str, ...], str]] = {
    "proactive_2019": (("gk2019",), "proactive"),
    "proactive_2021": (("gk2021",), "proactive"),
    "requests_2019": (("gk2019",), "requests"),
    "requests_2021": (("gk2021",), "requests"),
    "review_litigation": (("gk2019", "gk2021"), "review_litigation"),
    "statistics_2014": (("stat2014",), "statistics"),
}

WIDE_TITLES = {
    "proactive_2019": ("主动公开（2019 年格式）", "Proactive disclosure, form of 2019"),
    "proactive_2021": ("主动公开（2021 年格式）", "Proactive disclosure, form of 2021"),
    "requests_2019": ("依申请公开（2019 年格式）", "Requests, form of 2019"),
    "requests_2021": ("依申请公开（2021 年格式）", "Requests, form of 2021"),
    "review_litigation": ("行政复议、行政诉讼", "Reconsiderations and lawsuits"),
    "statistics_2014": ("情况统计表（2014 年格式）", "Statistics annex, form of 2014"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its SQL type, its meaning in two languages, what it may hold."""

    name: str
    type: str
    zh: str
    en: str
    ref: str | None = None
    values: tuple[str, ...] | None = None
    need: bool = False
    private: bool = False

    def ddl(self) -> str:
        """Column definition for a STRICT table."""
        sql = f'"{self.name}" {SQL_TYPES[self.type]}'
        if self.need:
            sql += " NOT NULL"
        if self.values:
            quoted = ", ".join(f"'{v}'" for v in self.values)
            sql += f' CHECK ("{self.name}" IN ({quoted}))'
        if self.type == "json":
            # SQLite before 3.45 calls NULL invalid
            sql += f' CHECK ("{self.name}" IS NULL OR json_valid("{self.name}"))'
        return sql


@dataclass(frozen=True, slots=True)
class Table:
    """One table with its columns, key, indexes and place."""

    name: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...] = ()
    where: str = "both"  # both | catalog | public
    label: str | None = None
    rowid: bool = True
    view: str | None = None  # SELECT that it is a view of

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns)

    def published(self) -> Table:
        """The same table as the public database has it: without private columns."""
        keep = tuple(c for c in self.columns if not c.private)
        names = {c.name for c in keep}
        return Table(
            self.name,
            self.zh,
            self.en,
            keep,
            tuple(k for k in self.key if k in names),
            tuple(
                kept
                for index in self.indexes
                if (kept := tuple(c for c in index if c in names))
            ),
            self.where,
            self.label,
            self.rowid,
            self.view,
        )

    def ddl(self, known: Iterable[str]) -> Iterator[str]:
        """SQL statements that create the table and its indexes.

        ``known`` names the tables of the same database, so that references to tables
        that are not in it are left out. Every foreign key gets an index.
        """
        if self.view:
            yield f'CREATE VIEW "{self.name}" AS\n{self.view}'
            return
        known = set(known)
        parts = [c.ddl() for c in self.columns]
        parts.append("PRIMARY KEY (" + ", ".join(f'"{k}"' for k in self.key) + ")")
        parts += [
            # The column is named because Datasette expands no label without it.
            f'FOREIGN KEY ("{c.name}")'
            f' REFERENCES "{c.ref}" ("{tables()[c.ref].key[0]}")'
            for c in self.columns
            if c.ref in known
        ]
        tail = "STRICT" if self.rowid else "STRICT, WITHOUT ROWID"
        body = ",\n  ".join(parts)
        yield f'CREATE TABLE "{self.name}" (\n  {body}\n) {tail}'
        wanted = list(self.indexes)
        leading = {self.key[0]} | {i[0] for i in wanted}
        wanted += [
            (c.name,) for c in self.columns if c.ref in known and c.name not in leading
        ]
        for index in wanted:
            name = "idx_" + "_".join((self.name, *index))
            cols = ", ".join(f'"{c}"' for c in index)
            yield f'CREATE INDEX "{name}" ON "{self.name}" ({cols})'


COLUMN_KEYS = {"type", "zh", "en", "ref", "values", "need", "private"}
TABLE_KEYS = {"in", "zh", "en", "key", "columns", "index", "label", "rowid", "view"}


def _column(table: str, name: str, spec: dict[str, Any]) -> Column:
    unknown = set(spec) - COLUMN_KEYS
    if unknown:
        raise TemplateError(
            f"dictionary.yml: {table}.{name}: unknown {sorted(unknown)}"
        )
    values = getattr(codes, spec["values"]) if "values" in spec else None
    return Column(
        name,
        spec.get("type", "text"),
        spec["zh"],
        spec["en"],
        spec.get("ref"),
        values,
        spec.get("need", False),
        spec.get("private", False),
    )


@cache
def tables() -> dict[str, Table]:
    """All tables of the dictionary by name, in an order that creates parents first."""
    text = files("archive").joinpath("dictionary.yml").read_text("utf-8")
    found = {}
    for name, spec in yamls.load(text).items():
        unknown = set(spec) - TABLE_KEYS
        if unknown:
            raise TemplateError(f"dictionary.yml: {name}: unknown {sorted(unknown)}")
        found[name] = Table(
            name,
            spec["zh"],
            spec["en"],
            tuple(_column(name, c, s) for c, s in spec["columns"].items()),
            tuple(spec["key"]),
            tuple(tuple(i) for i in spec.get("index", ())),
            spec.get("in", "both"),
            spec.get("label"),
            spec.get("rowid", True),
            spec.get("view"),
        )
    return found


def catalog_tables() -> list[Table]:
    """Tables of ``catalog.db``."""
    return [t for t in tables().values() if t.where != "public"]


def public_tables() -> list[Table]:
    """Tables of the published database, wide tables and full text excepted."""
    return [t.published() for t in tables().values() if t.where != "catalog"]


def wide_table(name: str, metrics: Iterable[Metric]) -> Table:
    """The wide table ``name``: one row per report, a column per cell of the form."""
    templates, table_code = WIDE_TABLES[name]
    zh, en = WIDE_TITLES[name]
    columns = [Column("report_id", "text", "报告", "Report", ref="reports", need=True)]
    seen = set()
    for metric in metrics:
        column = f"{metric.row_code}__{metric.col_code}"
        if (
            metric.template not in templates
            or metric.table_code != table_code
            or column in seen
        ):
            continue
        seen.add(column)
        columns.append(Column(column, "real", metric.label_zh, metric.label_en))
    return Table(name, zh, en, tuple(columns), ("report_id",), where="public")


def wide_tables(metrics: Iterable[Metric]) -> list[Table]:
    """All wide tables; one of a form that is not read yet has its key alone."""
    metrics = list(metrics)
    return [wide_table(name, metrics) for name in WIDE_TABLES]
