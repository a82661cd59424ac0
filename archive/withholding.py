"""Taking originals off the site: who decided it, when and why.

A request to take a file down (personal data in it, a court's order) is answered by a
decision, not by deletion: the WARC keeps the bytes, the figures and the text read from
them stay, but the file is handed out no more, and its place says so with the reason.
A decision can be lifted. It takes effect when the catalogue is published next, and
like every decision of a person it is written into a ledger among the WARCs
(:mod:`archive.ledger`), so a rebuilt catalogue knows it.
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass

from archive.catalog import Catalog
from archive.errors import UsageError

#: Fewer characters of a digest could mean anything.
SHORTEST = 12


@dataclass(frozen=True, slots=True)
class Withholding:
    """A row of ``withholdings``."""

    sha256: str
    decision: str  # withheld | lifted
    reason: str
    decided_by: str | None
    decided_at: str

    def __str__(self) -> str:
        by = f" by {self.decided_by}" if self.decided_by else ""
        when = self.decided_at[:10]
        return f"{self.sha256} {self.decision} on {when}{by}: {self.reason}"


def listing(catalog: Catalog) -> list[Withholding]:
    """All decisions as they stand, the latest first."""
    return [
        Withholding(**row)
        for row in catalog.rows(
            "SELECT * FROM withholdings ORDER BY decided_at DESC, sha256"
        )
    ]


def find(catalog: Catalog, digest: str) -> str:
    """The digest of the one captured payload that ``digest`` begins.

    Raises UsageError when it names none or several.
    """
    wanted = digest.strip().lower()
    if not re.fullmatch(rf"[0-9a-f]{{{SHORTEST},64}}", wanted):
        raise UsageError(
            f"expected the SHA-256 of an original, or at least {SHORTEST} characters"
            f" of it, found {digest!r}"
        )
    found = catalog.rows(
        "SELECT DISTINCT sha256 FROM captures WHERE sha256 >= ?1 AND sha256 < ?1 || 'g'"
        " ORDER BY sha256 LIMIT 3",
        [wanted],
    )
    if len(found) != 1:
        count = "several begin so" if found else "nothing captured has it"
        raise UsageError(f"{digest!r}: expected the SHA-256 of one original, {count}")
    return str(found[0]["sha256"])


def decide(
    catalog: Catalog,
    digest: str,
    reason: str,
    *,
    lift: bool = False,
    decided_by: str | None = None,
) -> Withholding:
    """Withhold an original, or hand it out again; an earlier decision is replaced.

    Raises UsageError for an unknown digest, a missing reason, and when there is
    nothing to lift.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise UsageError("say why: the reason is published in the place of the file")
    sha256 = find(catalog, digest)
    if lift and sha256 not in withheld(catalog):
        raise UsageError(f"{sha256} is not withheld: there is nothing to lift")
    row = Withholding(
        sha256,
        "lifted" if lift else "withheld",
        reason,
        (decided_by or "").strip() or None,
        catalog.now(),
    )
    with catalog.atomic():
        catalog.upsert(
            "withholdings", {name: getattr(row, name) for name in row.__slots__}
        )
    return row


def withheld(catalog: Catalog) -> frozenset[str]:
    """Digests of the originals that are not handed out."""
    return frozenset(
        row["sha256"]
        for row in catalog.rows(
            "SELECT sha256 FROM withholdings WHERE decision = 'withheld'"
        )
    )


def mark(connection: sqlite3.Connection) -> None:
    """Fill ``documents.withheld`` of a database that is being published."""
    connection.execute(
        "UPDATE main.documents SET withheld = (SELECT reason FROM main.withholdings w"
        " WHERE w.sha256 = documents.sha256 AND w.decision = 'withheld')"
    )
