"""Headings of columns in words, with their units, for tables and queries of Datasette.

The metadata describe a column as ``中文 · English (件/项 · count)``; a page shows the
part in its language. Columns of queries have no description of their own, so they get
that of the column of the same name in the data dictionary.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from archive import metadata
from archive.dictionary import public_tables, wide_tables
from archive.site.language import current
from archive.site.strings import name as name_of

DESCRIPTION = re.compile(r"(.*?) · (.*?)(?: \((\S+) · ([^()]+)\))?", re.S)
SENTENCE = re.compile(r"(?<=[。；.;!?）)])\s+")
HAN = re.compile(r"[\u4e00-\u9fff]")
PARAMETERS = re.compile(r"\s*(?=:\w+ = )")
#: Beyond this a meaning is an explanation and belongs in the title.
LONGEST = 28


#: Whose words are taken where several tables have a column of one name.
FIRST = ("report_index", "reports", "agencies", "cells", "checks", "documents")


class Heading(NamedTuple):
    """A heading: words short enough to stand over a column, all words, unit."""

    label: str
    meaning: str
    unit: str


def spoken(description: str | None, name: str) -> Heading:
    """The heading in the language of the request.

    >>> spoken("总计 · Total (件/项 · count)", "handled_total__total")
    Heading(label='总计', meaning='总计', unit='件/项')
    >>> spoken(None, "x")
    Heading(label='x', meaning='', unit='')
    """
    return _spoken(description, name, current.get() == "zh")


@lru_cache(maxsize=8192)
def _spoken(description: str | None, name: str, chinese: bool) -> Heading:
    found = DESCRIPTION.fullmatch(description or "")
    if found is None:
        return Heading(name, description or "", "")
    zh, en, unit_zh, unit_en = found.groups()
    meaning = zh if chinese else en
    short = re.split(r"[:：;；。（(]|, ", meaning)[0].strip()
    label = short if 0 < len(short) <= LONGEST else name
    return Heading(label, meaning, (unit_zh if chinese else unit_en) or "")


@cache
def described() -> dict[str, str]:
    """Columns of the data dictionary by name, as the metadata describe them."""
    found: dict[str, str] = {}
    first = {name: number for number, name in enumerate(FIRST)}
    for table in sorted(public_tables(), key=lambda t: first.get(t.name, len(first))):
        for column in table.columns:
            found.setdefault(column.name, f"{column.zh} · {column.en}")
    return found


@cache
def _titles() -> dict[str, str]:
    made: dict[str, str] = {}
    for table in (*public_tables(), *wide_tables([])):
        made[table.name] = f"{table.zh} · {table.en}"
    return made


def table_title(name: str) -> str:
    """What a table holds, Chinese and English; its name if the dictionary has none."""
    return _titles().get(name, name)


def column_name(name: str, description: str | None = None) -> Heading:
    """The heading of a column, by its description or the dictionary."""
    found = spoken(description or described().get(name), name)
    if found.meaning:
        return found
    words = name_of("result", name)
    return Heading(words, "", "")


def describe(text: str) -> str:
    """The sentences of a description in the language of the request.

    Chinese and English sentences follow each other; what parameters mean stands at
    the end and is shown with their boxes.

    >>> describe("每份报告一行。 One row per report. 空白不是零。 A blank is no zero.")
    '每份报告一行。空白不是零。'
    """
    text = PARAMETERS.split(text)[0]
    chinese = current.get() == "zh"
    kept = [s for s in SENTENCE.split(text) if bool(HAN.search(s)) == chinese]
    return ("" if chinese else " ").join(kept) or text


def parameter_name(query: str | None, name: str) -> str:
    """What a parameter of a query asks for, in words."""
    spec = metadata.ready_questions().get(query or "", {})
    told = spec.get("params") or {}
    if isinstance(told, dict) and name in told:
        return spoken(told[name], name).meaning
    return name_of("parameter", name)


def excel_link(csv_link: str) -> str:
    """The address of a CSV for Excel beside that of the plain one.

    >>> excel_link("/nianbao/reports.csv?_size=max")
    '/nianbao/reports.excel.csv?_size=max'
    """
    path, mark, query = str(csv_link).partition("?")
    return f"{path.removesuffix('.csv')}.excel.csv{mark}{query}"


#: Columns whose values have names in the strings, and under which group.
FACET_GROUPS = {
    "level": "level",
    "kind": "kind",
    "status": "status",
    "template": "template",
    "table_code": "table",
    "verdict": "verdict",
    "severity": "severity",
    "basis": "basis",
    "outcome": "outcome",
    "form": "form",
    "role": "role",
    "scope": "scope",
}
