"""Commands of the tests as forks of one process that has imported the product.

Importing takes a second of the processor, hundreds of times in a run. Each fork is a
process of its own with its own exit code, output, environment and reactor, as a command
is that a person starts; that commands start from nothing, too, is for the tests that
use ``anew``, the demo and the collection among them.

Run as a script it is that process: it listens on the socket it is given and forks for
every connection, until its standard input ends.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import types
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
#: What commands import sooner or later, but for what starts threads or a reactor.
IMPORTED = (
    "archive.export.jobs", "archive.publish", "archive.reindex", "archive.site.fts",
    "crawler.cli", "crawler.probing", "crawler.run", "crawler.update",
    "pipelines.checking", "pipelines.intake", "pipelines.rereading",
)  # fmt: skip
#: The first word of a command of ours; other words are those of ``python``.
COMMAND = "nianbao"


class Fork:
    """A command under way, with those methods of ``Popen`` that tests use."""

    def __init__(self, connection: socket.socket, request: dict[str, Any]) -> None:
        self.args: list[str] = request["words"]
        self.returncode: int | None = None
        self._folder = Path(request["folder"])
        self._connection = connection
        self._stream = connection.makefile("rw")
        self._stream.write(json.dumps(request) + "\n")
        self._stream.flush()
        self.pid = int(self._stream.readline())

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            if not select.select([self._connection], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
            self.returncode = int(self._stream.readline())
            self._stream.close()
            self._connection.close()
        return self.returncode

    def poll(self) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        self.wait(timeout)
        output, errors = ((self._folder / n).read_text("utf-8") for n in ("1", "2"))
        return output, errors


class Forker:
    """Starts that process when it is first needed, and asks it for commands."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="forks")
        self._address = str(Path(self._folder.name) / "socket")

    def start(
        self, words: Sequence[str], *, env: dict[str, str], cwd: Path | None = None
    ) -> Fork:
        """Start a command.

        ``words``: ``nianbao`` and its arguments, or those of ``python``: ``-c`` with
        code, ``-m`` with a module, or a file, and what follows.
        """
        self._serve()
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(self._address)
        request = {
            "words": list(words), "env": env, "cwd": str(cwd or Path.cwd()),
            "folder": tempfile.mkdtemp(dir=self._folder.name),
        }  # fmt: skip
        return Fork(connection, request)

    def run(
        self,
        words: Sequence[str],
        *,
        env: dict[str, str],
        timeout: float,
        cwd: Path | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """What ``subprocess.run`` returns; raises TimeoutExpired, too."""
        fork = self.start(words, env=env, cwd=cwd)
        try:
            output, errors = fork.communicate(timeout)
        finally:
            fork.kill()
        return subprocess.CompletedProcess(fork.args, fork.wait(), output, errors)

    def _serve(self) -> None:
        if self._process is None:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.forking", self._address],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT,
            )  # fmt: skip
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n", "see standard error"
            self._process = process

    def end(self) -> None:
        if self._process is not None:
            self._process.communicate(timeout=30)
            self._process = None
        self._folder.cleanup()


#: One for the tests of this process, ended by a fixture.
forker = Forker()


def warm() -> None:
    """Import the product and read the data files that every command reads."""
    for name in IMPORTED:
        __import__(name)
    from archive.catalog import Catalog
    from pipelines import reference

    with (
        tempfile.TemporaryDirectory() as folder,
        Catalog(Path(folder) / "catalog.db") as catalog,
    ):
        reference.refresh(catalog)
    gc.freeze()


def serve(address: str) -> dict[str, Any]:
    """Answer requests; returns in a fork that has one to run."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(address)
        server.listen()
        print("ready", flush=True)
        while True:
            ready, _, _ = select.select([server, sys.stdin], [], [], 1.0)
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            if sys.stdin in ready:
                os._exit(0)
            if server in ready:
                connection, _ = server.accept()
                if os.fork() == 0:
                    server.close()
                    return asked(connection)
                connection.close()


def asked(connection: socket.socket) -> dict[str, Any]:
    """Read a request; a fork waits for the one that runs it and tells how it ended."""
    with connection, connection.makefile("rw") as stream:
        request: dict[str, Any] = json.loads(stream.readline())
        pid = os.fork()
        if pid == 0:
            return request
        with contextlib.suppress(OSError):
            stream.write(f"{pid}\n")
            stream.flush()
        _, status = os.waitpid(pid, 0)
        with contextlib.suppress(OSError):
            stream.write(f"{os.waitstatus_to_exitcode(status)}\n")
            stream.flush()
        os._exit(0)


def become(request: dict[str, Any]) -> None:
    """Take the place of a process started with nothing but the request."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    for number in (1, 2):
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        descriptor = os.open(Path(request["folder"], str(number)), flags)
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    # Worker processes of a command import its main module: not this one.
    sys.modules["__main__"] = types.ModuleType("__main__")


def execute(words: list[str]) -> None:
    """Do what ``python`` does with these words."""
    first, *rest = words
    sys.argv = [first, *rest]
    if first == COMMAND:
        from crawler.cli import main

        main()
    elif first == "-c":
        sys.argv = [first, *rest[1:]]
        exec(compile(rest[0], "<string>", "exec"), {"__name__": "__main__"})
    elif first == "-m":
        sys.argv = rest
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(first, run_name="__main__")


if __name__ == "__main__":
    warm()
    become(work := serve(sys.argv[1]))
    execute(work["words"])
