"""Report columns of the portals as they were found, with their dates.

Column trees drift: of sixteen roots known one week, ten were gone in the next. So the
registry need not name them; what was found from the home page is kept here, fails here,
and is kept all the same.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from archive.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Column:
    """A row of ``report_columns``; times are UTC ISO 8601."""

    source_id: str
    url: str
    via: str | None = None  # page that links to it; None: the registry names it
    first_ok_at: str | None = None
    last_ok_at: str | None = None
    failed_at: str | None = None  # since when it fails; None: it works
    reason: str | None = None
    moved_to: str | None = None
    updated_at: str = ""


class Columns:
    """Reads and writes table ``report_columns``; joins the caller's transaction."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    def of(self, source_id: str) -> dict[str, Column]:
        """The columns of a portal by address, in the order they were found."""
        rows = self.catalog.rows(
            "SELECT * FROM report_columns WHERE source_id = ?"
            " ORDER BY first_ok_at IS NULL, first_ok_at, rowid",
            [source_id],
        )
        return {row["url"]: Column(**row) for row in rows}

    def put(self, column: Column) -> None:
        """Store a row."""
        with self.catalog.atomic():
            self.catalog.upsert("report_columns", asdict(column))

    def is_list(self, source_id: str, url: str | None) -> bool:
        """Whether the crawl knows an address as a list, so that its lists are parts."""
        row = url and self.catalog.one(
            "SELECT role FROM frontier WHERE source_id = ? AND url = ?",
            [source_id, url],
        )
        return bool(row and row["role"] == "list")
