"""The quality gate: share of cells read exactly, per kind of document.

Run by ``make eval``. Floors stand in ``floors.json`` and only rise: ``--update`` raises
them to what was measured and refuses to lower one.

A cell counts as right when its printed text, value and state are all right. It is
silently wrong when its value or state is not, it is given as read, and no failed check
speaks about it: of these there must be none.
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
from pipelines.stages import read_here
from tests.golden import cases as golden
from tests.golden.cases import Score

FLOORS = Path(__file__).with_name("floors.json")
#: All golden cases whose documents were made from text: pages, files, dumps with cells.
BORN_DIGITAL = "golden, all born digital"
LEAST_BORN_DIGITAL = 0.999
#: Cells of the whole gate that may be silently wrong.
MOST_SILENT = 0
#: Traps that make a dump lossy: its digits are joined, and are recovered or left open.
LOSSY = "joined digits"


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


def golden_scores() -> Iterator[tuple[str, Score]]:
    """(group, score) of each golden case; those without cells may be wrong too."""
    for name in golden.names():
        case = golden.golden(name)
        expected = case.expected
        score = golden.score(case)
        yield (
            f"golden {expected['form']} {expected.get('template', 'no report')}",
            score,
        )
        if expected["form"] != "scan" and LOSSY not in case.about["traps"]:
            yield BORN_DIGITAL, score


def right(cell: Cell | None, raw: str) -> bool:
    """Whether a cell was read as printed."""
    if cell is None or cell.raw.strip() != raw:
        return False
    if cell.table_code == "extra":  # label and value share one cell
        return cell.state in ("number", "zero")
    number = numbers.read(raw)
    return (cell.value, cell.state) == (number.value, number.state)


def score(case: Case) -> Score:
    """Cells right, cells expected and cells silently wrong in one document."""
    context = PageContext(url="file:///case", captured_at="2026-01-31T00:00:00.000000Z")
    report = read_here(case.data, context).report
    found = {cell.key: cell for cell in report.cells} if report else {}
    wrong = [key for key, raw in case.raws.items() if not right(found.get(key), raw)]
    silent = [
        key
        for key in wrong
        if report and key in found and golden.is_silent(found[key], report)
    ]
    return Score(len(case.raws) - len(wrong), len(case.raws), tuple(silent))


@dataclass
class Total:
    """Scores of one kind of document, added up."""

    documents: int = 0
    exact: int = 0
    expected: int = 0
    silent: int = 0

    def add(self, score: Score) -> None:
        self.documents += 1
        self.exact += score.exact
        self.expected += score.expected
        self.silent += len(score.silent)

    @property
    def share(self) -> float:
        """Cells right of those expected; 1 where none is expected."""
        return round(self.exact / self.expected, 6) if self.expected else 1.0

    def line(self, group: str, floor: float) -> str:
        """One line of the table."""
        mark = "" if self.share >= floor else "  BELOW THE FLOOR"
        mark += f"  {self.silent} SILENTLY WRONG" if self.silent else ""
        cells = f"{self.exact:>6}/{self.expected:<6}"
        return (
            f"{group:<32} {self.documents:>3} documents {cells} {self.share:.4f}{mark}"
        )


def scores() -> Iterator[tuple[str, Score]]:
    """(group, score) of every document there is."""
    cases = list(sample_cases())
    if corpus := os.environ.get("NIANBAO_CORPUS"):
        cases += seed_cases(Path(corpus))
    else:
        print("NIANBAO_CORPUS is not set: the seeds are not scored")
    yield from ((case.group, score(case)) for case in cases)
    yield from golden_scores()


def main() -> int:
    """Print the table, compare with the floors, return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--update", action="store_true", help="raise the floors")
    options = parser.parse_args()
    totals: dict[str, Total] = {}
    for group, found in scores():
        totals.setdefault(group, Total()).add(found)
    floors = json.loads(FLOORS.read_text("utf-8")) if FLOORS.exists() else {}
    floors[BORN_DIGITAL] = max(floors.get(BORN_DIGITAL, 0.0), LEAST_BORN_DIGITAL)
    for group, total in sorted(totals.items()):
        print(total.line(group, floors.get(group, 0.0)))
    below = [g for g, total in totals.items() if total.share < floors.get(g, 0.0)]
    silent = sum(total.silent for g, total in totals.items() if g != BORN_DIGITAL)
    print(f"{silent} cells silently wrong, {MOST_SILENT} may be")
    if options.update and not below:
        raised = {g: max(t.share, floors.get(g, 0.0)) for g, t in totals.items()}
        text = json.dumps(floors | raised, indent=2, sort_keys=True, ensure_ascii=False)
        FLOORS.write_text(text + "\n", "utf-8")
    return 1 if below or silent > MOST_SILENT else 0


if __name__ == "__main__":
    sys.exit(main())
