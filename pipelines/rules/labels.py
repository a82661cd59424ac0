"""The labels that messages name rows, columns and chapters by, in two languages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from archive import yamls

LANGUAGES = ("zh", "en")


@cache
def _labels() -> Mapping[str, Any]:
    text = files("pipelines.rules").joinpath("labels.yml").read_text("utf-8")
    return dict(yamls.load(text))


@cache
def _named(group: str, lang: str) -> Mapping[Any, str]:
    """The labels of a group (rows, columns, dates) in one language, by code."""
    at = LANGUAGES.index(lang)
    return {code: str(both[at]) for code, both in _labels()[group].items()}


def row(code: str, lang: str = "zh") -> str:
    """Official label of a row; its code where the form has none.

    >>> row("handled_total"), row("handled_total", "en")
    ('（七）总计', 'Handled, total')
    """
    return _named("rows", lang).get(code, code)


def column(code: str, lang: str = "zh") -> str:
    """Official label of a column; its code where the form has none."""
    return _named("columns", lang).get(code, code)


def table(code: str, lang: str = "zh") -> str:
    """Name of a table."""
    return str(_labels()["tables"][code]["name"][LANGUAGES.index(lang)])


def chapter_title(number: int, lang: str = "zh") -> str:
    """Official title of a chapter of the form.

    >>> chapter_title(6), chapter_title(6, "en")
    ('其他需要报告的事项', 'Other matters')
    """
    return str(_labels()["chapters"][number]["title"][LANGUAGES.index(lang)])


def chapter_words(number: int) -> tuple[str, ...]:
    """Words by which the heading of a chapter is known wherever it stands."""
    return tuple(_labels()["chapters"][number]["words"])


def date_source(code: str, lang: str = "zh") -> str:
    """Where a date was read, in words; its code where there are none.

    >>> date_source("visible"), date_source("visible", "en")
    ('页面所示日期', 'date shown on the page')
    """
    return _named("dates", lang).get(code, code)
