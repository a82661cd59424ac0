"""A built portal: every address it answers and the bytes it answers with."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

SESSION = re.compile(r";jsessionid=[^/?]*", re.IGNORECASE)


class Response(NamedTuple):
    """Status, headers and body of one answer."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def response(
    body: bytes, content_type: str, modified: str, status: int = 200
) -> Response:
    """An answer with validators; ``modified`` is an ISO date."""
    when = datetime.fromisoformat(modified).replace(hour=1, minute=30, tzinfo=UTC)
    headers = [("Content-Type", content_type), ("Content-Length", str(len(body)))]
    if status == 200:
        headers += [
            ("ETag", f'"{hashlib.sha256(body).hexdigest()[:16]}"'),
            ("Last-Modified", format_datetime(when, usegmt=True)),
        ]
    return Response(status, tuple(headers), body)


@dataclass
class Site:
    """The pages of one portal by path and query.

    ``significant`` names, for a path that is a program, the query parameters that
    matter: ``dataproxy.jsp?page=2&path=/&columnid=1001`` is found under the key made
    of its page and columnid, in that order.
    """

    portal_id: str
    base: str  # http://127.0.0.1:18081
    not_found: Response
    pages: dict[str, Response] = field(default_factory=dict)
    significant: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def key(self, target: str) -> str:
        """The key that the request target ``target`` is kept under."""
        parts = urlsplit(SESSION.sub("", target))
        names = self.significant.get(parts.path)
        if names is None:
            return parts.path + (f"?{parts.query}" if parts.query else "")
        given = parse_qs(parts.query)
        chosen = {name: given[name][0] for name in names if name in given}
        return f"{parts.path}?{urlencode(chosen)}"

    def answer(self, target: str) -> Response:
        """What the portal answers to a GET of ``target``; its 404 page if nothing."""
        return self.pages.get(self.key(target), self.not_found)
