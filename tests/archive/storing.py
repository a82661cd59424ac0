"""An S3 server on loopback with a line to it that can be cut, for tests of storage."""

from __future__ import annotations

import logging
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

BUCKET = "warcs"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
ASKED = re.compile(r'(GET|HEAD|PUT|POST|DELETE) (\S+) HTTP/1\.1\S*" (\d{3})')


class Line:
    """Forwards to ``port``. ``cut`` refuses everything; ``upload`` bytes pass at most.

    A connection over which more is sent is closed in the middle.
    """

    def __init__(self, port: int) -> None:
        self.cut = False
        self.upload: int | None = None
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if self.cut:
                    client.close()
                    continue
                server = socket.create_connection(("127.0.0.1", self._target))
                for source, sink, counted in (
                    (client, server, True),
                    (server, client, False),
                ):
                    threading.Thread(
                        target=self._copy, args=(source, sink, counted), daemon=True
                    ).start()

    def _copy(self, source: socket.socket, sink: socket.socket, counted: bool) -> None:
        passed = 0
        with suppress(OSError):
            while data := source.recv(1 << 16):
                passed += len(data)
                over = self.upload is not None and passed > self.upload
                if self.cut or (counted and over):
                    break
                sink.sendall(data)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@dataclass
class Store:
    """The server: what it holds, what it was asked for, and the line to it."""

    client: Any
    line: Line
    asked: list[tuple[str, str, int]] = field(default_factory=list)

    def names(self, prefix: str) -> list[str]:
        """Names of the objects under a prefix."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=BUCKET, Prefix=f"{prefix}/"
        )
        return [
            entry["Key"].rpartition("/")[2]
            for page in pages
            for entry in page.get("Contents", ())
        ]

    def get(self, prefix: str, name: str) -> bytes:
        key = f"{prefix}/{name}"
        body: bytes = self.client.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return body

    def put(self, prefix: str, name: str, data: bytes) -> None:
        self.client.put_object(Bucket=BUCKET, Key=f"{prefix}/{name}", Body=data)

    def use(self, root: Path, prefix: str, bucket: str = BUCKET) -> None:
        """Have the data directory ``root`` keep its WARC files here."""
        root.mkdir(parents=True, exist_ok=True)
        (root / "storage.yml").write_text(
            f"warc: s3://{bucket}/{prefix}\nendpoint: {self.line.url}\n"
        )


@contextmanager
def running() -> Iterator[Store]:
    """Start the server with an empty bucket."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    line = Line(port)
    client = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    client.create_bucket(Bucket=BUCKET)
    store = Store(client, line)

    class Listening(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if found := ASKED.search(record.getMessage()):
                store.asked.append((found[1], found[2], int(found[3])))

    log, handler = logging.getLogger("werkzeug"), Listening()
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield store
    finally:
        log.removeHandler(handler)
        line.close()
        server.stop()
