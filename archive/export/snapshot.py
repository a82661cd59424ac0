"""The published database, opened for an export: immutable, with its manifest."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from archive import manifest
from archive.datadir import DataDir
from archive.errors import StorageError
from archive.site import query

#: A publication may replace the file between a look at its digest and its opening.
TRIES = 3


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was published, as a source of selections and rows.

    The file stays open: it is read to the end also when the next one is published
    meanwhile. Temporary tables may be made in ``connection``.
    """

    path: Path
    manifest: dict[str, Any]
    connection: sqlite3.Connection
    stream: BinaryIO

    @property
    def sha256(self) -> str:
        return str(self.manifest["sha256"])

    @property
    def published_at(self) -> str:
        return str(self.manifest["published_at"])

    @property
    def day(self) -> str:
        """The date it was published on, ISO."""
        return self.published_at[:10]

    @property
    def bytes(self) -> int:
        return int(self.manifest["bytes"])

    def rows(self, sql: str, params: Iterable[Any] = ()) -> list[dict[str, Any]]:
        """Rows of a SELECT as dictionaries."""
        return query.rows(self.connection, sql, params)

    def count(self, sql: str, params: Iterable[Any] = ()) -> int:
        """The single number a SELECT gives."""
        return query.count(self.connection, sql, params)

    def copy(self, dest: Path) -> None:
        """The database itself, byte for byte; raises StorageError if it is damaged."""
        self.stream.seek(0)
        with dest.open("xb") as target:
            while part := self.stream.read(1 << 20):
                target.write(part)
        if (found := manifest.digest(dest)) != self.sha256:
            raise StorageError(
                f"{self.path} has the SHA-256 {found} now, not {self.sha256}"
            )


@contextmanager
def opened(data: DataDir) -> Iterator[Snapshot]:
    """Open what is published.

    Raises UsageError when nothing is, StorageError when it cannot be read.
    """
    path = data.published
    for _ in range(TRIES):
        before = _stamp(path)
        described = manifest.current(data)
        with ExitStack() as stack:
            try:
                stream = stack.enter_context(path.open("rb"))
                address = f"{path.absolute().as_uri()}?immutable=1"
                connection = sqlite3.connect(address, uri=True)
                stack.callback(connection.close)
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
                if _stamp(path) == before:
                    yield Snapshot(path, described, connection, stream)
                    return
            except sqlite3.DatabaseError as error:
                raise StorageError(f"cannot read {path}: {error}") from error
    raise StorageError(f"{data.published} is replaced again and again: try later")


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What tells one file in a place from the next; None for no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
