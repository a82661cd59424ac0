"""Chapters become clauses with their year and subject: the context of a statement.

Line breaks mean nothing here (pages wrap anywhere), so whitespace goes first. Brackets
and titles in 《》 are cut out of what is analysed, and kept in what is quoted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from archive.records import Chapter, Report
from pipelines.rules.prose.lexicon import pattern

#: Chapter 2 is a table, chapter 5 speaks of problems and plans.
CHAPTERS = (0, 1, 3, 4, 6)

_SECTION = re.compile(r"(?=\([一二三四五六七八九十]{1,2}\))")
# A heading on a line of its own, which line breaks alone would not keep apart.
_HEADING = re.compile(
    r"^[^\S\n]*[（(][一二三四五六七八九十]{1,2}[）)][^\d。，；：;:,\n]{2,30}$", re.M
)
_BRACKETS = re.compile(r"\([^()]*\)|《[^《》]*》|\[[^\[\]]*\]")
_YEAR = re.compile(r"(?<!\d)(20\d\d)年")
_SIGNS = re.compile(r"[(《\[)》\],，;。!?]")
_THOUSANDS = re.compile(r"\d,\d{3}(?!\d)")
_COMPARED = re.compile(
    r"(?=(?:较|比|同比|环比|与)(?:去年|上年|上一年|往年|20\d\d年|同期))"
)

WHOLE, PART = "whole", "part"


@dataclass(frozen=True, slots=True)
class Clause:
    """Words between two commas. ``text`` is analysed, ``start:end`` is quoted."""

    text: str
    plain: str  # text without the name of the agency
    start: int
    end: int
    subject: str | None  # whole | part: named in this clause
    in_part: bool  # behind 其中


@dataclass(frozen=True, slots=True)
class Sentence:
    """Clauses up to a full stop, with what earlier sentences of the section say."""

    clauses: tuple[Clause, ...]
    source: str
    chapter: Chapter
    year: int | None  # year the sentence speaks about, None: not said
    subject: str | None  # whole | part: named last, in this sentence or before
    on_requests: bool  # the section is about requests

    @property
    def whole(self) -> str:
        """All of the sentence, brackets included."""
        return self.source[self.clauses[0].start : self.clauses[-1].end]

    def quote(self, first: Clause, last: Clause | None = None) -> str:
        """The words of some clauses, as printed but for width and whitespace."""
        return self.source[first.start : (last or first).end]


def normalise(text: str) -> str:
    """NFKC without whitespace and emphasis; the full-width comma stays.

    >>> normalise("收到 １０６ 件，其中（一）\\n**网上**")
    '收到106件，其中(一)网上'
    """
    text = re.sub(r"[\s#*\u200b\ufeff]+", "", text)
    return "，".join(unicodedata.normalize("NFKC", piece) for piece in text.split("，"))


def sentences(report: Report) -> Iterator[Sentence]:
    """The sentences of the chapters where statements about the tables stand."""
    for chapter in report.chapters:
        if chapter.chapter_no in CHAPTERS:
            text = normalise(_HEADING.sub(r"\g<0>。", chapter.prose))
            position = 0
            for section in _SECTION.split(text):
                yield from _section(section, position, text, chapter, report)
                position += len(section)


def _section(
    section: str, offset: int, source: str, chapter: Chapter, report: Report
) -> Iterator[Sentence]:
    topic = section[:40] if section.startswith("(") else ""
    on_requests = chapter.chapter_no == 3 or "依申请" in topic or "申请公开" in topic
    year: int | None = None
    subject: str | None = None
    for found in re.finditer(r"[^。!?]+[。!?]?", section):
        start = offset + found.start()
        clauses = tuple(_clauses(found[0], start, report))
        own = [y for clause in clauses for y in years(clause.text)]
        year = own[0] if own else year
        named = [clause.subject for clause in clauses if clause.subject]
        yield Sentence(
            clauses,
            source,
            chapter,
            year,
            named[0] if named else subject,
            on_requests,
        )
        year = own[-1] if own else year
        subject = named[-1] if named else subject


def years(text: str) -> list[int]:
    """Years a text speaks about, those of comparisons and budgets left out.

    >>> years("2020年收到106件"), years("较2019年"), years("2018年部门决算")
    ([2020], [], [])
    """
    if "年" not in text:
        return []
    return [int(year) for year in _YEAR.findall(pattern("other_years").sub("", text))]


def _clauses(text: str, offset: int, report: Report) -> Iterator[Clause]:
    """Split at commas outside brackets, and before comparisons with another year."""
    in_part, own = False, _own_name(report)
    for start, end in _cuts(text):
        piece = text[start:end]
        if text[start - 1 : start] in (";", "；"):
            in_part = False
        in_part = in_part or bool(pattern("part").search(piece))
        bare = _BRACKETS.sub("", piece)
        subject = _subject(bare, report)
        plain = own.sub("", bare)
        yield Clause(bare, plain, offset + start, offset + end, subject, in_part)


def _cuts(text: str) -> Iterator[tuple[int, int]]:
    depth = start = 0
    compared = {found.start() for found in _COMPARED.finditer(text)}
    signs = {found.start() for found in _SIGNS.finditer(text)}
    for i in sorted(signs | compared):
        char = text[i]
        depth += (char in "(《[") - (char in ")》]")
        separator = char in "，;。!?" or (
            char == "," and not _THOUSANDS.match(text[max(i - 1, 0) : i + 5])
        )
        if depth <= 0 and (separator or (i in compared and i > start)):
            if i > start:
                yield start, i
            start = i + 1 if separator else i
        depth = max(depth, 0)
    if start < len(text):
        yield start, len(text)


def _subject(text: str, report: Report) -> str | None:
    """Whom a clause names: all that the report covers, or a part, or somebody else.

    For an own report ``part`` means an organ the report does not speak for.
    """
    named = _own_name(report).search(text)
    if report.scope == "government_aggregate":
        if named or pattern("whole_subject").search(text):
            return WHOLE
        return PART if pattern("part_subject").search(text) else None
    if pattern("foreign_subject").search(text):
        return PART
    return WHOLE if named or pattern("own_subject").search(text) else None


def _own_name(report: Report) -> re.Pattern[str]:
    shortest = 6 if report.scope == "government_aggregate" else 3
    return _named(report.agency.name, shortest)


@cache
def _named(agency: str, shortest: int) -> re.Pattern[str]:
    """The agency by its full name, or without the divisions it lies in.

    >>> bool(_named("济宁市兖州区人民政府", 6).search("兖州区政府共收到申请"))
    True
    >>> bool(_named("莱州市人民政府", 6).search("市政府共收到申请"))
    False
    """
    name = normalise(agency)
    cuts = [i for i in range(1, len(name)) if name[i - 1] in "省市区县州盟旗"]
    tails = [name[i - with_level :] for i in cuts for with_level in (1, 0)]
    names = [name, *(tail for tail in tails if len(tail) >= shortest)]
    either = "|".join(re.escape(n).replace("人民政府", "(?:人民)?政府") for n in names)
    return re.compile(rf"(?:{either})(?!办公)")
