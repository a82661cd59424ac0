"""One process that answers ad-hoc SQL and can be killed at any time.

A time limit inside SQLite is asked about between its instructions, and a single
instruction may take minutes or gigabytes (``trim`` of a long text by another, a sort).
So what a stranger writes is run here: under limits of memory and of everything SQLite
has a limit for, on a database opened immutable, unable to write any file. The parent
(:mod:`archive.site.sandbox`) speaks first and kills what does not answer in time.

Messages are ``marshal``, which holds plain values only, behind four bytes of length::

    → (sql, parameters, milliseconds, rows at most)
    ← ("rows", column names, rows, truncated) | ("error", message) | ("interrupted", "")
"""

from __future__ import annotations

import contextlib
import marshal
import resource
import sqlite3
import struct
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from archive.site.fts import match

#: Memory beyond what the process has when it is ready.
MEMORY = 160_000_000
#: Of one answer, as Python counts its values.
ANSWER = 16_000_000
#: No honest question is near any of these.
LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 8_000_000,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 20_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 600,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 100,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 100,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 600,
    sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 200,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
READING = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_RECURSIVE,
}
FORBIDDEN_FUNCTIONS = {"load_extension", "fts3_tokenizer", "readfile", "writefile"}
#: What describes tables; ``data_version`` is asked by full text itself.
PRAGMAS = {
    "table_info",
    "table_xinfo",
    "index_list",
    "index_info",
    "index_xinfo",
    "foreign_key_list",
    "data_version",
}
#: Instructions of SQLite between two looks at the clock.
STEPS = 1000


def connect(path: Path) -> sqlite3.Connection:
    """The database for reading only, with every limit SQLite has."""
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?immutable=1", uri=True, isolation_level=None
    )
    connection.text_factory = lambda raw: str(raw, "utf-8", "replace")
    connection.create_function("escape_fts", 1, match, deterministic=True)
    # Sorts may not write to the disk; memory is limited for the process.
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA query_only = 1")
    for limit, value in LIMITS.items():
        connection.setlimit(limit, value)
    connection.set_authorizer(_authorize)
    return connection


def _authorize(action: int, first: Any, second: Any, *_: Any) -> int:
    if action == sqlite3.SQLITE_FUNCTION:
        allowed = (second or "").lower() not in FORBIDDEN_FUNCTIONS
    elif action == sqlite3.SQLITE_PRAGMA:
        allowed = (first or "").lower() in PRAGMAS
    elif action == sqlite3.SQLITE_UPDATE:
        # How SQLite declares the columns of full text and JSON; a statement that says
        # so itself is refused by SQLite, and the file cannot be written at all.
        allowed = first == "sqlite_master"
    else:
        allowed = action in READING
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def answer(
    connection: sqlite3.Connection,
    sql: str,
    params: dict[str, Any] | Sequence[Any],
    milliseconds: int,
    most: int,
) -> tuple[Any, ...]:
    """What a statement gives, as the message to send back."""
    deadline = time.monotonic() + milliseconds / 1000
    connection.set_progress_handler(lambda: time.monotonic() > deadline, STEPS)
    rows: list[tuple[Any, ...]] = []
    held = 0
    try:
        with contextlib.closing(connection.execute(sql, params)) as cursor:
            columns = [column[0] for column in cursor.description or ()]
            for row in cursor:
                if len(rows) == most:
                    return ("rows", columns, rows, True)
                held += sum(map(sys.getsizeof, row))
                if held > ANSWER:
                    return ("error", f"the answer is larger than {ANSWER:,} bytes")
                rows.append(row)
    except sqlite3.Error as error:
        if error.args == ("interrupted",):
            return ("interrupted", "")
        return ("error", str(error))
    return ("rows", columns, rows, False)


def read_message(stream: BinaryIO) -> Any:
    """The next message; EOFError when the other side is gone."""
    head = stream.read(4)
    if len(head) < 4:
        raise EOFError
    return marshal.loads(stream.read(struct.unpack(">I", head)[0]))


def write_message(stream: BinaryIO, message: Any) -> None:
    """Send one message."""
    body = marshal.dumps(message)
    stream.write(struct.pack(">I", len(body)) + body)
    stream.flush()


def _limit() -> None:
    statm = Path("/proc/self/statm")
    if statm.exists():  # elsewhere there is no telling what is used now
        used = int(statm.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(path: str) -> None:
    """Answer until the parent is gone."""
    connection = connect(Path(path))
    _limit()
    take, give = sys.stdin.buffer, sys.stdout.buffer
    write_message(give, ("ready",))
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            asked = read_message(take)
            try:
                write_message(give, answer(connection, *asked))
            except MemoryError:
                # What is left of the memory is not worth trusting.
                write_message(give, ("error", "the statement needs too much memory"))
                return


if __name__ == "__main__":
    main(sys.argv[1])
