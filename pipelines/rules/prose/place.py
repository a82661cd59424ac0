"""Where quoted words stand in a chapter as it is published."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from archive.records import Chapter

#: What normalising takes away; see sentences.normalise.
_DROPPED = "#*\u200b\ufeff"


def place_of(
    quotes: Sequence[tuple[int, str]], chapters: Sequence[Chapter]
) -> str | None:
    """``chapter:start-end`` of each quotation, in characters of the chapter's text.

    Quotations are normalised (NFKC, no whitespace), the text is not. None without
    quotations; one that is not found, since a table stands between, is left out.
    """
    found = []
    for number, quote in dict.fromkeys(quotes):
        for chapter in chapters:
            at = find(chapter.text, quote) if chapter.chapter_no == number else None
            if at:
                found.append(f"{number}:{at[0]}-{at[1]}")
                break
    return "; ".join(found) or None


def find(text: str, quote: str) -> tuple[int, int] | None:
    """Range of the first occurrence, width and whitespace left out of account.

    >>> find("共收到 １０ 件，其中", "10件")
    (4, 8)
    """
    plain, origins = [], []
    for i, char in enumerate(text):
        if char.isspace() or char in _DROPPED:
            continue
        for part in char if char == "，" else unicodedata.normalize("NFKC", char):
            if not part.isspace():
                plain.append(part)
                origins.append(i)
    at = "".join(plain).find(quote) if quote else -1
    return None if at < 0 else (origins[at], origins[at + len(quote) - 1] + 1)
