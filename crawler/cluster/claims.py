"""Which portals are being crawled on this machine: one claim per politeness group.

A claim is a record lock on one byte of a file, at the place that the group's hash
names. It belongs to the process that crawls and to no other: a child does not inherit
it, and it ends with the process however that ends. An orphan of a worker that was
thought dead therefore keeps its portals until it is really gone.

The file lies in :data:`VARIABLE`, by default a folder of this user among the temporary
files. Processes of other machines see it only where that names a shared file system
that passes locks on; otherwise machines are kept apart by dividing portals
(:mod:`crawler.shards`).
"""

from __future__ import annotations

import fcntl
import os
import struct
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from archive.errors import LockHeld, StorageError
from archive.records import Source
from crawler.shards import groups, stable_hash

VARIABLE = "NIANBAO_LOCKS"
#: struct flock of Linux: type, whence, start, length, pid.
FLOCK = struct.Struct("@hhqqi4x")
#: Seconds between two attempts at claims that another process holds.
LOOK = 0.5


@dataclass(slots=True)
class Claim:
    """Portals that are ours to crawl, and those that are not, with the process.

    ``busy``: politeness group → pid, 0 when it is not known (another machine's).
    """

    free: list[Source] = field(default_factory=list)
    busy: dict[str, int] = field(default_factory=dict)
    left_out: list[Source] = field(default_factory=list)
    descriptor: int | None = None

    @property
    def attention(self) -> tuple[str, ...]:
        """A line for every group that was left out."""
        return tuple(
            f"{group}: left to process {pid or 'of another machine'}, which crawls it"
            for group, pid in self.busy.items()
        )

    def close(self) -> None:
        """Give the portals up; nothing happens the second time."""
        descriptor, self.descriptor = self.descriptor, None
        if descriptor is not None:
            os.close(descriptor)


def folder() -> Path:
    """Where claims are kept."""
    given = os.environ.get(VARIABLE, "").strip()
    return Path(given or Path(tempfile.gettempdir()) / f"nianbao-{os.getuid()}")


def take(sources: Iterable[Source], patience: float = 0.0) -> Claim:
    """Claim every portal that no other process has; wait so many seconds for the rest.

    A process has one claim at a time. Raises LockHeld when there are portals and all
    of them are taken, StorageError when claims cannot be written down.
    """
    claim, until = Claim(), time.monotonic() + patience
    claim.descriptor = _opened()
    wanted = groups(sources)
    while wanted:
        claim.busy = {}
        for group in list(wanted):
            if (pid := _lock(claim.descriptor, group)) is None:
                claim.free += wanted.pop(group)
            else:
                claim.busy[group] = pid
        if not wanted or time.monotonic() >= until:
            break
        time.sleep(LOOK)
    claim.left_out = [source for members in wanted.values() for source in members]
    if claim.busy and not claim.free:
        claim.close()
        raise LockHeld("nothing is left to crawl: " + "; ".join(claim.attention))
    return claim


def _opened() -> int:
    place = folder()
    path = place / "portals.lock"
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise StorageError(
            f"cannot open {path}: {error.strerror} (${VARIABLE} names the folder)"
        ) from error


def _lock(descriptor: int, group: str) -> int | None:
    """None when the group is ours now, else the process that has it."""
    place = stable_hash(group)
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
    except (BlockingIOError, PermissionError):
        asked = FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, place, 1, 0)
        told = FLOCK.unpack(fcntl.fcntl(descriptor, fcntl.F_GETLK, asked))
        return 0 if told[0] == fcntl.F_UNLCK else int(told[4])
    return None
