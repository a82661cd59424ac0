"""Responses sent piece by piece, at the pace of whoever receives them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Any

from datasette.utils.asgi import Response

CHUNK = 256 * 1024
_END: Any = object()


class Stream(Response):  # type: ignore[misc]
    """A response whose body is an iterator of bytes. HEAD sends the headers alone.

    ``blocking`` iterators do their work (reading records, packing) in a thread, piece
    by piece, and are closed when the reader goes away.
    """

    def __init__(
        self,
        request: Any,
        pieces: Iterator[bytes | memoryview],
        status: int,
        headers: dict[str, str],
        content_type: str,
        *,
        blocking: bool = False,
    ) -> None:
        super().__init__(b"", status, headers, content_type)
        self.headers_only = request.method == "HEAD"
        self._receive = request.receive
        self._pieces = pieces
        self._blocking = blocking

    async def asgi_send(self, send: Any) -> None:
        """Send it all, or stop when the connection is gone."""
        if self.headers_only:
            await super().asgi_send(send)
            return
        headers = self.headers | {"content-type": self.content_type}
        raw = [
            (key.encode("latin-1"), value.encode()) for key, value in headers.items()
        ]
        await send(
            {"type": "http.response.start", "status": self.status, "headers": raw}
        )
        gone = asyncio.ensure_future(_until_gone(self._receive))
        try:
            async for piece in self._each():
                if gone.done():
                    return
                await send(
                    {"type": "http.response.body", "body": piece, "more_body": True}
                )
            await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()
            with suppress(asyncio.CancelledError):
                await gone
            if close := getattr(self._pieces, "close", None):
                await asyncio.to_thread(close)

    async def _each(self) -> AsyncIterator[bytes | memoryview]:
        if not self._blocking:
            for piece in self._pieces:
                yield piece
            return
        while True:
            piece = await asyncio.to_thread(next, self._pieces, _END)
            if piece is _END:
                return
            yield piece


async def _until_gone(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def slices(payload: bytes, start: int, end: int) -> Iterator[memoryview]:
    """``payload[start:end]`` in pieces, without copying it.

    >>> [bytes(piece) for piece in slices(b"abcdef", 1, 5)]
    [b'bcde']
    """
    view = memoryview(payload)
    for at in range(start, end, CHUNK):
        yield view[at : min(at + CHUNK, end)]
