"""Which rows of each table an export holds.

Without a filter all of them. With one, the reports that pass and whatever their rows
refer to (``extent.yml``), so that foreign keys hold inside the export too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from archive import yamls
from archive.dictionary import Table, public_tables, wide_tables
from archive.errors import TemplateError, UsageError
from archive.export.selection import Selection, chosen_reports
from archive.export.snapshot import Snapshot
from archive.site.query import read_metrics

WHOLE, LEFT_OUT = "whole", "left out: "
#: References out of a filtered export: the other report is of another year or place.
OPEN_REFERENCES = {("similar_chapters", "other_report_id")}
#: Rows that are read at a time. Those with long texts are read in smaller portions.
PORTION, PORTION_OF_TEXT = 50_000, 2_000
LONG_TEXTS = ("chapters", "changes", "similar_chapters")

CHOSEN = (
    "CREATE TEMP TABLE chosen_documents AS SELECT DISTINCT sha256 FROM ("
    " SELECT sha256 FROM report_documents WHERE report_id IN chosen_reports"
    " UNION ALL SELECT sha256 FROM reports WHERE report_id IN chosen_reports"
    " UNION ALL SELECT sha256 FROM report_versions WHERE report_id IN chosen_reports)",
    "CREATE TEMP TABLE chosen_captures AS SELECT capture_id FROM captures"
    " WHERE sha256 IN chosen_documents OR capture_id IN"
    " (SELECT capture_id FROM report_history WHERE report_id IN chosen_reports)",
    "CREATE TEMP TABLE scope_agencies AS SELECT agency_id FROM agencies"
    " WHERE substr(coalesce(adcode, ''), 1, length(:adcode)) = :adcode"
    " AND (:report IS NULL OR agency_id IN"
    "  (SELECT agency_id FROM reports WHERE report_id = :report))",
    "CREATE TEMP TABLE chosen_agencies AS WITH RECURSIVE above (agency_id) AS ("
    " SELECT agency_id FROM reports WHERE report_id IN chosen_reports"
    " UNION SELECT agency_id FROM coverage WHERE agency_id IN scope_agencies"
    "  AND (:year IS NULL OR report_year = :year)"
    " UNION SELECT a.parent_id FROM agencies a JOIN above USING (agency_id)"
    "  WHERE a.parent_id IN (SELECT agency_id FROM agencies)"
    ") SELECT agency_id FROM above",
)


@cache
def conditions() -> dict[str, str]:
    """``extent.yml``. Raises TemplateError unless it names the published tables."""
    text = files("archive.export").joinpath("extent.yml").read_text("utf-8")
    found: dict[str, str] = yamls.load(text)
    known = {table.name for table in public_tables()}
    if known != set(found):
        raise TemplateError(
            f"extent.yml: missing {sorted(known - set(found))}, "
            f"unknown {sorted(set(found) - known)}"
        )
    return found


@dataclass(frozen=True, slots=True)
class Extract:
    """The rows of one table that an export holds, in the order of its key."""

    snapshot: Snapshot
    table: Table
    where: str
    params: dict[str, Any]
    filtered: bool

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def dated(self) -> bool:
        """Whether each of its rows belongs to a report, and so to its year."""
        return any(
            column.name == "report_year"
            or (column.name == "report_id" and column.ref == "reports")
            for column in self.table.columns
        )

    @property
    def _own(self) -> tuple[str, ...]:
        return self.table.column_names

    @property
    def references(self) -> list[tuple[str, str]]:
        """(column, table) of the foreign keys that hold inside the export."""
        return [
            (column.name, column.ref)
            for column in self.table.columns
            if column.ref
            and not (self.filtered and (self.name, column.name) in OPEN_REFERENCES)
        ]

    def years(self) -> list[int]:
        """Years of the reports that its rows belong to."""
        if "report_year" in self._own:
            sql = (
                f"SELECT DISTINCT t.report_year FROM {self._source} WHERE {self.where}"
            )
        else:
            sql = (
                "SELECT DISTINCT r.report_year FROM reports r WHERE EXISTS (SELECT 1"
                f" FROM {self._source} WHERE t.report_id = r.report_id"
                f" AND ({self.where}))"
            )
        found = self.snapshot.connection.execute(f"{sql} ORDER BY 1", self.params)
        return [year for (year,) in found]

    def portions(
        self, columns: tuple[str, ...] | None = None, year: int | None = None
    ) -> Iterator[list[tuple[Any, ...]]]:
        """Its rows, of one year or all, some at a time."""
        names = ", ".join(f't."{c}"' for c in columns or self._own)
        order = ", ".join(f't."{k}"' for k in self.table.key)
        where, params = self.where, dict(self.params)
        if year is not None:
            where, params = f"({where}) AND {self._of_year}", params | {"one": year}
        cursor = self.snapshot.connection.execute(
            f"SELECT {names} FROM {self._source} WHERE {where} ORDER BY {order}", params
        )
        size = PORTION_OF_TEXT if self.name in LONG_TEXTS else PORTION
        while found := cursor.fetchmany(size):
            yield found

    @property
    def _source(self) -> str:
        return f'"{self.name}" t'

    @property
    def _of_year(self) -> str:
        if "report_year" in self._own:
            return "t.report_year = :one"
        return "t.report_id IN (SELECT report_id FROM reports WHERE report_year = :one)"


def choose(snapshot: Snapshot, selection: Selection) -> list[Extract]:
    """The tables of an export with their rows; tables that are left out are not in it.

    Raises UsageError when no report passes.
    """
    params = {
        "year": selection.year,
        "adcode": selection.adcode,
        "report": selection.report_id,
    }
    metrics = read_metrics(snapshot.connection)
    every = [*public_tables(), *wide_tables(metrics)]
    _require(snapshot, every)
    if selection:
        _fill(snapshot, selection, params)
    made = []
    for table in every:
        where = conditions().get(table.name, "report_id IN chosen_reports")
        if not selection or where == WHOLE:
            where = "1"
        elif where.startswith(LEFT_OUT):
            continue
        named = {k: v for k, v in params.items() if f":{k}" in where}
        made.append(Extract(snapshot, table, where, named, bool(selection)))
    return made


def left_out(selection: Selection) -> dict[str, str]:
    """Tables that a filtered export does not hold, with the reason."""
    if not selection:
        return {}
    return {
        name: text.removeprefix(LEFT_OUT)
        for name, text in conditions().items()
        if text.startswith(LEFT_OUT)
    }


def _require(snapshot: Snapshot, wanted: Iterable[Table]) -> None:
    """Raise UsageError when the snapshot was published by software of other tables."""
    for table in wanted:
        found = snapshot.rows("SELECT name FROM pragma_table_info(?)", [table.name])
        lost = set(table.column_names) - {row["name"] for row in found}
        if lost:
            raise UsageError(
                f"{snapshot.path} was published by other software: {table.name} has no"
                f" {', '.join(sorted(lost))} (run `nianbao publish`)"
            )


def _fill(snapshot: Snapshot, selection: Selection, params: dict[str, Any]) -> None:
    db = snapshot.connection
    reports = chosen_reports(snapshot, selection)
    for name in ("reports", "documents", "captures", "agencies"):
        db.execute(f"DROP TABLE IF EXISTS temp.chosen_{name}")
    db.execute("DROP TABLE IF EXISTS temp.scope_agencies")
    db.execute("CREATE TEMP TABLE chosen_reports (report_id TEXT PRIMARY KEY)")
    db.executemany(
        "INSERT INTO chosen_reports VALUES (?)", [(r["report_id"],) for r in reports]
    )
    for statement in CHOSEN:
        db.execute(statement, {k: v for k, v in params.items() if f":{k}" in statement})
