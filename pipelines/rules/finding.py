"""A verdict becomes a check: its fingerprint, and how numbers are written in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from json.encoder import encode_basestring_ascii as quoted
from math import isfinite

from archive.records import Check, Rule
from pipelines.rules.keys import Key
from pipelines.rules.wording import Tell, phrase, words

PASS = "PASS"
FAIL = "FAIL"
UNCERTAIN = "UNCERTAIN"
NOT_ASSESSABLE = "NOT_ASSESSABLE"

#: Verdicts that people are shown one by one, so in English, too.
SHOWN = (FAIL, UNCERTAIN)

#: Remarks behind a message.
MISREADING = phrase("remark.misreading")
EXCUSE = phrase("remark.reason")


@dataclass(frozen=True, slots=True)
class Finding:
    """What one test says about one place, before it is tied to rule and report.

    ``plus`` and ``minus`` are the cells of the two sides (actual, expected) of a
    comparison, ``cells`` those that any other test looked at; ``quotes`` are the words
    of the text it rests on, each with the number of its chapter. ``misread``: a cell it
    rests on, be it one of another report, was not simply read.
    """

    scope: str
    verdict: str
    expected: str | None
    actual: str | None
    tell: Tell
    plus: tuple[Key, ...] = ()
    minus: tuple[Key, ...] = ()
    cells: tuple[Key, ...] = ()
    quotes: tuple[tuple[int, str], ...] = ()
    misread: bool = False

    @property
    def message(self) -> str:
        """What it says in Chinese."""
        return self.tell(words("zh"))

    @property
    def message_en(self) -> str | None:
        """What it says in English; None where nobody is shown it."""
        if self.verdict not in SHOWN:
            return None
        said = self.tell(words("en"))
        return said[:1].upper() + said[1:]

    @property
    def looked_at(self) -> tuple[Key, ...]:
        """Every cell the finding rests on."""
        return (*self.plus, *self.minus, *self.cells)


def fingerprint(
    report_id: str, rule_id: str, scope: str, expected: str | None, actual: str | None
) -> str:
    """Identity of a finding: the same after every re-reading that finds the same.

    The message is left out, so that better wording loses no human decision.

    >>> import json
    >>> one = fingerprint("r", "Q2", "total", "106", "107")
    >>> one == fingerprint("r", "Q2", "total", "106", "107"), len(one)
    (True, 32)
    >>> one == fingerprint("r", "Q2", "total", "106", "108")
    False
    >>> said = json.dumps(["r", "Q2", "“行”", None, "1"]).encode()
    >>> fingerprint("r", "Q2", "“行”", None, "1") == sha256(said).hexdigest()[:32]
    True
    """
    # the JSON list of them, which a general encoder takes five times as long to write
    parts = (report_id, rule_id, scope, expected, actual)
    said = f"[{', '.join(map(_quoted, parts))}]"
    return sha256(said.encode()).hexdigest()[:32]


@lru_cache(maxsize=4096)
def _quoted(part: str | None) -> str:
    return "null" if part is None else quoted(part)


def as_check(
    finding: Finding,
    rule: Rule,
    report_id: str,
    origin: str | None = None,
    suspects: str | None = None,
    place: str | None = None,
) -> Check:
    """The check that is stored."""
    return Check(
        rule.rule_id,
        finding.scope,
        rule.severity,
        finding.verdict,
        finding.expected,
        finding.actual,
        finding.message,
        fingerprint(
            report_id, rule.rule_id, finding.scope, finding.expected, finding.actual
        ),
        origin,
        suspects,
        place,
        finding.message_en,
    )


@lru_cache(maxsize=4096)
def number(value: float) -> str:
    """A number as a person writes it.

    >>> number(106.0), number(-6), number(12345.67), number(0.1 + 0.2)
    ('106', '-6', '12345.67', '0.3')
    """
    if not isfinite(value):
        return str(value)
    return str(int(value)) if value == int(value) else f"{round(value, 6):.12g}"
