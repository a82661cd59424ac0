"""What bytes are, by content. Names and declared types are never believed."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from dataclasses import dataclass

import olefile  # type: ignore[import-untyped]

HEAD = 8192

#: Leading bytes of formats that have a signature.
SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image", "image/png"),
    (b"\xff\xd8\xff", "image", "image/jpeg"),
    (b"GIF87a", "image", "image/gif"),
    (b"GIF89a", "image", "image/gif"),
    (b"BM", "image", "image/bmp"),
    (b"II*\x00", "image", "image/tiff"),
    (b"MM\x00*", "image", "image/tiff"),
    (b"{\\rtf", "doc", "application/rtf"),
    (b"Rar!\x1a\x07", "text", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "text", "application/x-7z-compressed"),
)

#: Web pages saved as one file, as a mail message whose header may begin with any field.
MHTML = "multipart/related"
MESSAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:[A-Za-z][\w-]*:[^\n]*\n(?:[ \t][^\n]*\n)*)*?MIME-Version:",
    re.IGNORECASE,
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: What olefile raises for damaged compound files, and zipfile for damaged packages.
DAMAGED = (
    AttributeError, IndexError, KeyError, OSError, OverflowError, RecursionError,
    TypeError, ValueError, struct.error,
)  # fmt: skip
#: Streams of an OLE compound file, as their names stand in its directory.
OLE_STREAMS: tuple[tuple[str, str, str], ...] = (
    ("WordDocument", "doc", "application/msword"),
    ("WpsDocument", "wps", "application/vnd.ms-works"),
    ("Workbook", "xls", "application/vnd.ms-excel"),
    ("Book", "xls", "application/vnd.ms-excel"),
)

OFFICE = "application/vnd.openxmlformats-officedocument."
#: First path that matches names what a ZIP container is.
ZIP_MEMBERS: tuple[tuple[str, str, str], ...] = (
    ("word/", "docx", OFFICE + "wordprocessingml.document"),
    ("xl/", "xlsx", OFFICE + "spreadsheetml.sheet"),
    ("OFD.xml", "ofd", "application/ofd"),
)

MARKUP = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|meta|title|table|div|span|p|h[1-6]|script"
    rb"|style|font|center|article|section|ul|br)[\s>/]",
    re.IGNORECASE,
)
NOT_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True, slots=True)
class Sniffed:
    """The form (``archive.codes.FORMS``) and the media type.

    Bytes without any known structure are ``text`` with a media type that says what
    is really known: ``application/octet-stream``, ``application/zip``.
    """

    form: str
    media_type: str


def sniff(data: bytes) -> Sniffed:
    """Tell the form of ``data`` from its bytes; never raises."""
    head = data[:HEAD]
    if b"%PDF-" in head[:1024]:
        return Sniffed("pdf", "application/pdf")
    if head.startswith(b"PK\x03\x04"):
        return _container(data)
    if head.startswith(OLE):
        return _compound(data)
    for signature, form, media_type in SIGNATURES:
        if head.startswith(signature) and _really(head, signature):
            return Sniffed(form, media_type)
    if MESSAGE.match(head):
        return Sniffed("doc", MHTML)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Sniffed("image", "image/webp")
    return _textual(head)


def _really(head: bytes, signature: bytes) -> bool:
    """Two letters are no proof of a bitmap: its header has zero bytes."""
    return signature != b"BM" or b"\x00" in head[2:18]


def _container(data: bytes) -> Sniffed:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, EOFError, *DAMAGED):
        names = []
    for start, form, media_type in ZIP_MEMBERS:
        # A folder may be called word: only parts in XML make an office document.
        if any(n.startswith(start) and n.endswith(".xml") for n in names):
            return Sniffed(form, media_type)
    return Sniffed("text", "application/zip")


def _compound(data: bytes) -> Sniffed:
    names = _streams(data)
    for stream, form, media_type in OLE_STREAMS:
        if stream in names:
            return Sniffed(form, media_type)
    if "EncryptedPackage" in names:
        return Sniffed("doc", "application/vnd.ms-office")
    for stream, form, media_type in OLE_STREAMS:
        if stream.encode("utf-16-le") in data:
            return Sniffed(form, media_type)
    return Sniffed("text", "application/x-ole-storage")


def _streams(data: bytes) -> frozenset[str]:
    """Names in the root of a compound file, nothing for a damaged one.

    Embedded documents have names of their own further down: those do not count.
    """
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            return frozenset(kid.name for kid in ole.root.kids)
    except DAMAGED:
        return frozenset()


def _textual(head: bytes) -> Sniffed:
    for bom, charset in BOMS:
        if head.startswith(bom):
            head = head.decode(charset, "replace").encode("utf-8", "replace")
            break
    # Pages with a stray NUL exist; what has many control bytes is no text.
    if len(NOT_TEXT.findall(head)) * 50 > len(head):
        return Sniffed("text", "application/octet-stream")
    if MARKUP.search(head):
        return Sniffed("html", "text/html")
    return Sniffed("text", "text/plain")
