"""Titles: whose report of which year, and what a title excludes.

A title is spread over lines and headings, puts the year first or last, and stands in
meta tags, links and file names. The exclusion list is applied before the pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from pipelines.chapters import heading
from pipelines.extract.page import Page
from pipelines.lookups import lookup
from pipelines.normalise import squash

LONGEST = 80  # characters of a title, blanks not counted
HEAD_LINES = 12  # lines before the first chapter that may hold the title

DIGITS = {c: str(i) for i, c in enumerate("〇一二三四五六七八九")} | dict.fromkeys(
    "零○oO0", "0"
)
YEAR = r"(?:20[0-3]\d|二[〇零○oO0][〇零○oO0一二三四五六七八九]{2})"
#: 信息公开工作告年度报: the six characters behind the subject in any order.
SCRAMBLED = r"(?=.{0,5}报)(?=.{0,5}告)(?=.{0,5}年)[工作年度报告]{6}"
SUBJECT = (
    r"(?:(?:政府|政务)?信息公开(?:(?:工作|年度|情况|的|执行|落实|贯彻)*"
    rf"(?:(?P<inside>{YEAR})年?度?(?:工作)?)?"
    rf"(?:总结报告|报告|年报|年度报告|总结)(?:全文|正文)?|{SCRAMBLED})"
    r"|政务公开(?:工作)?(?:年度报告|年报))"
)
TITLE = re.compile(
    rf"^(?P<before>.*?)[_]?(?:(?P<year>{YEAR})年?度?[_]?(?P<between>.*?))?{SUBJECT}"
    rf"(?:[(\[]?(?P<late>{YEAR})年?度?[)\]]?)?"
    r"(?:[(\[][^)\]]*[)\]]|[》”\"。])*"
    r"(?:\.[a-z]{3,4})?(?:[-_|—–>·].*)?$"
)
#: A letter or notice that carries the report itself: 关于报送2020年…年度报告的函.
CARRIER = re.compile(
    r"^(?P<name>.{2,30}?)?关于(?:报送|上报|呈报|公布|发布|公开)《?(?P<title>.{4,60}?"
    r"(?:报告|年报))》?的(?:函|报告|公告|通告|通知)$"
)
#: The name of the site behind a title: …年度报告_中国政府网.
SITE = re.compile(r"((?:报告|年报|总结|全文|正文)[)）》]?)[-_|—–>·].*$")


@dataclass(frozen=True, slots=True)
class Title:
    """A title of a report: as printed without white space, and what it says."""

    text: str
    agency: str  # '' when the title names none
    year: int | None
    where: str

    @property
    def weight(self) -> int:
        """How much of what a title can say is there."""
        return 2 * bool(self.agency) + bool(self.year)


def year_of(text: str) -> int | None:
    """A year in digits or Chinese numerals.

    >>> year_of("2020"), year_of("二〇二〇"), year_of("二零一九")
    (2020, 2020, 2019)
    """
    digits = "".join(DIGITS.get(c, "2" if c == "二" else c) for c in text)
    return int(digits) if digits.isdigit() and len(digits) == 4 else None


@lru_cache(maxsize=2048)
def parse(text: str, where: str = "") -> Title | None:
    """Read a text as the title of a report, or None.

    >>> parse("沭阳县发展和改革局2023年政府信息公开年度报告-沭阳县发改局").agency
    '沭阳县发展和改革局'
    >>> parse("2019年上海市人民政府办公厅政府信息公开工作年度报告").year
    2019
    >>> parse("四平市公安局政府信息公开工作2021年度报告").year
    2021
    >>> parse("关于做好2025年政府信息公开工作年度报告编制和发布工作的通知") is None
    True
    """
    plain = squash(text)
    if not plain or len(plain) > LONGEST or excluded(plain):
        return None
    carrier = CARRIER.match(plain)
    match = TITLE.match(carrier["title"] if carrier else plain)
    if match is None:
        return None
    name = f"{match['before'] or ''}{match['between'] or ''}".strip("_")
    if name.endswith("人民"):  # 兴县人民政府信息公开…: 政府 is said once
        name += "政府"
    if carrier and carrier["name"] and not clean(name):
        name = carrier["name"]
    year = match["year"] or match["late"] or match["inside"]
    printed = SITE.sub(r"\1", re.sub(r"[#*\s]+", "", text))
    return Title(printed, clean(name), year_of(year) if year else None, where)


@lru_cache(maxsize=2048)
def clean(name: str) -> str:
    """A name as it stands in a title, without what surrounds it; '' for no name."""
    rules = lookup("kinds")
    found = re.sub(rules["noise"], "", squash(name))
    return "" if found in rules["not_names"] or len(found) < 2 else found


@lru_cache(maxsize=2048)
def excluded(text: str) -> tuple[str, str] | None:
    """(kind, reason) when a title is that of something else.

    >>> excluded("莱州市2020年度法治政府建设年度报告")
    ('law_report', 'report on the rule of law')
    """
    plain = squash(text)
    carrier = CARRIER.match(plain)
    if carrier:
        plain = carrier["title"]
    for entry in lookup("titles"):
        if re.search(entry["pattern"], plain):
            return entry["kind"], entry["reason"]
    return None


def candidates(
    page: Page, outside: Iterable[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """(where, text) of everything that may be the title, the best evidence first."""
    strong = [(w, t) for w, t in page.titles if w != "title"]
    yield from strong
    tags = [t for w, t in strong if w in ("h1", "h2", "h3")]
    yield from (("headings", a + b) for a, b in pairwise(tags))
    yield from head(page)
    yield from ((w, t) for w, t in page.titles if w == "title")
    yield from outside


def head(page: Page) -> Iterator[tuple[str, str]]:
    """The first lines of the document, alone and joined, the single ones first."""
    lines = head_lines(page)
    for size in (1, 2, 3):
        for i in range(len(lines) - size + 1):
            yield f"first lines ({size})", "".join(lines[i : i + size])


def head_lines(page: Page) -> list[str]:
    """Lines before the first chapter heading, without blank ones."""
    found: list[str] = []
    for line in page.lines:
        text = line.text.strip()
        if not text:
            continue
        if heading(text) or len(found) >= HEAD_LINES:
            break
        found.append(re.sub(r"^#+\s*|\*\*", "", text))
    return found


def choose(found: Sequence[tuple[str, str]]) -> Title | None:
    """The title that says most; between equals the best evidence."""
    parsed = [title for where, text in found if (title := parse(text, where))]
    return max(parsed, key=lambda t: t.weight, default=None)


def exclusion(page: Page, outside: Iterable[tuple[str, str]]) -> tuple[str, str] | None:
    """Whether the title of a page, wherever it stands, is that of something else.

    Sentences do not count: a preamble cites circulars.
    """
    titles = [t for w, t in page.titles if w not in ("title", "h2", "h3")]
    titles += [re.split(r"[-_|—–]", t)[0] for w, t in page.titles if w == "title"]
    first = [t for t in head_lines(page)[:3] if not re.search(r"[。，；]", t)]
    titles += [*first, "".join(first)]
    titles += [t for _, t in outside]
    for text in titles:
        if len(squash(text)) <= LONGEST and (found := excluded(text)):
            return found
    return None
