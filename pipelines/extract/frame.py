"""What pages are made of, as far as it is known: ``frame.yml`` as it is used."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from bs4.element import Tag

from archive import yamls
from pipelines.extract.dom import names
from pipelines.grid import Block, Line
from pipelines.normalise import label, squash

#: What stands behind an article: so many lines at most, of so many characters.
MOST_LINES, SHORT = 20, 60


@dataclass(frozen=True, slots=True)
class Frame:
    """Where articles stand, what stands around them, how cards are labelled."""

    content: tuple[str, ...]
    tags: frozenset[str]
    words: re.Pattern[str]
    card: Mapping[str, str]  # normalised label → field
    endings: re.Pattern[str]  # lines behind which the article is over


@lru_cache(maxsize=1)
def frame() -> Frame:
    """The content of ``frame.yml``."""
    raw: dict[str, Any] = yamls.load(
        files(__package__).joinpath("frame.yml").read_text("utf-8")
    )
    words = "|".join(map(re.escape, raw["frame_words"]))
    return Frame(
        tuple(s.lower() for s in raw["content"]),
        frozenset(raw["frame_tags"]),
        re.compile(rf"[ _-](?:{words})\d*[ _-]"),
        {label(text): name for name, texts in raw["card"].items() for text in texts},
        re.compile("|".join(map(re.escape, raw["endings"]))),
    )


def without_tail(blocks: Sequence[Block]) -> int:
    """How many of ``blocks`` are the article: all before the first closing line.

    Behind it only a few short lines may stand; anything else is still the article.
    """
    for i, block in enumerate(blocks):
        if isinstance(block, Line) and frame().endings.match(squash(block.text)):
            rest = blocks[i:]
            short = all(
                isinstance(b, Line) and len(squash(b.text)) <= SHORT for b in rest
            )
            if short and len(rest) <= MOST_LINES:
                return i
    return len(blocks)


def selected(element: Tag) -> str | None:
    """The selector of a content management system that an element answers to."""
    words = names(element).split()
    keys = {element.name.lower(), *(f".{w}" for w in words), *(f"#{w}" for w in words)}
    return next((s for s in frame().content if s in keys), None)
