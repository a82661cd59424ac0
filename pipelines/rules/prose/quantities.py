"""Numbers in running text: Arabic with separators, and Chinese numerals.

The text is NFKC and without whitespace; a full-width comma separates clauses and is
never part of a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pipelines.rules.prose.lexicon import words

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_SCALES = {"万": 10_000, "亿": 100_000_000}
ARABIC = r"\d{1,3}(?:,\d{3}){1,3}(?!\d)(?:\.\d{1,6})?|\d{1,9}(?!\d)(?:\.\d{1,6})?"
CHINESE = r"[零〇一二两三四五六七八九十百千万亿]{1,20}"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of cases in a text; ``exact`` is False for 余, 约 and the like."""

    value: float
    exact: bool
    start: int
    end: int


def parse_number(text: str) -> float | None:
    """The number a numeral stands for, None when it is no numeral.

    >>> [parse_number(t) for t in ("106", "1,234", "6229.95", "1.2万")]
    [106.0, 1234.0, 6229.95, 12000.0]
    >>> [parse_number(t) for t in ("十", "十二", "二十", "一百零五", "一千零二十三")]
    [10.0, 12.0, 20.0, 105.0, 1023.0]
    >>> [parse_number(t) for t in ("两", "零", "三万五千", "二〇二〇", "一百二")]
    [2.0, 0.0, 35000.0, 2020.0, 120.0]
    >>> [parse_number(t) for t in ("", "件", "1,23", "万")]
    [None, None, None, None]
    """
    arabic = re.fullmatch(rf"({ARABIC})([万亿]?)", text)
    if arabic:
        return float(arabic[1].replace(",", "")) * _SCALES.get(arabic[2], 1)
    if not re.fullmatch(CHINESE, text):
        return None
    if len(text) > 1 and all(c in _DIGITS for c in text):
        return float("".join(str(_DIGITS[c]) for c in text))
    return _chinese(text)


def _chinese(text: str) -> float | None:
    """A numeral with place words: every digit times its place, scale by scale."""
    total = section = digit = 0
    place = 0  # of the last place word: 一百二 is 120, 一百零二 is 102
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
            place = 0 if digit == 0 else place
        elif char in _PLACES:
            place = _PLACES[char]
            section += (digit or 1) * place
            digit = 0
        else:
            if section + digit == 0:
                return None
            total += (section + digit) * _SCALES[char]
            section = digit = 0
            place = _SCALES[char]
    tail = digit * (place // 10 if place > 10 else 1)
    return float(total + section + tail)


def quantities(text: str) -> Iterator[Quantity]:
    """Numbers of cases (件, 宗, 份 …) in reading order.

    >>> [(q.value, q.exact) for q in quantities("收到申请1,106件，其中网上约二十件")]
    [(1106.0, True), (20.0, False)]
    >>> [q.value for q in quantities("第3件，占33.9%，258件；2020年，6400余条")]
    [258.0]
    >>> list(quantities("一起推进，同一份材料，9999999999999999件"))
    []
    """
    for found in _pattern().finditer(text):
        numeral, unit = found["number"], found["unit"]
        if (numeral, unit) == ("一", "起"):
            continue  # 一起: "together" far more often than "one case"
        value = parse_number(numeral)
        if value is not None:
            exact = not (found["about"] or found["more"] or found["after"])
            yield Quantity(value, exact, found.start("number"), found.end())


@cache
def _pattern() -> re.Pattern[str]:
    about, after = words("approximate_before"), words("approximate_after")
    return re.compile(
        rf"(?<![第同每\d.])(?P<about>{about})?"
        rf"(?<![\d.第同每])(?P<number>(?:{ARABIC})[万亿]?|{CHINESE})"
        rf"(?P<more>{after})?(?P<unit>{words('case_units')})(?P<after>{after})?"
    )
