"""The binary Word file: where its text and its properties lie ([MS-DOC]).

The text is a list of pieces; properties of paragraphs and characters hang on byte
offsets.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import olefile  # type: ignore[import-untyped]

from archive.errors import DocumentError, UnsupportedForm
from pipelines.extract.docproperties import (
    Runs,
    Sprms,
    character_properties,
    paragraph_properties,
    runs,
    sprms,
)
from pipelines.sniff import DAMAGED

WORD_97 = 0x00C1
#: What is called ``.doc`` too.
OTHERS = (
    (b"{\\rtf", "a rich text file (RTF)"),
    (b"MIME-Version:", "a Web page packed with its pictures (MHTML)"),
)
MAGIC, MAGIC_95 = 0xA5EC, 0xA5DC
MOST_PIECES, LARGEST_STREAM = 200_000, 100_000_000
#: Offsets in the file information block (FIB).
CHARACTERS, CHPX, PAPX, STYLES, CLX, LISTS, OVERRIDES = (
    0x4C, 0xFA, 0x102, 0xA2, 0x1A2, 0x2E2, 0x2EA,
)  # fmt: skip
#: Bytes 0x80–0x9F of a compressed piece are those of Windows-1252.
COMPRESSED = "cp1252"


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters ``start`` to ``end`` of the text, at byte ``offset``."""

    start: int
    end: int
    offset: int
    width: int  # bytes a character
    sprms: Sprms = ()


@dataclass
class WordFile:
    """An opened document: its streams and its FIB."""

    main: bytes
    table: bytes
    data: bytes
    pieces: list[Piece] = field(default_factory=list)
    prcs: list[bytes] = field(default_factory=list)

    def count(self, which: int) -> int:
        """Characters of a part: 0 text, 1 footnotes, 2 headers, … 6 text boxes."""
        at = CHARACTERS + 4 * which
        return max(int.from_bytes(self.main[at : at + 4], "little", signed=True), 0)

    def block(self, at: int) -> bytes:
        """A structure of the table stream by the place of its address in the FIB."""
        if at + 8 > len(self.main):
            return b""
        start, size = struct.unpack_from("<II", self.main, at)
        return self.table[start : start + size] if size < LARGEST_STREAM else b""


def open_word(data: bytes) -> WordFile:
    """Open a compound file with a Word document. Raises DocumentError.

    UnsupportedForm names what cannot be read: Word 95 and older, encryption.
    """
    for start, kind in OTHERS:
        if data.startswith(start):
            raise UnsupportedForm(f"{kind}: there is no reader for it")
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            if ole.exists("EncryptedPackage"):
                raise UnsupportedForm("the document is encrypted with a password")
            if not ole.exists("WordDocument"):
                raise UnsupportedForm(
                    "expected a Word document in the compound file, found no "
                    "WordDocument stream"
                )
            main = ole.openstream("WordDocument").read()
            flags = _accept(main)
            name = "1Table" if flags & 0x0200 else "0Table"
            if not ole.exists(name):
                raise DocumentError(f"the Word document lacks its stream {name}")
            table = ole.openstream(name).read()
            extra = ole.openstream("Data").read() if ole.exists("Data") else b""
    except DAMAGED as error:
        raise DocumentError(f"the compound file is damaged: {error}") from error
    file = WordFile(main, table, extra)
    try:
        _read_pieces(file)
    except (struct.error, IndexError) as error:
        raise DocumentError(f"the piece table is damaged: {error}") from error
    if not file.pieces:
        raise DocumentError("the Word document has no piece table")
    return file


def _accept(main: bytes) -> int:
    """The flags of a FIB that can be read."""
    if len(main) < CLX + 8:
        raise DocumentError(f"the Word document ends after {len(main)} bytes")
    magic, version = struct.unpack_from("<HH", main)
    flags = main[0x0A] | main[0x0B] << 8
    if magic == MAGIC_95 or (magic == MAGIC and version < WORD_97):
        raise UnsupportedForm(f"written by Word 95 or older (version {version})")
    if magic != MAGIC:
        raise UnsupportedForm(f"expected a Word 97 document, found mark {magic:#06x}")
    if flags & 0x0100:
        raise UnsupportedForm("the document is encrypted with a password")
    return flags


def _read_pieces(file: WordFile) -> None:
    clx, at = file.block(CLX), 0
    while at < len(clx) and clx[at] == 1:
        size = struct.unpack_from("<H", clx, at + 1)[0]
        file.prcs.append(clx[at + 3 : at + 3 + size])
        at += 3 + size
    if at >= len(clx) or clx[at] != 2:
        return
    size = struct.unpack_from("<I", clx, at + 1)[0]
    plc = clx[at + 5 : at + 5 + size]
    n = min((len(plc) - 4) // 12, MOST_PIECES)
    ends = struct.unpack_from(f"<{n + 1}I", plc)
    for i in range(n):
        _, fc, prm = struct.unpack_from("<HIH", plc, 4 * (n + 1) + 8 * i)
        is_compressed = bool(fc & 0x40000000)
        offset = (fc & 0x3FFFFFFF) // 2 if is_compressed else fc & 0x3FFFFFFF
        own = file.prcs[prm >> 1] if prm & 1 and prm >> 1 < len(file.prcs) else b""
        if ends[i] < ends[i + 1]:
            width = 1 if is_compressed else 2
            piece = Piece(ends[i], ends[i + 1], offset, width, tuple(sprms(own)))
            file.pieces.append(piece)


def characters(file: WordFile, start: int, end: int) -> Iterator[tuple[str, Piece]]:
    """Text between two character positions, cut at pieces."""
    for piece in file.pieces:
        first, last = max(start, piece.start), min(end, piece.end)
        if first >= last:
            continue
        offset = piece.offset + (first - piece.start) * piece.width
        raw = file.main[offset : offset + (last - first) * piece.width]
        if len(raw) < (last - first) * piece.width:
            raise DocumentError(
                f"the text ends at byte {len(file.main)}, and the document says it "
                f"goes on to {offset + (last - first) * piece.width}"
            )
        if piece.width == 1:
            text = "".join(_single(b) for b in raw)
        else:
            # One character a unit keeps positions; surrogates are joined later.
            text = "".join(map(chr, struct.unpack(f"<{len(raw) // 2}H", raw)))
        yield text, Piece(first, last, offset, piece.width, piece.sprms)


def _single(byte: int) -> str:
    if 0x80 <= byte < 0xA0:
        return bytes([byte]).decode(COMPRESSED, "replace")
    return chr(byte)


def paragraphs(file: WordFile) -> Runs:
    """Paragraph properties, large ones fetched from the data stream."""
    read = paragraph_properties(file.data)
    return runs(file.main, file.block(PAPX), 13, read)


def formats(file: WordFile) -> Runs:
    """Character properties."""
    return runs(file.main, file.block(CHPX), 1, character_properties)
