"""MHTML, a Web page saved as one file: its HTML part is the document (RFC 2557)."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from typing import cast

from archive.errors import DocumentError
from pipelines.charset import decode
from pipelines.extract import html
from pipelines.extract.page import Page

#: Parts of a saved page: pictures, style sheets, frames.
MOST_PARTS = 2000


def extract(data: bytes) -> Page:
    """Take the page apart. Raises DocumentError when there is no HTML part."""
    message = message_from_bytes(data, policy=policy.compat32)
    parts = _parts(message)
    pages = [p for p in parts if p.get_content_type() == "text/html"]
    start = str(message.get_param("start") or "")
    root = [p for p in pages if start and p.get("Content-ID") == start]
    if not pages:
        kinds = sorted({p.get_content_type() for p in parts})
        raise DocumentError(
            f"expected a page among the parts of the MHTML, found {', '.join(kinds)}"
        )
    part = (root or pages)[0]
    content = cast(bytes, part.get_payload(decode=True) or b"")
    page = html.extract(decode(content, part.get_content_charset()).text)
    more = len(pages) - 1
    notes = (f"{more} further pages in the MHTML were not read",) if more else ()
    return replace(page, content=f"MHTML, {page.content}", notes=(*page.notes, *notes))


def _parts(message: Message | EmailMessage) -> list[Message]:
    found: list[Message] = []
    for part in message.walk():
        if not part.is_multipart():
            found.append(part)
        if len(found) > MOST_PARTS:
            raise DocumentError(f"an MHTML of more than {MOST_PARTS} parts")
    return found
