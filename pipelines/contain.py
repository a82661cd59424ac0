"""Untrusted documents are read in worker processes that may take so much and no more.

A document that hangs, asks for too much memory or crashes its reader costs its worker
and nothing else: it becomes an Extraction with the reason, the next one gets a fresh
worker. Workers start from a clean process (no open archive, no threads) and cannot
open connections.
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
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import Any, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from archive.errors import DocumentError, DocumentTooLarge
from archive.records import Extraction, PageContext, Verdict
from pipelines import templates
from pipelines.reading import BINARY, extractor_version
from pipelines.sniff import sniff

#: What a worker does with a document; importable by name, so that workers find it.
Task = Callable[[bytes, PageContext], Extraction]
Key = TypeVar("Key")

#: Pages with more bytes are contained too: markup can be built to be slow to parse.
LARGE_TEXT = 1_000_000
#: A worker is replaced after so many documents, whatever its libraries leak.
DOCUMENTS = 1000
#: What workers need anyway is loaded once, before any document is there.
PRELOADED = ["pipelines.stages", "pipelines.extract.pdf"]


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


def is_risky(data: bytes) -> bool:
    """Whether a document is to be read in a worker: all but text of common size."""
    return sniff(data).form in BINARY or len(data) > LARGE_TEXT


class Containment:
    """A pool of workers that run ``task``. Closing it ends them."""

    def __init__(self, task: Task, jobs: int = 1, limits: Limits = LIMITS) -> None:
        self.task, self.jobs, self.limits = task, jobs, limits
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(PRELOADED)
        self._pool = ProcessPool(
            max_workers=jobs,
            max_tasks=DOCUMENTS,
            initializer=_confine,
            initargs=(limits.memory,),
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
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    def read(self, data: bytes, context: PageContext) -> Extraction:
        """Read one document. Never raises for what the document does."""
        return self._result(self._send(data, context), data)

    def read_all(
        self, work: Iterable[tuple[Key, bytes, PageContext]]
    ) -> Iterator[tuple[Key, Extraction]]:
        """Read many, in parallel, a few ahead; results in the order of ``work``."""
        waiting: deque[tuple[Key, bytes, Future[bytes]]] = deque()
        for key, data, context in work:
            waiting.append((key, data, self._send(data, context)))
            if len(waiting) > 2 * self.jobs:
                first, payload, future = waiting.popleft()
                yield first, self._result(future, payload)
        while waiting:
            first, payload, future = waiting.popleft()
            yield first, self._result(future, payload)

    def _send(self, data: bytes, context: PageContext) -> Future[bytes]:
        arguments: list[Any] = [self.task, data, context, self.limits]
        future: Future[bytes] = self._pool.schedule(
            _work, args=arguments, timeout=self.limits.wall
        )
        return future

    def _result(self, future: Future[bytes], data: bytes) -> Extraction:
        try:
            found: Extraction = pickle.loads(future.result())
        except TimeoutError:
            return refused(data, f"reading took more than {self.limits.wall:g} seconds")
        except MemoryError:
            return refused(data, _memory(self.limits))
        except ProcessExpired as ended:
            return refused(data, _cause(ended, self.limits))
        except DocumentError as reason:
            return refused(data, str(reason))
        except Exception as failure:  # closes one unit of work: this document
            return refused(
                data, f"the reader failed: {type(failure).__name__}: {failure}"
            )
        return found


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


def shared(task: Task) -> Containment:
    """The one worker of this process for documents that come one at a time."""
    return _shared(task, os.getpid())


@lru_cache(maxsize=4)
def _shared(task: Task, pid: int) -> Containment:
    # ``pid`` is in the key: a forked process must not use its parent's worker.
    containment = Containment(task)
    atexit.register(containment.close)
    return containment


def _cause(ended: ProcessExpired, limits: Limits) -> str:
    code = int(ended.exitcode or 0)
    if code == -signal.SIGXCPU:
        return f"reading took more than {limits.cpu} seconds of CPU time"
    if code == -signal.SIGKILL:
        return "the worker that read it was killed: the machine was short of memory"
    if code < 0:
        return f"the reader crashed with signal {signal.Signals(-code).name}"
    return f"the reader ended its process with code {code}"


def _memory(limits: Limits) -> str:
    return f"reading needs more than {limits.memory // (1024 * 1024)} MB of memory"


# ------------------------------------------------------------------- inside a worker


def _confine(memory: int) -> None:
    """Limits that hold for a worker as long as it lives."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    sys.addaudithook(_no_network)


def _no_network(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith("socket."):
        raise PermissionError(f"reading a document opens no connection: {event}")


def _work(task: Task, data: bytes, context: PageContext, limits: Limits) -> bytes:
    """Run the task with a CPU limit of its own; its result as bytes."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    until = math.ceil(usage.ru_utime + usage.ru_stime + limits.cpu)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (until, hard))
    # Ends the worker also when nobody is left to do it.
    signal.alarm(math.ceil(limits.wall) + 5)
    try:
        found = task(data, context)
    finally:
        signal.alarm(0)
    if found.error and found.error.startswith("the reader failed: MemoryError"):
        raise MemoryError
    result = pickle.dumps(found)
    if len(result) > limits.result:
        raise DocumentTooLarge(
            f"what was read takes {len(result)} bytes, {limits.result} are taken"
        )
    return result
