"""Untrusted documents are read in worker processes that may take so much and no more.

A document that hangs, asks for too much memory or crashes its reader costs its worker
and nothing else: it becomes an Extraction with the reason, the next one gets a fresh
worker. Workers start from a clean process (no open archive, no threads) and cannot
open connections.

Pictures need networks that are larger than all a common document may take: they are
read by workers of their own, which start when the first picture comes.
"""

from __future__ import annotations

import atexit
import hashlib
import math
import multiprocessing
import os
import pickle
import resource
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import Any, Generic, Protocol, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from archive.errors import DocumentError, DocumentTooLarge
from archive.records import Extraction, PageContext, Verdict
from pipelines import ocr, templates
from pipelines.reading import BINARY, extractor_version
from pipelines.sniff import sniff


class Told(Protocol):
    """What is looked at of a result before it is handed on."""

    @property
    def error(self) -> str | None: ...

    @property
    def trace(self) -> Mapping[str, Any]: ...


Key = TypeVar("Key")
#: What the task gives for a document; one that it gives nothing for is an Extraction.
Found = TypeVar("Found", bound=Told)
#: What a worker does with a document; importable by name, so that workers find it.
Task = Callable[[bytes, PageContext], Found]

#: Pages with more bytes are contained too: markup can be built to be slow to parse.
LARGE_TEXT = 1_000_000
#: A worker is replaced after so many documents, whatever its libraries leak.
DOCUMENTS = 1000
#: The code with which a worker ends that ran out of memory: what it keeps of one
#: document, the next one would lack.
OUT_OF_MEMORY = 76
#: A document is read again once when its worker may have been short for another's sake.
ATTEMPTS = 2
#: Seconds after which is looked whether the workers are still there.
LOOK = 1.0
#: Documents on their way for each worker: one read, the others at hand when it is done.
AHEAD = 4
#: What workers need anyway is loaded once, before any document is there.
PRELOADED = ["pipelines.lean", "pipelines.stages", "pipelines.extract.pdf"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one document may take.

    ``memory``: bytes of address space of a worker, its libraries (some 200 MB)
    included. ``cpu`` and ``wall``: seconds. ``result``: bytes of what was read.
    """

    memory: int = 512 * 1024 * 1024
    cpu: int = 30
    wall: float = 60.0
    result: int = 10_000_000


LIMITS = Limits()
#: For pictures: the networks and a page take some 1.4 GB of address space, a page some
#: 4 seconds and at most 20; sixty pages are recognised.
PICTURES = Limits(memory=2560 * 1024 * 1024, cpu=600, wall=900.0)
#: Largest files that are looked into for what a scan is made of.
LOOKED_INTO = 50_000_000


def is_risky(data: bytes) -> bool:
    """Whether a document is to be read in a worker: all but text of common size."""
    return sniff(data).form in BINARY or len(data) > LARGE_TEXT


def is_picture(data: bytes) -> bool:
    """Whether a document is sure to need recognition: pictures, PDF without any font.

    Other scans are found out when they are read.
    """
    form = sniff(data).form
    if form == "image":
        return True
    if form != "pdf" or len(data) > LOOKED_INTO:
        return False
    return b"/Image" in data and b"/Font" not in data and b"/ObjStm" not in data


class Containment(Generic[Found]):
    """A pool of workers that run ``task``. Closing it ends them."""

    def __init__(
        self,
        task: Task[Found],
        jobs: int = 1,
        limits: Limits = LIMITS,
        pictures: Limits | None = PICTURES,
    ) -> None:
        self.task, self.jobs, self.limits = task, jobs, limits
        self.pictures = pictures  # None: these workers are those that read pictures
        self._others: Containment[Found] | None = None
        self._pool = self._started()

    def _started(self) -> ProcessPool:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(PRELOADED)
        return ProcessPool(
            max_workers=self.jobs,
            max_tasks=DOCUMENTS,
            initializer=_confine,
            initargs=(self.limits.memory, self.pictures is None),
            context=context,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the workers; documents not yet read are dropped."""
        if self._others is not None:
            self._others.close()
            self._others = None
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    def read(self, data: bytes, context: PageContext) -> Found | Extraction:
        """Read one document. Never raises for what the document does."""
        return self._taken(self._sent_on(data, context))

    def read_all(
        self, work: Iterable[tuple[Key, bytes, PageContext]]
    ) -> Iterator[tuple[Key, Found | Extraction]]:
        """Read many, in parallel, a few ahead; results in the order of ``work``."""
        waiting: deque[tuple[Key, _Sent[Found]]] = deque()
        for key, data, context in work:
            waiting.append((key, self._sent_on(data, context)))
            if len(waiting) > AHEAD * self.jobs:
                first, sent = waiting.popleft()
                yield first, self._taken(sent)
        while waiting:
            first, sent = waiting.popleft()
            yield first, self._taken(sent)

    def _sent_on(self, data: bytes, context: PageContext) -> _Sent[Found]:
        """Send a document to its workers; pictures have their own."""
        if self.pictures and ocr.available() and is_picture(data):
            return self._with_networks()._send(data, context)
        return self._send(data, context)

    def _taken(self, sent: _Sent[Found]) -> Found | Extraction:
        """The result, after a second round for what turned out to be a picture."""
        if self._others is not None and sent.home is self._others:
            return self._others._result(sent)
        found = self._result(sent)
        if self.pictures and found.trace.get("not_here"):
            return self._with_networks().read(sent.data, sent.context)
        return found

    def _with_networks(self) -> Containment[Found]:
        if self._others is None:
            assert self.pictures is not None
            self._others = Containment(self.task, self.jobs, self.pictures, None)
        return self._others

    def _send(
        self, data: bytes, context: PageContext, attempt: int = 1
    ) -> _Sent[Found]:
        arguments: list[Any] = [self.task, data, context, self.limits]
        try:
            future = self._schedule(arguments)
        except RuntimeError:  # the pool broke down since the last document
            self._renew(self._pool)
            future = self._schedule(arguments)
        return _Sent(self, self._pool, future, data, context, attempt)

    def _schedule(self, arguments: list[Any]) -> Future[bytes]:
        future: Future[bytes] = self._pool.schedule(
            _work, args=arguments, timeout=self.limits.wall
        )
        return future

    def _renew(self, broken: ProcessPool) -> None:
        """New workers for those of a pool that broke down, unless there are some."""
        if self._pool is broken:
            self.close()
            self._pool = self._started()

    def _result(self, sent: _Sent[Found]) -> Found | Extraction:
        data = sent.data
        try:
            found: Found = pickle.loads(_outcome(sent))
        except TimeoutError:
            return refused(data, f"reading took more than {self.limits.wall:g} seconds")
        except BrokenProcessPool:
            # A worker that dies between two documents takes its pool with it.
            self._renew(sent.pool)
            if again := self._again(sent):
                return again
            return refused(data, "the worker that was to read it was lost, twice")
        except ProcessExpired as ended:
            if ended.exitcode == OUT_OF_MEMORY and (again := self._again(sent)):
                return again
            return refused(data, _cause(ended, self.limits))
        except DocumentError as reason:
            return refused(data, str(reason))
        except Exception as failure:  # closes one unit of work: this document
            return refused(
                data, f"the reader failed: {type(failure).__name__}: {failure}"
            )
        return found

    def _again(self, sent: _Sent[Found]) -> Found | Extraction | None:
        if sent.attempt >= ATTEMPTS:
            return None
        return self._result(self._send(sent.data, sent.context, sent.attempt + 1))


@dataclass(frozen=True, slots=True)
class _Sent(Generic[Found]):
    """A document on its way through a pool."""

    home: Containment[Found]
    pool: ProcessPool
    future: Future[bytes]
    data: bytes
    context: PageContext
    attempt: int


def _outcome(sent: _Sent[Any]) -> bytes:
    """What the worker gave. Raises what it raised, and BrokenProcessPool."""
    while not wait([sent.future], timeout=LOOK).done:
        # Documents that wait in line are forgotten by a pool that breaks down.
        if not sent.pool.active and not wait([sent.future], timeout=LOOK).done:
            raise BrokenProcessPool
    return sent.future.result()


def refused(data: bytes, reason: str) -> Extraction:
    """The reading of a document whose worker was ended, with the reason."""
    sniffed = sniff(data)
    return Extraction(
        sha256=hashlib.sha256(data).hexdigest(),
        form=sniffed.form,
        media_type=sniffed.media_type,
        charset=None,
        verdict=Verdict("other", f"not read: {reason}"),
        report=None,
        extractor=extractor_version(sniffed.form),
        template_version=templates.version(),
        error=reason,
        trace={"bytes": len(data), "contained": reason},
    )


def shared(task: Task[Extraction]) -> Containment[Extraction]:
    """The one worker of this process for documents that come one at a time."""
    return _shared(task, os.getpid())


@lru_cache(maxsize=4)
def _shared(task: Task[Extraction], pid: int) -> Containment[Extraction]:
    # ``pid`` is in the key: a forked process must not use its parent's worker.
    containment = Containment(task)
    atexit.register(containment.close)
    return containment


def _cause(ended: ProcessExpired, limits: Limits) -> str:
    code = int(ended.exitcode or 0)
    if code == OUT_OF_MEMORY:
        return f"reading needs more than {limits.memory // (1024 * 1024)} MB of memory"
    if code == -signal.SIGXCPU:
        return f"reading took more than {limits.cpu} seconds of CPU time"
    if code == -signal.SIGKILL:
        return "the worker that read it was killed: the machine was short of memory"
    if code < 0:
        return f"the reader crashed with signal {signal.Signals(-code).name}"
    return f"the reader ended its process with code {code}"


# ------------------------------------------------------------------- inside a worker


def _confine(memory: int, pictures: bool = False) -> None:
    """Limits that hold for a worker as long as it lives."""
    if not pictures:
        ocr.leave()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    sys.addaudithook(_no_network)


def _no_network(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith("socket."):
        raise PermissionError(f"reading a document opens no connection: {event}")


def _work(task: Task[Any], data: bytes, context: PageContext, limits: Limits) -> bytes:
    """Run the task with a CPU limit of its own; its result as bytes."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    until = math.ceil(usage.ru_utime + usage.ru_stime + limits.cpu)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (until, hard))
    # Ends the worker also when nobody is left to do it.
    signal.alarm(math.ceil(limits.wall) + 5)
    try:
        found = task(data, context)
        if (found.error or "").startswith("the reader failed: MemoryError"):
            os._exit(OUT_OF_MEMORY)
        result = pickle.dumps(found)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    finally:
        signal.alarm(0)
    if len(result) > limits.result:
        raise DocumentTooLarge(
            f"what was read takes {len(result)} bytes, {limits.result} are taken"
        )
    return result
