"""The printed labels that messages name rows, columns and chapters by."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def _labels() -> Mapping[str, Any]:
    text = files("pipelines.rules").joinpath("labels.yml").read_text("utf-8")
    return dict(yaml.safe_load(text))


def row(code: str) -> str:
    """Official label of a row; its code where the form has none.

    >>> row("handled_total")
    '（七）总计'
    """
    return str(_labels()["rows"].get(code, code))


def column(code: str) -> str:
    """Official label of a column; its code where the form has none."""
    return str(_labels()["columns"].get(code, code))


def table(code: str) -> str:
    """Name of a table."""
    return str(_labels()["tables"][code]["name"])


def chapter_title(number: int) -> str:
    """Official title of a chapter of the form.

    >>> chapter_title(6)
    '其他需要报告的事项'
    """
    return str(_labels()["chapters"][number]["title"])


def chapter_words(number: int) -> tuple[str, ...]:
    """Words by which the heading of a chapter is known wherever it stands."""
    return tuple(_labels()["chapters"][number]["words"])


def date_source(code: str) -> str:
    """Where a date was read, in words; its code where there are none.

    >>> date_source("visible")
    '页面所示日期'
    """
    return str(_labels()["dates"].get(code, code))
