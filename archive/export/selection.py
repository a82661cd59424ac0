"""Which reports an export holds, and the captures they rest on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from archive.errors import UsageError

ORDER = "ORDER BY captured_at"


class Source(Protocol):
    """A catalogue or a published database: what is selected is in both."""

    def rows(self, sql: str, params: Iterable[Any] = ()) -> list[dict[str, Any]]:
        """Rows of a SELECT as dictionaries."""
        ...


@dataclass(frozen=True, slots=True)
class Selection:
    """Reports of a year, of divisions whose code begins so, or a single one."""

    year: int | None = None
    adcode: str = ""
    report_id: str | None = None

    def __bool__(self) -> bool:
        """Whether anything is filtered at all."""
        return bool(self.year or self.adcode or self.report_id)


@dataclass(frozen=True, slots=True)
class Stored:
    """A capture, as far as its record is to be found and replayed."""

    capture_id: str
    url: str
    captured_at: str
    sha256: str
    warc_file: str
    warc_offset: int
    warc_length: int


def chosen_reports(source: Source, selection: Selection) -> list[dict[str, Any]]:
    """Reports that pass, with agency and address. Raises UsageError for none."""
    found = source.rows(
        "SELECT r.report_id, r.title, r.report_year, r.sha256, r.source_url, a.name"
        " FROM reports r JOIN agencies a USING (agency_id)"
        " WHERE (?1 IS NULL OR r.report_year = ?1)"
        " AND substr(coalesce(a.adcode, ''), 1, length(?2)) = ?2"
        " AND (?3 IS NULL OR r.report_id = ?3) ORDER BY r.report_id",
        [selection.year, selection.adcode, selection.report_id],
    )
    if selection and not found:
        raise UsageError(
            f"no report has year {selection.year or 'any'}, division "
            f"{selection.adcode or 'any'}, id {selection.report_id or 'any'}"
        )
    return found


def captures_of_report(source: Source, report_id: str) -> list[Stored]:
    """Every capture of the documents of a report, all versions, oldest first.

    With revisits come the captures that hold their payload. What is withheld is left
    out.
    """
    found: dict[str, Stored] = {}
    for row in source.rows(
        "SELECT DISTINCT sha256, url FROM report_documents WHERE report_id = ?"
        " ORDER BY url, sha256",
        [report_id],
    ):
        holder = _captures(source, row["sha256"], "outcome = 'ok'")[:1]
        for capture in [*captures_of(source, row["url"], row["sha256"]), *holder]:
            found[capture.capture_id] = capture
    return sorted(
        found.values(), key=lambda c: (c.captured_at, c.warc_file, c.warc_offset)
    )


def captures_of(source: Source, url: str, sha256: str) -> list[Stored]:
    """Captures that brought this payload from this address, oldest first.

    None of a payload that is withheld.
    """
    where = "outcome IN ('ok', 'revisit') AND url = ?2"
    return _captures(source, sha256, where, url)


def holders_of(source: Source, sha256: str, limit: int) -> list[Stored]:
    """The first captures whose records hold this payload, in order of time."""
    return _rows(
        source, f"sha256 = ?1 AND outcome = 'ok' {ORDER} LIMIT {limit}", sha256
    )


def _captures(source: Source, sha256: str, where: str, *more: str) -> list[Stored]:
    disclosed = (
        "sha256 NOT IN (SELECT sha256 FROM withholdings WHERE decision = 'withheld')"
    )
    where = f"sha256 = ?1 AND {where} AND {disclosed} {ORDER}"
    return _rows(source, where, sha256, *more)


def _rows(source: Source, where: str, *given: str) -> list[Stored]:
    columns = ", ".join(Stored.__slots__)
    found = source.rows(f"SELECT {columns} FROM captures WHERE {where}", given)
    return [Stored(**row) for row in found]
