"""The quality gate: share of cells read exactly, per kind of document.

Run by ``make eval``. Floors stand in ``floors.json`` and only rise: ``--update`` raises
them to what was measured and refuses to lower one.

A cell counts as right when its printed text, value and state are all right.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from archive.records import Cell, PageContext
from crawler.sample.portals import build, expected
from pipelines import numbers
from pipelines.reading import read
from tests.golden import cases as golden

FLOORS = Path(__file__).with_name("floors.json")


@dataclass(frozen=True, slots=True)
class Case:
    """One document with the printed text of every cell as people read it."""

    group: str
    name: str
    data: bytes
    raws: dict[tuple[str, str, str], str]


def seed_cases(corpus: Path) -> Iterator[Case]:
    """The five seed reports and their gold."""
    for path in sorted((corpus.parent / "domain" / "gold").glob("*.json")):
        gold = json.loads(path.read_text("utf-8"))
        data = (corpus / "seeds" / path.name.removesuffix(".json")).read_bytes()
        raws = {
            (c["table"], c["row"], c["col"]): c["raw"].strip() for c in gold["cells"]
        }
        yield Case("seeds text gk2019", gold["title"], data, raws)


def sample_cases() -> Iterator[Case]:
    """Every report of the sample portals, expectations from their data files."""
    sites = build()
    for report in expected():
        body = sites[report.portal].pages[report.path].body
        raws = {key: raw.strip() for key, raw in report.cells.items()}
        template = "gk2021" if report.year >= 2021 else "gk2019"
        group = f"{report.portal} html {template}"
        yield Case(group, report.title, body, raws)


def golden_scores() -> Iterator[tuple[str, int, int]]:
    """(group, cells right, cells expected) of each golden case that has cells."""
    for name in golden.names():
        case = golden.golden(name)
        good, of = golden.score(case)
        if of:
            expected = case.expected
            yield f"golden {expected['form']} {expected['template']}", good, of


def right(cell: Cell | None, raw: str) -> bool:
    """Whether a cell was read as printed."""
    if cell is None or cell.raw.strip() != raw:
        return False
    if cell.table_code == "extra":  # label and value share one cell
        return cell.state in ("number", "zero")
    number = numbers.read(raw)
    return (cell.value, cell.state) == (number.value, number.state)


def score(case: Case) -> tuple[int, int]:
    """(cells right, cells expected) of one document."""
    context = PageContext(url="file:///case", captured_at="2026-01-01T00:00:00.000000Z")
    report = read(case.data, context).report
    found = {cell.key: cell for cell in report.cells} if report else {}
    return sum(right(found.get(k), raw) for k, raw in case.raws.items()), len(case.raws)


def main() -> int:
    """Print the table, compare with the floors, return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--update", action="store_true", help="raise the floors")
    options = parser.parse_args()
    cases = list(sample_cases())
    corpus = os.environ.get("NIANBAO_CORPUS")
    if corpus:
        cases += seed_cases(Path(corpus))
    else:
        print("NIANBAO_CORPUS is not set: the seeds are not scored")
    totals: dict[str, list[int]] = {}
    scored = [(case.group, *score(case)) for case in cases]
    for group, good, of in [*scored, *golden_scores()]:
        total = totals.setdefault(group, [0, 0, 0])
        total[0] += good
        total[1] += of
        total[2] += 1
    floors = json.loads(FLOORS.read_text("utf-8")) if FLOORS.exists() else {}
    below = []
    for group, (good, of, documents) in sorted(totals.items()):
        share, floor = round(good / of, 6), floors.get(group, 0.0)
        mark = "" if share >= floor else "  BELOW THE FLOOR"
        print(
            f"{group:<32} {documents:>3} documents {good:>6}/{of:<6} {share:.4f}{mark}"
        )
        if share < floor:
            below.append(group)
        floors[group] = max(share, floor)
    if options.update and not below:
        FLOORS.write_text(json.dumps(floors, indent=2, sort_keys=True) + "\n", "utf-8")
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
