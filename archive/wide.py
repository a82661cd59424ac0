"""Wide tables: one row per report, a column per cell of its form.

Cells are read once, in the order they are stored in, and spread out here: a query with
a ``CASE`` per column looks at every cell as often as the form has columns, which takes
minutes for thousands of reports.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from archive.dictionary import WIDE_TABLES, Table

#: Rows that wait before they are written together.
BATCH = 500


class Sheet:
    """One wide table while it is filled."""

    def __init__(self, table: Table) -> None:
        names = table.column_names
        self.place = {name: i for i, name in enumerate(names)}
        self.rows: list[list[object]] = []
        marks = ", ".join("?" for _ in names)
        columns = ", ".join(f'"{name}"' for name in names)
        self.sql = f'INSERT INTO main."{table.name}" ({columns}) VALUES ({marks})'

    def add(self, report_id: str, cells: Sequence[tuple[str, float | None]]) -> None:
        """A report's cells, as (column, value); a column of another form is left."""
        row: list[object] = [None] * len(self.place)
        row[0] = report_id
        for column, value in cells:
            place = self.place.get(column)
            if place is not None:
                row[place] = value
        self.rows.append(row)

    def write(self, connection: sqlite3.Connection) -> None:
        """Write what waits."""
        connection.executemany(self.sql, self.rows)
        self.rows.clear()


def fill(connection: sqlite3.Connection, wide: Sequence[Table]) -> None:
    """Fill ``wide`` from cells and reports of the same database.

    A report has a row in the tables of its form of which it has a cell at all: one
    whose table is missing throughout has none.
    """
    sheets = {
        (template, WIDE_TABLES[table.name][1]): sheet
        for table in wide
        if len(table.columns) > 1
        for sheet in [Sheet(table)]
        for template in WIDE_TABLES[table.name][0]
    }
    for report_id, template, table_code, cells in _tables(connection):
        sheet = sheets.get((template, table_code))
        if sheet is None:
            continue
        sheet.add(report_id, cells)
        if len(sheet.rows) >= BATCH:
            sheet.write(connection)
    for sheet in sheets.values():
        sheet.write(connection)


def _tables(
    connection: sqlite3.Connection,
) -> Iterator[tuple[str, str, str, list[tuple[str, float | None]]]]:
    templates = dict(connection.execute("SELECT report_id, template FROM main.reports"))
    rows = connection.execute(
        "SELECT report_id, table_code, row_code || '__' || col_code, value"
        " FROM main.cells WHERE value IS NOT NULL OR state <> 'missing'"
        " ORDER BY report_id, table_code"
    )
    for (report_id, table_code), group in groupby(rows, itemgetter(0, 1)):
        cells = [(column, value) for _, _, column, value in group]
        yield report_id, templates[report_id], table_code, cells
