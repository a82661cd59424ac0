"""Moving closed WARC files to where they are kept.

A file is removed here only when the same bytes, read back, stand there: a process that
is killed at any point leaves it in one of the two places or in both, and the next start
goes on. What is there already under the same name is compared, never replaced.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.errors import StorageError
from archive.storage.shelf import CLOSED, Shelf

logger = logging.getLogger(__name__)

#: Seconds between two looks for closed files while a run goes on.
INTERVAL = 30.0
#: While a run goes on, a file is left alone for as long: names hold the second in which
#: a file was begun, and are found free by looking into the directory.
SETTLED = 60.0


def move_up(shelf: Shelf, *, settled: float = 0.0) -> int:
    """Move closed files that are ``settled`` seconds old; their number.

    Raises StorageError for the first that cannot be moved: it and those behind it stay.
    """
    if shelf.remote is None:
        return 0
    moved = 0
    for path in sorted(shelf.directory.glob(f"*{CLOSED}")):
        try:
            if settled and time.time() - path.stat().st_mtime < settled:
                continue
        except FileNotFoundError:  # another process of this archive moved it
            continue
        shelf.remote.add(path)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(f"cannot remove {path}: {error.strerror}") from error
        logger.info("%s moved to %s", path.name, shelf.remote)
        moved += 1
    return moved


@contextmanager
def moving(directory: Path) -> Iterator[None]:
    """Move what is closed before, while and after something is done under the lock.

    Nothing happens where files stay. A store that cannot be had is told before
    anything else is begun. After an error the rest waits for the next start.
    """
    shelf = Shelf(directory)
    if shelf.remote is None:
        yield
        return
    shelf.remote.sizes()
    move_up(shelf)
    with _meanwhile(shelf):
        yield
    try:
        move_up(shelf)
    except StorageError as error:
        waiting = len([*shelf.directory.glob(f"*{CLOSED}")])
        raise StorageError(
            f"the work is done, but {waiting} WARC files could not be moved and wait "
            f"in {shelf.directory} for the next start: {error}"
        ) from error


@contextmanager
def _meanwhile(shelf: Shelf) -> Iterator[None]:
    """Move files as a long run closes them. Trouble is left to the end of the run."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(INTERVAL):
            try:
                move_up(shelf, settled=SETTLED)
            except StorageError as error:
                logger.warning("%s (tried again)", error)

    thread = threading.Thread(target=work, name="moving WARC files", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
