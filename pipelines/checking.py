"""What ``nianbao check`` does: rules within reports and between them, where due.

Reports of one house (a government and its members) are read together and checked in
worker processes that only read; this process alone writes. What needs all reports at
once (equal numbers, repeated texts) comes last. A report that is neither new nor read
again, nor rests on one that is, keeps its findings.
"""

from __future__ import annotations

import gc
import hashlib
import multiprocessing
import os
import sqlite3
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from operator import attrgetter
from typing import Self

from pebble import ProcessPool

from archive import checked, filings
from archive.catalog import Catalog
from archive.checked import AGGREGATE_FIELDS, Mark, Row, as_row
from archive.console import Step
from archive.filings import Filing
from pipelines import roles, rules, similarity
from pipelines.rules import between
from pipelines.rules.between import peers, repetition
from pipelines.rules.between.repetition import Likeness
from pipelines.rules.between.spec import Between, Identical, Repeated, between_book
from pipelines.rules.finding import UNCERTAIN, Finding, as_check
from pipelines.rules.origin import REPORT

#: Reports that are read and checked at a time, whole houses of them.
BATCH = 60
#: Fewer reports than this are checked here: starting workers would take longer.
ALONE = 150
#: Findings are made by the thousand and hold no cycles: looking for some takes longer.
SELDOM = (200_000, 50, 100)
#: Seconds after which a batch is given up.
PATIENCE = 600.0
#: Memory of the writer for pages of the database, in KiB.
CACHE = 160_000
#: Pages that are written between two checkpoints of a check.
PAGES = 20_000
#: From so many reports on, indexes are made afterwards.
MANY = 2000

as_total = attrgetter(*AGGREGATE_FIELDS)


@dataclass(frozen=True, slots=True)
class Checking:
    """What was done: of ``reports`` in all, so many were ``checked``.

    ``verdicts`` counts those of the checked reports; ``failed`` names what could not be
    checked, which stays due.
    """

    reports: int
    checked: int
    verdicts: Counter[str] = field(default_factory=Counter)
    written: int = 0
    failed: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The last line of the command."""
        if not self.checked:
            return f"{self.reports} reports: nothing to check again"
        counts = ", ".join(f"{n} {name}" for name, n in sorted(self.verdicts.items()))
        return f"{self.checked} of {self.reports} reports checked: {counts}"


@dataclass(frozen=True, slots=True)
class Result:
    """The findings on one report, as rows."""

    report_id: str
    rows: list[Row]
    totals: list[Row]
    vector: str | None


@cache
def rules_version() -> str:
    """Changes whenever a rule does, in words or in code: twelve hex digits."""
    digest = hashlib.sha256()
    for name, content in sorted(_sources(files("pipelines.rules"), "rules")):
        digest.update(name.encode() + b"\0" + content + b"\0")
    digest.update(files("pipelines.templates").joinpath("crosswalk.yml").read_bytes())
    return digest.hexdigest()[:12]


def _sources(folder: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    for item in folder.iterdir():
        path = f"{name}/{item.name}"
        if item.is_dir():
            yield from _sources(item, path)
        elif item.name.endswith((".py", ".yml")):
            yield path, item.read_bytes()


def check(
    catalog: Catalog,
    *,
    everything: bool = False,
    jobs: int | None = None,
    step: Callable[[int], Step] = lambda total: lambda what="": None,
) -> Checking:
    """Apply all rules to the current version of every report that is due.

    ``everything`` checks all of them again. ``step`` makes the display for so many
    reports. Same catalogue and rules give the same findings, however many ``jobs``.
    """
    connection = catalog.db.conn
    total = checked.count(connection)
    stale = checked.stale(connection, rules_version())
    gone = checked.vanished(connection, stale, total)
    if everything or len(stale) == total:
        due = checked.every(connection)
    else:
        due = _due(connection, stale, gone)
    jobs = jobs or os.cpu_count() or 1
    with ExitStack() as closing:
        closing.enter_context(_unhurried())
        work: Work
        likeness: Callable[[], Collection[str]]
        if len(due) <= ALONE or jobs == 1:
            repeating = similarity.refresh(catalog).changed
            if not due and not gone and not repeating:
                return Checking(total, 0)
            work, likeness = _here(connection, _batches(due)), lambda: repeating
        else:
            there = closing.enter_context(_There(catalog, _batches(due), jobs))
            likeness = there.likeness(catalog)
            work = there.results()
        closing.enter_context(_roomy(connection, many=len(due) > MANY))
        return _check(catalog, due, gone, likeness, total, work, step)


def _due(
    connection: sqlite3.Connection, stale: Sequence[Mark], gone: Sequence[Mark]
) -> list[Mark]:
    """Stale reports and those that rest on them, or on some that are gone."""
    if not stale and not gone:
        return []
    ids = {mark.report_id for mark in stale}
    return checked.named(connection, ids | checked.bearing(connection, [*stale, *gone]))


@contextmanager
def _unhurried() -> Iterator[None]:
    """Look for cycles among the findings seldom, in this process, too."""
    before = gc.get_threshold()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def _roomy(connection: sqlite3.Connection, *, many: bool) -> Iterator[None]:
    """Give the writer memory for its indexes, and longer between checkpoints.

    For very ``many`` rows indexes are made when these are in. A run that was killed
    meanwhile left none: they are made whenever they are missing.
    """
    indexes = checked.slow_indexes()
    connection.execute(f"PRAGMA cache_size = -{CACHE}")
    connection.execute(f"PRAGMA wal_autocheckpoint = {PAGES}")
    try:
        if many:
            for name in indexes:
                connection.execute(f'DROP INDEX IF EXISTS "{name}"')
        yield
    finally:
        for sql in indexes.values():
            connection.execute(sql.replace("INDEX", "INDEX IF NOT EXISTS", 1))
        connection.execute("PRAGMA cache_size = -2000")
        connection.execute("PRAGMA wal_autocheckpoint = 1000")


def _check(
    catalog: Catalog,
    due: Sequence[Mark],
    gone: Sequence[Mark],
    likeness: Callable[[], Collection[str]],
    total: int,
    work: Work,
    step: Callable[[int], Step],
) -> Checking:
    connection, now = catalog.db.conn, catalog.now()
    marks = {mark.report_id: mark for mark in due}
    display = step(len(due))
    verdicts: Counter[str] = Counter()
    written, failed = 0, []
    # that of the documents is loading's, as those of other reports are not this part's
    wide = frozenset(s.rule.rule_id for s in _wide()) | {roles.RULE.rule_id}
    numbers = {(m.report_year, m.vector) for m in (*due, *gone) if m.vector}
    done: dict[str, Mark] = {}
    for batch, results in work:
        if isinstance(results, str):
            failed.append(f"{len(batch)} reports of {batch[0].house}: {results}")
            continue
        with catalog.atomic():
            for result in results:
                mark = replace(marks[result.report_id], vector=result.vector)
                key = (mark.report_id, mark.version_no)
                written += checked.put_checks(
                    connection, *key, result.rows, wide, inside=False
                )
                checked.put_totals(connection, *key, result.totals)
                checked.put_mark(connection, mark, rules_version(), now)
                done[mark.report_id] = mark
                verdicts.update(row[3] for row in result.rows)
                display(mark.report_id)
    numbers |= {(m.report_year, m.vector) for m in done.values() if m.vector}
    repeating = likeness()
    with catalog.atomic():
        checked.forget(connection, gone)
        rows, told = _put_wide(connection, done, repeating, numbers)
    verdicts.update(told)
    return Checking(total, len(done), verdicts, written + rows, tuple(failed))


def _batches(due: Iterable[Mark]) -> Iterator[list[Mark]]:
    """Whole houses, about ``BATCH`` reports at a time."""
    batch: list[Mark] = []
    for mark in due:
        if len(batch) >= BATCH and mark.house != batch[-1].house:
            yield batch
            batch = []
        batch.append(mark)
    if batch:
        yield batch


# ------------------------------------------------------------------ a batch of reports

Work = Iterator[tuple[list[Mark], list[Result] | str]]


def _here(connection: sqlite3.Connection, batches: Iterable[list[Mark]]) -> Work:
    for batch in batches:
        yield batch, examine(connection, [mark.report_id for mark in batch])


class _There:
    """Workers that check batches; what they found comes in the order of the batches."""

    def __init__(
        self, catalog: Catalog, batches: Iterable[list[Mark]], jobs: int
    ) -> None:
        catalog.db.conn.commit()
        context = multiprocessing.get_context("forkserver")
        self._pool = ProcessPool(max_workers=jobs, context=context)
        self._path, self._batches, self._ahead = catalog.path, iter(batches), 2 * jobs
        self._waiting: deque[tuple[list[Mark], Future[list[Result]]]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *what: object) -> None:
        if kind is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
        else:
            self._pool.close()  # type: ignore[no-untyped-call]
        self._pool.join()

    def likeness(self, catalog: Catalog) -> Callable[[], Collection[str]]:
        """Have likeness measured; the call gives the reports of which it changed.

        Of very many reports a worker measures it, beside the rules, which do not need
        it before the end.
        """
        connection = catalog.db.conn
        if not similarity.all_due(connection):
            found = similarity.refresh(catalog).changed
            return lambda: found
        future: Future[similarity.Measured] = self._pool.schedule(
            _measure_at, args=(str(self._path),)
        )

        def stored() -> Collection[str]:
            try:
                measured = future.result()
            except Exception:  # the worker was lost: it is done here instead
                measured = similarity.measure_all(connection)
            with catalog.atomic():
                return similarity.store_all(connection, measured)

        return stored

    def results(self) -> Work:
        """What was found in each batch; why nothing was, where one failed."""
        for batch in self._batches:
            while len(self._waiting) > self._ahead:
                yield _result(*self._waiting.popleft())
            self._send(batch)
        while self._waiting:
            yield _result(*self._waiting.popleft())

    def _send(self, batch: list[Mark]) -> None:
        task = (str(self._path), [mark.report_id for mark in batch])
        future = self._pool.schedule(_examine_at, args=task, timeout=PATIENCE)
        self._waiting.append((batch, future))


def _result(
    batch: list[Mark], future: Future[list[Result]]
) -> tuple[list[Mark], list[Result] | str]:
    try:
        return batch, future.result()
    except Exception as error:
        return batch, f"{type(error).__name__}: {error}"


@cache
def _connection(path: str) -> sqlite3.Connection:
    return filings.connect(path)


def _measure_at(path: str) -> similarity.Measured:
    """Run in a worker, once."""
    return similarity.measure_all(_connection(path))


def _examine_at(path: str, report_ids: list[str]) -> list[Result]:
    """Run in a worker, which keeps its connection."""
    gc.set_threshold(*SELDOM)
    return examine(_connection(path), report_ids)


def examine(connection: sqlite3.Connection, report_ids: Sequence[str]) -> list[Result]:
    """The findings on the named reports; not by rules that need all reports."""
    kinds = between_book().members
    before = filings.previous(connection, report_ids)
    inside = filings.members(connection, report_ids, kinds)
    readings = filings.readings(connection, report_ids)
    read = {report_id: report for report_id, (report, _) in readings.items()}
    filed = filings.filings(connection, {*report_ids, *before, *inside}, read)
    years: dict[tuple[str, int], list[Filing]] = {}
    houses: dict[tuple[str | None, int], list[Filing]] = {}
    for one in filed.values():
        years.setdefault((one.agency.agency_id, one.report_year), []).append(one)
        if one.agency.kind in kinds and one.scope == "own_organ":
            houses.setdefault((one.agency.parent_id, one.report_year), []).append(one)
    own = [filed[i].agency.agency_id for i in report_ids if i in filed]
    known = filings.known_members(connection, own, kinds)
    related = filings.related(connection, own)
    found = []
    for report_id, (reading, form) in readings.items():
        filing = filed[report_id]
        agency = filing.agency.agency_id
        company = between.Company(
            filing,
            reading,
            _before(filing, years.get((agency, filing.report_year - 1), [])),
            houses.get((agency, filing.report_year), []),
            known.get(agency, 0),
            related.get(agency, []),
        )
        across = between.evaluate(company)
        checks = [*rules.evaluate(reading, form), *across.checks]
        rows = [as_row(one) for one in checks]
        totals = [as_total(one) for one in across.totals]
        found.append(Result(report_id, rows, totals, across.vector))
    return found


def _before(filing: Filing, last: Sequence[Filing]) -> Filing | None:
    """Last year's report, that of the same scope where there are two."""
    same = [one for one in last if one.scope == filing.scope]
    return next(iter(same or last), None)


# -------------------------------------------------------------- rules over all reports


def _wide() -> Iterator[Between]:
    """Rules that need all reports at once."""
    for spec in between_book().specs:
        if isinstance(spec.test, Identical | Repeated):
            yield spec


def _put_wide(
    connection: sqlite3.Connection,
    done: Mapping[str, Mark],
    repeating: Collection[str],
    numbers: Iterable[tuple[int, str]],
) -> tuple[int, Counter[str]]:
    """Findings of the rules over all reports; rows written, and the verdicts.

    Beside the reports that were ``done`` those whose likeness to others changed, and
    those that have, or had, the same numbers as one of them.
    """
    touched = {*done, *repeating, *checked.same_numbers(connection, numbers)}
    marks = checked.named(connection, touched)
    ids = [mark.report_id for mark in marks]
    found: dict[str, list[Row]] = {report_id: [] for report_id in ids}
    templates = {mark.report_id: mark.template for mark in marks}
    for spec in _wide():
        if isinstance(spec.test, Identical):
            told = _identical(connection, spec.test, marks)
        else:
            assert isinstance(spec.test, Repeated)
            told = _repeated(connection, spec.test, ids)
        for report_id, finding in told:
            if templates[report_id] in spec.templates:
                origin = REPORT if finding.verdict == UNCERTAIN else None
                one = as_check(finding, spec.rule, report_id, origin)
                found[report_id].append(as_row(one))
    wide = {spec.rule.rule_id for spec in _wide()}
    written = sum(
        checked.put_checks(
            connection,
            mark.report_id,
            mark.version_no,
            found[mark.report_id],
            wide,
            inside=True,
        )
        for mark in marks
    )
    return written, Counter(
        row[3] for report_id in done for row in found.get(report_id, ())
    )


def _identical(
    connection: sqlite3.Connection, test: Identical, marks: Sequence[Mark]
) -> Iterator[tuple[str, Finding]]:
    others = checked.alike(connection, (mark.report_id for mark in marks))
    for mark in marks:
        alike = others.get(mark.report_id, [])
        known = mark.vector is not None
        yield mark.report_id, peers.identical(test, mark.report_year, known, alike)


def _repeated(
    connection: sqlite3.Connection, test: Repeated, ids: Sequence[str]
) -> Iterator[tuple[str, Finding]]:
    rows = checked.likeness(connection, ids, test.other)
    measured = checked.measured(connection, ids, test.chapters)
    for report_id in ids:
        like = [
            Likeness(
                chapter,
                year if test.other == "previous_year" else name,
                share,
            )
            for chapter, name, year, share in rows.get(report_id, ())
        ]
        yield report_id, repetition.repeated(test, report_id in measured, like)
