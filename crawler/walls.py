"""Walls: pages that stand where the content should be. Recorded, never climbed.

The markers are data (``walls.yml``). Scripts of challenges are looked for in small
bodies only. Words count where they are the page: in its title, or when there is hardly
any other text. A real report that mentions 验证码 is a report.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from html import unescape
from importlib.resources import files

from archive import yamls
from archive.http import HttpResponse
from pipelines.charset import decode

#: Challenge pages are small; those of the families listed are below 20 kB. The scripts
#: that some of them carry are larger, so that a body is measured without them.
MAX_WALL_BYTES = 300_000
#: Those that only say something are smaller; of a larger page the head is looked at.
MAX_WORDS_BYTES = 30_000
HEAD_BYTES = 2_000
#: Pages as short as most walls are read in any case.
MAX_TINY_BYTES = 4_000
#: A wall says what it is in a sentence or two; the shortest report says more.
MAX_WALL_TEXT = 250

NOT_SHOWN = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->", re.I | re.S)
TAG = re.compile(r"<[^>]*>")
TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.I | re.S)
SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Walls:
    """Statuses and markers of anti-bot pages, with the reason each is recorded as."""

    statuses: dict[int, str]
    scripts: dict[bytes, str]
    phrases: dict[str, str]
    spelled: tuple[bytes, ...]  # the phrases in the encodings that pages have


@cache
def load() -> Walls:
    """Read ``walls.yml``."""
    text = files("crawler").joinpath("walls.yml").read_text("utf-8")
    data = yamls.load(text)
    phrases = {
        str(k).replace(" ", "").lower(): str(v) for k, v in data["phrases"].items()
    }
    spelled = (p.encode(c) for p in phrases for c in ("utf-8", "gb18030"))
    return Walls(
        dict(data["statuses"]),
        {str(k).encode(): str(v) for k, v in data["scripts"].items()},
        phrases,
        tuple(spelled),
    )


def wall(response: HttpResponse) -> str | None:
    """Why a response is a wall, None when it is none.

    Answers that are redirects are never walls: they carry no content of their own.
    """
    walls = load()
    if response.status in walls.statuses:
        return walls.statuses[response.status]
    if response.status is None or 300 <= response.status < 400:
        return None
    if len(response.payload) > MAX_WALL_BYTES:
        return None
    return _by_script(response, walls) or _by_words(response, walls)


def _by_script(response: HttpResponse, walls: Walls) -> str | None:
    for marker, reason in walls.scripts.items():
        if marker in response.payload:
            page = _shown(response)[1]
            return reason if len(page) <= MAX_WALL_TEXT else None
    return None


def _by_words(response: HttpResponse, walls: Walls) -> str | None:
    small = len(response.payload) <= MAX_WORDS_BYTES
    searched = response.payload if small else response.payload[:HEAD_BYTES]
    searched = b"".join(searched.split()).lower()
    tiny = len(response.payload) <= MAX_TINY_BYTES  # words may be cut by tags there
    if not tiny and not any(phrase in searched for phrase in walls.spelled):
        return None
    title, page = _shown(response)
    places = [title] if len(page) > MAX_WALL_TEXT else [title, page]
    for phrase, reason in walls.phrases.items():
        if any(phrase in place for place in places):
            return reason
    return None


def _shown(response: HttpResponse) -> tuple[str, str]:
    """Title and visible text of a page, without blanks."""
    text = decode(response.payload, response.charset).text
    title = TITLE.search(text)
    page = TAG.sub(" ", NOT_SHOWN.sub(" ", text))
    return (
        SPACE.sub("", unescape(title[1])).lower() if title else "",
        SPACE.sub("", unescape(page)).lower(),
    )
