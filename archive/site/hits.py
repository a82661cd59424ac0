"""Search hits in the order they are shown, counted by facet, without reading a text.

Full text gives the numbers of the chapters that match, for a common word nearly all
there are. Joining each with its report costs seconds; so for one snapshot it is
remembered once where every chapter stands in the order of the results and to which
report it belongs: a few bytes a chapter.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from archive.site.query import rows

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


@dataclass
class Places:
    """Where each chapter stands, by its number."""

    #: Rank in the order of the results by chapter number; -1 for none.
    rank: array[int]
    #: Chapter number and report, by rank.
    chapter: array[int]
    report: array[int]
    #: Value of each facet by report.
    values: dict[str, list[Any]]
    known: OrderedDict[str, array[int]] = field(default_factory=OrderedDict)

    @classmethod
    def read(cls, connection: sqlite3.Connection) -> Places:
        """Prose before the chapters of tables, whose labels are the same in every
        report; then the newest year first."""
        columns = ", ".join(FACETS.values())
        reports = connection.execute(
            f"SELECT report_id, {columns} FROM report_index"
            " ORDER BY report_year DESC, report_id"
        ).fetchall()
        number_of = {row[0]: number for number, row in enumerate(reports)}
        places = sorted(
            (chapter_no in (2, 3, 4), number_of[report_id], chapter_no, chapter)
            for chapter, report_id, chapter_no in connection.execute(
                "SELECT id, report_id, chapter_no FROM chapters"
            )
            if report_id in number_of
        )
        highest = max((place[3] for place in places), default=0)
        rank = array("i", [-1]) * (highest + 1)
        for at, place in enumerate(places):
            rank[place[3]] = at
        return cls(
            rank,
            array("i", [place[3] for place in places]),
            array("i", [place[1] for place in places]),
            {
                key: [row[number] for row in reports]
                for number, key in enumerate(FACETS, start=1)
            },
        )

    def ranks(self, connection: sqlite3.Connection, expression: str) -> array[int]:
        """Ranks of all chapters that match, in order."""
        if expression in self.known:
            self.known.move_to_end(expression)
            return self.known[expression]
        rank, last = self.rank, len(self.rank)
        found = sorted(
            rank[chapter]
            for (chapter,) in connection.execute(
                "SELECT rowid FROM chapters_fts WHERE chapters_fts MATCH ?",
                [expression],
            )
            if chapter < last and rank[chapter] >= 0
        )
        self.known[expression] = array("i", found)
        while len(self.known) > REMEMBERED:
            self.known.popitem(last=False)
        return self.known[expression]

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
        reports = set(map(self.report.__getitem__, ranks))
        passing = {
            key: {n for n in reports if str(self.values[key][n]) == wanted}
            for key, wanted in chosen.items()
        }
        facets = {}
        for key, values in self.values.items():
            others = [found for other, found in passing.items() if other != key]
            within = reports.intersection(*others)
            counts = Counter(map(values.__getitem__, within))
            counts.pop(None, None)
            facets[key] = _ordered(key, counts)
        if chosen:
            kept = reports.intersection(*passing.values())
            shown: Iterable[int] = [r for r in ranks if self.report[r] in kept]
        else:
            kept, shown = reports, ranks
        page = list(shown)[skip : skip + size]
        return Results(
            [self.chapter[r] for r in page],
            len(shown),  # type: ignore[arg-type]
            len(kept),
            facets,
        )


def _ordered(key: str, counts: Counter[Any]) -> list[dict[str, Any]]:
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
