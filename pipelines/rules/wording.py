"""What findings say, in two languages: the sentences of ``messages.yml``.

A rule says what it found as a :data:`Tell`: words that wait for a language. So every
sentence is put together once, by the same steps in both languages, and the English one
only for findings that somebody is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any

from archive import yamls
from archive.errors import TemplateError
from pipelines.rules import labels
from pipelines.rules.labels import LANGUAGES


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language, by dotted key."""

    lang: str
    texts: Mapping[str, str]

    def __call__(self, key: str, /, **values: object) -> str:
        """The sentence ``key`` with its gaps filled; KeyError for an unknown one."""
        return self.texts[key].format(**values)


Tell = Callable[[Words], str]
NUMERALS = "〇一二三四五六"
#: What fills a gap: told in the language of the sentence, or the same in all.
Sayable = Tell | str | int | float


def phrase(key: str, /, **values: Sayable) -> Tell:
    """The sentence ``key`` of ``messages.yml``, once its language is known.

    >>> said = phrase("sums.is_blank", name=row("handled_total"))
    >>> said(words("zh")), said(words("en"))
    ('“（七）总计”空白', '“Handled, total” is blank')
    """

    def tell(told: Words) -> str:
        # what every report is told of: no call more than needed
        said = {n: v(told) if callable(v) else v for n, v in values.items()}
        return told.texts[key].format(**said)

    return tell


def around(told: Words, key: str, **values: str) -> tuple[str, str]:
    """What a sentence says before and after its ``{number}``, the rest filled in.

    For sentences that are told of every report: numbers alone differ.

    >>> around(words("en"), "sums.one", name="total")
    ('“total” is ', '')
    """
    before, _, after = told(key, number="\0", **values).partition("\0")
    return before, after


def listed(parts: Iterable[Sayable], sign: str = "list") -> Tell:
    """Several things, with a sign (see ``messages.yml``) or nothing between.

    >>> listed(["2", column("total")])(words("en"))
    '2, total'
    """
    parts = tuple(parts)
    return lambda told: (told.texts[f"sign.{sign}"] if sign else "").join(
        [part(told) if callable(part) else str(part) for part in parts]
    )


def also(tell: Tell, *more: Sayable) -> Tell:
    """A sentence with remarks behind it."""
    return listed((tell, *more), "clause")


def row(code: str) -> Tell:
    """The label of a row."""
    return lambda told: labels.row(code, told.lang)


def column(code: str) -> Tell:
    """The label of a column."""
    return lambda told: labels.column(code, told.lang)


def table(code: str) -> Tell:
    """The name of a table."""
    return lambda told: labels.table(code, told.lang)


def date_source(code: str) -> Tell:
    """Where a date was read."""
    return lambda told: labels.date_source(code, told.lang)


def chapter_title(number: int) -> Tell:
    """The official title of a chapter."""
    return lambda told: labels.chapter_title(number, told.lang)


def numeral(number: int) -> Tell:
    """The number of a chapter as sentences write it.

    >>> numeral(4)(words("zh")), numeral(4)(words("en"))
    ('四', '4')
    """
    return lambda told: NUMERALS[number] if told.lang == "zh" else str(number)


# ------------------------------------------------------------------------------ reading


def parse(text: str, name: str = "messages.yml") -> dict[str, Words]:
    """The sentences of a YAML text by language; leaves are [Chinese, English].

    Raises:
        TemplateError: a sentence lacks a language, or English leaves out what Chinese
            says; the message names file and key.

    """
    found: dict[str, dict[str, str]] = {lang: {} for lang in LANGUAGES}
    for group, sentences in yamls.load(text).items():
        for key, both in sentences.items():
            where = f"{name}: {group}.{key}"
            if not _complete(both):
                raise TemplateError(f"{where}: expected [zh, en], found {both!r}")
            if lost := _gaps(both[0]) - _gaps(both[1]):
                raise TemplateError(f"{where}: English leaves out {sorted(lost)}")
            for lang, one in zip(LANGUAGES, both, strict=True):
                found[lang][f"{group}.{key}"] = one
    return {lang: Words(lang, texts) for lang, texts in found.items()}


def _complete(both: Any) -> bool:
    return (
        isinstance(both, list)
        and len(both) == len(LANGUAGES)
        and all(isinstance(one, str) and one for one in both)
    )


def _gaps(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@cache
def words(lang: str) -> Words:
    """The words of one language, ``zh`` or ``en``."""
    return _all()[lang]


@cache
def _all() -> dict[str, Words]:
    return parse(files("pipelines.rules").joinpath("messages.yml").read_text("utf-8"))
