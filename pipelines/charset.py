"""Bytes to text: BOM → strict UTF-8 → statistics → GB 18030.

What the HTTP header or a meta tag declares is a hint at most: pages that declare UTF-8
and are GBK, and the reverse, are common. gb2312 and gbk are decoded as GB 18030, the
superset that browsers use.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

import cchardet

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: Detected names of the national standards, all decoded with the superset.
CHINESE = frozenset({"gb2312", "gbk", "gb18030", "hz-gb-2312", "cp936", "iso-ir-58"})
#: UTF-16 without a byte order mark. Any other name a detector gives is a slip.
WIDE = frozenset({"utf-16-le", "utf-16-be", "utf-16le", "utf-16be"})
#: Characters of these pages, in both scripts.
EVERYDAY = frozenset("的年月日一二三人大中市县区政府信息公开工作报告縣區資訊開報為")
SAMPLE = 1 << 16
#: UTF-8 with damaged characters is still UTF-8 below this share of them.
DAMAGED = 0.02


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the charset it was decoded with, and how many characters were lost."""

    text: str
    charset: str
    replaced: int = 0


def decode(data: bytes, hint: str | None = None) -> Decoded:
    """Decode ``data``; ``hint`` is what the HTTP header says. Never raises.

    A character that is cut off at the very end (a broken connection, a length limit)
    does not speak against UTF-8.
    """
    for bom, charset in BOMS:
        if data.startswith(bom):
            return _lossy(data[len(bom) :], charset)
    if (text := _utf8(data)) is not None:
        return Decoded(text, "utf-8")
    repaired = _lossy(data, "utf-8")
    foreign = sum(1 for c in repaired.text if c > "\x7f")
    if repaired.replaced < DAMAGED * foreign:
        return repaired
    return _lossy(data, _detected(data, hint))


def _utf8(data: bytes) -> str | None:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        return decoder.decode(data, final=False)
    except UnicodeDecodeError:
        return None


def _detected(data: bytes, hint: str | None) -> str:
    found = (cchardet.detect(data[:SAMPLE])["encoding"] or "").lower()
    if found in CHINESE:
        return "gb18030"
    if found in WIDE:
        return found
    if "big5" in (found, (hint or "").strip().lower()[:4]):
        # Short texts look like both: the one with more everyday characters it is.
        sample = data[:SAMPLE]
        return max(("gb18030", "big5"), key=lambda name: _everyday(sample, name))
    return "gb18030"


def _everyday(data: bytes, charset: str) -> int:
    return sum(character in EVERYDAY for character in _lossy(data, charset).text)


def _lossy(data: bytes, charset: str) -> Decoded:
    text = data.decode(
        "big5hkscs" if charset.startswith("big5") else charset, "replace"
    )
    return Decoded(text, charset, text.count("\ufffd"))
