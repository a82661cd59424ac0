"""Golden cases on disk: one folder each under ``tests/golden/``.

``document.*`` is the source, always invented (``.gz``: kept packed); ``about.yml`` says
why the case is kept, what is known from outside, and which ``member`` of a ZIP file is
meant; ``expected.json`` holds what must be read in it.
A row of ``expected.json`` lists its cells in printed order: the printed text alone
where it says everything, ``[raw, value, state, method]`` where a reading was chosen,
null for a cell the document does not have.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from archive.records import Cell, Extraction, PageContext, Report
from pipelines import numbers
from pipelines.extract.zipfile import members
from pipelines.stages import read_here

Key = tuple[str, str, str]
FOLDER = Path(__file__).parent
ABOUT = {"why", "traps"}
OUTSIDE = {"link_text", "source_name", "source_adcode", "source_level"}
ABOUT_MAY = {*OUTSIDE, "member"}


@dataclass(frozen=True, slots=True)
class Golden:
    """One case. ``expected`` is empty until the command has written it."""

    name: str
    document: Path
    about: dict[str, Any]
    expected: dict[str, Any]

    def extraction(self) -> Extraction:
        """The document as it is read now."""
        outside = {k: v for k, v in self.about.items() if k in OUTSIDE}
        context = PageContext(
            url=f"file:///{self.name}", captured_at="2026-01-01T00:00:00Z", **outside
        )
        return read_here(self.data(), context)

    def data(self) -> bytes:
        """The bytes that are read: unpacked, the member of a ZIP if one is meant."""
        data = self.document.read_bytes()
        if self.document.suffix == ".gz":
            data = gzip.decompress(data)
        if "member" not in self.about:
            return data
        return next(m.data for m in members(data) if m.name == self.about["member"])


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
        # What a scan says about itself depends on the extra `[ocr]`.
        "notes": [] if extraction.form in ("scan", "image") else list(report.notes),
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


@dataclass(frozen=True, slots=True)
class Score:
    """How a document was read: cells exact, cells expected, and cells silently wrong.

    Exact: text, value, state and method. Silently wrong: another value or state than
    expected, read as if it were certain, and no failed check speaks about it.
    """

    exact: int
    expected: int
    silent: tuple[Key, ...]


def score(case: Golden, extraction: Extraction | None = None) -> Score:
    """Compare what is read (now, or in ``extraction``) with what is expected."""
    found = extraction or case.extraction()
    seen = summary(found).get("tables", {})
    exact = of = 0
    for table, rows in case.expected.get("tables", {}).items():
        for row, cells in rows.items():
            shown = seen.get(table, {}).get(row, [])
            of += len(cells)
            if len(shown) == len(cells):
                exact += sum(a == b for a, b in zip(shown, cells, strict=True))
    if found.report is None:
        return Score(exact, of, ())
    wanted = _values(case.expected.get("tables", {}))
    places: Counter[tuple[str, str]] = Counter()
    silent = []
    for cell in found.report.cells:
        where = (cell.table_code, cell.row_code)
        value = wanted.get((*where, places[where]), (None, "missing"))
        places[where] += 1
        if (cell.value, cell.state) != value and is_silent(cell, found.report):
            silent.append(cell.key)
    return Score(exact, of, tuple(silent))


def _values(tables: dict[str, Any]) -> dict[tuple[str, str, int], Any]:
    """(value, state) by table, row and place in the row."""
    found: dict[tuple[str, str, int], Any] = {}
    for table, rows in tables.items():
        for row, cells in rows.items():
            for place, shown in enumerate(cells):
                if isinstance(shown, str):
                    plain = numbers.read(shown)
                    found[table, row, place] = (plain.value, plain.state)
                elif shown:
                    found[table, row, place] = (shown[1], shown[2])
                else:
                    found[table, row, place] = (None, "missing")
    return found


def is_silent(cell: Cell, report: Report) -> bool:
    """Whether nothing warns of a cell: it is read, and no failed check names it."""
    own = {cell.row_code, cell.col_code, f"{cell.row_code}/{cell.col_code}"}
    warned = any(c.verdict == "FAIL" and c.scope in own for c in report.checks)
    return cell.method == "read" and cell.state != "missing" and not warned
