"""``/compare?a=&b=``: two reports, or versions of one, side by side.

``a`` and ``b`` are ``<report_id>`` or ``<report_id>@<version>``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from archive.site.comparison import (
    Pair,
    TextPair,
    by_cell,
    by_change,
    by_measure,
    by_text,
)
from archive.site.labels import measures
from archive.site.language import current
from archive.site.query import Row, read_metrics, rows
from archive.site.said import Said, said
from archive.site.web import not_found, page, read

#: Reports offered for a name, and the longest name looked for.
OFFERED = 30
LONGEST_QUERY = 100


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both sides with all places and chapters of theirs."""

    a: Said
    b: Said
    pairs: Sequence[Pair]
    texts: Sequence[TextPair]

    @property
    def same_report(self) -> bool:
        """Whether the sides are versions of one report."""
        return bool(self.a.report["report_id"] == self.b.report["report_id"])

    @property
    def same_form(self) -> bool:
        """Whether both are on one form, so that cells compare with cells."""
        return bool(self.a.report["template"] == self.b.report["template"])

    @property
    def differing(self) -> list[Pair]:
        """Pairs that say different things."""
        return [p for p in self.pairs if p.differs]

    @property
    def apart(self) -> list[Pair]:
        """Pairs that do not compare."""
        return [p for p in self.pairs if p.comparable == "no"]

    @property
    def alike(self) -> list[Pair]:
        """Pairs that say the same."""
        return [p for p in self.pairs if not p.differs and p.comparable != "no"]


def parse(address: str) -> tuple[str, int | None]:
    """Report and version of ``<report_id>[@<version>]``.

    ValueError for a version that is no number.

    >>> parse("370683-gov-2020@1"), parse("370683-gov-2020")
    (('370683-gov-2020', 1), ('370683-gov-2020', None))
    """
    report_id, at, version = address.strip().rpartition("@")
    if not at:
        return address.strip(), None
    if not (version.isascii() and version.isdigit() and len(version) < 9):
        raise ValueError(f"expected <report_id>@<version>, found {address!r}")
    return report_id, int(version)


def find(connection: sqlite3.Connection, address: str) -> Said | None:
    """The version that an address names; None if there is none."""
    try:
        return said(connection, *parse(address))
    except ValueError:
        return None


def compare(connection: sqlite3.Connection, a: Said, b: Said, lang: str) -> Comparison:
    """All that two versions say, side by side."""
    metrics = read_metrics(connection)
    template = a.report["template"]
    if template == b.report["template"]:
        pairs = by_cell(a, b, metrics, template, lang)
    else:
        crosswalk = rows(connection, "SELECT * FROM crosswalk ORDER BY rowid")
        pairs = by_measure(a, b, crosswalk, measures(crosswalk, metrics, lang))
    if a.report["report_id"] == b.report["report_id"]:
        low, high = sorted((a.version_no, b.version_no))
        changes = rows(
            connection,
            "SELECT * FROM changes WHERE report_id = ? AND to_version > ?"
            " AND to_version <= ? ORDER BY to_version, change_no",
            [a.report["report_id"], low, high],
        )
        texts = by_change(changes, back=a.version_no > b.version_no)
    else:
        texts = by_text(a, b)
    return Comparison(a, b, pairs, texts)


def offers(connection: sqlite3.Connection, chosen: Said | None, name: str) -> list[Row]:
    """Reports to choose from: of authorities of that name, else of the same one."""
    columns = (
        "SELECT r.report_id, r.report_year, r.version_no, r.title, a.name AS agency"
        " FROM reports r JOIN agencies a USING (agency_id)"
    )
    if name:
        like = "".join(f"\\{c}" if c in "%_\\" else c for c in name)
        return rows(
            connection,
            f"{columns} WHERE a.name LIKE ? ESCAPE '\\'"
            " AND r.status <> 'quarantined'"
            " ORDER BY length(a.name), a.name, r.report_year DESC LIMIT ?",
            [f"%{like}%", OFFERED],
        )
    if chosen is None:
        return []
    return rows(
        connection,
        f"{columns} WHERE r.agency_id = ? AND r.status <> 'quarantined'"
        " ORDER BY r.report_year DESC LIMIT ?",
        [chosen.report["agency_id"], OFFERED],
    )


def versions(connection: sqlite3.Connection, chosen: Said | None) -> list[Row]:
    """Versions of a report, to compare with one another; none where there is one."""
    if chosen is None or chosen.report["n_versions"] < 2:
        return []
    return rows(
        connection,
        "SELECT report_id, version_no, first_captured_at FROM report_versions"
        " WHERE report_id = ? ORDER BY version_no DESC",
        [chosen.report["report_id"]],
    )


async def view(datasette: Any, request: Any) -> Any:
    """The comparison, or the form to choose what is compared."""
    a, b = (request.args.get(key) or "" for key in ("a", "b"))
    name = (request.args.get("q") or "").strip()[:LONGEST_QUERY]
    lang = current.get()

    def load(connection: sqlite3.Connection) -> dict[str, Any]:
        sides = [find(connection, given) if given else None for given in (a, b)]
        for given, side in zip((a, b), sides, strict=True):
            if given and side is None:
                return {"missing": given}
        one, other = sides
        if one and other:
            return {"c": compare(connection, one, other, lang)}
        chosen = one or other
        return {
            "c": None,
            "chosen": chosen,
            "offers": offers(connection, chosen, name),
            "versions": versions(connection, chosen),
        }

    found = await read(datasette, load)
    if "missing" in found:
        return await not_found(datasette, request, "version", found["missing"])
    asked = {"q": name, "a": a, "b": b, "all": bool(request.args.get("all"))}
    return await page(datasette, request, "compare", found | asked)
