"""Checks as findings: numbered, in an order to read them, tied to their cells."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from archive import yamls
from archive.site.forms import Key

#: Verdicts that are shown one by one, in this order; the others are only counted.
SHOWN = ("FAIL", "UNCERTAIN")
PLACE = re.compile(r"(\d+):(\d+)-(\d+)")
SEVERITY_ORDER = {"fail": 0, "odd": 1, "note": 2}


@dataclass(frozen=True, slots=True)
class Suspect:
    """A cell whose change would help to satisfy every broken sum."""

    key: Key
    value: float | None
    fits: float


@dataclass(frozen=True, slots=True)
class Finding:
    """One check that a person should look at, with the rule it comes from."""

    number: int
    rule_id: str
    scope: str
    severity: str
    verdict: str
    message: str
    message_en: str | None
    expected: str | None
    actual: str | None
    basis: str
    rule_zh: str
    rule_en: str
    fingerprint: str
    cells: tuple[Key, ...]
    decision: str | None = None
    note: str | None = None
    origin: str | None = None
    suspects: tuple[tuple[Suspect, ...], ...] = ()
    reviewer: str | None = None
    reviewed_at: str | None = None
    place: tuple[int, int, int] | None = None  # chapter, start, end of quoted words

    @property
    def doubtful(self) -> bool:
        """Whether the finding is a question rather than a contradiction."""
        return self.verdict != "FAIL"


@cache
def places() -> dict[str, dict[str, Any]]:
    """What ``findings.yml`` says, by rule."""
    text = files("archive.site").joinpath("findings.yml").read_text("utf-8")
    return dict(yamls.load(text))


def cells_of(rule_id: str, scope: str, known: Collection[Key]) -> tuple[Key, ...]:
    """The cells among ``known`` that a check of this rule and scope speaks about.

    >>> cells = [("requests", "granted", "total"), ("requests", "granted", "business")]
    >>> cells_of("Q3", "granted", cells)
    (('requests', 'granted', 'total'),)
    >>> len(cells_of("Z9", "granted", cells))
    2
    >>> cells_of("S1", "", cells)
    ()
    """
    place = places().get(rule_id)
    if place:
        wanted = [
            (place["table"], *cell.format(scope=scope).split("/", 1))
            for cell in place["cells"]
        ]
        return tuple(key for key in wanted if key in known)
    row, _, column = scope.partition("/")
    return tuple(k for k in known if row == k[1] and column in ("", k[2]))


def findings(
    checks: Iterable[Mapping[str, Any]], known: Collection[Key]
) -> tuple[Finding, ...]:
    """The checks that failed, then the uncertain ones, numbered from 1.

    ``checks`` are rows of checks joined with rules and check_reviews.
    """
    shown = [c for c in checks if c["verdict"] in SHOWN]
    shown.sort(
        key=lambda c: (
            SHOWN.index(c["verdict"]),
            SEVERITY_ORDER[c["severity"]],
            c["rule_id"],
            c["scope"],
        )
    )
    return tuple(
        Finding(
            number,
            c["rule_id"],
            c["scope"],
            c["severity"],
            c["verdict"],
            c["message"],
            c.get("message_en"),
            c["expected"],
            c["actual"],
            c["basis"],
            c["text_zh"],
            c["text_en"],
            c["fingerprint"],
            cells_of(c["rule_id"], c["scope"], known),
            c["decision"],
            c["note"],
            c.get("origin"),
            suspects(c.get("suspects")),
            c.get("reviewer"),
            c.get("reviewed_at"),
            quoted(c.get("place")),
        )
        for number, c in enumerate(shown, 1)
    )


def suspects(stored: str | None) -> tuple[tuple[Suspect, ...], ...]:
    """The alternatives of ``checks.suspects``.

    >>> suspects('[[{"cell": "requests/granted/total", "value": 20, "fits": 21}]]')
    ((Suspect(key=('requests', 'granted', 'total'), value=20, fits=21),),)
    >>> suspects(None)
    ()
    """
    alternatives = json.loads(stored) if stored else []
    return tuple(
        tuple(
            Suspect(tuple(s["cell"].split("/", 2)), s["value"], s["fits"])
            for s in together
        )
        for together in alternatives
    )


def quoted(stored: str | None) -> tuple[int, int, int] | None:
    """Chapter, start and end of ``checks.place``.

    >>> quoted("1:219-250"), quoted(None)
    ((1, 219, 250), None)
    """
    found = PLACE.fullmatch(stored or "")
    if not found:
        return None
    chapter, start, end = map(int, found.groups())
    return chapter, start, end


def with_quotes(
    text: str, chapter_no: int, found: Sequence[Finding]
) -> list[tuple[str, int | None]]:
    """The text of a chapter in pieces: (words, number of the finding quoting them).

    Of quotations that overlap the first is kept.
    """
    places = sorted(
        (f.place[1], f.place[2], f.number)
        for f in found
        if f.place and f.place[0] == chapter_no and f.place[2] <= len(text)
    )
    pieces: list[tuple[str, int | None]] = []
    at = 0
    for start, end, number in places:
        if start < at or end <= start:
            continue
        pieces += [(text[at:start], None), (text[start:end], number)]
        at = end
    return [piece for piece in (*pieces, (text[at:], None)) if piece[0]]


def marks(found: Sequence[Finding]) -> dict[Key, tuple[tuple[int, ...], bool]]:
    """For every cell spoken about: the findings, and whether all are doubtful."""
    by_cell: dict[Key, list[Finding]] = {}
    for finding in found:
        for key in finding.cells:
            by_cell.setdefault(key, []).append(finding)
    return {
        key: (tuple(f.number for f in about), all(f.doubtful for f in about))
        for key, about in by_cell.items()
    }
