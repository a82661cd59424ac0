"""The lines of the lists: reports, decoys and news alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crawler.sample import prose
from crawler.sample.data import Article, Portal, SampleAgency, SampleReport


@dataclass(frozen=True)
class Entry:
    """One line of a list: a report, a decoy or a piece of news."""

    id: str
    title: str
    published: str
    columns: tuple[str, ...]
    article: Article | None = None
    agency: SampleAgency | None = None
    report: SampleReport | None = None

    @property
    def folder_date(self) -> str:
        """The date in the address, which a move of the page changes."""
        return (self.report.moved_to if self.report else "") or self.published


def report_entries(portal: Portal) -> list[Entry]:
    """The reports of ``portal`` by agency and year."""
    return [
        Entry(
            id=report.id,
            title=prose.title(agency, report),
            published=report.published,
            columns=tuple(
                column.format(year=report.year)
                for column in report.columns or agency.columns
            ),
            agency=agency,
            report=report,
        )
        for agency in portal.agencies
        for report in agency.reports
    ]


def article_entries(articles: Sequence[Article], column: str = "") -> list[Entry]:
    """News or decoys as list entries."""
    return [
        Entry(a.id, a.title, a.published, a.columns or (column,), article=a)
        for a in articles
    ]


def newest_first(entries: Sequence[Entry]) -> list[Entry]:
    """The order every list has."""
    return sorted(entries, key=lambda e: (e.published, e.id), reverse=True)
