"""The difference of two texts, in pieces that a person can read.

White space is left out before comparing: line breaks of a PDF or a page say nothing.
First sentences are compared, then, within those that differ, words: a number is one
word, a Chinese character is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher

#: (sign, text): ``=`` stayed, ``-`` went, ``+`` came.
Piece = tuple[str, str]

BLANKS = re.compile(r"\s+")
SENTENCE = re.compile(r"[^。；！？;]*[。；！？;]+|[^。；！？;]+")
WORD = re.compile(r"\d+(?:[.,]\d+)*|[A-Za-z]+|.", re.DOTALL)
#: Sentences that have less in common than this are replaced as a whole.
ALIKE = 0.4
#: Product of the lengths, in words, up to which words are compared.
MAX_COMPARED = 4_000_000
#: Characters of what stayed that are kept on each side of a change.
CONTEXT = 24
CUT = "…"


def bare(text: str) -> str:
    """``text`` without white space.

    >>> bare("全年 收到\\n申请")
    '全年收到申请'
    """
    return BLANKS.sub("", text)


def pieces(old: str, new: str) -> list[Piece]:
    """What stayed, went and came, in reading order; nothing when nothing differs.

    >>> pieces("收到申请106件。", "收到申请107 件。")
    [('=', '收到申请'), ('-', '106'), ('+', '107'), ('=', '件。')]
    >>> pieces("一、概况", "一、 概况")
    []
    """
    before, after = bare(old), bare(new)
    if before == after:
        return []
    return _shortened(_joined(_sentences(before, after)))


def _sentences(before: str, after: str) -> Iterator[Piece]:
    old, new = SENTENCE.findall(before), SENTENCE.findall(after)
    for same, went, came in _runs(old, new):
        if same:
            yield "=", went
        else:
            yield from _words(went, came)


def _words(went: str, came: str) -> Iterator[Piece]:
    old, new = WORD.findall(went), WORD.findall(came)
    if 0 < len(old) * len(new) <= MAX_COMPARED:
        matcher = SequenceMatcher(None, old, new, autojunk=False)
        if matcher.ratio() >= ALIKE:
            for same, gone, come in _runs(old, new):
                if same:
                    yield "=", gone
                else:
                    yield "-", gone
                    yield "+", come
            return
    yield "-", went
    yield "+", came


def _runs(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[bool, str, str]]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        yield tag == "equal", "".join(old[i:j]), "".join(new[k:m])


def _joined(found: Iterable[Piece]) -> list[Piece]:
    """Neighbours of one sign become one; what went stands before what came."""
    joined: list[Piece] = []
    went = came = ""
    for sign, text in (*found, ("=", "")):
        if sign == "-":
            went += text
        elif sign == "+":
            came += text
        elif text and not went + came and joined:
            joined[-1] = ("=", joined[-1][1] + text)
        else:
            joined += [p for p in (("-", went), ("+", came), ("=", text)) if p[1]]
            went = came = ""
    return joined


def _shortened(found: list[Piece]) -> list[Piece]:
    """What stayed, cut to the words around the changes."""
    last = len(found) - 1
    return [
        (sign, _cut(text, at > 0, at < last) if sign == "=" else text)
        for at, (sign, text) in enumerate(found)
    ]


def _cut(text: str, after_change: bool, before_change: bool) -> str:
    head = text[:CONTEXT] if after_change else ""
    tail = text[-CONTEXT:] if before_change else ""
    if len(text) <= len(head) + len(tail) + len(CUT):
        return text
    return head + CUT + tail
