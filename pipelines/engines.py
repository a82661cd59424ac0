"""What reads many documents: worker processes of this machine, or those of a cluster.

The same function reads a document in both. A worker hands back the digest of what it
read with the reading itself still packed, since most documents, read again, say what
they said before, and then nobody unpacks it.

Locally every document is a task of :class:`~pipelines.contain.Containment`. A cluster
is given batches; each of its threads has a containment of its own with one process, so
that a document that crashes, hangs or asks for too much costs itself there, too, and
never the worker that the cluster's scheduler watches. How a cluster is reached is told
by the layer that may open connections, see :mod:`pipelines.connecting`.
"""

from __future__ import annotations

import atexit
import multiprocessing
import pickle
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

from archive import readings
from archive.errors import UsageError
from archive.records import Extraction, PageContext
from pipelines import connecting, convert, stages
from pipelines.contain import LIMITS, Containment, Limits, Task

Key = TypeVar("Key")
Document = tuple[bytes, PageContext]

#: Documents that go to a cluster together, and the bytes beyond which a batch is full.
BATCH = 50
BATCH_BYTES = 8_000_000
#: Batches on their way for every thread of the cluster: one read, one waiting.
AHEAD = 2


@dataclass(frozen=True, slots=True)
class Marked:
    """A reading and what tells it from another reading of the document.

    ``digests``: of the document and its further parts, as ``archive.readings`` makes
    them. ``reading``: packed where it came from another process. ``refused``: another
    program might read the document.
    """

    digests: tuple[str, ...]
    extractor: str
    template_version: str
    reading: bytes | Extraction
    refused: bool = False
    error: str | None = None
    trace: Mapping[str, Any] = field(default_factory=dict)

    def unpacked(self) -> Extraction:
        """The reading itself."""
        if isinstance(self.reading, Extraction):
            return self.reading
        found: Extraction = pickle.loads(self.reading)
        return found


def mark(extraction: Extraction) -> Marked:
    """A reading with its marks, not packed."""
    parts = (extraction, *extraction.parts)
    not_here = extraction.trace.get("not_here")
    return Marked(
        tuple(readings.reading_of(part, "", "").digest for part in parts),
        extraction.extractor,
        extraction.template_version,
        extraction,
        convert.is_refused(extraction),
        extraction.error,
        {"not_here": not_here} if not_here else {},
    )


def read_marked(data: bytes, context: PageContext) -> Marked:
    """Read one document and mark what was read; runs in a worker process."""
    found = stages.read_here(data, context)
    return replace(mark(found), reading=pickle.dumps(found))


class Engine(Protocol):
    """Reads many documents, at once as far as it can."""

    def read_all(
        self, work: Iterable[tuple[Key, bytes, PageContext]]
    ) -> Iterator[tuple[Key, Marked]]:
        """Results in the order of ``work``, of which only a few are taken ahead."""
        ...


class Processes:
    """Worker processes of this machine."""

    def __init__(self, containment: Containment[Marked]) -> None:
        self._containment = containment

    def read_all(
        self, work: Iterable[tuple[Key, bytes, PageContext]]
    ) -> Iterator[tuple[Key, Marked]]:
        """See :class:`Engine`."""
        for key, found in self._containment.read_all(work):
            yield key, _marked(found)


class Here:
    """This process; what may do harm is read in one worker, as a crawl does it."""

    def read_all(
        self, work: Iterable[tuple[Key, bytes, PageContext]]
    ) -> Iterator[tuple[Key, Marked]]:
        """See :class:`Engine`."""
        for key, data, context in work:
            yield key, replace(mark(stages.read(data, context)), refused=False)


class Cluster:
    """The workers of a cluster. ``executor`` sends work there; ``threads``: its size.

    A batch whose worker was lost is read by another: sending it again is the business
    of the executor.
    """

    def __init__(
        self,
        executor: Executor,
        threads: int,
        task: Task[Marked] = read_marked,
        limits: Limits = LIMITS,
        size: int = BATCH,
    ) -> None:
        self._executor, self._task, self._limits = executor, task, limits
        self._ahead, self._size = max(threads, 1) * AHEAD, size

    def read_all(
        self, work: Iterable[tuple[Key, bytes, PageContext]]
    ) -> Iterator[tuple[Key, Marked]]:
        """See :class:`Engine`."""
        waiting: deque[tuple[list[Key], Future[list[Marked]]]] = deque()
        for keys, documents in batches(work, self._size):
            arguments = (documents, self._task, self._limits)
            waiting.append((keys, self._executor.submit(read_batch, *arguments)))
            if len(waiting) >= self._ahead:
                yield from _results(*waiting.popleft())
        while waiting:
            yield from _results(*waiting.popleft())


def _results(
    keys: list[Key], future: Future[list[Marked]]
) -> Iterator[tuple[Key, Marked]]:
    yield from zip(keys, future.result(), strict=True)


def batches(
    work: Iterable[tuple[Key, bytes, PageContext]],
    size: int = BATCH,
    most: int = BATCH_BYTES,
) -> Iterator[tuple[list[Key], list[Document]]]:
    """Work in lots of ``size`` documents, less when they are large.

    >>> context = PageContext(url="file:///x", captured_at="")
    >>> work = [(n, bytes(n), context) for n in (1, 2, 9, 1, 1)]
    >>> [keys for keys, _ in batches(work, size=2, most=5)]
    [[1, 2], [9], [1, 1]]
    """
    keys: list[Key] = []
    documents: list[Document] = []
    for key, data, context in work:
        held = sum(len(one) for one, _ in documents)
        if documents and (len(documents) >= size or held + len(data) > most):
            yield keys, documents
            keys, documents = [], []
        keys.append(key)
        documents.append((data, context))
    if documents:
        yield keys, documents


_mine = threading.local()


def read_batch(
    documents: list[Document], task: Task[Marked], limits: Limits
) -> list[Marked]:
    """Read documents one after the other in the contained process of this thread.

    Raises UsageError where this process may not start another.
    """
    if multiprocessing.current_process().daemon:
        raise UsageError(
            "a worker of the cluster may not start the process that reads documents; "
            "start it with DASK_DISTRIBUTED__WORKER__DAEMON=False, or --no-nanny"
        )
    containment: Containment[Marked] | None = getattr(_mine, "containment", None)
    if (
        containment is None
        or containment.task is not task
        or containment.limits != limits
    ):
        containment = _mine.containment = Containment(task, 1, limits)
        atexit.register(containment.close)
    work = ((None, data, context) for data, context in documents)
    return [_marked(found) for _, found in containment.read_all(work)]


def _marked(found: Marked | Extraction) -> Marked:
    return found if isinstance(found, Marked) else mark(found)


# ------------------------------------------------------------------------ choosing one


def connect(address: str) -> AbstractContextManager[tuple[Executor, int]]:
    """Open the cluster at an address: its executor and the number of its threads."""
    return connecting.connect(address)


@contextmanager
def opened(jobs: int = 1, cluster: str | None = None) -> Iterator[Engine]:
    """The engine that was asked for: of a cluster, or ``jobs`` processes here.

    Raises UsageError when the cluster cannot be reached.
    """
    if cluster:
        with connect(cluster) as (executor, threads):
            yield Cluster(executor, threads)
    elif jobs <= 1:
        yield Here()
    else:
        with Containment(read_marked, jobs) as containment:
            yield Processes(containment)
