"""Which language a page speaks: Chinese, or what ``?_lang=`` asks for.

The choice travels in the address alone, without cookies: a cache may keep both pages,
and a link shows what its sender saw. So every link and form of a page that was asked
for in another language is made to ask for it again.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import ContextVar
from typing import Any
from urllib.parse import parse_qs

LANGUAGES = ("zh", "en")
DEFAULT = "zh"
PARAMETER = "_lang"
#: BCP 47 tags for ``<html lang>``.
TAGS = {"zh": "zh-CN", "en": "en"}

LINK = re.compile(r'(<(?:a|form)\b[^>]*?\s(?:href|action)=")(/(?!/)[^"#]*)', re.I)
FORM = re.compile(r"<form\b[^>]*>", re.I)
#: Files are the same in every language.
FILES = re.compile(
    r"/(?:static|-/static|originals)/|\.(?:db|css|js|csv|json|xml|wacz)(?:\?|$)"
)

Message = MutableMapping[str, Any]
App = Callable[[Any, Any, Any], Awaitable[None]]

current: ContextVar[str] = ContextVar("language", default=DEFAULT)


def asked(query: bytes) -> str:
    """The language a query string asks for; the default for none or an unknown one.

    >>> asked(b"q=1&_lang=en"), asked(b"_lang=fr"), asked(b"")
    ('en', 'zh', 'zh')
    """
    given = parse_qs(query.decode("ascii", "replace")).get(PARAMETER, [""])[-1]
    return given if given in LANGUAGES else DEFAULT


def keep(html: str, language: str) -> str:
    """A page whose links and forms ask for the same language again.

    >>> keep('<a class="x" href="/search?q=1#top">', "en")
    '<a class="x" href="/search?q=1&amp;_lang=en#top">'
    >>> keep('<a href="/coverage?_lang=zh">', "en")
    '<a href="/coverage?_lang=zh">'
    """

    def with_language(found: re.Match[str]) -> str:
        start, path = found.groups()
        if FILES.search(path) or f"{PARAMETER}=" in path:
            return found[0]
        return f"{start}{path}{'&amp;' if '?' in path else '?'}{PARAMETER}={language}"

    hidden = f'<input type="hidden" name="{PARAMETER}" value="{language}">'
    return FORM.sub(lambda f: f[0] + hidden, LINK.sub(with_language, html))


def other_address(path: str, query: str, language: str) -> str:
    """The address of the same page in another language.

    >>> other_address("/search", "q=1&_lang=en", "zh")
    '/search?q=1&_lang=zh'
    """
    kept = [p for p in query.split("&") if p and not p.startswith(f"{PARAMETER}=")]
    return f"{path}?{'&'.join([*kept, f'{PARAMETER}={language}'])}"


def speaking(app: App) -> App:
    """ASGI middleware: sets the language for the request, keeps it in the links."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        language = asked(scope.get("query_string", b""))
        token = current.set(language)
        try:
            await app(
                scope, receive, send if language == DEFAULT else _Links(send, language)
            )
        finally:
            current.reset(token)

    return wrapped


class _Links:
    """Holds back an HTML page until it is whole, then sends it with its links kept."""

    def __init__(self, send: Callable[[Message], Awaitable[None]], language: str):
        self.send, self.language = send, language
        self.start: Message | None = None
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            sent = {key.lower(): value for key, value in message["headers"]}
            # An original is a page of somebody else's: not a byte of it is changed.
            original = b"content-disposition" in sent
            kind = sent.get(b"content-type", b"")
            if kind.startswith(b"text/html") and not original:
                self.start = message
                return
        elif self.start is not None:
            self.body += message.get("body", b"")
            if message.get("more_body"):
                return
            body = keep(self.body.decode(), self.language).encode()
            headers = [
                (k, v)
                for k, v in self.start["headers"]
                if k.lower() != b"content-length"
            ]
            length = (b"content-length", str(len(body)).encode())
            if self.body:
                headers.append(length)
            await self.send({**self.start, "headers": headers})
            message = {**message, "body": body}
        await self.send(message)
