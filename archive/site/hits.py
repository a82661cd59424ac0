"""Search hits in the order they are shown, counted by facet, without reading a text.

Full text gives the numbers of the chapters that match, for a common word nearly all
there are. Joining each with its report costs seconds; so for one snapshot it is
remembered once where every chapter stands in the order of the results and to which
report it belongs: a few bytes a chapter, in arrays that are counted as a whole.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archive.site.query import rows

Numbers = NDArray[np.int32]

#: What narrows a search: parameter and column of report_index.
FACETS = {
    "year": "report_year",
    "province": "province",
    "level": "level",
    "template": "template",
}
#: Results remembered for one snapshot, four bytes a hit.
REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class Results:
    """Hits of one query, narrowed: chapters in order, reports by value of each facet.

    The counts of a facet are of the hits that pass all other conditions, so that they
    tell what another choice would give.
    """

    chapters: list[int]
    hits: int
    reports: int
    facets: dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Facet:
    """Values of one facet, and which of them each report has: its number, or -1."""

    values: list[Any]
    of_report: Numbers

    @classmethod
    def of(cls, column: list[Any]) -> Facet:
        """The facet of a column with one value for each report."""
        values = list(dict.fromkeys(v for v in column if v is not None))
        number = {value: at for at, value in enumerate(values)}
        return cls(values, np.array([number.get(v, -1) for v in column], np.int32))

    def having(self, wanted: str) -> NDArray[np.bool_]:
        """For each report, whether its value is ``wanted``."""
        numbers = [at for at, value in enumerate(self.values) if str(value) == wanted]
        return np.isin(self.of_report, np.array(numbers, np.int32))

    def counted(self, reports: NDArray[np.bool_]) -> dict[Any, int]:
        """How many of the reports have each value, those that occur."""
        found = self.of_report[reports]
        counts = np.bincount(found[found >= 0], minlength=len(self.values))
        return {v: int(n) for v, n in zip(self.values, counts, strict=True) if n}


@dataclass
class Places:
    """Where each chapter stands, by its number."""

    #: Rank in the order of the results by chapter number; -1 for none.
    rank: Numbers
    #: Chapter number and report, by rank.
    chapter: Numbers
    report: Numbers
    facets: dict[str, Facet]
    known: OrderedDict[str, Numbers] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    @classmethod
    def read(cls, connection: sqlite3.Connection) -> Places:
        """Prose before the chapters of tables, whose labels are the same in every
        report; then the newest year first."""
        columns = ", ".join(FACETS.values())
        reports = _tuples(
            connection,
            f"SELECT report_id, {columns} FROM report_index"
            " ORDER BY report_year DESC, report_id",
        )
        number_of = {row[0]: number for number, row in enumerate(reports)}
        found = _tuples(connection, "SELECT id, report_id, chapter_no FROM chapters")
        table = np.array(
            [
                (chapter, number_of[report_id], chapter_no)
                for chapter, report_id, chapter_no in found
                if report_id in number_of
            ],
            np.int32,
        ).reshape(-1, 3)
        chapter, report, chapter_no = table.T
        order = np.lexsort(
            (chapter, chapter_no, report, np.isin(chapter_no, (2, 3, 4)))
        )
        rank = np.full(int(chapter.max(initial=0)) + 1, -1, np.int32)
        rank[chapter[order]] = np.arange(len(order), dtype=np.int32)
        return cls(
            rank,
            chapter[order],
            report[order],
            {
                key: Facet.of([row[at] for row in reports])
                for at, key in enumerate(FACETS, start=1)
            },
        )

    def ranks(self, connection: sqlite3.Connection, expression: str) -> Numbers:
        """Ranks of all chapters that match, in order."""
        with self.lock:
            if expression in self.known:
                self.known.move_to_end(expression)
                return self.known[expression]
        # As one text: a hundred thousand rows cost more than finding them.
        (listed,) = connection.execute(
            "SELECT group_concat(rowid) FROM chapters_fts WHERE chapters_fts MATCH ?",
            [expression],
        ).fetchone()
        chapters = np.fromstring(listed or "", np.int64, sep=",")
        found = self.rank[chapters[chapters < len(self.rank)]]
        found = np.sort(found[found >= 0])
        with self.lock:
            self.known[expression] = found
            while len(self.known) > REMEMBERED:
                self.known.popitem(last=False)
        return found

    def search(
        self,
        connection: sqlite3.Connection,
        expression: str,
        chosen: Mapping[str, str],
        size: int,
        skip: int,
    ) -> Results:
        """One page of the hits that pass ``chosen``, and counts of all."""
        ranks = self.ranks(connection, expression)
        reports = np.zeros(len(self.facets["year"].of_report), np.bool_)
        reports[self.report[ranks]] = True
        passing = {
            key: reports & self.facets[key].having(wanted)
            for key, wanted in chosen.items()
        }
        facets = {}
        for key, facet in self.facets.items():
            within = reports
            for other, found in passing.items():
                if other != key:
                    within = within & found
            facets[key] = _ordered(key, facet.counted(within))
        kept = reports
        for found in passing.values():
            kept = kept & found
        shown = ranks[kept[self.report[ranks]]] if chosen else ranks
        return Results(
            self.chapter[shown[skip : skip + size]].tolist(),
            len(shown),
            int(kept.sum()),
            facets,
        )


def _tuples(connection: sqlite3.Connection, sql: str) -> list[tuple[Any, ...]]:
    """Rows as plain tuples, which many rows are read faster as."""
    cursor = connection.cursor()
    cursor.row_factory = None
    return cursor.execute(sql).fetchall()


def _ordered(key: str, counts: Mapping[Any, int]) -> list[dict[str, Any]]:
    """Years from the newest, everything else from the most frequent."""
    if key == "year":
        found = sorted(counts.items(), reverse=True)
    else:
        found = sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))
    return [{"value": value, "n": n} for value, n in found]


def texts(connection: sqlite3.Connection, chapters: list[int]) -> list[dict[str, Any]]:
    """The chapters with their reports, in the order given."""
    marks = ", ".join("?" * len(chapters))
    found = {
        row["id"]: row
        for row in rows(
            connection,
            "SELECT c.id, c.report_id, c.chapter_no, c.heading, c.text, r.title,"
            " r.report_year, i.agency, i.agency_id FROM chapters c"
            " JOIN reports r USING (report_id) JOIN report_index i USING (report_id)"
            f" WHERE c.id IN ({marks})",
            chapters,
        )
    }
    return [found[chapter] for chapter in chapters if chapter in found]
