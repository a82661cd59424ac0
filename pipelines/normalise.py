"""Text as it is compared: widths, blanks, punctuation and enumeration levelled.

Only copies are normalised. What is stored is always the text as printed.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rapidfuzz import fuzz

INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"), None)
CACHED = 200  # characters; longer texts do not repeat
BLANKS = re.compile(r"\s+")
NUMERALS = "一二三四五六七八九十"
#: 一、 （一） 1. ⑴ as they stand before a label, after NFKC; several may follow.
ENUMERATOR = re.compile(
    rf"^(?:\((?:[{NUMERALS}]+|\d\d?)\)|(?:[{NUMERALS}]+|\d\d?)[、.,)])"
)
BRACKETS = re.compile(r"\([^()]*\)?")
PUNCTUATION = re.compile(r"[^\w]+|_+")


def squash(text: str) -> str:
    """NFKC without any white space or invisible character.

    >>> squash(" 结\\n\\n果　维 持\u200b")
    '结果维持'
    """
    return _squash(text) if len(text) < CACHED else _squash.__wrapped__(text)


@lru_cache(maxsize=8192)
def _squash(text: str) -> str:
    return BLANKS.sub("", unicodedata.normalize("NFKC", text).translate(INVISIBLE))


@lru_cache(maxsize=8192)
def enumerator(text: str) -> str:
    """The number before a label, '' without one.

    >>> enumerator("（三）不予公开"), enumerator("8．行政查询"), enumerator("总计")
    ('(三)', '8.', '')
    """
    match = ENUMERATOR.match(squash(text))
    return match[0].replace(",", ".").replace("、", ".") if match else ""


@lru_cache(maxsize=8192)
def label(text: str) -> str:
    """A label as it is matched: no blanks, no punctuation, no leading number.

    >>> label("三、本年度办 理结果"), label("3.危及“三安全一稳定”"), label("增 / 减")
    ('本年度办理结果', '危及三安全一稳定', '增减')
    """
    rest = squash(text)
    while match := ENUMERATOR.match(rest):
        rest = rest[match.end() :]
    return PUNCTUATION.sub("", rest).lower()


@lru_cache(maxsize=8192)
def core(text: str) -> str:
    """The label without notes in brackets, or the label when nothing else is left.

    >>> core("规章（设区的市以上政府填写）"), core("（区分处理的）")
    ('规章', '区分处理的')
    """
    rest = squash(text)
    while match := ENUMERATOR.match(rest):
        rest = rest[match.end() :]
    return label(BRACKETS.sub("", rest)) or label(text)


@lru_cache(maxsize=65536)
def similarity(one: str, other: str) -> float:
    """0–100 for two normalised labels; a part counts only when it is long enough.

    >>> similarity("行政许可", "行政许可"), round(similarity("行政处罚", "行政强制"))
    (100.0, 50)
    """
    if one == other:
        return 100.0 if one else 0.0
    best = fuzz.ratio(one, other)
    short, long = sorted((len(one), len(other)))
    if short >= 5 and short * 3 >= long:
        best = max(best, 0.9 * fuzz.partial_ratio(one, other))
    return best
