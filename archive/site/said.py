"""What a version of a report said: its facts, cells and chapters.

The published database holds the cells and chapters of current versions, and what
changed from each version to the next. An earlier version is the current one with those
changes taken back, newest first; so nothing is held twice.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

from archive.records import Cell
from archive.site.forms import Key
from archive.site.query import Row, one, rows

#: The columns of a cell in the order of its fields.
CELL = ", ".join(f.name for f in fields(Cell))
#: Signs that stand for "none" in a cell.
DASHES = frozenset("-－—–―/／")


@dataclass(frozen=True, slots=True)
class Said:
    """One version of a report.

    ``report``: its row of reports joined with agencies, with title, form, status and
    digest of this version; ``version_no`` there is that of the current one.
    ``chapters``: rows with chapter_no, heading and text; a text that changed since is
    its prose with the heading, without tables. ``gaps``: versions after it whose
    changes are not known, so that cells and chapters may differ from the original.
    """

    report: Row
    version: Row
    cells: Sequence[Cell]
    chapters: Sequence[Row]
    gaps: Sequence[int] = ()

    @property
    def version_no(self) -> int:
        """Number of the version."""
        return int(self.version["version_no"])

    @property
    def current(self) -> bool:
        """Whether the report still says it."""
        return self.version_no == int(self.report["version_no"])

    @property
    def address(self) -> str:
        """How ``/compare`` names it."""
        at = "" if self.current else f"@{self.version_no}"
        return f"{self.report['report_id']}{at}"

    @property
    def by_key(self) -> dict[Key, Cell]:
        """Cells of the forms by key, local rows included."""
        return {c.key: c for c in self.cells}


def said(
    connection: sqlite3.Connection, report_id: str, version_no: int | None = None
) -> Said | None:
    """A version of a report, by default the current one; None if there is none."""
    report = one(
        connection,
        "SELECT r.*, a.name AS agency, a.kind, a.level, a.adcode, a.province,"
        " a.city, a.county FROM reports r"
        " JOIN agencies a USING (agency_id) WHERE report_id = ?",
        [report_id],
    )
    if report is None:
        return None
    current = report["version_no"]
    wanted = current if version_no is None else version_no
    version = one(
        connection,
        "SELECT * FROM report_versions WHERE report_id = ? AND version_no = ?",
        [report_id, wanted],
    )
    if version is None:
        return None
    cells = [
        Cell(*row)
        for row in connection.execute(
            f"SELECT {CELL} FROM cells WHERE report_id = ?", [report_id]
        )
    ]
    chapters = rows(
        connection,
        "SELECT chapter_no, heading, text FROM chapters WHERE report_id = ?"
        " ORDER BY chapter_no, id",
        [report_id],
    )
    if wanted == current:
        return Said(report, version, cells, chapters)
    changes = rows(
        connection,
        "SELECT * FROM changes WHERE report_id = ? AND to_version > ?"
        " ORDER BY to_version DESC, change_no",
        [report_id, wanted],
    )
    later = rows(
        connection,
        "SELECT version_no FROM report_versions WHERE report_id = ?"
        " AND version_no > ? ORDER BY version_no",
        [report_id, wanted],
    )
    explained = {row["to_version"] for row in changes}
    facts = {
        name: version[name] or report[name] for name in ("title", "template", "status")
    }
    return Said(
        report | facts | {"sha256": version["sha256"]},
        version,
        cells_before(cells, changes),
        chapters_before(chapters, changes),
        [v["version_no"] for v in later if v["version_no"] not in explained],
    )


def cells_before(cells: Sequence[Cell], changes: Sequence[Row]) -> list[Cell]:
    """The cells with ``changes`` taken back; the latest change comes first.

    Place and way of reading of a cell that changed are not known any more.
    """
    found = {c.key: c for c in cells}
    for row in changes:
        if row["kind"] != "cell":
            continue
        key = (row["table_code"], row["row_code"], row["col_code"])
        now = found.get(key) or Cell(*key, "", None, None, "missing")
        raw, value = row["old_raw"], row["old_value"]
        found[key] = replace(
            now, raw=raw or "", value=value, state=state_of(raw, value), locator=""
        )
    return list(found.values())


def state_of(raw: str | None, value: float | None) -> str:
    """State of a cell by its text and number.

    >>> state_of(None, None), state_of(" ", None), state_of("0", 0), state_of("3", 3)
    ('missing', 'blank', 'zero', 'number')
    >>> state_of("—", None), state_of("见附件", None)
    ('dash', 'text')
    """
    if raw is None:
        return "missing"
    if value is not None:
        return "number" if value else "zero"
    text = raw.strip()
    if not text:
        return "blank"
    return "dash" if set(text) <= DASHES else "text"


def chapters_before(
    chapters: Sequence[Row], changes: Sequence[Mapping[str, object]]
) -> list[Row]:
    """The chapters with ``changes`` taken back; the latest change comes first."""
    old = {
        row["chapter_no"]: row["old_raw"] for row in changes if row["kind"] == "chapter"
    }
    kept: list[Row] = [c for c in chapters if c["chapter_no"] not in old]
    for number, text in old.items():
        if text is not None:
            heading, _, body = str(text).partition("\n")
            if not body:
                heading, body = "", heading
            kept.append({"chapter_no": number, "heading": heading, "text": body})
    return sorted(kept, key=lambda c: c["chapter_no"])
