"""Reading broken documents one after another, and what became of them."""

from __future__ import annotations

import math
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from archive import codes
from archive.errors import DocumentError
from archive.records import Extraction, PageContext
from pipelines.extract.zipfile import members
from pipelines.unpack import is_zip
from tests.pipelines.mutations import mutated

CONTEXT = PageContext("http://a.example/b", "2026-01-31T08:00:00Z")
Reader = Callable[[bytes, PageContext], Extraction]


class Hang(BaseException):
    """Reading took longer than any document may; never caught on the way up."""


@contextmanager
def at_most(seconds: float, *, cpu: bool) -> Iterator[None]:
    """Raise Hang when the block takes longer; main thread only.

    ``cpu``: seconds of this process, which a busy machine does not use up; else those
    of the clock, for what is read by a worker.
    """
    timer, mark = (
        (signal.ITIMER_PROF, signal.SIGPROF)
        if cpu
        else (signal.ITIMER_REAL, signal.SIGALRM)
    )

    def ring(signum: int, frame: object) -> None:
        raise Hang(f"more than {seconds:g} seconds")

    before = signal.signal(mark, ring)
    signal.setitimer(timer, seconds)
    try:
        yield
    finally:
        signal.setitimer(timer, 0)
        signal.signal(mark, before)


@dataclass
class Tally:
    """What became of the documents of one form."""

    form: str
    documents: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    slowest_seed: str = ""
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        kinds = ", ".join(f"{n} {kind}" for kind, n in sorted(self.outcomes.items()))
        problems = "; ".join(self.problems[:20]) or "none"
        return (
            f"{self.form}: {self.documents} documents: {kinds}; slowest "
            f"{self.slowest:.2f} s ({self.slowest_seed}); {len(self.problems)} "
            f"problems: {problems}"
        )


def trial(
    tally: Tally, reader: Reader, seed: str, limit: float, *, cpu: bool = False
) -> None:
    """Read the document of one seed and note what became of it."""
    data = mutated(tally.form, seed)
    start = time.perf_counter()
    try:
        with at_most(limit, cpu=cpu):
            for extraction in _readings(data, reader):
                _judge(tally, extraction, seed)
    except Hang as error:
        tally.problems.append(f"{seed} hangs: {error}")
    except Exception as error:  # what would have ended the run
        tally.problems.append(f"{seed} raises {type(error).__name__}: {error}")
    seconds = time.perf_counter() - start
    tally.documents += 1
    if seconds > tally.slowest:
        tally.slowest, tally.slowest_seed = seconds, seed


def _readings(data: bytes, reader: Reader, depth: int = 1) -> Iterator[Extraction]:
    """The readings of a document, and of the files in a ZIP as they are taken in."""
    yield reader(data, CONTEXT)
    if is_zip(data) and depth < 3:
        try:
            for member in members(data):
                if member.data:
                    yield from _readings(member.data, reader, depth + 1)
        except DocumentError:
            pass  # listed with this reason by the one who unpacks


def _judge(tally: Tally, found: Extraction, seed: str) -> None:
    error = found.error or ""
    if "the reader failed" in error or "crashed" in error:
        tally.problems.append(f"{seed}: {error[:200]}")
    elif found.report is None and not error and not found.verdict.reason:
        tally.problems.append(f"{seed} is neither read nor listed with a reason")
    if found.report is None:
        kind = "refused" if error else f"no report ({found.verdict.kind})"
        tally.outcomes["taking too much" if "more than" in error and "seconds" in error
                       else kind] += 1  # fmt: skip
        return
    tally.outcomes[found.report.status] += 1
    for cell in found.report.cells:
        numeric = cell.state in ("number", "zero")
        sound = (
            cell.state in codes.STATES
            and cell.method in codes.METHODS
            and numeric == (cell.value is not None)
            and (cell.value is None or math.isfinite(cell.value))
        )
        if not sound:
            tally.problems.append(f"{seed}: {cell.key} is {cell.raw!r} {cell.state}")
            return
