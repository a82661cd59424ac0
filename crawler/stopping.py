"""Ending a crawl from outside: in order on the first request, at once on the second.

On SIGTERM, SIGINT or SIGHUP no further URL is asked for and the answers on their way
are waited for, :data:`GRACE_SECONDS` at most; a second signal, or a disk that cannot be
written, ends the waiting. What was not finished is still pending in the frontier.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

#: How long answers on their way are waited for; a slow host takes up to a minute.
GRACE_SECONDS = 5.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _reactor() -> Any:
    from twisted.internet import reactor  # noqa: PLC0415 - importing installs one

    return reactor


class Stopper:
    """Ends the one crawler of a process; make it once the reactor is installed."""

    def __init__(self, crawler: Any) -> None:
        self._crawler = crawler
        self._closing: asyncio.Task[None] | None = None
        #: Somebody asked for the end.
        self.asked = False
        #: The end was not waited for: Scrapy has closed nothing.
        self.forced = False

    @contextmanager
    def signals(self) -> Iterator[None]:
        """Obey signals. One that the process was told to ignore stays ignored."""
        before = {number: signal.getsignal(number) for number in SIGNALS}
        heard = [n for n in SIGNALS if before[n] is not signal.SIG_IGN]
        for number in heard:
            signal.signal(number, self._heard)
        try:
            yield
        finally:
            for number in heard:
                signal.signal(number, before[number])

    def _heard(self, number: int, frame: Any) -> None:
        _reactor().callFromThread(self.ask)

    def ask(self) -> None:
        """End in order; when asked before, at once."""
        if self.asked:
            self.cut()
            return
        self.asked = True
        _reactor().callLater(GRACE_SECONDS, self.cut)
        self._closing = asyncio.ensure_future(self._close())

    async def _close(self) -> None:
        # A crawler that is told to stop before its engine runs would start all the same
        while self._crawler.engine is None or not self._crawler.engine.running:
            await asyncio.sleep(0.05)
        await self._crawler.stop_async()

    def cut(self) -> None:
        """End now, whatever is on its way."""
        self.forced = True
        self._crawler.crawling = False  # nobody waits for this crawler any more
        with suppress(RuntimeError):  # it is stopping already
            _reactor().stop()
