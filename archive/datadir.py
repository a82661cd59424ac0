"""The data directory: where everything lies, and who may write to it."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive.errors import LockHeld, StorageError, UsageError
from archive.storage.moving import moving

#: What a path that was given as URL looks like.
ADDRESS = re.compile(r"([a-z][a-z0-9+]+):/")
ENVIRONMENT_VARIABLE = "NIANBAO_DATA"
#: Space in MB that is left free, so that a run can still end in good order.
RESERVE_VARIABLE = "NIANBAO_RESERVE_MB"
RESERVE_MB = 500


def reserve_bytes() -> int:
    """Bytes that writing leaves free on the disk of the data directory."""
    given = os.environ.get(RESERVE_VARIABLE, "").strip() or str(RESERVE_MB)
    if not given.isascii() or not given.isdigit():
        raise UsageError(
            f"${RESERVE_VARIABLE}: expected a whole number of MB, found {given!r}"
        )
    return int(given) * 1_000_000


def require_space(directory: Path) -> None:
    """Raise StorageError when less than the reserve is free where ``directory`` is."""
    wanted = reserve_bytes()
    try:
        free = shutil.disk_usage(directory).free
    except OSError as error:
        raise StorageError(f"cannot look at {directory}: {error.strerror}") from error
    if free < wanted:
        raise StorageError(
            f"the disk of {directory} has {free // 1_000_000} MB free, and "
            f"{wanted // 1_000_000} MB are kept in reserve (${RESERVE_VARIABLE}); "
            "make room or choose another directory with --data or $NIANBAO_DATA"
        )


@dataclass(frozen=True, slots=True)
class DataDir:
    """Paths of one archive. Creating the object touches nothing."""

    root: Path

    def __post_init__(self) -> None:
        """Raise UsageError for what is an address and no path."""
        if address := ADDRESS.match(str(self.root)):
            raise UsageError(
                f"--data is a local folder, not {self.root}: to keep the WARC files on "
                f"{address[1]}:// write `warc: {address[1]}://…` into storage.yml in "
                "that folder"
            )

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

    @property
    def alarms(self) -> Path:
        return self.public / "alarms.atom"

    def prepare(self, *, capturing: bool = False) -> DataDir:
        """Create the directories; make sure that they can be written to and filled.

        ``capturing``: the collection too is to grow, and no portal is asked for what
        could not be kept. Raises StorageError when they cannot, or when the disk is
        into its reserve.
        """
        try:
            for path in (self.root, self.warc, self.public):
                path.mkdir(parents=True, exist_ok=True)
            probe = self.root / f".probe-{os.getpid()}"
            probe.write_bytes(b"nianbao")
            # also those of processes that were killed between these two lines
            for left in self.root.glob(".probe-*"):
                left.unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(
                f"the data directory {self.root} cannot be written: {error.strerror} "
                "(choose another with --data or $NIANBAO_DATA)"
            ) from error
        if capturing and not os.access(self.warc, os.W_OK | os.X_OK):
            raise StorageError(
                f"the WARC folder {self.warc} cannot be written: nothing that is"
                " captured could be kept"
            )
        require_space(self.root)
        return self

    @contextmanager
    def kept_still(self) -> Iterator[None]:
        """Hold the directory while it is read, so that nobody writes meanwhile.

        Where nothing can be written nobody does. Raises as :meth:`lock`.
        """
        if self.root.is_dir() and not os.access(self.root, os.W_OK):
            yield
            return
        with self.lock():
            yield

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the directory for writing; the lock dies with its process.

        Closed WARC files that are kept elsewhere are moved there. Raises LockHeld with
        the pid of the owner, StorageError when that place cannot be had.
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
            with moving(self.warc):
                yield
        finally:
            os.close(descriptor)
