"""A process that runs ``nianbao`` again and again and dies at a chosen point of it.

Run as a script it imports the product once, reads one request a line (JSON: the
arguments, a point, at which of its occurrences to die, seconds to shift the clock by
and after how many looks at it) and answers with the exit code, -9 after a kill. Each
request runs in a fork of its own.
The points are laid over the product from outside; it knows nothing of them.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

#: So small that a crawl of some twenty pages closes several files.
ROLL_BYTES = 6_000


class Trigger:
    """Counts how often the chosen point is passed; the nth time is the last."""

    def __init__(self, point: str, nth: int) -> None:
        self.point, self.left = point, nth

    def due(self, point: str) -> bool:
        if point != self.point:
            return False
        self.left -= 1
        return self.left == 0

    def __call__(self, point: str) -> None:
        if self.due(point):
            die()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def around(owner: Any, name: str, before: Callable[..., None], after: Any) -> None:
    """Have ``before`` and ``after`` called with the arguments of a function."""
    original = getattr(owner, name)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        before(*args)
        result = original(*args, **kwargs)
        after(*args)
        return result

    setattr(owner, name, wrapped)


def nothing(*_: Any) -> None:
    pass


def lay(at: Trigger) -> None:
    """Lay every fault point over the product."""
    from archive import manifest, warc, warcrepair

    class File(io.FileIO):
        def write(self, data: Any) -> int:
            if at.due("half a record"):
                super().write(data[: len(data) // 2])
                die()
            return super().write(data)

    warc.open = lambda path, mode, buffering: File(path, mode)
    around(warc.WarcStore, "sync", nothing, lambda _: at("record without row"))
    around(warc.WarcStore, "append", nothing, lambda *_: at("record not synced"))
    # a file without one whole record is removed instead
    around(
        warcrepair,
        "_cut",
        lambda *_: at("before the cut"),
        lambda *_: at("after the cut"),
    )
    around(
        Path,
        "unlink",
        lambda path: path.suffix == ".open" and at("before the cut"),
        lambda path: path.suffix == ".open" and at("after the cut"),
    )

    def half_a_manifest(path: Path, content: dict[str, Any]) -> None:
        if at.due("half a manifest"):
            path.write_text(json.dumps(content)[:40])
            die()

    around(manifest, "write", half_a_manifest, nothing)

    def renaming(when: str) -> Callable[..., None]:
        return lambda path, _: path.suffix == ".open" and at(f"{when} closing a WARC")

    def replacing(when: str) -> Callable[..., None]:
        return lambda path, _: path.suffix == ".new" and at(f"{when} a replace")

    around(Path, "rename", renaming("before"), renaming("after"))
    around(Path, "replace", replacing("before"), replacing("after"))
    sqlite3.connect = partial(connect, at, sqlite3.connect)  # type: ignore[assignment]


def connect(at: Trigger, original: Any, path: Any, *args: Any, **more: Any) -> Any:
    """``sqlite3.connect`` with the points of the catalogue and of publication."""

    class Connection(sqlite3.Connection):
        def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
            if sql == "COMMIT":
                at("before COMMIT")
            cursor = super().execute(sql, *args)
            if sql == "COMMIT":
                at("after COMMIT")
            return cursor

    name = Path(str(path)).name
    if name == "catalog.db":
        connection = original(path, *args, factory=Connection, **more)
        connection.set_trace_callback(
            lambda sql: connection.in_transaction and at("inside a transaction")
        )
    else:
        connection = original(path, *args, **more)
        if name == "draft.db":
            connection.set_trace_callback(lambda sql: at("building a snapshot"))
    return connection


def shift(seconds: float, after: int = 0) -> None:
    """Have the product's clock go wrong by that much, after so many looks at it."""
    from archive import clock

    looks = count()

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            wrong = seconds if next(looks) >= after else 0
            return datetime.now(tz) + timedelta(seconds=wrong)

    clock.datetime = Shifted  # type: ignore[misc]


def child(request: dict[str, Any]) -> None:
    """One run of the command; does not return."""
    from archive import warc
    from crawler.cli import main

    descriptor = os.open(request["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    defaults = warc.WarcStore.__init__.__kwdefaults__
    assert defaults is not None
    defaults["roll_bytes"] = ROLL_BYTES
    lay(Trigger(request["point"], request["nth"]))
    if request["shift"]:
        shift(request["shift"], request["looks"])
    sys.argv = ["nianbao", *request["arguments"]]
    code = 70
    try:
        main()
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def serve() -> None:
    """Answer requests until there are no more."""
    import archive.publish
    import archive.site.fts  # noqa: F401
    import crawler.cli
    import crawler.run  # noqa: F401 - all of these once for all forks

    for line in sys.stdin:
        if (pid := os.fork()) == 0:
            child(json.loads(line))
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    serve()
