"""Opening ``catalog.db``: to write in it, or to read where nothing can be written.

A backup on a read-only file system, or the archive of another user, can be looked at.
SQLite wants to make files beside a database in WAL mode even for reading, so one in a
folder that cannot be written to is opened as immutable, unless a log with changes lies
beside it.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from sqlite_utils import Database

from archive.errors import StorageError
from archive.migrations import migrations

WAIT_SECONDS = 5


def opened(path: Path) -> Database:
    """The catalogue, migrated, ready to be read and, where possible, written.

    Raises StorageError.
    """
    if path.exists() and not writable(path):
        return _to_read(path)
    try:
        db = Database(sqlite3.connect(path, timeout=WAIT_SECONDS))
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute(f"PRAGMA busy_timeout = {WAIT_SECONDS * 1000}")
        migrations.apply(db)
        db.execute("PRAGMA foreign_keys = ON")
    except sqlite3.Error as error:
        raise StorageError(f"cannot open {path}: {error}") from error
    return db


def writable(path: Path) -> bool:
    """Whether a database can be written: the file, and files beside it."""
    return all(os.access(place, os.W_OK) for place in (path, path.parent))


def _to_read(path: Path) -> Database:
    log = path.with_name(f"{path.name}-wal")
    changes = log.exists() and log.stat().st_size > 0
    mode = "mode=ro" if changes else "mode=ro&immutable=1"
    try:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?{mode}", uri=True, timeout=WAIT_SECONDS
        )
        db = Database(connection)
        pending = migrations.pending(db)
    except sqlite3.Error as error:
        log_too = f", and {log.name} lies beside it" if changes else ""
        raise StorageError(
            f"cannot open {path}: {error} (it cannot be written{log_too})"
        ) from error
    if pending:
        db.close()
        raise StorageError(
            f"{path} is of an earlier version and cannot be brought up to this one:"
            " it cannot be written"
        )
    return db
