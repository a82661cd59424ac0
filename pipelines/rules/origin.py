"""Whose error a finding would be: the report's, or that of our reading.

A number of a born-digital document that was simply read stands in the report as it is.
One that was recognised, moved or chosen may be ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archive.records import Cell
from pipelines.rules.finding import FAIL, UNCERTAIN, Finding
from pipelines.rules.keys import Key
from pipelines.rules.suspects import Change
from pipelines.rules.tables import unsplit

REPORT, READING, UNCLEAR = "report", "reading", "unclear"
#: Forms of documents whose every character was recognised, prose included.
PICTURES = ("scan", "image")


def recognised(form: str, cells: Mapping[Key, Cell]) -> bool:
    """Whether the text of a document comes from character recognition.

    >>> recognised("html", {}), recognised("scan", {})
    (False, True)
    """
    return form in PICTURES or any(cell.method == "ocr" for cell in cells.values())


def origin(
    finding: Finding,
    cells: Mapping[Key, Cell],
    suspects: Sequence[Change],
    from_picture: bool,
) -> str | None:
    """report, reading or unclear; None where nothing is wrong.

    ``unclear``: a doubtful reading takes part in the sum, yet the cells whose change
    would mend it were all simply read.
    """
    if finding.verdict not in (FAIL, UNCERTAIN):
        return None
    if from_picture:
        return READING
    if any(unsplit(cells[key]) for key in finding.looked_at if key in cells):
        # Digits that no cut makes add up are those of the report.
        return REPORT if finding.verdict == FAIL else READING
    methods = {cells[key].method for key in finding.looked_at if key in cells}
    if not methods - {"read"}:
        return REPORT
    least = {cells[key].method for change in suspects for key, _ in change}
    return UNCLEAR if least == {"read"} else READING
