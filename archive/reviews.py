"""Decisions of people on findings, kept by the fingerprint of the finding.

A fingerprint is the same after every re-reading that gives the same finding, so a
decision stays with it; one whose finding occurs no more is *obsolete* and stays listed,
with what it was about. Decisions are human work: each run that makes one ends with a
ledger among the WARCs (:mod:`archive.ledger`), from which ``reindex`` takes it back.

What can be decided (``codes.DECISIONS``):

========== ===========================================================================
confirmed  it is so in the original: the report contradicts itself
misread    the original says something else: our reading is wrong
explained  right as it stands; the note says why
ignored    of no importance
reopened   an earlier decision is taken back; the finding is open again
========== ===========================================================================
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from archive.catalog import Catalog
from archive.codes import DECISIONS
from archive.errors import UsageError

STATES = ("open", "decided", "obsolete")
#: Verdicts that are findings: what a person may be asked about.
FINDINGS = ("FAIL", "UNCERTAIN")
#: A fingerprint may be cut to this many characters where they name one finding.
SHORTEST = 6
#: Decisions that need a reason in words.
NEEDS_NOTE = ("explained",)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A finding with the decision on it, if there is one."""

    fingerprint: str
    state: str  # open | decided | obsolete
    rule_id: str | None
    report_id: str | None
    scope: str | None
    message: str | None
    decision: str | None = None
    note: str | None = None
    reviewer: str | None = None
    reviewed_at: str | None = None
    message_en: str | None = None

    def __str__(self) -> str:
        said = ""
        if self.decision:
            note = f": {self.note}" if self.note else ""
            by = f" by {self.reviewer}" if self.reviewer else ""
            said = f" [{self.decision}{by} on {(self.reviewed_at or '')[:10]}{note}]"
        place = f"{self.rule_id or '?'} {self.report_id or '?'}"
        return f"{self.fingerprint}  {self.state:<8} {place}  {self.message}{said}"


#: Findings of the current versions; two reports never share a fingerprint.
_FOUND = (
    "SELECT k.fingerprint, k.rule_id, k.report_id, k.scope, k.message, k.message_en"
    " FROM checks k"
    " JOIN reports r ON r.report_id = k.report_id AND r.version_no = k.version_no"
    " WHERE k.verdict IN ('FAIL', 'UNCERTAIN') AND r.status <> 'quarantined'"
)


def listing(
    catalog: Catalog, state: str | None = None, rule_id: str | None = None
) -> list[Reviewed]:
    """Findings and decisions, by report and rule; those decided and gone at the end."""
    found = catalog.rows(
        "SELECT CASE WHEN v.decision IS NULL OR v.decision = 'reopened'"
        " THEN 'open' ELSE 'decided' END AS state, k.*, v.decision, v.note, v.reviewer,"
        f" v.reviewed_at FROM ({_FOUND}) k LEFT JOIN check_reviews v"
        " USING (fingerprint) GROUP BY k.fingerprint"
        " ORDER BY k.report_id, k.rule_id, k.scope, k.fingerprint"
    )
    found += catalog.rows(
        "SELECT 'obsolete' AS state, v.* FROM check_reviews v WHERE v.fingerprint"
        f" NOT IN (SELECT fingerprint FROM ({_FOUND}))"
        " ORDER BY v.report_id, v.rule_id, v.scope, v.fingerprint"
    )
    names = [f.name for f in fields(Reviewed)]
    return [
        Reviewed(**{name: row[name] for name in names})
        for row in found
        if state in (None, row["state"]) and rule_id in (None, row["rule_id"])
    ]


def find(catalog: Catalog, fingerprint: str) -> Reviewed:
    """The finding or decision that ``fingerprint``, or its beginning, names.

    Raises UsageError when it names none or several.
    """
    wanted = fingerprint.lower()
    if len(wanted) < SHORTEST:
        raise UsageError(
            f"expected at least {SHORTEST} characters of a fingerprint, "
            f"found {fingerprint!r}"
        )
    found = [one for one in listing(catalog) if one.fingerprint.startswith(wanted)]
    exact = [one for one in found if one.fingerprint == wanted] or found
    if len(exact) != 1:
        count = f"{len(exact)} findings begin so" if exact else "no finding has it"
        raise UsageError(
            f"{fingerprint!r}: expected the fingerprint of one finding, {count} "
            "(`nianbao review list` shows them)"
        )
    return exact[0]


def decide(
    catalog: Catalog,
    fingerprint: str,
    decision: str,
    *,
    note: str | None = None,
    reviewer: str | None = None,
) -> Reviewed:
    """Store a decision in the place of an earlier one; returns how it stands now.

    Raises UsageError for an unknown decision or finding, and for one without a reason
    that needs one.
    """
    if decision not in DECISIONS:
        raise UsageError(f"expected one of {', '.join(DECISIONS)}, found {decision!r}")
    note = (note or "").strip() or None
    if decision in NEEDS_NOTE and note is None:
        raise UsageError(f"a finding that is {decision} needs a note that says how")
    one = find(catalog, fingerprint)
    row: dict[str, Any] = {
        "fingerprint": one.fingerprint,
        "decision": decision,
        "note": note,
        "reviewer": reviewer,
        "reviewed_at": catalog.now(),
        "report_id": one.report_id,
        "rule_id": one.rule_id,
        "scope": one.scope,
        "message": one.message,
        "message_en": one.message_en,
    }
    with catalog.atomic():
        catalog.upsert("check_reviews", row)
    return find(catalog, one.fingerprint)
