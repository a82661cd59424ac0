"""The data directory: where everything lies, and who may write to it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive.errors import LockHeld, StorageError

ENVIRONMENT_VARIABLE = "NIANBAO_DATA"


@dataclass(frozen=True, slots=True)
class DataDir:
    """Paths of one archive. Creating the object touches nothing."""

    root: Path

    @property
    def warc(self) -> Path:
        return self.root / "warc"

    @property
    def catalog(self) -> Path:
        return self.root / "catalog.db"

    @property
    def public(self) -> Path:
        return self.root / "public"

    @property
    def published(self) -> Path:
        return self.public / "nianbao.db"

    @property
    def manifest(self) -> Path:
        return self.public / "manifest.json"

    def prepare(self) -> DataDir:
        """Create the directories and make sure that they can be written to."""
        try:
            for path in (self.root, self.warc, self.public):
                path.mkdir(parents=True, exist_ok=True)
            probe = self.root / f".probe-{os.getpid()}"
            probe.write_bytes(b"nianbao")
            probe.unlink()
        except OSError as error:
            raise StorageError(
                f"the data directory {self.root} cannot be written: {error.strerror} "
                "(choose another with --data or $NIANBAO_DATA)"
            ) from error
        return self

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the directory for writing; the lock dies with its process.

        Raises LockHeld with the pid of the owner.
        """
        path = self.root / "lock"
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise StorageError(f"cannot open {path}: {error.strerror}") from error
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                owner = os.pread(descriptor, 32, 0).decode(errors="replace").strip()
                raise LockHeld(
                    f"{self.root} is in use by process {owner or 'unknown'}"
                ) from None
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
            yield
        finally:
            os.close(descriptor)
