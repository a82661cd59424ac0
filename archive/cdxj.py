"""CDXJ: the index by which replay tools find a capture in WARC files.

One line per response, revisit or resource: ``urlkey timestamp {json}``, sorted. With it
pywb replays ``warc/`` as it stands, and a WACZ file carries one. The key of an answer
to a POST holds what its request asked for (:mod:`archive.methodquery`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from archive.errors import StorageError
from archive.http import parse_response
from archive.methodquery import append_query, request_query
from archive.storage import Shelf
from archive.urlkey import urlkey
from archive.warccapture import timestamp
from archive.warcparse import RESPONSES, BadRecord, RawRecord, parse
from archive.warcrecord import sha1
from archive.warcscan import Bytes, mapped, members

REVISIT = "warc/revisit"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the index; ``filename`` is the WARC file's name alone."""

    url: str
    captured_at: str  # UTC ISO 8601
    mime: str
    status: str
    digest: str
    filename: str
    offset: int
    length: int
    method: str = ""  # of the request; empty for GET
    query: str = ""  # what its body asks for

    def __str__(self) -> str:
        stamp = "".join(c for c in self.captured_at[:19] if c.isdigit())
        fields = {
            "url": self.url,
            "mime": self.mime,
            "status": self.status,
            "digest": self.digest,
            "length": str(self.length),
            "offset": str(self.offset),
            "filename": self.filename,
            "method": self.method,
            "requestBody": self.query,
        }
        text = json.dumps({k: v for k, v in fields.items() if v}, ensure_ascii=False)
        address = self.url
        if self.method:
            address = append_query(self.url, self.method, self.query)
        return f"{urlkey(address)} {stamp} {text}"


def entry(record: RawRecord, filename: str, offset: int, length: int) -> Entry | None:
    """The line of a record; None for records that cannot be replayed.

    Raises BadRecord for a record without a proper date.
    """
    if record.kind not in (*RESPONSES, "resource"):
        return None
    if record.kind == "response" and not record.is_http:
        return None
    declared, status = record.header("Content-Type") or "", ""
    digest = record.header("WARC-Payload-Digest")
    if record.kind in RESPONSES:
        response = parse_response(record.block)
        declared = response.media_type or "unk"
        status = str(response.status or "")
        digest = digest or sha1(response.body)
    mime = REVISIT if record.kind == "revisit" else declared.split(";")[0].strip()
    return Entry(
        record.target_uri,
        timestamp(record.header("WARC-Date")),
        mime,
        status,
        digest or sha1(record.block),
        filename,
        offset,
        length,
    )


def entries(path: Path) -> Iterator[Entry]:
    """The lines of one local WARC file, see :func:`entries_of`."""
    with mapped(path) as data:
        yield from entries_of(data, path.name)


def entries_of(
    data: Bytes, name: str, readable: set[int] | None = None
) -> Iterator[Entry]:
    """The lines of the WARC file ``name``; what cannot be read is passed over.

    The offsets of the records that can be read are put into ``readable``.
    """
    found: list[tuple[frozenset[str], Entry]] = []
    posts: dict[str, tuple[str, str]] = {}
    for member in members(data):
        if member.data is None:
            continue
        try:
            record = parse(member.data)
            made = entry(record, name, member.offset, member.length)
        except BadRecord:  # what fixity is for
            continue
        if readable is not None:
            readable.add(member.offset)
        if made is not None:
            found.append((_exchange(record), made))
        elif record.kind == "request" and (asked := request_query(record.block)):
            posts |= dict.fromkeys(_exchange(record), asked)
    for ids, made in found:
        method, query = next((posts[i] for i in ids if i in posts), ("", ""))
        yield replace(made, method=method, query=query) if method else made


def _exchange(record: RawRecord) -> frozenset[str]:
    """The ids of the records of one exchange, as far as this one names them.

    Some writers name the response in the request, some the request in the response.
    """
    named = (v for k, v in record.headers if k.lower() == "warc-concurrent-to")
    return frozenset({record.record_id, *(name.strip("<> ") for name in named)})


def text(found: Iterator[Entry] | list[Entry]) -> str:
    """The whole index: lines sorted as bytes, as readers search them."""
    lines = sorted(str(line).encode() for line in found)
    return b"".join(line + b"\n" for line in lines).decode()


def write_index(directory: Path, dest: Path) -> int:
    """Index every WARC file of ``directory`` into ``dest``; returns the lines.

    Raises StorageError when ``dest`` cannot be written.
    """
    shelf, found = Shelf(directory), list[Entry]()
    for name in shelf.closed():
        with shelf.opened(name) as data:
            found += entries_of(data, name)
    try:
        dest.write_text(text(found), "utf-8")
    except OSError as error:
        raise StorageError(f"cannot write {dest}: {error.strerror}") from error
    return len(found)
