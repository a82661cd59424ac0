"""Ad-hoc SQL, run by processes that are killed when they do not answer in time.

:data:`foreign` says whether the request at hand brings SQL of its own; the middleware
of :mod:`archive.site.limits` sets it. A :class:`SandboxedDatabase` sends the statements
of such requests to a :class:`Sandbox` and runs all others as Datasette does, so
strangers never hold the threads that the pages need.
"""

from __future__ import annotations

import asyncio
import contextlib
import marshal
import queue
import select
import sqlite3
import struct
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from pathlib import Path
from threading import Lock
from typing import Any

from datasette.database import QueryInterrupted, Results
from datasette.utils.asgi import Base400

from archive.site.snapshot import SnapshotDatabase

foreign: ContextVar[bool] = ContextVar("foreign", default=False)

#: Together at most one second: what SQLite gets, and when the process is killed.
TIME_LIMIT_MS = 700
GRACE_MS = 200
WORKERS = 2
#: Statements that may wait for a worker; more than these are sent away.
WAITING = 16
START_SECONDS = 20
#: What Datasette asks of itself, whatever the request brings.
HOUSEKEEPING = {"PRAGMA schema_version"}


class Busy(Base400):  # type: ignore[misc]
    """Too many statements are waiting."""

    status = 503


class Interrupted(Exception):
    """A statement took too long."""


class Worker:
    """One process; not for use by two threads at once."""

    def __init__(self, path: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "archive.site.sqlworker", str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the parent
        )
        self.ready = False

    def ask(self, message: Any, seconds: float) -> Any:
        """The answer; TimeoutError or EOFError when there is none."""
        if not self.ready:
            self._read(time.monotonic() + START_SECONDS)
            self.ready = True
        deadline = time.monotonic() + seconds
        body = marshal.dumps(message)
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(struct.pack(">I", len(body)) + body)
            self.process.stdin.flush()
        except BrokenPipeError as error:
            raise EOFError from error
        return self._read(deadline)

    def _read(self, deadline: float) -> Any:
        (length,) = struct.unpack(">I", self._take(4, deadline))
        return marshal.loads(self._take(length, deadline))

    def _take(self, count: int, deadline: float) -> bytes:
        stream = self.process.stdout
        assert stream is not None
        parts: list[bytes] = []
        while count:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([stream], [], [], left)[0]:
                raise TimeoutError
            part = stream.raw.read(min(count, 1 << 20))  # type: ignore[attr-defined]
            if not part:
                raise EOFError
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def kill(self) -> None:
        """End the process, whatever it does."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()


class Sandbox:
    """A few workers on one database, started when first needed."""

    def __init__(self, path: Path, workers: int = WORKERS) -> None:
        self.path = path
        self.threads = ThreadPoolExecutor(workers, thread_name_prefix="sandbox")
        self.idle: queue.SimpleQueue[Worker] = queue.SimpleQueue()
        self.started = 0
        self.waiting = 0
        self.lock = Lock()
        self.closed = False

    async def run(
        self,
        sql: str,
        params: dict[str, Any] | Sequence[Any],
        most: int,
        milliseconds: int = TIME_LIMIT_MS,
    ) -> tuple[list[str], list[tuple[Any, ...]], bool]:
        """Columns, rows, and whether there are more than ``most``.

        Raises Interrupted after ``milliseconds``, Busy when too many wait,
        sqlite3.OperationalError for whatever is wrong with the statement.
        """
        if self.waiting >= WAITING:
            raise Busy("too many statements are waiting; try again in a moment")
        self.waiting += 1
        try:
            found = await asyncio.get_running_loop().run_in_executor(
                self.threads, self._run, sql, params, most, milliseconds
            )
        finally:
            self.waiting -= 1
        if found[0] == "interrupted":
            raise Interrupted
        if found[0] == "error":
            raise sqlite3.OperationalError(found[1])
        _, columns, rows, truncated = found
        return columns, rows, truncated

    def _run(self, sql: str, params: Any, most: int, milliseconds: int) -> Any:
        worker = self._take()
        try:
            message = (sql, params, milliseconds, most)
            found = worker.ask(message, (milliseconds + GRACE_MS) / 1000)
        except TimeoutError:
            self._replace(worker)
            return ("interrupted", "")
        except EOFError:
            self._replace(worker)
            return ("error", "the statement needs too much memory")
        except BaseException:
            self._replace(worker)
            raise
        if found[0] == "error" and "memory" in found[1]:
            self._replace(worker)
        else:
            self._put(worker)
        return found

    def _take(self) -> Worker:
        # There are as many workers as threads, so one is always idle or not started.
        with contextlib.suppress(queue.Empty):
            return self.idle.get_nowait()
        return Worker(self.path)

    def _put(self, worker: Worker) -> None:
        with self.lock:
            if not self.closed:
                self.idle.put(worker)
                return
        worker.kill()

    def _replace(self, worker: Worker) -> None:
        """Kill a worker and let the next start, so that nobody waits for that."""
        worker.kill()
        self._put(Worker(self.path))

    def close(self) -> None:
        """Kill the workers; statements under way still finish."""
        with self.lock:
            self.closed = True
        with contextlib.suppress(queue.Empty):
            while True:
                self.idle.get_nowait().kill()
        self.threads.shutdown(wait=False)


def row_type(columns: list[str]) -> type[tuple[Any, ...]]:
    """Rows that can be asked by number and by name, as sqlite3.Row can."""
    numbers = {name: number for number, name in reversed(list(enumerate(columns)))}

    class Row(tuple):  # type: ignore[type-arg]
        __slots__ = ()

        def __getitem__(self, key: Any) -> Any:
            return tuple.__getitem__(
                self, numbers[key] if isinstance(key, str) else key
            )

        def keys(self) -> list[str]:
            return columns

    return Row


class SandboxedDatabase(SnapshotDatabase):
    """Datasette's database, but SQL of strangers is run elsewhere."""

    def __init__(self, ds: Any, path: Path) -> None:
        super().__init__(ds, path=str(path), is_mutable=False)
        self.sandbox = Sandbox(path)

    async def execute(
        self,
        sql: str,
        params: Any = None,
        truncate: bool = False,
        custom_time_limit: int | None = None,
        page_size: int | None = None,
        log_sql_errors: bool = True,
        **more: Any,
    ) -> Any:
        """As Datasette has it; QueryInterrupted when it takes too long."""
        if not foreign.get() or sql in HOUSEKEEPING:
            return await super().execute(
                sql,
                params,
                truncate=truncate,
                custom_time_limit=custom_time_limit,
                page_size=page_size,
                log_sql_errors=log_sql_errors,
                **more,
            )
        given = dict(params) if isinstance(params, dict) else list(params or ())
        limit = min(custom_time_limit or TIME_LIMIT_MS, TIME_LIMIT_MS)
        most = self.ds.max_returned_rows
        if most == (page_size or self.ds.page_size):
            most += 1
        try:
            columns, rows, more_rows = await self.sandbox.run(sql, given, most, limit)
        except Interrupted as error:
            raise QueryInterrupted(error, sql, given) from error
        description = tuple((name, *[None] * 6) for name in columns)
        kind = row_type(columns)
        return Results([kind(row) for row in rows], truncate and more_rows, description)

    def close(self) -> None:
        """Close connections and end the workers."""
        self.sandbox.close()
        super().close()
