"""``lexicon.yml`` as compiled patterns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from archive import yamls
from archive.errors import TemplateError


@cache
def _lexicon() -> Mapping[str, Any]:
    text = files("pipelines.rules.prose").joinpath("lexicon.yml").read_text("utf-8")
    return dict(yamls.load(text))


@cache
def words(key: str) -> str:
    """The alternatives of a key as one non-capturing group.

    >>> words("part")
    '(?:其中)'
    """
    if key not in _lexicon():
        raise TemplateError(f"lexicon.yml: expected a key {key!r}, found none")
    listed = _lexicon()[key]
    return f"(?:{'|'.join(listed.split() if isinstance(listed, str) else listed)})"


@cache
def pattern(key: str) -> re.Pattern[str]:
    """The compiled alternatives of a key."""
    return re.compile(words(key))


@cache
def outcome_words() -> Mapping[str, tuple[str, bool]]:
    """Outcome words, with the column each means and whether it surely does."""
    strict = {
        word: (column, True)
        for column, listed in _lexicon()["outcomes"].items()
        for word in listed
    }
    loose = {
        word: (column, False)
        for column, listed in _lexicon()["loose_outcomes"].items()
        for word in listed
    }
    return {**loose, **strict}
