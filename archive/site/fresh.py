"""The site stays up while a new snapshot is published: the next request sees it.

A published database is never changed, only replaced. So there is one application for
each snapshot; this one looks every few seconds whether the file is another one, builds
the next application beside the one that serves, swaps, and closes the old one when its
last response is out.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from archive.errors import UsageError

EVERY_SECONDS = 2.0
#: Between two steps of making ready, and how many of these a busy site may add.
QUIET_SECONDS = 0.05
LONGEST_QUIET = 20

#: Makes a snapshot ready; awaits its second argument between its steps.
Warm = Callable[[Any, Callable[[], Awaitable[None]]], Awaitable[None]]


class Served:
    """A Datasette, its ASGI application, and how many responses it owes."""

    def __init__(self, datasette: Any) -> None:
        self.datasette = datasette
        self.app = datasette.app()
        self.open = 0

    async def close(self) -> None:
        """Close its files once nothing is read from them."""
        while self.open:
            await asyncio.sleep(0.05)
        for database in self.datasette.databases.values():
            database.close()
        if self.datasette.executor:
            self.datasette.executor.shutdown(wait=False)


class Fresh:
    """ASGI application that serves the snapshot at ``path`` as ``make`` builds it."""

    def __init__(
        self,
        make: Callable[[], Any],
        path: Path,
        *,
        every: float = EVERY_SECONDS,
        report: Callable[[str], None] = lambda line: print(line, file=sys.stderr),
        warm: Warm | None = None,
    ) -> None:
        self.make, self.path, self.every, self.report = make, path, every, report
        self.warm = warm
        self.stamp = self._stamp()
        self.now = Served(make())
        self.closing: set[asyncio.Task[None]] = set()

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        return (found.st_ino, found.st_mtime_ns, found.st_size)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        served = self.now
        served.open += 1
        try:
            await served.app(scope, receive, send)
        finally:
            served.open -= 1

    async def _live(self, receive: Any, send: Any) -> None:
        await receive()
        await self.now.datasette.invoke_startup()
        tasks = [asyncio.create_task(self.watch())]
        tasks.append(asyncio.create_task(self._prepare(self.now.datasette)))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for task in tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        for database in self.now.datasette.databases.values():
            database.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def watch(self) -> None:
        """Swap whenever another snapshot is there, until cancelled."""
        while True:
            await asyncio.sleep(self.every)
            await self.look()

    async def _prepare(self, datasette: Any) -> None:
        """Make a snapshot ready; what cannot be made now is made when asked for."""
        try:
            if self.warm is not None:
                await self.warm(datasette, self._quiet)
        except Exception as error:  # one unit of work: the pages tell what fails
            self.report(f"not everything is ready beforehand: {error}")

    async def _quiet(self) -> None:
        """Until nobody waits for a response, or has waited long."""
        await asyncio.sleep(QUIET_SECONDS)
        for _ in range(LONGEST_QUIET):
            if not self.now.open:
                return
            await asyncio.sleep(QUIET_SECONDS)

    async def look(self) -> bool:
        """Swap if another snapshot is there; whether it was."""
        stamp = self._stamp()
        if stamp is None or stamp == self.stamp:
            return False
        try:
            datasette = await asyncio.to_thread(self.make)
            await datasette.invoke_startup()
            await self._prepare(datasette)
        except UsageError as error:
            # Half a publication, or something that is none: the old one still serves.
            self.report(f"the new snapshot is not served: {error}")
            self.stamp = stamp
            return False
        if stamp != self._stamp():
            return False  # replaced meanwhile; the next look takes that one
        self.stamp, old, self.now = stamp, self.now, Served(datasette)
        task = asyncio.create_task(old.close())
        self.closing.add(task)
        task.add_done_callback(self.closing.discard)
        return True
