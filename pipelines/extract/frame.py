"""What pages are made of, as far as it is known: ``frame.yml`` as it is used."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml
from bs4.element import Tag

from pipelines.extract.dom import names
from pipelines.normalise import label


@dataclass(frozen=True, slots=True)
class Frame:
    """Where articles stand, what stands around them, how cards are labelled."""

    content: tuple[str, ...]
    tags: frozenset[str]
    words: re.Pattern[str]
    card: Mapping[str, str]  # normalised label → field


@lru_cache(maxsize=1)
def frame() -> Frame:
    """The content of ``frame.yml``."""
    raw: dict[str, Any] = yaml.safe_load(
        files(__package__).joinpath("frame.yml").read_text("utf-8")
    )
    words = "|".join(map(re.escape, raw["frame_words"]))
    return Frame(
        tuple(s.lower() for s in raw["content"]),
        frozenset(raw["frame_tags"]),
        re.compile(rf"[ _-](?:{words})\d*[ _-]"),
        {label(text): name for name, texts in raw["card"].items() for text in texts},
    )


def selected(element: Tag) -> str | None:
    """The selector of a content management system that an element answers to."""
    words = names(element).split()
    keys = {element.name.lower(), *(f".{w}" for w in words), *(f"#{w}" for w in words)}
    return next((s for s in frame().content if s in keys), None)
