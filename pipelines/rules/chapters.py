"""The six chapters of the form and their numbers (S1, S2)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from archive.records import Chapter
from pipelines.rules import labels
from pipelines.rules.finding import FAIL, NOT_ASSESSABLE, PASS, UNCERTAIN, Finding
from pipelines.rules.spec import Chapters
from pipelines.rules.wording import Tell, chapter_title, listed, numeral, phrase

NUMERALS = "一二三四五六"
_MARKUP = re.compile(r"^(?:[#*\s]|\[bookmark:[^\]]*\])+")
_NUMBER = re.compile(r"^第?([一二三四五六七八九十]|\d{1,2})(?:[、.,)\s]|部分|章)")


def evaluate(test: Chapters, chapters: Sequence[Chapter]) -> Iterator[Finding]:
    """One finding about the report as a whole (scope '')."""
    numbered = [c for c in chapters if c.chapter_no in range(1, 7) and c.heading]
    if not numbered:
        yield Finding("", NOT_ASSESSABLE, None, None, phrase("chapters.nothing"))
    elif test.aspect == "present":
        yield _present(numbered, chapters)
    else:
        yield _numbers(numbered)


def heading_text(heading: str | None) -> str:
    """A heading without the marks of Markdown or Word around it.

    >>> heading_text("[bookmark: _GoBack]四、行政复议")
    '四、行政复议'
    >>> heading_text("### 一、总体情况")
    '一、总体情况'
    """
    return _MARKUP.sub("", heading or "").strip(" *\u3000")


def printed_number(heading: str | None) -> str:
    """The number a heading is printed with, '' without one.

    >>> printed_number("5、 存在的主要问题"), printed_number("## 二、主动公开")
    ('5', '二')
    >>> printed_number("总体情况")
    ''
    """
    text = unicodedata.normalize("NFKC", heading_text(heading))
    found = _NUMBER.match(text)
    return found[1] if found else ""


def _present(numbered: Sequence[Chapter], chapters: Sequence[Chapter]) -> Finding:
    found = [chapter.chapter_no for chapter in numbered]
    sides = ("1,2,3,4,5,6", ",".join(str(no) for no in found))
    absent = [no for no in range(1, 7) if no not in found]
    if absent:
        names = listed(_titled(no) for no in absent)
        inside = [no for no in absent if _stands_inside(no, chapters)]
        if inside:
            said = phrase("chapters.inside", names=names)
            return Finding("", UNCERTAIN, *sides, said)
        return Finding("", FAIL, *sides, phrase("chapters.absent", names=names))
    if found != list(range(1, 7)):
        order = listed(phrase("named.chapter", n=numeral(no)) for no in found)
        return Finding("", FAIL, *sides, phrase("chapters.order", order=order))
    return Finding("", PASS, *sides, phrase("chapters.complete"))


def _titled(number: int) -> Tell:
    return phrase("named.titled", n=numeral(number), title=chapter_title(number))


def _stands_inside(number: int, chapters: Sequence[Chapter]) -> bool:
    """Whether a heading of this chapter, numeral and words, hides in running text."""
    words = "|".join(labels.chapter_words(number))
    pattern = re.compile(rf"{NUMERALS[number - 1]}、.{{0,10}}(?:{words})")
    return any(pattern.search("".join(c.text.split())) for c in chapters)


def _numbers(numbered: Sequence[Chapter]) -> Finding:
    expected = "".join(NUMERALS[c.chapter_no - 1] for c in numbered)
    printed = [printed_number(c.heading) for c in numbered]
    actual = "".join(number or "·" for number in printed)
    if actual == expected:
        said = phrase("chapters.numbered", numbers=actual)
        return Finding("", PASS, expected, actual, said)
    odd = listed(
        (
            _misnumbered(chapter, number)
            for chapter, number in zip(numbered, printed, strict=True)
            if number != NUMERALS[chapter.chapter_no - 1]
        ),
        "clause",
    )
    said = phrase("chapters.odd_numbers", odd=odd)
    return Finding("", UNCERTAIN, expected, actual, said)


def _misnumbered(chapter: Chapter, number: str) -> Tell:
    named = phrase(
        "named.titled",
        n=numeral(chapter.chapter_no),
        title=heading_text(chapter.heading),
    )
    if not number:
        return phrase("chapters.unnumbered", chapter=named)
    return phrase("chapters.misnumbered", chapter=named, number=number)
