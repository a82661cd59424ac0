"""The tape: a tee on the connection that keeps what is written and what arrives.

Scrapy's own response has lost header case, order and reason phrase, and a response that
breaks off is an exception without bytes. So the tape runs below the HTTP client: the
protocol copies every byte onto the tape of the request that holds the connection.

How a request finds its tape: the handler puts it into a context variable and Scrapy's
agent asks the pool for a connection in that context.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from scrapy.core.downloader.handlers.http11 import (
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)


class Tape:
    """What crossed the connection for one request."""

    def __init__(self) -> None:
        self.request = bytearray()
        self.response = bytearray()
        self.ip: str | None = None
        self.running = True
        #: The other side closed before it had shown a certificate.
        self.hung_up = False

    def stop(self) -> None:
        """Keep what is there; the connection may go on serving other requests."""
        self.running = False


#: The tape of the request whose connection is being asked for.
current: ContextVar[Tape | None] = ContextVar("current", default=None)


class TeeTransport:
    """A transport that copies what is written to it."""

    def __init__(self, transport: Any, tape: Tape) -> None:
        self._transport = transport
        self._tape = tape

    def write(self, data: bytes) -> None:
        """Copy and pass on."""
        self._tape.request += data
        self._transport.write(data)

    def writeSequence(self, parts: Any) -> None:  # noqa: N802 - Twisted's name
        """Copy and pass on."""
        self.write(b"".join(parts))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class TapedProtocol(_LenientHTTP11ClientProtocol):
    """Scrapy's HTTP client protocol with a tape in it."""

    tape: Tape | None = None

    def request(self, request: Any) -> Any:
        """Issue the request, copying its bytes."""
        tape = self.tape
        if tape is not None:
            tape.ip = getattr(self.transport.getPeer(), "host", None)
            write_to = request.writeTo
            request.writeTo = lambda transport: write_to(TeeTransport(transport, tape))
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Copy, then parse as usual."""
        if self.tape is not None and self.tape.running:
            self.tape.response += data
        super().dataReceived(data)

    def connectionLost(self, reason: Any) -> None:  # noqa: N802 - Twisted's name
        """Note how far a handshake had come."""
        certificate = getattr(self.transport, "getPeerCertificate", None)
        if self.tape is not None and self.tape.running and certificate is not None:
            self.tape.hung_up = not self.tape.response and certificate() is None
        super().connectionLost(reason)


class TapedFactory(_LenientHTTP11ClientFactory):
    """Makes :class:`TapedProtocol` connections."""

    def buildProtocol(self, addr: Any) -> TapedProtocol:  # noqa: N802
        """A protocol that reports back to the pool."""
        return TapedProtocol(self._quiescentCallback)


class TapingPool:
    """A connection pool that loads the current tape into the connection it gives."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    def getConnection(self, key: Any, endpoint: Any) -> Any:  # noqa: N802
        """A connection with the tape of the current context in it."""
        tape = current.get()

        def load(connection: Any) -> Any:
            connection.tape = tape
            return connection

        return self._pool.getConnection(key, endpoint).addCallback(load)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pool, name)
