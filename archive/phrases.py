"""What the archive says of itself, in two languages: the sentences of ``phrases.yml``.

Findings about reports have theirs in ``pipelines/rules/messages.yml``; words of the
site, which are no data, stand in ``site/strings.yml``.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import NamedTuple

from archive import yamls


class Phrase(NamedTuple):
    """One sentence in both languages."""

    zh: str
    en: str


@cache
def phrases() -> dict[str, Phrase]:
    """All sentences by dotted key."""
    text = files("archive").joinpath("phrases.yml").read_text("utf-8")
    return {
        f"{group}.{key}": Phrase(*both)
        for group, sentences in yamls.load(text).items()
        for key, both in sentences.items()
    }


def phrase(key: str, **values: object) -> Phrase:
    """The sentence ``key`` with its gaps filled; KeyError for an unknown one.

    A gap that is itself a phrase is filled in the language of the sentence.

    >>> phrase("coverage.left", day="2024-03-01").en
    'left the portal by 2024-03-01, kept here'
    >>> phrase("coverage.shut", portal="莱州市", state=phrase("state.robots"))
    Phrase(zh='莱州市：robots.txt 不允许', en='莱州市: robots')
    """
    zh, en = phrases()[key]
    return Phrase(
        zh.format(**{k: _in(v, "zh") for k, v in values.items()}),
        en.format(**{k: _in(v, "en") for k, v in values.items()}),
    )


def _in(value: object, lang: str) -> object:
    return getattr(value, lang) if isinstance(value, Phrase) else value
