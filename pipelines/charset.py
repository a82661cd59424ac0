"""Bytes to text: BOM → strict UTF-8 → UTF-16 by its shape → GB 18030 or Big5.

What the HTTP header or a meta tag declares is a hint at most: pages that declare UTF-8
and are GBK, and the reverse, are common. gb2312 and gbk are decoded as GB 18030, the
superset that browsers use. The two Chinese double-byte encodings are told apart by
where their pairs of bytes lie: each standard put its everyday characters into rows of
their own (GB 2312 rows 16-55, Big5 rows A4-C6), which the other one uses differently.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from itertools import islice

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
SAMPLE = 1 << 16
#: UTF-8 with damaged characters is still UTF-8 below this share of them.
DAMAGED = 0.02
#: High bytes of what stands in Chinese text: ASCII, punctuation, ideographs (with those
#: of extension A and the surrogates of the further ones), fullwidth forms.
WIDE_ROWS = frozenset({0x00, 0x20, 0x30, 0xFF, *range(0x34, 0xA0), *range(0xD8, 0xE0)})
WIDE_SHARE = 0.95
#: Pairs of bytes in text of either encoding. The group holds those in the rows of
#: everyday characters and of punctuation, and the four-byte forms of GB 18030.
GB_PAIR = re.compile(
    rb"([\xa1-\xa3\xb0-\xd7][\xa1-\xfe]|[\x81-\xfe][0-9][\x81-\xfe][0-9])"
    rb"|[\x81-\xfe][\x40-\x7e\x80-\xfe]"
)
BIG5_PAIR = re.compile(
    rb"([\xa1-\xc6][\x40-\x7e\xa1-\xfe])|[\x81-\xfe][\x40-\x7e\xa1-\xfe]"
)
MOST_PAIRS = 2000
NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
#: Runs of letters that are not Chinese; a single Greek letter is a symbol and may be.
UNLIKELY = re.compile(r"[\u0250-\u036f\u0400-\u07ff]+|[\u0250-\u07ff]{2,}")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the charset it was decoded with, and how many characters were lost.

    ``basis`` says what decided: bom, utf-8, shape, rows or, where the rows spoke for
    neither, declared.
    """

    text: str
    charset: str
    replaced: int = 0
    basis: str = "utf-8"


def decode(data: bytes, hint: str | None = None) -> Decoded:
    """Decode ``data``; ``hint`` is what the HTTP header says. Never raises.

    A character that is cut off at the very end (a broken connection, a length limit)
    does not speak against UTF-8.
    """
    for bom, charset in BOMS:
        if data.startswith(bom):
            return _lossy(data[len(bom) :], charset, "bom")
    if shape := wide(data):
        return _lossy(data, shape, "shape")
    text = _utf8(data)
    if text is not None and not _only_looks_like_utf8(text, hint):
        return Decoded(text, "utf-8")
    repaired = _lossy(data, "utf-8", "utf-8")
    foreign = sum(1 for c in repaired.text if c > "\x7f")
    if text is None and repaired.replaced < DAMAGED * foreign:
        return repaired
    charset, basis = _double_byte(data[:SAMPLE], hint)
    return _lossy(data, charset, basis)


def wide(data: bytes) -> str | None:
    """Whether bytes without a mark are Chinese text in UTF-16, and of which order.

    >>> wide("<p>政府</p>".encode("utf-16-be")), wide("政府".encode("gbk"))
    ('utf-16-be', None)
    """
    sample = data[: SAMPLE // 16]
    if len(sample) < 4 or len(data) % 2 or _utf8_without_nul(sample):
        return None
    for charset, at in (("utf-16-le", 1), ("utf-16-be", 0)):
        high, low = sample[at::2], sample[1 - at :: 2]
        hits = sum(byte in WIDE_ROWS for byte in high)
        if hits < WIDE_SHARE * len(high):
            continue
        narrow = sum(byte in WIDE_ROWS for byte in low) < hits or 0 in high
        if narrow and _strict(sample, charset):
            return charset
    return None


def _utf8_without_nul(data: bytes) -> bool:
    return b"\0" not in data and _utf8(data) is not None


def _strict(data: bytes, charset: str) -> bool:
    decoder = codecs.getincrementaldecoder(charset)("strict")
    try:
        decoder.decode(data)
    except UnicodeDecodeError:
        return False
    return True


def _utf8(data: bytes) -> str | None:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        return decoder.decode(data, final=False)
    except UnicodeDecodeError:
        return None


def _only_looks_like_utf8(text: str, hint: str | None) -> bool:
    """Whether a text is a few words of GBK whose bytes happen to be UTF-8.

    尾页 is CE B2 D2 B3, which UTF-8 reads as βҳ. A text of Chinese portals in which all
    that is not ASCII is Cyrillic, Armenian or Hebrew is not what it looks like.
    """
    if (hint or "").strip().lower().replace("-", "") == "utf8":
        return False
    foreign = [run for run in NOT_ASCII.findall(text[:SAMPLE]) if run]
    return bool(foreign) and all(UNLIKELY.fullmatch(run) for run in foreign)


def _double_byte(data: bytes, hint: str | None) -> tuple[str, str]:
    """GB 18030 or Big5, by the share of pairs that lie among everyday characters."""
    gb, big5 = _share(GB_PAIR, data), _share(BIG5_PAIR, data)
    if gb == big5:
        declared = (hint or "").strip().lower().startswith("big5")
        return ("big5" if declared else "gb18030"), "declared"
    return ("big5" if big5 > gb else "gb18030"), "rows"


def _share(pair: re.Pattern[bytes], data: bytes) -> float:
    found = [match[1] is not None for match in islice(pair.finditer(data), MOST_PAIRS)]
    return sum(found) / len(found) if found else 0.0


def _lossy(data: bytes, charset: str, basis: str) -> Decoded:
    text = data.decode("big5hkscs" if charset == "big5" else charset, "replace")
    return Decoded(text, charset, text.count("\ufffd"), basis)
