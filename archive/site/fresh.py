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
from collections.abc import Callable
from pathlib import Path
from typing import Any

from archive.errors import UsageError

EVERY_SECONDS = 2.0


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
    ) -> None:
        self.make, self.path, self.every, self.report = make, path, every, report
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
        watching = asyncio.create_task(self.watch())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
        for database in self.now.datasette.databases.values():
            database.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def watch(self) -> None:
        """Swap whenever another snapshot is there, until cancelled."""
        while True:
            await asyncio.sleep(self.every)
            await self.look()

    async def look(self) -> bool:
        """Swap if another snapshot is there; whether it was."""
        stamp = self._stamp()
        if stamp is None or stamp == self.stamp:
            return False
        try:
            datasette = await asyncio.to_thread(self.make)
            await datasette.invoke_startup()
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
