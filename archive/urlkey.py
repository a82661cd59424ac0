"""Sort-friendly URL keys (SURT), as replay tools look captures up by.

``http://www.a.gov.cn/Col/1.html?b=2&a=1`` → ``cn,gov,a)/col/1.html?a=1&b=2``: host
turned round, without ``www`` and user, default port and fragment left out, everything
in lower case, query sorted, session identifiers removed. Two addresses that servers
rarely tell apart have one key. The rules are those every replay tool applies, so an
index must apply the same.
"""

from __future__ import annotations

import re
from contextlib import suppress
from urllib.parse import unquote_to_bytes, urlsplit

PORTS = {"http": 80, "https": 443}
WWW = re.compile(r"^www\d*\.")
#: Session identifiers of servlet containers and ASP.NET in paths of pages.
PATH_SESSIONS = (
    re.compile(r"^(.*/)(?:\((?:[a-z]\([0-9a-z]{24}\))+\)/)([^?]+\.aspx.*)$", re.I),
    re.compile(r"^(.*/)(?:\([0-9a-z]{24}\)/)([^?]+\.aspx.*)$", re.I),
)
QUERY_SESSIONS = (
    re.compile(r"^(.*?&|)jsessionid=[0-9a-z]{32}(?:&(.*))?$", re.I | re.S),
    re.compile(r"^(.*?&|)phpsessid=[0-9a-z]{32}(?:&(.*))?$", re.I | re.S),
    re.compile(r"^(.*?&|)sid=[0-9a-z]{32}(?:&(.*))?$", re.I | re.S),
    re.compile(r"^(.*?&|)aspsessionid[a-z]{8}=[a-z]{24}(?:&(.*))?$", re.I | re.S),
    re.compile(r"^(.*?&|)cfid=[^&]+&cftoken=[^&]+(?:&(.*))?$", re.I | re.S),
)
#: Bytes that stay as they are when a path or query is escaped again.
PLAIN = frozenset(
    b"!\"$&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`"
    b"abcdefghijklmnopqrstuvwxyz{|}~"
)


def _escaped(text: str) -> str:
    """Percent escapes undone as far as they go, then done once, minimally."""
    data, before = text.encode(), b""
    while data != before:
        data, before = unquote_to_bytes(data), data
    return "".join(chr(b) if b in PLAIN else f"%{b:02x}" for b in data)


def _path(path: str) -> str:
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    folder = path.endswith(("/", "/.", "/.."))
    joined = "/" + "/".join(parts) + ("/" if folder and parts else "")
    for pattern in PATH_SESSIONS:
        if found := pattern.match(joined):
            joined = found[1] + found[2]
    return joined[:-1] if len(joined) > 1 and joined.endswith("/") else joined


def _query(query: str) -> str:
    for pattern in QUERY_SESSIONS:
        if found := pattern.match(query):
            query = found[1] + (found[2] or "")
    pairs = [part.partition("=") for part in query.lower().split("&")]
    pairs.sort(key=lambda pair: (pair[0], pair[2]))
    return "&".join("".join(pair) for pair in pairs)


def _host(host: str) -> str:
    host = WWW.sub("", host.lower().rstrip("."))
    with suppress(UnicodeError):
        host = host.encode("idna").decode()
    return ",".join(reversed(host.split(".")))


def urlkey(url: str) -> str:
    """The key of an address; names without an authority (``urn:``) are their own key.

    >>> urlkey("http://www.a.gov.cn/Col/1.html?b=2&a=1")
    'cn,gov,a)/col/1.html?a=1&b=2'
    >>> urlkey("urn:uuid:1")
    'urn:uuid:1'
    """
    scheme = url.partition(":")[0].lower()
    if scheme == "file":
        return f"file:{_path(_escaped(urlsplit(url).path)).lower()}"
    if scheme not in PORTS:
        return url
    parts = urlsplit(url.replace("\t", "").replace("\n", "").replace("\r", ""))
    try:
        port = parts.port
    except ValueError:
        port = None
    host = _host(parts.hostname or "")
    if port is not None and port != PORTS[scheme]:
        host += f":{port}"
    query = _query(_escaped(parts.query))
    key = f"{host}){_path(_escaped(parts.path).lower())}"
    return f"{key}?{query}" if query else key
