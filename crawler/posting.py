"""Requests with a body as addresses, since the frontier's key is an address. Pure.

The convention is that of web archives: what was sent to an endpoint that takes POST is
appended to its address as ``__wb_method=POST&__wb_post_data=<Base64>``. A body that is
no form names its type in ``__wb_post_type``. The three stand among the parameters of
the address in any order, so that an address has one form however it is sorted.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit, urlunsplit

FORM = "application/x-www-form-urlencoded"
METHOD, DATA, TYPE = "__wb_method", "__wb_post_data", "__wb_post_type"
#: Lists are asked for with some hundred bytes; a larger body is none of ours.
MAX_BODY = 4096
#: Parameters that number the pages or records of a list, or say how many make a page.
COUNTER = re.compile(
    r"(?:curr(?:ent)?|start|end|per|total)?_?(?:page|record|row)s?"
    r"_?(?:no|num|number|index|size|count)?$|limit$|offset$|pn$|rn$",
    re.I,
)
#: Answers after which the same body is sent to the new address (RFC 9110, 15.4).
KEEP_METHOD = (307, 308)


@dataclass(frozen=True, slots=True)
class Posted:
    """A POST: the address it goes to, its body and what the body is."""

    url: str
    body: str
    content_type: str = FORM


def encode(url: str, body: str, content_type: str = FORM) -> str:
    """The address that stands for a POST.

    ValueError when the body has more than 4 kB, or the address is encoded already.

    >>> encode("http://a.cn/list.do?id=7", "page=2")
    'http://a.cn/list.do?id=7&__wb_method=POST&__wb_post_data=cGFnZT0y'
    """
    data = body.encode()
    if len(data) > MAX_BODY:
        raise ValueError(
            f"expected a body of {MAX_BODY} bytes or less, found {len(data)}: {url}"
        )
    if is_post(url):
        raise ValueError(f"expected an address, found one that has a body: {url}")
    given = [f"{METHOD}=POST", f"{DATA}={quote(b64encode(data), safe='')}"]
    if content_type != FORM:
        given.append(f"{TYPE}={quote(content_type, safe='/')}")
    parts = urlsplit(url)
    query = "&".join(filter(None, (parts.query, *given)))
    return urlunsplit(parts._replace(query=query, fragment=""))


def decode(url: str) -> Posted | None:
    """The POST that an address stands for, None for an ordinary address.

    >>> decode("http://a.cn/l?__wb_method=POST&__wb_post_data=cGFnZT0y&id=7")
    Posted(url='http://a.cn/l?id=7', body='page=2', content_type='application/x-www-form-urlencoded')
    """  # noqa: E501
    if METHOD not in url:
        return None
    parts = urlsplit(url)
    pairs = [pair.partition("=") for pair in parts.query.split("&")]
    given = {name: unquote(value) for name, _, value in pairs if name.startswith("__")}
    if given.get(METHOD) != "POST":
        return None
    try:
        body = b64decode(given.get(DATA, ""), validate=True).decode()
    except ValueError:  # a link that only looks like it
        return None
    kept = [name + mark + value for name, mark, value in pairs if not _ours(name)]
    real = urlunsplit(parts._replace(query="&".join(kept)))
    return Posted(real, body, given.get(TYPE) or FORM)


def _ours(name: str) -> bool:
    return name in (METHOD, DATA, TYPE)


def is_post(url: str) -> bool:
    """Whether an address stands for a POST."""
    return decode(url) is not None


def real_url(url: str) -> str:
    """The address that is really asked.

    >>> real_url("http://a.cn/l?__wb_method=POST&__wb_post_data=cGFnZT0y")
    'http://a.cn/l'
    """
    posted = decode(url)
    return posted.url if posted else url


def follow(url: str, status: int | None, target: str) -> str:
    """Where a redirect of ``url`` leads: with its body only where the status says so.

    >>> follow(encode("http://a.cn/1", "p=1"), 302, "http://a.cn/2")
    'http://a.cn/2'
    """
    posted = decode(url)
    if posted is None or status not in KEEP_METHOD or is_post(target):
        return target
    return encode(target, posted.body, posted.content_type)


def parameters(url: str) -> tuple[tuple[str, str], ...]:
    """All that an address asks for: the names and values of query, form or JSON.

    >>> parameters(encode("http://a.cn/l?a=1", '{"p": {"n": 2}}', "application/json"))
    (('a', '1'), ('n', '2'))
    """
    posted = decode(url)
    if posted is None:
        return tuple(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    query = parse_qsl(urlsplit(posted.url).query, keep_blank_values=True)
    if posted.content_type.startswith(FORM):
        return (*query, *parse_qsl(posted.body, keep_blank_values=True))
    try:
        return (*query, *_leaves(json.loads(posted.body)))
    except (ValueError, RecursionError):
        return (*query, (DATA, posted.body))


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, str(key))
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, name)
    else:
        yield name, "" if value is None else str(value)


def list_key(url: str) -> str:
    """What the pages of one list at an endpoint have in common.

    >>> list_key(encode("http://a.cn/l?id=7", "columnid=3&pageIndex=2&pageSize=15"))
    'http://a.cn/l columnid=3 id=7'
    """
    kept = sorted(f"{k}={v}" for k, v in parameters(url) if not COUNTER.match(k))
    return " ".join((real_url(url).partition("?")[0], *kept))
