"""Dates of a report: published, signed, due; each with the place it was read from.

Order of belief for the publication: meta PubDate, a visible 发布日期, the card above
the article, the list page, the address. A signature date is never a publication date,
and an address tells the date of the file, which a rebuilt site changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

from archive import duty
from archive.records import PageContext
from pipelines.extract.page import Page
from pipelines.normalise import squash
from pipelines.titles import head_lines, year_of

META_NAMES = ("pubdate", "publishdate", "publish_date", "article:published_time")
NUMERALS = "〇零○oO0一二三四五六七八九十廿卅"
DATE = re.compile(
    r"(?<!\d)(?P<y>20[0-3]\d)(?:年|[-—–/.]{1,3})(?P<m>\d{1,2})(?:月|[-—–/.]{1,3})"
    r"(?P<d>\d{1,2})(?:日|号)?(?!\d)"
)
CHINESE_DATE = re.compile(
    rf"(?P<y>二[〇零○oO0][{NUMERALS}]{{2}})年(?P<m>[{NUMERALS}元正]{{1,3}})月"
    rf"(?P<d>[{NUMERALS}]{{1,4}})(?:日|号)"
)


def _plain(pattern: re.Pattern[str]) -> str:
    """A pattern without names of groups, to stand beside another."""
    return re.sub(r"\(\?P<\w+>", "(?:", pattern.pattern)


#: 20210118 or 20210118093000, a whole value of a meta tag.
COMPACT = re.compile(r"(20[0-3]\d)(\d\d)(\d\d)(?:\d{4}(?:\d\d)?)?")
#: A time of day in universal time, with a date: China is eight hours ahead.
UNIVERSAL = re.compile(
    r"(20[0-3]\d-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(?:Z|\+00:?00)$"
)
CHINA = timezone(timedelta(hours=8))
#: 发布日期：… on the page; the label must begin there (采集时间 is another thing).
VISIBLE = re.compile(
    r"(?<![\u4e00-\u9fff])(?:(?:发布|公开|发稿|刊发)?(?:日期|时间)|发布于)[:：\s]*(?=\d)"
)
TIMED = re.compile(r"\d{4}[-/年.]\d{1,2}[-/月.]\d{1,2}日?\s+\d{1,2}:\d{2}")
URL_DATES = (
    re.compile(r"/t(20\d\d)(\d\d)(\d\d)_"),
    re.compile(r"/(20\d\d)/(\d{1,2})/(\d{1,2})/"),
    re.compile(r"/(20\d\d)-(\d\d)-(\d\d)/"),
    re.compile(r"/(20\d\d)-(\d\d)/(\d\d)/"),
    re.compile(r"/(20\d\d)(\d\d)(\d\d)/"),
    re.compile(r"/(20\d\d)(\d\d)(\d\d)\d{6}"),
)
SIGNATURE_LINES = 10
#: A name of an organ may stand before the date: 莱州市财政局 2021年1月18日.
SIGNED = re.compile(
    r"(?P<name>[\u4e00-\u9fff()]{3,40}(?:局|厅|委|会|府|办|室|处|部|署|院|中心|街道|镇|乡))?"
    rf"(?P<date>{_plain(DATE)}|{_plain(CHINESE_DATE)})"
)
NEVER_PUBLISHED_ON = "url"  # too weak to call a report late


@dataclass(frozen=True, slots=True)
class Dating:
    """A date that was found, where, and why it does not count ('' when it does)."""

    date: str
    source: str
    evidence: str
    rejected: str = ""
    note: str = ""  # what is odd about a date that counts


def parse_date(text: str) -> str | None:
    """The first date in a text as ISO, or None.

    >>> parse_date("2021年1月18日"), parse_date("2017——04——12 21:37")
    ('2021-01-18', '2017-04-12')
    >>> parse_date("二〇二一年一月十八日"), parse_date("2021-02-30") is None
    ('2021-01-18', True)
    >>> parse_date("2021-01-17T17:30:00Z")  # the 18th in China
    '2021-01-18'
    """
    plain = squash(text) if "年" in text else text.strip()
    if match := UNIVERSAL.fullmatch(plain):
        moment = datetime.fromisoformat(f"{match[1]}T{match[2]}").replace(tzinfo=UTC)
        return moment.astimezone(CHINA).date().isoformat()
    if match := COMPACT.fullmatch(plain):
        return _iso(int(match[1]), int(match[2]), int(match[3]))
    if match := DATE.search(plain):
        return _iso(int(match["y"]), int(match["m"]), int(match["d"]))
    if match := CHINESE_DATE.search(plain):
        return _iso(year_of(match["y"]) or 0, _small(match["m"]), _small(match["d"]))
    return None


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _small(numeral: str) -> int:
    """A Chinese number up to 99.

    >>> [_small(n) for n in ("元", "十", "十八", "廿二", "三十一")]
    [1, 10, 18, 22, 31]
    """
    for short, whole in (("廿", "二十"), ("卅", "三十"), ("元", "一"), ("正", "一")):
        numeral = numeral.replace(short, whole)
    tens, ten, ones = numeral.rpartition("十")
    value = {c: i for i, c in enumerate("〇一二三四五六七八九")}
    return (value.get(tens, 1) * 10 if ten else 0) + value.get(ones, 0)


def published(page: Page, context: PageContext, year: int | None) -> list[Dating]:
    """Every publication date found, best first; implausible ones say why."""
    found = []
    for source, text, iso in _found(page, context):
        if iso:
            doubt, note = _doubt(iso, context, year), _odd(iso, year)
            found.append(Dating(iso, source, text[:80], doubt, "" if doubt else note))
    return found


def _found(page: Page, context: PageContext) -> Iterator[tuple[str, str, str | None]]:
    for name in META_NAMES:
        if text := page.meta.get(name):
            yield "meta_pubdate", text, parse_date(text)
    around = [line.text for line in page.frame] + head_lines(page)
    for text in around:
        if len(text) > 200:
            continue
        if match := VISIBLE.search(text):
            yield "visible", text, parse_date(text[match.end() : match.end() + 20])
        elif match := TIMED.search(text):
            yield "visible", text, parse_date(match[0])
    if text := page.card.get("published"):
        yield "info_card", text, parse_date(text)
    if context.list_date:
        yield "list", context.list_date, parse_date(context.list_date)
    if text := page.card.get("written"):
        yield "info_card", text, parse_date(text)
    for pattern in URL_DATES:
        if match := pattern.search(context.url):
            yield "url", match[0], _iso(*(int(part) for part in match.groups()))


def _doubt(iso: str, context: PageContext, year: int | None) -> str:
    """Why a date cannot be the publication: before the year ended, or in the future."""
    if year and iso < f"{year}-12-01":
        return f"before the end of the report year {year}"
    captured = context.captured_at[:10]
    if (
        captured
        and iso > (date.fromisoformat(captured) + timedelta(days=1)).isoformat()
    ):
        return "after it was captured"
    return ""


def _odd(iso: str, year: int | None) -> str:
    """A report may be out in December, before the year it describes is over."""
    early = year is not None and iso <= f"{year}-12-31"
    return f"before the report year {year} was over" if early else ""


def signed(lines: Sequence[str]) -> tuple[str, str] | None:
    """(date, line above it) of the signature block at the end of a text.

    Only a line that holds a date and nothing else counts, or a name and a date.
    """
    filled = [line.strip() for line in lines if line.strip()]
    for position, line in reversed(list(enumerate(filled))[-SIGNATURE_LINES:]):
        plain = squash(line)
        match = SIGNED.fullmatch(plain)
        iso = parse_date(match["date"]) if match else None
        if match and iso:
            above = filled[position - 1] if position else ""
            return iso, match["name"] or above
    return None


def due(year: int, kind: str) -> str:
    """The legal date (Regulation of 2007, art. 31; of 2019, art. 49).

    Governments, and everyone for years up to 2018: 31 March. Others: 31 January; for
    townships and streets that is local practice, the Regulation is silent.
    """
    return duty.due(year, kind)


def due_basis(year: int, kind: str) -> str:
    """What the legal date rests on.

    >>> due_basis(2017, "township"), due_basis(2020, "township")
    ('Regulation of 2007, art. 31', 'local practice')
    """
    if year <= 2018:
        return "Regulation of 2007, art. 31"
    if kind in ("township", "street", "zone"):
        return "local practice"
    paragraph = 2 if kind == "government" else 1
    return f"Regulation of 2019, art. 49 para. {paragraph}"


def days_late(published_on: str | None, due_on: str) -> int | None:
    """Days after the due date, negative before it; None when not known."""
    if published_on is None:
        return None
    return (date.fromisoformat(published_on) - date.fromisoformat(due_on)).days
