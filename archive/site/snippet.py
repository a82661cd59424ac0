"""Passages around what was searched for, in the words of the document."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from archive.site.fts import CJK, TERM

#: Full-width forms lie this far above their ASCII twins.
FULL_WIDTH = 0xFEE0


class Piece(NamedTuple):
    """A stretch of a snippet; ``hit`` marks what was searched for."""

    text: str
    hit: bool


def pattern(query: str) -> re.Pattern[str] | None:
    """A pattern that finds the terms of a query in unnormalised text.

    Blanks between CJK characters and full-width forms do not matter.

    >>> bool(pattern("内部事务 AND").search("三类内部 事务信息"))
    True
    >>> pattern(" ") is None
    True
    """
    terms = []
    for quoted, bare in TERM.findall(unicodedata.normalize("NFKC", query)):
        # Punctuation is not indexed, so it may stand for anything but a word.
        words = [w for w in re.split(r"[\W_]+", quoted or bare) if w]
        if words:
            terms.append(r"[\W_]*".join(_word(word) for word in words))
    if not terms:
        return None
    longest_first = sorted(set(terms), key=len, reverse=True)
    return re.compile("|".join(longest_first), re.IGNORECASE)


def _word(word: str) -> str:
    return r"\s*".join(
        f"[{re.escape(c)}{chr(ord(c) + FULL_WIDTH)}]" if c.isascii() else re.escape(c)
        for c in word
    )


def cjk_snippet(
    text: str, query: str, *, width: int = 48, most: int = 2
) -> list[Piece]:
    """Up to ``most`` passages of ``text`` with ``width`` characters around each hit.

    >>> cjk_snippet("属于国家秘密的，不予公开。", "秘密", width=4)
    [Piece(text='属于国家', hit=False), Piece(text='秘密', hit=True), \
Piece(text='的，不予…', hit=False)]
    """
    text = _one_line(text)
    wanted = pattern(query)
    hits = [m.span() for m in wanted.finditer(text)] if wanted else []
    windows = _windows(hits, len(text), width, most) or [(0, 2 * width)]
    pieces: list[Piece] = []
    for start, end in windows:
        if pieces or start:
            pieces.append(Piece("…", False))
        at = start
        for first, last in hits:
            if start <= first and last <= end:
                pieces += [Piece(text[at:first], False), Piece(text[first:last], True)]
                at = last
        pieces.append(Piece(text[at:end], False))
    if windows[-1][1] < len(text):
        pieces.append(Piece("…", False))
    return _joined(pieces)


def _windows(
    hits: list[tuple[int, int]], length: int, width: int, most: int
) -> list[tuple[int, int]]:
    """Passages around the hits; neighbours share one of at most ``6 * width``."""
    windows: list[tuple[int, int]] = []
    for first, last in hits:
        start, end = max(first - width, 0), min(last + width, length)
        if windows and start <= windows[-1][1]:
            if end - windows[-1][0] > 6 * width:
                continue
            windows[-1] = (windows[-1][0], end)
        elif len(windows) < most:
            windows.append((start, end))
    return windows


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Neighbours of one kind as one piece, empty ones dropped."""
    joined: list[Piece] = []
    for piece in pieces:
        if joined and joined[-1].hit == piece.hit:
            joined[-1] = Piece(joined[-1].text + piece.text, piece.hit)
        elif piece.text:
            joined.append(piece)
    return joined


def _one_line(text: str) -> str:
    """White space collapsed; none of it left between CJK characters and lines."""
    text = re.sub(rf"(?<=[{CJK}])[^\S\t]*\n?[^\S\t]*(?=[{CJK}])", "", text)
    return re.sub(r"\s+", " ", text).strip()
