"""One authority beside others of its kind, and a measure through the years."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

from archive.site.query import Row, rows

#: Columns of report_index that are set beside those of others.
COMPARED = (
    "new_received", "carried_in", "handled_total", "granted", "granted_partial",
    "denied_all", "unable_all", "rejected_all", "other_all", "carried_out",
    "reconsideration_total", "litigation_total",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Beside:
    """A figure of an authority beside those of ``n`` others that give it."""

    column: str
    own: float | None
    mean: float | None
    median: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Peers:
    """Others of the same level, kind and province with a report of that year."""

    report_year: int
    of: int
    figures: Sequence[Beside]


def beside(own: Row, others: Sequence[Row]) -> list[Beside]:
    """Every compared figure with mean and median of the others that fill it.

    >>> beside({c: None for c in COMPARED} | {"granted": 3},
    ...     [{c: None for c in COMPARED} | {"granted": n} for n in (1, 2, 6)])[3]
    Beside(column='granted', own=3, mean=3.0, median=2, n=3)
    """
    made = []
    for column in COMPARED:
        known = [row[column] for row in others if row[column] is not None]
        made.append(
            Beside(
                column,
                own[column],
                round(fmean(known), 1) if known else None,
                median(known) if known else None,
                len(known),
            )
        )
    return made


def peers(connection: sqlite3.Connection, agency: Row, year: int) -> Peers | None:
    """The authority's figures of a year beside others'; None without a report."""
    own = rows(
        connection,
        "SELECT * FROM report_index WHERE agency_id = ? AND report_year = ?"
        " ORDER BY report_id",
        [agency["agency_id"], year],
    )
    if not own:
        return None
    columns = ", ".join(COMPARED)
    others = rows(
        connection,
        f"SELECT {columns} FROM report_index WHERE report_year = ? AND +level IS ?"
        " AND +kind IS ? AND province IS ? AND +scope = ? AND agency_id <> ?",
        [year, agency["level"], agency["kind"], agency["province"], own[0]["scope"],
         agency["agency_id"]],
    )  # fmt: skip
    return Peers(year, len(others), beside(own[0], others))
