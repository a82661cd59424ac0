"""ZIP files with reports inside: every member becomes a document of its own.

A member is stored as a ``resource`` record under the address of its ZIP with its name
as fragment, so that it is read, cited and verified like any other original. The ZIP
itself stays what it was captured as. Names are shown, never used as paths.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import quote

from archive.catalog import Catalog
from archive.copies import is_whole
from archive.errors import DocumentError
from archive.records import PageContext
from archive.warc import WarcStore
from pipelines import stages
from pipelines.extract.zipfile import Member, members
from pipelines.load import Loaded, load
from pipelines.sniff import sniff

ZIP = "application/zip"
#: A ZIP in a ZIP is opened, one inside that is listed.
DEEPEST = 2


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What became of one member; ``reason`` is '' when it is a report."""

    name: str
    loaded: Loaded | None
    reason: str


def is_zip(data: bytes) -> bool:
    """Whether the bytes are a ZIP of documents, not an office file."""
    return data[:2] == b"PK" and sniff(data).media_type == ZIP


def take_members(
    catalog: Catalog,
    store: WarcStore,
    data: bytes,
    context: PageContext,
    depth: int = 1,
) -> Iterator[Unpacked]:
    """Take in the files of a ZIP; one that cannot be read stops none of the others."""
    try:
        for member in members(data):
            yield from _take(catalog, store, member, context, depth)
    except DocumentError as error:
        yield Unpacked(context.filename or context.url, None, str(error))


def _take(
    catalog: Catalog,
    store: WarcStore,
    member: Member,
    context: PageContext,
    depth: int,
) -> Iterator[Unpacked]:
    if member.error or not member.data:
        yield Unpacked(member.name, None, member.error or "the file is empty (0 bytes)")
        return
    url = f"{context.url}#{quote(member.name)}"
    sha256 = hashlib.sha256(member.data).hexdigest()
    capture = catalog.holder(sha256)
    if capture is None or not is_whole(catalog, store, sha256):
        media_type = sniff(member.data).media_type
        capture = store.append_resource(url, member.data, media_type)
        store.sync()
        catalog.add_capture(capture)
    inner = replace(
        context, url=url, filename=member.name, link_text=member.name, charset=None
    )
    extraction = stages.read(member.data, inner)
    loaded = load(catalog, capture, extraction, inner)
    if is_zip(member.data) and depth < DEEPEST:
        yield from take_members(catalog, store, member.data, inner, depth + 1)
        return
    verdict = extraction.verdict
    reason = extraction.error or f"{verdict.kind}: {verdict.reason}"
    yield Unpacked(member.name, loaded, "" if loaded.report_id else reason)
