"""A verdict becomes a check: its fingerprint, and how numbers are written in it."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from json.encoder import encode_basestring_ascii as quoted
from math import isfinite

from archive.records import Check, Rule
from pipelines.rules.keys import Key

PASS = "PASS"
FAIL = "FAIL"
UNCERTAIN = "UNCERTAIN"
NOT_ASSESSABLE = "NOT_ASSESSABLE"

MISREADING = "可能是误读，请对照原件"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one test says about one place, before it is tied to rule and report.

    ``plus`` and ``minus`` are the cells of the two sides (actual, expected) of a
    comparison, ``cells`` those that any other test looked at; ``quotes`` are the words
    of the text it rests on, each with the number of its chapter.
    """

    scope: str
    verdict: str
    expected: str | None
    actual: str | None
    message: str
    plus: tuple[Key, ...] = ()
    minus: tuple[Key, ...] = ()
    cells: tuple[Key, ...] = ()
    quotes: tuple[tuple[int, str], ...] = ()

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
    parts = (report_id, rule_id, scope, expected, actual)
    # the JSON list of them, which a general encoder takes five times as long to write
    said = f"[{', '.join('null' if p is None else quoted(p) for p in parts)}]"
    return sha256(said.encode()).hexdigest()[:32]


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
    )


def number(value: float) -> str:
    """A number as a person writes it.

    >>> number(106.0), number(-6), number(12345.67), number(0.1 + 0.2)
    ('106', '-6', '12345.67', '0.3')
    """
    if not isfinite(value):
        return str(value)
    return str(int(value)) if value == int(value) else f"{round(value, 6):.12g}"
