"""CSV that Excel opens as it should: every ``….csv`` of the site as ``….excel.csv``.

Excel takes a file for UTF-8 only if it begins with a byte order mark, and runs whatever
begins like a formula. So the mark is put before the first byte, and a text that begins
with ``=``, ``+``, ``-`` or ``@`` and is no number gets an apostrophe before it. The
plain ``.csv`` stays as it is: it is for programs. ``?_bom=1`` does the same.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, quote

App = Callable[[Any, Any, Any], Awaitable[None]]

SUFFIX, PLAIN = ".excel.csv", ".csv"
PARAMETER = "_bom"
RISKY = re.compile(r"\s*[=+\-@\t\r]")
#: Numbers, also with separators, and signs that stand alone.
HARMLESS = re.compile(r"[+-]?[\d.,]*%?")


def safe(text: str) -> str:
    """A cell that no program takes for a formula.

    >>> safe("=1+1"), safe("-5"), safe("+42"), safe("-"), safe("公开")
    ("'=1+1", '-5', '+42', '-', '公开')
    """
    if RISKY.match(text) and not HARMLESS.fullmatch(text):
        return f"'{text}"
    return text


class Records:
    """CSV in pieces of any size, given back in whole records with safe cells."""

    def __init__(self) -> None:
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.pending = ""
        self.begun = False

    def feed(self, piece: bytes, last: bool = False) -> bytes:
        """What is whole by now."""
        self.pending += self.decoder.decode(piece, last)
        end = len(self.pending) if last else self._whole()
        whole, self.pending = self.pending[:end], self.pending[end:]
        out = io.StringIO()
        if not self.begun and (whole or last):
            self.begun = True
            whole = whole.removeprefix("\ufeff")
            out.write("\ufeff")
        writer = csv.writer(out, lineterminator="\r\n")
        for row in csv.reader(io.StringIO(whole, newline="")):
            writer.writerow([safe(cell) for cell in row])
        return out.getvalue().encode()

    def _whole(self) -> int:
        """Where the last whole record ends: a line break outside quotes."""
        end = self.pending.rfind("\n") + 1
        while end and self.pending.count('"', 0, end) % 2:
            end = self.pending.rfind("\n", 0, end - 1) + 1
        return end


def wanted(scope: Any) -> tuple[str, str] | None:
    """Path of the plain CSV and a file name, if the CSV for Excel is asked for."""
    raw = (scope.get("raw_path") or quote(scope["path"]).encode()).decode("latin-1")
    raw = raw.partition("?")[0]
    plain = raw.removesuffix(SUFFIX) + PLAIN if raw.endswith(SUFFIX) else raw
    pairs = parse_qsl(scope.get("query_string", b"").decode("latin-1"))
    marked = any(name == PARAMETER and value not in ("", "0") for name, value in pairs)
    if plain == raw and not (marked and raw.endswith(PLAIN)):
        return None
    return plain, re.sub(r"[^\w.-]+", "-", plain.rpartition("/")[2])


def marked(app: App) -> App:
    """ASGI middleware: asks for the plain CSV and passes it on for Excel."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        found = wanted(scope) if scope["type"] == "http" else None
        if found is None:
            await app(scope, receive, send)
            return
        path, name = found
        records: Records | None = None

        async def sending(message: Any) -> None:
            nonlocal records
            if message["type"] == "http.response.start":
                headers = {n.lower(): v for n, v in message["headers"]}
                kind = headers.get(b"content-type", b"")
                if message["status"] == 200 and kind.startswith(
                    (b"text/csv", b"text/plain")
                ):
                    records = Records()
                    headers.pop(b"content-length", None)
                    headers[b"content-type"] = b"text/csv; charset=utf-8"
                    headers[b"content-disposition"] = (
                        f'attachment; filename="{name}"'.encode()
                    )
                message = {**message, "headers": list(headers.items())}
            elif records is not None:
                last = not message.get("more_body")
                body = b""
                if scope["method"] != "HEAD":
                    body = records.feed(message.get("body", b""), last)
                message = {**message, "body": body}
            await send(message)

        changed = dict(scope, raw_path=path.encode())
        changed["path"] = scope["path"].removesuffix(SUFFIX) + (
            PLAIN if scope["path"].endswith(SUFFIX) else ""
        )
        await app(changed, receive, sending)

    return wrapped
