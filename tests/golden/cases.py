"""Golden cases on disk: one folder each under ``tests/golden/``.

``document.*`` is the source, always invented; ``about.yml`` says why the case
is kept and what is known from outside; ``expected.json`` holds what must be read in it.
A row of ``expected.json`` lists its cells in printed order: the printed text alone
where it says everything, ``[raw, value, state, method]`` where a reading was chosen,
null for a cell the document does not have.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from archive.records import Cell, Extraction, PageContext
from pipelines import numbers
from pipelines.reading import read

FOLDER = Path(__file__).parent
ABOUT = {"why", "traps"}
ABOUT_MAY = {"link_text", "source_name", "source_adcode", "source_level"}


@dataclass(frozen=True, slots=True)
class Golden:
    """One case. ``expected`` is empty until the command has written it."""

    name: str
    document: Path
    about: dict[str, Any]
    expected: dict[str, Any]

    def extraction(self) -> Extraction:
        """The document as it is read now."""
        outside = {k: v for k, v in self.about.items() if k in ABOUT_MAY}
        context = PageContext(
            url=f"file:///{self.name}", captured_at="2026-01-01T00:00:00Z", **outside
        )
        return read(self.document.read_bytes(), context)


def golden(name: str) -> Golden:
    """The case with this name. Raises ValueError saying what its folder lacks."""
    folder = FOLDER / name
    documents = sorted(folder.glob("document.*"))
    if len(documents) != 1:
        raise ValueError(f"{folder}: expected one document.*, found {len(documents)}")
    about = yaml.safe_load((folder / "about.yml").read_text("utf-8"))
    if ABOUT - about.keys() or about.keys() - ABOUT - ABOUT_MAY:
        raise ValueError(f"{folder}/about.yml: expected {sorted(ABOUT)}, maybe "
                         f"{sorted(ABOUT_MAY)}, found {sorted(about)}")  # fmt: skip
    path = folder / "expected.json"
    expected = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return Golden(name, documents[0], about, expected)


def names() -> list[str]:
    """Names of all cases."""
    return sorted(path.parent.name for path in FOLDER.glob("*/about.yml"))


def summary(extraction: Extraction) -> dict[str, Any]:
    """What is expected of an extraction, as plain data; ``checked`` is left out."""
    report = extraction.report
    if report is None:
        return {"form": extraction.form, "verdict": extraction.verdict.kind,
                "error": extraction.error}  # fmt: skip
    tables: dict[str, dict[str, list[Any]]] = {}
    for cell in report.cells:
        row = tables.setdefault(cell.table_code, {}).setdefault(cell.row_code, [])
        row.append(_shown(cell))
    return {
        "form": extraction.form,
        "template": report.template,
        "status": report.status,
        "agency": report.agency.name,
        "year": report.report_year,
        "chapters": [c.heading for c in report.chapters if c.chapter_no > 0],
        "notes": list(report.notes),
        "leftovers": [f"{left.kind}: {left.text}" for left in report.leftovers],
        "tables": tables,
    }


def _shown(cell: Cell) -> Any:
    if cell.state == "missing":
        return None
    plain = numbers.read(cell.raw)
    if cell.method == "read" and (plain.value, plain.state) == (cell.value, cell.state):
        return cell.raw
    return [cell.raw, cell.value, cell.state, cell.method]


def score(case: Golden) -> tuple[int, int]:
    """(cells right, cells expected): text, value, state and method all as expected."""
    found = summary(case.extraction()).get("tables", {})
    good = of = 0
    for table, rows in case.expected.get("tables", {}).items():
        for row, cells in rows.items():
            seen = found.get(table, {}).get(row, [])
            of += len(cells)
            if len(seen) == len(cells):
                good += sum(a == b for a, b in zip(seen, cells, strict=True))
    return good, of
