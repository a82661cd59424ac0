"""The published database as Datasette sees it: what never changes is asked once.

For every page of a table Datasette 0.65 reads columns, keys and definitions a dozen
times over, and counts what its facets count. In a snapshot the answers are always the
same, so they are remembered as long as it is served. Rows of tables are not.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from datasette.database import Database

#: Beginnings of the statements about the schema, and of those that count.
SCHEMA = (
    "select name from sqlite_master",
    "select 1 from sqlite_master",
    "select sql from sqlite_master",
    "PRAGMA schema_version",
)
COUNT = "select count(*) "
FACET = " as value, count(*) as count from ("
#: Answers remembered, the one asked for longest ago is forgotten first. Facets have
#: some thirty rows; anything longer is no count.
REMEMBERED = 2000
LONGEST = 200


def repeats(sql: str) -> bool:
    """Whether a statement of Datasette is worth remembering.

    >>> repeats("select 1 from sqlite_master where name=?")
    True
    >>> repeats("select count(*) from reports "), repeats("select * from reports")
    (True, False)
    """
    start = sql.lstrip()
    return start.startswith((*SCHEMA, COUNT)) or FACET in sql


class SnapshotDatabase(Database):  # type: ignore[misc]
    """An immutable database whose schema and counts are read once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Touched by the event loop alone, so there is nothing to lock.
        self._schema: dict[tuple[str, Any], Any] = {}
        self._answers: OrderedDict[Any, Any] = OrderedDict()

    async def _once(self, what: str, table: Any, ask: Callable[..., Any]) -> Any:
        key = (what, table)
        if key not in self._schema:
            if len(self._schema) > REMEMBERED:
                self._schema.clear()  # names that are no tables come from addresses
            self._schema[key] = await (ask() if table is None else ask(table))
        found = self._schema[key]
        # Callers may change the list they were given.
        return list(found) if isinstance(found, list) else found

    async def execute(self, sql: str, params: Any = None, **options: Any) -> Any:
        """The answer to a statement, from memory where it is one that repeats."""
        if not repeats(sql):
            return await super().execute(sql, params, **options)
        given = params.items() if isinstance(params, dict) else params or ()
        key = (sql, tuple(given), tuple(sorted(options.items())))
        if key in self._answers:
            self._answers.move_to_end(key)
            return self._answers[key]
        found = await super().execute(sql, params, **options)
        if len(found.rows) <= LONGEST:
            self._answers[key] = found
            while len(self._answers) > REMEMBERED:
                self._answers.popitem(last=False)
        return found

    async def table_columns(self, table: str) -> Any:
        """Names of the columns."""
        return await self._once("columns", table, super().table_columns)

    async def table_column_details(self, table: str) -> Any:
        """The columns as SQLite describes them."""
        return await self._once("details", table, super().table_column_details)

    async def primary_keys(self, table: str) -> Any:
        """Columns of the primary key."""
        return await self._once("keys", table, super().primary_keys)

    async def fts_table(self, table: str) -> Any:
        """The full text table of a table."""
        return await self._once("fts", table, super().fts_table)

    async def label_column_for_table(self, table: str) -> Any:
        """The column that names a row."""
        return await self._once("label", table, super().label_column_for_table)

    async def foreign_keys_for_table(self, table: str) -> Any:
        """What the columns refer to."""
        return await self._once("foreign", table, super().foreign_keys_for_table)

    async def get_all_foreign_keys(self) -> Any:
        """What all tables refer to, and are referred to by."""
        return await self._once("all foreign", None, super().get_all_foreign_keys)

    async def hidden_table_names(self) -> Any:
        """Tables that are machinery."""
        return await self._once("hidden", None, super().hidden_table_names)
