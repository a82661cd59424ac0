"""A server that sends exactly the bytes it is told to, and keeps what it was sent."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

#: What to do on a path: bytes to send, or a function that gets the connection.
Reply = bytes | Callable[[socket.socket], None]


def page(
    body: str | bytes,
    status: str = "200 OK",
    kind: str = "text/html; charset=utf-8",
    **headers: str,
) -> bytes:
    """A plain HTTP/1.1 response."""
    data = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}"]
    lines += [f"{k.replace('_', '-')}: {v}" for k, v in headers.items()]
    lines += [f"Content-Length: {len(data)}", "", ""]
    return "\r\n".join(lines).encode() + data


NOT_FOUND = page("<p>404</p>", "404 Not Found")


class Wire:
    """Serves ``replies`` (path with query → Reply) on loopback, one thread each."""

    def __init__(
        self,
        replies: dict[str, Reply],
        certificate: tuple[Path, Path] | None = None,
        address: str = "127.0.0.1",
    ) -> None:
        self.replies = replies
        self.requests: list[bytes] = []
        self._tls = None
        if certificate:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(*certificate)
        #: Looks at a connection before anything is read from it.
        self._accepts: Callable[[socket.socket], bool] = lambda connection: True
        self._socket = socket.create_server((address, 0))
        self.port: int = self._socket.getsockname()[1]
        self.host = f"{address}:{self.port}"
        self.home = f"{'https' if certificate else 'http'}://{self.host}/"

    def paths(self) -> list[str]:
        """Paths asked for, in order."""
        return [request.split(b" ")[1].decode() for request in self.requests]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(
                target=self._serve, args=(connection,), daemon=True
            ).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            if not self._accepts(connection):
                connection.close()
                return
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                while self._answer(connection):
                    pass
        except OSError:
            pass

    def _answer(self, connection: socket.socket) -> bool:
        """Answer one request; False when the connection is to be closed."""
        got = b""
        while b"\r\n\r\n" not in got:
            part = connection.recv(65536)
            if not part:
                return False
            got += part
        self.requests.append(got)
        reply = self.replies.get(got.split(b" ")[1].decode(), NOT_FOUND)
        if callable(reply):
            reply(connection)
            return False
        connection.sendall(reply)
        head = reply.partition(b"\r\n\r\n")[0].lower()
        return b"content-length" in head or b"chunked" in head


def then_close(data: bytes) -> Reply:
    """Send and close, whatever the head promised."""
    return lambda connection: connection.sendall(data)
