"""A Dask cluster of processes on loopback, and portals that note who asks when."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from archive.records import Source
from crawler.sample.portals import sources
from crawler.sample.server import PortalHandler, listen
from tests.crawler.crawls import environment

START = 40.0


class Cluster:
    """A scheduler and workers, each a process that can be killed."""

    def __init__(self, folder: Path, workers: int, threads: int = 1) -> None:
        self._folder, self._threads = folder, threads
        self._file = folder / "scheduler.json"
        self._env = environment() | {
            "DASK_DISTRIBUTED__WORKER__DAEMON": "False",
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "3",
        }
        self.scheduler = self._start(
            "dask_scheduler", "--host", "127.0.0.1", "--port", "0",
            "--dashboard-address", "127.0.0.1:0", "--no-dashboard",
        )  # fmt: skip
        self.address = self._address()
        self.workers = [self._worker() for _ in range(workers)]

    def _start(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        log = (self._folder / f"{program}.log").open("ab")
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{program}", *arguments,
             "--scheduler-file", str(self._file)],
            env=self._env, stdout=log, stderr=log,
        )  # fmt: skip

    def _worker(self) -> subprocess.Popen[bytes]:
        return self._start(
            "dask_worker", "--no-nanny", "--nthreads", str(self._threads),
            "--host", "127.0.0.1", "--no-dashboard", "--local-directory",
            str(self._folder), "--death-timeout", "60",
        )  # fmt: skip

    def _address(self) -> str:
        until = time.monotonic() + START
        while time.monotonic() < until:
            if self._file.exists() and self._file.stat().st_size:
                found: dict[str, Any] = yaml.safe_load(self._file.read_text())
                return str(found["address"])
            time.sleep(0.1)
        raise AssertionError("no scheduler")

    def kill(self, number: int) -> None:
        """End a worker with SIGKILL and start another in its place."""
        self.workers[number].send_signal(signal.SIGKILL)
        self.workers[number].wait()
        self.workers[number] = self._worker()

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()

    @classmethod
    @contextmanager
    def running(
        cls, folder: Path, workers: int = 2, threads: int = 1
    ) -> Iterator[Cluster]:
        cluster = cls(folder, workers, threads)
        try:
            yield cluster
        finally:
            cluster.close()


def owner(port: int) -> int:
    """The process at the other end of a connection from ``port`` of this machine."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[1].partition(":")[2], 16) == port and fields[9] != "0":
            socket = f"socket:[{fields[9]}]"
            for pid in alive("crawler"):
                for name in Path(f"/proc/{pid}/fd").glob("*"):
                    with suppress(OSError):
                        if str(name.readlink()) == socket:
                            return pid
    return 0


class Logged(PortalHandler):
    """Answers like a sample portal and notes who asked for what at which moment."""

    def setup(self) -> None:
        super().setup()
        self.pid = owner(self.client_address[1])

    def _answer(self, *, with_body: bool) -> None:
        log: list[tuple[float, int, str]] = self.server.log  # type: ignore[attr-defined]
        log.append((time.monotonic(), self.pid, self.path))
        super()._answer(with_body=with_body)


class Portals:
    """``copies`` times the three sample portals in this process, with their logs."""

    def __init__(self, copies: int, delay: float) -> None:
        self.sources: list[Source] = []
        self.logs: dict[str, list[tuple[float, int, str]]] = {}
        self._servers = []
        for copy in range(copies):
            servers = listen((0, 0, 0))
            found = sources({s.site.portal_id: s.site.base for s in servers})
            for server, source in zip(servers, found, strict=True):
                name = f"{source.source_id}-{copy}"
                server.log = self.logs[name] = []  # type: ignore[attr-defined]
                server.RequestHandlerClass = Logged
                threading.Thread(target=server.serve_forever, daemon=True).start()
                more = {"source_id": name, "delay_seconds": delay}
                self.sources.append(replace(source, **more))
                self._servers.append(server)

    def registry(self, path: Path) -> Path:
        """The portals as a registry file."""
        entries = [
            {
                "id": s.source_id, "name": s.name, "adcode": s.adcode,
                "level": s.level, "home": s.home, "delay_seconds": s.delay_seconds,
            }
            for s in self.sources
        ]  # fmt: skip
        path.write_text(yaml.safe_dump(entries, allow_unicode=True))
        return path

    def by_two(self) -> list[tuple[str, int]]:
        """(portal, process) of requests by a process that another one had followed."""
        found = []
        for name, log in self.logs.items():
            seen: list[int] = []
            for _, pid, _ in log:
                if pid not in seen:
                    seen.append(pid)
                elif pid != seen[-1]:
                    found.append((name, pid))
        return found

    def processes(self) -> set[int]:
        """Every process that asked for something; 0 for one that was gone at once."""
        return {pid for log in self.logs.values() for _, pid, _ in log}

    def close(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    @classmethod
    @contextmanager
    def open(cls, copies: int, delay: float) -> Iterator[Portals]:
        portals = cls(copies, delay)
        try:
            yield portals
        finally:
            portals.close()


def alive(pattern: str) -> list[int]:
    """Processes whose command line holds ``pattern``."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if pattern in line and int(folder.name) != os.getpid():
            found.append(int(folder.name))
    return found
