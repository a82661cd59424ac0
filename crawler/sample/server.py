"""Serve the sample portals on loopback: ``python -m crawler.sample.server``.

The process prints one line of JSON when it listens (or when it cannot) and ends when
its standard input closes or its parent is gone, so that no run leaves it behind::

    {"sample-trs": "http://127.0.0.1:18081", …}
    {"error": "port 18081 on 127.0.0.1 is taken"}
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import json
import os
import select
import subprocess
import sys
import threading
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType

from archive.errors import NianbaoError, PortInUse
from archive.records import Source
from crawler.sample.data import load_portals
from crawler.sample.portals import HOST, addresses, build, sources
from crawler.sample.site import Response, Site

MODULE = "crawler.sample.server"
START_SECONDS = 30.0
STOP_SECONDS = 5.0
WATCH_SECONDS = 0.5


class PortalServer(ThreadingHTTPServer):
    """One portal on one port; the site is set once all addresses are known."""

    daemon_threads = True
    site: Site

    def __init__(self, port: int) -> None:
        try:
            super().__init__((HOST, port), PortalHandler)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise PortInUse(f"port {port} on {HOST} is taken") from error


class PortalHandler(BaseHTTPRequestHandler):
    """GET and HEAD with validators, as a static Web server answers them."""

    protocol_version = "HTTP/1.1"
    server_version = "SamplePortal"
    sys_version = ""
    server: PortalServer

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        found = self.server.site.answer(self.path)
        if self._unchanged(found):
            self.send_response(304)
            for name, value in found.headers:
                if name in ("ETag", "Last-Modified"):
                    self.send_header(name, value)
            self.end_headers()
            return
        self.send_response(found.status)
        for name, value in found.headers:
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(found.body)

    def _unchanged(self, found: Response) -> bool:
        """Whether the client's copy is current (RFC 9110, 13.2.2)."""
        have = dict(found.headers)
        if "ETag" not in have:
            return False
        tags = self.headers.get("If-None-Match")
        if tags is not None:
            given = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
            return bool(given & {"*", have["ETag"]})
        since = self.headers.get("If-Modified-Since")
        if since is None:
            return False
        try:
            asked = parsedate_to_datetime(since)
            return asked >= parsedate_to_datetime(have["Last-Modified"])
        except (TypeError, ValueError):  # not a date, or one without a zone
            return False

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: standard output carries the one line of JSON."""


def listen(ports: Sequence[int]) -> list[PortalServer]:
    """Bind one server a portal, then build the sites for the addresses in use."""
    ids = [portal.id for portal in load_portals()]
    servers: list[PortalServer] = []
    try:
        for _, port in zip(ids, ports, strict=True):
            servers.append(PortalServer(port))
    except PortInUse:
        for server in servers:
            server.server_close()
        raise
    bound = [server.server_address[1] for server in servers]
    sites = build(addresses(dict(zip(ids, bound, strict=True))))
    for server, portal_id in zip(servers, ids, strict=True):
        server.site = sites[portal_id]
    return servers


def serve_until_abandoned(servers: Sequence[PortalServer]) -> None:
    """Serve until standard input closes or the parent process is gone."""
    parent = os.getppid()
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    while os.getppid() == parent:  # the threads end with the process
        readable, _, _ = select.select([sys.stdin], [], [], WATCH_SECONDS)
        if readable and not os.read(sys.stdin.fileno(), 4096):
            return


class SamplePortals:
    """The sample portals in a process of their own, for the length of a ``with``.

    ``ports`` are those of the three portals, 0 for any free one. A port that is taken
    raises ``PortInUse``; with ``fallback`` free ports are used for all of them.
    """

    def __init__(
        self, ports: Sequence[int] = (0, 0, 0), *, fallback: bool = False
    ) -> None:
        self.ports = tuple(ports)
        self.fallback = fallback
        self.bases: dict[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def sources(self) -> list[Source]:
        """The running portals as a source registry."""
        return sources(self.bases)

    def __enter__(self) -> SamplePortals:
        try:
            self._start(self.ports)
        except PortInUse:
            if not self.fallback:
                raise
            self._start((0,) * len(self.ports))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the process; nothing happens when it is not running."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin and process.stdout
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()

    def _start(self, ports: Sequence[int]) -> None:
        root = str(Path(__file__).resolve().parents[2])
        paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        # A group of its own: Ctrl-C reaches the caller only, who stops the portals.
        self._process = subprocess.Popen(
            [sys.executable, "-m", MODULE, "--ports", *map(str, ports)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            process_group=0,
        )
        assert self._process.stdout
        readable, _, _ = select.select([self._process.stdout], [], [], START_SECONDS)
        line = self._process.stdout.readline() if readable else b""
        try:
            said: dict[str, str] = json.loads(line)
        except ValueError:
            self.stop()
            raise NianbaoError(
                f"the sample portals did not start within {START_SECONDS:g} s: "
                f"expected one line of JSON, found {line!r}"
            ) from None
        if "error" in said:
            self.stop()
            raise PortInUse(said["error"])
        self.bases = said


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point; returns the exit code."""
    defaults = [portal.port for portal in load_portals()]
    parser = argparse.ArgumentParser(prog="python -m crawler.sample.server")
    parser.add_argument("--ports", type=int, nargs=len(defaults), default=defaults)
    chosen = parser.parse_args(arguments)
    try:
        servers = listen(chosen.ports)
    except PortInUse as error:
        print(json.dumps({"error": str(error)}), flush=True)
        return error.exit_code
    print(json.dumps({s.site.portal_id: s.site.base for s in servers}), flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        serve_until_abandoned(servers)
    return 0


if __name__ == "__main__":
    sys.exit(main())
