"""Automatic numbers of paragraphs, as word processors print them.

A heading 一、总体情况 often has its number from a list, not from its text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

DIGITS = "〇一二三四五六七八九"
PLACE = re.compile(r"%([1-9])")
CHINESE = frozenset(
    {
        "chineseCounting", "chineseCountingThousand", "taiwaneseCounting",
        "taiwaneseCountingThousand", "ideographDigital", "japaneseCounting",
        "chineseLegalSimplified", "koreanDigital2",
    }
)  # fmt: skip
#: Numbers of number formats in binary documents, by the names of Office Open XML.
BINARY = {
    0: "decimal", 1: "upperRoman", 2: "lowerRoman", 3: "upperLetter", 4: "lowerLetter",
    10: "japaneseCounting", 11: "ideographDigital", 14: "decimalFullWidth",
    18: "decimalEnclosedCircle", 26: "decimalEnclosedFullstop",
    27: "decimalEnclosedParen", 33: "taiwaneseCounting",
    35: "taiwaneseCountingThousand", 37: "chineseCounting",
    38: "chineseLegalSimplified", 39: "chineseCountingThousand",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list: number format, text around the number, first number."""

    form: str
    text: str  # ``%1、``
    start: int = 1


@dataclass
class Counters:
    """Counts through a document; ``lists`` gives levels by list and level number."""

    lists: Mapping[tuple[int, int], Level]
    counts: dict[tuple[int, int], int] = field(default_factory=dict)

    def next(self, number: int, level: int, counter: int | None = None) -> str:
        """The printed number of the next paragraph of a list, '' for bullets.

        ``counter``: the list that is counted, when several share one count.
        """
        shape = self.lists.get((number, level))
        if shape is None or shape.form in ("bullet", "none"):
            return ""
        key = number if counter is None else counter
        self.counts[key, level] = self.counts.get((key, level), shape.start - 1) + 1
        for other in [k for k in self.counts if k[0] == key and k[1] > level]:
            del self.counts[other]

        def printed(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            of = self.lists.get((number, at), shape)
            return render(self.counts.get((key, at), of.start), of.form)

        return PLACE.sub(printed, shape.text)


def render(value: int, form: str) -> str:
    """A number in a number format of Office Open XML.

    >>> [render(n, "chineseCounting") for n in (1, 10, 12, 20, 35)]
    ['一', '十', '十二', '二十', '三十五']
    >>> render(3, "decimalEnclosedParen"), render(2, "decimalFullWidth"), render(7, "x")
    ('(3)', '2', '7')
    """
    if form in CHINESE and 0 < value < 100:
        tens, ones = divmod(value, 10)
        head = "" if not tens else "十" if tens == 1 else DIGITS[tens] + "十"
        return head + (DIGITS[ones] if ones else "")
    if form in ("upperLetter", "lowerLetter") and 0 < value <= 26:
        return chr((64 if form == "upperLetter" else 96) + value)
    if form == "decimalEnclosedParen":
        return f"({value})"
    if form == "decimalEnclosedFullstop":
        return f"{value}."
    return str(value)
