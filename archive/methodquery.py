"""The query by which replay tools tell the answers to different bodies apart.

A POST has the key of its address with ``__wb_method=POST`` and what the body asks for
behind it: the fields of a form as they read, the values of JSON by name, anything else
in Base64. pywb and its relatives compute the same from the request that is replayed.
"""

from __future__ import annotations

import json
import math
from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus, urlencode

FORM = "application/x-www-form-urlencoded"
#: As pywb cuts it.
MAX_QUERY = 4096
#: Methods whose body is part of the key.
WITH_BODY = ("POST", "PUT")


def request_query(request: bytes) -> tuple[str, str] | None:
    """(method, query) of a request as sent; None for a plain GET.

    >>> request_query(b"GET / HTTP/1.1\\r\\n\\r\\n") is None
    True
    >>> head = b"POST /l HTTP/1.1\\r\\nContent-Type: application/json\\r\\n\\r\\n"
    >>> request_query(head + b'{"page": 2, "all": true}')
    ('POST', 'page=2&all=true')
    """
    head, _, body = request.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    method = lines[0].partition(" ")[0].upper()
    if method not in WITH_BODY:
        return None
    fields = (line.partition(":") for line in lines[1:])
    kinds = [v.strip() for k, _, v in fields if k.strip().lower() == "content-type"]
    return method, body_query(body, kinds[0] if kinds else "")


def body_query(body: bytes, content_type: str) -> str:
    """What a body asks for, as a query.

    >>> body_query(b"page=2&key=%E5%B9%B4", FORM)
    'page=2&key=年'
    >>> body_query(b"\\x81\\x35", "application/x-amf")
    '__wb_post_data=gTU='
    """
    if not body:
        return ""
    query: str | None = None
    if content_type.startswith(FORM):
        query = _form(body)
    elif content_type.startswith(("application/json", "text/plain")):
        query = _json(body)
        if query is None and content_type.startswith("application/json"):
            query = ""
    if query is None:
        query = "__wb_post_data=" + b64encode(body).decode()
    return query[:MAX_QUERY]


def append_query(url: str, method: str, query: str) -> str:
    """The address with the method and what the body asks for behind it.

    >>> append_query("http://a.cn/l?id=7", "POST", "page=2")
    'http://a.cn/l?id=7&__wb_method=POST&page=2'
    """
    joined = f"{url}{'&' if '?' in url else '?'}__wb_method={method}"
    return f"{joined}&{query}" if query else joined


def _form(body: bytes) -> str | None:
    try:
        return unquote_plus(body.decode())
    except UnicodeDecodeError:
        return None


def _json(body: bytes) -> str | None:
    """The leaves of JSON by name; of one name the second is called ``name.2_``."""
    try:
        leaves = [*_leaves(json.loads(body))]
    except (ValueError, RecursionError):
        return None
    named: dict[str, str] = {}
    seen: dict[str, int] = {}
    for name, value in leaves:
        seen[name] = seen.get(name, 0) + 1
        named[name if seen[name] == 1 else f"{name}.{seen[name]}_"] = value
    return urlencode(named)


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, name)
    elif name:
        yield name, _printed(value)


def _printed(value: Any) -> str:
    """A value as JavaScript prints it."""
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return str(int(value))
    constants = {True: "true", False: "false", None: "null"}
    return constants[value] if isinstance(value, bool | None) else str(value)
