"""The catalogue: the finding aid to the WARCs, and the only writer of ``catalog.db``.

SQLite in WAL mode with one writer (the data directory's lock sees to that). Tables and
columns are those of :mod:`archive.dictionary`. One report is one transaction; every
method that writes either joins the transaction of the caller or is one itself.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from archive.clock import Clock, iso, new_run_id, utc_now
from archive.errors import StorageError
from archive.opening import opened
from archive.portals import hosts_of
from archive.records import (
    Agency,
    Capture,
    Cell,
    Chapter,
    Document,
    Extraction,
    Metric,
    Report,
    Rule,
    Source,
)

CAPTURE_FIELDS = tuple(f.name for f in fields(Capture))

CELL_FIELDS = tuple(f.name for f in fields(Cell))
#: Ids that begin with a time, as ``new_run_id`` makes them.
RUN_IDS = "[0-9]" * 8 + "T" + "[0-9]" * 6 + "-*"
#: Columns of ``reports`` that the reading itself says.
REPORT_FIELDS = (
    "report_id",
    "report_year",
    "title",
    "template",
    "scope",
    "status",
    "published_on",
    "published_on_source",
    "signed_on",
    "due_on",
    "days_late",
)


def _of_the_disk(error: sqlite3.DatabaseError) -> bool:
    """Whether SQLite complains of the file rather than of what it was asked to do."""
    asked = (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.DataError)
    return not isinstance(error, (*asked, sqlite3.NotSupportedError))


def row_to_capture(row: Mapping[str, Any]) -> Capture:
    """A row of ``captures`` as a Capture."""
    values = {name: row[name] for name in CAPTURE_FIELDS}
    if values["tls_verified"] is not None:
        values["tls_verified"] = bool(values["tls_verified"])
    return Capture(**values)


class Catalog:
    """Opens, migrates, reads and writes one ``catalog.db``.

    Where it cannot be written it is only read, see :mod:`archive.opening`.
    """

    def __init__(self, path: Path, *, clock: Clock = utc_now) -> None:
        self.path = Path(path)
        self._clock = clock
        #: Told when a run is finished, inside the transaction that says so.
        self.on_finish: Callable[[str], None] = lambda run_id: None
        self.db = opened(self.path)

    def close(self) -> None:
        """Close the database."""
        self.db.close()

    def __enter__(self) -> Catalog:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """One transaction; nested ones are savepoints. Disk full: StorageError."""
        try:
            with self.db.atomic():
                yield
        except sqlite3.DatabaseError as error:
            if not _of_the_disk(error):
                raise
            raise StorageError(f"cannot write {self.path}: {error}") from error

    def rows(self, sql: str, params: Iterable[Any] = ()) -> list[dict[str, Any]]:
        """Rows of a SELECT as dictionaries. For this package only.

        Raises StorageError when the file cannot be read.
        """
        try:
            return list(self.db.query(sql, list(params)))
        except sqlite3.DatabaseError as error:
            if not _of_the_disk(error):
                raise
            raise StorageError(f"cannot read {self.path}: {error}") from error

    def one(self, sql: str, params: Iterable[Any] = ()) -> dict[str, Any] | None:
        """First row of a SELECT."""
        return next(iter(self.rows(sql, params)), None)

    def upsert(self, table: str, row: Mapping[str, Any]) -> None:
        """Insert or update one row by its primary key."""
        self.db.table(table).upsert(dict(row))

    def now(self) -> str:
        """The time, as rows of this catalogue are stamped with."""
        return iso(self._clock())

    # ------------------------------------------------------------------- runs

    def start_run(self, command: str, tag: str = "") -> str:
        """Open a row in the run ledger and return its id, which carries ``tag``.

        Ids sort in the order of the runs, even when the clock was set back between.
        """
        moment = self._clock()
        with self.atomic():
            last = self.one(
                f"SELECT max(run_id) AS id FROM runs WHERE run_id GLOB '{RUN_IDS}'"
            )
            run_id = new_run_id(moment, after=(last and last["id"]) or "", tag=tag)
            self.db.table("runs").insert(
                {"run_id": run_id, "started_at": iso(moment), "command": command}
            )
        return run_id

    def close_killed_runs(self) -> None:
        """Say of runs that never came to say how they ended that they were killed.

        Call it under the lock of the data directory, before a run is started.
        """
        with self.atomic():
            self.db.execute("UPDATE runs SET outcome = 'killed' WHERE outcome IS NULL")

    def finish_run(self, run_id: str, outcome: str, stats: Mapping[str, Any]) -> None:
        """Close a row of the run ledger; a run never ends before it began."""
        with self.atomic():
            run = self.one(
                "SELECT started_at AS at FROM runs WHERE run_id = ?", [run_id]
            )
            began = run["at"] if run else ""
            self.db.table("runs").update(
                run_id,
                {
                    "finished_at": max(iso(self._clock()), began),
                    "outcome": outcome,
                    "stats": json.dumps(stats, ensure_ascii=False, sort_keys=True),
                },
            )
            self.on_finish(run_id)

    def amend_run(self, run_id: str, outcome: str, stats: Mapping[str, Any]) -> None:
        """Change what a finished run says of itself; the next ledger tells it."""
        text = json.dumps(stats, ensure_ascii=False, sort_keys=True)
        with self.atomic():
            self.db.execute(
                "UPDATE runs SET finished_at = max(finished_at, ?), outcome = ?,"
                " stats = ? WHERE run_id = ?",
                [self.now(), outcome, text, run_id],
            )

    # ---------------------------------------------------------------- sources

    def source(self, source_id: str) -> dict[str, Any] | None:
        """A row of ``sources``."""
        return self.one("SELECT * FROM sources WHERE source_id = ?", [source_id])

    def put_source(self, source: Source, **state: Any) -> None:
        """Record a portal of the registry; ``state`` sets cms, state, last_ok_at, note.

        A portal that is new and has no state yet is ``untried``.
        """
        known = self.one(
            "SELECT source_id FROM sources WHERE source_id = ?", [source.source_id]
        )
        row = {
            "source_id": source.source_id,
            "name": source.name,
            "adcode": source.adcode,
            "level": source.level,
            "home": source.home,
            "hosts": json.dumps(hosts_of(source)),
        }
        if known is None:
            row |= {"state": "untried", "note": source.note}
        with self.atomic():
            if known is None:
                self.db.table("sources").insert(row | state)
            else:  # an upsert would want the columns that are not given
                self.db.table("sources").update(source.source_id, row | state)

    # --------------------------------------------------------------- captures

    def add_capture(self, capture: Capture, **extra: Any) -> None:
        """Store a capture row; the record must be durable already."""
        with self.atomic():
            self.db.table("captures").insert(asdict(capture) | extra, ignore=True)

    def capture(self, capture_id: str) -> Capture | None:
        """A capture by its id."""
        row = self.one("SELECT * FROM captures WHERE capture_id = ?", [capture_id])
        return row_to_capture(row) if row else None

    def holder(self, sha256: str) -> Capture | None:
        """The first capture whose record holds this payload (not a revisit)."""
        return next(iter(self.holders(sha256, 1)), None)

    def holders(self, sha256: str, limit: int) -> list[Capture]:
        """The first captures whose records hold this payload, in order of time."""
        return [
            row_to_capture(row)
            for row in self.rows(
                "SELECT * FROM captures WHERE sha256 = ? AND outcome = 'ok'"
                " ORDER BY captured_at LIMIT ?",
                [sha256, limit],
            )
        ]

    def captures_in(self, file: str) -> list[Capture]:
        """Captures whose records lie in a WARC file, in the order of the file."""
        return [
            row_to_capture(row)
            for row in self.rows(
                "SELECT * FROM captures WHERE warc_file = ? ORDER BY warc_offset",
                [file],
            )
        ]

    def captures_of(self, url: str, sha256: str) -> list[Capture]:
        """Captures that brought this payload from this address, oldest first."""
        return [
            row_to_capture(row)
            for row in self.rows(
                "SELECT * FROM captures WHERE url = ? AND sha256 = ?"
                " AND outcome IN ('ok', 'revisit') ORDER BY captured_at",
                [url, sha256],
            )
        ]

    def known_end(self, file: str) -> int:
        """Where the last record ends that a capture names in a file; 0 without any."""
        row = self.one(
            "SELECT max(warc_offset + warc_length) AS n FROM captures"
            " WHERE warc_file = ?",
            [file],
        )
        return int(row["n"] or 0) if row else 0

    def warc_files(self) -> list[str]:
        """Names of the WARC files that captures point into."""
        sql = "SELECT DISTINCT warc_file FROM captures ORDER BY warc_file"
        return [row["warc_file"] for row in self.rows(sql)]

    # ------------------------------------------------------------- references

    def put_reference(self, metrics: Iterable[Metric], rules: Iterable[Rule]) -> None:
        """Replace the dictionaries of metrics and rules with those of this version."""
        with self.atomic():
            self.db.execute("DELETE FROM metrics")
            self.db.table("metrics").insert_all(asdict(m) for m in metrics)
            self.db.table("rules").upsert_all(asdict(r) for r in rules)

    def put_crosswalk(self, terms: Iterable[Mapping[str, Any]]) -> None:
        """Replace the crosswalk of the generations with that of this version."""
        with self.atomic():
            self.db.execute("DELETE FROM crosswalk")
            self.db.table("crosswalk").insert_all(dict(term) for term in terms)

    def metrics(self) -> list[Metric]:
        """All metrics in the order of the forms."""
        return [
            Metric(**row)
            for row in self.rows("SELECT * FROM metrics ORDER BY template, position")
        ]

    # --------------------------------------------------------------- readings

    def put_document(self, document: Document) -> None:
        """Record an original; what was first known about it stays.

        One without a media type was never read and takes what the reading says.
        """
        with self.atomic():
            self.db.table("documents").insert(asdict(document), ignore=True)
            self.db.execute(
                "UPDATE documents SET media_type = ?, form = ?, charset = ?,"
                " filename = coalesce(filename, ?)"
                " WHERE sha256 = ? AND media_type = ''",
                [
                    document.media_type,
                    document.form,
                    document.charset,
                    document.filename,
                    document.sha256,
                ],
            )

    def put_triage(
        self,
        extraction: Extraction,
        url: str,
        title: str | None,
        part: int | None = None,
    ) -> None:
        """Record what a candidate was taken for, replacing an earlier reading.

        ``part``: which report of the document, from 2 on; None for the document.
        """
        report, moment = extraction.report, iso(self._clock())
        key = [extraction.sha256, url]
        with self.atomic():
            known = self.one(
                "SELECT found_at FROM triage WHERE sha256 = ? AND url = ?", key
            )
            self.upsert(
                "triage",
                {
                    "found_at": known["found_at"] if known else moment,
                    "sha256": extraction.sha256,
                    "url": url,
                    "kind": extraction.verdict.kind,
                    "reason": extraction.verdict.reason,
                    "title": report.title if report else title,
                    "report_id": report.report_id if report else None,
                    "error": extraction.error,
                    "extractor": extraction.extractor,
                    "template_version": extraction.template_version,
                    "extracted_at": moment,
                    "part": part,
                    "files": json.dumps(extraction.files) if extraction.files else None,
                },
            )

    def put_agency(self, agency: Agency) -> None:
        """Record an authority and its names; a credit code once seen stays."""
        row = asdict(agency)
        names = row.pop("names")
        if row["uscc"] is None:
            del row["uscc"]
        with self.atomic():
            self.upsert("agencies", row)
            for name in names:
                self.db.execute(
                    "INSERT INTO agency_names (agency_id, name, relation, valid_from,"
                    " valid_to, basis) VALUES (:agency_id, :name, :relation,"
                    " :valid_from, :valid_to, :basis) ON CONFLICT DO UPDATE SET"
                    " valid_from = min(valid_from, excluded.valid_from),"
                    " valid_to = max(valid_to, excluded.valid_to)",
                    {"agency_id": agency.agency_id, **name},
                )

    def versions(self, report_id: str) -> list[dict[str, Any]]:
        """Versions of a report, oldest first."""
        return self.rows(
            "SELECT * FROM report_versions WHERE report_id = ? ORDER BY version_no",
            [report_id],
        )

    def version_content(
        self, report_id: str, version_no: int
    ) -> tuple[dict[tuple[str, str, str], str], str]:
        """Cells (key → raw) and prose of a version, for comparison with another."""
        cells = {
            (c["table_code"], c["row_code"], c["col_code"]): c["raw"]
            for c in self.rows(
                "SELECT * FROM cells WHERE report_id = ? AND version_no = ?"
                " AND state <> 'missing'",
                [report_id, version_no],
            )
        }
        chapters = self.rows(
            "SELECT heading, prose FROM chapters WHERE report_id = ? AND version_no = ?"
            " AND chapter_no > 0 ORDER BY chapter_no, id",
            [report_id, version_no],
        )
        text = "\n".join(f"{c['heading'] or ''}{c['prose']}" for c in chapters)
        return cells, text

    def put_version(
        self, report: Report, version_no: int, sha256: str, at: str, change: str
    ) -> None:
        """Store the content of one version, replacing an earlier reading of it.

        Its first capture stays the first, whichever capture was read now.
        """
        key = {"report_id": report.report_id, "version_no": version_no}
        with self.atomic():
            known = self.one(
                "SELECT first_captured_at AS at FROM report_versions"
                " WHERE report_id = ? AND version_no = ? AND sha256 = ?",
                [report.report_id, version_no, sha256],
            )
            at = min(at, known["at"]) if known else at
            said = {n: getattr(report, n) for n in ("title", "template", "status")}
            self.db.table("report_versions").upsert(
                key
                | {"sha256": sha256, "first_captured_at": at, "change": change}
                | said
            )
            for table in ("chapters", "cells", "checks", "aggregates", "leftovers"):
                self.db.execute(
                    f"DELETE FROM {table} WHERE report_id = ? AND version_no = ?",
                    [report.report_id, version_no],
                )
            self._unchecked(report.report_id)
            for table, items in (
                ("chapters", report.chapters),
                ("cells", report.cells),
                ("checks", report.checks),
                ("leftovers", report.leftovers),
            ):
                self.db.table(table).insert_all(key | asdict(item) for item in items)

    def put_report(
        self, report: Report, version_no: int, n_versions: int, sha256: str, url: str
    ) -> None:
        """Store the report's own row, as of its current version."""
        self.put_agency(report.agency)
        row = {name: getattr(report, name) for name in REPORT_FIELDS}
        row |= {
            "agency_id": report.agency.agency_id,
            "source_url": url,
            "sha256": sha256,
            "version_no": version_no,
            "n_versions": n_versions,
        }
        with self.atomic():
            self.upsert("reports", row)
            self._unchecked(report.report_id)

    def _unchecked(self, report_id: str) -> None:
        """Have the next check look at a report again, and at those it bears on."""
        self.db.execute(
            "UPDATE checked SET rules_version = '' WHERE report_id = ?", [report_id]
        )
        self.db.execute(
            "UPDATE sketches SET method = '' WHERE report_id = ?", [report_id]
        )

    def report(self, report_id: str) -> dict[str, Any] | None:
        """A row of ``reports``."""
        return self.one("SELECT * FROM reports WHERE report_id = ?", [report_id])

    def reading(self, report_id: str, version_no: int) -> Report | None:
        """A version as it was read, checks left out: what the rules look at."""
        row, key = self.report(report_id), [report_id, version_no]
        if row is None:
            return None
        agency = self.one(
            "SELECT * FROM agencies WHERE agency_id = ?", [row["agency_id"]]
        )
        assert agency is not None
        where = "WHERE report_id = ? AND version_no = ?"
        return Report(
            agency=Agency(**agency),
            chapters=tuple(
                Chapter(c["chapter_no"], c["heading"], c["text"], c["prose"])
                for c in self.rows(f"SELECT * FROM chapters {where} ORDER BY id", key)
            ),
            cells=tuple(
                Cell(**{name: c[name] for name in CELL_FIELDS})
                for c in self.rows(f"SELECT * FROM cells {where}", key)
            ),
            **{name: row[name] for name in REPORT_FIELDS},
        )

    def put_checks(self, report: Report, version_no: int) -> None:
        """Replace the checks of a version."""
        key = {"report_id": report.report_id, "version_no": version_no}
        with self.atomic():
            self.db.execute(
                "DELETE FROM checks WHERE report_id = ? AND version_no = ?",
                list(key.values()),
            )
            self.db.table("checks").insert_all(
                key | asdict(check) for check in report.checks
            )

    def candidates(self) -> list[dict[str, Any]]:
        """Every document that was ever read, with what is known about its place.

        One row per (sha256, url), in the order in which they were first read, so that
        reading all of them again numbers versions as before.
        """
        return self.rows(
            "SELECT t.sha256, t.url, t.extractor, t.template_version, t.title,"
            " t.report_id, d.filename, s.source_id, s.name, s.adcode, s.level,"
            " f.link_text, f.via, f.list_date,"
            " CASE f.role WHEN 'attachment' THEN p.link_text END AS page_title"
            " FROM triage t JOIN documents d USING (sha256)"
            " LEFT JOIN frontier f ON f.url = t.url"
            " LEFT JOIN frontier p ON p.url = f.via AND p.source_id = f.source_id"
            " LEFT JOIN sources s ON s.source_id = f.source_id"
            " WHERE t.part IS NULL"
            " ORDER BY t.found_at, d.first_captured_at, t.sha256, t.url"
        )

    def put_report_document(
        self,
        report_id: str,
        version_no: int,
        sha256: str,
        role: str,
        url: str,
        differs: str | None = None,
    ) -> None:
        """Record that a document, found at ``url``, belongs to a version.

        ``differs``: in what it says otherwise than the main document.
        """
        with self.atomic():
            self.upsert(
                "report_documents",
                {
                    "report_id": report_id,
                    "version_no": version_no,
                    "sha256": sha256,
                    "role": role,
                    "url": url,
                    "differs": differs,
                },
            )

    # ----------------------------------------------------------------- counts

    def count(self, table: str) -> int:
        """Number of rows."""
        return int(self.db.table(table).count)

    def counts(self) -> dict[str, int]:
        """Row counts of the tables that tell how much is in here."""
        names = ("sources", "captures", "documents", "agencies", "reports", "cells")
        return {name: self.count(name) for name in names}

    def status(self) -> dict[str, Any]:
        """Last runs, sources, unreadable documents and row counts."""
        return {
            "counts": self.counts(),
            "runs": self.rows("SELECT * FROM runs ORDER BY run_id DESC LIMIT 10"),
            "sources": self.rows("SELECT * FROM sources ORDER BY source_id"),
            "unreadable": self.rows(
                "SELECT url, error FROM triage WHERE error IS NOT NULL ORDER BY url"
            ),
        }
