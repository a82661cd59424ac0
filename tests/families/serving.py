"""A family's site on loopback."""

from __future__ import annotations

import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from tests.families.family import Family, Site
from tests.families.model import ADCODE, SITE_CODE, Model

MAX_BODY = 65_536


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self._answer(None)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self._answer(self.rfile.read(min(length, MAX_BODY)).decode())

    def _answer(self, post: str | None) -> None:
        headers = {k.lower(): v for k, v in self.headers.items()}
        found = self.server.site.answer(self.path, post, headers)
        self.send_response(found.status)
        self.send_header("Content-Type", found.content_type)
        for name, value in found.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(found.body)))
        self.end_headers()
        self.wfile.write(found.body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


class Server(ThreadingHTTPServer):
    """The site of one family, for the length of a ``with``."""

    daemon_threads = True
    site: Site

    def __init__(self, family: type[Family], model: Model) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.home = f"http://127.0.0.1:{self.server_address[1]}/"
        self.family = family(model, self.home)
        self.site = self.family.build()
        code = f"{model.adcode}{SITE_CODE[len(ADCODE) :]}".encode()
        for target, page in self.site.pages.items():
            body = page.body.replace(SITE_CODE.encode(), code)
            self.site.pages[target] = replace(page, body=body)

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.shutdown()
        self.server_close()
