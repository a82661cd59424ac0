"""Counted things of any unit in a sentence: 政策文件22件, 通知公告17条."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pipelines.rules.prose.lexicon import words
from pipelines.rules.prose.quantities import ARABIC, CHINESE, parse_number


@dataclass(frozen=True, slots=True)
class Count:
    """A number with its unit; ``exact`` is False for 余, 约 and the like."""

    value: float
    unit: str
    exact: bool
    start: int
    end: int


def counts(text: str) -> Iterator[Count]:
    """Numbers of anything that is counted, in reading order.

    >>> [(c.value, c.unit, c.exact) for c in counts("发布信息1,061条，会议2次，约30份")]
    [(1061.0, '条', True), (2.0, '次', True), (30.0, '份', False)]
    >>> [c.value for c in counts("第3次会议，占12%，一是规范文件")]
    []
    """
    for found in _pattern().finditer(text):
        value = parse_number(found["number"])
        if value is not None:
            exact = not (found["about"] or found["more"] or found["after"])
            yield Count(value, found["unit"], exact, found.start("number"), found.end())


@cache
def _pattern() -> re.Pattern[str]:
    about, after = words("approximate_before"), words("approximate_after")
    return re.compile(
        rf"(?P<about>{about})?(?<![\d.第同每个])"
        rf"(?P<number>(?:{ARABIC})[万亿]?|{CHINESE})"
        rf"(?P<more>{after})?(?P<unit>{words('any_units')})(?P<after>{after})?"
    )
